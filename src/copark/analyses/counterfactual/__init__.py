"""Counterfactual: what is due to something that happened in a park."""
