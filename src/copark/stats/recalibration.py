"""Probabilities set right by what became of similar cases: logistic recalibration, and how well probabilities did.

Source: Platt, Advances in Large Margin Classifiers (2000), 61-74; Saerens, Latinne and Decaestecker, Neural Computation
14 (2002), 21-41, for another base rate; Brier, Monthly Weather Review 78 (1950), 1-3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from copark.arrays import Booleans, Floats

EDGE = 0.005
"""Probabilities are read as no closer to 0 and 1 than this: a few hundred runs say no more."""
PRIOR = 1.0
"""Standard deviation of the slope beforehand, about 0: few cases alone would make any slope fit."""


@dataclass(frozen=True)
class Recalibration:
    """logit p' = a + b logit p: b = 1 and a = 0 where probabilities are right, b = 0 where they tell nothing."""

    intercept: float
    slope: float
    """intercept, slope: a and b."""

    def __call__(self, probability: Floats | float) -> Floats:
        """Probabilities set right."""
        found: Floats = 1.0 / (1.0 + np.exp(-(self.intercept + self.slope * _logit(probability))))
        return found

    def for_base_rate(self, before: float, after: float) -> Recalibration:
        """The same where the event is more or less frequent than among the cases it was learned from."""
        return Recalibration(self.intercept + float(_logit(after) - _logit(before)), self.slope)


def _logit(probability: Floats | float) -> Floats:
    inside = np.clip(np.asarray(probability, dtype=np.float64), EDGE, 1.0 - EDGE)
    found: Floats = np.log(inside / (1.0 - inside))
    return found


def recalibrated(probability: Floats, happened: Booleans) -> Recalibration:
    """Learn it from cases: a posterior mode, with a Gaussian prior on the slope of the standardised logit.

    probability, happened: what was said, and whether it happened; shape (cases,), with cases of both kinds.
    """
    from sklearn.linear_model import LogisticRegression

    said = _logit(probability)
    middle, spread = float(said.mean()), float(said.std()) or 1.0
    model = LogisticRegression(C=PRIOR**2).fit(((said - middle) / spread)[:, None], happened)
    slope = float(model.coef_[0, 0]) / spread
    return Recalibration(float(model.intercept_[0]) - slope * middle, slope)


def left_out(probability: Floats, happened: Booleans) -> Floats:
    """Each case's probability set right by the others alone; shape (cases,)."""
    others = [np.arange(len(happened)) != at for at in range(len(happened))]
    return np.array(
        [float(recalibrated(probability[use], happened[use])(probability[~use])[0]) for use in others]
    )  # fmt: skip


def brier(probability: Floats, happened: Booleans) -> Floats:
    """Squared error of each probability, shape (cases,): 0 is right, 1 wrong, 0.25 a coin."""
    found: Floats = (np.asarray(probability, dtype=np.float64) - happened) ** 2
    return found


def discrimination(probability: Floats, happened: Booleans) -> float:
    """How often a case where it happened was given more than one where it did not, ties half: 0.5 tells nothing."""
    higher = probability[happened][:, None] - probability[~happened][None, :]
    return float(((higher > 0.0) + 0.5 * (higher == 0.0)).mean())
