"""Compare: what changes in a park from one scenario to another, with common random numbers, and why."""
