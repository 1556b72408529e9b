"""The evidence of a case: what happened, what was measured, and where it was read."""

from __future__ import annotations

from functools import partial
from typing import Any

from copark.cases import Source, series_title
from copark.model.outputs import NAMES
from copark.presentation.numbers import bounded
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.wording import drawn_bound, own, said, spoken_in

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
    """All evidence of a case."""
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
        enterprises=[EnterpriseInfo.of(one, name_zh=one.name_zh or own(one.name).zh) for one in case.enterprises],
        sources=sources,
        grades={grade: said(f"web.grade.{grade}") for grade in GRADES},
    )


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
