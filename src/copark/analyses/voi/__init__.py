"""Value of information: which observation would decide what is claimed of a park."""
