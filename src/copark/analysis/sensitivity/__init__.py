"""Sensitivity: which factors an output depends on. Designs and estimates alone; nothing here runs the model.

``morris`` screens, ``sobol`` splits variance by a design of its own, ``given`` reads a sample that is there already.
Every method carries a *dummy*, a factor no equation reads: what it seems to do is what chance alone does.
"""
