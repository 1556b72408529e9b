"""Arrays as fields of results: typed for the code, lists of numbers in JSON; and values that are missing."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

_LISTS = PlainSerializer(lambda array: array.tolist())

Floats = Annotated[NDArray[np.float64], PlainValidator(lambda found: np.asarray(found, dtype=np.float64)), _LISTS]
"""Numbers; NaN where there is none."""
Integers = Annotated[NDArray[np.int64], PlainValidator(lambda found: np.asarray(found, dtype=np.int64)), _LISTS]
"""Whole numbers."""
Booleans = Annotated[NDArray[np.bool_], PlainValidator(lambda found: np.asarray(found, dtype=np.bool_)), _LISTS]
"""Yes or no."""


def is_missing(value: Any) -> bool:
    """Say whether a cell of a data frame holds no value: None, NaN, NaT or NA of pandas."""
    import pandas as pd

    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))
