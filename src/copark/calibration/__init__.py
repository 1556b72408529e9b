"""Calibration: the posterior of a park over replays, its diagnostics, and scored forecasts.

A *replay* is a whole run, parameters and random numbers together, whose course matches the record. Every answer reads
the posterior of replays, and there is no other (decision 0046).
"""
