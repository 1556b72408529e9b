"""Naive curves: what a forecaster says who knows the past values and nothing of how a park works.

Persistence, a straight line through the last years, a logistic and a Bass curve; each with a predictive distribution
from its own residuals. A model that cannot beat them has not shown that its mechanisms predict anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from copark.arrays import Floats

Shape = Callable[[Floats, Floats], Floats]
LINE_YEARS = 3.0
MEMBERS = 1000


@dataclass(frozen=True)
class History:
    """Past values of one quantity: times in years, increasing; values; standard errors of observation."""

    times: Floats
    values: Floats
    errors: Floats

    @classmethod
    def of(cls, times: ArrayLike, values: ArrayLike, errors: ArrayLike) -> History:
        """Make a history, put in order of time."""
        t, y, e = (np.asarray(part, dtype=np.float64) for part in (times, values, errors))
        order = np.argsort(t, kind="stable")
        return cls(t[order], y[order], np.maximum(e[order], 1e-9))

    def since(self, time: float) -> History:
        """Give the part from a time on."""
        kept = self.times >= time - 1e-9
        return History(self.times[kept], self.values[kept], self.errors[kept])


@dataclass(frozen=True)
class NaiveForecast:
    """A Student t distribution at each time: centre, scale (one error of observation included), degrees of freedom."""

    centre: Floats
    scale: Floats
    freedom: float

    def ensemble(self, at: int, members: int = MEMBERS) -> Floats:
        """Give members at equal steps of probability, so that it is the same every time; shape (members,)."""
        from scipy.stats import t as student

        levels = (np.arange(members) + 0.5) / members
        found: Floats = self.centre[at] + self.scale[at] * student.ppf(levels, self.freedom)
        return found


def persistence(history: History, times: Floats, errors: Floats) -> NaiveForecast | None:
    """Forecast the last value: a random walk without drift, its pace from past steps. Needs two values."""
    if len(history.times) < 1:
        return None
    spans = np.diff(history.times)
    steps = np.diff(history.values)
    far = spans > 1e-9
    pace = float((steps[far] ** 2 / spans[far]).mean()) if far.any() else 0.0
    ahead = np.maximum(times - history.times[-1], 0.0)
    scale = np.sqrt(pace * ahead + errors**2)
    return NaiveForecast(np.full(len(times), history.values[-1]), scale, float(max(far.sum(), 1)))


def line(history: History, times: Floats, errors: Floats, years: float = LINE_YEARS) -> NaiveForecast | None:
    """Continue the straight line through the last years. Needs three values at three times within them.

    With fewer in those years it takes the last three values.
    """
    if len(history.times) < 3:
        return None
    recent = history.since(min(history.times[-1] - years, history.times[-3]))
    middle = float(recent.times.mean())
    return fitted(lambda p, t: p[0] + p[1] * (t - middle), np.array([recent.values.mean(), 0.0]), recent, times, errors)


def logistic(history: History, times: Floats, errors: Floats) -> NaiveForecast | None:
    """Continue a logistic curve K / (1 + e^(-r (t - t0))). Needs four values."""
    top = float(history.values.max()) if len(history.values) else 0.0
    if len(history.times) < 4 or top <= 0.0:
        return None
    start = np.array([np.log(2.0 * top), np.log(0.5), history.times[-1]])
    first, last = history.times[0], history.times[-1]
    low = np.array([np.log(0.8 * top), np.log(0.02), first - 20.0])
    high = np.array([np.log(20.0 * top), np.log(5.0), last + 20.0])

    def shape(p: Floats, t: Floats) -> Floats:
        found: Floats = np.exp(p[0]) / (1.0 + np.exp(-np.exp(p[1]) * (t - p[2])))
        return found

    return fitted(shape, start, history, times, errors, (low, high))


def bass(history: History, times: Floats, errors: Floats) -> NaiveForecast | None:
    """Continue the diffusion curve of Bass (Management Science 15, 1969), from time 0 on. Needs four values.

    N(t) = m (1 - e^(-(p+q) t)) / (1 + (q/p) e^(-(p+q) t)).
    """
    top = float(history.values.max()) if len(history.values) else 0.0
    if len(history.times) < 4 or top <= 0.0:
        return None
    start = np.array([np.log(2.0 * top), np.log(0.01), np.log(0.4)])
    low = np.array([np.log(0.8 * top), np.log(1e-5), np.log(0.01)])
    high = np.array([np.log(20.0 * top), np.log(0.5), np.log(3.0)])

    def shape(p: Floats, t: Floats) -> Floats:
        size, own, others = np.exp(p)
        gone = np.exp(-(own + others) * np.maximum(t, 0.0))
        found: Floats = size * (1.0 - gone) / (1.0 + others / own * gone)
        return found

    return fitted(shape, start, history, times, errors, (low, high))


def fitted(
    shape: Shape,
    start: Floats,
    history: History,
    times: Floats,
    errors: Floats,
    bounds: tuple[Floats, Floats] | None = None,
) -> NaiveForecast:
    """Fit a curve by weighted least squares and give its predictive distribution (delta method).

    Residuals that are smaller than the errors of observation do not make a curve surer than those: the factor on the
    errors is at least 1.
    """
    from scipy.optimize import least_squares

    low = np.full(len(start), -np.inf) if bounds is None else bounds[0]
    high = np.full(len(start), np.inf) if bounds is None else bounds[1]

    def residuals(p: Floats) -> Floats:
        found: Floats = (shape(p, history.times) - history.values) / history.errors
        return found

    found = least_squares(residuals, np.clip(start, low + 1e-9, high - 1e-9), bounds=(low, high), x_scale="jac")
    freedom = max(len(history.times) - len(start), 1)
    factor = max(float((found.fun**2).sum()) / freedom, 1.0)
    covariance = np.linalg.pinv(found.jac.T @ found.jac, rcond=1e-12)
    slopes = gradient(shape, found.x, times)
    variance = np.einsum("ij,jk,ik->i", slopes, covariance, slopes) + errors**2
    return NaiveForecast(shape(found.x, times), np.sqrt(factor * variance), float(freedom))


def gradient(shape: Shape, p: Floats, times: Floats) -> Floats:
    """Derivative of a curve by its parameters, by central differences; shape (times, parameters)."""
    columns = []
    for n in range(len(p)):
        step = 1e-5 * max(abs(p[n]), 1.0)
        up, down = p.copy(), p.copy()
        up[n] += step
        down[n] -= step
        columns.append((shape(up, times) - shape(down, times)) / (2.0 * step))
    return np.stack(columns, axis=1)


CURVES: dict[str, Callable[[History, Floats, Floats], NaiveForecast | None]] = {
    "persistence": persistence,
    "line": line,
    "logistic": logistic,
    "bass": bass,
}


def forecasts(history: History, times: ArrayLike, errors: ArrayLike) -> dict[str, NaiveForecast]:
    """Forecast with every curve the history is long enough for.

    times: years since the park began, as the history's; errors: standard errors of observation of what will be
    observed, shape (times,).
    """
    at, sd = np.asarray(times, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    made = {name: curve(history, at, sd) for name, curve in CURVES.items()}
    return {name: one for name, one in made.items() if one is not None}
