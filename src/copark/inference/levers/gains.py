"""Gains: what each setting changes, run by run on the same draws and luck; for whom; and where the width comes from.

A gain is the setting less the case as it is; words for it are given by the rules of :mod:`copark.stats.words`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.analysis.robust import Sources, sources
from copark.inference.levers.measures import NAMES, SIDES, Measure, measure_of
from copark.inference.levers.runner import Measured
from copark.stats.pairs import change_interval, difference
from copark.stats.quantiles import quantiles
from copark.stats.words import Verdict, verdict

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gain:
    """What a setting changes in one measure.

    Parameters
    ----------
    setting, measure
        Key of the setting; the measure.
    pairs
        Pairs of runs, as modelled.
    before, after
        Medians of the case as it is and of the setting; of a share, the shares.
    levels
        5, 25, 50, 75 and 95 % of the differences.
    mean
        Their mean; of a share, its change.
    low, high
        Monte Carlo interval of a share's change (95 %); NaN for other measures.
    better, equal
        Shares of pairs in which the setting is above, and exactly like, the case as it is.
    sources
        Where the variance comes from: structure, parameters, luck.
    by_structure
        Median difference (of a share its change) under each structure, the model as it is first; NaN where too few
        runs are left.
    """

    setting: str
    measure: Measure
    pairs: int
    before: float
    after: float
    levels: tuple[float, ...]
    mean: float
    low: float
    high: float
    better: float
    equal: float
    sources: Sources
    by_structure: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median difference."""
        return self.levels[2]

    @property
    def worse(self) -> float:
        """Share of pairs in which the setting is below the case as it is."""
        return max(1.0 - self.better - self.equal, 0.0)

    @property
    def verdict(self) -> Verdict:
        """The word for it."""
        return verdict(self.better, self.equal)

    @property
    def flips(self) -> bool:
        """Whether structures disagree about its sign."""
        known = [value for value in self.by_structure if np.isfinite(value) and abs(value) > 1e-12]
        return bool(known) and min(known) < 0.0 < max(known)


FEW = 20
"""Runs under a structure below which nothing is said of it."""


def gains(found: Measured) -> tuple[Gain, ...]:
    """Every setting's gain in every measure, in the order of options and measures."""
    return tuple(gain(found, option, measure_of(name)) for option in range(1, len(found.options)) for name in NAMES)


def gain(found: Measured, option: int, measure: Measure) -> Gain:
    """One setting's gain in one measure."""
    usable = [found.usable(structure) for structure in range(len(found.structures))]
    apart = [
        difference((values := found.of(measure.name, structure))[0, kept], values[option, kept])
        for structure, kept in enumerate(usable)
    ]
    draws = [found.draws[kept] for kept in usable]
    base, kept = apart[0], usable[0]
    before, after = (found.of(measure.name)[at, kept] for at in (0, option))
    share = measure.kind == "share"
    low, high = change_interval(base, found.groups[kept]) if share else (float("nan"), float("nan"))
    enough = [values.size >= FEW for values in apart]
    middle = np.mean if share else np.median
    return Gain(
        setting=found.options[option],
        measure=measure,
        pairs=base.size,
        before=_middle(before, share=share),
        after=_middle(after, share=share),
        levels=tuple(float(value) for value in quantiles(base)),
        mean=_middle(base, share=True),
        low=low,
        high=high,
        better=_share(base > 0.0),
        equal=_share(base == 0.0),
        sources=sources(
            [one for one, is_enough in zip(apart, enough, strict=True) if is_enough],
            [one for one, is_enough in zip(draws, enough, strict=True) if is_enough],
        ),
        by_structure=tuple(
            float(middle(values)) if is_enough else float("nan")
            for values, is_enough in zip(apart, enough, strict=True)
        ),
    )


def _middle(values: Floats, *, share: bool) -> float:
    if not values.size:
        return float("nan")
    return float(values.mean() if share else np.median(values))


def _share(met: NDArray[np.bool_]) -> float:
    return float(met.mean()) if met.size else float("nan")


@dataclass(frozen=True)
class Balance:
    """Who gains and who loses by a setting: the verdict for each side, in the order of the sides."""

    setting: str
    verdicts: dict[str, Verdict]

    def sides(self, word: str) -> tuple[str, ...]:
        """Sides that ``gain``, ``lose``, are ``unclear``, or for whom ``nothing`` changes."""
        begins = {"gain": "gains_", "lose": "loses_", "unclear": "un", "nothing": "nothing"}[word]
        return tuple(side for side, found in self.verdicts.items() if found.startswith(begins))

    @property
    def kind(self) -> str:
        """In a word: ``both`` gain and lose, ``gain`` or ``lose`` alone, ``unclear``, or ``nothing``."""
        gain, lose = self.sides("gain"), self.sides("lose")
        if gain and lose:
            return "both"
        if gain or lose:
            return "gain" if gain else "lose"
        return "unclear" if self.sides("unclear") else "nothing"


def balances(found: Sequence[Gain]) -> tuple[Balance, ...]:
    """Who gains and who loses by each setting."""
    table = {(one.setting, one.measure.name): one.verdict for one in found}
    settings = dict.fromkeys(one.setting for one in found)
    return tuple(Balance(setting, {side: table[setting, side] for side in SIDES}) for setting in settings)
