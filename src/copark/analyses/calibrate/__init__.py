"""What the observations of a park say of the model's parameters, and whether to believe it."""
