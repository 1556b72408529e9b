"""How forecasts put together of model and benchmark curves did on the casebook's parks."""
