"""Types of parks compared: the observed parks, matched scenarios of one park, and both side by side.

Observed parks: the measure of difference is the *probability of superiority*: the chance that a park drawn from the
first type has more than one drawn from the second, ties counting half; 0.5 is no difference, and no unit or scale
enters. Its band is a bootstrap within each type. Beside it stands the exact share of all ways to deal the types among
the same parks that set them at least so far apart. Both treat the parks on record as if they had been drawn by chance,
which they were not.

Model twins: eight scenarios on the same parameters and random numbers hold every combination of owner, plan and
framework. The difference between the whole and its opposite is divided exactly by the Shapley value: what a factor
changes, averaged over all orders in which the three can be taken away. Beside it stand what a factor changes when it
alone is taken away, and when it alone is left. Parts are taken run by run, so that their bands are of paired
differences.

Side by side: a measure of the record has a counterpart in the twins at an age that suits it, both fixed before either
was read. Agreement is of direction alone: the record compares parks that differ in much else, the twins one park with
itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, factorial, nan
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.typology.measures import MEASURES, ParkMeasure, measured
from copark.arrays import Floats
from copark.model.outcomes import GOOD
from copark.simulation.readouts.compare import COUNTS, effects_of, ends_of_years, paired
from copark.stats.precision import difference
from copark.stats.quantiles import band, quantile_band
from copark.stats.ranks import mean_ranks
from copark.stats.rounding import rounded
from copark.stats.shares import side_of
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.parks import Parks
    from copark.simulation.study import Study

TYPES = ("intergovernmental", "mixed", "enterprise-led")
FIRST = TYPES[0]
"""First of the two types that are compared."""
SECOND = TYPES[2]
"""Second of the two types that are compared."""
DRAWS = 4000
"""Resamples of the bootstrap."""
LEVEL = 0.90
"""Probability of the bands."""
LEAST = 3
"""Parks of each type below which nothing is said."""
RARE = 0.10
"""Share of deals below which a difference is called one, if the band excludes one half too: fixed beforehand."""


@dataclass(frozen=True)
class Contrast:
    """Two types on one measure."""

    measure: str
    """Name of the measure."""
    counts: tuple[int, int]
    """Parks of the first and of the second type with a value."""
    superiority: float
    """Probability that a park of the first type has more than one of the second, ties by half, 0 to 1; NaN with too few
    parks."""
    low: float
    """Lower end of its bootstrap band (90 %)."""
    high: float
    """Upper end of the same band."""
    deals: float
    """Exact share of deals at least as far from one half; of all deals of these values."""
    without: tuple[float, float]
    """Least and greatest superiority when one park is left out."""
    verdict: str
    """``more``, ``less``, ``alike`` (not told apart) or ``few`` (too few parks)."""


def superiority(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Return the chance that a value of the first group is greater than one of the second, ties counting half."""
    gaps = difference(np.asarray(second, dtype=np.float64), np.asarray(first, dtype=np.float64)[:, np.newaxis])
    return float((np.sign(gaps).mean() + 1.0) / 2.0)


def exact_share(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the share of all ways to deal the groups whose superiority is at least as far from one half.

    The groups are dealt among the given values. Counted, not sampled: superiority depends on the sum of the first
    group's ranks alone, and the number of subsets by size and sum of (doubled) midranks follows from adding one value
    at a time.
    """
    doubled = (2.0 * mean_ranks(rounded([*first, *second]))).astype(int).tolist()
    size = len(first)
    count = len(doubled)
    ways = Counter({(0, 0): 1})
    for rank in doubled:
        for (chosen, reached), count_of_ways in list(ways.items()):
            if chosen < size:
                ways[chosen + 1, reached + rank] += count_of_ways
    middle = size * (count + 1)
    far = abs(sum(doubled[:size]) - middle)
    return sum(
        ways_to_reach
        for (chosen, reached), ways_to_reach in ways.items()
        if chosen == size and abs(reached - middle) >= far
    ) / comb(count, size)


def contrast(measure: str, first: Sequence[float], second: Sequence[float], seed: int = 1) -> Contrast:
    """Set the values of two types of parks on a measure against each other.

    Parameters
    ----------
    measure
        Name of the measure.
    first, second
        Values of the parks of each type, in the measure's unit.
    seed
        Seed of the bootstrap.
    """
    counts = (len(first), len(second))
    if min(counts) < LEAST:
        return Contrast(measure, counts, nan, nan, nan, nan, (nan, nan), "few")
    first_values = np.asarray(first, dtype=np.float64)
    second_values = np.asarray(second, dtype=np.float64)
    rng = np.random.Generator(np.random.Philox(key=seed))
    drawn = [
        superiority(rng.choice(first_values, len(first_values)), rng.choice(second_values, len(second_values)))
        for _ in range(DRAWS)
    ]
    low, high = quantile_band(drawn, LEVEL)
    superiorities_without = [
        superiority(np.delete(first_values, position), second_values) for position in range(len(first_values))
    ]
    superiorities_without += [
        superiority(first_values, np.delete(second_values, position)) for position in range(len(second_values))
    ]
    observed = superiority(first_values, second_values)
    share = exact_share(first, second)
    is_told_apart = share < RARE and not low <= 0.5 <= high
    verdict = ("more" if observed > 0.5 else "less") if is_told_apart else "alike"
    return Contrast(
        measure, counts, observed, low, high, share, (min(superiorities_without), max(superiorities_without)), verdict
    )


FACTORS = ("owner", "plan", "framework")
"""Factors in which the matched scenarios differ."""
YEARS = (5, 10, 20)
"""Ages of the park at which twins are read."""
READINGS = (
    GOOD.key,
    "failed",
    "registered",
    "operating",
    "growth",
    "jobs",
    "investment",
    "land",
    "density",
)
"""Quantities that are read off a matched scenario."""
SHARES = (GOOD.key, "failed")
"""Readings that are shares of runs."""
GROWTH_FROM = 5
"""Age from which growth of the count of residents is read, in years."""


@dataclass(frozen=True)
class TwinReading:
    """Value of a matched scenario, and its difference from the other, at an age."""

    reading: str
    """Name of what is read off a twin."""
    year: int
    """Age of the park, in years."""
    first: float
    """Median over runs of the intergovernmental twin; the share of runs for outcomes."""
    second: float
    """The same of the enterprise-led twin."""
    low: float
    """5 % of the paired differences, first less second; for outcomes the lower end of the band of the mean difference
    over draws of runs."""
    median: float
    """50 % of them; for outcomes the mean difference."""
    high: float
    """95 % of them; for outcomes the upper end of the band."""
    above: float
    """Share of pairs in which the first has more."""
    verdict: str
    """``more`` or ``less`` (the band excludes 0), or ``alike``."""


@dataclass(frozen=True)
class FactorPart:
    """Part of a difference that is due to a factor."""

    reading: str
    """Name of what is read off a twin."""
    year: int
    """Age of the park, in years."""
    factor: str
    """The factor: owner, plan or framework."""
    low: float
    """5 % over runs of the Shapley value; for outcomes the lower end of the band of its mean over draws of runs."""
    median: float
    """50 % over runs; for outcomes the mean."""
    high: float
    """95 % over runs; for outcomes the upper end of the band."""
    mean: float
    """Mean over runs; the means of the three factors add up to the mean of the whole difference."""
    alone: float
    """Mean difference when the factor alone is taken away."""
    last: float
    """Mean difference when the factor alone is left."""


def key_of(lacking: Collection[str]) -> str:
    """Return the key of the scenario that lacks some factors: ``whole``, ``owner``, ``owner-plan`` …"""
    return "-".join(name for name in FACTORS if name in lacking) or "whole"


def values_of(result: xr.Dataset, scenario: str, year: int) -> dict[str, Floats]:
    """Read all values of a scenario at an age.

    Parameters
    ----------
    result
        Runs of the study.
    scenario
        Key of the scenario.
    year
        Age of the park, in years.

    Returns
    -------
    Values by reading, each of shape (run,); NaN for a run that did not finish.
    """
    chosen = result.sel(scenario=scenario)
    finished = chosen["status"].to_numpy() == 0

    def read(name: str, age: int = year) -> Floats:
        values: Floats = chosen[name].isel(quarter=4 * age - 1).to_numpy().astype(np.float64)
        return np.where(finished, values, np.nan)

    registered = read("registered")
    land = read("serviced_area")
    readings_by_name = {
        "registered": registered,
        "operating": read("operating"),
        "jobs": read("jobs"),
        "investment": read("enterprise_investment"),
        "land": land,
        "density": 100.0 * registered / np.where(land > 0.0, land, np.nan),
        "failed": np.where(finished, read("failed") > 0.5, np.nan),
    }
    if year > GROWTH_FROM:
        before = read("registered", GROWTH_FROM)
        readings_by_name["growth"] = (np.log(registered + 1.0) - np.log(before + 1.0)) / (year - GROWTH_FROM)
    if year == YEARS[-1]:
        readings_by_name[GOOD.key] = np.where(finished, chosen["outcome"].to_numpy() == GOOD.code, np.nan)
    return readings_by_name


def _spread(name: str, values: Floats, seed: int = 1) -> tuple[float, float, float]:
    """Return band and middle: of the runs themselves, or for outcomes of their mean over redrawn runs."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return nan, nan, nan
    if name not in SHARES:
        return band(finite)
    rng = np.random.Generator(np.random.Philox(key=seed))
    low, _, high = band([float(rng.choice(finite, finite.size).mean()) for _ in range(500)])
    return low, float(finite.mean()), high


def readings(result: xr.Dataset, first: str, second: str) -> Iterator[TwinReading]:
    """Read two scenarios of a study side by side at each age.

    Parameters
    ----------
    result
        Runs of the study.
    first, second
        Keys of the scenarios.
    """
    for year in YEARS:
        first_values = values_of(result, first, year)
        second_values = values_of(result, second, year)
        for name in (name for name in READINGS if name in first_values):
            differences = difference(second_values[name], first_values[name])
            low, middle, high = _spread(name, differences)
            centre = np.nanmean if name in SHARES else np.nanmedian
            above = float(np.mean(differences[np.isfinite(differences)] > 0.0))
            sides = (float(centre(first_values[name])), float(centre(second_values[name])))
            yield TwinReading(name, year, *sides, low, middle, high, above, side_of(low, high))


def parts(result: xr.Dataset) -> Iterator[FactorPart]:
    """Divide the difference between the whole and its opposite among factors; :func:`key_of` names the scenarios."""
    whole = frozenset[str]()
    none = frozenset(FACTORS)
    subsets = [frozenset(some) for count in range(len(FACTORS) + 1) for some in combinations(FACTORS, count)]
    for year in YEARS:
        read = {lacking: values_of(result, key_of(lacking), year) for lacking in subsets}
        for name in (name for name in READINGS if name in read[whole]):
            scenarios = {lacking: values[name] for lacking, values in read.items()}
            for factor in FACTORS:
                value = shapley(scenarios, factor)
                mean = float(np.nanmean(value)) if np.isfinite(value).any() else nan
                alone = float(np.nanmean(scenarios[whole] - scenarios[frozenset({factor})]))
                last = float(np.nanmean(scenarios[none - {factor}] - scenarios[none]))
                yield FactorPart(name, year, factor, *_spread(name, value), mean, alone, last)


def shapley(scenarios: Mapping[frozenset[str], Floats], factor: str) -> Floats:
    """Compute the Shapley value of a factor, run by run: what is lost when it goes, averaged over all orders of going.

    Parameters
    ----------
    scenarios
        Values by the factors that are lacking, each of shape (run,).
    factor
        The factor.

    Returns
    -------
    Values of the factor, shape (run,).
    """
    others = [name for name in FACTORS if name != factor]
    total = np.zeros_like(next(iter(scenarios.values())))
    for count in range(len(others) + 1):
        weight = factorial(count) * factorial(len(others) - count) / factorial(len(FACTORS))
        for lacking in combinations(others, count):
            total = total + weight * (scenarios[frozenset(lacking)] - scenarios[frozenset({*lacking, factor})])
    return total


COUNTERPARTS = {
    "standing": (GOOD.key, 20),
    "firms": ("registered", 20),
    "firms_at_ten": ("registered", 10),
    "growth": ("growth", 10),
    "jobs": ("jobs", 20),
    "investment": ("investment", 20),
    "area": ("land", 20),
    "density": ("density", 20),
}
"""Reading of the twins, and age in years, that a measure of the record is set beside."""
READ = (("serviced_area", 10), ("operating", 20))
"""Outputs in which every scenario of the second study is compared with the first, and after how many years."""


@dataclass(frozen=True)
class Agreement:
    """A measure in the record and in the twins."""

    contrast: Contrast
    """The measure in the record."""
    reading: TwinReading
    """Its counterpart in the twins."""
    verdict: str
    """``both_more``, ``both_less``, ``both_alike``, ``record_only``, ``twins_only``, ``opposed`` or ``few`` (the record
    has too few parks)."""


def agreements(contrasts: Iterable[Contrast], twin_readings: Iterable[TwinReading]) -> tuple[Agreement, ...]:
    """Set every measure that has a counterpart beside it."""
    reading_at = {(reading.reading, reading.year): reading for reading in twin_readings}
    pairs = [
        (contrast, reading_at[COUNTERPARTS[contrast.measure]])
        for contrast in contrasts
        if contrast.measure in COUNTERPARTS
    ]
    return tuple(Agreement(contrast, twin, _together(contrast.verdict, twin.verdict)) for contrast, twin in pairs)


def _together(record: str, twins: str) -> str:
    if record == "few":
        return "few"
    if record == twins:
        return f"both_{record}"
    if record == "alike":
        return "twins_only"
    return "record_only" if twins == "alike" else "opposed"


@dataclass(frozen=True)
class Gap:
    """Difference of a scenario from the intergovernmental one at a date, over pairs of runs."""

    scenario: str
    """Key of the scenario."""
    title: LocalizedText
    """Title of the scenario."""
    output: str
    """Name of the output."""
    quarter: str
    """Quarter it is read in."""
    log: bool
    """Whether logarithms are compared, as for everything that is counted."""
    low: float
    """5 % of the differences, in the output's unit or log points."""
    median: float
    """50 % of the differences."""
    high: float
    """95 % of the differences."""
    above: float
    """Share of pairs above 0."""


@dataclass(frozen=True, kw_only=True)
class TypeFindings:
    """A comparison of types of parks."""

    names: Mapping[str, LocalizedText]
    """Titles of the parks, by key."""
    homes: int
    """Number of enterprise-led parks that have investors of the commonest country."""
    home: str
    """Code of that country."""
    measured: tuple[ParkMeasure, ...]
    """Observed parks: every value of every measure."""
    contrasts: tuple[Contrast, ...]
    """Observed parks: intergovernmental against enterprise-led ones."""
    outcomes: Mapping[str, Mapping[str, int]]
    """Observed parks by type and status."""
    readings: tuple[TwinReading, ...]
    """Matched scenarios side by side."""
    parts: tuple[FactorPart, ...]
    """The difference of matched scenarios, by factor."""
    gaps: tuple[Gap, ...]
    """Further scenarios against the intergovernmental one."""
    agreements: tuple[Agreement, ...]
    """Observed parks and scenarios."""

    def values(self, measure: str, type_: str) -> list[float]:
        """Return the values of a measure of the parks of a type."""
        return [
            measure_of_park.value
            for measure_of_park in self.measured
            if (measure_of_park.measure, measure_of_park.type) == (measure, type_)
        ]

    def reading(self, name: str, year: int) -> TwinReading:
        """Return the values of the two scenarios, and the difference."""
        return next(reading for reading in self.readings if (reading.reading, reading.year) == (name, year))

    def part(self, name: str, year: int, factor: str) -> FactorPart:
        """Return the part of a difference that is due to a factor.

        Parameters
        ----------
        name
            Name of the reading.
        year
            Year since the start.
        factor
            Key of the factor that is swapped.
        """
        return next(part for part in self.parts if (part.reading, part.year, part.factor) == (name, year, factor))


def find(
    book: Parks, cases: Mapping[str, Case], factorial: xr.Dataset, twins: xr.Dataset, study: Study
) -> TypeFindings:
    """Compare the types.

    Parameters
    ----------
    book
        Table of parks.
    cases
        Cases of the parks, by name.
    factorial
        Runs of every combination of owner, plan and framework.
    twins
        Runs of further scenarios.
    study
        Study that the further scenarios are of.
    """
    values = measured(book, cases)

    def of(measure: str, type_: str) -> list[float]:
        return [
            measure_of_park.value
            for measure_of_park in values
            if (measure_of_park.measure, measure_of_park.type) == (measure, type_)
        ]

    contrasts = tuple(contrast(name, of(name, FIRST), of(name, SECOND)) for name in MEASURES)
    read = tuple(readings(factorial, key_of(()), key_of(FACTORS)))
    ((home, homes),) = Counter(park.home for park in book.parks if park.type == SECOND).most_common(1)
    return TypeFindings(
        names={park.id: LocalizedText.by_language(park.name) for park in book.parks},
        homes=homes,
        home=home,
        measured=values,
        contrasts=contrasts,
        outcomes={type_: _outcomes(book, type_) for type_ in TYPES},
        readings=read,
        parts=tuple(parts(factorial)),
        gaps=gaps(twins, study),
        agreements=agreements(contrasts, read),
    )


def _outcomes(book: Parks, type_: str) -> dict[str, int]:
    """Count what became of the parks of a type, those left out of which it is not known."""
    outcomes = (book.last_periods[park.id].outcome for park in book.parks if park.type == type_)
    return dict(Counter(outcome for outcome in outcomes if outcome is not None))


def gaps(twins: xr.Dataset, study: Study) -> tuple[Gap, ...]:
    """Compare every scenario of a study with the first, run by run."""
    titles = {scenario.key: scenario.title for scenario in study.scenarios}
    reference, scenarios = paired(twins)
    effects = effects_of(reference, scenarios, tuple(dict.fromkeys(output for output, _ in READ)))
    gaps_found = []
    for output, year in READ:
        (quarter,) = ends_of_years(reference, (year,))
        log = effects.units[effects.measures.index(output)] in COUNTS
        for key in effects.scenarios:
            differences = effects.differences(key, output, log=log)[:, effects.quarters.index(quarter)]
            above = float(np.mean(differences[np.isfinite(differences)] > 0.0))
            gaps_found.append(Gap(key, titles[key], output, quarter, log, *band(differences), above))
    return tuple(gaps_found)
