"""The global scale: demand, growth, shocks and the presence of global partners."""
