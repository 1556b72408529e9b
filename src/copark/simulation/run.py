"""Running a study: the only place that calls the kernel. Pure: it returns datasets and saves nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from copark.cases.case import Case
from copark.cases.pack import case_parameters, pack
from copark.errors import RunRefused, StudyFaults
from copark.model import kernel
from copark.model.arrays import Draws, Inputs, Workspace, make_workspace
from copark.model.compiler import ENABLED
from copark.model.kernel import BLOCK, simulate_block
from copark.model.variables import catalogue
from copark.simulation.editing import edited, fault_of_edit, set_in_inputs
from copark.simulation.results import NEEDED, Label, Runs, assemble, label, outcomes, positions
from copark.simulation.sample import drawn_parameters, fill, sample
from copark.simulation.source import DrawSource, values_of, with_parameters
from copark.simulation.study import Scenario, Study
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]
CHUNK = 1000


def default_threads() -> int:
    """Threads to use where nobody says: the processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def case_of(case: Case, scenario: Scenario) -> Case:
    """Edit a case as a scenario says.

    Raises
    ------
    StudyFaults
        If the scenario's edits do not fit the case.
    """
    changed, problems = edited(case, scenario.edits)
    if problems:
        raise StudyFaults(fault_of_edit(problem, scenario.key) for problem in problems)
    return changed


def inputs_of(case: Case, scenario: Scenario, quarters: int | None = None) -> Inputs:
    """Pack a case, edited as a scenario says, and change its levers and links.

    Raises
    ------
    StudyFaults
        If the scenario's edits do not fit the case.
    """
    longer = case
    if quarters is not None and quarters != case.clock.quarters:
        longer = case.model_copy(update={"clock": case.clock.model_copy(update={"quarters": quarters})})
    changed = case_of(longer, scenario)
    inputs = set_in_inputs(pack(changed), longer, changed, scenario.edits)
    for name, changes in scenario.levers.items():
        room, field = name.split(".")
        column = getattr(inputs, room)[field]
        for change in changes:
            until = len(column) if change.until is None else change.until
            value = np.array(change.value)
            column[change.since : until] = value.reshape(column.shape[1:]) if value.ndim else value
    for name, link in scenario.links.items():
        number = catalogue().links[name].number
        inputs.link_strength[link.since : link.until, number] = link.strength
        if link.delay is not None:
            inputs.link_delay[number] = link.delay
    for n in scenario.without_anchors:
        if n < len(inputs.anchors):
            inputs.anchors["quarter"][n] = -1
    return inputs


def is_compiled() -> bool:
    """Whether machine code of the kernel as it stands is on disk, or none is needed.

    The compiler's index of what it has compiled lies in the kernel's own folder, and is older than the kernel's file
    where that was changed or fetched anew.
    """
    if not ENABLED:
        return True
    compiled: Any = kernel.simulate_block
    since = Path(kernel.__file__).stat().st_mtime
    found = Path(compiled.stats.cache_path).glob(f"*.{compiled.__name__}-*.nbi")
    return any(path.stat().st_mtime >= since for path in found)


class Prepared(NamedTuple):
    """A study made ready once, for all its chunks: inputs of every scenario, and what its results are labelled with."""

    study: Study
    case: Case
    inputs: tuple[Inputs, ...]
    facts: tuple[dict[str, np.ndarray], ...]
    label: Label
    source: DrawSource | None = None


def prepare(study: Study, case: Case, source: DrawSource | None = None) -> Prepared:
    """Make a study ready to run.

    Raises
    ------
    RunRefused
        If the study draws from a posterior and none is given.
    """
    given = source if study.draws == "posterior" else None
    if study.draws == "posterior" and given is None:
        raise RunRefused(text("study.no_posterior", case=case.name))
    inputs = tuple(inputs_of(case, scenario, study.quarters) for scenario in study.scenarios)
    facts = tuple(facts_of(study, case, scenario) for scenario in study.scenarios)
    made = label(study, case, None if given is None else given.content)
    return Prepared(study, case, inputs, facts, made, given)


def facts_of(study: Study, case: Case, scenario: Scenario) -> dict[str, np.ndarray]:
    """Parameters that are facts of the case and are others once it is edited: the rate of its credit."""
    if scenario.edits.is_empty:
        return {}
    drawn = {variable.name for variable in drawn_parameters(study, case)}
    before, after = case_parameters(case), case_parameters(case_of(case, scenario))
    return {name: np.array(after[name]) for name in before.keys() & after.keys() - drawn if after[name] != before[name]}


def run_blocks(
    inputs: Inputs,
    draws: Draws,
    keep: np.ndarray,
    threads: int,
    progress: Callable[[int], None] | None = None,
    block: int = BLOCK,
) -> tuple[np.ndarray, np.ndarray]:
    """Run all draws in blocks on threads.

    Every run depends on its own draws and luck alone, so that neither threads nor blocks can change a bit.

    Returns
    -------
    out
        Kept outputs, float64 of shape (runs, kept, quarters).
    status
        int64 of shape (runs, 3): code, quarter, room.
    """
    runs = len(draws.luck)
    out = np.empty((runs, len(keep), len(inputs.world)))
    status = np.zeros((runs, 3), np.int64)
    spare: SimpleQueue[Workspace] = SimpleQueue()
    for _ in range(threads):
        spare.put(make_workspace(inputs))

    def one(first: int) -> int:
        last = min(first + block, runs)
        work = spare.get()
        with np.errstate(all="ignore"):
            simulate_block(inputs, draws, work, keep, first, last, out, status)
        spare.put(work)
        return last - first

    starts = range(0, runs, block)
    if threads == 1:
        for first in starts:
            report(progress, one(first))
    else:
        with ThreadPoolExecutor(threads) as pool:
            for done in pool.map(one, starts):
                report(progress, done)
    return out, status


def run_wires(inputs: Inputs, draws: Draws, rows: Sequence[int], check: Callable[[], None] | None = None) -> np.ndarray:
    """Run draws one by one and copy what they sent along the arrows, which the next run overwrites.

    Parameters
    ----------
    rows
        Places in a run's wires, see :class:`copark.model.coupling.links.Wires`.
    check
        Called now and then; what it raises ends the work.

    Returns
    -------
    ndarray
        float64 of shape (runs, quarters, rows); NaN from the quarter on in which a run was broken off.
    """
    count, quarters = len(draws.luck), len(inputs.world)
    work, nothing = make_workspace(inputs), np.zeros(0, np.int64)
    sent = np.empty((count, quarters, len(rows)))
    out, status = np.empty((count, 0, quarters)), np.zeros((count, 3), np.int64)
    for run in range(count):
        if check is not None and run % BLOCK == 0:
            check()
        with np.errstate(all="ignore"):
            simulate_block(inputs, draws, work, nothing, run, run + 1, out, status)
        sent[run] = work.wires.sent[:, rows]
        if status[run, 0]:
            sent[run, status[run, 1] :] = np.nan
    return sent


def report(progress: Callable[[int], None] | None, done: int) -> None:
    """Tell whoever asked that more runs are done."""
    if progress is not None:
        progress(done)


def draws_in(
    prepared: Prepared, first: int, last: int
) -> tuple[Callable[[Scenario, dict[str, np.ndarray]], Draws], dict[str, np.ndarray]]:
    """Make what gives the draws of a scenario and its facts in runs first..last-1; and the parameters drawn."""
    study, case, source = prepared.study, prepared.case, prepared.source
    if source is not None:
        given = source.draws(study, first, last)
        return lambda scenario, facts: with_parameters(given, scenario, facts), values_of(given, source.drawn)
    values = sample(study, case, first, last)
    drawn = {variable.name: values[variable.name] for variable in drawn_parameters(study, case)}
    return lambda scenario, facts: fill(values | facts, scenario, study, first, last), drawn


def run_chunk(
    prepared: Prepared, first: int, last: int, threads: int, progress: Callable[[int], None] | None
) -> xr.Dataset:
    """Run all scenarios of runs first..last-1 and label what comes out."""
    study, case = prepared.study, prepared.case
    kept = study.kept
    extra = [name for name in NEEDED if name not in kept]
    names = [*kept, *extra]
    needed = [names.index(name) for name in NEEDED]
    draws_of, drawn = draws_in(prepared, first, last)
    outs, statuses, founds = [], [], []
    for scenario, inputs, facts in zip(study.scenarios, prepared.inputs, prepared.facts, strict=True):
        draws = draws_of(scenario, facts)
        out, status = run_blocks(inputs, draws, positions(names), threads, progress)
        founds.append(outcomes(out[:, needed, :], status[:, 0]))
        outs.append(out[:, : len(kept), :])
        statuses.append(status)
    runs = Runs(outs, np.stack(statuses), np.stack(founds), drawn, first)
    return assemble(study, case, prepared.label, runs)


def stream(
    study: Study,
    case: Case,
    *,
    chunk: int = CHUNK,
    threads: int | None = None,
    progress: Progress | None = None,
    source: DrawSource | None = None,
) -> Iterator[xr.Dataset]:
    """Run a study chunk by chunk, so that memory does not grow with the number of runs.

    Parameters
    ----------
    source
        Where a study's draws come from if it draws from a posterior.

    Yields
    ------
    xarray.Dataset
        All scenarios of the next runs, with dimensions (scenario, run, quarter).
    """
    prepared = prepare(study, case, source)
    total = study.runs * len(study.scenarios)
    done = 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)

    for first in range(0, study.runs, chunk):
        last = min(first + chunk, study.runs)
        yield run_chunk(prepared, first, last, threads or default_threads(), more)


def simulate(
    study: Study,
    case: Case,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    source: DrawSource | None = None,
) -> xr.Dataset:
    """Run a study and return one dataset.

    Parameters
    ----------
    threads
        Threads to run on; by default as many as there are processors. Results do not depend on it.
    progress
        Called with (runs done, runs in all).
    source
        Where a study's draws come from if it draws from a posterior.
    """
    return next(stream(study, case, chunk=study.runs, threads=threads, progress=progress, source=source))
