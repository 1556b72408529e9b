"""Sampling: parameters for every run, from the defaults or the priors, or given, with the past of a posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from copark.arrays import Integers
from copark.cases.case import Case
from copark.cases.model_inputs import case_parameters, set_reference_price
from copark.model.addresses import NEVER
from copark.model.arrays import Draws, Inputs, make_draws
from copark.model.variables import Prior, Variable, catalogue
from copark.progress import CountedProgress
from copark.simulation.ensemble import Ensemble, Paired
from copark.simulation.study import Scenario, Study
from copark.simulation.study_entries import Title


class DrawSource(Protocol):
    """A source of the draws of a study with ``draws: posterior``."""

    @property
    def content(self) -> Mapping[str, Any]:
        """Entries of a result's provenance: its identity ``draws_hash``, and ``trust``."""

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between draws."""

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Return parameters and random numbers of a study's runs first … last - 1, before any scenario.

        Parameters
        ----------
        study
            Study that draws, for its seed and its replicates: run r has draw r // replicates.
        first, last
            The runs first … last - 1.

        Returns
        -------
        Records of shape (last - first,): the same for a run in whichever piece it is asked for.
        """


def varying(draws: Draws) -> dict[str, np.ndarray]:
    """Return the parameters, one number each, that are not the same in all draws."""
    varied = {}
    for name, variable in catalogue().parameters.items():
        values = np.asarray(getattr(draws, variable.submodel)[name])
        if variable.shape == () and values.size and (values != values[0]).any():
            varied[name] = values.astype(np.float64)
    return varied


def with_parameters(draws: Draws, scenario: Scenario, facts: Mapping[str, np.ndarray] | None = None) -> Draws:
    """Copy draws, with other facts of the case and the parameters that a scenario sets or multiplies.

    Parameters
    ----------
    draws
        The draws.
    scenario
        The scenario.
    facts
        Values of parameters that are facts of the edited case, by name.
    """
    changed = Draws(*(records.copy() for records in draws))
    _change(changed, scenario, facts or {})
    return changed


def _change(draws: Draws, scenario: Scenario, facts: Mapping[str, np.ndarray]) -> None:
    """Set facts, then the parameters that a scenario sets; then multiply what it multiplies, within its range."""
    if not (facts or scenario.parameters or scenario.times):
        return
    variables = catalogue().parameters
    # A scenario's word counts more than a fact of the edited case; factors come last, since they are of what is set.
    for name, value in {**facts, **scenario.parameters}.items():
        getattr(draws, variables[name].submodel)[name] = np.array(value)
    for name, factor in scenario.times.items():
        variable = variables[name]
        records = getattr(draws, variable.submodel)
        # A multiple of a draw may leave the range that the catalogue gives the parameter.
        records[name] = np.clip(records[name] * factor, variable.low, variable.high)


def values_of(draws: Draws, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return the values of some parameters in draws, each float64 of shape (runs,)."""
    variables = catalogue().parameters
    return {name: np.asarray(getattr(draws, variables[name].submodel)[name], dtype=np.float64) for name in names}


NOTHING = Scenario(key="as-it-is", title=Title(en="as it is", zh="as it is"))
"""Changes nothing."""
PARAMETERS = 0x636F7061726B
"""Second key of the generator: what the numbers are for."""


def prior_of(variable: Variable, case: Case) -> Prior | None:
    """Return the prior of a parameter in a case: the case's own where it gives one, none where its facts fix it."""
    own = case.parameters.get(variable.name)
    if own is not None:
        return None if own.prior is None else Prior(own.prior.kind, own.prior.a, own.prior.b)
    if variable.name in case_parameters(case):
        return None
    return variable.prior if variable.drawn else None


def drawn_parameters(study: Study, case: Case) -> list[Variable]:
    """Return the parameters a study draws, in the order of the catalogue.

    `unsettled` holds the parameters at their defaults that calibration has moved from their priors, and draws the rest;
    what a case gives a prior of its own is its own scale, which another park's calibration has not settled.
    """
    if study.draws in {"defaults", "posterior"}:
        return []
    every = [v for v in catalogue().parameters.values() if v.shape == () and prior_of(v, case) is not None]
    return every if study.draws == "prior" else [v for v in every if v.moved != "moved" or v.name in case.parameters]


WIDTH = 72
"""Numbers of parameters in a block of draws: as many as there were, made full, when parameters got their numbers."""
PER_COUNTER = 4
"""Random numbers that Philox gives for a counter."""


def uniforms(count: int, first: int, last: int, seed: int, width: int = WIDTH) -> np.ndarray:
    """Draw uniform numbers inside (0, 1), addressed by (seed, run, column).

    They come from the counter-based generator Philox, in blocks of columns that each have a key of their own: chunks,
    more runs, and columns that are added leave the others as they are.

    Parameters
    ----------
    count
        Columns: numbers of parameters from 0 on.
    first, last
        The runs first … last - 1.
    seed
        Seed of the study.
    width
        Columns of a block, a multiple of four.

    Returns
    -------
    Shape (last - first, count).
    """
    blocks = [_block(number, first, last, seed, width) for number in range(-(-count // width))]
    return np.concatenate(blocks, axis=1)[:, :count]


def _block(number: int, first: int, last: int, seed: int, width: int) -> np.ndarray:
    """Draw a block of columns, shape (last - first, width)."""
    counters = width // PER_COUNTER
    generator = np.random.Philox(key=np.array([seed, PARAMETERS + number], dtype=np.uint64))
    # Counter-based: the generator jumps to a run without drawing those before it.
    generator.advance(first * counters)
    raw = np.asarray(generator.random_raw((last - first) * width), dtype=np.uint64)
    # 53 random bits, at the middles of equal cells: never 0 or 1, where quantiles of a prior are infinite.
    inside: np.ndarray = ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return inside.reshape(last - first, width)


def sample(study: Study, case: Case, first: int, last: int) -> dict[str, np.ndarray]:
    """Draw the parameters of runs before any scenario; run r has draw r // replicates.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    first, last
        The runs first … last - 1.

    Returns
    -------
    Values by name, each of shape (runs, *shape).
    """
    runs = last - first
    numbers = np.arange(first, last) // study.replicates
    facts = case_parameters(case)
    values = {}
    for name, variable in catalogue().parameters.items():
        value = np.array(facts.get(name, variable.default))
        values[name] = np.tile(value.reshape(variable.shape), (runs, *([1] * len(variable.shape))))
    columns = drawn_parameters(study, case)
    if columns:
        count = 1 + max(variable.number for variable in columns)
        points = uniforms(count, int(numbers[0]), int(numbers[-1]) + 1, study.seed)
        for variable in columns:
            prior = prior_of(variable, case)
            if prior is not None:
                drawn = prior.quantile(points[:, variable.number], variable.default[0])
                # The column is the parameter's own number, not its place among those drawn: drawing another one moves
                # none.
                values[variable.name] = np.clip(drawn, variable.low, variable.high)[numbers - numbers[0]]
    set_reference_price(values, case)
    return values


def fill(values: dict[str, np.ndarray], scenario: Scenario, study: Study, first: int, last: int) -> Draws:
    """Put parameters into the model's records, changed as a scenario says; random numbers are those of (seed, run).

    Parameters
    ----------
    values
        Values by name, each of shape (runs, *shape).
    scenario
        Scenario that sets or multiplies some of them.
    study
        The study, for its seed.
    first, last
        The runs first … last - 1.
    """
    draws = make_draws(last - first)
    for name, variable in catalogue().parameters.items():
        getattr(draws, variable.submodel)[name] = values[name]
    _change(draws, scenario, {})
    draws.addresses["seed"] = study.seed
    draws.addresses["run"] = np.arange(first, last)
    draws.addresses["cut"] = NEVER
    return draws


@dataclass(frozen=True)
class StudyDraws:
    """Draws of a study's runs, for one scenario after the other, on common random numbers."""

    study: Study
    case: Case
    scenarios: tuple[Scenario, ...]
    facts: tuple[Mapping[str, np.ndarray], ...]
    """For each of them, the facts of the case that are parameters and are others once it is edited."""
    source: DrawSource | None = None
    """Where draws come from if the study does not draw them itself."""

    def __call__(self, first: int, last: int) -> Paired:
        """Return the draws of runs first … last - 1, and the parameters drawn."""
        return self.of_runs(np.arange(first, last))

    def of_runs(self, numbers: Integers) -> Paired:
        """Return the draws of runs of these numbers, in ascending order, and the parameters drawn."""
        first = int(numbers[0])
        last = int(numbers[-1]) + 1
        if self.source is not None:
            draws = self.source.draws(self.study, first, last)
            names = self.source.drawn
        else:
            draws = fill(sample(self.study, self.case, first, last), NOTHING, self.study, first, last)
            names = tuple(variable.name for variable in drawn_parameters(self.study, self.case))
        if len(numbers) < last - first:
            draws = Draws(*(records[numbers - first] for records in draws))
        return Paired(ScenarioDraws(draws, self.scenarios, self.facts), values_of(draws, names))

    def ensemble(
        self,
        inputs: Sequence[Inputs],
        outputs: Sequence[str],
        threads: int,
        progress: CountedProgress | None = None,
        *,
        by_quarter: bool = False,
    ) -> Ensemble:
        """Return the runs of the scenarios with these draws, whose outcomes are judged when the study says.

        Parameters
        ----------
        inputs
            Inputs of each scenario.
        outputs
            Names of the outputs to keep.
        threads
            Threads to run on.
        progress
            Called with the number of runs made since the last call.
        by_quarter
            Whether runs lie side by side in memory, for whoever reads an output quarter by quarter.
        """
        judged = self.study.judged_in(len(inputs[0].world))
        return Ensemble(
            inputs,
            self,
            outputs,
            runs=self.study.runs,
            threads=threads,
            progress=progress,
            judged=judged,
            by_quarter=by_quarter,
        )


class ScenarioDraws(Sequence[Draws]):
    """Draws as each scenario changes them, made when they are asked for."""

    def __init__(
        self, draws: Draws, scenarios: Sequence[Scenario], facts_by_scenario: Sequence[Mapping[str, np.ndarray]]
    ) -> None:
        self.draws = draws
        self.changes = tuple(zip(scenarios, facts_by_scenario, strict=True))

    def __len__(self) -> int:
        """Count the scenarios."""
        return len(self.changes)

    def __getitem__(self, number: Any) -> Any:
        """Copy the draws, as the scenario of a number changes them."""
        return with_parameters(self.draws, *self.changes[number])
