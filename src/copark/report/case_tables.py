"""Tables of what a case holds: observations, sources, events, holdings, actors, interests, and the host's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from copark.analysis.coordination import COMPONENTS
from copark.presentation.numbers import number, quantity, shares_of, unit_title
from copark.report.tables import SourceKeys, Table, grade_title, table, yes_no
from copark.report.words import mechanism_title, observed, variable_title
from copark.texts import text

if TYPE_CHECKING:
    from copark.analysis.weight import Weight
    from copark.cases.case import Case
    from copark.cases.dates import Date


def observation_table(case: Case, lang: str) -> Table:
    """Every dated value of the park, used or not, with its source."""
    heads = ("date", "value", "basis", "role", "use", "grade", "source", "note")
    ordered = sorted(case.observations, key=lambda one: (one.variable, one.date.first_day))
    rows = [
        (
            str(entry.date),
            observed(entry, lang),
            entry.basis,
            text(f"report.role.{entry.role}", lang),
            yes_no(entry.use, lang),
            grade_title(entry.grade, lang),
            SourceKeys(tuple(entry.source)),
            entry.note or "",
        )
        for entry in ordered
    ]
    return table(lang, heads, rows, ("value",), (variable_title(entry.variable, lang) for entry in ordered))


def source_table(case: Case, lang: str) -> tuple[dict[str, str], ...]:
    """Every source: key, outlet, title, date, how it was read, address (empty where there is none), note."""
    rows = []
    for key in sorted(case.sources):
        entry = case.sources[key]
        url = entry.url or ""
        rows.append(
            {
                "key": key,
                "outlet": entry.outlet,
                "title": entry.title or "",
                "date": "" if entry.date is None else str(entry.date),
                "read": text(f"report.sources.{entry.read}", lang),
                "url": url if url.startswith(("https://", "http://")) else "",
                "note": "" if entry.note is None else entry.note.get(lang),
            }
        )
    return tuple(rows)


def event_table(case: Case, lang: str) -> Table:
    """Every event in order of date."""
    rows = [
        (
            str(event.date),
            text(f"analysis.scale.{event.scale}", lang),
            mechanism_title(event.mechanism, lang),
            event.actors(lang),
            event.event(lang),
            grade_title(event.grade, lang),
            SourceKeys(tuple(event.source)),
        )
        for event in sorted(case.events, key=lambda one: one.date.first_day)
    ]
    return table(lang, ("date", "scale", "mechanism", "actors", "event", "grade", "source"), rows)


def equity_table(case: Case, lang: str) -> Table:
    """Every holding of every cap table, used or not."""
    names = {owner.key: owner.title.get(lang) for owner in case.shareholders}
    rows = [
        (
            str(cap.date),
            names.get(row.holder) or (text("report.side.none", lang) if row.side == "none" else row.holder),
            text(f"report.side.{row.side}", lang),
            shares_of(row.basis_points),
            row.basis,
            yes_no(cap.use, lang),
            grade_title(row.grade, lang),
            SourceKeys(tuple(row.source)),
            row.note or "",
        )
        for cap in sorted(case.equity, key=lambda one: one.date.first_day)
        for row in cap.holdings
    ]
    heads = ("date", "holder", "side", "share", "basis", "use", "grade", "source", "note")
    return table(lang, heads, rows, ("share",))


def actor_table(case: Case, lang: str) -> Table:
    """Every named actor: what it is, whose side it is on, since when."""
    found: list[tuple[Any, str, str, Date, Date | None]] = [
        *((one, "partner", one.side, one.presence[0].since, one.presence[-1].until) for one in case.partners),
        *((one, one.kind, "", one.since, one.until) for one in case.institutions),
        *((one, "holder", one.side, one.since, one.until) for one in case.shareholders),
        *((one, "anchor", one.origin, one.registered, None) for one in case.anchors),
    ]
    rows = [
        (
            one.title.get(lang),
            text(f"report.kind.{kind}", lang),
            text(f"report.side.{side}", lang) if side else "",
            f"{since} –" if until is None else f"{since} – {until}",
            grade_title(one.grade, lang),
            SourceKeys(tuple(one.source)),
            "" if one.note is None else one.note.get(lang),
        )
        for one, kind, side, since, until in found
    ]
    return table(lang, ("actor", "kind", "side", "date", "grade", "source", "note"), rows)


def interest_table(case: Case, lang: str) -> Table:
    """The strategic interests of the two governments."""
    rows = [
        (
            text(f"report.side.{one.side}", lang), one.title.get(lang), one.meaning.get(lang),
            grade_title(one.grade, lang), SourceKeys(tuple(one.source)),
        )
        for one in case.interests
    ]  # fmt: skip
    return table(lang, ("side", "interest", "meaning", "grade", "source"), rows)


def component_table(lang: str) -> Table:
    """The indicators of the coordination degree, with their fixed ranges and equal weights."""
    rows = []
    for item in COMPONENTS:
        beside = sum(one.scale == item.scale for one in COMPONENTS)
        rows.append(
            (
                text(f"analysis.scale.{item.scale}", lang),
                text(f"analysis.component.{item.name}", lang),
                f"{number(item.low)} – {number(item.high)}",
                unit_title(item.unit, lang),
                f"1/{beside}",
                grade_title("judgement", lang),
            )
        )
    return table(lang, ("scale", "indicator", "range", "unit", "weight", "grade"), rows, ("range", "weight"))


def unmatched_table(found: Sequence[Weight], lang: str) -> Table:
    """Values of the host beside which nothing of the park can stand, and why."""
    rows = [
        (
            variable_title(one.context.variable, lang),
            str(one.context.date),
            quantity(one.context.value, one.context.unit, lang, reported=True),
            one.context.basis,
            text(f"report.reason.{one.reason}", lang),
            SourceKeys(tuple(one.context.source)),
        )
        for one in found
        if one.reason
    ]
    return table(lang, ("variable", "date", "value", "basis", "reason", "source"), rows, ("value",))
