"""Pages of calibration, validation and forecasts."""
