"""The evidence of a case: what happened, what was measured, and where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.cases import Source, own_words, series_title
from copark.presentation.numbers import bounded
from copark.texts import text
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.wording import drawn_bound, own, said, spoken_in, unit_title

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.presentation.exports import PlainTable


JUDGEMENT = "judgement"


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
    case = shelved.case
    return EvidenceAnswer(
        case=case_name(shelved),
        events=events_of(case),
        series=series_of(case.observations),
        context=series_of(case.host_context),
        enterprises=enterprises_of(case),
        sources=sources_of(case),
        grades={
            grade: said(f"web.grade.{grade}")
            for grade in ("high", "medium", "low", "derived", "judgement", "background")
        },
    )


def events_of(case: Case) -> list[EventInfo]:
    """Events by date."""
    return [
        EventInfo.of(
            one, key=f"event-{n}", quarter=str(one.date.quarter("event")),
            mechanism_title=said(f"cases.mechanism.{one.mechanism}"),
        )
        for n, one in enumerate(case.events)
    ]  # fmt: skip


def series_of(rows: object) -> list[SeriesInfo]:
    """Observed quantities of a table's rows."""
    by_name: dict[str, list[SeriesPoint]] = {}
    for one in sorted(rows, key=lambda row: row.date.first_day):  # type: ignore[call-overload]
        high, bound = getattr(one, "high", None), getattr(one, "bound", "exact")
        usual: dict[str, Any] = {} if hasattr(one, "role") else {"use": True, "role": "context"}
        role = f"role.{getattr(one, 'role', 'context')}" if getattr(one, "use", True) else "observed.unused"
        point = SeriesPoint.of(
            one, quarter=str(one.quarter), bound=drawn_bound(bound), unit_title=unit_title(one.unit),
            shown=spoken_in(partial(bounded, one.value, high, bound, one.unit)), basis=own(one.basis),
            note=None if one.note is None else own(one.note), role_title=said(f"report.{role}"), **usual,
        )  # fmt: skip
        by_name.setdefault(one.variable, []).append(point)
    found = [
        SeriesInfo(
            variable=name,
            title=Said(en=series_title(name, "en"), zh=series_title(name, "zh")),
            is_output=is_output(name),
            points=points,
        )
        for name, points in by_name.items()
    ]
    return sorted(found, key=lambda one: not one.is_output)


def is_output(name: str) -> bool:
    """Whether the model has an output of a name."""
    from copark.model.outputs import NAMES

    return name in NAMES


def enterprises_of(case: Case) -> list[EnterpriseInfo]:
    """Enterprises known by name."""
    return [EnterpriseInfo.of(one, name_zh=one.name_zh or own(one.name).zh) for one in case.enterprises]


def sources_of(case: Case) -> dict[str, SourceInfo]:
    """Sources by key."""
    found = {key: source_info(key, one) for key, one in case.sources.items()}
    ours = Source(outlet="copark", read="original")
    found[JUDGEMENT] = SourceInfo.of(ours, key=JUDGEMENT, outlet=own(ours.outlet), note=said("web.judgement"))
    return found


def source_info(key: str, source: Source) -> SourceInfo:
    """A source."""
    return SourceInfo.of(source, key=key, outlet=own(source.outlet))


def evidence_table(shelved: Shelved, name: str, lang: str) -> PlainTable:
    """Events, series or sources as a table for spreadsheets and statistics."""
    from copark.presentation.exports import PlainTable
    from copark.presentation.xlsx_sheets import Cell

    case = shelved.case
    if name == "events":
        head = ["date", "scale", "mechanism", "actors", "event", "grade", "source"]
        rows: Iterator[list[Cell]] = (
            [str(e.date), e.scale, text(f"cases.mechanism.{e.mechanism}", lang), e.actors(lang), e.event(lang), e.grade,
             "; ".join(e.source)]
            for e in case.events
        )  # fmt: skip
        return PlainTable("events", head, rows, len(case.events))
    if name == "series":
        head = ["variable", "title", "date", "value", "high", "bound", "unit", "basis", "grade", "use", "role"]
        rows = (
            [o.variable, series_title(o.variable, lang), str(o.date), o.value, o.high, o.bound, o.unit,
             own_words(o.basis, lang), o.grade, "yes" if o.use else "no", o.role, "; ".join(o.source),
             None if o.note is None else own_words(o.note, lang)]
            for o in case.observations
        )  # fmt: skip
        return PlainTable("series", [*head, "source", "note"], rows, len(case.observations))
    head = ["key", "outlet", "title", "date", "url", "read", "language", "note"]
    rows = (
        [key, own_words(s.outlet, lang), s.title, None if s.date is None else str(s.date), s.url, s.read, s.language,
         None if s.note is None else s.note.get(lang)]
        for key, s in case.sources.items()
    )  # fmt: skip
    return PlainTable("sources", head, rows, len(case.sources))


def evidence_file(shelved: Shelved, name: str, lang: str, scratch: Path) -> bytes:
    """A table of the evidence as the bytes of a CSV file."""
    from copark.presentation.exports import write_csv

    try:
        return write_csv(evidence_table(shelved, name, lang), scratch).read_bytes()
    finally:
        scratch.unlink(missing_ok=True)
