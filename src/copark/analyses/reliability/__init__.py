"""How far outcome probabilities of parks that were never calibrated can be relied on: said beside what became."""
