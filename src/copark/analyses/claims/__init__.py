"""What is claimed of a park, tried by rules that were fixed before the runs."""
