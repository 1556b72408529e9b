"""Statistics: what is measured on arms, one value for every draw of parameters, averaged over its futures.

=============  ================================================================================================
log            ln max(arm, 1) - ln max(reference, 1) of an output, run by run (of counts; 0.1 is about a tenth)
difference     arm - reference of an output, run by run
ratio          mean over futures of the arm over that of the reference
level          an output of the arm
change         share of runs with an outcome in the arm, less that in the reference
share          share of runs with an outcome
interaction    of 2^k arms: Σ (-1)^(factors absent) y; for two y11 - y10 - y01 + y00, which is 0 where effects add up
context        an output of the arm over a value of the host's context: the share of it that the park would be
missing        nothing: what would be needed is not there
=============  ================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.inference.claims.rules import Sample
from copark.inference.claims.scenarios import ArmRuns
from copark.inference.claims.schema import Part, Statistic
from copark.simulation.outcomes import OUTCOMES

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.evidence import ContextValue

Floats = NDArray[np.float64]
Lookup = Callable[[str], ArmRuns]


def of_part(part: Part, arms: Lookup, case: Case, self_standing: float | None = None) -> dict[str, Sample]:
    """Every statistic of a part.

    Parameters
    ----------
    arms
        Gives the runs of an arm by its key.
    self_standing
        S*; the usual one unless given.
    """
    return {name: measure(statistic, arms, case, self_standing) for name, statistic in part.statistics.items()}


def measure(statistic: Statistic, arms: Lookup, case: Case, self_standing: float | None = None) -> Sample:
    """One statistic, over the draws."""
    if statistic.kind == "missing":
        return Sample(np.zeros(0), statistic.over)
    if statistic.kind == "context":
        host = latest(case, statistic.context)
        if host is None or statistic.arm is None:
            return Sample(np.zeros(0), statistic.over)
        runs = arms(statistic.arm)
        return Sample(averaged(column(statistic, runs) / host.value, runs.futures), statistic.over)
    runs = arms(statistic.uses[0])
    if statistic.kind == "ratio":
        top, bottom = (averaged(column(statistic, arms(key)), runs.futures) for key in statistic.uses)
        return Sample(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0.0), statistic.over)
    return Sample(averaged(by_run(statistic, arms, self_standing), runs.futures), statistic.over)


def by_run(statistic: Statistic, arms: Lookup, self_standing: float | None = None) -> Floats:
    """A statistic run by run, shape (runs,); of a ratio, the difference."""

    def of(key: str) -> Floats:
        runs = arms(key)
        if statistic.outcome:
            return runs.has(OUTCOMES.index(statistic.outcome), self_standing)
        values = column(statistic, runs)
        return np.log(np.maximum(values, 1.0)) if statistic.kind in ("log", "interaction") else values

    if statistic.kind == "interaction":
        return contrast([of(key) for key in statistic.arms])
    if statistic.reference is None:
        return of(statistic.uses[0])
    found: Floats = of(statistic.uses[0]) - of(statistic.reference)
    return found


def contrast(values: list[Floats]) -> Floats:
    """Σ (-1)^(factors absent) y over 2^k arms, the first with all factors, the last with none."""
    found = np.zeros_like(values[0])
    for absent, one in enumerate(values):
        found = found + (-1.0) ** absent.bit_count() * one
    return found


def column(statistic: Statistic, runs: ArmRuns) -> Floats:
    """The output of a statistic in an arm, shape (runs,)."""
    if statistic.output is None or statistic.at is None:
        raise ValueError("a statistic of an output has an output and a year")
    return runs.values[statistic.output, statistic.at]


def averaged(values: Floats, futures: int) -> Floats:
    """Means over the futures of every draw, leaving out runs without a value; NaN where a draw has none."""
    table = values.reshape(-1, futures)
    known = np.isfinite(table)
    count = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    found: Floats = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return found


def latest(case: Case, variable: str | None) -> ContextValue | None:
    """The latest value of a variable of the host's context; ``None`` where the case has none."""
    found = [value for value in case.host_context if value.variable == variable and value.value > 0.0]
    return max(found, key=lambda value: value.date.last_day, default=None)


def looks_of(parts: Mapping[str, Part] | list[Part]) -> set[tuple[str, int]]:
    """Outputs and quarters that the statistics of parts need."""
    found = parts.values() if isinstance(parts, Mapping) else parts
    return {
        (statistic.output, statistic.at)
        for part in found
        for statistic in part.statistics.values()
        if statistic.output is not None and statistic.at is not None
    }
