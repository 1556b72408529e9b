"""The coupling coordination degree and the phases of scenarios, as a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from copark.presentation.numbers import number
from copark.setmethods.coupling_degree import (
    GRADES,
    coordination,
    coupling,
    coupling_corrected,
    development,
    grade,
)
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.readouts.coupling import (
    COMPONENTS,
    PHASES,
    SCALES,
    Component,
    needed,
    phase_shares,
    phases,
    read_out,
)
from copark.stats.quantiles import BAND, LEVELS, quantiles_over
from copark.texts.localized import LocalizedText
from copark.web.content.engine import CancellationToken, Engine
from copark.web.content.frame import Frame, frame_of
from copark.web.content.responses import ApiModel, CaseName, DrawsNote, Numbers
from copark.web.content.sentences import said
from copark.web.content.simulation import case_name, draws_note

if TYPE_CHECKING:
    from copark.simulation.study import Scenario, Study
    from copark.web.content.case_registry import CaseEntry

Floats = NDArray[np.float64]
OUTPUTS = tuple(dict.fromkeys((*needed(), "arrivals", "operating")))
"""Outputs the read-outs need."""


class CoupledScenario(ApiModel):
    """The read-outs of one scenario."""

    key: str
    """Key of the scenario."""
    title: LocalizedText
    """The scenario in words."""
    coordination: list[Numbers]
    """Coordination degree D in its standard form, 0 to 1: a row for each of ``levels``, in it a number for each
    quarter."""
    coordination_corrected: list[Numbers]
    """The degree D' after Wang and others (2021), 0 to 1, in the same form."""
    coordination_null: list[Numbers]
    """D where each scale's score is taken from another run, so that nothing ties the scales within a run: its 5, 50 and
    95 %, a row each, in it a number for each quarter."""
    coordination_corrected_null: list[Numbers]
    """The same of D'."""
    scores: dict[str, Numbers]
    """By scale: median over runs of its score, 0 to 1, a number for each quarter."""
    grades: list[str | None]
    """Grade of the median of D in each quarter, a key of the answer's ``grades``; null where no run finished."""
    phases: dict[str, Numbers]
    """By phase: share of the runs that finished which are in it, 0 to 1, a number for each quarter."""
    sentence: LocalizedText
    """The degree when outcomes are judged, in a sentence."""
    null_sentence: LocalizedText
    """What the null says in a sentence."""


class CouplingAnswer(ApiModel):
    """Coupling coordination and phases. They are read off a result and never feed back."""

    identity: str
    """Run ID of the result, 16 hexadecimal digits."""
    case: CaseName
    """The case that was run."""
    quarters: list[str]
    """Labels of the quarters, such as 2016Q1, in the order of every list by quarter."""
    levels: list[float]
    """Levels of the quantiles: 0.05, 0.25, 0.5, 0.75 and 0.95."""
    scenarios: list[CoupledScenario]
    """The scenarios, in the order of the request."""
    indicators: list[Component]
    """What the four scores are made of."""
    indicator_titles: dict[str, LocalizedText]
    """Indicators in words, by name."""
    grades: dict[str, LocalizedText]
    """Names of the grades of D by key, from extreme_imbalance to quality_coordination."""
    phases: dict[str, LocalizedText]
    """Names of the phases by key: before, coupling, decoupling and recoupling."""
    renegotiations: list[str]
    """Quarters of the dated renegotiations, which the phases depend on."""
    caveat: LocalizedText
    """What the degree is not."""
    draws: DrawsNote
    """What the parameters are drawn from."""


def coupling_of(engine: Engine, study: Study, case_entry: CaseEntry, cancellation: CancellationToken) -> CouplingAnswer:
    """Read coordination and phases off the runs of a study.

    Parameters
    ----------
    engine
        Runs the model.
    study
        It keeps :data:`OUTPUTS`.
    case_entry
        The case, whose renegotiations are marked.
    cancellation
        Stops the work when nobody waits for it any more.
    """
    frame = frame_of(study, case_entry, OUTPUTS)
    turns = [str(renegotiation.date.quarter("event")) for renegotiation in case_entry.case.renegotiations]
    scenarios = []
    for scenario, runs in zip(study.scenarios, engine.simulate(study, case_entry, cancellation), strict=True):
        cancellation.check()
        scenarios.append(_coupled_scenario(frame, scenario, runs, turns))
    return CouplingAnswer.model_construct(
        identity=engine.identity(study, case_entry),
        case=case_name(case_entry),
        quarters=list(frame.labels),
        levels=list(LEVELS),
        scenarios=scenarios,
        indicators=list(COMPONENTS),
        indicator_titles={one.name: said(f"analysis.component.{one.name}") for one in COMPONENTS},
        grades={name: said(f"analysis.grade.{name}") for name in GRADES},
        phases={name: said(f"analysis.phase.{name}") for name in PHASES},
        renegotiations=turns,
        caveat=said("web.coupling.caveat"),
        draws=draws_note(engine, study, case_entry),
    )


def _coupled_scenario(frame: Frame, scenario: Scenario, runs: ScenarioRuns, turns: list[str]) -> CoupledScenario:
    import xarray as xr

    data = {name: (("scenario", "run", "quarter"), runs[name][np.newaxis]) for name in runs.names}
    result = xr.Dataset(data, coords={"label": ("quarter", list(frame.labels))})
    read = read_out(result)
    title = scenario.title
    quarter = frame.labels[frame.judged]
    degree = quantiles_over(read.coordination.T)
    null = _null(read.scores, coupling)
    shares = phase_shares(phases(result, turns))
    grades = [None if np.isnan(value) else grade(float(value)) for value in degree[2]]
    last = grades[frame.judged]
    levels = _levels(degree[[0, 2, 4]], frame.judged)
    if last is None:
        sentence = said("web.words.no_run", title=title)
    else:
        words: dict[str, Any] = {"degree": levels["median"], "low": levels["low"], "high": levels["high"]}
        words["grade"] = said(f"analysis.grade.{last}")
        sentence = said("web.coupling.sentence", title=title, quarter=quarter, **words)
    own = {f"own_{name}": level for name, level in levels.items()}
    return CoupledScenario.model_construct(
        key=scenario.key,
        title=title,
        coordination=degree.tolist(),
        coordination_corrected=quantiles_over(read.coordination_corrected.T).tolist(),
        coordination_null=null.tolist(),
        coordination_corrected_null=_null(read.scores, coupling_corrected).tolist(),
        scores={scale: quantiles_over(read.scores[scale].T, (0.5,))[0].tolist() for scale in SCALES},
        grades=grades,
        phases={name: shares[n].tolist() for n, name in enumerate(PHASES)},
        sentence=sentence,
        null_sentence=said("web.coupling.null", quarter=quarter, **_levels(null, frame.judged), **own),
    )


def _null(scores: Mapping[str, Floats], form: Callable[[Floats], Floats]) -> Floats:
    """Return D with each scale's score taken from another run: 5, 50 and 95 % by quarter, shape (3, quarters).

    Each scale keeps its course and its spread; what is lost is whether the scales of one run go together. The scales
    are moved along the runs, each by another number of them: nothing is drawn, so the answer is the same each time.
    """
    step = len(next(iter(scores.values()))) // len(scores) + 1
    mixed = np.stack([np.roll(values, n * step, axis=0) for n, values in enumerate(scores.values())], axis=-1)
    return quantiles_over(coordination(form(mixed), development(mixed)).T, BAND)


def _levels(rows: Floats, quarter: int) -> dict[str, str]:
    """Return median and band of a quarter as numbers for a sentence."""
    return dict(zip(("low", "median", "high"), (number(value, 2) for value in rows[:, quarter]), strict=True))
