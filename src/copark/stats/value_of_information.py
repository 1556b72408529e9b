"""Value of information for a decision: the expected gain of knowing something before an option is chosen.

In every world each option has a net benefit. Who decides now takes the option whose expected net benefit is largest;
who knows something first takes the one whose expected net benefit is largest given what he knows. The difference is the
expected value of perfect information (EVPI) where he knows the world, of partial perfect information (EVPPI) where he
knows some parameters, of sample information (EVSI) where he knows a report (Raiffa and Schlaifer 1961). Net benefits
are regressed on what is known (Strong, Oakley and Brennan 2014, doi:10.1177/0272989X13505910, and 2015,
doi:10.1177/0272989X15575286).

A choice in a world is made by a regression on other worlds, and valued by the net benefit of this world
(cross-fitting); and it is followed only if such choices gained in the other folds. The estimate is therefore one of
the rule that was found, and the best rule is worth at least as much: what tells nothing gains nothing, and a regression
that fits too well gains nothing by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from copark.arrays import Booleans, Floats, Integers
from copark.stats.information_gain import SAME, report_regression
from copark.stats.rounding import NO_DIFFERENCE

FOLDS = 5
TIMES = 2000
"""Replicates of the bootstrap of the largest of several errors."""
LEVEL = 0.95


@dataclass(frozen=True)
class ExpectedGain:
    """Expected gain of choosing by a rule instead of deciding now, in the unit of net benefits."""

    gain: float
    """Expected gain of the rule that was found, valued in worlds not used to find it."""
    error: float
    """Standard error of the gain over groups of worlds."""
    chosen: tuple[float, ...]
    """Share of worlds in which the rule chooses each option; they add up to 1."""
    gained: tuple[float, ...]
    """Part of the gain that comes of the worlds in which each option is chosen; they add up to the gain."""
    otherwise: float
    """Share of worlds in which the rule chooses another option than who decides now."""


@dataclass(frozen=True)
class RuleValue:
    """A rule of choice, valued world by world."""

    choices: Integers
    """Option chosen in each world, shape (worlds,)."""
    now: Integers
    """Option that who decides now takes, shape (worlds,)."""
    by_world: Floats
    """Net benefit of the one less that of the other, shape (worlds,)."""


@dataclass(frozen=True)
class DecisionProblem:
    """Net benefits of options over simulated worlds."""

    benefits: Floats
    """Net benefit of every option, shape (options, worlds); the first option is the one that the others are compared
    with."""
    groups: Integers
    """Group of each world, shape (worlds,): worlds of a group depend on each other."""
    seed: int = 0
    """Seed of which groups make a fold, and of the bootstrap."""

    @property
    def options(self) -> int:
        """Count the options."""
        return int(self.benefits.shape[0])

    @cached_property
    def best(self) -> int:
        """Place of the option with the largest expected net benefit; the first of several that are equal."""
        return int(_largest(self.benefits.mean(axis=1)[:, np.newaxis])[0])

    @cached_property
    def folds(self) -> Integers:
        """Fold of each world, whole groups together, shape (worlds,)."""
        names, places = np.unique(self.groups, return_inverse=True)
        order = np.random.Generator(np.random.Philox(key=self.seed)).permutation(names.size)
        return np.asarray(order[places] % FOLDS, dtype=np.int64)

    @cached_property
    def now(self) -> Integers:
        """Option of who decides now, the best one, shape (worlds,)."""
        return np.full(len(self.groups), self.best, dtype=np.int64)

    def between(self, option: int) -> DecisionProblem:
        """Return the decision between the first option and another alone."""
        return DecisionProblem(self.benefits[[0, option]], self.groups, self.seed)

    def rule(self, expected: Floats, valued: Floats | None = None) -> RuleValue:
        """Choose in every world the option that is expected to be best, and value the choices.

        Parameters
        ----------
        expected
            Net benefits expected of each world by the others, as of :meth:`expected`.
        valued
            Net benefits by which choices are valued, of the same shape; by default those of the problem.
        """
        worth = self.benefits if valued is None else valued
        choices = _largest(expected)
        worlds = np.arange(len(self.groups))
        by_world = worth[choices, worlds] - worth[self.now, worlds]
        # A regression on what tells nothing chooses at random among options that are nearly as good, and loses by it:
        # a rule is followed in a fold if it gained in the others.
        followed = self._gained_elsewhere(by_world)
        return RuleValue(np.where(followed, choices, self.now), self.now, np.where(followed, by_world, 0.0))

    def _gained_elsewhere(self, by_world: Floats) -> Booleans:
        """Return for each world whether a rule gained in the other folds, by more than a standard error."""
        followed = np.zeros(by_world.size, dtype=np.bool_)
        for fold in range(FOLDS):
            others = self.folds != fold
            gains = by_world[others]
            followed[~others] = gains.mean() > clustered_error(gains, self.groups[others])
        return followed

    def expected(self, information: Floats, benefits: Floats | None = None) -> Floats:
        """Expect net benefits over those of the first option, given what is known, shape (options, worlds).

        Each option has a regression of its own, so that rows of it are what a decision between fewer options has.

        Parameters
        ----------
        information
            What is known before choosing, shape (worlds, columns); it may have no columns.
        benefits
            Net benefits that are regressed on it, shape (options, worlds); by default those of the problem.
        """
        regressed = self.benefits if benefits is None else benefits
        differences = (regressed[1:] - regressed[:1]).T
        # Without any knowledge the choice is that of who decides now, in every fold: a mean over the other folds is the
        # smaller, the larger it is in this one, and would make another choice look better here than it is.
        centre = differences.mean(axis=0)
        expected = np.zeros_like(regressed)
        for fold in range(FOLDS):
            train = self.folds != fold
            spread = np.maximum(differences[train].std(axis=0), SAME)
            targets = (differences[train] - differences[train].mean(axis=0)) / spread
            predicted = np.zeros((int((~train).sum()), self.options - 1))
            columns = information[train].std(axis=0) > SAME if information.size else np.zeros(0, dtype=np.bool_)
            if columns.any() and self.options > 1:
                model = report_regression(0, int(columns.sum())).fit(information[train][:, columns], targets)
                predicted = model.predict(information[~train][:, columns]).reshape(predicted.shape)
                # An expectation lies between what it is an expectation of.
                predicted = np.clip(predicted, targets.min(axis=0), targets.max(axis=0))
            expected[1:, ~train] = (centre + spread * predicted).T
        return expected

    def gain(self, rules: Sequence[RuleValue]) -> ExpectedGain:
        """Average what a rule gains; of several, which were found and valued in turn, what they gain on average."""
        by_world = np.mean([rule.by_world for rule in rules], axis=0)
        chosen = np.zeros(self.options)
        gained = np.zeros(self.options)
        for rule in rules:
            chosen += np.bincount(rule.choices, minlength=self.options)
            gained += np.bincount(rule.choices, rule.by_world, self.options)
        count = len(rules) * by_world.size
        return ExpectedGain(
            gain=float(by_world.mean()),
            error=clustered_error(by_world, self.groups),
            chosen=tuple((chosen / count).tolist()),
            gained=tuple((gained / count).tolist()),
            otherwise=float(np.mean([rule.choices != rule.now for rule in rules])),
        )

    def of_report(self, report: Floats) -> ExpectedGain:
        """Value a report, or parameters, that are known before choosing: EVSI, or EVPPI; shape (worlds, columns)."""
        return self.gain([self.rule(self.expected(report))])


def half_expectations(problem: DecisionProblem, information: Floats, futures: Floats) -> list[tuple[Floats, Floats]]:
    """Expect the net benefits of one half of every world's futures, given the other half and all that is known.

    Parameters
    ----------
    problem
        The decision; its net benefits are means over futures.
    information
        All that is known of the worlds, shape (worlds, columns).
    futures
        Net benefits of every future, shape (options, worlds, futures), at least two of each world.

    Returns
    -------
    For each half what is expected of it, and what it is, both of shape (options, worlds).
    """
    first, second = _halves(futures)
    expectations = []
    for informing, valued in ((first, second), (second, first)):
        own = (informing[1:] - informing[:1]).T
        expectations.append((problem.expected(np.concatenate([information, own], axis=1), valued), valued))
    return expectations


def perfect_information(problem: DecisionProblem, expectations: Sequence[tuple[Floats, Floats]]) -> ExpectedGain:
    """Value perfect information on the world by the best rule that is found: EVPI, from below.

    A world's expected net benefits show in its futures alone. One half of them, beside all that is known of the world,
    tells which option to choose; the other half values the choice; then the halves change places.

    Parameters
    ----------
    problem
        The decision; its net benefits are means over futures.
    expectations
        As of :func:`half_expectations`.
    """
    return problem.gain([problem.rule(expected, valued) for expected, valued in expectations])


def perfect_information_bound(problem: DecisionProblem, futures: Floats) -> tuple[float, float]:
    """Bound perfect information on the world from above, with the standard error of the bound.

    The mean over worlds of the largest mean over n futures is too large, since the largest of several means is that of
    their errors, too; e(n) falls to EVPI as n grows. 2 e(n) - e(n / 2) takes away what falls with 1/n, and lies above
    EVPI as long as the error falls no faster than that.

    Parameters
    ----------
    problem
        The decision; its net benefits are means over futures.
    futures
        Net benefits of every future, shape (options, worlds, futures), at least two of each world.
    """
    first, second = _halves(futures)
    whole = (first + second) / 2.0
    largest = [half.max(axis=0) for half in (first, second)]
    by_world = 2.0 * whole.max(axis=0) - (largest[0] + largest[1]) / 2.0 - whole[problem.best]
    return max(float(by_world.mean()), 0.0), clustered_error(by_world, problem.groups)


def _halves(futures: Floats) -> tuple[Floats, Floats]:
    half = futures.shape[2] // 2
    return futures[:, :, :half].mean(axis=2), futures[:, :, half : 2 * half].mean(axis=2)


def _largest(values: Floats) -> Integers:
    """Find the option with the largest value in each column, the first of those that differ by rounding alone."""
    near = NO_DIFFERENCE * np.maximum(np.abs(values).max(axis=0), 1.0)
    return np.asarray(np.argmax(values >= values.max(axis=0) - near, axis=0), dtype=np.int64)


def clustered_error(values: Floats, groups: Integers) -> float:
    """Compute the standard error of a mean over worlds of which those of a group depend on each other."""
    sums = _sums_by_group(values[np.newaxis], groups)[0]
    count = sums.size
    return float(np.sqrt(count / max(count - 1, 1) * np.sum(sums**2)) / values.size)


def _sums_by_group(values: Floats, groups: Integers) -> Floats:
    """Sum deviations from the mean over the worlds of each group, shape (rows, groups)."""
    names, places = np.unique(groups, return_inverse=True)
    deviations = values - values.mean(axis=1, keepdims=True)
    return np.stack([np.bincount(places, row, names.size) for row in deviations])


def simultaneous_errors(values: Floats, groups: Integers, seed: int = 0) -> float:
    """State by how many standard errors the largest of several means may exceed its expectation, in 95 of 100 samples.

    By a multiplier bootstrap over groups: who looks at twenty sources sees one two errors above 0 by chance alone.

    Parameters
    ----------
    values
        Gains of every source in every world, shape (sources, worlds).
    groups
        Group of each world, shape (worlds,).
    seed
        Seed of the bootstrap.
    """
    sums = _sums_by_group(values, groups) if len(values) else np.zeros((0, 1))
    scale = np.sqrt(np.sum(sums**2, axis=1))
    moving = scale > 0.0
    if not moving.any():
        return 0.0
    generator = np.random.Generator(np.random.Philox(key=seed))
    multipliers = generator.standard_normal((TIMES, sums.shape[1]))
    largest = (multipliers @ (sums[moving] / scale[moving, np.newaxis]).T).max(axis=1)
    return float(np.quantile(largest, LEVEL))
