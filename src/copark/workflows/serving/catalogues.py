"""What there is: cases, studies, the model's nouns and arrows, and how it was calibrated."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.model.variables import Variable, catalogue
from copark.simulation.sample import prior_of
from copark.simulation.study import list_studies, load_study
from copark.stats.quantiles import LEVELS
from copark.workflows.serving.answers import Answer, CaseName, Made, OutputInfo, Said
from copark.workflows.serving.network import ArrowInfo, arrows
from copark.workflows.serving.shelf import Shelf, Shelved
from copark.workflows.serving.simulation import case_name, made_by, output_info
from copark.workflows.serving.wording import both, own, said, unit_title

if TYPE_CHECKING:
    from copark.simulation.study import Study

LIMITS = ("bands", "interested", "nominal", "one_case", "causes")


class ScenarioInfo(Answer):
    """A scenario of a shipped study, as it may be put into a question."""

    key: str
    title: Said
    scenario: dict[str, Any]


class StudyInfo(Answer):
    """A study shipped with copark."""

    name: str
    title: Said
    about: Said
    case: str
    runs: int
    draws: str
    scenarios: list[ScenarioInfo]


class ParameterInfo(Answer):
    """A parameter: value, prior, what the data say of it, and where it is from."""

    name: str
    room: str
    title: Said
    symbol: str
    unit: str
    unit_title: Said
    low: float
    high: float
    default: list[float]
    prior: str | None
    moved: str
    """Whether data moved it: moved, weakly or unmoved."""
    grade: str
    source: Said
    prior_quantiles: list[float] | None
    """5, 25, 50, 75 and 95 % of the prior."""
    posterior_quantiles: list[float] | None
    """The same of the posterior, where the case has one."""


class CalibrationInfo(Answer):
    """How a case was calibrated."""

    cut: str
    """Last quarter of the record it was fitted to."""
    pairs: int
    """Pairs of parameters and past luck kept."""
    draws: int
    runs: int
    stale: bool
    """Whether model or case have changed since."""
    targets: int


class MethodAnswer(Answer):
    """The model: parameters, outputs, arrows, calibration, limits."""

    parameters: list[ParameterInfo]
    outputs: list[OutputInfo]
    arrows: list[ArrowInfo]
    """Arrows between scales: the whole theory of their coupling."""
    calibration: CalibrationInfo | None
    """How the case was calibrated; null for a case without a posterior."""
    limits: list[Said]
    made: Made


def cases_of(shelf: Shelf) -> list[CaseName]:
    """Every case of the casebook."""
    return [case_name(shelf.get(name)) for name in shelf.names()]


@cache
def studies_shipped() -> tuple[StudyInfo, ...]:
    """Every study shipped."""
    return tuple(_study(load_study(name)) for name in list_studies())


def _study(study: Study) -> StudyInfo:
    scenarios = [
        ScenarioInfo(
            key=one.key, title=both(one.title),
            scenario=one.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        )
        for one in study.scenarios
    ]  # fmt: skip
    return StudyInfo(
        name=study.name, title=both(study.title), about=said(f"study.about.{study.name}"),
        case=study.case, runs=study.runs, draws=study.draws,
        scenarios=scenarios,
    )  # fmt: skip


def method_of(shelved: Shelved) -> MethodAnswer:
    """The model, as it is for a case."""
    posterior, calibration = _posterior(shelved)
    return MethodAnswer(
        parameters=[_parameter(one, shelved, posterior) for one in catalogue().parameters.values()],
        outputs=[output_info(name) for name in catalogue().outputs],
        arrows=arrows(),
        calibration=calibration,
        limits=[said(f"report.limits.{key}") for key in LIMITS],
        made=made_by(shelved.hash),
    )


def _posterior(shelved: Shelved) -> tuple[dict[str, list[float]], CalibrationInfo | None]:
    """Posterior quantiles by parameter, and how they were made."""
    stored = shelved.parameters.stored
    if stored is None:
        return {}, None
    values = stored.parameters.space.table(stored.parameters.points)
    found = {name: [float(x) for x in np.quantile(drawn, LEVELS)] for name, drawn in values.items()}
    recipe = stored.recipe
    return found, CalibrationInfo(
        cut=str(recipe["cut"]),
        pairs=stored.replay.pairs,
        draws=len(stored.parameters.points),
        runs=int(recipe["settings"]["runs"]),
        stale=stored.stale,
        targets=len(stored.replay.model.targets),
    )


def _parameter(one: Variable, shelved: Shelved, posterior: dict[str, list[float]]) -> ParameterInfo:
    prior = prior_of(one, shelved.case)
    drawn = prior is not None and prior.kind != "fixed" and one.shape == ()
    before = None
    if drawn and prior is not None:
        values = np.clip(prior.quantile(np.array(LEVELS), one.default[0]), one.low, one.high)
        before = [float(x) for x in values]
    return ParameterInfo.of(
        one,
        title=both(one),
        unit_title=unit_title(one.unit),
        default=list(one.default),
        prior=prior.density_kind() if drawn and prior is not None else None,
        source=own(one.source),
        prior_quantiles=before,
        posterior_quantiles=posterior.get(one.name),
    )
