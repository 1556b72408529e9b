"""Evidence: what every arm of a claim does, beside its reference, whether or not a rule looks at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from copark.analysis.compare import COUNTS
from copark.inference.claims.rules import Sample
from copark.inference.claims.scenarios import ArmRuns
from copark.inference.claims.schema import Claim, Look
from copark.inference.claims.statistics import Lookup, averaged
from copark.model.variables import catalogue
from copark.simulation.outcomes import OUTCOMES
from copark.stats.pairs import difference
from copark.stats.precision import Split, split

LOGGED = COUNTS | {"ha"}
"""Units of which logarithms are compared."""
GROWING = frozenset(("realised_investment", "enterprise_investment"))
"""Sums of money that only grow; of them logarithms are compared, too."""


@dataclass(frozen=True)
class Seen:
    """An output of an arm against its reference, at a quarter.

    Parameters
    ----------
    look
        Output and year.
    log
        Whether logarithms are compared.
    level
        Median over runs of the arm itself, in the output's unit.
    low, median, high
        5, 50 and 95 % of the differences over draws, each averaged over its futures.
    lower, equal
        Shares of runs in which the arm is below, and exactly like, the reference.
    split
        Variance of the difference, run by run, from parameters and from luck; ``None`` of one future.
    """

    look: Look
    log: bool
    level: float
    low: float
    median: float
    high: float
    lower: float
    equal: float
    split: Split | None


@dataclass(frozen=True)
class Row:
    """An arm: how it differs from the reference, and how often each outcome happens in it.

    Parameters
    ----------
    arm
        Its key; the first row of a claim is the reference, which differs from itself in nothing.
    seen
        One for each look of the claim.
    shares
        Share of runs with each outcome, in the order of :data:`~copark.simulation.outcomes.OUTCOMES`.
    bands
        5 and 95 % of what each share may be, from the spread between draws.
    runs
        Runs that ended well.
    """

    arm: str
    seen: tuple[Seen, ...]
    shares: tuple[float, ...]
    bands: tuple[tuple[float, float], ...]
    runs: int

    def share(self, outcome: str) -> float:
        """Share of runs with an outcome."""
        return self.shares[OUTCOMES.index(outcome)]

    def band(self, outcome: str) -> tuple[float, float]:
        """5 and 95 % of what the share of an outcome may be, within 0 and 1."""
        low, high = self.bands[OUTCOMES.index(outcome)]
        return max(low, 0.0), min(high, 1.0)


def rows_of(claim: Claim, arms: Lookup) -> tuple[Row, ...]:
    """The reference and every arm a claim shows."""
    reference = arms(claim.reference)
    return tuple(row_of(key, claim, arms(key), reference) for key in (claim.reference, *claim.shown))


def row_of(key: str, claim: Claim, runs: ArmRuns, reference: ArmRuns) -> Row:
    """One arm beside the reference."""
    codes = runs.outcome[runs.outcome >= 0]
    shares = tuple(float(np.mean(codes == code)) if codes.size else float("nan") for code in range(len(OUTCOMES)))
    samples = [Sample(averaged(runs.has(code), runs.futures), "mean") for code in range(len(OUTCOMES))]
    bands = tuple((sample.band()[0], sample.band()[2]) for sample in samples)
    return Row(key, tuple(seen(look, runs, reference) for look in claim.shows), shares, bands, int(codes.size))


def seen(look: Look, runs: ArmRuns, reference: ArmRuns) -> Seen:
    """One output of an arm at one date, beside the reference."""
    log = look.output in GROWING or catalogue().outputs[look.output].unit in LOGGED
    values, before = (one.values[look.output, look.at] for one in (runs, reference))
    apart = difference(before, values, log=log)
    low, median, high = Sample(averaged(apart, runs.futures)).band()
    known = np.isfinite(apart)
    found = apart[known]
    numbers = np.repeat(np.arange(runs.draws), runs.futures)[known]
    level = values[np.isfinite(values)]
    return Seen(
        look=look,
        log=log,
        level=float(np.median(level)) if level.size else float("nan"),
        low=low,
        median=median,
        high=high,
        lower=float(np.mean(found < 0.0)) if found.size else float("nan"),
        equal=float(np.mean(found == 0.0)) if found.size else float("nan"),
        split=split(found, numbers) if found.size else None,
    )
