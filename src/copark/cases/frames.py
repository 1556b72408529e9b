"""Parks, observations and parameters from data frames, and the tables of a case as data frames.

A frame has the columns of the table it stands for, as in a case folder; what may be left out there may be left out
here, and what has one plain answer (a unit, the name of a country) is filled in as in a workbook. Content is checked by
the schemas of folders and workbooks; faults name the frame, the label of the row and the column.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import numpy as np
from pydantic import TypeAdapter, ValidationError

from copark.cases.case import Case
from copark.cases.casebook import DECISIONS, EVIDENCE_SOURCES
from copark.cases.defaults import LEVEL, Part, Whole, checklist
from copark.cases.files import distinct, fault
from copark.cases.load import examine
from copark.cases.missing_values import is_missing
from copark.cases.pydantic_errors import CASE, SOURCES
from copark.cases.quarters import Quarter
from copark.cases.skeleton import claim_folder, complete_folder, refuse_shipped
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
from copark.cases.types import Key, suggestion
from copark.cases.validated_yaml import faults_in
from copark.cases.wide_rows import WIDE, WideFault, append, columns_of_wide, observations_in
from copark.cases.workbook_reading import CaseWorkbook, complete_observation, complete_tree, fillings
from copark.errors import CaseFaults, Fault
from copark.json_types import JsonObject
from copark.options import options

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
    "instruments": DECISIONS,
}
"""Files of a case by the name of the frame that stands for each."""
_FILLED = {
    SERIES: ("use", "bound", "role", "basis", "unit"),
    CONTEXT: ("basis", "unit"),
    EQUITY: ("use", "basis", "table"),
    DECISIONS: ("bound",),
}
"""Columns of a table that have a plain answer where they are empty."""
_CODES = {f"cases.{code}": f"cases.{code}_in_frame" for code in ("not_a_mapping", "not_a_list", "missing_file")}
"""Faults of files whose repair is another one in Python."""
_NAMES = {SOURCES: "sources", EVIDENCE_SOURCES: "sources", CASE: FACTS, **{file: name for name, file in FRAMES.items()}}


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
        Some of :data:`FRAMES` by name, the observations among them, and of :data:`copark.cases.wide_rows.WIDE`, which
        stand for further observations.
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
    faults: list[Fault] = []
    rows: dict[str, list[list[str]]] = {}
    labels: dict[str, list[str]] = {}
    for key, frame in frames.items():
        if key in FRAMES and _is_a_frame(frame, key, faults):
            labels[FRAMES[key]], rows[FRAMES[key]] = _rows_of(frame, FRAMES[key])
    wide: dict[int, tuple[str, str]] = {}
    for key, frame in frames.items():
        if key in WIDE and _is_a_frame(frame, key, faults):
            wide |= _append_wide(frame, key, rows.setdefault(SERIES, [[]]), faults)
    if not isinstance(facts, Mapping):
        faults.append(fault("not_a_mapping_in_frame", FACTS, found=facts))
    tree = _tree_of(facts, FACTS, "", faults) if isinstance(facts, Mapping) else {}
    if parameters is not None:
        if "parameters" in tree:
            faults.append(fault("given_twice", FACTS, None, "parameters", found="parameters"))
        tree["parameters"] = _records(parameters, "parameters", faults)
    book = CaseWorkbook(tree=complete_tree(tree, rows, name), sources=_records(sources, "sources", faults), tables=rows)
    book.tree["name"] = name
    with tempfile.TemporaryDirectory(prefix="copark-") as scratch:
        book.write(Path(scratch), aligned=True)
        case, case_faults = examine(Path(scratch))
    if case is None or faults:
        raise CaseFaults(
            [
                *faults,
                *_with_causes_of_their_own(
                    distinct(_by_row(_repaired(fault, "of_frames"), labels, wide) for fault in case_faults), faults
                ),
            ]
        )
    if folder is None:
        return case.model_copy(update={"folder": Path(name)})
    refuse_shipped(name)
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
    """Return a case with further observations; the case itself is left as it is.

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
    faults: list[Fault] = []
    all_sources = {**case.sources, **_read_sources(sources, faults)}
    end = case.clock.data_end
    try:
        end = end if data_end is None else Quarter.parse(str(data_end))
    except ValueError:
        values = {"found": data_end, "suggestion": Quarter.meant(data_end)}
        faults.append(fault("bad_quarter", "with_observations()", None, "data_end", **values))
    if not _is_a_frame(observations, "observations", faults):
        raise CaseFaults(_by_row(fault, {}) for fault in faults)
    labels, rows = _rows_of(observations, SERIES)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    table = read_table(stream.getvalue(), SERIES, Observation, faults)
    faults.extend(faults_of_rows(SERIES, table.rows, all_sources, end))
    before = [] if replace_all else own_observations(case)
    earlier = [TableRow(0, row) for row in before]
    faults.extend(fault for fault in faults_of_series([*earlier, *table.rows]) if fault.line)
    if faults:
        raise CaseFaults(_by_row(_repaired(fault, "of_case"), {SERIES: labels}) for fault in faults)
    recorded = (*before, *(row.record for row in table.rows))
    clock = case.clock.model_copy(update={"data_end": end})
    changes = {
        "observations": (*recorded, *checklist(case.services, recorded, end)),
        "sources": all_sources,
        "clock": clock,
    }
    return case.model_copy(update=changes)


LATE = {"of_frames": "cases.after_data_end_of_frames", "of_case": "cases.after_data_end_of_case"}
"""Fault of what is later than the end of the observations, by the way frames are given."""


def _repaired(found: Fault, given: str) -> Fault:
    """Return a fault with the repair where frames are given, not in a file."""
    return replace(found, code=LATE[given]) if found.code == "cases.after_data_end" else found


def frames_of(case: Case) -> dict[str, pd.DataFrame]:
    """Return the tables of a case as frames, with the columns of its files, and its sources by key."""
    import pandas as pd

    tables: dict[str, Sequence[Any]] = {
        "observations": own_observations(case),
        "events": case.events,
        "enterprises": case.enterprises,
        "context": case.host_context,
        "growth": case.growth,
        "instruments": case.decisions,
    }
    frames = {name: pd.DataFrame([_cells_of(row) for row in rows]) for name, rows in tables.items()}
    holdings = [
        {"table": table.table, "date": str(table.date), "use": "yes" if table.use else "no", **_cells_of(holding)}
        for table in case.equity
        for holding in table.holdings
    ]
    named = {key for decision in case.decisions for key in decision.source}
    of_evidence = {key: source for key, source in case.evidence_sources.items() if key in named}
    sources = {key: _cells_of(source) for key, source in {**case.sources, **of_evidence}.items()}
    return {
        **frames,
        "equity": pd.DataFrame(holdings),
        "sources": pd.DataFrame.from_dict(sources, orient="index").rename_axis("key"),
    }


def own_observations(case: Case) -> list[Observation]:
    """Return the observations of a case without those that its checklist of services gives."""
    others = [row for row in case.observations if row.variable != LEVEL]
    from_checklist = {repr(row) for row in checklist(case.services, others, case.clock.data_end)}
    return [row for row in case.observations if repr(row) not in from_checklist]


def _cells_of(record: Any) -> dict[str, Any]:
    """Return the fields of a record as a frame has them: words, numbers, keys of sources with semicolons."""
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
    """Return the labels of a frame's rows, and its rows as a table of a case has them, with a first row of columns."""
    columns = [str(name) for name in frame.columns]
    lines = [dict(zip(columns, map(cell, row), strict=True)) for row in frame.itertuples(index=False, name=None)]
    plain = [fillings({key: words for key, words in line.items() if words}, table) for line in lines]
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


def _append_wide(
    frame: pd.DataFrame, name: str, table: list[list[str]], faults: list[Fault]
) -> dict[int, tuple[str, str]]:
    """Append to ``series.csv`` the rows that a frame with a column for each variable stands for.

    Parameters
    ----------
    frame
        The frame, a row a year.
    name
        Its name.
    table
        Rows of ``series.csv``, with a first row of columns.
    faults
        List to which faults are added: of its columns, and of a rate of exchange.

    Returns
    -------
    The place in the frame and the variable of each line that is added.
    """
    columns = [str(column) for column in frame.columns]
    known = columns_of_wide(name)
    for column in dict.fromkeys(columns):
        if columns.count(column) > 1:
            faults.append(fault("head_twice", name, found=column))
        elif column not in known:
            near = suggestion(column, [other for other in known if other not in columns])
            faults.append(fault("unknown_column", name, None, column, found=column, suggestion=near))
    places: dict[int, tuple[str, str]] = {}
    for label, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        cells = {column: words for column, value in zip(columns, row, strict=True) if (words := cell(value))}
        own_faults: list[WideFault] = []
        rows = [complete_observation(line) for line in observations_in(name, cells, options().lang, own_faults)]
        place = f"{name}[{label}]"
        faults.extend(fault(code, place, None, column, **values) for code, column, values in own_faults)
        lines = append(table, rows)
        places |= {line: (place, row["variable"]) for line, row in zip(lines, rows, strict=True)}
    return places


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
    """Return the date at the end of a quarter, by its month; anything else as it is."""
    if isinstance(value, Quarter):
        return f"{value.year}-{3 * value.quarter:02}"
    if getattr(value, "freqstr", "").startswith("Q"):  # a Period of pandas
        return f"{value.year}-{3 * value.quarter:02}"
    return value


def plain_value(value: Any) -> Any:
    """Return a value as ``case.yaml`` has it: plain numbers and words, quarters and dates as they are written."""
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
    """Return a number or an array of NumPy as a number or a list of Python; anything else as it is."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _is_a_frame(frame: Any, name: str, faults: list[Fault]) -> bool:
    """Return whether something is a data frame; what is none is added to faults."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        faults.append(fault("not_a_frame", name, found=type(frame).__name__))
        return False
    return True


def _tree_of(values: Mapping[Any, Any], place: str, lead: str, faults: list[Fault]) -> JsonObject:
    """Return values as a tree, by nesting or with dots; what is given twice is added to faults and counts once.

    Parameters
    ----------
    values
        Values by key; a key may be a path with dots, a value may be nested.
    place, lead
        Place in faults, and what comes before the keys there.
    faults
        List to which faults are added.
    """
    leaves: dict[tuple[str, ...], Any] = {}
    twice: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key, value in values.items():
        for path, leaf in _leaves(tuple(str(key).split(".")), plain_value(value)):
            if path in leaves:
                twice[path] = path
            leaves.setdefault(path, leaf)
    for path in leaves:
        above = [path[:depth] for depth in range(1, len(path)) if path[:depth] in leaves]
        if above:
            twice[path] = above[0]
    for path, first in twice.items():
        faults.append(fault("given_twice", place, None, ".".join((*lead.split(), *path)), found=".".join(first)))
    tree: JsonObject = {}
    for path, leaf in leaves.items():
        if twice.get(path, path) == path:
            node = tree
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = leaf
    return tree


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values of a nested mapping by their paths."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _leaves((*path, key), part)
    else:
        yield path, value


def _records(entries: Any, name: str, faults: list[Fault]) -> JsonObject:
    """Return records by key as plain values; empty cells of a frame are left out.

    Parameters
    ----------
    entries
        Records by key: a mapping, or a frame with a column ``key`` or the keys as its index.
    name
        Name of the argument, for faults.
    faults
        List to which faults are added: of what is neither, and of keys that lack or stand twice.
    """
    records: JsonObject = {}
    for place, key, record in _keyed(entries, name, faults):
        word = "" if is_missing(key) else str(key).strip()
        if not word or word in records:
            faults.append(fault("key_again" if word else "no_key", place, None, word or "key", found=word))
        elif isinstance(record, Mapping):
            records[word] = _tree_of(record, place, word, faults)
        else:
            records[word] = plain_value(record)
    return records


def _keyed(entries: Any, name: str, faults: list[Fault]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the place, the key and the content of records."""
    import pandas as pd

    if isinstance(entries, Mapping):
        yield from ((name, key, record) for key, record in entries.items())
        return
    if not isinstance(entries, pd.DataFrame):
        faults.append(fault("not_records", name, found=type(entries).__name__))
        return
    again = entries.columns[entries.columns.duplicated()]
    if len(again):
        faults.extend(fault("head_twice", name, found=column) for column in again.unique())
        return
    has_keys = "key" in entries.columns
    content = entries.drop(columns="key") if has_keys else entries
    keys = entries["key"] if has_keys else entries.index
    for key, (label, row) in zip(keys, content.iterrows(), strict=True):
        yield f"{name}[{label}]", key, {column: value for column, value in row.items() if cell(value)}


def _read_sources(sources: Entries | None, faults: list[Fault]) -> dict[str, Source]:
    """Read sources; what is wrong is added to faults."""
    if sources is None:
        return {}
    try:
        return TypeAdapter(dict[Key, Source]).validate_python(_records(sources, "sources", faults))
    except ValidationError as errors:
        faults.extend(faults_in(errors, SOURCES, Source, ()))
        return {}


def _with_causes_of_their_own(case_faults: Sequence[Fault], faults: Sequence[Fault]) -> list[Fault]:
    """Leave out what only follows: of an argument that could not be read, and what ``not_known`` would have named."""
    unread = {fault.file for fault in faults if not fault.key}
    could_be_unknown: set[str] = set()
    if any(fault.key.startswith("not_known") for fault in case_faults):
        could_be_unknown = {*get_args(Whole), *get_args(Part)}

    def follows(fault: Fault) -> bool:
        if could_be_unknown and fault.code == "cases.missing_file_in_frame":
            return True
        return fault.code == "cases.missing_key" and fault.key in could_be_unknown

    return [fault for fault in case_faults if fault.file.partition("[")[0] not in unread and not follows(fault)]


def _by_row(
    fault: Fault, labels: Mapping[str, Sequence[str]], wide: Mapping[int, tuple[str, str]] | None = None
) -> Fault:
    """Name the frame, the label of the row and the column in the place of file and line.

    Parameters
    ----------
    fault
        Fault of a file of the case.
    labels
        Labels of the rows of frames, by the file each stands for.
    wide
        Place and variable of the lines of ``series.csv`` that stand in a frame with a column for each variable.
    """
    others = wide if wide and fault.file == SERIES else {}
    name = _NAMES.get(fault.file, fault.file)
    key = fault.key
    if name == FACTS and key.startswith("parameters."):
        name = "parameters"
        key = key.removeprefix("parameters.")
    if fault.line is None:
        return replace(fault, code=_CODES.get(fault.code, fault.code), file=name, key=key)
    rows = labels.get(fault.file, ())

    def placed(line: int) -> str:
        if line in others:
            return others[line][0]
        return f"{name}[{rows[line - 2]}]" if 2 <= line < len(rows) + 2 else name

    if fault.line in others:
        place, variable = others[fault.line]
        key = key if key in columns_of_wide(place.partition("[")[0]) else variable
    if fault.code == "cases.two_used":
        line = int(fault.values["first"])
        first = placed(line) if line else fault.file
        values = {**fault.values, "first": first}
        return Fault("cases.two_used_in_frame", placed(fault.line), None, key, values)
    return replace(fault, code=_CODES.get(fault.code, fault.code), file=placed(fault.line), line=None, key=key)


def values_by_name(values: Any) -> dict[str, Any]:
    """Return values of parameters by name: of a mapping, a Series, or a frame with columns ``parameter``, ``value``."""
    if values is None:
        return {}
    if hasattr(values, "columns"):
        names = values["parameter"] if "parameter" in values.columns else values.index
        return dict(zip(map(str, names), map(plain_value, values["value"]), strict=True))
    return {str(name): plain_value(value) for name, value in values.items()}
