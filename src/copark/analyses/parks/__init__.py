"""The parks of the casebook: what is on record of each, and enterprises over time."""
