"""The version of the code, and the quarter of its release."""

__version__ = "0.1.0"
RELEASE_QUARTER = "2026Q4"
"""Quarter from which the results that ship look at their parks; it is that of the release."""
