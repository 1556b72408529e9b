"""A park small enough to work out by hand: records with the catalogue's defaults, and tables with a few enterprises."""

from typing import Any

import numpy as np
from hypothesis import settings

from copark.model import rng
from copark.model.addresses import ADDRESS, NEVER
from copark.model.arrays import make_inputs, make_workspace, records
from copark.model.company import records as company
from copark.model.enterprises import records as enterprises
from copark.model.enterprises.records import Firms
from copark.model.governments import records as governments
from copark.model.variables import catalogue
from copark.model.world import records as world

SUBMODELS = {"world": world, "governments": governments, "company": company, "enterprises": enterprises}

lawful = settings(derandomize=True, deadline=None, database=None)
"""Laws are tried on the same examples every time."""

integers_wrap = np.errstate(over="ignore")
"""As in every run: the integers of random numbers wrap around, which NumPy would warn of where it is not compiled."""


def record(dtype: np.dtype[np.void], **fields: Any) -> Any:
    """One record with the fields given and 0 in all others."""
    made = records(dtype, 1)
    for name, value in fields.items():
        made[name][0] = value
    return made[0]


def address(seed: int = 1, run: int = 0, cut: int = NEVER, later_seed: int = 0, later_run: int = 0) -> Any:
    """The address of a run's random numbers, prepared as the kernel does before the first quarter."""
    made = record(ADDRESS, seed=seed, run=run, cut=cut, later_seed=later_seed, later_run=later_run)
    rng.prepare(made)
    return made


def blank(submodel: str, kind: str, **fields: Any) -> Any:
    """A record of a submodel (parameters, dated, state, receives or sends), 0 in every field not named."""
    return record(getattr(SUBMODELS[submodel], kind.capitalize()), **fields)


def parameters(submodel: str, **changes: Any) -> Any:
    """The submodel's parameters at their defaults, with changes."""
    defaults = {v.name: v.default if v.shape else v.default[0] for v in catalogue().of("parameter", submodel)}
    assert set(changes) <= set(defaults)
    return blank(submodel, "parameters", **(defaults | changes))


def numbered(submodel: str, kind: str, shift: float = 0.0) -> Any:
    """A record with another number in every element of every field."""
    made, number = blank(submodel, kind), 1.0 + shift
    for name in made.dtype.names:
        shape = made.dtype[name].shape
        size = int(np.prod(shape))
        made[name] = np.reshape(number + np.arange(size), shape) if shape else number
        number += size
    return made


def no_firms() -> Firms:
    """Tables without enterprises."""
    return make_workspace(make_inputs(1, 1, 0)).firms


def stand(table: np.ndarray, ids: np.ndarray, column: int, who: int, **rows: float) -> None:
    """Put an enterprise into a column of a table; rows are named as in the records, in small letters."""
    ids[column] = who
    for name, value in rows.items():
        table[getattr(enterprises, name.upper()) + column] = value


def seen(table: np.ndarray, count: int, name: str) -> list[float]:
    """One row of a table, for the enterprises that are in it."""
    first = getattr(enterprises, name.upper())
    return [float(value) for value in table[first : first + count]]
