"""The posterior of a whole panel: learned summaries, the simulated panels nearest to it, and a regression to it.

A summary is the expected normal score of every mechanism given the panel, as ridge regression has learned it from
simulated panels: on each park's features and their squares. So a park is left out by leaving out its columns, and what
could be observed is added by adding them; nothing is simulated again. Learneds (scikit-learn's, and random hidden
units for each park) were tried and told less or no more (decision 0061). The nearest of the panels that were *not*
trained on are accepted and moved to the record as in :mod:`copark.inference.pool.abc_regression`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from copark.arrays import Floats, Integers
from copark.inference.joint.panels import Panels
from copark.inference.pool.abc_regression import Directions, directions, nearest
from copark.inference.posterior import adjust
from copark.inference.summaries import one_thread

PENALTY = 3000.0
"""Of the ridge regression, on features of unit variance."""
REDRAWN = 6
"""Times that errors and discrepancies are drawn for each simulated panel."""
TRAINED = 0.75
"""Share of panels that summaries are learned from; the rest is what the posterior is made of."""
NEAR = 4
"""One panel of so many is accepted."""
MOST = 12
"""Directions of the summaries that are kept."""
CLIP = 5.0


@dataclass(frozen=True)
class Learned:
    """Centre and scale of the features of all blocks, the sums that weights are solved from, and which blocks count."""

    centres: tuple[Floats, ...]
    scales: tuple[Floats, ...]
    """Of features, by block: what a park has on record, or could have."""
    gram: Floats
    cross: Floats
    middle: Floats
    target: Floats
    """Of columns centred at their mean: shapes (columns, columns), (columns, axes), (columns,); mean of the scores."""
    blocks: tuple[int, ...]
    """Positions of the blocks that count."""

    @cached_property
    def columns(self) -> Integers:
        """Columns of the blocks that count."""
        ends = np.cumsum([0, *(2 * len(one) for one in self.centres)])
        return np.concatenate([np.arange(ends[n], ends[n + 1]) for n in self.blocks])

    @cached_property
    def weights(self) -> Floats:
        """Weights of the columns that count, shape (columns that count, axes)."""
        at = self.columns
        with one_thread():
            found = np.linalg.solve(self.gram[np.ix_(at, at)] + PENALTY * np.eye(len(at)), self.cross[at])
        return found.astype(np.float64)

    def spread_out(self, x: Sequence[Floats]) -> Floats:
        """Columns of features by block, shape (panels, columns); blocks that are not given are left out."""
        parts = []
        for centre, scale, each in zip(self.centres, self.scales, x, strict=False):
            z = np.clip((each - centre) / scale, -CLIP, CLIP)
            parts += [z, z**2 - 1.0]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def summaries(self, columns: Floats) -> Floats:
        """Expected normal scores, shape (panels, axes)."""
        at = self.columns
        with one_thread():
            found: Floats = (columns[:, at] - self.middle[at]) @ self.weights + self.target
        return found.astype(np.float64)


def learn(panels: Panels, trained: Integers) -> Learned:
    """Learn summaries from some of the panels, whose errors are drawn several times.

    Parameters
    ----------
    trained
        Positions of panels.
    """
    first = [x[trained] for x in panels.features()]
    theta, none = panels.theta[trained], np.zeros(0)
    centres, scales = tuple(x.mean(axis=0) for x in first), tuple(x.std(axis=0) + 1e-9 for x in first)
    blank = Learned(centres, scales, none, none, none, theta.mean(axis=0), tuple(range(len(first))))
    middle = blank.spread_out(first).mean(axis=0)
    gram, cross = np.zeros((len(middle), len(middle))), np.zeros((len(middle), theta.shape[1]))
    for again in range(REDRAWN):
        columns = blank.spread_out([x[trained] for x in panels.features(again)]) - middle
        with one_thread():
            gram += columns.T @ columns
            cross += columns.T @ (theta - blank.target).astype(np.float32)
    return replace(blank, gram=gram, cross=cross, middle=middle)


@dataclass(frozen=True)
class Reader:
    """Panels that were not trained on, ready to be asked about any panel of the same parks."""

    learned: Learned
    theta: Floats
    """Normal scores, shape (panels, axes)."""
    columns: Floats
    """Of each panel, shape (panels, columns)."""

    def of_blocks(self, blocks: Sequence[int]) -> Reader:
        """The same where other blocks count: without a park, or with what could be observed."""
        return replace(self, learned=replace(self.learned, blocks=tuple(blocks)))

    @cached_property
    def expected(self) -> Floats:
        """Expected normal scores of every panel, shape (panels, axes)."""
        return self.learned.summaries(self.columns)

    @cached_property
    def told(self) -> Directions:
        """Directions of the summaries that tell most."""
        return directions(self.expected, self.theta, MOST)

    @cached_property
    def summaries(self) -> Floats:
        """What is compared, shape (panels, directions)."""
        return self.told(self.expected)

    def posterior(self, columns: Floats, but: int | None = None) -> Posterior:
        """Posterior of a panel from its columns, shape (columns,).

        Parameters
        ----------
        but
            Position of a panel to leave out: the one that is asked about, in a test of calibration.
        """
        target = self.told(self.learned.summaries(columns[np.newaxis, :]))[0]
        kept = np.flatnonzero(np.arange(len(self.theta)) != but)
        at, weights, width = nearest(self.summaries[kept], target, len(kept) // NEAR)
        near = kept[at]
        draws = adjust(self.theta[near], self.summaries[near], target, weights)
        return Posterior(draws, weights / weights.sum(), width)


@dataclass(frozen=True)
class Posterior:
    """Weighted normal scores, shape (draws, axes) and (draws,); distance of the first panel left out."""

    draws: Floats
    weights: Floats
    width: float

    @property
    def mean(self) -> Floats:
        """Mean of each axis, shape (axes,)."""
        found: Floats = self.weights @ self.draws
        return found

    def below(self, truth: Floats) -> Floats:
        """Posterior probability below a truth, of each axis; shape (axes,)."""
        found: Floats = self.weights @ (self.draws < truth)
        return found
