"""What others know: estimates from the literature and quantiles given by experts, as weights of the model's draws."""
