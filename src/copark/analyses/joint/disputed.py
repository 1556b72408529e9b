"""Disputed values: what the casebook marks as doubtful or contradicted, and the columns of a panel that rest on it.

A value is left out as a park is: without its columns, and nothing is simulated again. Its columns are the size of the
value and the growth to and from it, with their squares; the growth past it is still told by the sizes on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from copark.analyses.joint.reader import Reader
from copark.analyses.joint.simulated_panels import Member
from copark.arrays import Integers
from copark.cases.casebook import DISPUTED, casebook_path
from copark.texts.localized import LocalizedText


@dataclass(frozen=True)
class DisputedValue:
    """A value of the casebook that is doubtful or contradicted."""

    park: str
    """Name of the park."""
    variable: str
    """Name of the observable."""
    date: str
    """Date as ``series.csv`` gives it."""
    source: str
    """Where the dispute is told: number of a decision, or ``series`` for a note of ``series.csv``."""
    reason: LocalizedText
    """Why it is disputed."""


@cache
def disputed_values() -> tuple[DisputedValue, ...]:
    """Read the list of disputed values of the casebook."""
    import yaml

    rows = yaml.safe_load((casebook_path() / DISPUTED).read_text(encoding="utf-8"))
    return tuple(DisputedValue(**{**row, "reason": LocalizedText(**row["reason"])}) for row in rows)


def place_of(member: Member, value: DisputedValue) -> int | None:
    """Find the target of a park that a disputed value is; none where the panel does not read it.

    Parameters
    ----------
    member
        The park.
    value
        The value.
    """
    targets = member.park.model.targets[: member.counted]
    named = (n for n, target in enumerate(targets) if (target.variable, target.date) == (value.variable, value.date))
    return next(named, None) if member.name == value.park else None


def columns_on(reader: Reader, members: Sequence[Member], park: int, place: int) -> Integers:
    """Find the columns of a reader that rest on a value.

    Parameters
    ----------
    reader
        Reader whose first blocks are what is on record, by park.
    members
        Parks of the panel.
    park
        Position of the park.
    place
        Position of the value among the park's values on record.
    """
    targets = members[park].park.model.targets[: members[park].counted]
    # The order of features: a size of each value, then growth between neighbours of one variable.
    growths = [(n, n + 1) for n, (first, second) in enumerate(pairwise(targets)) if first.variable == second.variable]
    features = [place, *(len(targets) + k for k, ends in enumerate(growths) if place in ends)]
    width = len(reader.centres[park])
    start = 2 * sum(len(centre) for centre in reader.centres[:park])
    return np.array([start + side + feature for side in (0, width) for feature in features], dtype=np.int64)
