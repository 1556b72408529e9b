"""Types of parks compared: the observed parks, matched scenarios of one park, and both side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.analysis.compare import COUNTS, ends_of_years
from copark.analysis.pairing import pairs_of
from copark.analysis.typology.agreement import Agreement, agreements
from copark.analysis.typology.contrast import Contrast, contrast
from copark.analysis.typology.measures import MEASURES, Measured, measured
from copark.analysis.typology.twins import FACTORS, Part, Reading, key_of, parts, readings
from copark.simulation.schemas import Title
from copark.stats.quantiles import band

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.parks import Parks
    from copark.simulation.study import Study

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
class Findings:
    """A comparison of types of parks.

    Parameters
    ----------
    names
        Of the parks by key.
    homes, home
        How many enterprise-led parks have investors of the commonest country, and its code.
    measured, contrasts
        Observed parks: values, and intergovernmental against enterprise-led.
    outcomes
        Observed parks by type and status.
    readings, parts
        Matched scenarios: side by side, and the difference by factor.
    gaps
        Further scenarios against the intergovernmental one.
    agreements
        Observed parks and scenarios.
    """

    names: Mapping[str, Title]
    homes: int
    home: str
    measured: tuple[Measured, ...]
    contrasts: tuple[Contrast, ...]
    outcomes: Mapping[str, Mapping[str, int]]
    readings: tuple[Reading, ...]
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    agreements: tuple[Agreement, ...]

    def values(self, measure: str, type_: str) -> list[float]:
        """Values of a measure of the parks of a type."""
        return [one.value for one in self.measured if (one.measure, one.type) == (measure, type_)]

    def reading(self, name: str, year: int) -> Reading:
        """What the two scenarios have, and the difference."""
        return next(one for one in self.readings if (one.reading, one.year) == (name, year))

    def part(self, name: str, year: int, factor: str) -> Part:
        """What of a difference is due to a factor."""
        return next(one for one in self.parts if (one.reading, one.year, one.factor) == (name, year, factor))


def find(book: Parks, cases: Mapping[str, Case], factorial: xr.Dataset, twins: xr.Dataset, study: Study) -> Findings:
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
    return Findings(
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
