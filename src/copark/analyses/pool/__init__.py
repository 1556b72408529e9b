"""Parks calibrated together: which parameters the panel informs, and who forecasts best."""
