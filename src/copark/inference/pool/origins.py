"""Rolling origins: what a forecaster knew at the end of a year, and what was reported in the three years after.

Origins are three years apart and windows three years long, so that every value is forecast once. At an origin nothing
later is known: no value of any park, no fact of this one, no growth of the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.cases.quarters import Quarter
from copark.inference.pool.abc_regression import accepted_of, directions, nearest
from copark.inference.pool.batches import PanelBatch
from copark.inference.pool.discrepancy import GRID, Discrepancy, Trial, family, log_density
from copark.inference.pool.growth import Past
from copark.inference.pool.parks import COUNTS, Park, last_day, year_end
from copark.inference.posterior import adjust, systematic
from copark.inference.summaries import features

Floats = NDArray[np.float64]
YEARS = 3
ORIGINS = tuple(range(1998, 2023, YEARS))
MEMBERS = 1000
TRIED = 1 << 12
"""Runs of a batch that the spread of the discrepancy is tried on."""


@dataclass(frozen=True)
class Window:
    """A park at an origin: its values known by then and those reported in the years after; positions of targets.

    Of an observable with nothing known nothing is forecast: that is what leaving a park out is for.
    """

    park: Park
    year: int
    known: tuple[int, ...]
    later: tuple[int, ...]

    @property
    def day(self) -> int:
        """Last day known, counted."""
        return year_end(self.year)

    @property
    def cut(self) -> Quarter:
        """Last quarter known."""
        return Quarter(self.year, 4)

    def own(self, variable: str) -> list[int]:
        """Known values of an observable."""
        return [n for n in self.known if self.park.model.targets[n].variable == variable]


def windows(park: Park) -> tuple[Window, ...]:
    """Every origin of a park at which something can be forecast and was reported."""
    found = []
    for year in ORIGINS:
        known = park.known(year_end(year))
        told = {park.model.targets[n].variable for n in known}
        later = [
            n for name in COUNTS if name in told for n in park.between(name, year_end(year), year_end(year + YEARS))
        ]
        if later:
            found.append(Window(park, year, tuple(known), tuple(later)))
    return tuple(found)


def given_past(
    batch: PanelBatch, seed: int, spread: Discrepancy, later: Sequence[int], known: Sequence[int]
) -> Floats:  # fmt: skip
    """What runs say of later values, given a park's own earlier ones; shape (members, later).

    The runs nearest to the past are accepted and their later values, in logs, moved by regression on the summaries of
    the past that tell most of them. Past and future share the discrepancy's course.
    """
    reports = batch.reports(seed, spread)
    reports = reports[np.isfinite(reports).all(axis=1)]
    model = batch.park.model
    past = type(model)(tuple(model.targets[n] for n in known))
    x = features(past, reports[:, list(known)])
    y = np.log1p(np.maximum(reports[:, list(later)], 0.0))
    told = directions(x, y)
    summaries = told(x)
    target = told(features(past, past.recorded[np.newaxis, :]))[0]
    near, weights, _ = nearest(summaries, target, accepted_of(len(x)))
    moved = adjust(y[near], summaries[near], target, weights)
    found: Floats = np.expm1(np.clip(moved[systematic(weights, MEMBERS)], 0.0, 20.0))
    return found


def trials_of(window: Window, batch: PanelBatch, seed: int) -> list[Trial]:
    """Forecast a window from the park's own past with every spread of the discrepancy.

    Parameters
    ----------
    batch
        Runs of the park on its own prior.
    """
    few, targets = batch.first(TRIED), window.park.model.targets
    tried = [given_past(few, seed, Discrepancy(one, one), window.later, window.known) for one in GRID]
    return [
        Trial(
            window.park.name, family(targets[at].variable), last_day(targets[at]),
            tuple(log_density(rows[:, n], targets[at].value) for rows in tried),
        )
        for n, at in enumerate(window.later)
    ]  # fmt: skip


def past_of(park: Park, positions: Sequence[int]) -> Past:
    """Values of some targets against age."""
    return Past(park.ages[list(positions)], np.array([park.model.targets[n].reported for n in positions]))


def pasts(parks: Sequence[Park], without: str, variable: str, until: int | None = None) -> list[Past]:
    """Values of an observable in all parks but one, known by a day."""
    found = []
    for park in parks:
        known = set(park.known(until))
        if park.name != without:
            found.append(past_of(park, [n for n in park.of(variable) if n in known]))
    return found
