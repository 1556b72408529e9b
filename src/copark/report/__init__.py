"""Figures, and pages of what is no document yet; :mod:`copark.report.figures` has every figure by itself."""
