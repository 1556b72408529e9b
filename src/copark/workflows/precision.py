"""Stopping a study once it is precise enough.

A study is looked at at numbers of runs that are fixed beforehand (1,000, 2,000, 3,000, 4,000, 6,000 …) and stopped at
the first at which P(self-standing) and the 5 and 95 % edges of operating enterprises, in every arm, are as precise as
asked. Stopping because an interval is short would make intervals too short; those of the k-th look therefore have level
1 - 0.05/(k (k + 1)), so that by the union bound the intervals of all looks hold together with 95 %.

What is stopped early is a result like any other: that of the study with as many runs as it stopped at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.context import stage
from copark.texts import text
from copark.workflows.answers import OUT, Progress, store_in
from copark.workflows.cost import pool_of, reported_by, with_operating

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases import Case
    from copark.simulation.draw_sources import DrawSource
    from copark.simulation.planner import Look, Reported
    from copark.simulation.study import Study
    from copark.store import RunRecord, RunStore

MOST_RUNS = 100_000
"""Runs at which a study stops in any case, unless told."""
HELD = 1_500_000_000
"""Bytes of runs that are held until it is known how many there will be; beyond, they are made again."""
CHUNK = 1000
"""Runs that are made at a time."""


@dataclass(frozen=True)
class StoppedStudy:
    """A study that was stopped once it was precise enough."""

    study: Study
    """The study with the number of runs it stopped at: its identity is that of a study that asked for so many."""
    looks: tuple[Look, ...]
    """What was seen at each look."""
    chunks: Callable[[], Iterator[xr.Dataset]]
    """Its runs in order, labelled as those of :attr:`study`; made again where they were too many to hold."""
    reached: bool
    """Whether the precision was reached, rather than the most runs allowed."""


def run_until(
    study: Study,
    case: Case,
    source: DrawSource | None = None,
    *,
    half: float,
    most: int = MOST_RUNS,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StoppedStudy:
    """Run a study until its reported numbers are precise, or the most runs are made.

    Which runs are made is decided at looks fixed beforehand, by numbers alone: not by time, chunks or threads.

    Parameters
    ----------
    half
        Half-width wanted, as a share: of P(self-standing), and of the place of the 5 and 95 % edges of operating.
    most
        Runs of each arm to stop at in any case.
    progress
        Called with runs done and the most there can be, over all arms.
    """
    from copark.simulation.ensemble import default_threads
    from copark.simulation.planner import look, looks
    from copark.simulation.run import prepare, run_chunk

    whole = with_operating(study).with_changes(runs=most)
    prepared = prepare(whole, case, source)
    pool, arms = pool_of(source), len(whole.scenarios)
    seen: list[Look] = []
    parts: list[tuple[Reported, ...]] = []
    held, size, done = [], 0, 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, most * arms)

    first = 0
    for number, last in enumerate(looks(most, whole.futures), start=1):
        for begin in range(first, last, CHUNK):
            end = min(begin + CHUNK, last)
            chunk = run_chunk(prepared, begin, end, threads or default_threads(), more)
            parts.append(reported_by(chunk, source, whole.futures))
            size += chunk.nbytes
            held.append(chunk)
            if size > HELD:
                held.clear()
        first = last
        seen.append(look(joined(parts), last, number, half, pool))
        if seen[-1].stop:
            break
    final = whole.with_changes(runs=first)
    kept = tuple(held) if size <= HELD else ()
    return StoppedStudy(final, tuple(seen), lambda: _labelled(kept, final, case, source, threads), seen[-1].stop)


def joined(parts: Sequence[tuple[Reported, ...]]) -> tuple[Reported, ...]:
    """What chunks report, put together scenario by scenario."""
    import numpy as np

    return tuple(
        replace(
            one[0],
            standing=np.concatenate([part.standing for part in one]),
            operating=np.concatenate([part.operating for part in one]),
            groups=np.concatenate([part.groups for part in one]),
        )
        for one in zip(*parts, strict=True)
    )


def _labelled(
    held: Sequence[xr.Dataset], study: Study, case: Case, source: DrawSource | None, threads: int | None
) -> Iterator[xr.Dataset]:
    """Runs under the name of the study they make up; made again where they were not held."""
    from copark.simulation.results import label
    from copark.simulation.run import stream

    if not held:
        yield from stream(study, case, chunk=CHUNK, threads=threads, source=source)
        return
    named = label(study, case, None if source is None else source.content)
    for chunk in held:
        yield chunk.assign_attrs(identity=named.identity, provenance=named.provenance)


def find_stopped(
    store: RunStore, study: Study, case: Case, source: DrawSource | None, *, half: float, most: int = MOST_RUNS
) -> tuple[RunRecord, Look] | None:
    """A stored run at which the same command would stop, and what is seen there.

    The rule is applied, look by look, to the numbers of what is stored.
    """
    from copark.simulation.planner import looks
    from copark.simulation.results import study_identity

    draws = None if source is None else str(source.content["draws_hash"])
    schedule = looks(most, study.futures)
    for at, last in enumerate(schedule):
        record = store.find(study_identity(with_operating(study).with_changes(runs=last), case, draws))
        if record is not None and record.kept == record.runs:
            seen = seen_last(store.load(record.identity), schedule[: at + 1], source, study.futures, half)
            if seen.runs == last and (seen.stop or last == most):
                return record, seen
    return None


def seen_last(
    result: xr.Dataset, schedule: Sequence[int], source: DrawSource | None, futures: int, half: float
) -> Look:
    """Look at a result as if it were being made: the first look that stops, or the last of the schedule.

    Parameters
    ----------
    schedule
        Runs at each look, from the first on; the result has at least the last of them.
    """
    from copark.simulation.planner import look

    pool = pool_of(source)
    seen = None
    for number, runs in enumerate(schedule, start=1):
        part = result.isel(run=slice(0, runs))
        seen = look(reported_by(part, source, futures), runs, number, half, pool)
        if seen.stop:
            break
    if seen is None:
        raise ValueError("no look")
    return seen


@dataclass(frozen=True)
class Early:
    """A study that is in the store, stopped early."""

    study: Study
    """With the number of runs it has."""
    record: RunRecord
    """The stored run."""
    reused: bool
    """Whether it was stored already."""
    sentences: tuple[str, ...]
    """Where it stopped, and how precise it is there."""


def stop_early(
    study: Study,
    case: Case,
    source: DrawSource | None,
    *,
    half: float,
    most: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Early:
    """Run a study into the store until it is precise; or find the stored run at which it would stop.

    Parameters
    ----------
    half, most
        As in :func:`run_until`.
    fresh
        Run even if the same run is stored, and put it in that one's place.
    """
    from copark.analyses.execution import recorded
    from copark.simulation.results import study_identity

    store, limit = store_in(out), most or MOST_RUNS
    found = None if fresh else find_stopped(store, study, case, source, half=half, most=limit)
    if found is not None:
        record, seen = found
        return Early(with_operating(study).with_changes(runs=record.runs), record, True, _told(seen, half, lang))
    stage(progress, "prepare")(0, 0)
    whole = with_operating(study).with_changes(runs=limit)
    draws = None if source is None else str(source.content["draws_hash"])
    name = study_identity(whole, case, draws)
    with recorded(out, name, whole, stage(progress, "simulate"), until=half) as recording:
        made = run_until(study, case, source, half=half, most=limit, threads=threads, progress=recording.progress)
        aside = store.set_aside(study_identity(made.study, case, draws))
        record = store.save_stream(made.chunks(), made.study.runs, replace=True, summarise=False)
        recording.finish(record)
    notes = () if aside is None else (aside.sentence(lang),)
    return Early(made.study, record, False, (*notes, *_told(made.looks[-1], half, lang), *recording.notes(lang)))


def _told(seen: Look, half: float, lang: str) -> tuple[str, ...]:
    """Where a study stopped, and how precise it is there, in a sentence."""
    from copark.presentation.numbers import exact, number
    from copark.simulation.planner import widest

    key = "stopped" if seen.stop else "not_reached"
    values = {"runs": seen.runs, "wanted": exact(100 * half), "points": number(100 * widest(seen.precisions), 2)}
    return (text(f"planner.{key}", lang, **values),)
