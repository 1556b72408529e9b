"""Tables of the report, as plain rows: what was observed beside the model, evidence, sources, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analysis.observed import Comparison, comparisons
from copark.analysis.outcomes import sweep
from copark.model.variables import ROOMS
from copark.presentation.numbers import band, bare, number, percent, percentile, unit_title
from copark.report.words import bounded, output_title
from copark.simulation.outcomes import OUTCOMES
from copark.stats.shares import Share, shares
from copark.texts import has_text, text

if TYPE_CHECKING:
    import xarray as xr

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
    wide
        Columns of sentences, which need room.
    groups
        Heads of groups of rows and how many rows each has; empty for a table without groups.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = field(default_factory=frozenset)
    short: frozenset[int] = field(default_factory=frozenset)
    wide: frozenset[int] = field(default_factory=frozenset)
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
WIDE = frozenset(("note", "event", "meaning", "reason", "actors", "source"))


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
        frozenset(at for at, head in enumerate(heads) if head in WIDE),
        grouped(groups),
    )


def grade_title(grade: str, lang: str) -> str:
    """A grade of evidence in words."""
    return text(f"report.evidence_grade.{grade}", lang)


def yes_no(answer: bool, lang: str) -> str:
    """Yes or no in words."""
    return text("presentation.answer.yes" if answer else "presentation.answer.no", lang)


def observed_table(result: xr.Dataset, case: Case, lang: str = "en", scenario: int = 0) -> list[dict[str, Any]]:
    """What was observed beside the model, a plain row for each observation.

    Parameters
    ----------
    result
        An ensemble.
    case
        The case it was run on.
    lang
        Language of ``title`` and ``observed_text``.
    scenario
        Index of the scenario.

    Returns
    -------
    list of dict
        Keys: ``variable``, ``title``, ``date``, ``quarter``, ``unit``, ``bound``, ``observed`` and ``observed_high``
        (model's unit; high only for a range), ``observed_text``, ``median``, ``low`` (5 %), ``high`` (95 %), ``width``
        (half of 5 to 95 %, as a share of what was observed), ``percentile`` (a number: see
        :class:`~copark.stats.scores.Percentiles`), ``percentile_text``, ``inside`` (whether it lies from 5 to 95;
        none where no run finished), ``grade``, ``role``, ``source``.
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
                "width": row.width,
                "percentile": row.percentiles.number,
                "percentile_text": percentile(row.percentiles),
                "inside": row.inside,
                "grade": entry.grade,
                "role": entry.role,
                "source": "; ".join(entry.source),
            }
        )
    return rows


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
                bounded(row.value, row.high, entry.bound, unit, lang, "bare"),
                bare(row.median, unit),
                band(row.low, row.upper, unit, row.width),
                percentile(row.percentiles),
                text(f"report.role.{entry.role}", lang),
                grade_title(entry.grade, lang),
                SourceKeys(tuple(entry.source)),
            )
        )
    heads = ("date", "observed", "median", "band_width", "percentile", "role", "grade", "source")
    return table(lang, heads, cells, ("observed", "median", "band_width", "percentile"), groups)


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
    return shares(result["outcome"].isel(scenario=scenario).to_numpy(), OUTCOMES)


def band_table(result: xr.Dataset, lang: str, levels: np.ndarray) -> Table:
    """The numbers behind a fan: quantiles at the end of every fourth year and at the end of the horizon."""
    labels = [str(label) for label in result["label"].to_numpy()]
    picked = [at for at, label in enumerate(labels) if label.endswith("Q4") and int(label[:4]) % 4 == 0]
    if len(labels) - 1 not in picked:
        picked.append(len(labels) - 1)
    rows = [(labels[at], *(number(float(level)) for level in levels[:, at])) for at in picked]
    columns = (text("report.column.quarter", lang), "5%", "25%", text("report.column.median", lang), "75%", "95%")
    return Table(columns, tuple(rows), frozenset(range(1, 6)))


def status_title(code: int, lang: str) -> str:
    """What a run's status means."""
    key = f"report.status.{code}"
    return text(key, lang) if has_text(key) else text("report.status.other", lang, code=code)


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
            room = ROOMS[int(chosen["status_room"].to_numpy()[first])]
            quarter = labels[at] if 0 <= at < len(labels) else str(at)
            note = text("report.status.at", lang, quarter=quarter, room=room)
        rows.append((status_title(int(code), lang), number(int(np.count_nonzero(status == code)), 0), note))
    return table(lang, ("outcome", "runs", "note"), rows, ("runs",))
