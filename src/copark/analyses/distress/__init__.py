"""Distress over age: how long parks go without a dated distress, by kind, and what lists of zones say.

Parks alone enter the curves. Zones that were sought for having failed would make any rate, and enter none (decision
0129).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from copark.analyses.contract import AnalysisParams, Result, Rows
from copark.arrays import Floats
from copark.cases.park_counts import LAST
from copark.cases.parks import ParkType, load_parks
from copark.cases.table_schemas import Source
from copark.cases.zones import BaseRate, Distress, load_failures
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from copark.analyses.context import Context

LEVEL = 0.90
"""Probability of the intervals."""
AGES = (5, 10, 15, 20, 25)
"""Ages that the table tells, years."""
TOLD_APART = 0.05
"""Corrected p below which two kinds are told apart."""
PAIRS = tuple(combinations(get_args(ParkType), 2))
"""Kinds that are compared: as many tests as p is corrected for."""
ALL = "all"
"""Stands for parks of every kind."""
DAYS_PER_YEAR = 365.25


class Params(AnalysisParams):
    """Parameters: there is nothing to choose."""


@dataclass(frozen=True)
class ParkAge:
    """A park: its age at its first dated distress, or at the end of the record."""

    park: str
    """Short name."""
    name_en: str
    """Name in English."""
    name_zh: str
    """Name in Chinese."""
    type: ParkType
    """Intergovernmental, mixed or enterprise-led."""
    launch: int
    """Year of its launch."""
    age: float
    """Years from the middle of the year of launch to the distress, or to the end of the record."""
    date: str
    """When it got into distress; empty if no date is known."""
    bound: str
    """What the date says: on, by or about; empty without one."""
    kind: str
    """Kind of distress; ``none-found`` without one."""
    what_en: str
    """What happened, in English."""
    what_zh: str
    """What happened, in Chinese."""
    source: tuple[str, ...]
    """Keys of its sources."""

    @property
    def is_distressed(self) -> bool:
        """Whether a distress is dated."""
        return bool(self.date)


@dataclass(frozen=True)
class Curve:
    """Kaplan–Meier estimate of the share of parks without distress, by age: a step at each age of a distress."""

    kind: str
    """Kind of parks, or ``all``."""
    parks: int
    """Number of parks."""
    distressed: int
    """Parks with a dated distress."""
    ages: Floats
    """Ages of the steps, years, ascending; the last is that of the oldest park."""
    free: Floats
    """Share without distress from each age on, 0 to 1."""
    low: Floats
    """Lower end of its interval, by the log-log transformation of Greenwood's variance; NaN where it has none."""
    high: Floats
    """Upper end."""
    at_risk: tuple[int, ...]
    """Parks that are older than each of :data:`AGES` and were without distress till then."""

    def at(self, age: float) -> tuple[float, float, float] | None:
        """Return the share without distress at an age, with its interval: value, low, high; none beyond the oldest."""
        if not len(self.ages) or age > self.ages[-1]:
            return None
        place = int(np.searchsorted(self.ages, age, side="right")) - 1
        if place < 0:
            return 1.0, float("nan"), float("nan")
        return float(self.free[place]), float(self.low[place]), float(self.high[place])


@dataclass(frozen=True)
class Contrast:
    """A log-rank test of two kinds of parks."""

    first: str
    """One kind."""
    second: str
    """The other kind."""
    p_value: float
    """Two-sided p of the asymptotic test, Bonferroni-corrected; NaN where neither kind has a dated distress."""

    @property
    def is_told_apart(self) -> bool:
        """Whether the two differ more than chance would have it once in twenty."""
        return self.p_value < TOLD_APART


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Distress of parks over their age."""

    parks: tuple[ParkAge, ...]
    """Parks that were looked up, in the order of the table of parks."""
    kept: tuple[str, ...]
    """Parks that are kept for a blind test, of which nothing was looked up."""
    curves: tuple[Curve, ...]
    """Curves: of all parks, then by kind."""
    contrasts: tuple[Contrast, ...]
    """Log-rank tests of each two kinds."""
    zones: int
    """Zones that were sought for having failed, and enter no curve."""
    zones_by_kind: dict[str, int]
    """Dates of distress of these zones, by kind."""
    rates: tuple[BaseRate, ...]
    """Rates of lists of zones."""
    sources: dict[str, Source]
    """Sources of parks and rates, by key."""

    def main_table(self) -> Rows:
        """Return a row for each park that was looked up."""
        return (
            {
                "park": park.park,
                "type": park.type,
                "launch": park.launch,
                "age": park.age,
                "distressed": park.is_distressed,
                "date": park.date,
                "kind": park.kind,
            }
            for park in self.parks
        )


def depends_on(_params: Params, _context: Context) -> JsonObject:
    """Return the tables of parks, zones, distress and rates by their content."""
    from copark.cases.casebook import ZONE_TABLES, casebook_path
    from copark.cases.parks import FILES
    from copark.identity import hash_files

    folder = casebook_path()
    return {"files": hash_files([folder / name for name in sorted({*FILES, *ZONE_TABLES})], folder)}


def compute(_params: Params, context: Context) -> Answer:
    """Estimate the curves."""
    from copark.version import __version__

    failures = load_failures()
    rows: dict[str, list[Distress]] = {}
    for row in failures.distress:
        if row.park:
            rows.setdefault(row.park, []).append(row)
    kept = {name for name, dates in rows.items() if all(row.looked == "kept" for row in dates)}
    parks = tuple(
        _age(park.id, (park.name_en, park.name_zh), park.type, park.launch, rows[park.id])
        for park in load_parks().parks
        if park.id in rows and park.id not in kept
    )
    kinds: Mapping[str, Sequence[ParkAge]] = {
        ALL: parks,
        **{kind: [park for park in parks if park.type == kind] for kind in get_args(ParkType)},
    }
    of_zones = [row for row in failures.distress if row.zone]
    named = {key for park in parks for key in park.source} | {
        key for rate in failures.base_rates for key in rate.source
    }
    return Answer(
        parks=parks,
        kept=tuple(park.id for park in load_parks().parks if park.id in kept),
        curves=tuple(curve(kind, some) for kind, some in kinds.items()),
        contrasts=tuple(contrast(pair, kinds) for pair in PAIRS),
        zones=len(failures.zones),
        zones_by_kind={kind: sum(row.kind == kind for row in of_zones) for kind in sorted({r.kind for r in of_zones})},
        rates=failures.base_rates,
        sources={key: source for key, source in failures.sources.items() if key in named},
        run_id=context.run_id,
        provenance={"code_version": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")},
    )


def _age(name: str, names: tuple[str, str], kind: ParkType, launch: int, rows: Iterable[Distress]) -> ParkAge:
    """Return a park with the first of its dated distresses."""
    dated = sorted((row for row in rows if row.date), key=_day)
    first = dated[0] if dated else None
    day = LAST.last_day if first is None else _day(first)
    age = max((day - date(launch, 7, 1)).days / DAYS_PER_YEAR, 0.0)
    if first is None:
        return ParkAge(name, *names, kind, launch, age, "", "", "none-found", "", "", ())
    words = (str(first.date), str(first.bound), first.kind, first.what_en, first.what_zh)
    return ParkAge(name, *names, kind, launch, age, *words, tuple(first.source or ()))


def _day(row: Distress) -> date:
    """Return the day a distress is placed at: the middle of a year or month of which no more is known."""
    when = LAST if row.date is None else row.date
    first, last = when.first_day, when.last_day
    return first + (last - first) / 2


def curve(kind: str, parks: Sequence[ParkAge]) -> Curve:
    """Estimate the share of parks without distress by age, by Kaplan and Meier.

    Parks without a dated distress are censored at the end of the record: that none was found is no proof that there was
    none, so that the curve is an upper bound.

    Parameters
    ----------
    kind
        Kind of parks, or ``all``.
    parks
        The parks.
    """
    from scipy.stats import ecdf

    at_risk = tuple(sum(park.age >= age for park in parks) for age in AGES)
    if not len(parks):
        nothing = np.zeros(0)
        return Curve(kind, 0, 0, nothing, nothing, nothing, nothing, at_risk)
    free = ecdf(_censored(parks)).sf
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # Before the first distress, where the share is 1, the interval is not defined.
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = free.confidence_interval(confidence_level=LEVEL, method="log-log")
    steps: Floats = np.asarray(free.quantiles, dtype=np.float64)
    return Curve(
        kind,
        len(parks),
        sum(park.is_distressed for park in parks),
        steps,
        np.asarray(free.probabilities, dtype=np.float64),
        np.asarray(interval.low.probabilities, dtype=np.float64),
        np.asarray(interval.high.probabilities, dtype=np.float64),
        at_risk,
    )


def _censored(parks: Sequence[ParkAge]) -> Any:
    """Return ages of parks, those without a dated distress as censored."""
    from scipy.stats import CensoredData

    return CensoredData.right_censored(
        np.array([park.age for park in parks]), np.array([not park.is_distressed for park in parks], dtype=bool)
    )


def contrast(pair: tuple[str, str], kinds: Mapping[str, Sequence[ParkAge]]) -> Contrast:
    """Compare two kinds of parks by the log-rank test, corrected for the number of pairs.

    Parameters
    ----------
    pair
        Names of the kinds.
    kinds
        Parks by kind.
    """
    from scipy.stats import logrank

    first, second = (kinds[name] for name in pair)
    if not any(park.is_distressed for park in (*first, *second)) or not (first and second):
        return Contrast(*pair, float("nan"))
    p_value = float(logrank(_censored(first), _censored(second)).pvalue)
    return Contrast(*pair, min(1.0, len(PAIRS) * p_value))
