"""Worlds of a decision: parks as they stand when the decision falls due, each with several futures.

A world is a draw of the parameters with one past up to the decision, in every option and in every future; from the
decision on each future has random numbers of its own, the same in all options. What may be asked before deciding is
read off the past, errors of observation included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.analyses.evsi.stakes import StakeMeasures
from copark.analyses.voi.worlds import (
    Candidate,
    ReportMeasures,
    When,
    candidates_on,
    columns_of,
    logs,
    past_dates,
)
from copark.arrays import Booleans, Floats, Integers
from copark.calibration.case_parameters import Source
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.observations import ObservationModel, noise
from copark.cases.case import Case
from copark.decisions.experiment import scenarios_under
from copark.decisions.lever_file import LeverFile, LeverOption
from copark.json_types import JsonObject
from copark.model.arrays import Draws
from copark.progress import Progress, part_of, part_until
from copark.simulation.experiment import Experiment
from copark.simulation.sample import NOTHING, drawn_parameters, fill, sample
from copark.simulation.study import Study


@dataclass(frozen=True)
class DrawsAtDecision:
    """Draws that share their past up to the decision: run r is future r % replicates of world r // replicates.

    Random numbers before the decision are those of the world; of a calibrated park those of its pair, which go on where
    the record ends. From the decision on they are those of (the study's seed, r).
    """

    case: Case
    """The case as it is seen from the decision."""
    source: Source | None
    """Draws of its parameters; the prior where there is none."""
    first: int
    """Quarter of the decision, counted from 0."""

    @property
    def content(self) -> Mapping[str, Any]:
        """Entries of a result's provenance."""
        return {"draws_hash": ""} if self.source is None else self.source.content

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between draws."""
        if self.source is not None:
            return self.source.drawn
        study = Study(name="prior", title=NOTHING.title, case=self.case.name, scenarios=(NOTHING,), draws="prior")
        return tuple(variable.name for variable in drawn_parameters(study, self.case))

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Draw parameters and random numbers of runs first … last - 1, before any scenario."""
        if self.source is not None:
            draws = self.source.draws(study, first, last)
        else:
            of_prior = study.with_changes(draws="prior")
            draws = fill(sample(of_prior, self.case, first, last), NOTHING, study, first, last)
        addresses = draws.addresses
        runs = np.arange(first, last)
        if not isinstance(self.source, PosteriorSource):
            addresses["run"] = runs // study.replicates * study.replicates
        addresses["cut"] = self.first
        addresses["later_seed"] = study.seed
        addresses["later_run"] = runs
        return draws

    def groups(self, study: Study) -> Integers:
        """Group worlds by the random numbers of their last stretch before the decision, shape (worlds,)."""
        replicates = study.replicates
        addresses = self.draws(study, 0, study.runs).addresses[::replicates]
        begun = (addresses["since"] > 0).sum(axis=1)
        spans = np.concatenate([addresses["run"][:, np.newaxis], addresses["span_run"]], axis=1)
        last = spans[np.arange(len(begun)), begun]
        streams = np.stack([addresses["seed"], last], axis=1)
        _, groups = np.unique(streams, axis=0, return_inverse=True)
        return np.asarray(groups, dtype=np.int64).ravel()


def sources_before(varying: Sequence[str], first: int) -> tuple[Candidate, ...]:
    """List what may be asked before a decision: the observations of ``copark voi``, at the latest a quarter before.

    Parameters
    ----------
    varying
        Parameters that are not known: of others an estimate tells nothing.
    first
        Quarter of the decision, counted from 0.
    """
    over = past_dates(first - 1)

    def quarters_of(when: When) -> tuple[int, ...]:
        return tuple(dict.fromkeys(quarter for quarter in over.get(when, ()) if quarter > 0))

    return candidates_on(quarters_of, varying)


@dataclass(frozen=True)
class DecisionPlan:
    """Plan of the worlds of a decision."""

    case: Case
    """The case."""
    file: LeverFile
    """Levers of the case."""
    options: tuple[LeverOption, ...]
    """Options beside the park as planned."""
    measures: StakeMeasures
    """What is at stake."""
    source: Source | None
    """Draws of the parameters; the prior where there is none."""
    study: Study
    """Draws and random numbers of all runs."""

    @property
    def replicates(self) -> int:
        """Futures of each world."""
        return int(self.study.replicates)

    @property
    def worlds(self) -> int:
        """Worlds."""
        return int(self.study.runs // self.study.replicates)

    @property
    def runs(self) -> int:
        """Runs to make: options and the park as planned, and once more the past of each world."""
        return self.study.runs * (1 + len(self.options)) + self.worlds


@dataclass(frozen=True)
class DecisionWorlds:
    """Measures of the worlds; those are left out whose company fails before the decision."""

    stakes: Floats
    """What is at stake, unpriced, shape (stakes, options, worlds, futures); the first option is the park as planned."""
    outcome: Integers
    """Code of the outcome of every run of the park as planned, also of those left out, shape (runs,)."""
    parameters: dict[str, Floats]
    """Drawn parameters by name, shape (worlds,)."""
    groups: Integers
    """Worlds that depend on each other, shape (worlds,)."""
    sources: tuple[Candidate, ...]
    """What may be asked."""
    values: Floats
    """What a source would see without error, shape (worlds, columns)."""
    errors: Floats
    """Standard normal errors of the columns, shape (worlds, columns)."""
    residents: dict[int, float]
    """Median number of residents by quarter."""
    quarters: tuple[str, ...]
    """Labels of all quarters."""
    provenance: JsonObject
    """Everything the runs are made of."""

    def _places(self, source: Candidate) -> list[int]:
        columns = columns_of(self.sources)
        return [columns.index(column) for column in source.columns]

    def error_of(self, source: Candidate) -> Floats:
        """Compute the errors of a source's columns."""
        return source.errors(self.values[:, self._places(source)], self.residents)

    def report(self, source: Candidate) -> Floats:
        """Make what a source reports, errors included, shape (worlds, columns)."""
        places = self._places(source)
        return logs(self.values[:, places] + self.error_of(source) * self.errors[:, places])

    @property
    def state(self) -> Floats:
        """All that is known of the worlds, without error: parameters and what sources would see."""
        return np.concatenate(
            [*(values[:, np.newaxis] for values in self.parameters.values()), logs(self.values)], axis=1
        )


def simulate(plan: DecisionPlan, threads: int, progress: Progress) -> DecisionWorlds:
    """Run every option in every future of every world.

    Parameters
    ----------
    plan
        How they are made.
    threads
        Threads; they do not change the numbers.
    progress
        Called with runs made and runs to be made.
    """
    study = plan.study
    case = study.seen(plan.case)
    first = plan.measures.first
    draws = DrawsAtDecision(case, plan.source, first)
    scenarios = scenarios_under(plan.options, None)
    experiment = Experiment(
        study, plan.case, plan.measures, source=draws, threads=threads, progress=part_of(progress, 0, plan.runs)
    )
    experiment.extend(scenarios)
    parameters = experiment.drawn_parameters()
    sources = sources_before(tuple(parameters), first)
    columns = columns_of(sources)
    reports = ReportMeasures(
        ObservationModel(()), tuple(column for column in columns if column.quarter >= 0), case.clock.quarters
    )
    past = Experiment(
        study, plan.case, reports, source=draws, threads=threads, progress=part_until(progress, plan.runs, plan.runs)
    )
    _, of_outputs, residents = reports.split(past.part((0,)).measured(scenarios[0]).values)
    by_column = dict(zip(reports.columns, of_outputs.T, strict=True))
    values = np.stack(
        [parameters[column.name] if column.quarter < 0 else by_column[column] for column in columns], axis=1
    )
    measured = [experiment.measured(scenario) for scenario in scenarios]
    table = np.stack([runs.values[:, :, 0] for runs in measured])  # options, runs, measures
    table = table.reshape(len(scenarios), plan.worlds, plan.replicates, -1)
    counted = _counted(table, values)
    return DecisionWorlds(
        stakes=np.moveaxis(table[:, counted, :, :-1], 3, 0),
        outcome=measured[0].outcome.astype(np.int64),
        parameters={name: column[counted] for name, column in parameters.items()},
        groups=draws.groups(study)[counted],
        sources=sources,
        values=values[counted],
        errors=noise(study.seed, 0, plan.worlds, len(columns))[counted],
        residents=dict(enumerate(np.nanmedian(residents, axis=0).tolist())),
        quarters=experiment.quarter_labels,
        provenance=dict(experiment.provenance),
    )


def _counted(table: Floats, values: Floats) -> Booleans:
    """Return which worlds count: every run finished, the company lives when the decision is due, shape (worlds,)."""
    finished = np.isfinite(table).all(axis=(0, 2, 3)) & np.isfinite(values).all(axis=1)
    alive = (table[0, :, :, -1] == 1.0).all(axis=1)
    return np.asarray(finished & alive)
