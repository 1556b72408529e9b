"""Answers that ship, and what documents show of them: tables, sentences and headlines in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.registry import REGISTRY
from copark.presentation.document import Bullets, Chart, Column, Interval, Kind, Section, Table
from copark.presentation.numbers import shown

GREAT_STONE = "great-stone"
VALIDATION_CUT, LATEST_CUT = "2020Q4", "2024Q4"
"""Last quarters of the observations that the two calibrations of Great Stone are fitted to."""
TWO = Column("value", "", Kind.number, places=2)
THREE = Column("value", "", Kind.number, places=3)
BAND = Column("value", "", Kind.number)
POINTS = Column("value", "", Kind.points)
CHANGE = Column("value", "", Kind.change)


@cache
def shipped(name: str, case: str | None = None, cut: str | None = None) -> Any:
    """Return the newest answer that ships of an analysis, for a case and a cut where these are asked for.

    Raises
    ------
    LookupError
        If none ships.
    """
    analysis = REGISTRY[name]
    for run_id, head in listed(SHIPPED, analysis):
        params = head["params"]
        if (params.get("case"), params.get("cut"), params.get("since")) == (case, cut, None):
            stored = load(place_of(SHIPPED, analysis, run_id), analysis)
            if stored is not None:
                return stored.result
    raise LookupError(f"no result of {name} ships for {case} to {cut}")


def join(names: Iterable[str], lang: str) -> str:
    """Return names one after the other."""
    return {"en": ", ", "zh": "、"}[lang].join(names)


def row(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def words_only(column: Column) -> bool:
    """Tell whether a column holds words rather than numbers."""
    return column.kind in (Kind.text, Kind.note, Kind.quarter, Kind.source)


def table_of(answer: Any, name: str, key: str, columns: str, lang: str, rows: slice = slice(None)) -> str:
    """Write some columns of a table of an answer's document, with the words and digits that its command shows."""
    document = REGISTRY[name].document(answer, lang)
    table = next(table for section in document.sections for table in tables(section) if table.key == key)
    by_key = {column.key: place for place, column in enumerate(table.columns)}
    chosen = [by_key[column] for column in columns.split()]
    heads = [table.columns[place] for place in chosen]
    lines = [row(column.title for column in heads)]
    lines.append("|" + "|".join("---" if words_only(column) else "---:" for column in heads) + "|")
    lines += [row(shown(cells[place], table.columns[place], lang) for place in chosen) for cells in table.rows[rows]]
    return "\n".join(lines)


def tables(section: Section) -> Iterable[Table]:
    """Return the tables of a section, those beside charts too."""
    for block in section.blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Chart) and isinstance(block.numbers, Table):
            yield block.numbers


def brief_of(case: str) -> Any:
    """Return the brief that ships of a park that has a calibration; ``None`` of another."""
    try:
        return shipped("brief", case)
    except LookupError:
        return None


def of_quantiles(quantiles: tuple[float, ...]) -> Interval:
    """Return the median and the 90% interval of quantiles at 5, 25, 50, 75 and 95%."""
    return Interval(quantiles[0], quantiles[4], quantiles[2])


def after_headline(name: str, answer: Any, table: str, lang: str) -> str:
    """Return the first sentences of an answer, and a table below."""
    return f"{REGISTRY[name].document(answer, lang).headline}\n\n{table}"


def founding_cuts() -> list[Any]:
    """Return the answers that ship on links cut from the founding of each park on."""
    analysis = REGISTRY["link-impact"]
    stored = [
        load(place_of(SHIPPED, analysis, run_id), analysis)
        for run_id, head in listed(SHIPPED, analysis)
        if head["params"].get("since") is not None
    ]
    return sorted((entry.result for entry in stored if entry is not None), key=lambda answer: answer.case)


def headline(name: str, answer: Any, lang: str) -> str:
    """Return the first sentences of an answer."""
    return str(REGISTRY[name].document(answer, lang).headline)


def bullets(name: str, answer: Any, key: str, lang: str) -> str:
    """Return the list of sentences in a section of an answer's document."""
    document = REGISTRY[name].document(answer, lang)
    section = next(section for section in document.sections if section.key == key)
    items = [item for block in section.blocks if isinstance(block, Bullets) for item in block.items]
    return "\n".join(f"- {item}" for item in items)


def rows_of(name: str, answer: Any, key: str, lang: str) -> tuple[tuple[Any, ...], ...]:
    """Return the rows of a table in an answer's document."""
    document = REGISTRY[name].document(answer, lang)
    return tuple(next(table for section in document.sections for table in tables(section) if table.key == key).rows)
