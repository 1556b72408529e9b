"""Exploration: the model run over its uncertainties, by design or at random, for sensitivity and scenario discovery."""
