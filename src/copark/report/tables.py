"""Tables of the report, as plain rows: what was observed beside the model, evidence, sources, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analysis.coordination import COMPONENTS
from copark.analysis.observed import Comparison, comparisons
from copark.analysis.outcomes import Share, shares, sweep
from copark.report.numbers import WHOLE, number, percent, quantity, shares_of, unit_title
from copark.report.words import bounded, mechanism_title, observed, output_title, variable_title
from copark.texts import has_text, text

if TYPE_CHECKING:
    import xarray as xr

    from copark.analysis.weight import Weight
    from copark.cases.case import Case


@dataclass(frozen=True)
class SourceKeys:
    """A cell that names sources; a page turns each into a link to the list of sources."""

    keys: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.keys)


Cell = str | SourceKeys


@dataclass(frozen=True)
class Table:
    """A table ready to be shown.

    Parameters
    ----------
    columns
        Heads, in the reader's language.
    rows
        Cells, as many a row as there are heads.
    numeric
        Columns of numbers, to be set flush right.
    short
        Columns of dates and the like, which are not to be broken.
    groups
        Heads of groups of rows and how many rows each has; empty for a table without groups.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = field(default_factory=frozenset)
    short: frozenset[int] = field(default_factory=frozenset)
    groups: tuple[tuple[str, int], ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]:
        """Rows by group, each with its head; all rows under an empty head where there are no groups."""
        if not self.groups:
            return (("", self.rows),)
        found, at = [], 0
        for head, count in self.groups:
            found.append((head, self.rows[at : at + count]))
            at += count
        return tuple(found)


SHORT = frozenset(("date", "quarter", "grade", "role", "use"))


def grouped(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Heads of groups and their lengths, from the head of each row in order."""
    return tuple((name, len(list(rows))) for name, rows in groupby(names))


def with_unit(title: str, unit: str, lang: str) -> str:
    """A title with its unit in brackets."""
    shown = unit_title(unit, lang)
    return text("report.column.variable_unit", lang, title=title, unit=shown) if shown else title


def table(
    lang: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    numeric: Iterable[str] = (),
    groups: Iterable[str] = (),
) -> Table:
    """A table whose heads are texts ``report.column.<head>``; ``groups`` names the group of each row."""
    return Table(
        tuple(text(f"report.column.{head}", lang) for head in heads),
        tuple(tuple(row) for row in rows),
        frozenset(at for at, head in enumerate(heads) if head in set(numeric)),
        frozenset(at for at, head in enumerate(heads) if head in SHORT),
        grouped(groups),
    )


def grade_title(grade: str, lang: str) -> str:
    """A grade of evidence in words."""
    return text(f"report.evidence_grade.{grade}", lang)


def yes_no(answer: bool, lang: str) -> str:
    """Yes or no in words."""
    return text("report.answer.yes" if answer else "report.answer.no", lang)


def verdict(row: Comparison, lang: str) -> str:
    """Whether the band agrees with the observation, and if not on which side the model is."""
    key = {"inside": "yes", "low": "too_low", "high": "too_high", "unknown": "unknown"}[row.side]
    return text(f"report.answer.{key}", lang)


def observed_table(result: xr.Dataset, case: Case, lang: str = "en", scenario: int = 0) -> list[dict[str, Any]]:
    """What was observed beside the model, a plain row for each observation.

    Parameters
    ----------
    result
        An ensemble.
    case
        The case it was run on.
    lang
        Language of ``title``, ``observed_text`` and ``verdict``.
    scenario
        Index of the scenario.

    Returns
    -------
    list of dict
        Keys: ``variable``, ``title``, ``date``, ``quarter``, ``unit``, ``bound``, ``observed`` and ``observed_high``
        (model's unit; high only for a range), ``observed_text``, ``median``, ``low`` (5 %), ``high`` (95 %), ``below``
        (share of runs below), ``inside`` (true, false or none), ``verdict``, ``grade``, ``role``, ``source``.
    """
    rows = []
    for row in comparisons(result, case.observations, scenario):
        entry = row.observation
        unit = str(result[entry.variable].attrs.get("units", ""))
        rows.append(
            {
                "variable": entry.variable,
                "title": output_title(result, entry.variable, lang),
                "date": str(entry.date),
                "quarter": row.quarter,
                "unit": unit,
                "bound": entry.bound,
                "observed": row.value,
                "observed_high": row.high,
                "observed_text": bounded(row.value, row.high, entry.bound, unit, lang),
                "median": row.median,
                "low": row.low,
                "high": row.upper,
                "below": row.below,
                "inside": row.inside,
                "verdict": verdict(row, lang),
                "grade": entry.grade,
                "role": entry.role,
                "source": "; ".join(entry.source),
            }
        )
    return rows


def bare(value: float, unit: str) -> str:
    """A value without its unit, in the digits the unit asks for."""
    if unit == "1/yr":
        return f"{number(value * 100.0, 1)}%"
    return number(value, 0 if unit in WHOLE else None)


def comparison_table(result: xr.Dataset, rows: Sequence[Comparison], lang: str) -> Table:
    """Every observation beside the model, for a page, grouped by variable."""
    cells: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for row in rows:
        entry = row.observation
        unit = str(result[entry.variable].attrs.get("units", ""))
        groups.append(with_unit(output_title(result, entry.variable, lang), unit if unit != "1/yr" else "", lang))
        cells.append(
            (
                str(entry.date),
                bounded(row.value, row.high, entry.bound, unit, lang, lambda value, of, _: bare(value, of)),
                bare(row.median, unit),
                f"{bare(row.low, unit)} – {bare(row.upper, unit)}",
                percent(row.below),
                verdict(row, lang),
                text(f"report.role.{entry.role}", lang),
                grade_title(entry.grade, lang),
                SourceKeys(tuple(entry.source)),
            )
        )
    heads = ("date", "observed", "median", "band", "below", "inside", "role", "grade", "source")
    return table(lang, heads, cells, ("observed", "median", "band", "below"), groups)


def outcome_table(found: Sequence[Share], lang: str, threshold: float = 50.0) -> Table:
    """Outcomes with what they mean, their shares and intervals."""
    rows = [
        (
            text(f"analysis.outcome.{entry.name}", lang),
            text(f"analysis.outcome.{entry.name}.meaning", lang, threshold=f"{threshold:.0f}"),
            number(entry.count, 0),
            percent(entry.share, 1),
            f"{percent(entry.low, 1)} – {percent(entry.high, 1)}",
        )
        for entry in found
    ]
    return table(lang, ("outcome", "meaning", "runs", "share", "interval"), rows, ("runs", "share", "interval"))


def sweep_table(result: xr.Dataset, lang: str, scenario: int = 0) -> Table | None:
    """Outcome shares under each threshold; ``None`` where the study did not keep what it takes."""
    found = sweep(result, scenario)
    if not found:
        return None
    names = [entry.name for entry in next(iter(found.values()))]
    columns = [text("report.column.threshold", lang), *(text(f"analysis.outcome.{name}", lang) for name in names)]
    rows = [(f"{value:.0f}", *(percent(entry.share, 1) for entry in row)) for value, row in found.items()]
    return Table(tuple(columns), tuple(rows), frozenset(range(1, len(columns))))


def outcome_shares(result: xr.Dataset, scenario: int = 0) -> tuple[Share, ...]:
    """Outcome shares of a scenario."""
    return shares(result["outcome"].isel(scenario=scenario).to_numpy())


def band_table(result: xr.Dataset, name: str, lang: str, levels: np.ndarray) -> Table:
    """The numbers behind a fan: quantiles at the end of every fourth year and at the end of the horizon."""
    labels = [str(label) for label in result["label"].to_numpy()]
    picked = [at for at, label in enumerate(labels) if label.endswith("Q4") and int(label[:4]) % 4 == 0]
    if len(labels) - 1 not in picked:
        picked.append(len(labels) - 1)
    rows = [(labels[at], *(number(float(level)) for level in levels[:, at])) for at in picked]
    columns = (text("report.column.quarter", lang), "5%", "25%", text("report.column.median", lang), "75%", "95%")
    return Table(columns, tuple(rows), frozenset(range(1, 6)))


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
    found = [
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
            quantity(one.context.value, one.context.unit, lang),
            one.context.basis,
            text(f"report.reason.{one.reason}", lang),
            SourceKeys(tuple(one.context.source)),
        )
        for one in found
        if one.reason
    ]
    return table(lang, ("variable", "date", "value", "basis", "reason", "source"), rows, ("value",))


def status_title(code: int, lang: str) -> str:
    """What a run's status means."""
    key = f"report.status.{code}"
    return text(key, lang) if has_text(key) else text("report.status.other", lang, code=code)


def _room(chosen: xr.Dataset, code: int) -> str:
    rooms = str(chosen["status_room"].attrs.get("flag_meanings", "")).split("; ")
    return rooms[code] if 0 <= code < len(rooms) and rooms[code] else str(code)


def status_table(result: xr.Dataset, lang: str, scenario: int = 0) -> Table:
    """Runs by status, and where those that did not finish stopped first."""
    chosen = result.isel(scenario=scenario)
    status = chosen["status"].to_numpy()
    labels = [str(label) for label in result["label"].to_numpy()]
    rows = []
    for code in np.unique(status):
        note = ""
        if code and "status_quarter" in chosen and "status_room" in chosen:
            where = np.flatnonzero(status == code)
            first = where[np.argmin(chosen["status_quarter"].to_numpy()[where])]
            at = int(chosen["status_quarter"].to_numpy()[first])
            room = _room(chosen, int(chosen["status_room"].to_numpy()[first]))
            quarter = labels[at] if 0 <= at < len(labels) else str(at)
            note = text("report.status.at", lang, quarter=quarter, room=room)
        rows.append((status_title(int(code), lang), number(int(np.count_nonzero(status == code)), 0), note))
    return table(lang, ("outcome", "runs", "note"), rows, ("runs",))
