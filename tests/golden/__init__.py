"""Golden runs: small questions whose numbers hold the versions of the model and of every method."""
