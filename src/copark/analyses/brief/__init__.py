"""A one-page brief for decision-makers: what becomes of a park, what helps, how certain that is, and what to do next."""
