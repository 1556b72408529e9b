"""Memberships from raw columns: the direct method of Ragin 2008, and the piecewise and crisp forms beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.setmethods.table import CaseTable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

FULL = 0.95
"""Membership at the anchor of full inclusion (1 - FULL at that of full exclusion) in the logistic form."""

Form = Literal["logistic", "linear", "ecdf", "crisp"]


@dataclass(frozen=True)
class Calibration:
    """How a raw column becomes a membership."""

    anchors: tuple[float, ...]
    """Exclusion, crossover, inclusion: rising, or falling where low raw values are members. Six of them (exclusion,
    crossover, inclusion, inclusion, crossover, exclusion) for a set of middling values, in the linear form. One or more
    rising thresholds in the crisp form: the value is how many of them the raw value reaches."""
    form: Form = "logistic"
    """``logistic`` (the direct method), ``linear`` (piecewise powers), ``ecdf`` (ranks among the cases on each side of
    the crossover, within the anchors) or ``crisp``."""
    full: float = FULL
    """Membership at the anchor of inclusion, in the logistic form."""
    below: float = 1.0
    above: float = 1.0
    """below, above: powers of the linear form below and above the crossover: 1 is a straight line, 2 an S."""

    def __post_init__(self) -> None:
        """See that the anchors can be used.

        Raises
        ------
        ValueError
            If their number or order does not fit the form, or ``full`` is not between 0.5 and 1.
        """
        steps = np.diff(self.anchors)
        if self.form == "crisp":
            sound = len(self.anchors) >= 1 and bool(np.all(steps > 0.0))
        elif len(self.anchors) == 6:
            sound = self.form == "linear" and bool(np.all(np.delete(steps, 2) > 0.0)) and steps[2] >= 0.0
        else:
            sound = len(self.anchors) == 3 and bool(np.all(steps > 0.0) or np.all(steps < 0.0))
        if not sound or not np.isfinite(self.anchors).all() or not 0.5 < self.full < 1.0:
            raise ValueError("anchors do not fit the form")


def calibrate(raw: ArrayLike, how: Calibration) -> NDArray[np.float64]:
    """Memberships of raw values.

    The direct method: ``m = 1 / (1 + exp(-k (x - c) / (i - c)))`` on the side of inclusion and
    ``m = 1 / (1 + exp(-k (x - c) / (c - e)))`` on that of exclusion, with ``k = ln(full / (1 - full))``, 2.944 for
    0.95 (Ragin's program takes 3 instead: memberships then differ by up to 0.004).

    Parameters
    ----------
    raw
        Raw values, any shape.
    how
        Anchors and form.
    """
    values = np.asarray(raw, dtype=np.float64)
    if how.form == "crisp":
        reached: NDArray[np.float64] = np.sum(values[..., None] >= np.array(how.anchors), axis=-1).astype(np.float64)
        return reached
    if len(how.anchors) == 6:
        rising, falling = how.anchors[:3], how.anchors[:2:-1]
        return np.minimum(_linear(values, rising, how), _linear(values, falling, how))
    if how.form == "ecdf":
        return _ranked(values, how)
    return _logistic(values, how) if how.form == "logistic" else _linear(values, how.anchors, how)


def _towards(values: NDArray[np.float64], anchors: tuple[float, ...]) -> NDArray[np.float64]:
    """Distance from the crossover: -1 at exclusion, 0 at the crossover, 1 at inclusion."""
    out, middle, within = anchors
    sign = 1.0 if within > middle else -1.0
    distance = sign * (values - middle)
    scaled: NDArray[np.float64] = np.where(
        distance >= 0.0, distance / abs(within - middle), distance / abs(middle - out)
    )
    return scaled


def _logistic(values: NDArray[np.float64], how: Calibration) -> NDArray[np.float64]:
    steepness = log(how.full / (1.0 - how.full))
    exponent = np.clip(-steepness * _towards(values, how.anchors), -700.0, 700.0)
    found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(exponent))
    return found


def _linear(values: NDArray[np.float64], anchors: tuple[float, ...], how: Calibration) -> NDArray[np.float64]:
    """``0.5 ((x - e) / (c - e))^below`` up to the crossover, ``1 - 0.5 ((i - x) / (i - c))^above`` beyond it."""
    distance = np.clip(_towards(values, anchors), -1.0, 1.0)
    below = 0.5 * (1.0 - np.abs(np.minimum(distance, 0.0))) ** how.below
    beyond = 1.0 - 0.5 * (1.0 - np.maximum(distance, 0.0)) ** how.above
    return np.where(distance >= 0.0, beyond, below)


def _ranked(values: NDArray[np.float64], how: Calibration) -> NDArray[np.float64]:
    """Half the share of the cases on the same side, between crossover and anchor, that lie no higher; 0 or 1 beyond."""
    distance = _towards(values, how.anchors)
    found = np.where(distance >= 1.0, 1.0, np.where(distance == 0.0, 0.5, 0.0))
    for low, high, start in ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.5)):
        inside = (distance > low) & (distance < high)
        ranks = np.sum(distance[inside][:, None] >= distance[inside][None, :], axis=1)
        found[inside] = start + 0.5 * ranks / max(1, int(inside.sum()))
    return found


def calibrated(table: CaseTable, recipe: Mapping[str, Calibration]) -> CaseTable:
    """A table with some of its columns calibrated."""
    return table.having({name: calibrate(table.values[name], how) for name, how in recipe.items()})
