"""Base rates: what parks of a type had become at an age, by the record alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.inference.pool.parks import Park

NEAR_YEARS = 1.5
"""A value counts for an age if it is no farther away than this."""
AGES = (5.0, 10.0, 15.0, 20.0)


@dataclass(frozen=True)
class Peer:
    """One park's value nearest to an age."""

    park: str
    kind: str
    age: float
    value: float


@dataclass(frozen=True)
class BaseRate:
    """What parks had become at an age: those of the same type, or of all types.

    low, median, high: lowest, middle and highest of the parks.
    """

    variable: str
    age: float
    same_type: bool
    peers: tuple[Peer, ...]

    @property
    def values(self) -> tuple[float, float, float]:
        """Lowest, middle and highest."""
        found = [one.value for one in self.peers]
        return float(min(found)), float(np.median(found)), float(max(found))


def base_rates(
    parks: Sequence[Park], kind: str, variable: str, *, without: str = "", ages: Sequence[float] = AGES
) -> tuple[BaseRate, ...]:
    """Base rates of an observable by age: of parks of a type and of all parks; ages that no park tells are left out."""
    found = []
    for age in ages:
        near = [one for park in parks if park.name != without for one in _nearest(park, variable, age)]
        for same in (True, False):
            peers = tuple(one for one in near if not same or one.kind == kind)
            if peers:
                found.append(BaseRate(variable, age, same, peers))
    return tuple(found)


def _nearest(park: Park, variable: str, age: float) -> list[Peer]:
    own = [n for n in park.of(variable) if abs(float(park.ages[n]) - age) <= NEAR_YEARS]
    if not own:
        return []
    at = min(own, key=lambda n: abs(float(park.ages[n]) - age))
    return [Peer(park.name, park.case.kind, float(park.ages[at]), park.model.targets[at].reported)]
