"""Marks of a missing value in a cell of a data frame."""

from typing import Any


def is_missing(value: Any) -> bool:
    """Return whether a cell of a data frame holds no value: None, NaN, NaT or NA of pandas."""
    import pandas as pd

    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))
