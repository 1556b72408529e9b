"""What a park may become, from what was known at a date."""
