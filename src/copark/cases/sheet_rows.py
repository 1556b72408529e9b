"""Content of the files of a case, as rows of the sheets of its workbook: as it is written, with nothing filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from copark.cases.casebook import DECISIONS, EVIDENCE_SOURCES
from copark.cases.pydantic_errors import CASE, SOURCES
from copark.cases.tables import SERIES, lines_of
from copark.cases.wide_rows import WIDE, WideFault, cells_for, observations_in
from copark.cases.workbook_reading import complete_observation, got, split
from copark.cases.workbook_sheets import FACTS, WorkbookSheet, sheets
from copark.cases.yaml_loader import read_yaml
from copark.json_types import JsonObject


def content_of_folder(folder: Path) -> JsonObject:
    """Read the files of a case that is sound: trees and rows as they are written, by the name of the file."""
    content: JsonObject = {}
    trees = (CASE, SOURCES, EVIDENCE_SOURCES)
    for name in (*trees, *(sheet.place for sheet in sheets() if sheet.kind == "table")):
        if (folder / name).is_file():
            words = (folder / name).read_text(encoding="utf-8-sig")
            if name in trees:
                tree = read_yaml(words, name, [])
                content[name] = {} if tree is None else tree.data
            else:
                head, *rows = (cells for _, cells in lines_of(words))
                content[name] = [dict(zip(head, row, strict=False)) for row in rows]
    return content


def with_wide_sheets(content: Mapping[str, Any], lang: str) -> JsonObject:
    """Return the content with the rows of wide sheets on these, by key of the sheet, and no longer in ``series.csv``.

    A row is put there only if it is read from there as it is: one with an upper end, or that is compared, stays.

    Parameters
    ----------
    content
        Content of a case, as :func:`content_of_folder` reads it.
    lang
        Language of the workbook.
    """
    remaining: list[Mapping[str, str]] = []
    moved: dict[str, list[dict[str, str]]] = {key: [] for key in WIDE}
    for row in content.get(SERIES, ()):
        filled = {name: words for name, words in row.items() if words}
        key = next((key for key in WIDE if filled.get("variable") in WIDE[key]), "")
        cells = cells_for(key, filled, lang) if key else {}
        faults: list[WideFault] = []
        if not key or [complete_observation(one) for one in observations_in(key, cells, lang, faults)] != [filled]:
            remaining.append(row)
            continue
        variable = filled["variable"]
        beside = {name: words for name, words in cells.items() if name != variable}
        same = (
            year
            for year in moved[key]
            if variable not in year and {name: year[name] for name in year if name not in WIDE[key]} == beside
        )
        year = next(same, None)
        if year is None:
            moved[key].append(cells)
        else:
            year[variable] = cells[variable]
    return {**content, SERIES: remaining, **moved}


def rows_of(content: Mapping[str, Any], sheet: WorkbookSheet) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a sheet that is no form, cells by key of their column.

    A wide sheet has those that :func:`with_wide_sheets` puts there: else what it would say stands in ``series.csv``.

    Parameters
    ----------
    content
        Content of a case, as :func:`content_of_folder` reads it.
    sheet
        The sheet.
    """
    tree = content[CASE]
    if sheet.kind == "table":
        yield from content.get(sheet.place, ())
    elif sheet.kind == "wide":
        yield from content.get(sheet.key, ())
    elif sheet.kind == "facts":
        for what in FACTS:
            dated = got(tree, what)
            facts = dated if isinstance(dated, list) else [dated]
            yield from ({"what": what, **flat(fact)} for fact in facts if fact)
    elif sheet.kind == "named":
        named = _sources(content) if sheet.place == SOURCES else got(tree, sheet.place) or {}
        yield from ({"key": key, **flat(entry)} for key, entry in named.items())
    else:
        yield from map(flat, got(tree, sheet.place) or ())


def _sources(content: Mapping[str, Any]) -> JsonObject:
    """Return the sources of a case, those that its decisions name among its evidence's below."""
    named = {key for row in content.get(DECISIONS, ()) for key in split(str(row.get("source", "")))}
    of_evidence = content.get(EVIDENCE_SOURCES, {})
    return {**content.get(SOURCES, {}), **{key: source for key, source in of_evidence.items() if key in named}}


def flat(record: Any, path: str = "") -> dict[str, Any]:
    """Return a record's values by path; several in one cell as :mod:`copark.cases.workbook_reading` splits them."""
    values: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            values |= flat(value, f"{path}{key}.")
        elif isinstance(value, list):
            values[f"{path}{key}"] = "; ".join(map(_in_cell, value))
        elif value is not None:
            values[f"{path}{key}"] = value
    return values


def _in_cell(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['from']}/{value['to']}" if value.get("to") is not None else str(value["from"])
    return str(value)
