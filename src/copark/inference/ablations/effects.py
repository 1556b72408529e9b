"""Effects: the park with and without something, on the same draws and the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analysis.compare import COUNTS, Difference, OutcomeChange, compare, ends_of_years
from copark.analysis.pairing import Pair, pair
from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.ablations.scoring import scores
from copark.inference.observations import ObservationModel, Target
from copark.inference.prior import study_of
from copark.simulation.draw_sources import DrawSource
from copark.simulation.run import simulate
from copark.simulation.study import Scenario, Study
from copark.stats.precision import Split

if TYPE_CHECKING:
    import xarray as xr

COMPARED = ("operating", "jobs", "registered", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs compared at the ends of years 12 and 20."""
HARDLY = 0.05
"""A mechanism *hardly* works if on average it moves no output compared by more than this share of its spread…"""
HARDLY_FAILED = 0.01
"""…and the probability of failure by no more than this."""
LEAST_SPREAD = 0.05
"""Share of its mean that an output's spread is taken to be at least."""


@dataclass(frozen=True)
class Effect:
    """What is different without something.

    Parameters
    ----------
    differences
        Without less with, by output and quarter.
    failed
        How the probability of failure changes.
    size
        Largest over outputs and quarters of the mean size of the difference, in spreads of the output.
    first
        The first quarter anything differs in any run; ``None`` if nothing ever does.
    verdict
        nothing (identical in every run), hardly, or works.
    scores
        CRPS on each later target, shape (targets,).
    """

    differences: tuple[Difference, ...]
    failed: OutcomeChange
    size: float
    first: str | None
    verdict: str
    scores: Floats

    def plain(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self) | {"scores": self.scores.tolist()}

    @classmethod
    def of_plain(cls, told: Mapping[str, Any]) -> Effect:
        """The same from plain values."""
        splits = (None if one["split"] is None else Split(**one["split"]) for one in told["differences"])
        rows = (
            Difference(**{**one, "split": split}) for one, split in zip(told["differences"], splits, strict=True)
        )  # fmt: skip
        return cls(
            tuple(rows), OutcomeChange(**told["failed"]), told["size"], told["first"], told["verdict"],
            np.array(told["scores"], dtype=np.float64),
        )  # fmt: skip

    def of(self, output: str, quarter: str) -> Difference:
        """One of the differences: of counts in log points.

        Raises
        ------
        KeyError
            If it was not compared.
        """
        for row in self.differences:
            if (row.output, row.quarter, row.log) == (output, quarter, row.unit == "log points"):
                return row
        raise KeyError((output, quarter))


@dataclass(frozen=True)
class Bench:
    """What every arm is run on.

    Parameters
    ----------
    study
        A study of one scenario: its runs, seed, draws and futures.
    asked
        Later targets that arms are scored on.
    """

    case: Case
    study: Study
    source: DrawSource | None
    asked: tuple[Target, ...]
    threads: int = 1

    def run(self, scenario: Scenario, seed: int | None = None) -> xr.Dataset:
        """Run a scenario; of another seed, with other luck after the cut."""
        study = self.study.model_copy(
            update={"scenarios": (scenario,), "seed": self.study.seed if seed is None else seed}
        )
        return simulate(study, self.case, threads=self.threads, source=self.source)

    def scores(self, result: xr.Dataset) -> Floats:
        """CRPS of a result on each later target."""
        if not self.asked:
            return np.zeros(0)
        model = ObservationModel(self.asked)
        out = np.stack([result[name].to_numpy()[0] for name in model.variables], axis=1)
        return scores(model.counterparts(out, model.variables), self.asked)


def bench_of(
    case: Case, source: DrawSource | None, *, runs: int, futures: int, seed: int, asked: tuple[Target, ...] = (),
    threads: int = 1,
) -> Bench:  # fmt: skip
    """Make the bench: the posterior's pairs with some futures each, or draws from the prior where there is none."""
    kept = tuple(dict.fromkeys((*COMPARED, *(one.variable for one in asked))))
    draws = "prior" if source is None else "posterior"
    study = study_of(case, seed).with_changes(runs=runs, futures=futures, draws=draws, keep=kept)
    return Bench(case, study, source, asked, threads)


def effect(bench: Bench, reference: xr.Dataset, without: Scenario) -> Effect:
    """Compare the park without something with the park as it is."""
    from copark.analysis.pairing import begins

    arm = bench.run(without)
    one = pair(reference, arm)
    quarters = ends_of_years(one.before)
    table = compare([one], COMPARED, quarters)
    failed = next(row for row in table.outcomes if row.outcome == "failed")
    shown = tuple(row for row in table.differences if row.log == (row.unit == "log points") and _once(row))
    first = begins(one, [*COMPARED])
    size = _size(one, quarters)
    hardly = size < HARDLY and abs(failed.change) < HARDLY_FAILED
    verdict = "nothing" if first is None else "hardly" if hardly else "works"
    return Effect(shown, failed, size, first, verdict, bench.scores(arm))


def _once(row: Difference) -> bool:
    """Counts are compared both ways; kept is the comparison of logarithms."""
    return row.log or row.unit not in COUNTS


def _size(one: Pair, quarters: tuple[str, ...]) -> float:
    """Mean size of the differences in spreads of the output, the largest over outputs and quarters.

    Where an output hardly varies (the land plan is carried out in nearly every run), a twentieth of its mean stands in
    for its spread.
    """
    found = 0.0
    for name in COMPARED:
        values, moved = one.before[name].to_numpy(), one.difference(name)
        for quarter in quarters:
            at = one.labels.index(quarter)
            spread = max(float(values[:, at].std()), LEAST_SPREAD * abs(float(values[:, at].mean())), 1e-12)
            found = max(found, float(np.abs(moved[:, at]).mean()) / spread)
    return found


def quarters_compared(case: Case) -> tuple[str, ...]:
    """Ends of years 12 and 20, or of a shorter horizon."""
    last = case.clock.start + (case.clock.quarters - 1)
    ends: list[Quarter] = [min(case.clock.start + (4 * year - 1), last) for year in (12, 20)]
    return tuple(dict.fromkeys(str(end) for end in ends))
