"""Why a forecast is as wide as it is: what of its variance comes from which source, and what it would be without one.

Every pair of a replay posterior is run into several futures. What differs between the futures of a pair is luck after
the cut; what differs between pairs is told from parameters by regression: first shocks that begin after the cut, then
parameters the data moved, then those they did not. What pairs differ in beyond that is their luck before the cut, and
whatever of the parameters no regression with squares sees. Parameters that act only after the cut cannot have been
moved by anything known then: their part of the band is prior, whatever the calibration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.diagnostics import movements
from copark.inference.prior import MIX, PriorSpace, logit
from copark.inference.replay import ReplayPosterior
from copark.inference.summaries import one_thread

Floats = NDArray[np.float64]
SHOCKS, MOVED, UNMOVED, PAST, FUTURE = "later_shocks", "moved", "unmoved", "past_luck", "future_luck"
SOURCES = (SHOCKS, MOVED, UNMOVED, PAST, FUTURE)
GROUPS = (SHOCKS, MOVED, UNMOVED)
LEADING = 4
"""Parameters named as the ones a forecast leans on most."""


@dataclass(frozen=True)
class Spread:
    """Shares of a forecast's variance by source; they add up to one.

    sd: standard deviation, in the forecast's unit; leading: parameters that explain most by themselves, largest first,
    each with its share of the variance.
    """

    shares: Mapping[str, float]
    sd: float
    leading: tuple[tuple[str, float], ...]

    @property
    def largest(self) -> str:
        """The source of most of the variance."""
        return max(self.shares, key=lambda source: self.shares[source])


def shocks_after(case: Case, cut: Quarter) -> tuple[str, ...]:
    """Parameters of dated shocks that begin after a cut."""
    return tuple(dict.fromkeys(shock.key for shock in case.shocks if shock.since > cut))


def groups_of(replay: ReplayPosterior, verdicts: Mapping[str, str] | None = None) -> dict[str, list[int]]:
    """Axes of the cube by group: later shocks; moved by the data (or weakly); not moved.

    Parameters
    ----------
    verdicts
        What the data said of each parameter: by default what the pairs themselves say.
    """
    space, later = replay.space, shocks_after(replay.space.case, replay.cut)
    said = verdicts or {one.name: one.verdict for one in movements(space, replay.points)}
    made: dict[str, list[int]] = {name: [] for name in GROUPS}
    for n, name in enumerate(space.names):
        verdict = "moved" if name.startswith(MIX) else said[name]
        made[SHOCKS if name in later else UNMOVED if verdict == "unmoved" else MOVED].append(n)
    return made


def design_of(z: Floats, axes: Sequence[int]) -> Floats:
    """Regressors of some axes: 1, z and z², centred, shape (rows, 1 + 2 axes)."""
    own = z[:, list(axes)]
    centred = own - own.mean(axis=0)
    square = centred**2
    return np.concatenate([np.ones((len(z), 1)), centred, square - square.mean(axis=0)], axis=1)


def explained(predictors: Floats, values: Floats) -> float:
    """Variance a linear regression explains, adjusted for the number of predictors; at least 0."""
    freedom = len(values) - predictors.shape[1]
    if freedom < 1:
        return 0.0
    with one_thread():
        left = values - predictors @ np.linalg.lstsq(predictors, values, rcond=None)[0]
    total, unexplained = float(values.var(ddof=1)), float((left**2).sum()) / freedom
    return float(max(total - unexplained, 0.0))


def spread(space: PriorSpace, points: Floats, groups: Mapping[str, Sequence[int]], values: Floats) -> Spread:
    """Split the variance of a forecast.

    Parameters
    ----------
    points
        Of the cube, shape (pairs, axes).
    groups
        Axes by group, see :func:`groups_of`.
    values
        Of the forecast, shape (pairs, futures), at least two futures.
    """
    z = logit(points)
    means = values.mean(axis=1)
    future = float(values.var(axis=1, ddof=1).mean())
    between = max(float(means.var(ddof=1)) - future / values.shape[1], 0.0)
    total = max(between + future, 1e-300)
    taken, parts, axes = 0.0, dict[str, float](), list[int]()
    for name in GROUPS:
        axes += groups[name]
        now = min(max(explained(design_of(z, axes), means), taken), between) if groups[name] else taken
        parts[name] = now - taken
        taken = now
    parts |= {PAST: between - taken, FUTURE: future}
    alone = {name: explained(design_of(z, [n]), means) / total for n, name in enumerate(space.names)}
    leading = sorted(alone.items(), key=lambda item: -item[1])[:LEADING]
    return Spread({name: part / total for name, part in parts.items()}, float(np.sqrt(total)), tuple(leading))


def without(points: Floats, groups: Mapping[str, Sequence[int]], values: Floats) -> dict[str, Floats]:
    """Take every source of variance out of a forecast, one at a time; shapes as in :func:`spread`.

    Parameters are held at their posterior medians by one regression of the pairs' means on all of them; luck before the
    cut is what it leaves of those means, luck after the cut what futures differ by.
    """
    z = logit(points)
    away = (z - np.median(z, axis=0)) / np.maximum(z.std(axis=0), 1e-12)
    own = {name: away[:, list(axes)] for name, axes in groups.items()}
    columns = {name: np.concatenate([part, part**2], axis=1) for name, part in own.items()}
    design = np.concatenate([np.ones((len(z), 1)), *columns.values()], axis=1)
    means = values.mean(axis=1)
    with one_thread():
        slopes = np.linalg.lstsq(design, means, rcond=1e-10)[0]
    found: dict[str, Floats] = {}
    at = 1
    for name, part in columns.items():
        effect = part @ slopes[at : at + part.shape[1]]
        at += part.shape[1]
        found[name] = values - effect[:, np.newaxis]
    found[PAST] = values - (means - design @ slopes)[:, np.newaxis]
    found[FUTURE] = np.broadcast_to(means[:, np.newaxis], values.shape)
    return found
