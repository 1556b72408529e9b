"""Model twins: one park under two constitutions, and what of the difference is owner, plan or framework.

Eight arms on the same parameters and luck hold every combination of three factors. The difference between the whole and
its opposite is divided exactly by the Shapley value: what a factor changes, averaged over all orders in which the three
can be taken away. Beside it stand what a factor changes when it alone is taken away, and when it alone is left. Parts
are taken run by run, so that their bands are of paired differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from copark.stats.quantiles import band
from copark.stats.shares import side_of

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FACTORS = ("owner", "plan", "framework")
YEARS = (5, 10, 20)
"""Ages of the park at which twins are read."""
READINGS = (
    "self_standing", "failed", "registered", "operating", "growth", "jobs", "investment", "land", "density",
)  # fmt: skip
"""What is read off a twin."""
GROWTH_FROM = 5
"""Age from which growth of the count of residents is read, in years."""


@dataclass(frozen=True)
class TwinReading:
    """What a twin has, and how far the other is from it, at an age."""

    reading: str
    year: int
    """reading, year: what, at which age in years."""
    first: float
    second: float
    """first, second: medians over runs of the intergovernmental and of the enterprise-led twin; shares of runs for
    outcomes."""
    low: float
    median: float
    high: float
    """low, median, high: 5, 50 and 95 % of the paired differences, first less second; for outcomes the mean difference
    and its band over draws of runs."""
    above: float
    """Share of pairs in which the first has more."""
    verdict: str
    """``more`` or ``less`` (the band excludes 0), or ``alike``."""


@dataclass(frozen=True)
class FactorPart:
    """What of a difference is due to a factor."""

    reading: str
    year: int
    factor: str
    """reading, year, factor: of what, at which age, due to what."""
    low: float
    median: float
    high: float
    """low, median, high: 5, 50 and 95 % over runs of the Shapley value; for outcomes the mean and its band over draws
    of runs."""
    mean: float
    """Mean over runs; the means of the three factors add up to the mean of the whole difference."""
    alone: float
    last: float
    """alone, last: mean difference when the factor alone is taken away, and when it alone is left."""


def key_of(lacking: frozenset[str] | tuple[str, ...]) -> str:
    """Key of the arm that lacks some factors: ``whole``, ``owner``, ``owner-plan`` …"""
    return "-".join(name for name in FACTORS if name in lacking) or "whole"


def values_of(result: xr.Dataset, arm: str, year: int) -> dict[str, Floats]:
    """Everything read off an arm at an age, by reading; each of shape (run,); NaN for a run that did not finish."""
    chosen = result.sel(scenario=arm)
    at, since = 4 * year - 1, 4 * GROWTH_FROM - 1
    finished = chosen["status"].to_numpy() == 0

    def read(name: str, quarter: int = at) -> Floats:
        values: Floats = chosen[name].isel(quarter=quarter).to_numpy().astype(np.float64)
        return np.where(finished, values, np.nan)

    registered, land = read("registered"), read("serviced_area")
    found = {
        "registered": registered,
        "operating": read("operating"),
        "jobs": read("jobs"),
        "investment": read("enterprise_investment"),
        "land": land,
        "density": 100.0 * registered / np.where(land > 0.0, land, np.nan),
        "failed": np.where(finished, read("failed") > 0.5, np.nan),
    }
    if year > GROWTH_FROM:
        before = read("registered", since)
        found["growth"] = (np.log(registered + 1.0) - np.log(before + 1.0)) / (year - GROWTH_FROM)
    if year == YEARS[-1]:
        found["self_standing"] = np.where(finished, chosen["outcome"].to_numpy() == 3, np.nan)
    return found


def _spread(name: str, values: Floats, seed: int = 1) -> tuple[float, float, float]:
    """Band and middle: of the runs themselves, or for outcomes of their mean over redrawn runs."""
    known = values[np.isfinite(values)]
    if not known.size:
        return (float("nan"),) * 3
    if name not in ("failed", "self_standing"):
        return band(known)
    luck = np.random.Generator(np.random.Philox(key=seed))
    means = [float(luck.choice(known, known.size).mean()) for _ in range(500)]
    low, _, high = band(means)
    return low, float(known.mean()), high


def readings(result: xr.Dataset, first: str, second: str) -> Iterator[TwinReading]:
    """Two arms of a study side by side at each age."""
    for year in YEARS:
        one, other = values_of(result, first, year), values_of(result, second, year)
        for name in (name for name in READINGS if name in one):
            apart = one[name] - other[name]
            low, middle, high = _spread(name, apart)
            verdict = side_of(low, high)
            centre = np.nanmean if name in ("failed", "self_standing") else np.nanmedian
            above = float(np.mean(apart[np.isfinite(apart)] > 0.0))
            sides = (float(centre(one[name])), float(centre(other[name])))
            yield TwinReading(name, year, *sides, low, middle, high, above, verdict)


def parts(result: xr.Dataset) -> Iterator[FactorPart]:
    """The difference between the whole and its opposite, factor by factor; arms are named by :func:`key_of`."""
    for year in YEARS:
        arms = {
            frozenset(lacking): values_of(result, key_of(lacking), year)
            for count in range(len(FACTORS) + 1)
            for lacking in combinations(FACTORS, count)
        }
        for name in (name for name in READINGS if name in arms[frozenset()]):
            yield from _parts({lacking: values[name] for lacking, values in arms.items()}, name, year)


def _parts(arms: Mapping[frozenset[str], Floats], name: str, year: int) -> Iterator[FactorPart]:
    whole, none = frozenset[str](), frozenset(FACTORS)
    for factor in FACTORS:
        value = shapley(arms, factor)
        low, middle, high = _spread(name, value)
        alone = float(np.nanmean(arms[whole] - arms[frozenset({factor})]))
        last = float(np.nanmean(arms[none - {factor}] - arms[none]))
        mean = float(np.nanmean(value)) if np.isfinite(value).any() else float("nan")
        yield FactorPart(name, year, factor, low, middle, high, mean, alone, last)


def shapley(arms: Mapping[frozenset[str], Floats], factor: str) -> Floats:
    """Shapley value of a factor, run by run: what is lost when it goes, averaged over all orders of going.

    arms: values by the factors that are lacking, each of shape (run,); factor: which.
    """
    others = [name for name in FACTORS if name != factor]
    total = np.zeros_like(next(iter(arms.values())))
    for count in range(len(others) + 1):
        weight = factorial(count) * factorial(len(others) - count) / factorial(len(FACTORS))
        for lacking in combinations(others, count):
            total = total + weight * (arms[frozenset(lacking)] - arms[frozenset({*lacking, factor})])
    return total
