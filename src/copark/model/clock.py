"""The clock of the model: quarters, with every rate per year."""

DT = 0.25
"""Length of a step in years."""

QUARTERS_PER_YEAR = 4
