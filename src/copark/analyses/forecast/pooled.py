"""A park forecast by what other parks teach of it, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Said
from copark.analyses.forecast.ask import Borrowed, Rate, Taken
from copark.inference.diagnostics import BINS, verdict
from copark.inference.forecast import read_levels
from copark.inference.pool.forecasts import GROWTH, MODEL, PooledOutlook, freeze_outlook
from copark.inference.pool.panel import Panel, mixture_quantiles
from copark.inference.pool.parks import AXES, POOLED
from copark.inference.stacking import STACK, UNSEEN, Stack, StackedForecast, shipped, stack_of, with_stacks
from copark.inference.validate import BORROWED
from copark.stats.quantiles import LEVELS
from copark.stats.shares import z_of

if TYPE_CHECKING:
    from copark.arrays import Floats
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.panels import Looked

RANKS = (np.arange(2000) + 0.5) / 2000
COMPONENTS = 280
"""Draws of the hierarchy, evenly taken, that quantiles are read off: each is a normal distribution of its own."""
LEAST_LENT = 0.01
"""Share in the mean of all parks from which a park is said to lend something."""


def forecast_pooled(case: Case, until: Quarter, looked: Looked, day: str) -> dict[str, Any]:
    """Fields of the answer: the stack, what it is made of, and what all this was borrowed from."""
    panel, one, stack = looked.panel, looked.outlook, shipped().stack
    stacks = _stacks(case, one, stack)
    frozen = freeze_outlook(panel, one, day) if until > case.clock.data_end else {}
    return {
        "method": BORROWED, "pairs": one.runs, "content": with_stacks(frozen, stacks, stack) if frozen else {},
        "values": sum(each.values for each in panel.local.values()), "everything": False, "widths": {}, "informed": (),
        "health": (), "bands": {name: read_levels(each.levels[STACK], LEVELS) for name, each in stacks.items()},
        "methods": {MODEL: dict(one.pooled), GROWTH: dict(one.growth)}, "since": 0,
        "weights": {name: dict(each.weights) for name, each in stacks.items()},
        "reported": dict.fromkeys(one.pooled, ()), "borrowed": _borrowed(case, looked),
    }  # fmt: skip


def _stacks(case: Case, one: PooledOutlook, stack: Stack) -> dict[str, StackedForecast]:
    """The model on the pooled prior and the growth curve, put together as for a park that was never seen."""
    parts = {MODEL: one.fine, GROWTH: one.fine_growth}
    return {
        name: stack_of(
            case.name, name, {key: bands[name].T for key, bands in parts.items() if name in bands}, UNSEEN,
            one.times.tolist(), stack,
        )
        for name in one.fine
    }  # fmt: skip


def _borrowed(case: Case, looked: Looked) -> Borrowed:
    panel, one = looked.panel, looked.outlook
    taken = sorted((_taken(panel, name) for name in POOLED), key=lambda pair: pair[0])
    rates = tuple(
        Rate(variable, rate.age, rate.same_type, rate.values, tuple((peer.park, peer.value) for peer in rate.peers))
        for variable, found in one.rates.items() for rate in found
    )  # fmt: skip
    titles = {park.name: Said(park.case.title.en, park.case.title.zh) for park in panel.parks}
    return Borrowed(
        panel.identity, titles, dict(one.lenders), dict(one.alone), tuple(each for _, each in taken),
        rates, bool(case.not_known),
    )  # fmt: skip


def _taken(panel: Panel, name: str) -> tuple[float, Taken]:
    """A pooled parameter of a park of which nothing is known, and how much it has in common with its prior."""
    from scipy.special import ndtri

    pooled, j = panel.pooled, POOLED.index(name)
    thin = slice(None, None, max(pooled.draws // COMPONENTS, 1))
    wide = pooled.variance[thin, j] + pooled.tau[thin, j] ** 2
    scores = mixture_quantiles(pooled.mean[thin, j], wide, np.ones(len(wide)), RANKS)
    ranks = np.interp(scores, ndtri(RANKS), RANKS)
    first, third = np.interp((0.25, 0.75), RANKS, ranks)
    below = np.interp(np.linspace(0.0, 1.0, BINS + 1), ranks, RANKS, left=0.0, right=1.0)
    overlap = float(np.minimum(np.diff(below), 1.0 / BINS).sum())
    before = _values_at(panel, name, z_of(0.90) * np.array([-1.0, 0.0, 1.0]))
    after = np.interp((0.05, 0.5, 0.95), RANKS, _values_at(panel, name, scores))
    lent = sorted(zip(panel.names, pooled.lent()[:, j].tolist(), strict=True), key=lambda pair: -pair[1])
    return overlap, Taken(
        name, AXES[name].group, tuple(before.tolist()), tuple(after.tolist()),
        verdict(float(1.0 - (third - first) / 0.5), overlap),
        tuple((park, share) for park, share in lent if share >= LEAST_LENT),
    )  # fmt: skip


def _values_at(panel: Panel, name: str, scores: Floats) -> Floats:
    """Values of a pooled parameter at normal scores, by the prior that parks share."""
    from scipy.special import ndtr

    space = next(park.space for park in panel.parks if name in park.pooled)
    one = space.coordinates[space.names.index(name)]
    if one.prior is None:
        return np.asarray(scores, dtype=np.float64)
    drawn = one.prior.quantile(np.clip(ndtr(scores), 1e-12, 1 - 1e-12), one.variable.default[0])
    found: Floats = np.clip(drawn, one.variable.low, one.variable.high)
    return found
