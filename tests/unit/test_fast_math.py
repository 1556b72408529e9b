"""Exponential, logarithm and normal quantile against SciPy over all the model may ask for; compiled where it is on."""

import numba
import numpy as np
import pytest
from scipy import special

from copark.model import fast_math
from copark.model.compiler import ENABLED, OPTIONS

FEWER = 1 if ENABLED else 20
"""With compilation off a call takes a thousand times as long: fewer points."""

EXP_RELATIVE = 1e-14
"""For arguments up to 30 either way, which rates, returns and commitments never leave; five times that up to 700."""

LOG_ABSOLUTE = 2e-14
LOGISTIC_ABSOLUTE = 1e-14
NORMAL_ABSOLUTE = 5e-7
"""Within 5.4 deviations, beyond which luck draws once in 17 million; a four hundredth at the very ends."""

SMALLEST_UNIFORM = 2.0**-33


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


@pytest.mark.parametrize("reach", [700, 30, 1, 1e-3, 1e-12])
def test_exponential(reach):
    x = spread(-reach, reach)
    exp, *_ = made(x)
    assert np.abs(exp / np.exp(x) - 1).max() < (EXP_RELATIVE if reach <= 30 else 5 * EXP_RELATIVE)


def test_exponential_is_held_at_its_ends_and_exact_at_zero():
    exp, *_ = made([0.0, 701.0, 1e9, np.inf, -701.0, -1e9, -np.inf])
    assert exp == pytest.approx([1, *[np.exp(700.0)] * 3, *[np.exp(-700.0)] * 3], rel=5 * EXP_RELATIVE, abs=0)
    assert exp[0] == 1.0


def test_what_is_no_number_stays_none():
    """A run that went wrong must be seen: nan passes through."""
    exp, logistic, *_ = made([np.nan])
    assert np.isnan(exp[0])
    assert np.isnan(logistic[0])


@pytest.mark.parametrize(("low", "high"), [(-700, 700), (-30, 30), (-0.1, 0.1)])
def test_logarithm(low, high):
    x = np.exp(spread(low, high))
    *_, log, _ = made(positive=x)
    wanted = np.log(x)
    assert np.abs(log - wanted).max() < max(LOG_ABSOLUTE, 4 * np.spacing(np.abs(wanted).max()))


def test_logistic():
    x = spread(-720, 720)
    _, logistic, *_ = made(x)
    assert np.abs(logistic - special.expit(x)).max() < LOGISTIC_ABSOLUTE
    assert (np.diff(logistic) >= -LOGISTIC_ABSOLUTE).all()
    _, logistic, *_ = made([0.0])
    assert logistic[0] == 0.5


@pytest.mark.parametrize(("low", "high"), [(3e-8, 1 - 3e-8), (0.001, 0.999), (0.4, 0.6)])
def test_normal_quantile(low, high):
    u = spread(low, high)
    *_, normal = made(uniform=u)
    assert np.abs(normal - special.ndtri(u)).max() < NORMAL_ABSOLUTE


@pytest.mark.parametrize(("last", "error"), [(1e-3, 4e-7), (3e-8, NORMAL_ABSOLUTE), (SMALLEST_UNIFORM, 2.5e-3)])
def test_normal_quantile_far_out(last, error):
    """Down to the smallest number luck can draw, 2^-33, a deviation of 6.34."""
    low = np.exp(spread(np.log(last), np.log(0.01)))
    *_, normal = made(uniform=np.concatenate([low, 1 - low]))
    assert np.abs(normal[: low.size] - special.ndtri(low)).max() < error
    assert np.abs(normal[low.size :] - special.ndtri(1 - low)).max() < error
