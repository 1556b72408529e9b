"""An experiment with levers: every option under every structure of the model, on common random numbers.

A structure is what its scenarios have in common. Its options are compared with the case as it is under the same
structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Booleans, Integers
from copark.decisions.lever_file import AS_MODELLED, LeverFile, LeverOption, Since, Structure, scenario_of
from copark.decisions.measures import ALIVE, NAMES, OUTPUTS_READ, LeverMeasures
from copark.simulation.study import Scenario, Study
from copark.stats.effects import Effects, place_of

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.simulation.experiment import Experiment
    from copark.simulation.sample import DrawSource

ENOUGH = 10
"""Populations from which on errors are made on whole populations."""


def study_of(file: LeverFile, since: Since, options: Sequence[LeverOption], **changes: Any) -> Study:
    """Make the study of options as modelled.

    Parameters
    ----------
    file
        Levers of a case.
    since
        When they are pulled.
    options
        Those that are tried.
    **changes
        Further fields of the study.
    """
    scenarios = (scenario_of(), *(scenario_of(option.entry) for option in options))
    name = f"levers-{since}-{AS_MODELLED}"
    study = Study(name=name, title=file.title, case=file.case, scenarios=scenarios, keep=OUTPUTS_READ)
    return study.with_changes(now=file.now, **changes)


def measures_of(file: LeverFile, case: Case, since: Since) -> LeverMeasures:
    """Describe what is measured, from the quarter the levers are pulled.

    Parameters
    ----------
    file
        Levers of a case.
    case
        The case.
    since
        When they are pulled.
    """
    first = 0 if since == "start" else file.now - case.clock.start
    return LeverMeasures(first, file.discount.rate)


def scenarios_under(options: Sequence[LeverOption], structure: Structure | None) -> list[Scenario]:
    """Make the scenarios of a structure, or of the model as it is: the case as it is, then every option."""
    return [scenario_of(None, structure), *(scenario_of(option.entry, structure) for option in options)]


def effects_under(
    structures: Sequence[Structure | None], options: Sequence[LeverOption], experiment: Experiment
) -> dict[str, Effects]:
    """Compare every option with the case as it is, under one structure after the other.

    Parameters
    ----------
    structures
        Structures; ``None`` for the model as it is.
    options
        What may be chosen.
    experiment
        On :class:`~copark.decisions.measures.LeverMeasures`.

    Returns
    -------
    By key of the structure, effects on :data:`~copark.decisions.measures.NAMES` in the runs that count: those
    that finished in every option, of parks whose company lived when levers are pulled.
    """
    scenarios = [scenarios_under(options, structure) for structure in structures]
    experiment.extend([scenario for group in scenarios for scenario in group])
    effects: dict[str, Effects] = {}
    for structure, (as_it_is, *changed) in zip(structures, scenarios, strict=True):
        every = experiment.effects(changed, against=as_it_is)
        counted = every.of_runs(runs_that_count(every))
        key = AS_MODELLED if structure is None else structure.key
        effects[key] = counted.select(measures=NAMES)
    return effects


def runs_that_count(effects: Effects) -> Booleans:
    """Return which runs count: they finished in every scenario, and the company lived when levers are pulled.

    Parameters
    ----------
    effects
        On :class:`~copark.decisions.measures.LeverMeasures`, among other measures.

    Returns
    -------
    Shape (runs,).
    """
    alive = effects.reference_values[:, place_of(ALIVE, effects.measures), 0] == 1.0
    finished = np.logical_and.reduce([effects.finished[key] for key in effects.scenarios])
    return np.asarray(alive & finished)


def draw_groups(source: DrawSource | None, draws: int) -> Integers:
    """Group draws by what is independent of what: by populations of a replay posterior, if there are enough of them.

    Pairs of a population may share a past; a handful of populations, however, says little of how they vary.

    Parameters
    ----------
    source
        Where the draws come from.
    draws
        How many there are.

    Returns
    -------
    Group of every draw, shape (draws,); each draw is its own where there is no posterior, or too few populations.
    """
    numbers = np.arange(draws, dtype=np.int64)
    replay = getattr(source, "replay", None)
    order = getattr(source, "order", None)
    if replay is None or order is None:
        return numbers
    populations = np.asarray(replay.population)[order[numbers % replay.pairs]].astype(np.int64)
    return populations if np.unique(populations).size >= ENOUGH else numbers
