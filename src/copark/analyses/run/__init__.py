"""Report of a run: simulated outcomes of a park beside its observations.

The runs are made and stored by :mod:`copark.workflows.run_study`; the answer is read from them and holds no copy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, cast

import numpy as np

from copark.analyses.contract import Result, Rows, Texts
from copark.analyses.on_record import recorded_outcome
from copark.cases.quarters import Quarter
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import judged_column, provenance, sweep
from copark.simulation.readouts.observed_vs_model import ObservedComparison, comparisons, misses
from copark.simulation.size import READ, LandTakenUp, land_taken_up, planned_land
from copark.simulation.trust import Trust
from copark.stats.quantiles import band
from copark.stats.shares import Share, shares, shares_of

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.presentation.document import Document


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer(Result):
    """Results of a run. All but the outcomes is of its first scenario."""

    case: Case
    """The park."""
    ensemble: xr.Dataset
    """The stored run, read when it is asked: dimensions (scenario, run, quarter)."""
    outcomes: tuple[tuple[Share, ...], ...]
    """Shares of outcomes by scenario, over all runs that finished."""
    rows: tuple[ObservedComparison, ...]
    """Every observation that the model has an output for, beside the runs."""
    find_moved: Callable[[], Mapping[str, str]] | None = None
    """Finds whether data moved each parameter of this park, once it is asked; ``None`` where that is not known."""

    @cached_property
    def moved(self) -> Mapping[str, str] | None:
        """Whether data moved each parameter of this park: moved, weakly, unmoved or fixed; none where not known."""
        return None if self.find_moved is None else self.find_moved()

    def summary(self, lang: str, only: Collection[str] = ("summary",)) -> Document:
        """Show some sections in a language, and of the others the titles: what a screen needs.

        Parameters
        ----------
        lang
            ``en`` or ``zh``.
        only
            Keys of the sections.
        """
        show = import_module(f"{__name__}.show")  # it imports this module
        return cast("Document", show.document(self, Texts("run", lang), only))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The quarters, such as ``2012Q3``."""
        return tuple(map(str, self.ensemble["label"].to_numpy()))

    @property
    def last(self) -> int:
        """Column in which outcomes are judged."""
        return judged_column(self.ensemble)

    @property
    def runs(self) -> int:
        """Runs of a scenario whose paths are kept, finished or not."""
        return int(self.ensemble.sizes["run"])

    @property
    def finished(self) -> int:
        """Runs of the first scenario that finished."""
        return self.outcomes[0][0].total

    @property
    def unfinished(self) -> int:
        """Kept runs of the first scenario that did not finish."""
        return int(np.count_nonzero(self.ensemble["status"].isel(scenario=0).to_numpy() != 0))

    @property
    def shows_outcomes(self) -> bool:
        """True where shares of outcomes are told unasked."""
        return self.trust is None or self.trust.shows_outcomes

    @cached_property
    def swept(self) -> dict[str, tuple[Share, ...]]:
        """Shares of outcomes under other thresholds of the tests of accounts, by name of the thresholds."""
        return sweep(self.ensemble)

    @cached_property
    def compared(self) -> tuple[ObservedComparison, ...]:
        """Observations beside runs that finished."""
        return tuple(row for row in self.rows if row.inside is not None)

    @property
    def outside(self) -> int:
        """Number of observations outside the 5th to 95th percentile of the runs."""
        return len(misses(self.compared))

    @property
    def latest(self) -> tuple[ObservedComparison, ...]:
        """Latest observation of each variable."""
        return tuple({row.observation.variable: row for row in self.rows}.values())

    def share(self, outcome: str) -> Share:
        """Return the share of an outcome in the first scenario."""
        return next(share for share in self.outcomes[0] if share.name == outcome)

    def unit(self, output: str) -> str:
        """Return an output's unit."""
        return str(self.ensemble[output].attrs.get("units", ""))

    def final(self, output: str) -> tuple[float, float, float] | None:
        """Return 5, 50 and 95 % of runs when outcomes are judged; ``None`` where there is no value."""
        if output not in self.ensemble.data_vars:
            return None
        low, median, high = band(self.ensemble[output].isel(scenario=0, quarter=self.last).to_numpy())
        return (low, median, high) if np.isfinite(median) else None

    @cached_property
    def land(self) -> LandTakenUp | None:
        """Land taken up when outcomes are judged; ``None`` where the study did not keep what it is read of."""
        if not all(name in self.ensemble.data_vars for name in READ):
            return None
        judged = self.ensemble.isel(scenario=0, quarter=self.last)
        occupied, serviced = (judged[name].to_numpy() for name in READ)
        return land_taken_up(
            occupied, serviced, planned_land(self._simulated_case, Quarter.parse(self.labels[self.last]))
        )

    @property
    def _simulated_case(self) -> Case:
        """The park with the facts that the first scenario edits."""
        from copark.simulation.run import case_of
        from copark.simulation.study import Scenario

        scenarios = self.provenance.get("study", {}).get("scenarios", [])
        return case_of(self.case, Scenario.model_validate(scenarios[0])) if scenarios else self.case

    def main_table(self) -> Rows:
        """Return every observation beside the model, a row each; values in the model's unit."""
        return (
            {
                "variable": row.observation.variable,
                "date": str(row.observation.date),
                "quarter": row.quarter,
                "unit": self.unit(row.observation.variable),
                "bound": row.observation.bound,
                "observed": row.value,
                "observed_high": row.high,
                "median": row.median,
                "low": row.low,
                "high": row.upper,
                "width": row.width,
                "percentile": row.percentiles.number,
                "inside": row.inside,
                "grade": row.observation.grade,
                "role": row.observation.role,
                "source": "; ".join(row.observation.source),
            }
            for row in self.rows
        )


def answer_of(
    ensemble: xr.Dataset,
    case: Case,
    counts: Sequence[Mapping[str, int]] | None = None,
    find_moved: Callable[[], Mapping[str, str]] | None = None,
) -> Answer:
    """Read an ensemble.

    Parameters
    ----------
    ensemble
        Runs in the form of :func:`copark.simulation.run.simulate`.
    case
        Case they were run on.
    counts
        Runs by code of outcome, for each scenario, where more were made than paths are kept of.
    find_moved
        Finds whether data moved each parameter of the park, as in the answer.
    """
    stored = provenance(ensemble)
    trust = Trust.of(stored)
    codes_by_scenario = ensemble["outcome"].to_numpy()
    outcomes = (
        [shares(codes, OUTCOMES) for codes in codes_by_scenario]
        if counts is None
        else [
            shares_of([counts_of_scenario.get(str(code), 0) for code in range(len(OUTCOMES))], OUTCOMES)
            for counts_of_scenario in counts
        ]
    )
    return Answer(
        run_id=str(ensemble.attrs.get("identity", "")),
        provenance=stored,
        trust=trust,
        case=case,
        ensemble=ensemble,
        recorded=recorded_outcome(case, trust),
        rows=comparisons(ensemble, case.observations),
        outcomes=tuple(outcomes),
        find_moved=find_moved,
    )
