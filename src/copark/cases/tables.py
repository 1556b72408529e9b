"""The CSV tables of a case: each row checked by itself, then what several rows can only get wrong together."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from copark.cases import dates
from copark.cases.cross_checks import sourcing
from copark.cases.dates import Date, quarter_of
from copark.cases.files import MOST_FAULTS, fault
from copark.cases.pydantic_errors import told
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import CapTable, EquityRow, GrowthValue, Holding, Observation
from copark.cases.types import JUDGEMENT, Record, shown, suggestion
from copark.errors import Fault

EQUITY = "equity.csv"
EVENTS = "events.csv"
SERIES = "series.csv"
ENTERPRISES = "enterprises.csv"
CONTEXT = "host_context.csv"
GROWTH = "growth.csv"
WHOLE = 10_000
"""All shares, in basis points."""

R = TypeVar("R", bound=Record)


class TableRow(NamedTuple, Generic[R]):
    """A row of a table, and the line it begins on."""

    line: int
    record: R


class SoundTable(NamedTuple, Generic[R]):
    """A table as far as it is sound."""

    rows: list[TableRow[R]]
    """Rows without a fault."""
    spoiled: list[Mapping[str, str]]
    """Cells of the rows with a fault, by column; without cells where the columns cannot be told."""


class Broken(Exception):
    """A table that is not CSV from a line on."""

    def __init__(self, reason: object, line: int) -> None:
        super().__init__(reason)
        self.line = line


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Return the rows of a CSV text that are filled, cells without blanks around, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        raise Broken(error, line) from None


def read_table(text: str, file: str, model: type[R], faults: list[Fault]) -> SoundTable[R]:
    """Read a table whose columns are the fields of ``model``.

    Cells are separated by commas; empty rows are skipped; lines may end as on any system. Text that a spreadsheet would
    take for a formula is read as the text it is.

    Parameters
    ----------
    text
        Content of the file.
    file
        Name of the file in faults.
    model
        Record of a row.
    faults
        List to which faults are added.
    """
    own_faults: list[Fault] = []
    table: SoundTable[R] = SoundTable([], [])
    columns: list[str] = []
    try:
        for line, cells in lines_of(text):
            if not columns:
                columns = _columns(file, line, cells, model, own_faults)
            else:
                _take(table, file, line, cells, columns, model, own_faults)
            if not columns or len(own_faults) > MOST_FAULTS:
                break
    except Broken as broken:
        own_faults.append(fault("broken_csv", file, broken.line, reason=broken))
    if not columns:
        table.spoiled.append({})
        if not own_faults:
            own_faults.append(fault("empty_file", file))
    faults.extend(own_faults)
    return table


def _columns(file: str, line: int, columns: list[str], model: type[Record], faults: list[Fault]) -> list[str]:
    """Return the columns that a first row names; none if it is of no use to read on."""
    while not columns[-1]:
        columns.pop()
    fields = model.model_fields
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
        faults.append(fault("separator", file, line, found=columns[0]))
        return []
    if not set(columns) & fields.keys():
        faults.append(fault("no_header", file, line, expected=",".join(fields)))
        return []
    for place, column in enumerate(columns):
        if column not in fields:
            near = suggestion(column, [name for name in fields if name not in columns])
            faults.append(fault("unknown_column", file, line, shown(column), found=column, suggestion=near))
        elif column in columns[:place]:
            faults.append(fault("repeated_column", file, line, column, found=column))
    lacking = (name for name, field in fields.items() if field.is_required() and name not in columns)
    faults.extend(fault("missing_column", file, line, name, name=name) for name in lacking)
    return columns


def _take(
    table: SoundTable[R],
    file: str,
    line: int,
    cells: list[str],
    columns: list[str],
    model: type[R],
    faults: list[Fault],
) -> None:
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) != len(columns):
        faults.append(fault("cell_count", file, line, found=len(cells), expected=len(columns)))
        table.spoiled.append({})
        return
    named: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=True):
        if column in model.model_fields and cell:
            named.setdefault(column, cell)
    try:
        table.rows.append(TableRow(line, model.model_validate(named)))
    except ValidationError as error:
        table.spoiled.append(named)
        for problem in error.errors(include_url=False):
            code, path, values = told(problem)
            if code != "missing_key":
                faults.append(fault(code, file, line, path, **values))
            elif path[-1] in columns:
                faults.append(fault("empty_cell", file, line, path))


def cap_tables(rows: Iterable[TableRow[EquityRow]]) -> tuple[CapTable, ...]:
    """Put cap tables together from their rows, by date and in the order they are written."""
    tables = []
    for group in _by_table(rows).values():
        head = group[0].record
        holdings = tuple(
            Holding.model_validate({name: getattr(row.record, name) for name in Holding.model_fields}) for row in group
        )
        tables.append(CapTable(table=head.table, date=head.date, use=head.use, holdings=holdings))
    return tuple(sorted(tables, key=lambda table: table.date))


def _by_table(rows: Iterable[TableRow[EquityRow]]) -> dict[str, list[TableRow[EquityRow]]]:
    groups: dict[str, list[TableRow[EquityRow]]] = {}
    for row in rows:
        groups.setdefault(row.record.table, []).append(row)
    return groups


def faults_of_equity(table: SoundTable[EquityRow], start: Quarter | None, *, needed: bool = True) -> Iterator[Fault]:
    """Return what is wrong between the rows of ``equity.csv``.

    A cap table one of whose rows has a fault of its own is not added up: its sum would only repeat that fault.

    Parameters
    ----------
    table
        The rows.
    start
        First quarter of the case; without one nothing starts late.
    needed
        Whether there must be a table that is used; if not, none may be.
    """
    spoiled = {row.get("table") for row in table.spoiled}
    groups = {name: rows for name, rows in _by_table(table.rows).items() if not spoiled & {name, None}}
    for name, rows in groups.items():
        yield from _one_table(name, rows)
        if not rows[0].record.use and all(row.record.note is None for row in rows):
            yield fault("unused_without_note", EQUITY, rows[0].line, "note")
    heads = sorted(
        (rows[0] for rows in groups.values() if rows[0].record.use), key=lambda row: row.record.date.first_day
    )
    for before, after in pairwise(heads):
        if before.record.date.first_day == after.record.date.first_day:
            values = {"found": after.record.date, "other": before.record.table}
            yield fault("two_tables", EQUITY, after.line, "date", **values)
    if not needed and heads:
        yield fault("known_all_the_same", EQUITY, heads[0].line, "use", found="equity")
    if table.spoiled or not needed:
        return
    if not heads:
        yield fault("no_used_table", EQUITY)
    elif start is not None and quarter_of(heads[0].record.date) > start:
        yield fault("starts_late", EQUITY, heads[0].line, "date", found=heads[0].record.date, start=start)


def _one_table(name: str, group: list[TableRow[EquityRow]]) -> Iterator[Fault]:
    head = group[0]
    holders: set[str] = set()
    for line, row in group:
        if row.date != head.record.date:
            yield fault("table_dates", EQUITY, line, "date", found=row.date, first=head.record.date, table=name)
        if row.use != head.record.use:
            yield fault("table_use", EQUITY, line, "use", table=name)
        if row.holder in holders:
            yield fault("duplicate", EQUITY, line, "holder", found=row.holder)
        holders.add(row.holder)
        if row.use and row.grade == "background":
            yield fault("background_used", EQUITY, line, "grade")
    total = sum(row.record.basis_points for row in group)
    if head.record.use and total != WHOLE:
        yield fault("equity_sum", EQUITY, head.line, "basis_points", table=name, found=total, rest=WHOLE - total)
    if not head.record.use and total > WHOLE:
        yield fault("equity_over", EQUITY, head.line, "basis_points", table=name, found=total)


def faults_of_series(rows: list[TableRow[Observation]]) -> Iterator[Fault]:
    """Return what is wrong between the rows of ``series.csv``."""
    used: dict[tuple[str, Date], int] = {}
    for line, row in rows:
        if not row.use:
            continue
        place = (row.variable, row.date)
        if place in used:
            yield fault("two_used", SERIES, line, "use", variable=row.variable, date=row.date, first=used[place])
        used.setdefault(place, line)
        if row.grade == "background":
            yield fault("background_used", SERIES, line, "grade")
    for line, row in rows:
        if not row.use and (row.variable, row.date) in used and row.note is None:
            yield fault("unused_without_note", SERIES, line, "note")


def faults_of_growth(rows: Iterable[TableRow[GrowthValue]]) -> Iterator[Fault]:
    """Return what is wrong between the rows of ``growth.csv``: a year told twice, or not yet begun."""
    years_before: set[tuple[str, int]] = set()
    for line, row in rows:
        if (row.country, row.year) in years_before:
            yield fault("duplicate", GROWTH, line, "year", found=f"{row.country} {row.year}")
        years_before.add((row.country, row.year))
        if row.year > dates.today().year:
            yield fault("ahead", GROWTH, line, "year", found=row.year, today=dates.today())


def faults_of_rows(
    file: str, rows: Iterable[TableRow[Any]], sources: Iterable[str] | None, data_end: Quarter | None
) -> Iterator[Fault]:
    """Return what is wrong with the sources, judgements and dates of any table's rows.

    Parameters
    ----------
    file
        Name of the file.
    rows
        Its rows.
    sources
        Keys of ``sources.yaml``; ``None`` if not known.
    data_end
        The last quarter a value may be of; ``None`` if not known.
    """
    known_sources = None if sources is None else {*sources, JUDGEMENT}
    today = dates.today()
    for line, row in rows:
        entry = {"source": row.source, "grade": getattr(row, "grade", None), "note": getattr(row, "note", "no column")}
        for problem in sourcing((), entry, known_sources):
            yield fault(problem.code, file, line, problem.path or "note", **problem.values)
        for column in ("date", "registered", "operating"):
            when = getattr(row, column, None)
            if not isinstance(when, Date):
                continue
            if file != EQUITY and when.first_day > today:
                yield fault("ahead", file, line, column, found=when, today=today)
            elif data_end is not None and when.first_day > data_end.last_day:
                quarter = Quarter.of_day(when.first_day)
                yield fault("after_data_end", file, line, column, found=when, last=data_end, quarter=quarter)
