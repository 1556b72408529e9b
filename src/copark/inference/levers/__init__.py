"""Levers: what decision-makers control, options that are tried under structures of the model, and what they change.

An *effect* is what an option changes, run by run on the same draws and random numbers: the option less the case as it
is, in the words of :mod:`copark.stats.shares`.
"""
