"""Inference: posteriors of parameters, posteriors over replays, their diagnostics, and scored forecasts.

Two posteriors are kept. The *replay posterior* is made of whole runs, parameters and random numbers together: every
answer reads it. The *parameter posterior*, of the nearest runs moved to the record by a regression, is stored beside it
and read by none (decision 0113).
"""
