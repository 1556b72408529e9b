"""Inference from one park's record: nearest runs, moved to the record by regression, summed up as normal distributions.

Everything is on the scale of normal scores, z = Φ⁻¹(u) of the prior's unit cube, where each axis's prior is exactly
N(0, 1); dividing it out of a posterior N(m, s²) leaves a likelihood of precision 1/s² - 1 around m / (1 - s²), along
the few directions of the axes that the reports can tell: a record tells sums of effects. Reports are turned into a few
summaries first: the directions of canonical correlation between their features and what is to be inferred, each in
units of what it leaves unexplained (the linear form of semi-automatic ABC: Fearnhead and Prangle, JRSS B 74, 2012). The
nearest runs are then adjusted by local-linear regression (Beaumont, Zhang and Balding 2002).

Forecasts from a park's past are made at rolling origins, three years apart and looking three years ahead, so that every
value is forecast once. At an origin nothing later is known of any park or of the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.calibration.linear_algebra import one_thread
from copark.calibration.nearest_runs import adjust, features, systematic
from copark.calibration.observations import ObservationModel
from copark.calibration.pool.batches import GRID, Discrepancy, PanelBatch, SpreadTrial, family, log_density
from copark.calibration.pool.benchmarks import MEMBERS, Past
from copark.calibration.pool.parks import COUNTS, PanelPark, year_end
from copark.calibration.pool.records import counted_pasts
from copark.calibration.prior import scores_of
from copark.stats.precision import effective

NEAR = 8
"""One run of so many is accepted."""
FEWEST = 64
COMPONENTS = 8
LEAST_CORRELATION = 0.15
LARGEST = 0.9999
SMALLEST = 1e-4
"""Least variance of a reading: a hundredth of the prior's standard deviation."""
TESTED = 256
ERRORS = 2.0
"""Standard errors that a variance must have fallen by to count as information: weighted runs are a sample."""
YEARS = 3
ORIGINS = tuple(range(1998, 2023, YEARS))
TRIED = 1 << 12
"""Runs of a batch that the spread of the discrepancy is tried on."""


@dataclass(frozen=True)
class ParkStatements:
    """One park's record as statements on the pooled axes: rows g'θ = middle, each with its precision.

    The prior is divided out.
    """

    rows: Floats
    """Unit vectors, shape (readings, axes)."""
    middles: Floats
    """Middles, shape (readings,)."""
    precisions: Floats
    """Precisions, shape (readings,)."""

    @classmethod
    def none(cls, axes: int) -> ParkStatements:
        """Make no readings."""
        return cls(np.zeros((0, axes)), np.zeros(0), np.zeros(0))

    @property
    def count(self) -> int:
        """Number of readings."""
        return len(self.middles)


@dataclass(frozen=True)
class LocalPosterior:
    """Account of one park by its own record, of the axes that are pooled in it."""

    names: tuple[str, ...]
    """Names of these axes."""
    readings: ParkStatements
    reach: float
    """Share of its own runs that lie farther from their neighbours than the record does; NaN without one, or
    unasked."""
    values: int
    """Values it rests on."""


@dataclass(frozen=True)
class Directions:
    """Summaries of features: (features - centre) @ weights, each in units of what it leaves unexplained."""

    centre: Floats
    weights: Floats
    responses: Floats
    """Directions of y that go with them, orthonormal for y of unit covariance; shape (quantities, components)."""

    def __call__(self, x: Floats) -> Floats:
        """Summarise features, shape (runs, components)."""
        return (x - self.centre) @ self.weights


def directions(x: Floats, y: Floats, most: int = COMPONENTS) -> Directions:
    """Find directions of features that tell most of y: canonical correlations, weakest left out.

    Parameters
    ----------
    x
        Features, shape (runs, features).
    y
        Quantities to infer, shape (runs, quantities).
    most
        Most directions.
    """
    centre = x.mean(axis=0)
    with one_thread():
        u, size, rows = np.linalg.svd(x - centre, full_matrices=False)
        is_used = size > 1e-6 * max(float(size[0]), 1e-12)
        target, spread, back = np.linalg.svd(y - y.mean(axis=0), full_matrices=False)
        left, strength, right = np.linalg.svd(u[:, is_used].T @ target, full_matrices=False)
        chosen = (strength >= LEAST_CORRELATION) & (np.arange(len(strength)) < most)
        chosen[0] = True
        basis = rows[is_used].T @ (left[:, chosen] / size[is_used, np.newaxis])
        ways = np.linalg.qr(back.T @ (right[chosen].T / np.maximum(spread, 1e-12)[:, np.newaxis]))[0]
    r = np.minimum(strength[chosen], LARGEST)
    return Directions(centre, basis * np.sqrt(len(x)) * r / np.sqrt(1.0 - r**2), ways)


def accepted(summaries: Floats, target: Floats, y: Floats, count: int) -> tuple[Floats, Floats, float]:
    """Move quantities of the nearest runs to the target.

    Parameters
    ----------
    summaries
        Summaries of the runs, shape (runs, components).
    target
        Summaries of the record, shape (components,).
    y
        Quantities of the runs, shape (runs, quantities).
    count
        Number of runs to accept.

    Returns
    -------
        Moved quantities, their weights (Epanechnikov's), and the distance of the first run left out.
    """
    far = np.sqrt(((summaries - target) ** 2).sum(axis=1))
    order = np.argsort(far, kind="stable")[: count + 1]
    near = order[:-1]
    width = max(float(far[order[-1]]), 1e-12)
    weights = np.maximum(1.0 - (far[near] / width) ** 2, 1e-9)
    return adjust(y[near], summaries[near], target, weights), weights, width


def accepted_of(runs: int) -> int:
    """Choose how many of a batch's runs are accepted."""
    return max(min(FEWEST, runs // 2), runs // NEAR)


def reach_of(summaries: Floats, width: float, count: int) -> float:
    """Compute the share of runs whose own neighbours reach farther than the record's.

    Parameters
    ----------
    summaries
        Summaries of the runs, shape (runs, components).
    width
        Reach of the record's neighbours.
    count
        Number of neighbours.
    """
    step = max(len(summaries) // TESTED, 1)
    far = [np.sqrt(((summaries - row) ** 2).sum(axis=1)) for row in summaries[::step][:TESTED]]
    return float(np.mean([max(np.sort(distances)[: count + 1][-1], 1e-12) >= width for distances in far]))


def part_of(model: ObservationModel, positions: Sequence[int]) -> ObservationModel:
    """Make the observation model of some targets."""
    return ObservationModel(tuple(model.targets[n] for n in positions))


def local_posterior(batch: PanelBatch, seed: int, spread: Discrepancy, *, reach: bool = False) -> LocalPosterior:
    """Infer a park's pooled axes from its own record.

    Parameters
    ----------
    batch
        Runs of the park.
    seed
        Seed of discrepancy and errors.
    spread
        Size of the discrepancy.
    reach
        Whether the reach of its neighbours is measured.
    """
    park = batch.park
    columns = batch.park.known()
    if not columns:
        return LocalPosterior(park.pooled, ParkStatements.none(len(park.pooled)), float("nan"), 0)
    model = part_of(park.model, columns)
    reports = batch.reports(seed, spread)[:, columns]
    is_finite = np.isfinite(reports).all(axis=1)
    x = features(model, reports[is_finite])
    z = scores_of(batch.points[is_finite])[:, [park.space.names.index(name) for name in park.pooled]]
    summarise = directions(x, z)
    summaries = summarise(x)
    target = summarise(features(model, model.recorded[np.newaxis, :]))[0]
    count = accepted_of(len(summaries))
    moved, weights, width = accepted(summaries, target, z, count)
    share = weights / weights.sum()
    far = reach_of(summaries, width, count) if reach else float("nan")
    return LocalPosterior(
        park.pooled, readings_of(moved, share, summarise.responses, effective(share)), far, len(columns)
    )


def readings_of(z: Floats, share: Floats, ways: Floats, ess: float) -> ParkStatements:
    """Divide the prior N(0, 1) out of weighted draws, along orthonormal directions of the axes.

    Within the directions the draws' own main axes are taken; one whose variance is less than twice its sampling error
    below the prior's is taken for no information.

    Parameters
    ----------
    z
        Draws, shape (runs, axes).
    share
        Their weights, sum 1.
    ways
        Directions, shape (axes, directions).
    ess
        Effective number of the draws.
    """
    w = z @ ways
    middle = share @ w
    departures = w - middle
    with one_thread():
        variances, turned = np.linalg.eigh((departures * share[:, np.newaxis]).T @ departures)
    is_informed = variances < 1.0 - ERRORS * np.sqrt(2.0 / max(ess, 1.0))
    e = np.maximum(variances[is_informed], SMALLEST)
    rows = (ways @ turned[:, is_informed]).T
    return ParkStatements(rows, (middle @ turned[:, is_informed]) / (1.0 - e), 1.0 / e - 1.0)


@dataclass(frozen=True)
class Window:
    """A park at an origin, the end of a year.

    Of an observable with nothing known nothing is forecast: that is what leaving a park out is for.
    """

    park: PanelPark
    year: int
    known_columns: tuple[int, ...]
    """Positions of the values known by then."""
    later: tuple[int, ...]
    """Positions of those reported after."""

    @property
    def day(self) -> int:
        """Last day known, counted."""
        return year_end(self.year)


def windows(park: PanelPark, after: int = 0, until: int = YEARS) -> tuple[Window, ...]:
    """Find every origin of a park at which something can be forecast.

    Parameters
    ----------
    park
        The park.
    after
        Years after the origin from which values are forecast.
    until
        Years after the origin to which they are.
    """
    origins = []
    for year in ORIGINS:
        columns = park.known(year_end(year))
        variables = {park.model.targets[n].variable for n in columns}
        ends = year_end(year + after), year_end(year + until)
        later = [n for name in COUNTS if name in variables for n in park.between(name, *ends)]
        if later:
            origins.append(Window(park, year, tuple(columns), tuple(later)))
    return tuple(origins)


def given_past(batch: PanelBatch, seed: int, spread: Discrepancy, window: Window) -> Floats:
    """Forecast a window's later values by runs, given a park's own earlier ones.

    The later values of the nearest runs, in logs, are moved by regression on the summaries of the past that tell most
    of them. Past and future share the discrepancy's course.

    Parameters
    ----------
    batch
        Runs of the park.
    seed
        Seed of discrepancy and errors.
    spread
        Size of the discrepancy.
    window
        The window.

    Returns
    -------
        Members of shape (members, later).
    """
    reports = batch.reports(seed, spread)
    reports = reports[np.isfinite(reports).all(axis=1)]
    past = part_of(batch.park.model, window.known_columns)
    x = features(past, reports[:, list(window.known_columns)])
    y = np.log1p(np.maximum(reports[:, list(window.later)], 0.0))
    summarise = directions(x, y)
    target = summarise(features(past, past.recorded[np.newaxis, :]))[0]
    moved, weights, _ = accepted(summarise(x), target, y, accepted_of(len(x)))
    return np.expm1(np.clip(moved[systematic(weights, MEMBERS)], 0.0, 20.0))


def trials_of(window: Window, batch: PanelBatch, seed: int) -> list[SpreadTrial]:
    """Forecast a window from the park's own past, runs on its own prior, with every spread of the discrepancy.

    Parameters
    ----------
    window
        The window.
    batch
        Runs of the park on its own prior.
    seed
        Seed of discrepancy and errors.
    """
    park = window.park
    targets = window.park.model.targets
    few = PanelBatch(batch.park, batch.points[:TRIED], batch.counterparts[:TRIED])
    tried = [given_past(few, seed, Discrepancy(size, size), window) for size in GRID]
    return [
        SpreadTrial(
            park.name,
            family(targets[position].variable),
            tuple(log_density(rows[:, n], targets[position].value) for rows in tried),
        )
        for n, position in enumerate(window.later)
    ]


def past_of(park: PanelPark, variable: str, until: int | None = None) -> Past:
    """Return the values of an observable against age, known by a day.

    Parameters
    ----------
    park
        The park.
    variable
        Name of the observable.
    until
        Last day known, counted as `date.toordinal`; ``None`` for all values.

    Returns
    -------
    Values as reported, bounds included, against years since land was on offer, where that is known by the day, or else
    since the park's first day.
    """
    positions = [n for n in park.known(until) if park.model.targets[n].variable == variable]
    return Past(park.curve_ages(until)[positions], np.array([park.model.targets[n].reported for n in positions]))


def pasts(parks: Sequence[PanelPark], without: str, variable: str, until: int | None = None) -> list[Past]:
    """Return the values of an observable in all parks but one, those without a case among them, known by a day.

    Parameters
    ----------
    parks
        The parks.
    without
        Name of the park left out.
    variable
        Name of the observable.
    until
        The day, counted; by default all values are given.
    """
    others = [past_of(park, variable, until) for park in parks if park.name != without]
    return [*others, *counted_pasts(variable, until, without=without)]
