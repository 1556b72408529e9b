"""Statistics of each arm of a claim, and differences between arms.

Statistics: what is measured on arms, one value for every draw of parameters, averaged over its futures.

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

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.claims.rules import Sample
from copark.analyses.claims.scenarios import ArmRuns
from copark.analyses.claims.schema import Claim, Look, Part, Statistic
from copark.arrays import Booleans, Floats
from copark.model.variables import catalogue
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import COUNTS
from copark.stats.precision import Split, difference, split
from copark.stats.rounding import settled

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.table_schemas import ContextValue

Lookup = Callable[[str], ArmRuns]


def of_part(part: Part, arms: Lookup, case: Case, self_standing: float | None = None) -> dict[str, Floats]:
    """Every statistic of a part, run by run: shape (draws, futures), and (0, 1) where nothing is measured.

    arms: gives the runs of an arm by its key. self_standing: S*; the usual one unless given.
    """
    return {name: by_run(statistic, arms, case, self_standing) for name, statistic in part.statistics.items()}


def sample_of(statistic: Statistic, runs: Floats) -> Sample:
    """A statistic averaged over the futures of every draw."""
    return Sample(averaged(runs.ravel(), runs.shape[1]), statistic.over)


def split_of(runs: Floats) -> Split | None:
    """Variance of a statistic, run by run, from parameters and from chance; ``None`` where nothing is known."""
    known = np.isfinite(runs)
    numbers = np.repeat(np.arange(len(runs)), runs.shape[1]).reshape(runs.shape)
    return split(runs[known], numbers[known]) if known.any() else None


def by_run(statistic: Statistic, arms: Lookup, case: Case, self_standing: float | None = None) -> Floats:
    """A statistic run by run, shape (draws, futures); (0, 1) where it is not measured."""
    host = latest(case, statistic.context) if statistic.kind == "context" else None
    if statistic.kind == "missing" or (statistic.kind == "context" and host is None):
        return np.zeros((0, 1))
    futures, values = arms(statistic.uses[0]).futures, []
    for runs in map(arms, statistic.uses):
        if statistic.outcome:
            values.append(runs.has(OUTCOMES.index(statistic.outcome), self_standing))
            continue
        one = runs.values[str(statistic.output), int(statistic.at or 0)]
        values.append(np.log(np.maximum(one, 1.0)) if statistic.kind in ("log", "interaction") else one)
    if statistic.kind == "interaction":
        found = contrast(values)
    elif statistic.kind == "ratio":
        below = np.repeat(averaged(values[1], futures), futures)
        found = np.divide(values[0], below, out=np.full(below.shape, np.nan), where=below != 0.0)
    elif statistic.reference is not None:
        found = difference(values[1], values[0])
    else:
        found = values[0] / host.value if host is not None else values[0]
    return found.reshape(-1, futures)


def contrast(values: list[Floats]) -> Floats:
    """Σ (-1)^(factors absent) y over 2^k arms, the first with all factors, the last with none."""
    found = np.zeros_like(values[0])
    for absent, one in enumerate(values):
        found = found + (-1.0) ** absent.bit_count() * one
    return settled(found, np.max(np.abs(values), axis=0))


def averaged(values: Floats, futures: int) -> Floats:
    """Means over the futures of every draw, leaving out runs without a value; NaN where a draw has none."""
    table = values.reshape(-1, futures)
    known = np.isfinite(table)
    count = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)


def latest(case: Case, variable: str | None) -> ContextValue | None:
    """The latest value of a variable of the host's context; ``None`` where the case has none."""
    found = [value for value in case.host_context if value.variable == variable and value.value > 0.0]
    return max(found, key=lambda value: value.date.last_day, default=None)


def looks_of(parts: Iterable[Part]) -> set[tuple[str, int]]:
    """Outputs and quarters that the statistics of parts need."""
    statistics = (statistic for part in parts for statistic in part.statistics.values())
    return {(one.output, one.at) for one in statistics if one.output is not None and one.at is not None}


LOGGED = COUNTS | {"ha"}
"""Units of which logarithms are compared."""
GROWING = frozenset(("realised_investment", "enterprise_investment"))
"""Sums of money that only grow; of them logarithms are compared, too."""


@dataclass(frozen=True)
class Seen:
    """An output of an arm against its reference, at a quarter."""

    look: Look
    """Output and year."""
    log: bool
    """Whether logarithms are compared."""
    level: float
    """Median over runs of the arm itself, in the output's unit."""
    low: float
    median: float
    high: float
    """low, median, high: 5, 50 and 95 % of the differences over draws, each averaged over its futures."""
    lower: float
    equal: float
    """lower, equal: shares of runs in which the arm is below, and exactly like, the reference."""
    split: Split | None
    """Variance of the difference, run by run, from parameters and from chance; ``None`` of one future."""


@dataclass(frozen=True)
class ArmRow:
    """An arm: how it differs from the reference, and how often each outcome happens in it."""

    arm: str
    """Its key; the first row of a claim is the reference, which differs from itself in nothing."""
    seen: tuple[Seen, ...]
    """One for each look of the claim."""
    shares: tuple[float, ...]
    """Share of runs with each outcome, in the order of :data:`~copark.simulation.outcomes.OUTCOMES`."""
    bands: tuple[tuple[float, float], ...]
    """5 and 95 % of what each share may be, from the spread between draws."""
    runs: int
    """Runs that ended well."""

    def share(self, outcome: str) -> float:
        """Share of runs with an outcome."""
        return self.shares[OUTCOMES.index(outcome)]

    def band(self, outcome: str) -> tuple[float, float]:
        """5 and 95 % of what the share of an outcome may be, within 0 and 1."""
        low, high = self.bands[OUTCOMES.index(outcome)]
        return max(low, 0.0), min(high, 1.0)


def rows_of(claim: Claim, arms: Lookup) -> tuple[ArmRow, ...]:
    """The reference and every arm a claim shows."""
    reference = arms(claim.reference)
    return tuple(row_of(key, claim, arms(key), reference) for key in (claim.reference, *claim.shown))


def row_of(key: str, claim: Claim, runs: ArmRuns, reference: ArmRuns) -> ArmRow:
    """One arm beside the reference."""
    codes = runs.outcome[runs.outcome >= 0]
    shares = tuple(_mean(codes == code) for code in range(len(OUTCOMES)))
    samples = [Sample(averaged(runs.has(code), runs.futures), "mean") for code in range(len(OUTCOMES))]
    bands = tuple((sample.band()[0], sample.band()[2]) for sample in samples)
    return ArmRow(key, tuple(seen(look, runs, reference) for look in claim.shows), shares, bands, int(codes.size))


def seen(look: Look, runs: ArmRuns, reference: ArmRuns) -> Seen:
    """One output of an arm at one date, beside the reference."""
    log = look.output in GROWING or catalogue().outputs[look.output].unit in LOGGED
    values, before = (one.values[look.output, look.at] for one in (runs, reference))
    apart = difference(before, values, log=log)
    low, median, high = Sample(averaged(apart, runs.futures)).band()
    found, level = apart[np.isfinite(apart)], values[np.isfinite(values)]
    return Seen(
        look=look, log=log, level=float(np.median(level)) if level.size else nan, low=low, median=median, high=high,
        lower=_mean(found < 0.0), equal=_mean(found == 0.0), split=split_of(apart.reshape(-1, runs.futures)),
    )  # fmt: skip


def _mean(met: Booleans) -> float:
    return float(np.mean(met)) if met.size else nan
