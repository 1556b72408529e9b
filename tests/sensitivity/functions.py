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
