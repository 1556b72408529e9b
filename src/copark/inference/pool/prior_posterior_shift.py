"""Which parameters the panel moved that one park alone could not: the same rules as for a single calibration.

Four distributions of an axis are set beside the prior: one park alone; the mean of all parks, μ; a park of which
nothing is known; and the one park with the others taken into account. All on the scale of the prior's ranks, by the
limits of :mod:`copark.inference.diagnostics`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.inference.diagnostics import BINS, title_of, verdict
from copark.inference.pool.hierarchy import mixture_quantiles
from copark.inference.pool.panel import Panel
from copark.inference.pool.parks import AXES, GROUPS, POOLED
from copark.stats.quantiles import band

LEVELS = (np.arange(2000) + 0.5) / 2000
SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)
STRENGTH = {"unmoved": 0, "weakly": 1, "moved": 2}
REFERENCE = "great-stone"
LEAST_LENT = 0.01
"""Share in the mean of all parks from which a park is said to tell something of an axis."""
LEAST_OTHERS = 0.1
COMPONENTS = 280
"""Draws of the hierarchy, evenly taken, that quantiles are read off: each is a normal distribution of its own."""
UNSURE_REACH = 0.05
"""A record farther from the runs than this share of them would be is called hard to reach."""


@dataclass(frozen=True)
class Told:
    """What one distribution says of an axis."""

    scores: tuple[float, ...]
    """Its quantiles at 5, 25, 50, 75 and 95 % on the scale of normal scores."""
    values: tuple[float, ...]
    """The same in the parameter's unit."""
    shrink: float
    overlap: float
    """shrink, overlap: as for a single calibration: how much narrower, how much shared with the prior."""

    @property
    def verdict(self) -> str:
        """moved, weakly or unmoved."""
        return verdict(self.shrink, self.overlap)


@dataclass(frozen=True)
class AxisMovement:
    """An axis: what the prior said, one park alone, the mean of all, a new park, the park among the others."""

    name: str
    alone: Told
    mean: Told
    new: Told
    among: Told
    parks: int
    """Parks with at least 1 % of the common mean."""
    tau: tuple[float, ...]
    """How far parks differ: 5, 50 and 95 %, of the prior's standard deviation."""
    full: float
    """Median under complete pooling, in the parameter's unit."""
    others: float
    """Share of all other parks in the common mean."""
    lenders: tuple[tuple[str, float], ...]
    """Share of each park in the common mean, largest first; those below 1 % left out."""

    @property
    def group(self) -> str:
        """What it is told under."""
        return AXES[self.name].group

    @property
    def gained(self) -> bool:
        """Whether the panel moved the mean of all parks farther than the one park alone moved its own.

        At least a tenth of the mean must be the other parks', or chance would do it.
        """
        return self.others >= LEAST_OTHERS and STRENGTH[self.mean.verdict] > STRENGTH[self.alone.verdict]

    def title(self, lang: str) -> str:
        """The parameter's title."""
        return title_of(self.name, lang)


def told(quantiles: Floats, prior: Floats, values: Floats) -> Told:
    """Set quantiles beside the prior's.

    Parameters
    ----------
    quantiles, prior, values
        At ``LEVELS``: of what is told and of the prior, in normal scores; and of what is told, in the unit.
    """
    ranks = np.interp(quantiles, prior, LEVELS)
    at = np.interp(SHOWN, LEVELS, ranks)
    below = np.interp(np.linspace(0.0, 1.0, BINS + 1), ranks, LEVELS, left=0.0, right=1.0)
    share = np.diff(below)
    return Told(
        scores=tuple(float(x) for x in np.interp(SHOWN, LEVELS, quantiles)),
        values=tuple(float(x) for x in np.interp(SHOWN, LEVELS, values)),
        shrink=float(1.0 - (at[3] - at[1]) / 0.5),
        overlap=float(np.minimum(share, 1.0 / BINS).sum()),
    )


def reference_of(panel: Panel) -> str:
    """The one park the panel is set against: Great Stone, or the one with most values."""
    if REFERENCE in panel.names:
        return REFERENCE
    return max(panel.names, key=lambda name: panel.local[name].values)


def panel_movements(panel: Panel) -> tuple[AxisMovement, ...]:
    """What became of every pooled axis, by group and within it the most moved first."""
    found = [axis_movement(panel, name) for name in POOLED]
    order = {group: n for n, group in enumerate(GROUPS)}
    return tuple(sorted(found, key=lambda one: (order[one.group], one.mean.overlap)))


def axis_movement(panel: Panel, name: str) -> AxisMovement:
    """What became of one axis."""
    from scipy.special import ndtri

    reference = reference_of(panel)
    pooled, j, at = panel.pooled, POOLED.index(name), panel.names.index(reference)
    own = panel.local[reference]
    prior = ndtri(LEVELS)
    mean, variance = 0.0, 1.0
    if name in own.names:
        mean, variance = (float(row[own.names.index(name)]) for row in (own.mean, own.variance))

    def told_of(quantiles: Floats, before: Floats = prior) -> Told:
        return told(quantiles, before, values_at(panel, name, quantiles))

    thin = slice(None, None, max(pooled.draws // COMPONENTS, 1))
    centre, wide, tau = pooled.mean[thin, j], pooled.variance[thin, j], pooled.tau[thin, j]
    equal = np.ones(len(tau))
    lent = sorted(zip(panel.names, pooled.lent()[:, j].tolist(), strict=True), key=lambda pair: -pair[1])
    return AxisMovement(
        name=name,
        alone=told_of(mean + np.sqrt(variance) * prior),
        mean=told_of(mixture_quantiles(centre, wide, equal, LEVELS), mean_before(tau)),
        new=told_of(mixture_quantiles(centre, wide + tau**2, equal, LEVELS)),
        among=told_of(np.quantile(pooled.theta[:, at, j], LEVELS)),
        others=float(sum(share for park, share in lent if park != reference)),
        parks=sum(share >= LEAST_LENT for _, share in lent),
        tau=band(pooled.tau[:, j]),
        full=float(values_at(panel, name, pooled.full.mean[j : j + 1])[0]),
        lenders=tuple((park, share) for park, share in lent if share >= LEAST_LENT),
    )


def mean_before(tau: Floats) -> Floats:
    """Quantiles of μ were nothing known of it but τ: a mixture of N(0, 1 - τ²) over draws of τ; at ``LEVELS``.

    Against this and not against the prior of τ, or else a μ that is freer because τ was found small would look moved.
    """
    return mixture_quantiles(np.zeros(len(tau)), 1.0 - tau**2, np.ones(len(tau)), LEVELS)


def values_at(panel: Panel, name: str, scores: Floats) -> Floats:
    """Values of a pooled axis at normal scores, by the prior that parks share."""
    from scipy.special import ndtr

    space = next(park.space for park in panel.parks if name in park.pooled)
    one = space.coordinates[space.names.index(name)]
    if one.prior is None:
        return np.asarray(scores, dtype=np.float64)
    drawn = one.prior.quantile(np.clip(ndtr(scores), 1e-12, 1 - 1e-12), one.variable.default[0])
    found: Floats = np.clip(drawn, one.variable.low, one.variable.high)
    return found


def gained(found: Iterable[AxisMovement], groups: Iterable[str] = GROUPS) -> tuple[AxisMovement, ...]:
    """Axes of some groups that the panel moved farther than the one park alone."""
    wanted = set(groups)
    return tuple(one for one in found if one.gained and one.group in wanted)
