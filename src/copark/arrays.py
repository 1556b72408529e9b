"""Arrays as fields of results: typed for the code, lists of numbers where a result is stored as JSON."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

_LISTS = PlainSerializer(lambda array: array.tolist())

Floats = Annotated[NDArray[np.float64], PlainValidator(lambda value: np.asarray(value, dtype=np.float64)), _LISTS]
"""Numbers; NaN where there is none."""
Integers = Annotated[NDArray[np.int64], PlainValidator(lambda value: np.asarray(value, dtype=np.int64)), _LISTS]
"""Whole numbers."""
Booleans = Annotated[NDArray[np.bool_], PlainValidator(lambda value: np.asarray(value, dtype=np.bool_)), _LISTS]
"""Yes or no."""
