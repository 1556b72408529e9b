"""The coupling: every arrow between scales, and nothing else."""
