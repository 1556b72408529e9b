"""Levers: what decision-makers control, what each setting changes and for whom, and which settings are robust."""
