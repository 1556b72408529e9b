"""Statistics of runs: each number is computed by one function, here. Knows NumPy and nothing of parks."""
