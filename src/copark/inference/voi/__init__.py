"""What further observations of a park would tell of what is claimed of it."""
