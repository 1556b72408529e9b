"""Refits: the model without something calibrated anew, cheaply.

A small prior batch is run to the cut, summarised by linear regression, and the parameters of the nearest runs are run
on with fresh random numbers. The nearest are taken as they are, since moving them by a regression on so few runs makes
scores jump from seed to seed. Every scenario and the whole model have the same points and random numbers, so that what
differs is the mechanism. Fresh random numbers forget where the park was at the cut: such forecasts are wider and worse
than those of the replay posterior, all alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from copark.analyses.ablate.effects import scores
from copark.analyses.sensitivity.samples import PointDraws, prior_factors
from copark.arrays import Floats
from copark.calibration.linear_algebra import one_thread
from copark.calibration.nearest_runs import NearestRuns, features, systematic
from copark.calibration.observations import CounterpartMeasures, ObservationModel, Target, targets
from copark.calibration.prior import PriorSpace, study_of
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.simulation.experiment import Experiment
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stages

ACCEPTED_SHARE = 0.02
LEAST_ACCEPTED = 50
MEMBERS = 1000
FUTURES = 2
BEST = 0.01
"""Share of the batch whose misfit says how easily the structure reaches the observations."""
RIDGE = 1e-3


@dataclass(frozen=True)
class Refit:
    """Scores and misfit of the model without something."""

    scores: Floats
    """CRPS on each later target, shape (targets,)."""
    misfit: float
    """Root mean square distance to the observations, in errors of observation, that the best hundredth of the batch's
    runs stay below: smaller means that the structure reaches the observations more easily."""


@dataclass(frozen=True)
class Refitting:
    """Settings that all refits share: the observations to the cut, points and random numbers."""

    case: Case
    """The case."""
    cut: Quarter
    """Last quarter a refit knows."""
    size: int
    """Runs of the batch."""
    seed: int
    """Of points, errors of observation and random numbers."""
    later: tuple[Target, ...]
    """Targets after the cut that a refit is scored on."""
    threads: int = 1
    """Threads; they do not change the numbers."""
    stages: Stages = field(default_factory=Stages)
    """Where refits are kept as they are done."""

    def refit(self, without: Scenario) -> Refit:
        """Refit the model without something, or find it refitted among the stages."""
        content = identity_of({"without": without.model_dump(mode="json"), "seed": self.seed})
        stored = self.stages.result(f"refit-{content}", lambda: self._refit(without))
        return Refit(stored["scores"], float(stored["misfit"]))

    def _refit(self, without: Scenario) -> dict[str, Floats]:
        seed = self.seed
        model = ObservationModel(targets(self.case, cut=self.cut))
        points = PriorSpace.of(self.case).sobol(0, self.size, seed)
        counterparts = self._run(model, without, points, seed, self.cut - self.case.clock.start + 1)
        whole = np.isfinite(counterparts).all(axis=1)
        points = points[whole]
        counterparts = counterparts[whole]
        reports = model.reports(counterparts, seed)
        learned, residual = regression(features(model, reports), points)
        recorded = learned(features(model, model.recorded[np.newaxis, :]))[0]
        near = NearestRuns(learned(features(model, reports)), residual)
        members = np.tile(nearest(points, near.distances(recorded)), (FUTURES, 1))
        later = ObservationModel(self.later)
        ahead = self._run(later, without, members, seed + 1, later.quarters)
        z = (model.hide(counterparts) - model.recorded) / model.errors
        misfit = np.quantile(np.sqrt((z**2).mean(axis=1)), BEST)
        return {"scores": scores(ahead, self.later), "misfit": np.asarray(misfit, dtype=np.float64)}

    def _run(self, model: ObservationModel, scenario: Scenario, points: Floats, seed: int, quarters: int) -> Floats:
        """Run points under a scenario and read the targets.

        Parameters
        ----------
        model
            Has the targets.
        scenario
            The scenario.
        points
            Points of the prior's cube, a run at each, shape (runs, axes).
        seed
            Of random numbers.
        quarters
            Quarters that are simulated.

        Returns
        -------
        Counterparts, shape (runs, targets); not a number where a run did not finish.
        """
        study = study_of(self.case, seed).with_changes(draws="posterior", runs=len(points), quarters=quarters)
        source = PointDraws(prior_factors(self.case), points)
        experiment = Experiment(study, self.case, CounterpartMeasures(model), source=source, threads=self.threads)
        return experiment.measured(scenario).values[:, :, 0]


def nearest(points: Floats, distances: Floats) -> Floats:
    """Draw evenly from the points nearest to the observations, weighted by distance (Epanechnikov).

    Parameters
    ----------
    points
        Points of the cube, shape (runs, axes).
    distances
        Their distances, shape (runs,).

    Returns
    -------
    Points of shape (MEMBERS, axes).
    """
    count = min(max(LEAST_ACCEPTED, int(ACCEPTED_SHARE * len(points))), len(points) - 1)
    order = np.argsort(distances, kind="stable")[: count + 1]
    widest = max(float(distances[order[-1]]), 1e-300)
    weights = np.maximum(1.0 - (distances[order[:-1]] / widest) ** 2, 1e-12)
    return points[order[:-1]][systematic(weights, MEMBERS)]


def regression(x: Floats, points: Floats) -> tuple[Callable[[Floats], Floats], Floats]:
    """Regress points on features and their squares, by ridge regression.

    Parameters
    ----------
    x
        Features of runs, shape (runs, features).
    points
        Their points, shape (runs, axes).

    Returns
    -------
    summary, residual
        What gives the points that features speak for, and the covariance of what it leaves unexplained.
    """
    centre = x.mean(axis=0)
    scale = np.maximum(x.std(axis=0), 1e-9)

    def design(x: Floats) -> Floats:
        z = np.clip((x - centre) / scale, -6.0, 6.0)
        return np.concatenate([np.ones((len(z), 1)), z, z**2], axis=1)

    with one_thread():
        table = design(x)
        penalty = RIDGE * len(x) * np.eye(table.shape[1])
        penalty[0, 0] = 0.0
        slopes = np.asarray(np.linalg.solve(table.T @ table + penalty, table.T @ points), dtype=np.float64)
        residual = np.cov(points - table @ slopes, rowvar=False)
    return lambda features: design(features) @ slopes, residual
