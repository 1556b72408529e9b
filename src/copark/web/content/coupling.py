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
from copark.simulation.readouts.coupling import COMPONENTS, PHASES, SCALES, needed, phase_shares, phases, read_out
from copark.stats.quantiles import BAND, LEVELS, quantiles_over
from copark.web.content.engine import Engine, Ticket
from copark.web.content.responses import Answer, CaseName, DrawsNote, Numbers, Said
from copark.web.content.sentences import both, said
from copark.web.content.simulation import case_name, draws_note, frame_of

if TYPE_CHECKING:
    from copark.simulation.study import Scenario, Study
    from copark.web.content.case_registry import Shelved
    from copark.web.content.simulation import Frame

Floats = NDArray[np.float64]
OUTPUTS = tuple(dict.fromkeys((*needed(), "arrivals", "operating")))
"""Outputs the read-outs need."""


class IndicatorInfo(Answer):
    """One indicator of a scale's score, with its fixed range: a judgement."""

    scale: str
    name: str
    title: Said
    low: float
    """What scores 0."""
    high: float
    """What scores 1."""
    unit: str


class CouplingArm(Answer):
    """The read-outs of one scenario."""

    key: str
    title: Said
    coordination: list[Numbers]
    """D, standard form: a row for each of the levels."""
    coordination_corrected: list[Numbers]
    """D', after Wang and others 2021."""
    coordination_null: list[Numbers]
    """D, its 5, 50 and 95 %, where each scale's score is taken from another run: what has no tie within a run gives."""
    coordination_corrected_null: list[Numbers]
    """The same of D'."""
    scores: dict[str, Numbers]
    grades: list[str | None]
    """The grade of the median of D in each quarter."""
    phases: dict[str, Numbers]
    """Shares of runs in each phase."""
    sentence: Said
    null_sentence: Said
    """What the null says in a sentence."""


class CouplingAnswer(Answer):
    """Coupling coordination and phases. They are read off a result and never feed back."""

    identity: str
    case: CaseName
    quarters: list[str]
    levels: list[float]
    arms: list[CouplingArm]
    indicators: list[IndicatorInfo]
    grades: dict[str, Said]
    phases: dict[str, Said]
    renegotiations: list[str]
    """Quarters of the dated renegotiations, which phases are told by."""
    caveat: Said
    draws: DrawsNote


def coupling_of(engine: Engine, study: Study, shelved: Shelved, ticket: Ticket) -> CouplingAnswer:
    """Read out a study that keeps :data:`OUTPUTS`."""
    frame = frame_of(study, shelved, OUTPUTS)
    turns = [str(one.date.quarter("event")) for one in shelved.case.renegotiations]
    arms = []
    for scenario, runs in zip(study.scenarios, engine.simulate(study, shelved, ticket), strict=True):
        ticket.check()
        arms.append(_coupling_arm(frame, scenario, runs, turns))
    return CouplingAnswer.model_construct(
        identity=engine.identity(study, shelved),
        case=case_name(shelved),
        quarters=list(frame.labels),
        levels=list(LEVELS),
        arms=arms,
        indicators=[IndicatorInfo.of(one, title=said(f"analysis.component.{one.name}")) for one in COMPONENTS],
        grades={name: said(f"analysis.grade.{name}") for name in GRADES},
        phases={name: said(f"analysis.phase.{name}") for name in PHASES},
        renegotiations=turns,
        caveat=said("web.coupling.caveat"),
        draws=draws_note(engine, study, shelved),
    )


def _coupling_arm(frame: Frame, scenario: Scenario, runs: ScenarioRuns, turns: list[str]) -> CouplingArm:
    import xarray as xr

    data = {name: (("scenario", "run", "quarter"), runs[name][np.newaxis]) for name in runs.names}
    result = xr.Dataset(data, coords={"label": ("quarter", list(frame.labels))})
    found, title, quarter = read_out(result), both(scenario.title), frame.labels[frame.judged]
    degree, null = quantiles_over(found.coordination.T), _null(found.scores, coupling)
    shares = phase_shares(phases(result, turns))
    grades = [None if np.isnan(value) else grade(float(value)) for value in degree[2]]
    last, told = grades[frame.judged], _levels(degree[[0, 2, 4]], frame.judged)
    if last is None:
        sentence = said("web.words.no_run", title=title)
    else:
        words: dict[str, Any] = {"degree": told["median"], "low": told["low"], "high": told["high"]}
        words["grade"] = said(f"analysis.grade.{last}")
        sentence = said("web.coupling.sentence", title=title, quarter=quarter, **words)
    own = {f"own_{name}": level for name, level in told.items()}
    return CouplingArm.model_construct(
        key=scenario.key,
        title=title,
        coordination=degree.tolist(),
        coordination_corrected=quantiles_over(found.coordination_corrected.T).tolist(),
        coordination_null=null.tolist(),
        coordination_corrected_null=_null(found.scores, coupling_corrected).tolist(),
        scores={scale: quantiles_over(found.scores[scale].T, (0.5,))[0].tolist() for scale in SCALES},
        grades=grades,
        phases={name: shares[n].tolist() for n, name in enumerate(PHASES)},
        sentence=sentence,
        null_sentence=said("web.coupling.null", quarter=quarter, **_levels(null, frame.judged), **own),
    )


def _null(scores: Mapping[str, Floats], form: Callable[[Floats], Floats]) -> Floats:
    """D with the score of each scale taken from another run, its 5, 50 and 95 % in each quarter, shape (3, quarters).

    Each scale keeps its course and its spread; what is lost is whether the scales of one run go together. The scales
    are moved along the runs, each by another number of them: nothing is drawn, so the answer is the same each time.
    """
    step = len(next(iter(scores.values()))) // len(scores) + 1
    mixed = np.stack([np.roll(values, n * step, axis=0) for n, values in enumerate(scores.values())], axis=-1)
    return quantiles_over(coordination(form(mixed), development(mixed)).T, BAND)


def _levels(rows: Floats, at: int) -> dict[str, str]:
    """Median and band of a quarter, as numbers for a sentence."""
    return dict(zip(("low", "median", "high"), (number(value, 2) for value in rows[:, at]), strict=True))
