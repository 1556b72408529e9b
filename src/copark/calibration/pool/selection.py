"""Selection of the casebook's parks: the chance that a park comes to nothing.

Cases were chosen because much was reported of them, and much is reported of parks that work. A park of which nothing is
known is not drawn from them, but from all that were agreed, some of which never take a tenant. Two records were not
chosen by success: zones for which China committed finance (AidData, Global Chinese Development Finance 3.0, read to
its status in 2021), and the parks of the casebook's tables that have no case. From them follows the share of parks that
come to nothing, by Jeffreys' prior; its range is the widest of three readings. That this share holds for a park that is
planned now is an assumption: both records hold what was announced loudly enough to be counted (decision 0062).

A forecast of a park that has no enterprise yet is the mixture of nothing and of the stack; it is told without the
mixture, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from copark.arrays import Floats
from copark.calibration.forecast import LEVELS
from copark.calibration.pool.abc_regression import past_of
from copark.calibration.pool.benchmarks import NO_PAST, Past, fit_growth
from copark.calibration.pool.parks import COUNTS, PanelPark
from copark.calibration.pool.records import aged_counts, counted_pasts
from copark.cases.case import Case
from copark.cases.park_counts import load_counts
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation
from copark.stats.scores import crps

COMMITTED = 28
"""Zones whose finance was committed from 2001 to 2018 in AidData's 56 zone projects: works inside a park, plants and
power lines left out, each zone once."""
NEVER_BEGUN = 3
"""Of these, pledges that never left the pipeline: Altanbulag (2003), Osh (2017), Subic (2018). Long Jiang and Boten
have that status, too, and exist."""
ENDS = (0.05, 0.95)
FEWER = 20
"""A park with fewer enterprises is told as small."""


class ParksWithoutTenant(NamedTuple):
    """Number of parks of a record that came to nothing."""

    record: str
    """zones, parks-without-case or all-parks."""
    nothing: int
    parks: int

    @property
    def mean(self) -> float:
        """Share by Jeffreys' prior."""
        return (self.nothing + 0.5) / (self.parks + 1.0)

    def level(self, level: float) -> float:
        """Quantile of the share."""
        from scipy.special import betaincinv

        return float(betaincinv(self.nothing + 0.5, self.parks - self.nothing + 0.5, level))


def records_of(cases: int) -> tuple[ParksWithoutTenant, ParksWithoutTenant, ParksWithoutTenant]:
    """Read how many parks came to nothing in each record.

    Parameters
    ----------
    cases
        Parks with a case, of which none came to nothing.
    """
    parks = [park for park in load_counts().parks if park.counts]
    nothing = sum(park.came_to_nothing for park in parks)
    return (
        ParksWithoutTenant("zones", NEVER_BEGUN, COMMITTED),
        ParksWithoutTenant("parks-without-case", nothing, len(parks)),
        ParksWithoutTenant("all-parks", nothing, len(parks) + cases),
    )


class ChanceOfNothing(NamedTuple):
    """The chance that a park that is planned comes to nothing."""

    middle: float
    low: float
    high: float


def chance_of_nothing(cases: int) -> ChanceOfNothing:
    """Return the chance that a park comes to nothing, and the widest range of the records.

    Parameters
    ----------
    cases
        Parks with a case.
    """
    records = records_of(cases)
    low, high = ENDS
    return ChanceOfNothing(
        records[0].mean, min(share.level(low) for share in records), max(share.level(high) for share in records)
    )


def has_begun(case: Case, cut: Quarter) -> bool:
    """Return whether an enterprise or job of a park is on record by the end of a quarter: it has not come to nothing.

    Plans are none: values on another basis (announced, with those who build) and those that are not used do not count.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter known.
    """
    counts = (row for row in case.observations if row.variable in COUNTS and row.date.last_day <= cut.last_day)
    return any(_tells_of_some(row) for row in counts) or any(
        anchor.registered.last_day <= cut.last_day for anchor in case.anchors
    )


def _tells_of_some(row: Observation) -> bool:
    """Return whether a value is used, comparable with the model's, and at least of one."""
    low = row.interval(row.unit)[0]
    return row.use and row.other_basis is None and row.grade != "background" and low is not None and low > 0.0


def mixed_with_nothing(levels: Floats, chance: float) -> Floats:
    """Mix quantiles with a chance of none.

    Parameters
    ----------
    levels
        Quantiles of a park that comes about at the levels of a frozen forecast, shape (…, levels).
    chance
        The chance that it does not.

    Returns
    -------
    Quantiles of both, shape as given.
    """
    probabilities = np.array(LEVELS)
    inside = (probabilities - chance) / (1.0 - chance)
    rows = np.apply_along_axis(lambda row: np.interp(inside, probabilities, row), -1, levels)
    return np.where(inside > 0.0, rows, 0.0)


@dataclass(frozen=True)
class OutsideScore:
    """Score of the growth curve on counts of parks without a case, each forecast by all other parks."""

    variable: str
    """Name of the count; empty for all."""
    learned: str
    """Whom it learned from: ``cases`` alone, or ``all`` parks."""
    chance: float
    """Chance of nothing that it was mixed with; 0 for none."""
    parks: int
    """Parks without a case that were forecast."""
    values: int
    """Dated counts of these parks."""
    log_crps: float
    """CRPS of ln(1 + count), the mean over parks of the park's mean."""
    ratio: float
    """Median over the count as a geometric mean over parks that came to something."""
    coverage: float
    """Share of values within the 90 % band."""


@dataclass(frozen=True)
class SmallParks:
    """Number of parks with few enterprises at an age."""

    variable: str
    """Name of the count."""
    age: float
    """Years since land was on offer."""
    whose: str
    """Of ``cases`` or of parks without one, ``others``."""
    parks: int
    """Parks with a count near that age."""
    small: int
    """Parks with fewer than FEWER."""


@dataclass(frozen=True)
class Selection:
    """Effect of the casebook's selection on forecasts of parks never seen."""

    records: tuple[tuple[str, int, int], ...]
    """Record, parks that came to nothing, parks."""
    chance: tuple[float, float, float]
    """Chance of nothing: middle, low, high."""
    outside: tuple[OutsideScore, ...]
    """Scores on parks without a case, by count, whom the curve learned from, and chance of nothing."""
    small: tuple[SmallParks, ...]
    """Parks with few enterprises, by count, age and kind of park."""


def select(parks: Sequence[PanelPark]) -> Selection:
    """Return what the selection of cases does: records, chance of nothing, forecasts of parks without a case.

    Parameters
    ----------
    parks
        Parks of the panel.
    """
    chance = chance_of_nothing(len(parks))
    return Selection(
        tuple((share.record, share.nothing, share.parks) for share in records_of(len(parks))),
        (round(chance.middle, 4), round(chance.low, 4), round(chance.high, 4)),
        tuple(_outside(parks, chance)),
        tuple(_small(parks)),
    )


def _outside(parks: Sequence[PanelPark], chance: ChanceOfNothing) -> list[OutsideScore]:
    """Score the growth curve on parks without a case."""
    rows = []
    for learned in ("cases", "all"):
        forecasts = {variable: _forecasts(parks, variable, learned) for variable in COUNTS}
        for share in (0.0, chance.low, chance.middle, chance.high):
            rows += [_score(variable, learned, share, forecasts) for variable in ("", *COUNTS)]
    return rows


def _forecasts(parks: Sequence[PanelPark], variable: str, learned: str) -> dict[str, list[tuple[float, Floats]]]:
    """Forecast every count of every park without a case: the count, and quantiles."""
    forecasts: dict[str, list[tuple[float, Floats]]] = {}
    for park in load_counts().parks:
        past = aged_counts(park, variable)
        if not len(past.ages):
            continue
        others: list[Past] = [past_of(other, variable) for other in parks]
        if learned == "all":
            others += counted_pasts(variable, without=park.name)
        curve = fit_growth(others)
        if curve is not None:
            forecasts[park.name] = [
                (float(count), np.quantile(curve.ensemble(NO_PAST, float(age)), LEVELS))
                for age, count in zip(past.ages, past.counts, strict=True)
            ]
    return forecasts


def _score(
    variable: str, learned: str, chance: float, forecasts: Mapping[str, Mapping[str, list[tuple[float, Floats]]]]
) -> OutsideScore:
    """Score forecasts of one count, or of all."""
    scores: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}
    held = []
    for name in (variable,) if variable else COUNTS:
        for park, pairs in forecasts[name].items():
            for count, plain in pairs:
                levels = mixed_with_nothing(plain, chance)
                scores.setdefault(park, []).append(crps(np.log1p(levels), float(np.log1p(count))))
                low, middle, high = np.interp((ENDS[0], 0.5, ENDS[1]), LEVELS, levels)
                held.append(bool(low <= count <= high))
                if count > 0.0:
                    ratios.setdefault(park, []).append(float(np.log1p(middle) - np.log1p(count)))
    return OutsideScore(
        variable,
        learned,
        round(chance, 4),
        len(scores),
        len(held),
        float(np.mean([np.mean(rows) for rows in scores.values()])),
        float(np.exp(np.mean([np.mean(rows) for rows in ratios.values()]))),
        float(np.mean(held)),
    )


def _small(parks: Sequence[PanelPark]) -> list[SmallParks]:
    """Count parks with few enterprises at ages."""
    from copark.calibration.pool.forecasts import base_rates

    names = {park.name for park in parks}
    rows = []
    for rate in base_rates(parks, "", COUNTS[0]):
        if not rate.same_type:
            for whose in ("cases", "others"):
                values = [peer.value for peer in rate.peers if (peer.park in names) is (whose == "cases")]
                rows.append(SmallParks(rate.variable, rate.age, whose, len(values), sum(v < FEWER for v in values)))
    return rows
