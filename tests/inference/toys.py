"""Toy records whose posteriors have a closed form: normal parameters seen with normal errors."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from copark.inference.observations import ObservationModel, Target


def target(variable="toy", date="2000", bound="exact", value=0.0, high=None, error=1.0, quarters=(0,), weights=(1.0,)):
    return Target(variable, date, bound, value, high, error, quarters, weights, observation=None)


def model(*targets):
    return ObservationModel(tuple(targets))


def normal(points):
    """Standard normal parameters of points of the cube."""
    return ndtri(points)


def cube(z):
    return ndtr(z)


def hashed_normal(runs, quarter):
    """Luck of runs in a quarter: standard normal, a pure function of both."""
    mixed = np.asarray(runs, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(quarter * 7919 + 13)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return ndtri(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)
