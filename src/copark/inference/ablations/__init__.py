"""Ablations: every mechanism and every arrow off, one at a time; what that does to forecasts and to outcomes."""
