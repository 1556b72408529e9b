"""Functions whose sensitivity is known by hand."""

import numpy as np

A, B = 7.0, 0.1


def ishigami(points):
    """Ishigami and Homma's function of three factors, uniform from -π to π."""
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """First-order and total indices, from the closed form of its variance."""
    first = np.array([0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2, A**2 / 8.0, 0.0])
    third = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = first.sum() + third
    return first / whole, (first + np.array([third, 0.0, third])) / whole


def planted(points, runs, *, inside=0.9, outside=0.05, seed=3):
    """Something that happens mostly where factor 2 is at most 0.35 and factor 7 above 0.6."""
    box = (points[:, 2] <= 0.35) & (points[:, 7] > 0.6)
    return np.random.default_rng(seed).random(runs) < np.where(box, inside, outside)
