"""One posterior over all parks: which mechanisms the evidence moves, and which it cannot."""
