"""Parks, observations and parameters from data frames, and the tables of a case as data frames.

A frame has the columns of the table it stands for, as in a case folder; what may be left out there may be left out
here, and what has one plain answer (a unit, the name of a country) is filled in as in a workbook. Content is checked by
the schemas of folders and workbooks; faults name the frame, the label of the row and the column.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from pydantic import TypeAdapter, ValidationError

from copark.arrays import is_missing
from copark.cases.case import Case
from copark.cases.defaults import LEVEL, checklist
from copark.cases.load import examine
from copark.cases.pydantic_errors import CASE, SOURCES
from copark.cases.quarters import Quarter
from copark.cases.skeleton import claim_folder, complete_folder
from copark.cases.table_schemas import Observation, Source
from copark.cases.tables import (
    CONTEXT,
    ENTERPRISES,
    EQUITY,
    EVENTS,
    GROWTH,
    SERIES,
    TableRow,
    faults_of_rows,
    faults_of_series,
    read_table,
)
from copark.cases.types import Key
from copark.cases.validated_yaml import faults_in
from copark.cases.workbook_reading import CaseWorkbook, complete_tree, fillings, nested
from copark.errors import CaseFaults, Fault
from copark.json_types import JsonObject

if TYPE_CHECKING:
    import pandas as pd

    Entries: TypeAlias = Mapping[str, Mapping[str, Any]] | pd.DataFrame
    """Records by key: a mapping, or a frame with a column ``key`` or the keys as its index."""

FACTS = "facts"
FRAMES = {
    "observations": SERIES,
    "events": EVENTS,
    "equity": EQUITY,
    "enterprises": ENTERPRISES,
    "context": CONTEXT,
    "growth": GROWTH,
}
"""Files of a case by the name of the frame that stands for each."""
_FILLED = {
    SERIES: ("use", "bound", "role", "basis", "unit"),
    CONTEXT: ("basis", "unit"),
    EQUITY: ("use", "basis", "table"),
}
"""Columns of a table that have a plain answer where they are empty."""
_NAMES = {SOURCES: "sources", CASE: FACTS, **{file: name for name, file in FRAMES.items()}}


def case_of_frames(
    name: str,
    facts: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    sources: Entries,
    *,
    parameters: Entries | None = None,
    folder: str | Path | None = None,
) -> Case:
    """Make a case of what ``case.yaml`` says, of frames and of sources.

    Parameters
    ----------
    name
        Short name of the case: small letters, digits and hyphens.
    facts
        Content of ``case.yaml``, nested or with dots: ``{"sides.home.country": "CHN", "clock.start": "2010Q1"}``. What
        is not known may be left out.
    frames
        Some of :data:`FRAMES` by name; the observations are needed.
    sources
        Sources by key, with ``outlet`` and ``read`` at least.
    parameters
        Values of the model's parameters that are known of the park, by name, each with ``value``, ``unit``, ``grade``
        and ``source``.
    folder
        Folder in which the case gets a folder of its name, so that commands find it; by default it is kept in memory.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault, by frame, row and column.
    """
    rows: dict[str, list[list[str]]] = {}
    labels: dict[str, list[str]] = {}
    for key, frame in frames.items():
        labels[FRAMES[key]], rows[FRAMES[key]] = _rows_of(frame, FRAMES[key])
    tree = nested({key: plain_value(value) for key, value in facts.items()})
    if parameters is not None:
        tree["parameters"] = _records(parameters)
    book = CaseWorkbook(tree=complete_tree(tree, rows, name), sources=_records(sources), tables=rows)
    book.tree["name"] = name
    with tempfile.TemporaryDirectory(prefix="copark-") as scratch:
        book.write(Path(scratch), aligned=True)
        case, faults = examine(Path(scratch))
    if case is None:
        raise CaseFaults(_by_row(fault, labels) for fault in faults)
    if folder is None:
        return case.model_copy(update={"folder": Path(name)})
    target = claim_folder(name, folder)
    book.write(target)
    complete_folder(target)
    return case.model_copy(update={"folder": target.resolve()})


def with_observations(
    case: Case,
    observations: pd.DataFrame,
    *,
    sources: Entries | None = None,
    replace_all: bool = False,
    data_end: str | Quarter | None = None,
) -> Case:
    """Give a case with further observations; the case itself is left as it is.

    Parameters
    ----------
    case
        The case.
    observations
        Rows with the columns of ``series.csv``.
    sources
        Sources that they name and the case has not.
    replace_all
        Leave out the observations there were.
    data_end
        Last quarter with data, where the new ones reach beyond that of the case.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault, by row and column.
    """
    labels, rows = _rows_of(observations, SERIES)
    faults: list[Fault] = []
    known = {**case.sources, **_read_sources(sources, faults)}
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    table = read_table(stream.getvalue(), SERIES, Observation, faults)
    end = case.clock.data_end if data_end is None else Quarter.parse(str(data_end))
    faults.extend(faults_of_rows(SERIES, table.rows, known, end))
    before = [] if replace_all else _own_observations(case)
    earlier = [TableRow(0, row) for row in before]
    faults.extend(fault for fault in faults_of_series([*earlier, *table.rows]) if fault.line)
    if faults:
        raise CaseFaults(_by_row(fault, {SERIES: labels}) for fault in faults)
    told = (*before, *(row.record for row in table.rows))
    clock = case.clock.model_copy(update={"data_end": end})
    changes = {"observations": (*told, *checklist(case.services, told, end)), "sources": known, "clock": clock}
    return case.model_copy(update=changes)


def frames_of(case: Case) -> dict[str, pd.DataFrame]:
    """Give the tables of a case as frames, with the columns of its files, and its sources by key."""
    import pandas as pd

    tables: dict[str, Sequence[Any]] = {
        "observations": _own_observations(case),
        "events": case.events,
        "enterprises": case.enterprises,
        "context": case.host_context,
        "growth": case.growth,
    }
    frames = {name: pd.DataFrame([_cells_of(row) for row in rows]) for name, rows in tables.items()}
    holdings = [
        {"table": table.table, "date": str(table.date), "use": "yes" if table.use else "no", **_cells_of(holding)}
        for table in case.equity
        for holding in table.holdings
    ]
    sources = {key: _cells_of(source) for key, source in case.sources.items()}
    return {
        **frames,
        "equity": pd.DataFrame(holdings),
        "sources": pd.DataFrame.from_dict(sources, orient="index").rename_axis("key"),
    }


def _own_observations(case: Case) -> list[Observation]:
    """Give the observations of a case without those that its checklist of services gives."""
    others = [row for row in case.observations if row.variable != LEVEL]
    given = {repr(row) for row in checklist(case.services, others, case.clock.data_end)}
    return [row for row in case.observations if repr(row) not in given]


def _cells_of(record: Any) -> dict[str, Any]:
    """Give the fields of a record as a frame has them: words, numbers, keys of sources with semicolons."""
    cells: dict[str, Any] = {}
    for name, value in record.model_dump(mode="json").items():
        if isinstance(value, bool):
            cells[name] = "yes" if value else "no"
        elif isinstance(value, dict):
            cells |= {f"{name}.{key}": part for key, part in value.items()}
        else:
            cells[name] = "; ".join(map(str, value)) if isinstance(value, list) else value
    return cells


def _rows_of(frame: pd.DataFrame, table: str) -> tuple[list[str], list[list[str]]]:
    """Give the labels of a frame's rows, and its rows as a table of a case has them, with a first row of columns."""
    columns = [str(name) for name in frame.columns]
    lines = [dict(zip(columns, map(cell, row), strict=True)) for row in frame.itertuples(index=False, name=None)]
    plain = [fillings({key: words for key, words in line.items() if words}) for line in lines]
    added = [name for name in _FILLED.get(table, ()) if name not in columns]
    rows = [[*columns, *added]]
    for line, answers in zip(lines, plain, strict=True):
        rows.append(
            [
                line.get(name) or answers.get(name, "") if name in _FILLED.get(table, ()) else line[name]
                for name in rows[0]
            ]
        )
    return [str(label) for label in frame.index], rows


def cell(value: Any) -> str:
    """Write a value of a frame as a cell of a table: no value as nothing, dates as ISO 8601, yes and no."""
    if is_missing(value):
        return ""
    value = _of_python(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, list | tuple):
        return "; ".join(map(cell, value))
    return " ".join(str(_end_of(value)).split())


def _end_of(value: Any) -> Any:
    """Give the date at the end of a quarter, by its month; anything else as it is."""
    if isinstance(value, Quarter):
        return f"{value.year}-{3 * value.quarter:02}"
    if getattr(value, "freqstr", "").startswith("Q"):  # a Period of pandas
        return f"{value.year}-{3 * value.quarter:02}"
    return value


def plain_value(value: Any) -> Any:
    """Give a value as ``case.yaml`` has it: plain numbers and words, quarters and dates as they are written."""
    if is_missing(value):
        return None
    value = _of_python(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(part) for part in value]
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool | int | float | str):
        return value
    return float(value) if isinstance(value, Real) else str(value)


def _of_python(value: Any) -> Any:
    """Give a number or an array of NumPy as a number or a list of Python; anything else as it is."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _records(entries: Entries) -> JsonObject:
    """Give records by key as plain values; empty cells of a frame are left out."""
    if isinstance(entries, Mapping):
        return {str(key): nested({k: plain_value(v) for k, v in record.items()}) for key, record in entries.items()}
    frame = entries.set_index("key") if "key" in entries.columns else entries
    return {
        str(key): nested({str(name): plain_value(value) for name, value in row.items() if cell(value)})
        for key, row in frame.iterrows()
    }


def _read_sources(sources: Entries | None, faults: list[Fault]) -> dict[str, Source]:
    """Read sources; what is wrong is added to faults."""
    if sources is None:
        return {}
    try:
        return TypeAdapter(dict[Key, Source]).validate_python(_records(sources))
    except ValidationError as errors:
        faults.extend(faults_in(errors, SOURCES, Source, ()))
        return {}


def _by_row(fault: Fault, labels: Mapping[str, Sequence[str]]) -> Fault:
    """Name the frame, the label of the row and the column in the place of file and line."""
    name = _NAMES.get(fault.file, fault.file)
    key = fault.key
    if name == FACTS and key.startswith("parameters."):
        name = "parameters"
        key = key.removeprefix("parameters.")
    if fault.line is None:
        return replace(fault, file=name, key=key)
    rows = labels.get(fault.file, ())

    def placed(line: int) -> str:
        return f"{name}[{rows[line - 2]}]" if 2 <= line < len(rows) + 2 else name

    if fault.code == "cases.two_used":
        line = int(fault.values["first"])
        first = placed(line) if line else fault.file
        values = {**fault.values, "first": first}
        return Fault("cases.two_used_in_frame", placed(fault.line), None, key, values)
    return replace(fault, file=placed(fault.line), line=None, key=key)


def values_by_name(values: Any) -> dict[str, Any]:
    """Give values of parameters by name: of a mapping, a Series, or a frame of the columns ``parameter``, ``value``."""
    if values is None:
        return {}
    if hasattr(values, "columns"):
        names = values["parameter"] if "parameter" in values.columns else values.index
        return dict(zip(map(str, names), map(plain_value, values["value"]), strict=True))
    return {str(name): plain_value(value) for name, value in values.items()}
