"""Qualitative comparative analysis of a table of cases: sufficient paths, necessary conditions, what survives."""
