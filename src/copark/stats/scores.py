"""Scores of forecasts, given as ensembles or as probabilities: how good, how sharp, how honest.

All scores are losses, smaller is better, in the unit of the observed quantity unless said otherwise. They are proper:
nobody can expect a better score by forecasting something else than what he believes.

Probabilities are set right by what became of similar cases, by logistic recalibration. Source: Platt, Advances in Large
Margin Classifiers (2000), 61-74; Saerens, Latinne and Decaestecker, Neural Computation 14 (2002), 21-41, for another
base rate; Brier, Monthly Weather Review 78 (1950), 1-3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from copark.arrays import Booleans, Floats
from copark.stats.quantiles import BAND, quantile_band
from copark.stats.rounding import settled

EDGE = 0.005
"""Probabilities are read as no closer to 0 and 1 than this: a few hundred runs say no more."""
PRIOR = 1.0
"""Standard deviation of the slope beforehand, about 0: few cases alone would make any slope fit."""


def crps(ensemble: ArrayLike, observed: float) -> float:
    """Return the continuous ranked probability score of an ensemble, E|X - y| - ½ E|X - X'|.

    Of a single value it is the absolute error. Members without a value are left out; NaN if none has one.
    Source: Gneiting and Raftery, JASA 102 (2007), 359-378.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    finite = np.isfinite(x)
    if not finite.any():
        return float("nan")
    w = np.full(np.count_nonzero(finite), 1.0 / len(x))
    x = np.sort(x[finite], kind="stable")
    w = w / w.sum()
    # E|X - X'| from the sorted members, by their ranks: n log n instead of all pairs.
    below = np.cumsum(w) - 0.5 * w
    spread = 2.0 * float((w * x * (2.0 * below - 1.0)).sum())
    return float((w * np.abs(x - observed)).sum()) - 0.5 * spread


def crps_within(ensemble: ArrayLike, low: float | None, high: float | None) -> float:
    """Score against an observation that is only a bound or a range: what of the ensemble lies outside costs.

    The threshold-weighted score with weight zero where the wording says nothing. 0 for an ensemble that agrees
    throughout. Source: Gneiting and Ranjan, Journal of Business and Economic Statistics 29 (2011), 411-422.

    Parameters
    ----------
    ensemble
        Values of the ensemble, shape (members,).
    low, high
        Lowest and highest value the observation allows; ``None`` where it sets no limit.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    nearest = np.clip(x, -np.inf if low is None else low, np.inf if high is None else high)
    return crps(x - nearest, 0.0)


def covered(ensemble: ArrayLike, low: float | None, high: float | None, level: float = 0.9) -> bool:
    """Return whether the central band reaches an observation.

    Parameters
    ----------
    ensemble
        Values of the ensemble, shape (members,).
    low, high
        Lowest and highest value the observation allows; ``None`` where it sets no limit, both the same for a value.
    level
        Share of the ensemble in the band.
    """
    below, above = quantile_band(ensemble, level)
    reaches_low = low is None or bool(settled(above - low, low) >= 0.0)
    reaches_high = high is None or bool(settled(below - high, high) <= 0.0)
    return reaches_low and reaches_high


@dataclass(frozen=True)
class Percentiles:
    """Place of an observation in an ensemble's distribution, from 0 to 100; NaN without an ensemble."""

    first: float
    """Percentile of a value: share below it, ties by half. Of "at least N" and of a range the share below N; of "at
    most N" 0."""
    last: float
    """The same of a value. Of "at least N" 100; of "at most N" the share not above N, of a range that not above its
    upper end."""
    single: bool
    """Whether it is of a value."""

    @property
    def number(self) -> float:
        """One number: the percentile of a value; of a bound or a range the per cent of the ensemble it allows."""
        return self.first if self.single else self.last - self.first

    @property
    def side(self) -> str:
        """Side of the ensemble: ``inside`` (5 to 95), too ``low``, too ``high``, or ``unknown``."""
        if np.isnan(self.first):
            return "unknown"
        if self.last < 100.0 * BAND[0]:
            return "high"
        return "low" if self.first > 100.0 * BAND[-1] else "inside"

    @property
    def inside(self) -> bool | None:
        """True within the 5th to 95th percentile, false outside; ``None`` without an ensemble."""
        return None if self.side == "unknown" else self.side == "inside"


def percentiles(ensemble: ArrayLike, low: float | None, high: float | None) -> Percentiles:
    """Return the percentiles that an observation spans in an ensemble.

    Parameters
    ----------
    ensemble
        Values of the ensemble, shape (members,).
    low, high
        Lowest and highest value the observation allows; ``None`` where it sets no limit, both the same for a value.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    x = x[np.isfinite(x)]
    single = low is not None and low == high
    if not x.size:
        return Percentiles(float("nan"), float("nan"), single)
    # Settled: a run that reports the observed count exactly is a tie on every processor.
    first = 0.0 if low is None else 100.0 * float(np.mean(settled(x - low, low) < 0.0))
    last = 100.0 if high is None else 100.0 * float(np.mean(settled(x - high, high) <= 0.0))
    return (
        Percentiles((first + last) / 2.0, (first + last) / 2.0, single) if single else Percentiles(first, last, single)
    )


def relative_half_width(low: float, upper: float, value: float) -> float:
    """Return half the width of a band as a share of a value: 0.5 is ± 50 %; NaN of a value of zero.

    Parameters
    ----------
    low, upper
        Ends of the band, in the unit of the value.
    value
        What the width is compared with; its sign does not matter.

    Returns
    -------
    Half the width over the size of the value.
    """
    return (upper - low) / (2.0 * abs(value)) if value else float("nan")


@dataclass(frozen=True)
class Recalibration:
    """logit p' = a + b logit p: b = 1 and a = 0 where probabilities are right, b = 0 where they tell nothing."""

    intercept: float
    slope: float

    def __call__(self, probability: Floats | float) -> Floats:
        """Set probabilities right."""
        return 1.0 / (1.0 + np.exp(-(self.intercept + self.slope * _logit(probability))))

    def for_base_rate(self, before: float, after: float) -> Recalibration:
        """Recalibrate where the event is more or less frequent than among the cases it was learned from."""
        return Recalibration(self.intercept + float(_logit(after) - _logit(before)), self.slope)


def _logit(probability: Floats | float) -> Floats:
    inside = np.clip(np.asarray(probability, dtype=np.float64), EDGE, 1.0 - EDGE)
    return np.log(inside / (1.0 - inside))


def recalibrated(probability: Floats, happened: Booleans) -> Recalibration:
    """Learn it from cases of both kinds: a posterior mode, with a normal prior on the standardised slope, from 0 on.

    Where cases that were given more came about less often, the slope is 0 and what is left is the base rate: that they
    should do so elsewhere, too, no few cases show.
    """
    from sklearn.linear_model import LogisticRegression

    log_odds = _logit(probability)
    middle = float(log_odds.mean())
    # Standardised, so that the prior of the slope means the same whatever the spread of the probabilities.
    spread = float(log_odds.std()) or 1.0
    model = LogisticRegression(C=PRIOR**2).fit(((log_odds - middle) / spread)[:, None], happened)
    slope = float(model.coef_[0, 0]) / spread
    if slope <= 0.0:
        return Recalibration(float(_logit(float(np.mean(happened)))), 0.0)
    return Recalibration(float(model.intercept_[0]) - slope * middle, slope)


def left_out(probability: Floats, happened: Booleans) -> Floats:
    """Return each case's probability set right by the others alone; shape (cases,)."""
    others = [np.arange(len(happened)) != case for case in range(len(happened))]
    return np.array([float(recalibrated(probability[use], happened[use])(probability[~use])[0]) for use in others])


def brier(probability: Floats, happened: Booleans) -> Floats:
    """Return the squared error of each probability, shape (cases,): 0 is right, 1 wrong, 0.25 a coin."""
    return (np.asarray(probability, dtype=np.float64) - happened) ** 2


def discrimination(probability: Floats, happened: Booleans) -> float:
    """Return how often a case where it happened was given more than one where it did not, ties half; 0.5 by chance."""
    without = probability[~happened][None, :]
    higher = settled(probability[happened][:, None] - without, without)
    return float(((higher > 0.0) + 0.5 * (higher == 0.0)).mean())
