"""Ablations: every mechanism and every arrow off, one at a time; what that does to forecasts and to outcomes.

``mechanisms`` says what can be switched off and how, ``effects`` what the park would be without it (same draws, same
luck) and what is left of the forecast when the model without it is calibrated anew, ``ablate`` does it all.
"""
