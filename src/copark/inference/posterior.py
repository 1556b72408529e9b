"""The parameter posterior: what the data say of each parameter, for tables.

The runs of the prior batch whose summaries are nearest to the record's are accepted, weighted by distance, and moved to
the record by a local-linear regression on the logit scale of the unit cube (Beaumont, Zhang and Balding 2002). It
carries no luck: forecasts and counterfactuals use the replay posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.inference.batch import Batch
from copark.inference.prior import PriorSpace, expit, logit
from copark.inference.summaries import MANY, Summaries, one_thread, reports_of
from copark.stats.precision import effective

Floats = NDArray[np.float64]
Reals = NDArray[np.float64] | NDArray[np.float32]
ACCEPTED = 2000
EVERY_AXIS_MOVES = 1e-3


@dataclass(frozen=True)
class ParameterPosterior:
    """Weighted points of the cube.

    points: shape (draws, axes); weights: shape (draws,), sum 1; distance: of the farthest run accepted.
    """

    space: PriorSpace
    points: Floats
    weights: Floats
    distance: float

    @property
    def ess(self) -> float:
        """Effective sample size."""
        return effective(self.weights)

    def equal(self, count: int) -> Floats:
        """Give that many points of equal weight, by systematic resampling; shape (count, axes)."""
        return self.points[systematic(self.weights, count)]


def systematic(weights: Floats, count: int, offset: float = 0.5) -> NDArray[np.int64]:
    """Resample positions so that each comes up floor or ceiling of its expected number of times."""
    ends = np.cumsum(weights) / weights.sum()
    found = np.searchsorted(ends, (np.arange(count) + offset) / count)
    return np.minimum(found, len(weights) - 1).astype(np.int64)


def adjust(z: Floats, summaries: Floats, target: Floats, weights: Floats) -> Floats:
    """Move points to where a local-linear regression on the summaries sees them at the target.

    Residuals are widened by √(n / (n - p - 1)), what fitting p slopes to n points (in effective number) takes away.
    """
    x = summaries - target
    moving = x.std(axis=0) > EVERY_AXIS_MOVES * np.maximum(x.std(axis=0).max(), 1e-12)
    design = np.concatenate([np.ones((len(x), 1)), x[:, moving]], axis=1)
    root = np.sqrt(weights)[:, np.newaxis]
    with one_thread():
        slopes = np.linalg.lstsq(design * root, z * root, rcond=1e-8)[0]
        fitted = design @ slopes
    count = effective(weights)
    wider = np.sqrt(count / max(count - design.shape[1] - 1.0, 1.0))
    found: Floats = slopes[0] + (z - fitted) * wider
    return found


class Neighbours:
    """Runs by their summaries, made ready once to be asked many times which are near."""

    def __init__(self, points: Reals, summaries: Reals, residual: Floats) -> None:
        """Take points and summaries of all runs, shape (runs, axes) each, and the covariance that sets the distance."""
        self.points = points.astype(np.float32, copy=False)
        self.summaries = summaries.astype(np.float32, copy=False)
        with one_thread():
            self.whitening = np.linalg.cholesky(np.linalg.inv(residual))
            self.whitened = self.summaries @ self.whitening.astype(np.float32)

    def distances(self, target: Floats) -> Floats:
        """Distances of all runs to a target; infinite for runs without a value."""
        with one_thread():
            apart = self.whitened - (target @ self.whitening).astype(np.float32)
            found = np.sqrt(np.einsum("ij,ij->i", apart, apart)).astype(np.float64)
        return np.where(np.isfinite(found), found, np.inf)

    def accept(
        self, space: PriorSpace, target: Floats, count: int = ACCEPTED, without: int | None = None
    ) -> ParameterPosterior:
        """Accept the nearest runs and adjust them.

        target: the record's summaries, shape (axes,); without: a run to leave out: the one that plays the record, in a
        test of calibration.
        """
        far = self.distances(target)
        if without is not None:
            far[without] = np.inf
        count = min(count, int(np.isfinite(far).sum()) - 1)
        near = np.argpartition(far, count)[: count + 1]
        near = near[np.lexsort((near, far[near]))]
        width = far[near[-1]]
        near = near[:-1]
        weights = np.maximum(1.0 - (far[near] / max(width, 1e-300)) ** 2, 1e-12)
        points, summaries = (part[near].astype(np.float64) for part in (self.points, self.summaries))
        z = adjust(logit(points), summaries, target, weights)
        return ParameterPosterior(space, expit(z), weights / weights.sum(), float(width))


def neighbours_of(batch: Batch, learned: Summaries, columns: NDArray[np.int64]) -> Neighbours:
    """Make a batch's runs ready, as they report on some of its targets."""
    points = np.empty((batch.runs, batch.space.axes), np.float32)
    summaries = np.empty((batch.runs, batch.space.axes), np.float32)
    for first in range(0, batch.runs, MANY):
        last = min(first + MANY, batch.runs)
        points[first:last] = batch.points(first, last)
        summaries[first:last] = learned(reports_of(batch, learned.model, columns, first, last))
    return Neighbours(points, summaries, learned.residual)


def posterior_of(
    space: PriorSpace, neighbours: Neighbours, learned: Summaries, recorded: Floats, count: int = ACCEPTED
) -> ParameterPosterior:
    """Parameter posterior given a record, shape (targets,)."""
    return neighbours.accept(space, learned(recorded[np.newaxis, :])[0], count)
