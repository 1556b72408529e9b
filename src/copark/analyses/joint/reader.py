"""Reader of panels: summaries learned from simulated panels, and the posterior of one that reports just that.

A summary is the expected normal score of every mechanism given the panel: ridge regression on each park's features and
their squares. Of half of the panels it is the sums over these that the regression is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from copark.analyses.joint.simulated_panels import Panels
from copark.arrays import Floats, Integers
from copark.calibration.linear_algebra import one_thread
from copark.calibration.pool.abc_regression import Directions, accepted, directions
from copark.stats.jackknife import GROUPS, groups_of

PENALTY = 3000.0
"""Penalty of the ridge regression, on features of unit variance."""
REDRAWN = 6
"""Times that errors and discrepancies are drawn for each simulated panel."""
TRAINED = 0.75
"""Share of panels that summaries are learned from; the rest is what the posterior is made of."""
NEAR = 4
"""One panel of so many is accepted."""
MOST = 12
"""Directions of the summaries that are kept."""
CLIP = 5.0
"""Bound of standardised features, in standard deviations."""


@dataclass(frozen=True)
class Reader:
    """Summaries learned from simulated panels, and panels that were not trained on, ready to be asked."""

    centres: tuple[Floats, ...]
    """Means of features, by block: what a park has on record, or could have."""
    scales: tuple[Floats, ...]
    """Standard deviations of features, by block."""
    gram: Floats
    """Products of the centred columns with each other, shape (columns, columns)."""
    cross: Floats
    """Products of the centred columns with the centred scores, shape (columns, axes)."""
    middle: Floats
    """Means of the columns, shape (columns,)."""
    target: Floats
    """Means of the normal scores, shape (axes,)."""
    parts: tuple[tuple[Floats, Floats], ...]
    """gram and cross of each group of the panels trained on, in the columns of what is on record."""
    blocks: tuple[int, ...]
    """Positions of the blocks that count."""
    theta: Floats
    """Normal scores of the panels not trained on, shape (panels, axes)."""
    columns: Floats
    """Columns of the panels not trained on, shape (panels, columns)."""
    silent: tuple[int, ...] = ()
    """Columns of the blocks that do not count all the same: of values that are left out."""

    def of_blocks(self, blocks: Sequence[int]) -> Reader:
        """Return the same reader where other blocks count: without a park, or with what could be observed."""
        return replace(self, blocks=tuple(blocks))

    def without_columns(self, columns: Iterable[int]) -> Reader:
        """Return the same reader without some columns."""
        return replace(self, silent=tuple(map(int, columns)))

    def of_half(self, groups: Sequence[int]) -> Reader:
        """Return the reader of what is on record, had half of the groups been simulated, each counted twice."""
        gram = 2.0 * np.sum([self.parts[group][0] for group in groups], axis=0)
        cross = 2.0 * np.sum([self.parts[group][1] for group in groups], axis=0)
        of_record = len(gram)
        blocks = int(np.searchsorted(np.cumsum([2 * len(centre) for centre in self.centres]), of_record)) + 1
        is_kept = np.isin(np.arange(len(self.theta)) % GROUPS, groups)
        return Reader(
            self.centres[:blocks],
            self.scales[:blocks],
            gram,
            cross,
            self.middle[:of_record],
            self.target,
            (),
            tuple(range(blocks)),
            self.theta[is_kept],
            self.columns[is_kept, :of_record],
        )

    @cached_property
    def counting(self) -> Integers:
        """Columns of the blocks that count."""
        ends = np.cumsum([0, *(2 * len(centre) for centre in self.centres)])
        positions = np.concatenate([np.arange(ends[n], ends[n + 1]) for n in self.blocks])
        return positions[~np.isin(positions, self.silent)]

    @cached_property
    def weights(self) -> Floats:
        """Weights of the columns that count, shape (columns that count, axes)."""
        positions = self.counting
        with one_thread():
            weights = np.linalg.solve(
                self.gram[np.ix_(positions, positions)] + PENALTY * np.eye(len(positions)), self.cross[positions]
            )
        return weights.astype(np.float64)

    def columns_of(self, x: Sequence[Floats]) -> Floats:
        """Compute the columns of features by block, shape (panels, columns)."""
        return spread_out(x, self.centres, self.scales)

    def expected_of(self, columns: Floats) -> Floats:
        """Compute expected normal scores, shape (panels, axes)."""
        positions = self.counting
        with one_thread():
            scores: Floats = (columns[:, positions] - self.middle[positions]) @ self.weights + self.target
        return scores.astype(np.float64)

    @cached_property
    def expected(self) -> Floats:
        """Expected normal scores of every panel, shape (panels, axes)."""
        return self.expected_of(self.columns)

    @cached_property
    def told(self) -> Directions:
        """Directions of the expected scores that tell most."""
        return directions(self.expected, self.theta, MOST)

    @cached_property
    def summaries(self) -> Floats:
        """Summaries that are compared, shape (panels, directions)."""
        return self.told(self.expected)

    def posterior(self, columns: Floats, but: int | None = None) -> Posterior:
        """Compute the posterior of a panel from its columns.

        Parameters
        ----------
        columns
            Columns of the panel, shape (columns,).
        but
            Position of a panel that is left out: the one whose columns these are, in a test.
        """
        target = self.told(self.expected_of(columns[np.newaxis, :]))[0]
        others = np.flatnonzero(np.arange(len(self.theta)) != but)
        draws, weights, width = accepted(self.summaries[others], target, self.theta[others], len(others) // NEAR)
        return Posterior(draws, weights / weights.sum(), width)


def spread_out(x: Sequence[Floats], centres: Sequence[Floats], scales: Sequence[Floats]) -> Floats:
    """Compute standardised features and their squares.

    Parameters
    ----------
    x
        Features by block, shape (panels, features) each; blocks that are missing at the end are left out.
    centres
        Means of the features, by block.
    scales
        Standard deviations of the features, by block.

    Returns
    -------
    Columns, shape (panels, columns).
    """
    parts = []
    for centre, scale, block in zip(centres, scales, x, strict=False):
        z = np.clip((block - centre) / scale, -CLIP, CLIP)
        parts += [z, z**2 - 1.0]
    return np.concatenate(parts, axis=1).astype(np.float32)


def sound_in(x: Sequence[Floats]) -> Integers:
    """Return the positions of the panels of which every park ran to its end."""
    return np.flatnonzero(np.all([np.isfinite(block).all(axis=1) for block in x], axis=0))


def read_panels(panels: Panels) -> Reader:
    """Learn summaries from three quarters of the panels, whose errors are drawn several times."""
    x = panels.features()
    sound = sound_in(x)
    first = int(TRAINED * panels.count)
    trained = sound[sound < first]
    tested = sound[sound >= first]
    trained_blocks = [block[trained] for block in x]
    theta = panels.theta[trained]
    centres = tuple(block.mean(axis=0) for block in trained_blocks)
    scales = tuple(block.std(axis=0) + 1e-9 for block in trained_blocks)
    middle = spread_out(trained_blocks, centres, scales).mean(axis=0)
    target = theta.mean(axis=0)
    gram = np.zeros((len(middle), len(middle)))
    cross = np.zeros((len(middle), theta.shape[1]))
    of_record = 2 * sum(block.shape[1] for block in x[: len(panels.members) or len(x)])
    parts = [(np.zeros((of_record, of_record)), np.zeros((of_record, theta.shape[1]))) for _ in range(GROUPS)]
    for again in range(REDRAWN):
        redrawn = [block[trained] for block in panels.features(again)] if again else trained_blocks
        columns = spread_out(redrawn, centres, scales) - middle
        scores = (theta - target).astype(np.float32)
        with one_thread():
            gram += columns.T @ columns
            cross += columns.T @ scores
            for part, is_kept in zip(parts, groups_of(len(trained)), strict=True):
                left_out = columns[~is_kept, :of_record]
                part[0][:] += left_out.T @ left_out
                part[1][:] += left_out.T @ scores[~is_kept]
    columns = spread_out([block[tested] for block in x], centres, scales)
    return Reader(
        centres, scales, gram, cross, middle, target, tuple(parts), tuple(range(len(x))), panels.theta[tested], columns
    )


@dataclass(frozen=True)
class Posterior:
    """Weighted normal scores of a panel's parameters."""

    draws: Floats
    """Normal scores, shape (draws, axes)."""
    weights: Floats
    """Weights of the draws, shape (draws,)."""
    width: float
    """Distance of the first panel left out."""

    @property
    def mean(self) -> Floats:
        """Mean of each axis, shape (axes,)."""
        return self.weights @ self.draws

    def below(self, truth: Floats) -> Floats:
        """Return the posterior probability below a truth, of each axis; shape (axes,)."""
        return self.weights @ (self.draws < truth)
