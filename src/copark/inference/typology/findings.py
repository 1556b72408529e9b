"""Types of parks compared: the observed parks, matched scenarios of one park, and both side by side.

Record and twins side by side: which differences between types both show, and which only one of them.

A measure of the record has a counterpart in the twins at an age that suits it, both fixed before either was read.
Agreement is of direction alone: the record compares parks that differ in much else, the twins one park with itself.

Two types of parks set against each other, with what a few parks allow to say.

The measure of difference is the *probability of superiority*: the chance that a park drawn from the first type has more
than one drawn from the second, ties counting half; 0.5 is no difference, and no unit or scale enters. Its band is a
bootstrap within each type. Beside it stands the exact share of all ways to deal the types among the same parks that set
them at least so far apart. Both treat the parks on record as if they had been drawn by chance, which they were not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.arrays import Floats
from copark.inference.typology.measures import MEASURES, ParkMeasure, measured
from copark.inference.typology.twins import FACTORS, FactorPart, TwinReading, key_of, parts, readings
from copark.simulation.readouts.compare import COUNTS, ends_of_years, pairs_of
from copark.simulation.schemas import Title
from copark.stats.quantiles import band, quantile_band

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.parks import Parks
    from copark.simulation.study import Study

DRAWS = 4000
LEVEL = 0.90
LEAST = 3
"""Parks of each type below which nothing is said."""
RARE = 0.10
"""Share of deals below which a difference is called one, if the band excludes one half too: fixed beforehand."""


@dataclass(frozen=True)
class Contrast:
    """Two types on one measure."""

    measure: str
    """Which."""
    counts: tuple[int, int]
    """Parks of the first and of the second type with a value."""
    superiority: float
    low: float
    high: float
    """superiority, low, high: probability of superiority of the first type, and its bootstrap band (90 %)."""
    deals: float
    """Exact share of deals at least as far from one half; of all deals of these values."""
    without: tuple[float, float]
    """Least and greatest superiority when one park is left out."""
    verdict: str
    """``more``, ``less``, ``alike`` (not told apart) or ``few`` (too few parks)."""


def superiority(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Chance that a value of the first group is greater than one of the second, ties counting half."""
    apart = np.asarray(first, dtype=np.float64)[:, np.newaxis] - np.asarray(second, dtype=np.float64)
    return float((np.sign(apart).mean() + 1.0) / 2.0)


def exact_share(first: Sequence[float], second: Sequence[float]) -> float:
    """Share of all ways to deal the groups among these values whose superiority is at least as far from one half.

    Counted, not sampled: superiority depends on the sum of the first group's ranks alone, and the number of subsets by
    size and sum of (doubled) midranks follows from adding one value at a time.
    """
    values = np.concatenate([np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)])
    doubled = np.array([int((values < x).sum() + (values <= x).sum()) + 1 for x in values])
    size, total = len(first), int(doubled.sum())
    ways = [[0] * (total + 1) for _ in range(size + 1)]
    ways[0][0] = 1
    for rank in doubled.tolist():
        for chosen in range(size, 0, -1):
            for reached in range(total, rank - 1, -1):
                ways[chosen][reached] += ways[chosen - 1][reached - rank]
    middle, here = size * (len(values) + 1), int(doubled[:size].sum())
    counted = ways[size]
    far = sum(ways_ for reached, ways_ in enumerate(counted) if abs(reached - middle) >= abs(here - middle))
    return far / sum(counted)


def contrast(measure: str, first: Sequence[float], second: Sequence[float], seed: int = 1) -> Contrast:
    """Set two groups of values against each other.

    Parameters
    ----------
    measure
        Name of what they measure.
    first, second
        Values of the parks of each type.
    seed
        Of the bootstrap.
    """
    counts = (len(first), len(second))
    if min(counts) < LEAST:
        nothing = float("nan")
        return Contrast(measure, counts, nothing, nothing, nothing, nothing, (nothing, nothing), "few")
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    luck = np.random.Generator(np.random.Philox(key=seed))
    drawn = [
        superiority(luck.choice(one, len(one)), luck.choice(other, len(other)))
        for _ in range(DRAWS)
    ]  # fmt: skip
    low, high = quantile_band(drawn, LEVEL)
    left = [superiority(np.delete(one, at), other) for at in range(len(one))]
    left += [superiority(one, np.delete(other, at)) for at in range(len(other))]
    found, share = superiority(one, other), exact_share(first, second)
    told = share < RARE and not low <= 0.5 <= high
    verdict = ("more" if found > 0.5 else "less") if told else "alike"
    return Contrast(measure, counts, found, low, high, share, (min(left), max(left)), verdict)


COUNTERPARTS = {
    "standing": ("self_standing", 20),
    "firms": ("registered", 20),
    "firms_at_ten": ("registered", 10),
    "growth": ("growth", 10),
    "jobs": ("jobs", 20),
    "investment": ("investment", 20),
    "area": ("land", 20),
    "density": ("density", 20),
}
"""Reading of the twins, and age in years, that a measure of the record is set beside."""


@dataclass(frozen=True)
class Agreement:
    """A measure in the record and in the twins.

    ``verdict`` is ``both_more``, ``both_less``, ``both_alike``, ``record_only``, ``twins_only``, ``opposed`` or
    ``few`` (the record has too few parks).
    """

    contrast: Contrast
    reading: TwinReading
    verdict: str


def agreements(contrasts: Iterable[Contrast], found: Iterable[TwinReading]) -> tuple[Agreement, ...]:
    """Set every measure that has a counterpart beside it."""
    known = {(one.reading, one.year): one for one in found}
    made = []
    for one in contrasts:
        if one.measure in COUNTERPARTS:
            twin = known[COUNTERPARTS[one.measure]]
            made.append(Agreement(one, twin, verdict_of(one.verdict, twin.verdict)))
    return tuple(made)


def verdict_of(record: str, twins: str) -> str:
    """What two verdicts make together."""
    if record == "few":
        return "few"
    if record == twins:
        return f"both_{record}"
    if record == "alike":
        return "twins_only"
    return "record_only" if twins == "alike" else "opposed"


TYPES = ("intergovernmental", "mixed", "enterprise-led")
FIRST, SECOND = TYPES[0], TYPES[2]
"""The two types that are compared."""
SHARES = ("self_standing", "failed")
"""Readings that are shares of runs."""
READ = (("serviced_area", 10), ("operating", 20))
"""Outputs in which every scenario of the second study is compared with the first, and after how many years."""


@dataclass(frozen=True)
class Gap:
    """Difference of a scenario from the intergovernmental one at a date: median, 5 and 95 % of pairs, share above 0.

    ``log``: of logarithms, as for everything that is counted.
    """

    scenario: str
    title: Title
    output: str
    quarter: str
    log: bool
    low: float
    median: float
    high: float
    above: float


@dataclass(frozen=True, kw_only=True)
class TypeFindings:
    """A comparison of types of parks."""

    names: Mapping[str, Title]
    """Of the parks by key."""
    homes: int
    home: str
    """homes, home: how many enterprise-led parks have investors of the commonest country, and its code."""
    measured: tuple[ParkMeasure, ...]
    contrasts: tuple[Contrast, ...]
    """measured, contrasts: observed parks: values, and intergovernmental against enterprise-led."""
    outcomes: Mapping[str, Mapping[str, int]]
    """Observed parks by type and status."""
    readings: tuple[TwinReading, ...]
    parts: tuple[FactorPart, ...]
    """readings, parts: matched scenarios: side by side, and the difference by factor."""
    gaps: tuple[Gap, ...]
    """Further scenarios against the intergovernmental one."""
    agreements: tuple[Agreement, ...]
    """Observed parks and scenarios."""

    def values(self, measure: str, type_: str) -> list[float]:
        """Values of a measure of the parks of a type."""
        return [one.value for one in self.measured if (one.measure, one.type) == (measure, type_)]

    def reading(self, name: str, year: int) -> TwinReading:
        """What the two scenarios have, and the difference."""
        return next(one for one in self.readings if (one.reading, one.year) == (name, year))

    def part(self, name: str, year: int, factor: str) -> FactorPart:
        """What of a difference is due to a factor."""
        return next(one for one in self.parts if (one.reading, one.year, one.factor) == (name, year, factor))


def find(
    book: Parks, cases: Mapping[str, Case], factorial: xr.Dataset, twins: xr.Dataset, study: Study
) -> TypeFindings:
    """Compare the types.

    Parameters
    ----------
    book, cases
        The table of parks, and their cases by name.
    factorial
        Runs of every combination of owner, plan and framework.
    twins, study
        Runs of further scenarios, and the study they are of.
    """
    values = measured(book.parks, cases)

    def of(measure: str, type_: str) -> list[float]:
        return [one.value for one in values if (one.measure, one.type) == (measure, type_)]

    contrasts = tuple(contrast(name, of(name, FIRST), of(name, SECOND)) for name in MEASURES)
    read = tuple(readings(factorial, key_of(()), key_of(FACTORS)))
    ((home, homes),) = Counter(park.home for park in book.parks if park.type == SECOND).most_common(1)
    return TypeFindings(
        names={park.id: Title(en=park.name("en"), zh=park.name("zh")) for park in book.parks},
        homes=homes,
        home=home,
        measured=values,
        contrasts=contrasts,
        outcomes={
            type_: dict(Counter(park.outcome for park in book.parks if park.type == type_ and park.outcome))
            for type_ in TYPES
        },
        readings=read,
        parts=tuple(parts(factorial)),
        gaps=gaps(twins, study),
        agreements=agreements(contrasts, read),
    )


def gaps(twins: xr.Dataset, study: Study) -> tuple[Gap, ...]:
    """Every scenario of a study against the first, run by run."""
    titles, found = {one.key: one.title for one in study.scenarios}, []
    for output, year in READ:
        for pair in pairs_of(twins):
            (quarter,) = ends_of_years(pair.before, (year,))
            log = str(pair.before[output].attrs.get("units", "")) in COUNTS
            apart = pair.difference(output, log=log)[:, pair.labels.index(quarter)]
            low, middle, high = band(apart)
            above = float(np.mean(apart[np.isfinite(apart)] > 0.0))
            found.append(Gap(pair.arm, titles[pair.arm], output, quarter, log, low, middle, high, above))
    return tuple(found)
