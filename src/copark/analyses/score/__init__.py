"""How a frozen forecast stands beside what was observed later."""
