"""Forecasts that are stacks: the model and benchmark curves put together, by weights that other parks teach.

``trials`` lets every method forecast every park of the panel; ``weights`` learns from that, scores what was learned on
parks that had no say in it, and keeps it; ``forecasts`` puts the forecasts of one park together.
"""
