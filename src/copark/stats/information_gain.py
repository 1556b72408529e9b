"""Information gain by regression: the variance of a condition's truth that a further observation would take away.

This is the expected reduction of P(1 - P), as a Brier score has it. It is no expected gain of a decision, in which
options and what is at stake would have to stand: that is :mod:`copark.stats.value_of_information`.

Each world has an effect, a condition that holds or not, what is known already and what a candidate observation would
report, noise included. Effect and condition are regressed on the reports (Jackson et al. 2022): what the regression
foretells of a world is the posterior mean given its reports. Every world is foretold by a regression on the others
alone (five-fold cross-fitting), so that a candidate that tells nothing gains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.arrays import Booleans, Floats, Integers

FOLDS = 5
SURE = 0.95
"""A condition is decided where its probability is at least this, or at most 1 less this."""
KNOTS = 4
PENALTIES = np.logspace(-1.0, 4.0, 11)
"""Of the regression, from which each effect has its own."""
WEAK = 100.0
"""Inverse penalty of the calibration, whose two columns need next to none."""
SAME = 1e-9
"""Standard deviation below which a column is constant."""
EDGE = 1e-4
"""Probabilities are kept this far from 0 and 1."""


@dataclass(frozen=True)
class Foretold:
    """Effects and conditions of each world, as foretold from the others."""

    effect: Floats
    """Expected effects, shape (worlds, effects)."""
    probability: Floats
    """Probabilities of the conditions, shape (worlds, effects)."""


@dataclass(frozen=True)
class InformationGain:
    """Knowledge that a candidate adds of one effect."""

    before: float
    """Share of the variance of the effect that is foretold without the candidate (R²)."""
    after: float
    """The same with it."""
    variance: float
    """Expected reduction of the variance of the condition, E[P(1 - P)], as scored on worlds not used: the Brier score
    without the candidate less that with it."""
    error: float
    """Standard error of ``variance`` over worlds."""
    move: float
    """Expected absolute change of the probability."""
    decided_before: float
    """Share of worlds in which the condition is decided without the candidate."""
    decided: float
    """The same with it."""
    right: float
    """Share of the decided worlds in which what was decided holds; NaN where none is."""


def foretell(known_reports: Floats, candidate: Floats, effects: Floats, holds: Booleans, seed: int = 0) -> Foretold:
    """Regress effects and conditions on reports: linear in what is known, a spline in each report of the candidate.

    Parameters
    ----------
    known_reports
        Reports that are known already, shape (worlds, reports); it may have no columns.
    candidate
        Reports of the candidate, shape (worlds, reports); it may have no columns.
    effects
        Effects, shape (worlds, effects).
    holds
        Whether the condition of each effect holds, shape (worlds, effects).
    seed
        Seed of which worlds make a fold.
    """
    from sklearn import config_context

    # What is handed over here is sound, and to have it checked again takes longer than most regressions.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        return _foretold(known_reports, candidate, effects, holds, seed)


def _foretold(known_reports: Floats, candidate: Floats, effects: Floats, holds: Booleans, seed: int) -> Foretold:
    from sklearn.model_selection import KFold, cross_val_predict

    known_reports = varying(known_reports)
    candidate = varying(candidate)
    # Cut once: every effect is calibrated in the folds that it is regressed in.
    folds = list(KFold(FOLDS, shuffle=True, random_state=seed).split(effects))
    both = np.concatenate([effects, holds.astype(np.float64)], axis=1)
    centre = both.mean(axis=0)
    spread = np.maximum(both.std(axis=0), SAME)
    targets = (both - centre) / spread
    if known_reports.shape[1] + candidate.shape[1]:
        reports = np.concatenate([known_reports, candidate], axis=1)
        foretold = cross_val_predict(
            report_regression(known_reports.shape[1], candidate.shape[1]), reports, targets, cv=folds
        )
    else:
        foretold = np.empty_like(targets)
        for train, test in folds:
            foretold[test] = targets[train].mean(axis=0)
    count = effects.shape[1]
    # A regression may foretell beyond anything that happened.
    within = np.clip(foretold, targets.min(axis=0), targets.max(axis=0))  # a mean lies between what it is a mean of
    probabilities = [_calibrated(within[:, [n, count + n]], holds[:, n], folds) for n in range(count)]
    probability = np.stack(probabilities, axis=1) if probabilities else np.empty_like(effects)
    return Foretold(foretold[:, :count] * spread[:count] + centre[:count], probability)


def report_regression(known_count: int, candidate_count: int) -> Any:
    """Make the ridge regression on reports: known ones linearly, then those of a candidate by splines.

    Parameters
    ----------
    known_count, candidate_count
        Columns of each.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer, StandardScaler

    spline = make_pipeline(SplineTransformer(KNOTS, degree=2, extrapolation="linear"), StandardScaler())
    parts = (
        # What is known enters as it is, a candidate by splines: what it tells need not be a straight line, and a
        # network or trees foretold no more (decision log 0058).
        ("known", StandardScaler(), slice(0, known_count)),
        ("candidate", spline, slice(known_count, known_count + candidate_count)),
    )
    chosen = [part for part, width in zip(parts, (known_count, candidate_count), strict=True) if width]
    return make_pipeline(ColumnTransformer(chosen), RidgeCV(PENALTIES, alpha_per_target=True))


def _calibrated(foretold: Floats, holds: Booleans, folds: Sequence[tuple[Integers, Integers]]) -> Floats:
    from sklearn.linear_model import LogisticRegression

    probability = np.full(len(holds), holds.mean())
    # With fewer worlds of one kind a fold may have none, and nothing can be learned; the share of all worlds stands
    # then.
    if min(np.count_nonzero(holds), np.count_nonzero(~holds)) >= FOLDS * 2:
        model = LogisticRegression(C=WEAK, solver="newton-cholesky")
        for train, test in folds:
            probability[test] = model.fit(foretold[train], holds[train]).predict_proba(foretold[test])[:, 1]
    return np.clip(probability, EDGE, 1.0 - EDGE)


def varying(columns: Floats) -> Floats:
    """Return the columns that are not constant."""
    return columns[:, columns.std(axis=0) > SAME] if columns.size else columns


def explained(effect: Floats, foretold: Floats) -> float:
    """Return R² of what was foretold of worlds not used; NaN where the effect is constant."""
    total = float(effect.var())
    return 1.0 - float(np.mean((effect - foretold) ** 2)) / total if total > SAME else float("nan")


def gains(base: Foretold, more: Foretold, effects: Floats, holds: Booleans) -> list[InformationGain]:
    """Measure what a candidate tells of every effect.

    Parameters
    ----------
    base
        What is foretold without the candidate.
    more
        What is foretold with it.
    effects
        Effects, shape (worlds, effects).
    holds
        Whether the condition of each effect holds, shape (worlds, effects).
    """
    by_effect = []
    for n in range(effects.shape[1]):
        before = base.probability[:, n]
        after = more.probability[:, n]
        truth = holds[:, n]
        scored = (before - truth) ** 2 - (after - truth) ** 2
        sure = decided(after)
        by_effect.append(
            InformationGain(
                before=explained(effects[:, n], base.effect[:, n]),
                after=explained(effects[:, n], more.effect[:, n]),
                variance=float(scored.mean()),
                error=float(scored.std(ddof=1) / np.sqrt(len(scored))),
                move=float(np.abs(after - before).mean()),
                decided_before=float(decided(before).mean()),
                decided=float(sure.mean()),
                right=float(((after > 0.5) == truth)[sure].mean()) if sure.any() else float("nan"),
            )
        )
    return by_effect


def decided(probability: Floats) -> Booleans:
    """Mark where a condition is decided, for or against."""
    return (probability >= SURE) | (probability <= 1.0 - SURE)
