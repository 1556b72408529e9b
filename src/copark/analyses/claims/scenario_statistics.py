"""Statistics of each scenario of a claim, and differences between scenarios.

Statistics: what is measured on scenarios, one value for every draw of parameters, averaged over its replicates.

=============  ================================================================================================
log            ln max(scenario, 1) - ln max(reference, 1) of an output, run by run (of counts; 0.1 is about a tenth)
difference     scenario - reference of an output, run by run
ratio          mean over replicates of the scenario over that of the reference
level          an output of the scenario
change         share of runs with an outcome in the scenario, less that in the reference
share          share of runs with an outcome
interaction    of 2^k scenarios: Σ (-1)^(factors absent) y; for two y11 - y10 - y01 + y00: 0 where effects add up
context        an output of the scenario over a value of the host's context: the share of it that the park would be
missing        nothing: what would be needed is not there
=============  ================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Annotated

import numpy as np

from copark.analyses.claims.samples import Sample
from copark.analyses.claims.schema import Claim, EvidenceOutput, Part, Statistic
from copark.arrays import Booleans, Floats
from copark.cases.types import renamed
from copark.model.variables import catalogue
from copark.simulation.measures import ScenarioMeasures
from copark.simulation.outcomes import NOT_OK, OUTCOMES
from copark.simulation.readouts.compare import COUNTS
from copark.stats.precision import Split, difference, split
from copark.stats.rounding import settled

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.table_schemas import ContextValue


@dataclass(frozen=True)
class ScenarioReadings:
    """Outputs and outcomes of scenarios by their key, as statistics read them: each of shape (draws, replicates)."""

    measured: Callable[[str], ScenarioMeasures]
    """Returns the runs of a scenario by its key."""
    places: tuple[tuple[str, int], ...]
    """Outputs and quarters that were read, in the order of the measures."""
    replicates: int
    """Runs of each draw."""

    def output(self, scenario: str, output: str, quarter: int) -> Floats:
        """Return an output of a scenario in a quarter; NaN in runs that did not finish.

        Parameters
        ----------
        scenario
            Key of the scenario.
        output
            Name of the output.
        quarter
            Counted from 0.

        Returns
        -------
        Shape (draws, replicates).
        """
        column = self.places.index((output, quarter))
        return self._by_draw(self.measured(scenario).values[:, column, 0])

    def outcomes(self, scenario: str) -> Floats:
        """Return the code of each run's outcome, -1 where it did not finish."""
        return self._by_draw(self.measured(scenario).outcome)

    def has(self, scenario: str, outcome: int) -> Floats:
        """Return whether each run has an outcome: 1 or 0, NaN where it did not finish.

        Parameters
        ----------
        scenario
            Key of the scenario.
        outcome
            Code of the outcome.

        Returns
        -------
        Shape (draws, replicates).
        """
        codes = self.outcomes(scenario)
        return np.where(codes > NOT_OK, (codes == outcome).astype(np.float64), np.nan)

    def _by_draw(self, values: np.ndarray) -> Floats:
        return np.ascontiguousarray(values).reshape(-1, self.replicates)


def statistics_of(part: Part, readings: ScenarioReadings, case: Case) -> dict[str, Floats]:
    """Measure every statistic of a part run by run.

    Parameters
    ----------
    part
        The part of a claim.
    readings
        Values and outcomes of the runs of its scenarios.
    case
        The case, of which a statistic may need the host's context.

    Returns
    -------
    dict
        By name of the statistic, as of :func:`by_run`: shape (draws, replicates), or (0, 1) where it is not measured.
    """
    return {name: by_run(statistic, readings, case) for name, statistic in part.statistics.items()}


def sample_of(statistic: Statistic, runs: Floats) -> Sample:
    """Average a statistic, of shape (draws, replicates), over the replicates of every draw."""
    return Sample(averaged(runs), statistic.over)


def split_of(runs: Floats) -> Split | None:
    """Split the variance of a statistic, run by run, into parameters and chance; ``None`` where nothing is known."""
    is_known = np.isfinite(runs)
    draws = np.repeat(np.arange(len(runs)), runs.shape[1]).reshape(runs.shape)
    return split(runs[is_known], draws[is_known]) if is_known.any() else None


def by_run(statistic: Statistic, readings: ScenarioReadings, case: Case) -> Floats:
    """Measure a statistic run by run.

    Parameters
    ----------
    statistic
        What is measured.
    readings
        Of the scenarios it is made of.
    case
        The case, of which a statistic may need the host's context.

    Returns
    -------
    Shape (draws, replicates), NaN where a run did not finish; (0, 1) where the statistic is not measured.
    """
    host = latest(case, statistic.context) if statistic.kind == "context" else None
    if statistic.kind == "missing" or (statistic.kind == "context" and host is None):
        return np.zeros((0, 1))
    values = [_values(statistic, scenario, readings) for scenario in statistic.uses]
    if statistic.kind == "interaction":
        return contrast(values)
    if statistic.kind == "ratio":
        means = averaged(values[1])
        below = np.repeat(means, readings.replicates).reshape(values[0].shape)
        return np.divide(values[0], below, out=np.full(below.shape, np.nan), where=below != 0.0)
    if statistic.reference is not None:
        return difference(values[1], values[0])
    return values[0] / host.value if host is not None else values[0]


def _values(statistic: Statistic, scenario: str, readings: ScenarioReadings) -> Floats:
    """Read what a statistic needs of one of its scenarios."""
    if statistic.outcome:
        return readings.has(scenario, OUTCOMES.index(statistic.outcome))
    values = readings.output(scenario, str(statistic.output), int(statistic.at or 0))
    return np.log(np.maximum(values, 1.0)) if statistic.kind in ("log", "interaction") else values


def contrast(values: list[Floats]) -> Floats:
    """Add up Σ (-1)^(factors absent) y over 2^k scenarios, the first with all factors, the last with none."""
    total = np.zeros_like(values[0])
    for absent, of_scenario in enumerate(values):
        total = total + (-1.0) ** absent.bit_count() * of_scenario
    return settled(total, np.max(np.abs(values), axis=0))


def averaged(values: Floats) -> Floats:
    """Average over the replicates of every draw, leaving out runs without a value; NaN where a draw has none.

    Parameters
    ----------
    values
        Shape (draws, replicates).
    """
    is_known = np.isfinite(values)
    count = is_known.sum(axis=1)
    total = np.where(is_known, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)


def latest(case: Case, variable: str | None) -> ContextValue | None:
    """Find the latest value of a variable of the host's context; ``None`` where the case has none."""
    values = [value for value in case.host_context if value.variable == variable and value.value > 0.0]
    return max(values, key=lambda value: value.date.last_day, default=None)


LOGGED = COUNTS | {"ha"}
"""Units of which logarithms are compared."""
GROWING = frozenset(("realised_investment", "enterprise_investment"))
"""Sums of money that only grow; of them logarithms are compared, too."""


@dataclass(frozen=True)
class ShownOutput:
    """An output of a scenario against its reference, at a quarter."""

    look: EvidenceOutput
    """Output and year."""
    log: bool
    """Whether logarithms are compared."""
    level: float
    """Median over runs of the scenario itself, in the output's unit."""
    low: float
    """5 % quantile of the differences over draws, each averaged over its replicates."""
    median: float
    """Median of the same differences."""
    high: float
    """95 % quantile of the same differences."""
    lower: float
    """Share of runs in which the scenario is below the reference."""
    equal: float
    """Share of runs in which the scenario is exactly like the reference."""
    split: Split | None
    """Variance of the difference, run by run, from parameters and from chance; ``None`` of one replicate."""


@dataclass(frozen=True)
class ScenarioRow:
    """A scenario: how it differs from the reference, and how often each outcome happens in it."""

    scenario: Annotated[str, renamed("scenario", "arm")]
    """Its key; the first row of a claim is the reference, which differs from itself in nothing."""
    seen: tuple[ShownOutput, ...]
    """One for each output that the claim shows."""
    shares: tuple[float, ...]
    """Share of runs with each outcome, in the order of :data:`~copark.simulation.outcomes.OUTCOMES`."""
    bands: tuple[tuple[float, float], ...]
    """5 and 95 % of what each share may be, from the spread between draws."""
    runs: int
    """Runs that finished."""

    def share(self, outcome: str) -> float:
        """Return the share of runs with an outcome."""
        return self.shares[OUTCOMES.index(outcome)]

    def band(self, outcome: str) -> tuple[float, float]:
        """Return 5 and 95 % of what the share of an outcome may be, within 0 and 1."""
        low, high = self.bands[OUTCOMES.index(outcome)]
        return max(low, 0.0), min(high, 1.0)


def rows_of(claim: Claim, readings: ScenarioReadings) -> tuple[ScenarioRow, ...]:
    """Read the reference and every scenario that a claim shows."""
    return tuple(row_of(scenario, claim, readings) for scenario in (claim.reference, *claim.shown))


def row_of(scenario: str, claim: Claim, readings: ScenarioReadings) -> ScenarioRow:
    """Read a scenario beside the reference of a claim.

    Parameters
    ----------
    scenario
        Key of the scenario; that of the reference itself differs from it in nothing.
    claim
        The claim: its reference, and the outputs and quarters it shows.
    readings
        Values and outcomes of the runs of both.
    """
    codes = readings.outcomes(scenario)
    finished = codes[codes > NOT_OK]
    samples = [Sample(averaged(readings.has(scenario, outcome)), "mean") for outcome in range(len(OUTCOMES))]
    bands = [sample.band() for sample in samples]
    return ScenarioRow(
        scenario=scenario,
        seen=tuple(seen(look, scenario, claim.reference, readings) for look in claim.shows),
        shares=tuple(_mean(finished == outcome) for outcome in range(len(OUTCOMES))),
        bands=tuple((low, high) for low, _, high in bands),
        runs=int(finished.size),
    )


def seen(look: EvidenceOutput, scenario: str, reference: str, readings: ScenarioReadings) -> ShownOutput:
    """Read an output of a scenario at one date, beside the reference.

    Parameters
    ----------
    look
        Output and date.
    scenario, reference
        Keys of the scenarios.
    readings
        Values of runs.
    """
    log = look.output in GROWING or catalogue().outputs[look.output].unit in LOGGED
    values = readings.output(scenario, look.output, look.at)
    differences = difference(readings.output(reference, look.output, look.at), values, log=log)
    low, median, high = Sample(averaged(differences)).band()
    measured = differences[np.isfinite(differences)]
    levels = values[np.isfinite(values)]
    return ShownOutput(
        look=look,
        log=log,
        level=float(np.median(levels)) if levels.size else nan,
        low=low,
        median=median,
        high=high,
        lower=_mean(measured < 0.0),
        equal=_mean(measured == 0.0),
        split=split_of(differences),
    )


def _mean(met: Booleans) -> float:
    return float(np.mean(met)) if met.size else nan
