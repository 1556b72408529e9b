"""The pooled panel of an output folder: fitted, kept and reported, parks without observations included.

Everything that is told of parks pooled: what the panel informs, how far parks stray from the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.calibration.calibrations import power_of_two
from copark.calibration.pool.batches import GRID, Discrepancy, table
from copark.calibration.pool.forecasts import SHOWN, PooledOutlook, bands_at, outlook
from copark.calibration.pool.panel import RUNS, Panel, PanelTask, learn, pooled_prior
from copark.calibration.pool.parks import COUNTS, POOLED, PanelPark, parks_of
from copark.cases import Case, list_cases
from copark.cases.quarters import Quarter
from copark.errors import WrongUsage
from copark.progress import Progress, shares
from copark.texts import text
from copark.texts.localized import LocalizedText

FAN_RUNS = 512


@dataclass(frozen=True)
class ParkFindings:
    """A park of the panel."""

    name: str
    """Name of its case."""
    title: LocalizedText
    """Title of its case."""
    kind: str
    """Who drives it: intergovernmental, mixed or enterprise-led."""
    case_hash: str
    """SHA-256 of the case's content."""
    values: int
    """Values fitted."""
    reach: float
    """Share of its own runs that lie farther from their neighbours than its record does; NaN without a record."""
    directions: int
    """Directions of the parameters that its values inform."""
    shrinkage_size: float
    """Share of its departure from the common mean that its own record leaves open, of enquiries, 0 to 1."""
    shrinkage_rest: float
    """The same, as a mean over the other parameters."""
    lent: float
    """Its share in the means of all parks, 0 to 1."""


@dataclass(frozen=True)
class Mark:
    """A reported value, as a figure shows it."""

    at: float
    """Its moment, in years."""
    value: float
    """The value; the lower end of a range."""
    high: float | None
    """Where a range ends; ``None`` where it is a single value."""
    bound: str
    """exact, about, more-than, at-least, at-most or range."""


@dataclass(frozen=True)
class ParkFan:
    """A park as the others would have forecast it."""

    park: str
    """Name of its case."""
    variable: str
    """Name of the observable."""
    times: Floats
    """Ends of quarters, in years."""
    levels: Floats
    """Quantiles at these times, shape (levels, quarters)."""
    reported: tuple[Mark, ...]
    """What was reported."""
    largest: float
    """Largest number reported, or forecast with a chance of 5 %."""


@dataclass(frozen=True)
class DiscrepancyTrial:
    """Success of forecasts of parks' own later values with a size of the discrepancy."""

    family: str
    """What it is the discrepancy of: companies or jobs."""
    parks: int
    """Parks that were forecast."""
    spread: float
    """The size tried, a standard deviation of logarithms."""
    log_density: float
    """Mean log-density of the values over parks; higher is better."""
    chosen: bool
    """Whether it is the size that is used."""


@dataclass(frozen=True, kw_only=True)
class PanelFindings:
    """A panel with its findings."""

    panel: str
    """Identity of the panel."""
    runs: int
    """Runs of each park."""
    seed: int
    """Seed of design, random numbers and errors."""
    parks: tuple[ParkFindings, ...]
    """What is found of each park."""
    spread: Discrepancy
    """How far parks stray from the model."""
    trials: tuple[DiscrepancyTrial, ...]
    """How that was chosen."""
    fans: tuple[ParkFan, ...]
    """Parks as the others would have forecast them."""

    @property
    def values(self) -> int:
        """Values fitted, over all parks."""
        return sum(park.values for park in self.parks)

    def park(self, name: str) -> ParkFindings:
        """Find a park by name."""
        return next(park for park in self.parks if park.name == name)


def find(panel: Panel, progress: Progress) -> PanelFindings:
    """Find everything that follows from a panel.

    Parameters
    ----------
    panel
        The panel.
    progress
        Called with parks done and in all.
    """
    lent = panel.lenders()
    enquiries = POOLED.index("enquiry_rate")
    parks = []
    fans = []
    for position, park in enumerate(panel.parks):
        progress(position, len(panel.parks))
        own = panel.local[park.name]
        open_ = panel.pooled.leaning(position)
        parks.append(
            ParkFindings(
                park.name,
                park.case.title,
                park.case.kind,
                park.case.hash,
                own.values,
                own.reach,
                own.readings.count,
                float(open_[enquiries]),
                float(np.delete(open_, enquiries).mean()),
                lent[park.name],
            )
        )
        fans.append(_fan(panel, park))
    taken = {"companies": panel.spread.companies, "jobs": panel.spread.jobs}
    trials = tuple(
        DiscrepancyTrial(family, count, spread, float(log), spread == taken[family])
        for family, (count, logs) in table(panel.trials).items()
        for spread, log in zip(GRID, logs, strict=True)
    )
    return PanelFindings(
        panel=panel.identity,
        runs=panel.settings.runs,
        seed=panel.settings.seed,
        parks=tuple(parks),
        spread=panel.spread,
        trials=trials,
        fans=tuple(fan for fan in fans if fan is not None),
    )


def _fan(panel: Panel, park: PanelPark) -> ParkFan | None:
    """Forecast the count of a park that is reported most often, as the other parks would have."""
    counts = {name: len(park.of(name)) for name in COUNTS if park.of(name)}
    if not counts:
        return None
    variable = "registered" if "registered" in counts else max(counts, key=lambda name: counts[name])
    stripped, points = pooled_prior(panel, park.case, FAN_RUNS, panel.settings.seed)
    levels = bands_at(panel, stripped, points, (variable,), park.quarters, SHOWN)[variable]
    first = park.case.clock.start.index / 4.0
    targets = park.model.targets
    times = first + (np.arange(park.quarters) + 1) / 4.0
    reported = tuple(
        Mark(first + float(park.ages[n]), targets[n].value, targets[n].high, targets[n].bound)
        for n in park.of(variable)
    )
    largest = max(float(levels[4].max()), *(targets[n].reported for n in park.of(variable)))
    return ParkFan(park.name, variable, times, levels, reported, largest)


LEAST = 8
"""Fewest runs of each park, as a power of two."""
MOST = 15
"""Most runs of each park, as a power of two."""


def runs_of(written: str | None, lang: str = "en") -> int:
    """Read the runs of each park: a power of two from 2^8 to 2^15; RunRefused if it is none."""
    if written is None:
        return RUNS
    runs = power_of_two(written, LEAST, MOST)
    if runs is None:
        raise WrongUsage(text("pool.bad_runs", lang, runs=written, least=LEAST, most=MOST))
    return runs


def other_parks(case: Case, lang: str = "en") -> tuple[PanelPark, ...]:
    """Read the parks of the casebook without one."""
    return tuple(parks_of([name for name in list_cases() if name != case.name], lang))


def look(
    task: PanelTask, case: Case, until: Quarter, progress: Progress, waiting: Progress
) -> tuple[Panel, PooledOutlook]:
    """Forecast a park of which nothing has been observed, or as if nothing had been, by what other parks teach.

    Parameters
    ----------
    task
        Panel of the other parks.
    case
        The park.
    until
        Last quarter of the forecast.
    progress
        Called with the share done, in a hundred.
    waiting
        Called while another process makes the panel.
    """
    learning, looking = shares(progress, (90, 10))
    with task.alone(waiting):
        panel = learn(task, learning)
    looking(0, 1)
    return panel, outlook(panel, case, until)
