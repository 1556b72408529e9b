"""Running a study: its inputs, draws and labels around an ensemble. Pure: it returns datasets and saves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from copark.cases.case import Case
from copark.cases.horizon import with_quarters
from copark.cases.model_inputs import case_parameters, pack
from copark.errors import RunRefused, StudyFaults
from copark.model.arrays import Inputs
from copark.model.variables import catalogue
from copark.progress import CountedProgress, Progress, ProgressCounter
from copark.simulation.case_edits import edited, fault_of_edit, set_in_inputs
from copark.simulation.ensemble import CHUNK, Ensemble, Runs, default_threads
from copark.simulation.results import Label, assemble, label
from copark.simulation.sample import DrawSource, StudyDraws, drawn_parameters
from copark.simulation.study import Scenario, Study
from copark.simulation.study_entries import span

if TYPE_CHECKING:
    import xarray as xr


def case_of(case: Case, scenario: Scenario) -> Case:
    """Edit a case as a scenario says; StudyFaults if the edits do not fit the case."""
    changed, problems = edited(case, scenario.edits)
    if problems:
        raise StudyFaults(fault_of_edit(problem, scenario.key) for problem in problems)
    return changed


def inputs_of(case: Case, scenario: Scenario | None = None, quarters: int | None = None) -> Inputs:
    """Pack a case as it is, or edited as a scenario says, with the levers and links that it sets or multiplies.

    Parameters
    ----------
    case
        The case.
    scenario
        The scenario; ``None`` for the case as it is.
    quarters
        Quarters that are simulated; by default those of the case.

    Raises
    ------
    copark.errors.StudyFaults
        If the scenario's edits do not fit the case.
    """
    longer = case if quarters is None else with_quarters(case, quarters)
    if scenario is None:
        return pack(longer)
    changed = case_of(longer, scenario)
    inputs = set_in_inputs(pack(changed), longer, changed, scenario.edits)
    for name, changes in scenario.dated_inputs.items():
        submodel, field = name.split(".")
        column = getattr(inputs, submodel)[field]
        for change in changes:
            value = np.array(change.value)
            column[span(change.since, change.until, case.clock.start)] = (
                value.reshape(column.shape[1:]) if value.ndim else value
            )
    for name, link in scenario.links.items():
        number = catalogue().links[name].number
        inputs.link_strength[span(link.since, link.until, case.clock.start), number] = link.strength
        if link.delay is not None:
            inputs.link_delay[number] = link.delay
    for n in scenario.without_anchors:
        if n < len(inputs.anchors):
            # No quarter is -1, so it never comes, and the others keep their places, by which their random numbers are
            # addressed.
            inputs.anchors["quarter"][n] = -1
    # Last, so that a factor is of what levers and edits have set.
    for name, factor in scenario.scale.items():
        submodel, field = name.split(".")
        getattr(inputs, submodel)[field] *= factor
    return inputs


def rows_apart(before: Inputs, after: Inputs) -> dict[str, int | None]:
    """Return the first row in which two scenarios' inputs differ, by name; none where they are alike."""
    return {name: _first_moved(getattr(before, name), getattr(after, name)) for name in before._fields}


def _first_moved(before: Any, after: Any) -> int | None:
    first = np.asarray(before)
    second = np.asarray(after)
    if first.shape != second.shape:
        return 0
    if np.array_equal(first, second):
        return None
    if not first.ndim:
        return 0
    pairs = enumerate(zip(first, second, strict=True))
    return next((row for row, pair in pairs if not np.array_equal(*pair)), None)


class Prepared(NamedTuple):
    """A study made ready once, for all its chunks: inputs of every scenario, and what its results are labelled with."""

    study: Study
    case: Case
    """The case with the time that is simulated."""
    inputs: tuple[Inputs, ...]
    """Inputs of each scenario."""
    facts: tuple[dict[str, np.ndarray], ...]
    """Facts of the case that are parameters and are others once it is edited, of each scenario."""
    label: Label
    """Labels of its results."""
    source: DrawSource | None = None
    """Where draws come from if the study does not draw them itself."""

    def ensemble(self, threads: int, progress: CountedProgress | None = None) -> Ensemble:
        """Return the study's runs, with the outputs it keeps and their outcomes."""
        study = self.study
        draws = StudyDraws(study, self.case, study.scenarios, self.facts, self.source)
        return draws.ensemble(self.inputs, study.kept, threads, progress)

    def labelled(self, runs: Runs) -> xr.Dataset:
        """Return some of these runs as a dataset."""
        return assemble(self.study, self.case, self.label, runs)


def source_of(study: Study, case: Case, source: DrawSource | None) -> DrawSource | None:
    """Return the source of a study's draws if it draws from a posterior; RunRefused if it does and none is given.

    Parameters
    ----------
    study
        The study.
    case
        Its case, named in the refusal.
    source
        Source of draws that is at hand; ``None`` for none.

    Returns
    -------
    The source; ``None`` where the study draws for itself, even if one is given.

    Raises
    ------
    RunRefused
        If the study draws from a posterior and no source is given.
    """
    if study.draws != "posterior":
        return None
    if source is None:
        raise RunRefused.of("study.no_posterior", case=case.name)
    return source


def prepare(study: Study, case: Case, source: DrawSource | None = None) -> Prepared:
    """Make a study ready to run; RunRefused if it draws from a posterior and none is given.

    Parameters
    ----------
    study
        The study.
    case
        Its case as it is filed, with its own time.
    source
        Posterior that draws come from; ``None`` if the study draws for itself.

    Returns
    -------
    Inputs and facts of every scenario, over the study's time, and labels of the result.

    Raises
    ------
    RunRefused
        If the study draws from a posterior and none is given.
    StudyFaults
        If the edits of a scenario do not fit the case.
    """
    draw_source = source_of(study, case, source)
    timed_case = study.seen(case)
    inputs = tuple(inputs_of(timed_case, scenario) for scenario in study.scenarios)
    facts = tuple(facts_of(study, timed_case, scenario) for scenario in study.scenarios)
    labels = label(study, case, None if draw_source is None else draw_source.content)
    return Prepared(study, timed_case, inputs, facts, labels, draw_source)


def facts_of(study: Study, case: Case, scenario: Scenario) -> dict[str, np.ndarray]:
    """Return parameters that are facts of the case and are others once it is edited: the rate of its credit.

    Parameters
    ----------
    study
        The study, for what it draws: a parameter that is drawn is no fact.
    case
        Its case, with the time that is simulated.
    scenario
        The scenario that edits the case.

    Returns
    -------
    Values by name of the parameter; empty where the edits leave them as they are.
    """
    if scenario.edits.is_empty:
        return {}
    drawn = {variable.name for variable in drawn_parameters(study, case)}
    before = case_parameters(case)
    after = case_parameters(case_of(case, scenario))
    return {name: np.array(after[name]) for name in before.keys() & after.keys() - drawn if after[name] != before[name]}


def run_chunk(prepared: Prepared, first: int, last: int, threads: int, progress: CountedProgress | None) -> xr.Dataset:
    """Run all scenarios of runs first..last-1 and label what comes out.

    Parameters
    ----------
    prepared
        The study, made ready.
    first, last
        The runs first … last - 1.
    threads
        Threads.
    progress
        Called with the number of runs done since the last call.
    """
    return prepared.labelled(prepared.ensemble(threads, progress).run_scenarios(first, last))


def stream(
    study: Study,
    case: Case,
    *,
    chunk: int = CHUNK,
    threads: int | None = None,
    progress: Progress | None = None,
    source: DrawSource | None = None,
) -> Iterator[xr.Dataset]:
    """Run a study chunk by chunk, all scenarios of the next runs: memory does not grow with the number of runs.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    chunk
        Runs of a chunk.
    threads
        Threads; by default as many as the computer has.
    progress
        Called with the runs done and the runs in all.
    source
        Where draws come from if the study draws from a posterior.
    """
    prepared = prepare(study, case, source)
    counter = ProgressCounter(progress, study.runs * len(study.scenarios))
    for runs in prepared.ensemble(threads or default_threads(), counter).stream(chunk):
        yield prepared.labelled(runs)


def simulate(
    study: Study,
    case: Case,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    source: DrawSource | None = None,
) -> xr.Dataset:
    """Run a study and return one dataset, of dimensions (scenario, run, quarter); it does not depend on the threads.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    threads
        Threads; by default as many as the computer has.
    progress
        Called with the runs done and the runs in all.
    source
        Where draws come from if the study draws from a posterior.
    """
    return next(stream(study, case, chunk=study.runs, threads=threads, progress=progress, source=source))
