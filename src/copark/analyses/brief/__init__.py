"""A one-page brief for decision-makers: what becomes of a park, what helps, how certain that is, what to do next."""
