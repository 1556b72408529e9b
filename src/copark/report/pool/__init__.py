"""The page of a pooled calibration, its tables and files."""
