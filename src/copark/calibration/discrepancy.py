"""Discrepancy of the model from a park's course, carried on from the record.

A report of a size is the model's course times exp(d), and an error of observation; d is normal around none, lasts
(correlation exp(-|Δt| / MEMORY)) and is as large in all parks (``error_scales.yaml``, learned over the casebook). A
posterior that was fitted with it leaves a run beside the record it was fitted to: a forecast that begins on the run
contradicts the last count. Given the record the d of a run is known at its dates up to the error of observation, and
fades into what d is of a park without a record (conditional normal distribution; kriging). Each run's course is carried
on with a d of its own.

A total that only grows is carried on by what it grows by, each quarter with the d of that quarter: what was invested
stays so. Parts are scaled so that they sum to their total; no more enterprises operate than are registered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

from copark.arrays import Floats, Integers
from copark.calibration.observations import MEMORY, OFFSET, ObservationModel, is_a_size, lasting_size, noise

CARRIED_SEED = 0x6C656674
"""Seed of the part of d that the record does not tell, beside the name of the output."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "registered": ("registered_home", "registered_host", "registered_third"),
    "operating": ("operating_home", "operating_host", "operating_third"),
    "registered_ever": ("arrivals_own", "arrivals_incumbent", "arrivals_partner"),
}
"""Outputs that are the sum of others, and these; the last is what remains when the others have been counted."""
NEVER_FALL = ("realised_investment", "enterprise_investment", "registered_ever")
"""Outputs that only grow."""
WITHIN = {"operating": "registered"}
"""Sizes of which there are no more than of another."""
UNIFORM = np.sqrt(12.0)
"""Width of a uniform distribution in its standard deviations."""
STOCKS = tuple(total for total in PARTS if total not in NEVER_FALL)
"""Totals whose parts stand beside them in every quarter; those of a count since the founding are a quarter's flows."""
JITTER = 1e-12


def tied(names: Sequence[str]) -> tuple[str, ...]:
    """Add to names of outputs those that what is carried on of them depends on, so that it is the same alone or not."""
    outputs = dict.fromkeys(names)
    for total in STOCKS:
        if any(part in outputs for part in PARTS[total]):
            outputs |= dict.fromkeys((total, *PARTS[total]))
    outputs |= dict.fromkeys(limit for name, limit in WITHIN.items() if name in outputs)
    return tuple(outputs)


@dataclass(frozen=True)
class LastingDiscrepancy:
    """Discrepancy of the model in one size, given some runs and the record they were fitted to."""

    size: float
    """Standard deviation of d where nothing is known."""
    memory: float
    """Years after which its correlation has fallen to 1/e."""
    years: Floats
    """Dates of values on record, in years from the park's start, shape (values,)."""
    errors: Floats
    """Standard deviations of their errors of observation, in logarithms, shape (values,)."""
    residuals: Floats
    """Logarithms of record over run, shape (runs, values)."""

    @classmethod
    def of(cls, model: ObservationModel, counterparts: Floats, variable: str) -> LastingDiscrepancy:
        """Take from runs what they leave out of a size.

        Parameters
        ----------
        model
            The record they were fitted to.
        counterparts
            Runs read in the place of its targets, shape (runs, targets).
        variable
            Name of the size.
        """
        columns = [
            n
            for n, target in enumerate(model.targets)
            if model.in_logs[n] and target.variable == variable and not target.bound.startswith("at-")
        ]
        some = ObservationModel(tuple(model.targets[n] for n in columns), model.discrepancy)
        scale = some.recorded + OFFSET
        # Within a range, or "more than", every run agrees with the record, which then lies anywhere in it.
        shown = some.compared(some.hide(counterparts[:, columns]))
        residuals = (some.recorded - shown) / scale if columns else counterparts[:, :0]
        widths = np.array([0.0 if target.high is None else target.high - target.value for target in some.targets])
        own = np.array([target.error for target in some.targets])
        errors = np.hypot(own, widths / UNIFORM) / scale
        return cls(model.discrepancy * lasting_size(variable), MEMORY, some.years, errors, residuals)

    def covariance(self, first: Floats, second: Floats) -> Floats:
        """Compute the covariance of d between dates, shape (dates of the first, dates of the second)."""
        return self.size**2 * np.exp(-np.abs(first[:, np.newaxis] - second) / self.memory)

    @cached_property
    def _weight(self) -> Floats:
        """Inverse of the covariance of the residuals, shape (values, values)."""
        return np.asarray(np.linalg.inv(self.covariance(self.years, self.years) + np.diag(self.errors**2)))

    def given(self, years: Floats) -> tuple[Floats, Floats]:
        """Compute the distribution of d at dates, given the record.

        Parameters
        ----------
        years
            Dates, in years from the park's start, shape (dates,).

        Returns
        -------
            Means of each run, shape (runs, dates), and the covariance, which all have, shape (dates, dates).
        """
        shared = self.covariance(years, self.years)
        pull = shared @ self._weight
        mean = np.einsum("ij,kj->ik", self.residuals, pull)
        return mean, self.covariance(years, years) - pull @ shared.T

    def paths(self, years: Floats, rows: Integers, seed: int) -> Floats:
        """Draw courses of d.

        Parameters
        ----------
        years
            Dates, in years from the park's start, shape (dates,).
        rows
            Run that each course belongs to, shape (courses,).
        seed
            Seed of what the record does not tell; a course is a function of it and of its own number.

        Returns
        -------
            Courses of shape (courses, dates).
        """
        mean, covariance = self.given(years)
        root: Floats = np.linalg.cholesky(covariance + JITTER * np.eye(len(years))).astype(np.float64)
        free = noise(seed, 0, len(rows), len(years))
        return mean[rows] + np.einsum("ij,kj->ik", free, root)


def carried_on(
    model: ObservationModel,
    counterparts: Floats,
    names: Sequence[str],
    out: Floats,
    rows: Integers,
    recorded_quarters: int,
) -> Floats:
    """Multiply the courses of runs by what the model leaves out of them.

    Parameters
    ----------
    model
        The record that the runs were fitted to.
    counterparts
        Pairs of a posterior read in the place of its targets, shape (pairs, targets).
    names
        Names of the outputs, with those that they are :func:`tied` to.
    out
        Outputs from the park's start on, shape (runs, names, quarters).
    rows
        Pair that each run is of, shape (runs,).
    recorded_quarters
        Quarters that the record reaches, from the park's start on.

    Returns
    -------
    Outputs of the same shape; those that are no sizes, and what is none, as they are.
    """
    if not model.discrepancy:
        return out
    carried = out.copy()
    years: Floats = (np.arange(out.shape[2], dtype=np.float64) + 1.0) / 4.0
    for n, name in enumerate(names):
        if is_a_size(name):
            logs = LastingDiscrepancy.of(model, counterparts, name).paths(
                years, rows, CARRIED_SEED + crc32(name.encode())
            )
            carried[:, n, :] = _multiplied(
                out[:, n, :], logs, recorded_quarters if name in NEVER_FALL else out.shape[2]
            )
    place = {name: n for n, name in enumerate(names)}
    for total in STOCKS:
        if total in place and all(part in place for part in PARTS[total]):
            positions = [place[part] for part in PARTS[total]]
            whole = carried[:, positions, :].sum(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                factor = np.where(whole > 0.0, carried[:, place[total], :] / whole, 1.0)
            carried[:, positions, :] *= factor[:, np.newaxis, :]
    for name, limit in WITHIN.items():
        if name in place and limit in place:
            carried[:, place[name], :] = np.minimum(carried[:, place[name], :], carried[:, place[limit], :])
    return carried


def _multiplied(course: Floats, logs: Floats, multiplied_quarters: int) -> Floats:
    """Multiply sizes by exp(d), from a quarter on what they grow by; shape (runs, quarters).

    Parameters
    ----------
    course
        The size, shape (runs, quarters).
    logs
        d, of the same shape.
    multiplied_quarters
        Quarters, from the first on, in which the size itself is multiplied.
    """
    carried = np.where(course > 0.0, np.maximum((course + OFFSET) * np.exp(logs) - OFFSET, 0.0), course)
    if multiplied_quarters < course.shape[1]:
        begun = max(multiplied_quarters, 1)
        grown = np.diff(course[:, begun - 1 :], axis=1) * np.exp(logs[:, begun:])
        carried[:, begun:] = carried[:, begun - 1 : begun] + np.cumsum(grown, axis=1)
    return carried
