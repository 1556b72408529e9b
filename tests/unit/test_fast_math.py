"""Exponential, logarithm and normal quantile against SciPy over all the model may ask for; compiled where it is on."""

import numba
import numpy as np
import pytest
from scipy import special

from copark.model import fast_math
from copark.model.jit import ENABLED, OPTIONS

FEWER = 1 if ENABLED else 20
"""With compilation off a call takes a thousand times as long: fewer points."""

NORMAL_ABSOLUTE = 5e-7
"""Within 5.4 deviations, beyond which a random number falls once in 17 million; a four hundredth at the very ends."""


@numba.njit(**OPTIONS)
def all_of_them(x, exp, logistic, positive, log, uniform, normal):
    """Fill `exp` and `logistic` of x, `log` of positive numbers and `normal` quantiles of uniform ones."""
    for i in range(x.size):
        exp[i] = fast_math.exp(x[i])
        logistic[i] = fast_math.logistic(x[i])
    for i in range(positive.size):
        log[i] = fast_math.log(positive[i])
    for i in range(uniform.size):
        normal[i] = fast_math.inverse_normal(uniform[i])


NOTHING = np.zeros(0)


@np.errstate(invalid="ignore")
def made(x=NOTHING, positive=NOTHING, uniform=NOTHING):
    x, positive, uniform = (np.array(values, dtype=float) for values in (x, positive, uniform))
    exp, logistic, log, normal = (np.zeros(size) for size in (x.size, x.size, positive.size, uniform.size))
    all_of_them(x, exp, logistic, positive, log, uniform, normal)
    return exp, logistic, log, normal


def spread(low, high, count=40_000):
    """Points from low to high, evenly but off any grid, both ends among them."""
    inner = np.random.default_rng(7).uniform(low, high, count // FEWER)
    return np.sort(np.concatenate([[low, high], inner]))


@pytest.mark.parametrize(("reach", "error"), [(700, 5e-14), (30, 1e-14), (1, 1e-14), (1e-3, 1e-14), (1e-12, 1e-14)])
def test_exponential(reach, error):
    """Rates, returns and commitments never leave arguments up to 30 either way."""
    x = spread(-reach, reach)
    exp, *_ = made(x)
    assert np.abs(exp / np.exp(x) - 1).max() < error


def test_exponential_is_held_at_its_ends_exact_at_zero_and_none_of_what_is_no_number():
    """A run that went wrong must be seen: nan passes through."""
    exp, logistic, *_ = made([0.0, 701.0, 1e9, np.inf, -701.0, -1e9, -np.inf, np.nan])
    assert exp[:-1] == pytest.approx([1, *[np.exp(700.0)] * 3, *[np.exp(-700.0)] * 3], rel=5e-14, abs=0)
    assert (exp[0], logistic[0]) == (1.0, 0.5)
    assert np.isnan([exp[-1], logistic[-1]]).all()


@pytest.mark.parametrize(("low", "high"), [(-700, 700), (-30, 30), (-0.1, 0.1)])
def test_logarithm(low, high):
    x = np.exp(spread(low, high))
    *_, log, _ = made(positive=x)
    expected = np.log(x)
    assert np.abs(log - expected).max() < max(2e-14, 4 * np.spacing(np.abs(expected).max()))


def test_logistic():
    x = spread(-720, 720)
    _, logistic, *_ = made(x)
    assert np.abs(logistic - special.expit(x)).max() < 1e-14
    assert (np.diff(logistic) >= -1e-14).all()


@pytest.mark.parametrize(
    ("last", "middle", "error"),
    [(0.4, 0.5, NORMAL_ABSOLUTE), (1e-3, 0.01, 4e-7), (3e-8, 0.5, NORMAL_ABSOLUTE), (2.0**-33, 0.01, 2.5e-3)],
)
def test_normal_quantile_on_both_sides(last, middle, error):
    """Down to the smallest number that can be drawn, 2^-33, a deviation of 6.34."""
    low = np.exp(spread(np.log(last), np.log(middle)))
    for u in (low, 1 - low, spread(last, middle)):
        *_, normal = made(uniform=u)
        assert np.abs(normal - special.ndtri(u)).max() < error
