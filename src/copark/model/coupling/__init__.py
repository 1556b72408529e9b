"""The coupling: every link between scales, and nothing else."""
