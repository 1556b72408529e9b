"""Effects of levers: what an option changes in a measure, as modelled and under other structures of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from copark.analyses.levers.measures import measure_of
from copark.arrays import Floats
from copark.stats.effects import Effect, Effects, place_of
from copark.stats.precision import change_interval, median_interval
from copark.stats.quantiles import quantiles
from copark.stats.robust_choice import Sources, sources
from copark.stats.rounding import NO_DIFFERENCE
from copark.stats.shares import Verdict, verdict, wilson

FEW = 20
"""Runs under a structure below which nothing is said of it."""


@dataclass(frozen=True)
class LeverEffect(Effect):
    """The effect of an option on a measure; its scenario has the option's key."""

    before: float
    """Median of the case as it is; of a share, the share."""
    after: float
    """Median of the option; of a share, the share."""
    lower: float
    """25 % quantile of the differences."""
    upper: float
    """75 % quantile of the differences."""
    mean: float
    """Mean of the differences; of a share, its change."""
    interval_low: float
    """Lower end of the Monte Carlo interval (95 %) of a share's change; of another measure, of the median."""
    interval_high: float
    """Upper end of that interval."""
    sources: Sources
    """Variance from structure, parameters and chance."""
    by_structure: tuple[float, ...]
    """Median difference (of a share its change) under each structure, the model as it is first; NaN where too few runs
    are left."""

    @property
    def is_share(self) -> bool:
        """Whether the measure is a share of runs."""
        return measure_of(self.measure).kind == "share"

    @property
    def centre(self) -> float:
        """Median difference; of a share, its change."""
        return self.mean if self.is_share else self.median

    @property
    def below(self) -> float:
        """Share of pairs in which the option is below the case as it is."""
        return max(1.0 - self.above - self.equal, 0.0)

    @property
    def before_interval(self) -> tuple[float, float]:
        """Monte Carlo interval of a share of the case as it is (95 %)."""
        return wilson(round(self.before * self.pairs), self.pairs)

    @property
    def verdict(self) -> Verdict:
        """The word for it."""
        return verdict(self.above, self.equal)

    @property
    def known_structures(self) -> list[float]:
        """Median differences (of a share its changes) under the structures in which enough runs are left."""
        return [value for value in self.by_structure if np.isfinite(value)]

    @property
    def flips(self) -> bool:
        """Whether structures disagree about its sign."""
        signed = [value for value in self.known_structures if abs(value) > NO_DIFFERENCE]
        return bool(signed) and min(signed) < 0.0 < max(signed)


def lever_effects(single: Effects, by_structure: Sequence[Effects]) -> Iterator[LeverEffect]:
    """Give the effect of every option on every measure, by option and measure.

    Parameters
    ----------
    single
        Runs of the model as it is, with a draw of their own each: of them the effect is told.
    by_structure
        Runs that share draws, under every structure, the model as it is first: they tell parameters from chance, and
        structures from each other.
    """
    for row in single.rows():
        is_share = measure_of(row.measure).kind == "share"
        labels = (row.scenario, row.measure)
        differences = single.differences(*labels)[:, 0]
        draws = single.draws[single.finished[row.scenario]]
        low, high = change_interval(differences, draws) if is_share else median_interval(differences)
        lower, upper = quantiles(differences, (0.25, 0.75))
        apart = [effects.differences(*labels)[:, 0] for effects in by_structure]
        draws_apart = [effects.draws[effects.finished[row.scenario]] for effects in by_structure]
        enough = [number for number, values in enumerate(apart) if values.size >= FEW]
        yield LeverEffect(
            **vars(row),
            before=middle(single.before(*labels), is_share),
            after=middle(single.after(*labels), is_share),
            lower=float(lower),
            upper=float(upper),
            mean=mean(differences),
            interval_low=low,
            interval_high=high,
            sources=sources([apart[number] for number in enough], [draws_apart[number] for number in enough]),
            by_structure=tuple(
                middle(values, is_share) if values.size >= FEW else nan for values in (differences, *apart[1:])
            ),
        )


@dataclass(frozen=True)
class Reading:
    """What becomes of the case as it is under a structure."""

    key: str
    """Key of the structure; the model as it is has one, too."""
    standing: float
    """Share of the runs that count that stand alone; NaN where there are none."""
    failed: float
    """Share of the runs that count that failed; NaN where there are none."""
    runs: int
    """How many count."""


def reading_of(structure: str, effects: Effects) -> Reading:
    """Read what becomes of the case as it is under a structure, off the effects in it."""
    standing, failed = (
        mean(effects.reference_values[:, place_of(name, effects.measures), 0]) for name in ("self_standing", "failed")
    )
    return Reading(structure, standing, failed, len(effects.draws))


def middle(values: Floats, is_share: bool) -> float:
    """Compute the median of values, or the mean of what is a share; NaN of none."""
    if not values.size:
        return nan
    return float(np.mean(values) if is_share else np.median(values))


def mean(values: Floats) -> float:
    """Average values; NaN of none."""
    return float(values.mean()) if values.size else nan
