"""The natural experiment of Suzhou: the developer's result in each scenario of ``suzhou-swap`` and the observations.

In each scenario the runs nearest to what was known in September 1999 are kept: scenarios are rival accounts of what
happened, and each must first tell the time before the swap. What they say of 2000 to 2003 is compared with the
observations, of which the sign of each year and the accumulated loss are known, but no yearly amount. Differences
between scenarios are taken with common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from copark.arrays import Floats, Integers
from copark.calibration.observations import ObservationModel, targets
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.types import renamed
from copark.simulation.readouts.company_books import land_price, result_when_sold
from copark.simulation.study import Study
from copark.stats.precision import difference
from copark.stats.quantiles import Band

if TYPE_CHECKING:
    import xarray as xr

FACTUAL = "control-swap"
YEARS = range(1999, 2005)
LOSS_KNOWN = Quarter(1999, 3)
LOSS_CLEARED = Quarter(2003, 4)
ACCEPTED_SHARE = 0.025
LOSS_TOLERANCE = 10.0
"""M USD; a judgement: a sixth of the accumulated loss of 60."""
TOLERANCES = {"registered": 0.10, "operating": 0.15, "serviced_area": 0.10, "debt": 0.15}
"""How far a run may be from the record for its distance to count as one, as a difference of logarithms: judgements."""


CONTRASTS = (
    ("swap_in_rivalry", "never-swap", "never-unswapped"),
    ("swap_after_rivalry", "control-swap", "control-unswapped"),
    ("end_unswapped", "control-unswapped", "never-unswapped"),
    ("end_swapped", "control-swap", "never-swap"),
    ("both", "control-swap", "never-unswapped"),
)


@dataclass(frozen=True)
class SuzhouScenario:
    """Findings of a scenario, over the runs that tell the time before the swap. Money is M USD."""

    key: str
    """Key of the scenario."""
    misfit: float
    """Median distance to the observations up to September 1999, in tolerances (root mean square)."""
    loss_1999: Band
    """Accumulated result up to September 1999, M USD; a loss is below 0."""
    years: tuple[tuple[int, Band], ...]
    """Calendar years from 1999 to 2004, each with the result of the year, M USD a year."""
    result_2003: Band
    """Accumulated result at the end of 2003, M USD."""
    turned: float
    """Share of runs with a loss in 2000 and a profit in 2001, 0 to 1."""
    first_profit: float
    """Share of runs whose first year in profit is 2001, 0 to 1."""
    cleared: float
    """Share of runs with no accumulated loss at the end of 2003, 0 to 1."""
    operating_2002: Band
    """Operating enterprises at the end of 2002."""
    land_price_2000: Band
    """What the rival leaves of the price of land, mean of 2000, M USD a hectare."""
    land_price_2002: Band
    """The same in 2002."""
    course: tuple[Band, ...]
    """Accumulated result at the end of each quarter, M USD."""
    operating_course: tuple[Band, ...]
    """Operating enterprises at the end of each quarter."""


@dataclass(frozen=True)
class ScenarioContrast:
    """Difference of the accumulated result at the end of 2003 between two scenarios."""

    key: str
    """Key of the contrast."""
    scenario: Annotated[str, renamed("scenario", "arm")]
    """Key of the scenario compared."""
    reference: str
    """Key of the scenario it is compared with."""
    band: Band
    """The difference, M USD."""
    above: float
    """Share of runs in which it is above zero, 0 to 1."""


@dataclass(frozen=True)
class ObservedMark:
    """An observed value as a figure shows it."""

    quarter: str
    """Quarter it is shown at."""
    value: float
    """The value; the lower end of a range."""
    high: float | None
    """Upper end of a range; ``None`` where it is a single value."""
    bound: str
    """exact, about, more-than, at-least, at-most or range."""
    forecast: bool
    """Whether what was reported is itself a forecast."""


@dataclass(frozen=True, kw_only=True)
class SuzhouFindings:
    """Scenarios and contrasts of the experiment."""

    ensemble: str
    """Run ID of the runs."""
    runs: int
    """Runs of each scenario."""
    accepted: int
    """Runs of each scenario that are kept: those nearest to the record up to September 1999."""
    seed: int
    """Seed of the runs."""
    unfinished: int
    """Runs of all scenarios that did not finish."""
    quarters: tuple[str, ...]
    """Labels of the quarters of courses."""
    scenarios: Annotated[tuple[SuzhouScenario, ...], renamed("scenarios", "arms")]
    """What was run: the swap of shares, and what it is compared with."""
    contrasts: tuple[ScenarioContrast, ...]
    """Differences between them."""
    losses: tuple[ObservedMark, ...]
    """Observed accumulated losses, M USD."""
    operating: tuple[ObservedMark, ...]
    """Observed numbers of operating enterprises."""

    def scenario(self, key: str) -> SuzhouScenario:
        """Return the scenario of a key."""
        return next(scenario for scenario in self.scenarios if scenario.key == key)

    def contrast(self, key: str) -> ScenarioContrast:
        """Return the contrast of a key."""
        return next(contrast for contrast in self.contrasts if contrast.key == key)


def find(result: xr.Dataset, study: Study, case: Case) -> SuzhouFindings:
    """Keep the runs of each scenario that tell the time before the swap, and say what follows in them.

    Parameters
    ----------
    result
        Runs of the study, of which one in forty is kept.
    study
        The study.
    case
        The park of Suzhou.
    """
    numbered = list(enumerate(scenario.key for scenario in study.scenarios))
    results = {key: result_when_sold(result, study, case, n) for n, key in numbered}
    distances = {key: distance(result, case, n, results[key]) for n, key in numbered}
    count = max(round(study.runs * ACCEPTED_SHARE), 10)
    nearest = np.argsort(distances[FACTUAL])[:count]
    return SuzhouFindings(
        ensemble=str(result.attrs["identity"]),
        runs=study.runs,
        accepted=count,
        seed=study.seed,
        unfinished=int((result["status"].values != 0).sum()),
        quarters=tuple(str(label) for label in result["label"].values),
        scenarios=tuple(
            _scenario(result, case, n, key, results, distances, count, land_price(result, study, case, n))
            for n, key in numbered
        ),
        contrasts=tuple(_contrast(entry, case, results, nearest) for entry in CONTRASTS),
        losses=_marks(case, "accumulated_loss"),
        operating=_marks(case, "operating"),
    )


def _marks(case: Case, variable: str) -> tuple[ObservedMark, ...]:
    return tuple(
        ObservedMark(str(row.quarter), row.value, row.high, row.bound, "forecast" in row.basis)
        for row in case.observed(variable)
    )


def accumulated(yearly: Floats, case: Case, until: Quarter) -> Floats:
    """Sum a result since the start, at the end of a quarter, M USD, shape (runs,).

    Parameters
    ----------
    yearly
        Result, M USD a year, shape (runs, quarters).
    case
        The park, whose start counts.
    until
        Last quarter of the sum.
    """
    return yearly[:, : until - case.clock.start + 1].sum(axis=1) / 4.0


def distance(result: xr.Dataset, case: Case, n: int, yearly: Floats) -> Floats:
    """Measure each run of a scenario against the record to September 1999: root mean square of tolerances, (runs,).

    Parameters
    ----------
    result
        Runs of the study.
    case
        The park of Suzhou.
    n
        Number of the scenario.
    yearly
        Result of the developer, M USD a year, shape (runs, quarters).
    """
    known_targets = [target for target in targets(case, cut=LOSS_KNOWN) if target.variable in TOLERANCES]
    model = ObservationModel(tuple(known_targets))
    names = list(model.variables)
    out = np.stack([result[name].values[n] for name in names], axis=1)
    read = np.maximum(model.counterparts(out, names), 0.0)
    tolerances = np.array([TOLERANCES[target.variable] for target in known_targets])
    deviations = np.log((read + 1.0) / (model.recorded + 1.0)) / tolerances
    (loss,) = (row.value for row in case.observed("accumulated_loss") if row.date.year == LOSS_KNOWN.year)
    last = (accumulated(yearly, case, LOSS_KNOWN) + loss) / LOSS_TOLERANCE
    squares = np.concatenate([deviations**2, last[:, np.newaxis] ** 2], axis=1)
    distances: Floats = np.sqrt(squares.mean(axis=1))
    return np.where(np.isfinite(distances), distances, np.inf)


def _scenario(
    result: xr.Dataset,
    case: Case,
    n: int,
    key: str,
    results: dict[str, Floats],
    distances: dict[str, Floats],
    count: int,
    price: Floats,
) -> SuzhouScenario:
    nearest = np.argsort(distances[key])[:count]
    yearly = results[key][nearest]

    def at(year: int, quarter: int) -> int:
        return Quarter(year, quarter) - case.clock.start

    years = {year: yearly[:, at(year, 1) : at(year, 4) + 1].mean(axis=1) for year in range(1995, YEARS.stop)}
    early = np.stack([years[year] for year in years if year < 2001], axis=1)
    return SuzhouScenario(
        key=key,
        misfit=float(np.median(distances[key][nearest])),
        loss_1999=Band.of(accumulated(yearly, case, LOSS_KNOWN)),
        years=tuple((year, Band.of(years[year])) for year in YEARS),
        result_2003=Band.of(accumulated(yearly, case, LOSS_CLEARED)),
        turned=float(((years[2000] <= 0) & (years[2001] > 0)).mean()),
        first_profit=float(((early <= 0).all(axis=1) & (years[2001] > 0)).mean()),
        cleared=float((accumulated(yearly, case, LOSS_CLEARED) >= 0).mean()),
        operating_2002=Band.of(result["operating"].values[n][nearest, at(2002, 4)]),
        land_price_2000=Band.of(price[nearest, at(2000, 1) : at(2000, 4) + 1].mean(axis=1)),
        land_price_2002=Band.of(price[nearest, at(2002, 1) : at(2002, 4) + 1].mean(axis=1)),
        course=tuple(Band.of(column) for column in np.cumsum(yearly, axis=1).T / 4.0),
        operating_course=tuple(Band.of(column) for column in result["operating"].values[n][nearest].T),
    )


def _contrast(
    entry: tuple[str, str, str], case: Case, results: dict[str, Floats], nearest: Integers
) -> ScenarioContrast:
    key, scenario, reference = entry
    first, second = (accumulated(results[name][nearest], case, LOSS_CLEARED) for name in (scenario, reference))
    differences = difference(second, first)
    return ScenarioContrast(key, scenario, reference, Band.of(differences), float((differences > 0).mean()))
