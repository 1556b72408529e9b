"""What satellites saw of a park beside what the model has of it, each as an index: the first common year is 100.

A signal from outside stands here, beside the company's books, because both are evidence that enters no fit and tests
the model; what a company says of itself is checked by what it cannot write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.accounts.ledger import Course
from copark.analyses.accounts.published import Side, side_of
from copark.arrays import Floats
from copark.calibration.observations import error_in
from copark.model.clock import QUARTERS_PER_YEAR
from copark.stats.quantiles import Z_BAND, Band

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.cases.table_schemas import Observation

SEEN: Mapping[str, str] = {"night_light": "operating", "built_up_area": "occupied_area"}
"""Outputs of the model that stand beside what satellites see: enterprises at work shine, land that is taken up is
built on."""
HUNDRED = 100.0
MOST_NEVER = 0.5
"""Share of runs that may have nothing yet in the year that is 100; a later year is taken beyond it."""


@dataclass(frozen=True)
class Signal:
    """A satellite signal and the model's counterpart as indices, by year."""

    variable: str
    """What was seen: night light or built-up area."""
    output: str
    """What of the model stands beside it."""
    base: int
    """Year that is 100."""
    without: float
    """Share of runs that are left out, since they have nothing yet in that year, 0 to 1."""
    seen: Course
    """Index of the signal, with the 90 % range of its error; that of the year that is 100 is in all others."""
    model: Course
    """Index of the model in the same years, median and 90 % of runs."""

    @property
    def side(self) -> Side:
        """Where the model's range lies beside the signal's in the last year."""
        last = self.seen.bands[-1]
        return side_of(last.low, last.high, self.model.bands[-1])


def outputs_seen(case: Case) -> tuple[str, ...]:
    """Return the outputs of the model that stand beside signals of a case; none where it has no signal."""
    return tuple(output for variable, output in SEEN.items() if case.observed(variable))


def signals_of(case: Case, runs: xr.Dataset, start: Quarter) -> Iterator[Signal]:
    """Yield each signal with at least two years in common with the model.

    Parameters
    ----------
    case
        The case.
    runs
        Its runs as it is, with :func:`outputs_seen`.
    start
        First quarter of the runs.
    """
    is_sound = np.asarray(runs["status"].to_numpy())[0].reshape(runs.sizes["run"], -1)[:, 0] == 0
    for variable, output in SEEN.items():
        rows = {row.date.year: row for row in case.observed(variable) if row.bound in ("exact", "about")}
        if not rows:
            continue
        by_year = _means(runs[output].to_numpy()[0][is_sound], start)
        common = [year for year in sorted(rows) if year in by_year]
        base = next((year for year in common if _is_base(rows[year], by_year[year])), None)
        if base is None or base == common[-1]:
            continue
        years = tuple(year for year in common if year >= base)
        has_some = by_year[base] > 0.0
        indices = [HUNDRED * by_year[year][has_some] / by_year[base][has_some] for year in years]
        seen = tuple(_seen(rows[year], rows[base]) for year in years)
        model = tuple(Band.of(index) for index in indices)
        without = float(1.0 - has_some.mean())
        yield Signal(variable, output, base, without, Course(years, seen), Course(years, model))


def _means(values: Floats, start: Quarter) -> dict[int, Floats]:
    """Return the mean of each whole calendar year, as a composite is of a year; shape (runs,)."""
    places: dict[int, list[int]] = {}
    for place in range(values.shape[1]):
        places.setdefault((start + place).year, []).append(place)
    return {year: values[:, at].mean(axis=1) for year, at in places.items() if len(at) == QUARTERS_PER_YEAR}


def _is_base(row: Observation, values: Floats) -> bool:
    """Return whether a year can be 100: there is something to see, and most runs have something, too."""
    return row.value > 0.0 and float((values > 0.0).mean()) > MOST_NEVER


def _seen(row: Observation, base: Observation) -> Band:
    """Return the index of a year with the 90 % range of its error and of the base's; the base itself is 100."""
    index = HUNDRED * row.value / base.value
    if row is base:
        return Band(HUNDRED, HUNDRED, HUNDRED)
    own = error_in(row, row.unit, row.bound)
    of_base = error_in(base, base.unit, base.bound)
    error = np.hypot(own / base.value, row.value * of_base / base.value**2)
    reach = Z_BAND * HUNDRED * float(error)
    return Band(max(index - reach, 0.0), index, index + reach)
