"""A park small enough to work out by hand: records with the catalogue's defaults, and tables with a few enterprises."""

from typing import Any

import numpy as np
from hypothesis import settings

from copark.model.arrays import Rooms, make_inputs, make_workspace
from copark.model.enterprises import records as enterprises
from copark.model.enterprises.records import Firms
from copark.model.variables import catalogue
from tests.equations.worked_cases import dtype_of, record

lawful = settings(derandomize=True, deadline=None, database=None)
"""Laws are tried on the same examples every time."""

integers_wrap = np.errstate(over="ignore")
"""As in every run: the integers of luck wrap around, which NumPy would warn of where it is not compiled."""


def parameters(room: str, **changes: Any) -> Any:
    """The room's parameters at their defaults, with changes."""
    defaults = {v.name: v.default if v.shape else v.default[0] for v in catalogue().of("parameter", room)}
    unknown = set(changes) - set(defaults)
    assert not unknown, unknown
    return record(dtype_of(room, "parameters"), **(defaults | changes))


def blank(room: str, kind: str, **fields: Any) -> Any:
    """A record of a room, 0 in every field not named."""
    return record(dtype_of(room, kind), **fields)


def no_firms() -> Firms:
    """Tables without enterprises."""
    return make_workspace(make_inputs(1, 1, 0)).firms


def rooms() -> Rooms:
    """The four scales with nothing in them."""
    return make_workspace(make_inputs(1, 1, 0)).rooms


def stand(table: np.ndarray, ids: np.ndarray, column: int, who: int, **rows: float) -> None:
    """Put an enterprise into a column of a table; rows are named as in the records, in small letters."""
    ids[column] = who
    for name, value in rows.items():
        table[getattr(enterprises, name.upper()) + column] = value


def seen(table: np.ndarray, count: int, name: str) -> list[float]:
    """One row of a table, for the enterprises that are in it."""
    first = getattr(enterprises, name.upper())
    return [float(value) for value in table[first : first + count]]
