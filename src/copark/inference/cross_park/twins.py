"""Deviant cases asked of the model: the same runs with and without a mechanism, and how many do what the park did.

Parameters are drawn from the panel's prior; where the casebook has a record, the runs nearest to it in the case as
recorded are kept, as in the panel (:mod:`copark.inference.pool.abc_regression`). Where it has none the runs are those
of the wide prior, and the answer says what the model can do, hardly what that park did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.completeness import lacks_of
from copark.cases.load import load_case
from copark.cases.quarters import Quarter
from copark.inference.claims.scenarios import ArmRuns, Bench
from copark.inference.cross_park.schema import FOLDERS, Deviant, Seen
from copark.inference.pool.abc_regression import accepted_of, directions, nearest, reach_of, scores_of
from copark.inference.pool.batches import Discrepancy, PanelBatch, design, make_panel_batch
from copark.inference.pool.parks import Park, park_of, points_at
from copark.inference.prior import study_of
from copark.inference.summaries import features
from copark.model.arrays import Draws
from copark.simulation.outcomes import OUTCOMES
from copark.stats.shares import wilson

RUNS = 4096
EXPLAINED, ANYWAY, SOMETIMES, CANNOT = "explained", "anyway", "sometimes", "cannot"
Z = 1.959963984540054


@dataclass(frozen=True)
class TwinArm:
    """An arm of a twin: share of its runs that do what the park did, with Monte Carlo interval, and bare levels."""

    key: str
    """Of the arm."""
    share: float
    low: float
    high: float
    """share, low, high: of the runs that ended well."""
    runs: int
    """How many these are."""
    each: tuple[float, ...]
    """Share of runs that meet each single condition of the deviation."""


@dataclass(frozen=True)
class Twin:
    """What the model says of a deviant case."""

    deviant: Deviant
    """What was asked."""
    arms: tuple[TwinArm, ...]
    """Arm by arm."""
    difference: float
    low: float
    high: float
    """difference, low, high: share with the mechanism less share without, on the same runs, with its 95 % Monte Carlo
    interval."""
    answer: str
    """``explained``: more runs do it than not, and the mechanism matters; ``anyway``: they do it without it as well;
    ``sometimes``: the mechanism matters, but most runs do not do it; ``cannot``."""
    made: int
    accepted: int
    """made, accepted: runs made, and kept."""
    reach: float
    """Share of runs that lie farther from their neighbours than the record does; NaN without a record."""
    fitted: int
    """Reported values the runs were chosen by; 0 where nothing is known."""
    lacks: tuple[str, ...]
    """What is not known of the case, as words of ``cases.not_known``."""

    @property
    def built_in(self) -> bool:
        """Whether every run does it with the mechanism and none without: a definition rather than a finding."""
        return self.arm(self.deviant.on).share == 1.0 and self.arm(self.deviant.off).share == 0.0

    def arm(self, key: str) -> TwinArm:
        """An arm by its key."""
        return next(one for one in self.arms if one.key == key)


def case_of(deviant: Deviant) -> Case:
    """The case of a deviant: of the casebook, or what little is known in the shape of one.

    Without closures on record: an arm asks whether a mechanism does what the park did, and a closure would do it alone.
    """
    case = load_case(deviant.case if deviant.case is not None else FOLDERS / str(deviant.folder))
    return case.model_copy(update={"closures": ()})


def quarter_at(case: Case, written: str) -> int:
    """A quarter counted from the first of the case."""
    return Quarter.parse(written) - case.clock.start


def looks_of(deviant: Deviant, case: Case) -> tuple[tuple[str, int], ...]:
    """Outputs and quarters that the deviation asks for."""
    found = []
    for seen in deviant.deviation:
        if seen.output is not None:
            found += [(seen.output, quarter_at(case, at)) for at in (seen.at, seen.of) if at is not None]
    return tuple(dict.fromkeys(found))


def met(seen: Seen, runs: ArmRuns, case: Case) -> Floats:
    """Whether each run meets a condition: 1 or 0, NaN where it did not end well; shape (runs,)."""
    if seen.outcome is not None:
        has = runs.has(OUTCOMES.index(seen.outcome))
        return has if seen.holds else 1.0 - has
    output = seen.output or ""
    value = runs.values[output, quarter_at(case, seen.at or "")]
    unit = np.ones_like(value) if seen.of is None else runs.values[output, quarter_at(case, seen.of)]
    found = np.ones(len(value), dtype=np.bool_)
    if seen.least is not None:
        found &= value >= seen.least * unit - 1e-9
    if seen.most is not None:
        found &= value <= seen.most * unit + 1e-9
    return np.where(np.isfinite(value), found.astype(np.float64), np.nan)


def did(deviant: Deviant, runs: ArmRuns, case: Case) -> Floats:
    """Whether each run did what the park did: all conditions together."""
    found: Floats = np.min([met(seen, runs, case) for seen in deviant.deviation], axis=0)
    return found


def answer_of(on: float, difference: float, half: float, risk: float) -> str:
    """What the model says, from the share with the mechanism and what it adds."""
    if on >= half:
        return EXPLAINED if difference >= risk else ANYWAY
    return SOMETIMES if on >= risk and difference >= risk else CANNOT


def accepted_runs(park: Park, batch: PanelBatch, seed: int) -> tuple[NDArray[np.int64], float]:
    """The runs nearest to the park's record, and how far the record can be reached."""
    model = park.model
    reports = batch.reports(seed, Discrepancy())
    ended = np.flatnonzero(np.isfinite(reports).all(axis=1))
    x = features(model, reports[ended])
    names = [park.space.names.index(name) for name in park.pooled]
    told = directions(x, scores_of(batch.points[ended][:, names]))
    summaries = told(x)
    target = told(features(model, model.recorded[np.newaxis, :]))[0]
    count = accepted_of(len(x))
    near, _, width = nearest(summaries, target, count)
    return np.sort(ended[near]).astype(np.int64), reach_of(summaries, width, count)


def bench_of(park: Park, runs: int, seed: int, threads: int, looks: tuple[tuple[str, int], ...]) -> tuple[Bench, float]:
    """The runs a twin stands on, and how far they reach its record; without a record the first of the prior."""
    if park.model.targets:
        at, reach = accepted_runs(park, make_panel_batch(park, runs, seed, threads=threads), seed)
    else:
        at, reach = np.arange(accepted_of(runs), dtype=np.int64), float("nan")
    drawn = park.space.draws(points_at(park, design(runs, seed)), seed)
    draws = Draws(*(room[at] for room in drawn))
    study = study_of(park.read, seed).with_changes(runs=len(at))
    return Bench(park.read, study, draws, looks, threads), reach


def twin_of(
    deviant: Deviant,
    margins: dict[str, float],
    *,
    runs: int = RUNS,
    seed: int = 1,
    threads: int = 1,
    told: Callable[[], None] | None = None,
) -> Twin:
    """Ask the model about a deviant case.

    Parameters
    ----------
    margins
        ``half`` and ``risk``.
    runs
        Runs made of the case as recorded; one in eight is kept.
    told
        Called after each arm.
    """
    case = case_of(deviant)
    park = park_of(case)
    bench, reach = bench_of(park, runs, seed, threads, looks_of(deviant, case))
    found: dict[str, Floats] = {}
    arms = []
    for key, arm in deviant.arms.items():
        made = bench.run(arm.alone)
        found[key] = did(deviant, made, case)
        arms.append(_arm(key, found[key], [met(seen, made, case) for seen in deviant.deviation]))
        if told is not None:
            told()
    difference, low, high = paired(found[deviant.on], found[deviant.off])
    on = next(one.share for one in arms if one.key == deviant.on)
    answer = answer_of(on, difference, margins["half"], margins["risk"])
    kept, fitted = len(bench.draws.luck), len(park.model.targets)
    return Twin(
        deviant, tuple(arms), difference, low, high, answer, runs, kept, reach, fitted, lacks_of(case)
    )  # fmt: skip


def _arm(key: str, found: Floats, each: list[Floats]) -> TwinArm:
    ended = np.isfinite(found)
    count, total = int(np.nansum(found)), int(ended.sum())
    low, high = wilson(count, total) if total else (float("nan"), float("nan"))
    share = count / total if total else float("nan")
    return TwinArm(key, share, low, high, total, tuple(float(np.nanmean(one)) for one in each))


def paired(on: Floats, off: Floats) -> tuple[float, float, float]:
    """Mean difference of two arms on the same runs, with its 95 % interval."""
    gap = (on - off)[np.isfinite(on) & np.isfinite(off)]
    middle = float(gap.mean())
    half = Z * float(gap.std(ddof=1)) / sqrt(gap.size) if gap.size > 1 else float("nan")
    return middle, middle - half, middle + half
