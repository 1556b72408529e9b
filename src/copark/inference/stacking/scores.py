"""How a stack does on parks that had no say in its weights, beside the model and every curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from copark.inference.forecast import LEVELS
from copark.inference.pool.forecast_comparison import GROWTH, Contest, PanelScore, contest, winners
from copark.inference.pool.parks import COUNTS
from copark.inference.stacking.trials import FAR, METHODS, MODEL, NEAR, SETTINGS, UNSEEN, Trial
from copark.inference.stacking.weights import EQUAL, STACK, WAY, WAYS, Stack, learn, stacked
from copark.stats.scores import crps

SHOWN = (0.05, 0.5, 0.95)
COMPARED = {
    UNSEEN: ((STACK, MODEL, GROWTH),),
    NEAR: ((STACK, MODEL, GROWTH, "persistence"), (STACK, *METHODS)),
    FAR: ((STACK, MODEL, GROWTH, "persistence"), (STACK, *METHODS)),
}
"""Methods that are compared on the same values, by setting: those that need little, then all."""


@dataclass(frozen=True)
class Beside:
    """A park's mean CRPS of ln(1 + count) in a setting: of the stack, the model and the pooled growth curve."""

    park: str
    setting: str
    stack: float
    model: float
    growth: float

    @property
    def not_worse(self) -> bool:
        """Whether the stack's score is not above the growth curve's."""
        return self.stack <= self.growth


@dataclass(frozen=True)
class Tried:
    """A way to put forecasts together: mean CRPS of ln(1 + count) over parks that had no say, and coverage of 90 %."""

    way: str
    equal: float
    """How far weights are drawn to equal ones."""
    setting: str
    log_crps: float
    coverage: float


@dataclass(frozen=True)
class Judged:
    """What came of a stack."""

    contests: tuple[Contest, ...]
    """For each setting and set of methods: over all counts first, then by observable."""
    parks: tuple[Beside, ...]
    """Every park in every setting it has values in."""

    def main(self, setting: str) -> Contest:
        """Over all counts, with the methods that need little."""
        return next(one for one in self.contests if one.scheme == setting and not one.variable)

    def of(self, setting: str) -> tuple[Beside, ...]:
        """Parks of a setting."""
        return tuple(one for one in self.parks if one.setting == setting)


def scored(trials: Sequence[Trial], stack: Stack) -> Iterator[PanelScore]:
    """Score the stack and every method; a park that is scored had no say in its weights."""
    for at, one in enumerate(trials):
        made, _ = stacked(one.levels, stack.of(one.park, one.setting, one.variable, one.ahead), stack.way)
        for method, levels in {STACK: made, **one.levels}.items():
            low, median, high = (float(x) for x in np.interp(SHOWN, LEVELS, levels))
            yield PanelScore(
                park=one.park, scheme=one.setting, method=method, at=at, variable=one.variable, date="",
                value=one.value, age=one.ahead, crps=crps(levels, one.value),
                log_crps=crps(np.log1p(levels), float(np.log1p(max(one.value, 0.0)))), median=median, low=low,
                high=high, covered=low <= one.value <= high,
            )  # fmt: skip


def judge(trials: Sequence[Trial], stack: Stack) -> Judged:
    """Compare the stack with the model and the curves."""
    scores = tuple(scored(trials, stack))
    contests = [
        contest(scores, setting, variable, methods)
        for setting in SETTINGS for methods in COMPARED[setting] for variable in ("", *COUNTS)
    ]  # fmt: skip
    curved = [one for one in scores if GROWTH in trials[one.at].levels]
    parks = tuple(
        Beside(park, setting, means[STACK], means[MODEL], means[GROWTH])
        for setting in SETTINGS for park, (_, means) in winners(curved, setting).items()
    )  # fmt: skip
    return Judged(tuple(one for one in contests if one is not None), parks)


def ways(trials: Sequence[Trial]) -> tuple[Tried, ...]:
    """Every way to put forecasts together, on parks that had no say in the weights."""
    found = []
    for way, equal in (*((one, EQUAL) for one in WAYS), (WAY, 0.0), (WAY, 1.0)):
        judged = judge(trials, learn(trials, way, {}, equal))
        for setting in SETTINGS:
            row = next(one for one in judged.main(setting).standings if one.method == STACK)
            found.append(Tried(way, equal, setting, row.log_crps, row.coverage))
    return tuple(found)
