"""Lists for the page: studies, variables and links of the model with its calibration, parks, evidence of a case."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.cases import Source, series_title
from copark.cases.observed_variables import country_name
from copark.cases.parks import load_parks
from copark.model.outputs import NAMES
from copark.model.variables import Variable, catalogue
from copark.presentation.numbers import bounded
from copark.simulation.sample import prior_of
from copark.simulation.study import list_studies, load_study
from copark.stats.quantiles import LEVELS
from copark.web.content.actor_network import ArrowInfo, arrows
from copark.web.content.case_registry import Shelved
from copark.web.content.responses import Answer, CaseName, Made, OutputInfo, Said
from copark.web.content.sentences import drawn_bound, own, said, spoken_in
from copark.web.content.simulation import case_name, made_by, output_info

if TYPE_CHECKING:
    from copark.cases.parks import Park, Place, Score
    from copark.cases.table_schemas import Enterprise
    from copark.simulation.study import Study

GRADES = ("high", "medium", "low", "derived", "judgement", "background")


class EventInfo(Answer):
    """Something that happened."""

    key: str
    """Its place in the list; the same as long as the case is."""
    date: str
    quarter: str
    scale: str
    mechanism: str
    """By which mechanism it bears on the park."""
    mechanism_title: Said
    actors: Said
    event: Said
    grade: str
    source: list[str]


class SeriesPoint(Answer):
    """A value somebody reported."""

    date: str
    quarter: str
    value: float
    """The value, in the unit its source used; the lower end of a range."""
    high: float | None
    """The upper end of a range."""
    bound: str
    """exact, about, at-least (of "more than", too), at-most or range."""
    unit: str
    unit_title: Said
    shown: Said
    basis: Said
    grade: str
    use: bool
    """Whether the model is set beside it; others contradict it."""
    role: str
    """fit, score, check or context."""
    role_title: Said
    """That, in words; that it is not used, where others contradict it."""
    source: list[str]
    note: Said | None


class SeriesInfo(Answer):
    """An observed quantity."""

    variable: str
    title: Said
    is_output: bool
    """Whether the model has an output of this name: its points then stand in that chart."""
    points: list[SeriesPoint]


class SourceInfo(Answer):
    """Where something was read."""

    key: str
    outlet: Said
    title: str | None
    date: str | None
    url: str | None
    read: str
    """Whether the original was read, or a mirror of it."""
    language: str | None
    note: Said | None


class EnterpriseInfo(Answer):
    """An enterprise known by name."""

    name: str
    name_zh: str | None
    country: str | None
    """Three-letter code."""
    country_title: Said | None
    origin: str | None
    """home, host or third."""
    sector: Said | None
    status: str
    """Its last known stage."""
    registered: str | None
    operating: str | None
    grade: str
    source: list[str]


class EvidenceAnswer(Answer):
    """The evidence of a case."""

    case: CaseName
    events: list[EventInfo]
    series: list[SeriesInfo]
    """Observed quantities, those the model has an output for first."""
    context: list[SeriesInfo]
    """Values of the host city and country."""
    enterprises: list[EnterpriseInfo]
    sources: dict[str, SourceInfo]
    """Sources by key; judgement stands for a judgement of ours."""
    grades: dict[str, Said]


def evidence_of(shelved: Shelved) -> EvidenceAnswer:
    """Return all evidence of a case."""
    case, ours = shelved.case, Source(outlet="copark", read="original")
    sources = {key: source_info(key, one) for key, one in case.sources.items()}
    sources["judgement"] = SourceInfo.of(ours, key="judgement", outlet=own(ours.outlet), note=said("web.judgement"))
    events = []
    for n, one in enumerate(case.events):
        mechanism, quarter = said(f"cases.mechanism.{one.mechanism}"), str(one.date.quarter("event"))
        events.append(EventInfo.of(one, key=f"event-{n}", quarter=quarter, mechanism_title=mechanism))
    return EvidenceAnswer(
        case=case_name(shelved),
        events=events,
        series=series_of(case.observations),
        context=series_of(case.host_context),
        enterprises=[_enterprise(one) for one in case.enterprises],
        sources=sources,
        grades={grade: said(f"web.grade.{grade}") for grade in GRADES},
    )


def events_of(shelved: Shelved) -> EvidenceAnswer:
    """Return the events of a case and the sources they cite: what a time axis needs, half of the evidence."""
    whole = evidence_of(shelved)
    cited = {key for event in whole.events for key in event.source}
    sources = {key: source for key, source in whole.sources.items() if key in cited}
    return whole.model_copy(update={"series": [], "context": [], "enterprises": [], "sources": sources})


def _enterprise(row: Enterprise) -> EnterpriseInfo:
    """A named enterprise, with its Chinese name and its country's name where they are known."""
    country = None if row.country is None else spoken_in(partial(country_name, row.country))
    return EnterpriseInfo.of(row, name_zh=row.name_zh or own(row.name).zh, country_title=country)


def series_of(rows: object) -> list[SeriesInfo]:
    """Observed quantities of a table's rows, those the model has an output for first."""
    by_name: dict[str, list[SeriesPoint]] = {}
    for one in sorted(rows, key=lambda row: row.date.first_day):  # type: ignore[call-overload]
        high, bound = getattr(one, "high", None), getattr(one, "bound", "exact")
        usual: dict[str, Any] = {} if hasattr(one, "role") else {"use": True, "role": "context"}
        role = f"role.{getattr(one, 'role', 'context')}" if getattr(one, "use", True) else "observed.unused"
        point = SeriesPoint.of(
            one, quarter=str(one.quarter), bound=drawn_bound(bound), basis=own(one.basis),
            shown=spoken_in(partial(bounded, one.value, high, bound, one.unit)),
            note=None if one.note is None else own(one.note), role_title=said(f"report.{role}"), **usual,
        )  # fmt: skip
        by_name.setdefault(one.variable, []).append(point)
    found = [
        SeriesInfo(variable=name, title=spoken_in(partial(series_title, name)), is_output=name in NAMES, points=points)
        for name, points in by_name.items()
    ]
    return sorted(found, key=lambda one: not one.is_output)


def source_info(key: str, source: Source) -> SourceInfo:
    """A source."""
    return SourceInfo.of(source, key=key, outlet=own(source.outlet))


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
    """Pairs of parameters and past random numbers kept."""
    draws: int
    runs: int
    stale: bool
    """Whether model or case have changed since."""
    targets: int


class MethodAnswer(Answer):
    """The model: parameters, outputs, links, calibration, limits."""

    parameters: list[ParameterInfo]
    outputs: list[OutputInfo]
    arrows: list[ArrowInfo]
    """Links between scales: the whole theory of their coupling."""
    calibration: CalibrationInfo | None
    """How the case was calibrated; null for a case without a posterior."""
    limits: list[Said]
    made: Made


@cache
def studies_shipped() -> list[StudyInfo]:
    """Every study shipped."""
    return [_study(load_study(name)) for name in list_studies()]


def _study(study: Study) -> StudyInfo:
    scenarios = [
        ScenarioInfo(
            key=one.key, title=one.title, scenario=one.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        )
        for one in study.scenarios
    ]
    return StudyInfo.of(study, title=study.title, about=said(f"study.about.{study.name}"), scenarios=scenarios)


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
    drawn = prior if prior is not None and prior.kind != "fixed" and one.shape == () else None
    before = None
    if drawn is not None:
        before = np.clip(drawn.quantile(np.array(LEVELS), one.default[0]), one.low, one.high).tolist()
    return ParameterInfo.of(
        one,
        default=list(one.default),
        prior=None if drawn is None else drawn.density_kind(),
        source=own(one.source),
        prior_quantiles=before,
        posterior_quantiles=posterior.get(one.name),
    )


SPOKEN = ("name", "framework", "equity_change", "outcome")
"""What is told in both languages, in columns that end in ``_en`` and ``_zh``."""
OWN = ("developer", "investment_basis", "note")
"""What is told in one."""


class PlaceInfo(Answer):
    """Where a park lies, to about a tenth of a degree: for a dot on a map, and no calculation."""

    title: Said
    """Town or district."""
    longitude: float
    """Degrees east."""
    latitude: float
    """Degrees north."""
    grade: str
    """Always background: general geographic knowledge."""
    note: Said | None


class ParkInfo(Answer):
    """A park, as it was known by the end of the data."""

    id: str
    case: str | None
    """Its case in the casebook, if it has one."""
    title: Said
    kind: str
    """intergovernmental, mixed or enterprise-led."""
    kind_title: Said
    host_title: Said
    home_title: Said
    status_title: Said | None
    """How it stood at the end of the data, in words; null where it is not known."""
    words: dict[str, Said]
    """framework, equity_change, outcome, developer, investment_basis and note in words, those that are known."""
    values: dict[str, Any]
    """Every other column of ``casebook/parks.csv``; null where it is not known."""
    source: list[str]
    place: PlaceInfo


class ScoreInfo(Answer):
    """A park in a period: memberships from 0 (out) to 1 (in), each with its reason."""

    id: str
    park: str
    first_year: int
    """First year of the period."""
    last_year: int
    memberships: dict[str, float | None]
    """By condition; null where it is not known."""
    reasons: dict[str, Said]
    grade: str


class ConditionInfo(Answer):
    """A condition of the comparison, or its outcome."""

    title: Said
    meaning: Said
    anchors: Said
    caveat: Said | None


class ParksAnswer(Answer):
    """Every park of the comparison."""

    parks: list[ParkInfo]
    scores: list[ScoreInfo]
    conditions: dict[str, ConditionInfo]
    sources: dict[str, SourceInfo]


def parks() -> ParksAnswer:
    """Every park of the comparison: what the casebook knows of each, its scores, and where it was read."""
    found = load_parks()
    return ParksAnswer(
        parks=[park_info(one, found.places[one.id]) for one in found.parks],
        scores=[score_info(one, tuple(found.conditions)) for one in found.scores],
        conditions={key: ConditionInfo.of(one) for key, one in found.conditions.items()},
        sources={key: source_info(key, one) for key, one in found.sources.items()},
    )


def park_info(park: Park, place: Place) -> ParkInfo:
    """A park."""
    content = park.model_dump(mode="json")
    spoken = {name: (content.pop(f"{name}_en"), content.pop(f"{name}_zh")) for name in SPOKEN}
    words = {name: Said(en=en, zh=zh) for name, (en, zh) in spoken.items() if name != "name" and en and zh}
    words |= {name: own(told) for name in OWN if (told := content.pop(name))}
    rest = {name: value for name, value in content.items() if name not in {"id", "case", "type", "source"}}
    return ParkInfo.of(
        park,
        title=Said(en=spoken["name"][0], zh=spoken["name"][1]),
        kind=park.type,
        kind_title=said(f"workflows.kind.{park.type}"),
        host_title=spoken_in(partial(country_name, park.host)),
        home_title=spoken_in(partial(country_name, park.home)),
        status_title=None if park.outcome is None else said(f"parks.status.{park.outcome}"),
        words=words,
        values=rest,
        place=PlaceInfo.of(place, title=Said(en=place.place_en, zh=place.place_zh)),
    )


def score_info(score: Score, conditions: tuple[str, ...]) -> ScoreInfo:
    """A park's scores in a period."""
    reasons = {name: spoken_in(partial(score.reason, name)) for name in conditions}
    return ScoreInfo.of(
        score,
        memberships={name: getattr(score, name, None) for name in conditions},
        reasons={name: words for name, words in reasons.items() if words.en},
    )
