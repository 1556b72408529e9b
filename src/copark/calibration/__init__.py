"""Inference: posteriors of parameters, posteriors over replays, their diagnostics, and scored forecasts.

Two posteriors are kept apart: the *parameter posterior* says what the data tell of each parameter and belongs in
tables; the *replay posterior* is made of whole runs, parameters and random numbers together, and is what forecasts and
counterfactuals replay up to the cut date.
"""
