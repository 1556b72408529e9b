"""Lists for the page: studies, variables and links of the model with its calibration, evidence of a case."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.cases import Source, series_title
from copark.cases.observed_variables import country_name
from copark.json_types import JsonObject
from copark.model.outputs import NAMES
from copark.model.variables import Variable, catalogue
from copark.presentation.numbers import bounded
from copark.simulation.sample import prior_of
from copark.simulation.study import list_studies, load_study
from copark.stats.quantiles import LEVELS
from copark.texts.localized import LocalizedText
from copark.web.content.actor_network import ArrowInfo, arrows
from copark.web.content.case_registry import CaseEntry
from copark.web.content.frame import output_info
from copark.web.content.responses import ApiModel, CaseName, Observed, OutputInfo, VariableInfo, VersionsInfo
from copark.web.content.sentences import drawn_bound, own, said
from copark.web.content.simulation import case_name, versions_info

if TYPE_CHECKING:
    from copark.cases.table_schemas import Enterprise
    from copark.simulation.study import Study

GRADES = ("high", "medium", "low", "derived", "judgement", "background")


class EventInfo(ApiModel):
    """Something that happened."""

    key: str
    """Its place in the list, such as ``event-0``; the same as long as the case is."""
    date: str
    """Date as the source gives it: YYYY, YYYY-MM or YYYY-MM-DD."""
    quarter: str
    """Quarter it falls in, such as 2015Q2; of a bare year the second."""
    scale: str
    """Scale it happened at: global, intergovernmental, park or enterprise."""
    mechanism: str
    """By which mechanism it bears on the park, as a key."""
    mechanism_title: LocalizedText
    """The mechanism in words."""
    actors: LocalizedText
    """Who acted."""
    event: LocalizedText
    """What happened."""
    grade: str
    """How far it is trusted: a key of ``grades``."""
    source: list[str]
    """Keys of ``sources``."""


class SeriesPoint(Observed):
    """A value somebody reported, in the unit its source used."""

    unit: str
    """Symbol of that unit."""
    unit_title: LocalizedText
    """The unit in words; empty for a pure number."""
    shown: LocalizedText
    """The value with its unit and bound, as a person reads it."""
    basis: LocalizedText
    """What exactly is counted or measured."""
    role_title: LocalizedText
    """The role in words; that it is not used, where ``use`` is false."""


class SeriesInfo(ApiModel):
    """An observed quantity."""

    variable: str
    """Name of the quantity; that of the model's output where it has one."""
    title: LocalizedText
    """The quantity in words."""
    is_output: bool
    """Whether the model has an output of this name: its points then stand in that chart."""
    points: list[SeriesPoint]
    """Its values, by date."""


class SourceInfo(ApiModel):
    """Source of evidence, as it was published and read."""

    key: str
    """Key by which others name it."""
    outlet: LocalizedText
    """Who published it."""
    title: str | None
    """Its title as published; null where it is not known."""
    date: str | None
    """When it was published: YYYY, YYYY-MM or YYYY-MM-DD; null where it is not known."""
    url: str | None
    """Web address; null where there is none."""
    read: str
    """Whether the original was read, or a mirror of it: original or mirror."""
    language: str | None
    """Code of its language, such as en, ru or zh; null where it is not known."""
    note: LocalizedText | None
    """What to know of it; null where there is nothing."""


class EnterpriseInfo(ApiModel):
    """An enterprise known by name."""

    name: str
    """Its name in Latin letters."""
    name_zh: str | None
    """Its name in Chinese; that in Latin letters where no other is known."""
    country: str | None
    """Three-letter code of its country (ISO 3166-1); null where it is not known."""
    country_title: LocalizedText | None
    """The country in words; null where it is not known."""
    origin: str | None
    """Its origin as the model counts it: home, host or third; null where it is not known."""
    sector: LocalizedText | None
    """What it does; null where it is not known."""
    status: str
    """Its last known stage: intention, registered, building, operating, gone or unknown."""
    registered: str | None
    """When it was registered: YYYY, YYYY-MM or YYYY-MM-DD; null where that is not known."""
    operating: str | None
    """When it began to operate, likewise; null where that is not known."""
    grade: str
    """How far it is trusted: a key of ``grades``."""
    source: list[str]
    """Keys of ``sources``."""


class EvidenceAnswer(ApiModel):
    """The evidence of a case."""

    case: CaseName
    """The case as in the list of cases."""
    events: list[EventInfo]
    """What happened, in the order of the case's table."""
    series: list[SeriesInfo]
    """Observed quantities, those the model has an output for first."""
    context: list[SeriesInfo]
    """Values of the host city and country."""
    enterprises: list[EnterpriseInfo]
    """Enterprises known by name."""
    sources: dict[str, SourceInfo]
    """Sources by key; ``judgement`` stands for a judgement of the modellers."""
    grades: dict[str, LocalizedText]
    """Grades of trust in words, by key: high, medium, low, derived, judgement and background."""


def evidence_of(case_entry: CaseEntry) -> EvidenceAnswer:
    """Return all evidence of a case."""
    case = case_entry.case
    ours = Source(outlet="copark", read="original")
    sources = {key: source_info(key, source) for key, source in case.shown_sources.items()}
    sources["judgement"] = SourceInfo.of(ours, key="judgement", outlet=own(ours.outlet), note=said("web.judgement"))
    events = []
    for n, event in enumerate(case.events):
        mechanism = said(f"cases.mechanism.{event.mechanism}")
        quarter = str(event.date.quarter("event"))
        events.append(EventInfo.of(event, key=f"event-{n}", quarter=quarter, mechanism_title=mechanism))
    return EvidenceAnswer(
        case=case_name(case_entry),
        events=events,
        series=series_of(case.observations),
        context=series_of(case.host_context),
        enterprises=[_enterprise(row) for row in case.enterprises],
        sources=sources,
        grades={grade: said(f"web.grade.{grade}") for grade in GRADES},
    )


def events_of(case_entry: CaseEntry) -> EvidenceAnswer:
    """Return the events of a case and the sources they cite: what a time axis needs, half of the evidence."""
    whole = evidence_of(case_entry)
    cited = {key for event in whole.events for key in event.source}
    sources = {key: source for key, source in whole.sources.items() if key in cited}
    return whole.model_copy(update={"series": [], "context": [], "enterprises": [], "sources": sources})


def _enterprise(row: Enterprise) -> EnterpriseInfo:
    """Describe a named enterprise, with its Chinese name and its country's name where they are known."""
    country = None if row.country is None else LocalizedText.by_language(partial(country_name, row.country))
    return EnterpriseInfo.of(row, name_zh=row.name_zh or own(row.name).zh, country_title=country)


def series_of(rows: object) -> list[SeriesInfo]:
    """Collect a table's rows by observed quantity, those the model has an output for first."""
    by_name: dict[str, list[SeriesPoint]] = {}
    for row in sorted(rows, key=lambda row: row.date.first_day):  # type: ignore[call-overload]
        high = getattr(row, "high", None)
        bound = getattr(row, "bound", "exact")
        usual: dict[str, Any] = {} if hasattr(row, "role") else {"use": True, "role": "context"}
        role = f"role.{getattr(row, 'role', 'context')}" if getattr(row, "use", True) else "observed.unused"
        point = SeriesPoint.of(
            row,
            quarter=str(row.quarter),
            bound=drawn_bound(bound),
            basis=own(row.basis),
            shown=LocalizedText.by_language(partial(bounded, row.value, high, bound, row.unit)),
            note=None if row.note is None else own(row.note),
            role_title=said(f"report.{role}"),
            **usual,
        )
        by_name.setdefault(row.variable, []).append(point)
    series = [
        SeriesInfo(
            variable=name,
            title=LocalizedText.by_language(partial(series_title, name)),
            is_output=name in NAMES,
            points=points,
        )
        for name, points in by_name.items()
    ]
    return sorted(series, key=lambda quantity: not quantity.is_output)


def source_info(key: str, source: Source) -> SourceInfo:
    """Describe a source."""
    return SourceInfo.of(source, key=key, outlet=own(source.outlet))


LIMITS = ("bands", "interested", "nominal", "one_case", "causes")


class StudyInfo(ApiModel):
    """A study shipped with copark."""

    name: str
    """Name of the study, which ``copark run`` takes."""
    title: LocalizedText
    """The study in words."""
    about: LocalizedText
    """What it asks, in a sentence or two."""
    case: str
    """Name of its case."""
    runs: int
    """Runs of each scenario."""
    draws: str
    """What parameters are drawn from: posterior, unsettled, prior or defaults."""
    scenarios: list[JsonObject]
    """Its scenarios, as a request takes them; the first is the reference. What is left out is as in the case."""


class ParameterInfo(VariableInfo):
    """A parameter: value, prior, what the data say of it, and where it is from."""

    low: float
    """Least value it may have."""
    high: float
    """Largest value it may have."""
    default: list[float]
    """Value where nothing is drawn: a number, or one for each entry of a parameter that has several."""
    prior: str | None
    """Its prior for this case, such as ``uniform(0, 0.4)``; null where it is fixed or has several entries."""
    moved: str
    """Whether data of a calibration moved it from its prior: moved, weakly or unmoved."""
    grade: str
    """How far it is trusted: high, medium, low, derived or judgement."""
    source: LocalizedText
    """Where it is from."""
    prior_quantiles: list[float] | None
    """5, 25, 50, 75 and 95 % of the prior, in ``unit``; null where it has none."""
    posterior_quantiles: list[float] | None
    """The same of the posterior; null where the case has none, or it does not draw this parameter."""


class CalibrationInfo(ApiModel):
    """Calibration of a case: the observations it was fitted to, its size, and whether it is still current."""

    cut: str
    """Last quarter of the observations it was fitted to."""
    pairs: int
    """Pairs of parameters and past random numbers kept."""
    draws: int
    """Draws of parameters kept."""
    runs: int
    """Runs of the prior that the calibration began with."""
    stale: bool
    """Whether model or case have changed since."""
    targets: int
    """Observed values it was fitted to."""


class MethodAnswer(ApiModel):
    """The model: parameters, outputs, links, calibration, limits."""

    parameters: list[ParameterInfo]
    """Every parameter of the model."""
    outputs: list[OutputInfo]
    """Every output of the model."""
    arrows: list[ArrowInfo]
    """Links between scales: the whole theory of their coupling."""
    calibration: CalibrationInfo | None
    """How the case was calibrated; null for a case without a posterior."""
    limits: list[LocalizedText]
    """Limits of the model, a sentence each."""
    made: VersionsInfo
    """Versions and hashes that answers about the case depend on."""


@cache
def studies_shipped() -> list[StudyInfo]:
    """List every study shipped."""
    return [_study(load_study(name)) for name in list_studies()]


def _study(study: Study) -> StudyInfo:
    scenarios = [scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True) for scenario in study.scenarios]
    return StudyInfo.of(study, title=study.title, about=said(f"study.about.{study.name}"), scenarios=scenarios)


def method_of(case_entry: CaseEntry) -> MethodAnswer:
    """Describe the model as it is for a case."""
    posterior, calibration = _posterior(case_entry)
    return MethodAnswer(
        parameters=[_parameter(variable, case_entry, posterior) for variable in catalogue().parameters.values()],
        outputs=[output_info(name) for name in catalogue().outputs],
        arrows=arrows(),
        calibration=calibration,
        limits=[said(f"report.limits.{key}") for key in LIMITS],
        made=versions_info(case_entry.hash),
    )


def _posterior(case_entry: CaseEntry) -> tuple[dict[str, list[float]], CalibrationInfo | None]:
    """Return posterior quantiles by parameter, and how they were made."""
    stored = case_entry.parameters.stored
    if stored is None:
        return {}, None
    values = stored.replay.space.table(stored.replay.points)
    quantiles = {name: [float(level) for level in np.quantile(drawn, LEVELS)] for name, drawn in values.items()}
    recipe = stored.recipe
    return quantiles, CalibrationInfo(
        cut=str(recipe["cut"]),
        pairs=stored.replay.pairs,
        draws=stored.replay.pairs,
        runs=int(recipe["settings"]["runs"]),
        stale=stored.stale,
        targets=len(stored.replay.model.targets),
    )


def _parameter(variable: Variable, case_entry: CaseEntry, posterior: dict[str, list[float]]) -> ParameterInfo:
    prior = prior_of(variable, case_entry.case)
    drawn = prior if prior is not None and prior.kind != "fixed" and variable.shape == () else None
    quantiles = None
    if drawn is not None:
        values = drawn.quantile(np.array(LEVELS), variable.default[0])
        quantiles = np.clip(values, variable.low, variable.high).tolist()
    return ParameterInfo.of(
        variable,
        default=list(variable.default),
        prior=None if drawn is None else drawn.density_kind(),
        moved=case_entry.moved[variable.name],
        source=own(variable.source),
        prior_quantiles=quantiles,
        posterior_quantiles=posterior.get(variable.name),
    )
