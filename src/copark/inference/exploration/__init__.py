"""Exploration: the model run over its uncertainties, and which of them its outputs depend on."""
