"""Effects: what scenarios change in the measures of runs, pair by pair on common random numbers.

An effect is that of a scenario on a measure in a quarter: the scenario's run less the reference's of the same number,
which has the same parameters and the same random numbers. Quantiles and shares are of pairs of runs, hence of simulated
parks. They are no confidence intervals, and no test of significance is made of them: more runs could always be made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from copark.arrays import Booleans, Floats, Integers
from copark.stats.precision import Split, any_differ, change_interval, difference, split
from copark.stats.quantiles import band, quantiles

if TYPE_CHECKING:
    import pandas as pd


LOG_POINTS = "log points"
"""Unit of differences of logarithms."""


@dataclass(frozen=True)
class Effect:
    """The effect of a scenario on a measure in a quarter, over pairs of runs."""

    scenario: str
    """Key of the scenario."""
    reference: str
    """Key of the scenario it is compared with."""
    measure: str
    """Name of the measure."""
    unit: str
    """Unit of the differences: that of the measure, or log points (0.1 is about a tenth more)."""
    quarter: str
    """Quarter in which it is read, such as ``2035Q4``."""
    log: bool
    """Whether logarithms are compared."""
    pairs: int
    """Pairs of runs of which both finished."""
    reference_median: float
    """Median of the reference, in the measure's own unit."""
    scenario_median: float
    """Median of the scenario, in the measure's own unit."""
    low: float
    """5 % quantile of the differences."""
    median: float
    """Median of the differences; it is not the difference of the medians."""
    high: float
    """95 % quantile of the differences."""
    above: float
    """Share of pairs in which the scenario is above the reference."""
    equal: float
    """Share of pairs in which the two are the same, rounding aside."""
    split: Split | None
    """Variance from parameters and from chance; ``None`` where no draw has two runs."""


@dataclass(frozen=True)
class ShareEffect:
    """The effect of a scenario on the share of runs in which something happens, over pairs of runs."""

    scenario: str
    """Key of the scenario."""
    reference: str
    """Key of the scenario it is compared with."""
    measure: str
    """Name of what happens, such as an outcome."""
    quarter: str
    """Quarter in which it is read."""
    pairs: int
    """Pairs of runs of which both finished."""
    both: int
    """Pairs in which it happens in both."""
    gained: int
    """Pairs in which it happens in the scenario alone."""
    lost: int
    """Pairs in which it happens in the reference alone."""
    neither: int
    """Pairs in which it happens in neither."""
    low: float
    """Lower end of the Monte Carlo interval (95 %) of the change: what more runs of the same model might still move."""
    high: float
    """Upper end of that interval."""

    def _share(self, count: int) -> float:
        return count / self.pairs if self.pairs else float("nan")

    @property
    def reference_share(self) -> float:
        """Share of pairs in which it happens in the reference."""
        return self._share(self.both + self.lost)

    @property
    def scenario_share(self) -> float:
        """Share of pairs in which it happens in the scenario."""
        return self._share(self.both + self.gained)

    @property
    def change(self) -> float:
        """The scenario's share less the reference's."""
        return self._share(self.gained - self.lost)


@dataclass(frozen=True)
class Effects:
    """Effects of scenarios on measures, labelled by scenario, measure and quarter.

    Of a scenario only the pairs are read of which both runs finished: see :meth:`pairs`.
    """

    measures: tuple[str, ...]
    """Names of the measures."""
    units: tuple[str, ...]
    """Unit of each measure."""
    quarters: tuple[str, ...]
    """Quarters in which they were read."""
    reference: str
    """Key of the reference."""
    reference_values: Floats
    """Measures of the reference, shape (runs, measures, quarters)."""
    values: Mapping[str, Floats]
    """Measures of each scenario by its key, each of the shape of the reference's."""
    finished: Mapping[str, Booleans]
    """By scenario, whether the run finished in it and in the reference, shape (runs,)."""
    draw_of_run: Integers
    """Number of the parameter draw of every run, shape (runs,); replicates of a draw have the same."""

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Keys of the scenarios."""
        return tuple(self.values)

    def pairs(self, scenario: str) -> int:
        """Count the pairs of runs that finished in a scenario and in the reference."""
        return int(np.count_nonzero(self.finished[scenario]))

    def before(self, scenario: str, measure: str) -> Floats:
        """Return a measure of the reference in the pairs of a scenario, shape (pairs, quarters)."""
        return self._paired(self.reference_values, scenario, measure)

    def after(self, scenario: str, measure: str) -> Floats:
        """Return a measure of a scenario in its pairs, shape (pairs, quarters)."""
        return self._paired(self.values[scenario], scenario, measure)

    def _paired(self, values: Floats, scenario: str, measure: str) -> Floats:
        column: Floats = values[:, place_of(measure, self.measures), :]
        finished = self.finished[scenario]
        return column if finished.all() else column[finished]

    def differences(self, scenario: str, measure: str, *, log: bool = False) -> Floats:
        """Subtract the reference from a scenario, pair by pair.

        Parameters
        ----------
        scenario, measure
            Labels.
        log
            Whether logarithms are compared, a count of 0 taken as 1.

        Returns
        -------
        Differences of shape (pairs, quarters), in the unit of the measure or in log points; 0 where the two differ by
        rounding alone.
        """
        return difference(self.before(scenario, measure), self.after(scenario, measure), log=log)

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Compute quantiles of the differences, shape (levels, scenarios, measures, quarters)."""
        table = self._over_pairs(lambda differences: quantiles(differences, levels))
        return np.moveaxis(table, 2, 0)

    @property
    def median(self) -> Floats:
        """Medians of the differences, shape (scenarios, measures, quarters)."""
        middle: Floats = self.quantiles((0.5,))[0]
        return middle

    def interval(self, share: float = 0.9) -> tuple[Floats, Floats]:
        """Compute the central interval that holds a share of the pairs.

        Returns
        -------
        low, high
            Its ends, each of shape (scenarios, measures, quarters).
        """
        tail = round((1.0 - share) / 2.0, 12)  # 0.05 for 0.9, as everywhere, and not 0.04999…
        low, high = self.quantiles((tail, round(1.0 - tail, 12)))
        return low, high

    @property
    def above(self) -> Floats:
        """Shares of pairs above the reference, shape (scenarios, measures, quarters); NaN without a pair."""
        return self._over_pairs(lambda differences: share_of(differences > 0.0))

    @property
    def equal(self) -> Floats:
        """Shares of pairs like the reference, shape (scenarios, measures, quarters); NaN without a pair."""
        return self._over_pairs(lambda differences: share_of(differences == 0.0))

    def _over_pairs(self, summary: Callable[[Floats], Floats]) -> Floats:
        """Summarise the differences of every scenario and measure, stacked in their order on the first two axes."""
        return np.stack(
            [
                np.stack([summary(self.differences(scenario, measure)) for measure in self.measures])
                for scenario in self.scenarios
            ]
        )

    def first_difference(self, scenario: str, measure: str) -> str | None:
        """Name the first quarter in which any pair differs, rounding aside; ``None`` where none ever does."""
        moved = any_differ(self.before(scenario, measure), self.after(scenario, measure), axis=0)
        return self.quarters[int(moved.argmax())] if moved.any() else None

    def select(
        self,
        scenarios: Sequence[str] | None = None,
        measures: Sequence[str] | None = None,
        quarters: Sequence[str] | None = None,
    ) -> Effects:
        """Keep some scenarios, measures and quarters, by their labels; all where none are given.

        Parameters
        ----------
        scenarios
            Keys of scenarios, in the order that is wanted; ``None`` for all.
        measures
            Names of measures; ``None`` for all.
        quarters
            Labels of quarters; ``None`` for all.

        Returns
        -------
        Effects of the same runs, with arrays of shape (runs, measures, quarters) cut to these.

        Raises
        ------
        KeyError
            If there is no such scenario, measure or quarter.
        """
        keys = self.scenarios if scenarios is None else tuple(scenarios)
        names = self.measures if measures is None else tuple(measures)
        labels = self.quarters if quarters is None else tuple(quarters)
        rows = [place_of(name, self.measures) for name in names]
        columns = [place_of(label, self.quarters) for label in labels]
        return Effects(
            measures=names,
            units=tuple(self.units[row] for row in rows),
            quarters=labels,
            reference=self.reference,
            reference_values=self.reference_values[:, rows][:, :, columns],
            values={key: self.values[key][:, rows][:, :, columns] for key in keys},
            finished={key: self.finished[key] for key in keys},
            draw_of_run=self.draw_of_run,
        )

    def by(self, groups: ArrayLike) -> dict[Any, Effects]:
        """Split the pairs by what their runs have in common, such as the outcome of the reference.

        Parameters
        ----------
        groups
            Group of every run, shape (runs,).

        Returns
        -------
        Effects of each group, by the group, in ascending order.
        """
        labels = np.asarray(groups)
        return {group.item(): self.of_runs(labels == group) for group in np.unique(labels)}

    def of_runs(self, chosen: Booleans) -> Effects:
        """Keep the pairs of those runs that are chosen; ``chosen`` has the shape (runs,)."""
        return replace(
            self,
            reference_values=self.reference_values[chosen],
            values={key: values[chosen] for key, values in self.values.items()},
            finished={key: finished[chosen] for key, finished in self.finished.items()},
            draw_of_run=self.draw_of_run[chosen],
        )

    def rows(self, *, log: bool = False) -> Iterator[Effect]:
        """Return every effect, by scenario, measure and quarter; ``log``: of logarithms."""
        for scenario in self.scenarios:
            # By pair, not by run: pairs of which one run did not finish are in no number.
            draws = self.draw_of_run[self.finished[scenario]]
            for measure, unit in zip(self.measures, self.units, strict=True):
                before = self.before(scenario, measure)
                after = self.after(scenario, measure)
                differences = self.differences(scenario, measure, log=log)
                for column, quarter in enumerate(self.quarters):
                    at_quarter = differences[:, column]
                    low, median, high = band(at_quarter)
                    yield Effect(
                        scenario=scenario,
                        reference=self.reference,
                        measure=measure,
                        unit=LOG_POINTS if log else unit,
                        quarter=quarter,
                        log=log,
                        pairs=len(at_quarter),
                        reference_median=float(quantiles(before[:, column], (0.5,))[0]),
                        scenario_median=float(quantiles(after[:, column], (0.5,))[0]),
                        low=low,
                        median=median,
                        high=high,
                        above=float(share_of(at_quarter > 0.0)),
                        equal=float(share_of(at_quarter == 0.0)),
                        split=split(at_quarter, draws),
                    )

    def shares(self) -> Iterator[ShareEffect]:
        """Return every effect on a share, by scenario, measure and quarter, of measures that are 1 or 0 in a run."""
        for scenario in self.scenarios:
            draws = self.draw_of_run[self.finished[scenario]]
            for measure in self.measures:
                before = self.before(scenario, measure) == 1.0
                after = self.after(scenario, measure) == 1.0
                for column, quarter in enumerate(self.quarters):
                    held_before = before[:, column]
                    holds_after = after[:, column]
                    gained = holds_after & ~held_before
                    lost = held_before & ~holds_after
                    low, high = change_interval(gained.astype(np.float64) - lost.astype(np.float64), draws)
                    yield ShareEffect(
                        scenario=scenario,
                        reference=self.reference,
                        measure=measure,
                        quarter=quarter,
                        pairs=len(held_before),
                        both=int(np.count_nonzero(held_before & holds_after)),
                        gained=int(np.count_nonzero(gained)),
                        lost=int(np.count_nonzero(lost)),
                        neither=int(np.count_nonzero(~held_before & ~holds_after)),
                        low=low,
                        high=high,
                    )

    def to_frame(self) -> pd.DataFrame:
        """Return every effect as a row of a data frame; ``split`` is the share of variance that parameters explain."""
        import pandas as pd

        return pd.DataFrame(
            [vars(row) | {"split": None if row.split is None else row.split.share} for row in self.rows()]
        )


def place_of(label: str, labels: Sequence[str]) -> int:
    """Find the place of a label; KeyError if it is none of them."""
    if label not in labels:
        raise KeyError(label)
    return labels.index(label)


def share_of(is_so: Booleans) -> Floats:
    """Compute the share of pairs, on the first axis, in which something is so; NaN without a pair."""
    if not len(is_so):
        return np.full(is_so.shape[1:], np.nan)
    return np.asarray(is_so.mean(axis=0))
