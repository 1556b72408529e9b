"""Runs nearest to a record: features of reports, distances between runs, resampling, and moving runs to the record.

Used where whole replays would take too long: refits of other structures, and parks that have reported few values. A
regression carries its own error out to a record far from all runs, so that no calibration rests on it (decision 0046).
"""

from __future__ import annotations

import numpy as np

from copark.arrays import Floats, Integers
from copark.calibration.linear_algebra import one_thread
from copark.calibration.observations import ObservationModel
from copark.stats.precision import effective

EVERY_AXIS_MOVES = 1e-3


def features(model: ObservationModel, reports: Floats) -> Floats:
    """Make features of reports: their logarithms, and growth between the dates of one variable; (runs, features)."""
    size = np.sign(reports) * np.log1p(np.abs(reports))
    same = zip(model.targets, model.targets[1:], strict=False)
    later = np.array(
        [n for n, (first, second) in enumerate(same, start=1) if first.variable == second.variable], dtype=np.int64
    )
    return np.concatenate([size, size[:, later] - size[:, later - 1]], axis=1)


def systematic(weights: Floats, count: int, offset: float = 0.5) -> Integers:
    """Resample positions so that each comes up floor or ceiling of its expected number of times.

    Parameters
    ----------
    weights
        Weights of the positions, of any sum.
    count
        Number of positions to give.
    offset
        Place of the first step within its share, 0 to 1.
    """
    ends = np.cumsum(weights) / weights.sum()
    positions = np.searchsorted(ends, (np.arange(count) + offset) / count)
    return np.minimum(positions, len(weights) - 1).astype(np.int64)


def adjust(z: Floats, summaries: Floats, target: Floats, weights: Floats) -> Floats:
    """Move points to where a local-linear regression on the summaries sees them at the target.

    Residuals are widened by √(n / (n - p - 1)), what fitting p slopes to n points (in effective number) takes away.

    Parameters
    ----------
    z
        Points on the logit scale, shape (runs, axes).
    summaries
        Summaries of the runs, shape (runs, components).
    target
        Summaries of the record, shape (components,).
    weights
        Weights of the runs, shape (runs,).
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
    return slopes[0] + (z - fitted) * wider


class NearestRuns:
    """Runs by their summaries, made ready once to be asked many times which are near."""

    def __init__(self, summaries: Floats, residual: Floats) -> None:
        """Take summaries of all runs, shape (runs, axes), and the covariance that sets the distance."""
        with one_thread():
            self.whitening = np.linalg.cholesky(np.linalg.inv(residual))
            self.whitened = summaries.astype(np.float32) @ self.whitening.astype(np.float32)

    def distances(self, target: Floats) -> Floats:
        """Measure the distances of all runs to a target; infinite for runs without a value."""
        with one_thread():
            differences = self.whitened - (target @ self.whitening).astype(np.float32)
            distances = np.sqrt(np.einsum("ij,ij->i", differences, differences)).astype(np.float64)
        return np.where(np.isfinite(distances), distances, np.inf)
