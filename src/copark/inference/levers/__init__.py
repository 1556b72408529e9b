"""Levers: what each decision-maker controls, what pulling it would change, for whom, and how sure that is."""
