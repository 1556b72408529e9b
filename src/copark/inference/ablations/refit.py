"""Refits: the model without something, calibrated anew, cheaply, and what it then forecasts.

A small prior batch to the cut, summaries by linear regression, the nearest runs, and their parameters run on with fresh
luck. Rougher than a calibration (the nearest are taken as they are: moving them by a regression on so few runs makes
scores jump from seed to seed); but every arm and the whole model are treated alike, on the same points and the same
luck, so that what differs is the mechanism. Fresh luck forgets where the park was at the cut: such forecasts are wider
and worse than those of the replay posterior, all alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.inference.ablations.scoring import scores
from copark.inference.observations import ObservationModel, Target, targets
from copark.inference.posterior import Neighbours, systematic
from copark.inference.prior import PriorSpace
from copark.inference.summaries import features, one_thread
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stages

ACCEPTED_SHARE = 0.02
LEAST_ACCEPTED = 50
MEMBERS = 1000
FUTURES = 2
BEST = 0.01
"""Share of the batch whose misfit says how easily the structure reaches the record."""
RIDGE = 1e-3


@dataclass(frozen=True)
class Refit:
    """What is left without something.

    Parameters
    ----------
    scores
        CRPS on each later target, shape (targets,).
    misfit
        Root mean square distance to the record, in errors of observation, that the best hundredth of the batch's runs
        stay below: smaller means that the structure reaches the record more easily.
    """

    scores: Floats
    misfit: float


@dataclass(frozen=True)
class Refitting:
    """What all refits share: the record to the cut, points and luck.

    Parameters
    ----------
    size
        Runs of the batch.
    seed
        Of points, errors of observation and luck.
    stages
        Where refits are kept as they are done.
    """

    case: Case
    cut: Quarter
    size: int
    seed: int
    asked: tuple[Target, ...]
    threads: int = 1
    stages: Stages = field(default_factory=Stages)

    @property
    def quarters(self) -> int:
        """Quarters to the cut."""
        return self.cut - self.case.clock.start + 1

    @property
    def quarters_after(self) -> int:
        """Quarters to the last target."""
        return max((one.last for one in self.asked), default=self.quarters - 1) + 1

    def refit(self, without: Scenario) -> Refit:
        """Refit the model without something, or find it refitted among the stages."""
        arm = identity_of({"without": without.model_dump(mode="json"), "seed": self.seed})
        kept = self.stages.result(f"refit-{arm}", lambda: self._refit(without))
        return Refit(kept["scores"], float(kept["misfit"]))

    def _refit(self, without: Scenario) -> dict[str, Floats]:
        """Fit the model without something to the record, roughly, and score its forecast."""
        case, seed = self.case, self.seed
        space, model = PriorSpace.of(case), ObservationModel(targets(case, cut=self.cut))
        points = space.sobol(0, self.size, seed)
        counterparts = self._run(space, model, without, points, seed, self.quarters)
        whole = np.isfinite(counterparts).all(axis=1)
        points, counterparts = points[whole], counterparts[whole]
        reports = model.reports(counterparts, seed)
        learned, residual = regression(features(model, reports), points)
        recorded = learned(features(model, model.recorded[np.newaxis, :]))[0]
        near = Neighbours(points, learned(features(model, reports)), residual)
        members = np.tile(nearest(points, near.distances(recorded)), (FUTURES, 1))
        later = ObservationModel(self.asked)
        ahead = self._run(space, later, without, members, seed + 1, self.quarters_after)
        z = (model.hide(counterparts) - model.recorded) / model.errors
        misfit = np.quantile(np.sqrt((z**2).mean(axis=1)), BEST)
        return {"scores": scores(ahead, self.asked), "misfit": np.asarray(misfit, dtype=np.float64)}

    def _run(
        self, space: PriorSpace, model: ObservationModel, arm: Scenario, points: Floats, seed: int, quarters: int
    ) -> Floats:
        """Run points under an arm and read the targets; not a number where a run did not end well."""
        draws = space.draws(points, seed, scenario=arm)
        runs = Ensemble(inputs_of(self.case, arm, quarters), draws, model.variables, threads=self.threads).run()
        return runs.of_finished(model.counterparts(runs.out, runs.names))


def nearest(points: Floats, far: Floats) -> Floats:
    """Points nearest to the record, weighted by distance (Epanechnikov) and drawn again evenly; (MEMBERS, axes)."""
    count = min(max(LEAST_ACCEPTED, int(ACCEPTED_SHARE * len(points))), len(points) - 1)
    order = np.argsort(far, kind="stable")[: count + 1]
    weights = np.maximum(1.0 - (far[order[:-1]] / max(float(far[order[-1]]), 1e-300)) ** 2, 1e-12)
    found: Floats = points[order[:-1]][systematic(weights, MEMBERS)]
    return found


@dataclass(frozen=True)
class Linear:
    """Summaries by ridge regression on features and their squares."""

    centre: Floats
    scale: Floats
    slopes: Floats

    def __call__(self, x: Floats) -> Floats:
        """Expected places in the cube, shape (runs, axes)."""
        found: Floats = self.design(x) @ self.slopes
        return found

    def design(self, x: Floats) -> Floats:
        """Features, scaled, with a constant before and their squares behind, shape (runs, 2 · features + 1)."""
        z = np.clip((x - self.centre) / self.scale, -6.0, 6.0)
        return np.concatenate([np.ones((len(z), 1)), z, z**2], axis=1)


def regression(x: Floats, points: Floats) -> tuple[Linear, Floats]:
    """Regress points on features; give the summaries and the covariance of what they leave unexplained."""
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    made = Linear(centre, scale, np.zeros((2 * x.shape[1] + 1, points.shape[1])))
    with one_thread():
        table = made.design(x)
        penalty = RIDGE * len(x) * np.eye(table.shape[1])
        penalty[0, 0] = 0.0
        slopes = np.asarray(np.linalg.solve(table.T @ table + penalty, table.T @ points), dtype=np.float64)
        residual = np.cov(points - table @ slopes, rowvar=False)
    return Linear(centre, scale, slopes), residual
