"""Samples: runs at random over what is uncertain, kept as a table of factors beside what came of each run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.case import Case
from copark.inference.batch import READ_AT_CUT, Batch
from copark.inference.exploration.designs import AT_ONCE, Readout, outputs_of, read
from copark.inference.exploration.settings import Factors, Setting
from copark.inference.prior import study_of
from copark.inference.source import PosteriorSource
from copark.model.arrays import Draws
from copark.simulation.ensemble import Ensemble
from copark.simulation.outcomes import NEEDED
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stage

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sample:
    """Runs as a table."""

    kind: str
    """prior, wide, posterior or batch."""
    factors: Mapping[str, Floats]
    """Values by name, in the units of the parameters, each of shape (runs,)."""
    readouts: tuple[Readout, ...]
    """What was read."""
    values: Floats
    """Shape (runs, readouts); not a number where a run did not end well as a computation."""
    outcome: NDArray[np.int8]
    """Codes of outcomes, shape (runs,), -1 where there is none; empty if they were not judged."""
    replicates: int = 1
    """Runs behind each row: values are their means."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(self.factors)

    @property
    def matrix(self) -> Floats:
        """Factors side by side, shape (runs, factors)."""
        return np.stack(list(self.factors.values()), axis=1)

    @property
    def runs(self) -> int:
        """Rows of the table."""
        return len(self.values)


def _judged(
    case: Case, scenario: Scenario | None, draws: Draws, readouts: Sequence[Readout], threads: int
) -> tuple[Floats, NDArray[np.int8]]:
    names = dict.fromkeys((*outputs_of(readouts), *NEEDED))
    runs = Ensemble(inputs_of(case, scenario), draws, tuple(names), threads=threads).run()
    return runs.of_finished(read(runs.out, runs.names, readouts)), runs.outcome


def drawn_sample(
    factors: Factors,
    readouts: tuple[Readout, ...],
    runs: int,
    seed: int,
    *,
    settings: Sequence[Setting] = (),
    threads: int = 1,
    stage: Stage | None = None,
    progress: Progress | None = None,
) -> Sample:
    """Draw a sample of a cube, each run with luck of its own.

    Parameters
    ----------
    settings
        Settings the runs are shared out among, in equal parts; the case as it is if none are given.
    stage
        Where what was read is kept from time to time, and found.
    """
    case = factors.space.case
    points = factors.sobol(runs, seed)
    arms: list[Scenario | None] = [one.scenario for one in settings] or [None]
    values, outcome, kept = np.empty((runs, len(readouts))), np.empty(runs, np.int8), stage or Stage(None, "")
    there = 0 if kept.found is None else len(kept.found.arrays["outcome"])
    if kept.found is not None:
        values[:there], outcome[:there] = kept.found.arrays["values"], kept.found.arrays["outcome"]
    belongs = np.arange(runs) * len(arms) // runs
    for n, arm in enumerate(arms):
        rows = np.flatnonzero(belongs == n)
        for first in range(0, len(rows), AT_ONCE):
            part = rows[first : first + AT_ONCE]
            done = int(part[-1]) + 1
            if done <= there:
                continue
            draws = factors.draws(points[part], seed, int(part[0]))
            values[part], outcome[part] = _judged(case, arm, draws, readouts, threads)
            if kept.is_due or done == runs:
                kept.keep(done / runs, {"values": values[:done], "outcome": outcome[:done]})
            if progress is not None:
                progress(done, runs)
    table = factors.table(points)
    if settings:
        table |= {name: np.array([settings[int(n)].values[name] for n in belongs]) for name in settings[0].values}
    return Sample("wide" if settings or factors.wide else "prior", table, readouts, values, outcome)


def posterior_sample(
    case: Case,
    source: PosteriorSource,
    readouts: tuple[Readout, ...],
    futures: int,
    seed: int,
    *,
    threads: int = 1,
    progress: Progress | None = None,
) -> Sample:
    """All pairs of a replay posterior, each the mean of some futures.

    A factor that is the same in all pairs is left out.
    """
    study = study_of(case, seed).with_changes(draws="posterior", futures=futures)
    pairs = source.replay.pairs
    values = np.empty((pairs, len(readouts)))
    step = max(1, AT_ONCE // futures)
    for first in range(0, pairs, step):
        last = min(first + step, pairs)
        draws = source.draws(study, first * futures, last * futures)
        found, _ = _judged(case, study.scenarios[0], draws, readouts, threads)
        values[first:last] = found.reshape(last - first, futures, -1).mean(axis=1)
        if progress is not None:
            progress(last, pairs)
    table = source.replay.space.table(source.replay.points[source.order])
    varying = {name: column for name, column in table.items() if np.ptp(column) > 0.0}
    return Sample("posterior", varying, readouts, values, np.zeros(0, np.int8), futures)


def batch_sample(batch: Batch, most: int = 1 << 14) -> Sample:
    """The first runs of a prior batch that is there already, read at its cut."""
    runs = min(batch.runs, most)
    case, cut = batch.recipe.case, batch.recipe.cut
    at = cut - case.clock.start
    readouts = tuple(
        Readout(name, at, str(cut), (at + 1) // 4) for name in ("operating", "failed", "result_cumulative", "jobs")
    )
    columns = [READ_AT_CUT.index(one.output) for one in readouts]
    values = batch.at_cut[:runs, columns].astype(np.float64)
    return Sample("batch", batch.space.table(batch.points(0, runs)), readouts, values, np.zeros(0, np.int8))
