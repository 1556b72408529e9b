"""Effects of levers: what an option changes in a measure, as modelled and under other structures of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import Annotated

import numpy as np
from pydantic import Field

from copark.arrays import Floats
from copark.decisions.measures import measure_of
from copark.model.outcomes import ENDED, GOOD
from copark.stats.effects import Effect, Effects, place_of
from copark.stats.precision import change_interval, median_interval
from copark.stats.quantiles import quantiles
from copark.stats.robust_choice import Sources, sources
from copark.stats.rounding import NO_DIFFERENCE
from copark.stats.shares import GainVerdict, verdict, wilson

FEW = 20
"""Runs under a structure below which nothing is said of it."""


@dataclass(frozen=True)
class LeverEffect(Effect):
    """The effect of an option on a measure; its scenario has the option's key."""

    before: float
    """Level in the case as it is: of a share the share, where ``reference_median`` can only be 0 or 1; otherwise the
    same median."""
    after: float
    """Level under the option: of a share the share, where ``scenario_median`` can only be 0 or 1; otherwise the same
    median."""
    lower_quartile: Annotated[float, Field(alias="lower")]
    """25 % quantile of the differences: half of the pairs lie between the quartiles, nine tenths between ``low`` and
    ``high``."""
    upper_quartile: Annotated[float, Field(alias="upper")]
    """75 % quantile of the differences."""
    mean: float
    """Mean of the differences; of a share, its change."""
    monte_carlo_low: Annotated[float, Field(alias="interval_low")]
    """Lower end of the Monte Carlo interval (95 %) of ``centre``: more runs make it narrower, unlike quantiles."""
    monte_carlo_high: Annotated[float, Field(alias="interval_high")]
    """Upper end of that interval."""
    sources: Sources
    """Variance from structure, parameters and chance."""
    by_structure: tuple[float, ...]
    """``centre`` under each structure, the model as it is first; NaN where too few runs are left.

    The first is read off other runs than the rest: like all numbers of the model as it is, off runs with a parameter
    draw of their own each; the rest off runs that replicate fewer draws, which tell structures from each other.
    """

    @property
    def is_share(self) -> bool:
        """Return whether the measure is a share of runs."""
        return measure_of(self.measure).kind == "share"

    @property
    def centre(self) -> float:
        """The effect in one number: the median difference; of a share, its change."""
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
    def verdict(self) -> GainVerdict:
        """The word for it."""
        return verdict(self.above, self.equal)

    @property
    def is_beyond_error(self) -> bool:
        """Return whether the Monte Carlo interval of ``centre`` leaves 0 out."""
        return self.monte_carlo_low > 0.0 or self.monte_carlo_high < 0.0

    @property
    def known_effects(self) -> list[float]:
        """``centre`` under the structures in which enough runs are left."""
        return [value for value in self.by_structure if np.isfinite(value)]

    @property
    def flips(self) -> bool:
        """Return whether structures disagree about its sign."""
        signed = [value for value in self.known_effects if abs(value) > NO_DIFFERENCE]
        return bool(signed) and min(signed) < 0.0 < max(signed)


def lever_effects(modelled: Effects, effects_by_structure: Sequence[Effects]) -> Iterator[LeverEffect]:
    """Return the effect of every option on every measure, by option and measure.

    Parameters
    ----------
    modelled
        Paired runs of the model as it is, a parameter draw for each: levels, differences and their simulation error.
    effects_by_structure
        Paired runs under every structure, the model as it is first, with several runs for each draw: variance from
        structure, parameters and chance, and the effect under the other structures.
    """
    for row in modelled.rows():
        is_share = measure_of(row.measure).kind == "share"
        labels = (row.scenario, row.measure)
        differences = modelled.differences(*labels)[:, 0]
        draws = modelled.draw_of_run[modelled.finished[row.scenario]]
        low, high = change_interval(differences, draws) if is_share else median_interval(differences)
        lower, upper = quantiles(differences, (0.25, 0.75))
        mean_difference = mean(differences)
        # Not the median of the row: a quantile may differ from it in the last bit, and stored answers hold both.
        centre = mean_difference if is_share else centre_of(differences, is_share)
        differences_by_structure = [effects.differences(*labels)[:, 0] for effects in effects_by_structure]
        draws_by_structure = [effects.draw_of_run[effects.finished[row.scenario]] for effects in effects_by_structure]
        centres_by_structure = (
            centre if differences.size >= FEW else nan,
            *(centre_of(values, is_share) if values.size >= FEW else nan for values in differences_by_structure[1:]),
        )
        with_enough_runs = [number for number, values in enumerate(differences_by_structure) if values.size >= FEW]
        yield LeverEffect(
            **vars(row),
            before=centre_of(modelled.before(*labels), is_share),
            after=centre_of(modelled.after(*labels), is_share),
            lower_quartile=float(lower),
            upper_quartile=float(upper),
            mean=mean_difference,
            monte_carlo_low=low,
            monte_carlo_high=high,
            sources=sources(
                [differences_by_structure[number] for number in with_enough_runs],
                [draws_by_structure[number] for number in with_enough_runs],
            ),
            by_structure=centres_by_structure,
        )


@dataclass(frozen=True)
class StructureBaseline:
    """Outcomes of the case as it is under a structure."""

    key: str
    """Key of the structure; the model as it is has one, too."""
    standing: float
    """Share of the runs that count that stand alone; NaN where there are none."""
    failed: float
    """Share of the runs that count that failed; NaN where there are none."""
    runs: int
    """How many count."""


def baseline_under(structure: str, effects: Effects) -> StructureBaseline:
    """Read the outcomes of the case as it is under a structure, by its key, off the effects in it."""
    standing, failed = (
        mean(effects.reference_values[:, place_of(name, effects.measures), 0]) for name in (GOOD.key, ENDED.key)
    )
    return StructureBaseline(structure, standing, failed, len(effects.draw_of_run))


def centre_of(values: Floats, is_share: bool) -> float:
    """Compute the median of values, or the mean of those that are 1 or 0 and make a share; NaN of none."""
    if not values.size:
        return nan
    return float(np.mean(values) if is_share else np.median(values))


def mean(values: Floats) -> float:
    """Average values; NaN of none."""
    return float(values.mean()) if values.size else nan
