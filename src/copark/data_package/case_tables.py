"""Tables of what cases hold: one for each sheet of a case's workbook, with the parks' rows below one another.

Rows are as the files of the cases have them. Added are a key of the row, the first and last day a date may mean, the
Chinese of what a case says in English alone, and what holds where a case leaves out whether a value is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from copark.cases import load_case
from copark.cases.casebook import DECISIONS, casebook_path
from copark.cases.dates import Date
from copark.cases.frames import own_observations
from copark.cases.own_words import own_words
from copark.cases.pydantic_errors import CASE, SOURCES
from copark.cases.sheet_rows import content_of_folder, flat, rows_of
from copark.cases.types import JUDGEMENT
from copark.cases.workbook_sheets import SheetColumn, WorkbookSheet, sheets
from copark.data_package.tables import (
    PART_OF_DATE,
    QUARTER,
    Cell,
    ColumnType,
    DataColumn,
    DataRow,
    DataTable,
    ForeignKey,
    number,
    truth,
)
from copark.identity import hash_content
from copark.json_types import JsonObject
from copark.texts import LANGUAGES
from copark.texts.localized import LocalizedText

NAMES = {"certificates": "first_residents", "parameters": "park_parameters"}
"""Names of tables by sheet, where they are not the sheet's."""
COLUMNS = {"from": "since", "to": "until", "table": "cap_table", "use": "used", "what": "fact", "source": "sources"}
"""Names of columns by key, where languages of data bases keep the key for themselves."""
IN_ENGLISH = ("basis", "note", "holder")
"""Columns of a case in one language, which the casebook has in English."""
DEFAULTS: Mapping[str, DataRow] = {
    "facts": {"used": True},
    "credit": {"used": True, "borrower": "company"},
    "interests": {"weight": 1},
}
"""Values that hold in a sheet where a case leaves them out."""
INTEGERS = ("basis_points", "jobs", "year", "quarters")
"""Keys of columns whose numbers are whole."""
COUNTS = ("certificates",)
"""Sheets whose numbers by origin are counts."""
ORIGINS = ("home", "host", "third")
IN_QUARTERS = ("shocks", "closures", "terms")
"""Sheets whose spans are in quarters."""
QUARTERS = ("clock_start", "clock_data_end", "framework_since", "framework_until")
"""Further columns of quarters."""
DATES = ("date", "since", "until", "registered", "started", "operating", "due", "stands", "regime_narrow_until")
"""Columns of dates, beside those whose name ends so."""
ELSEWHERE = {
    "unit": ("units", "unit"),
    "country": ("countries", "country"),
    "variable": ("variables", "variable"),
    "context": ("variables", "variable"),
}
"""Lists of choices that are tables of their own, with the column that has the choice."""
LETTERS = 10
"""Letters of the key of a row."""


@dataclass(frozen=True)
class PackagedCase:
    """A case as far as a package holds it."""

    park: str
    """Short name of the park."""
    folder: Path
    """Folder of the case."""
    is_own: bool
    """True where it is none of the casebook."""

    @property
    def content(self) -> JsonObject:
        """Content of its files."""
        return content_of_folder(self.folder)


def case_of_casebook(name: str) -> PackagedCase:
    """Return a case of the casebook."""
    return PackagedCase(name, casebook_path() / name, is_own=False)


def source_ids(keys: Any, collection: str) -> str | None:
    """Return the keys of sources as the package has them, in one cell.

    Parameters
    ----------
    keys
        Keys as a file has them: several in a text with ``;`` between them.
    collection
        Collection that they are of.
    """
    words = [word.strip() for word in str(keys or "").split(";") if word.strip()]
    return "; ".join(word if word == JUDGEMENT else f"{collection}/{word}" for word in words) or None


def row_key(table: str, park: str, content: Mapping[str, Any]) -> str:
    """Return the key of a row: it stays as long as the row says the same."""
    filled = {key: str(value) for key, value in content.items() if value not in (None, "")}
    return hash_content([table, park, sorted(filled.items())])[:LETTERS]


def column_name(key: str) -> str:
    """Return the name of a column by its key in a sheet: ``ties.home`` is ``ties_home``."""
    *path, last = key.split(".")
    return "_".join([*path, COLUMNS.get(last, last)])


def _type_of(sheet: WorkbookSheet, column: SheetColumn) -> ColumnType:
    if column.choice == "yes_no":
        return "boolean"
    last = column.key.rpartition(".")[2]
    is_whole = last in INTEGERS or (sheet.key in COUNTS and last in ORIGINS)
    if not column.is_number:
        return "string"
    return "integer" if is_whole else "number"


def data_columns(sheet: WorkbookSheet) -> Iterator[DataColumn]:
    """Yield the columns of the table of a sheet, without those that name the row."""
    for column in sheet.columns:
        name = column_name(column.key)
        last = name.rpartition("_")[2]
        is_quarter = name in QUARTERS or (last in ("since", "until") and sheet.key in IN_QUARTERS)
        is_date = name in DATES or last == "date" or (last in ("since", "until") and not is_quarter)
        is_elsewhere = column.choice == "yes_no" or column.choice in ELSEWHERE
        pattern = PART_OF_DATE if is_date else ""
        if is_quarter:
            pattern = QUARTER
        data_column = DataColumn(
            name,
            _type_of(sheet, column),
            codes="" if is_elsewhere else column.choice,
            pattern=pattern,
            is_list=column.several != "",
            title=LocalizedText(**{lang: sheet.label(column, lang) for lang in LANGUAGES}),
            meaning=LocalizedText(**{lang: _meaning(sheet, column, lang) for lang in LANGUAGES}),
        )
        yield data_column
        if name == "date":
            yield DataColumn("first_day", "date")
            yield DataColumn("last_day", "date")
        if sheet.kind in ("table", "facts", "list") and last in IN_ENGLISH and not data_column.codes:
            label = {lang: sheet.label(column, lang) for lang in LANGUAGES}
            yield replace(
                data_column,
                name=f"{name}_zh",
                title=LocalizedText(en=f"{label['en']}, in Chinese", zh=f"{label['zh']}（中文）"),
                meaning=None,
            )


def _meaning(sheet: WorkbookSheet, column: SheetColumn, lang: str) -> str:
    """Return what a sheet tells of a column: in its own words, also of a column in the other language."""
    twin = replace(column, key=column.parts[0], is_needed=True)
    return sheet.told(twin, lang)


def data_row(
    sheet: WorkbookSheet, columns: Sequence[DataColumn], row: Mapping[str, Any], case: PackagedCase
) -> DataRow:
    """Return a row of a sheet as the package has it.

    Parameters
    ----------
    sheet
        The sheet.
    columns
        Columns of its table.
    row
        Its cells by key, as the file has them.
    case
        Case that it is of.
    """
    cells: dict[str, Any] = {column_name(key): value for key, value in row.items()}
    packaged: DataRow = dict(DEFAULTS.get(sheet.key, {}))
    for column in columns:
        value = cells.get(column.name)
        value = _in_other_words(column, cells) if value in (None, "") else value
        if value not in (None, ""):
            packaged[column.name] = _cell(column, value, case.park)
    if "date" in cells:
        when = Date.parse(str(cells["date"]))
        packaged |= {"first_day": when.first_day.isoformat(), "last_day": when.last_day.isoformat()}
    return packaged


def _in_other_words(column: DataColumn, cells: Mapping[str, Any]) -> Any:
    """Return what a column of one language has where a case says it once: the same in both, or the casebook's Chinese.

    Parameters
    ----------
    column
        Column without a value of its own.
    cells
        Cells of the row, by name of their column.
    """
    head, _, lang = column.name.rpartition("_")
    words = cells.get(head)
    if lang not in LANGUAGES or words in (None, ""):
        return None
    if column.meaning is not None:
        return words
    chinese = own_words(str(words), "zh")
    return None if chinese == words else chinese


def _cell(column: DataColumn, value: Any, park: str) -> Cell:
    if column.name.rpartition("_")[2] == "sources":
        return source_ids(value, park)
    if column.type == "boolean":
        return truth(value)
    return number(value) if column.type in ("number", "integer") else str(value)


def _table_of(sheet: WorkbookSheet, cases: Sequence[PackagedCase], contents: Sequence[Mapping[str, Any]]) -> DataTable:
    columns = tuple(data_columns(sheet))
    name = NAMES.get(sheet.key, sheet.key)
    rows: list[DataRow] = []
    keys: dict[str, int] = {}
    for case, content in zip(cases, contents, strict=True):
        for row in _all_rows(sheet, case, content):
            key = row_key(name, case.park, row)
            keys[key] = keys.get(key, 0) + 1
            key = key if keys[key] == 1 else f"{key}-{keys[key]}"
            rows.append({"id": key, "park": case.park, **data_row(sheet, columns, row, case)})
    foreign = [ForeignKey("park", "parks", "park")]
    tied = (column for column in sheet.columns if column.choice in ELSEWHERE)
    foreign += [ForeignKey(column_name(column.key), *ELSEWHERE[column.choice]) for column in tied]
    if sheet.key == "parameters":
        foreign.append(ForeignKey("key", "parameters", "parameter"))
    lead = (DataColumn("id", is_needed=True), DataColumn("park", is_needed=True))
    return DataTable(name, (*lead, *columns), tuple(rows), ("id",), tuple(foreign))


def _all_rows(sheet: WorkbookSheet, case: PackagedCase, content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a sheet; below the observations those that the checklist of services gives."""
    yield from rows_of(content, sheet)
    if sheet.key != "observations" or not content[CASE].get("services"):
        return
    loaded = load_case(case.folder)
    in_file = {id(row) for row in own_observations(loaded)}
    for row in loaded.observations:
        if id(row) not in in_file:
            cells = row.model_dump(mode="json", exclude_none=True)
            yield cells | {"source": "; ".join(cells["source"]), "use": "yes"}


def case_tables(cases: Sequence[PackagedCase]) -> list[DataTable]:
    """Return the tables of what cases hold.

    Parameters
    ----------
    cases
        The cases, sound.
    """
    contents = [case.content for case in cases]
    tables = [
        _table_of(sheet, cases, contents)
        for sheet in sheets()
        if sheet.kind not in ("form", "wide") and sheet.place not in (SOURCES, DECISIONS)  # these have tables elsewhere
    ]
    partners = next(table for table in tables if table.name == "partners")
    return [_cases(cases, contents), *tables, _presence(partners)]


def _presence(partners: DataTable) -> DataTable:
    """Return the times at which partners were present, a row each."""
    rows: list[DataRow] = []
    for partner in partners.rows:
        for span in str(partner["presence"]).split("; "):
            since, _, until = span.partition("/")
            row = {"partner": partner["id"], "park": partner["park"], "since": since, "until": until or None}
            rows.append({"id": row_key("presence", str(row["park"]), row), **row})
    columns = (
        DataColumn("id", is_needed=True),
        DataColumn("partner", is_needed=True),
        DataColumn("park", is_needed=True),
        DataColumn("since", pattern=PART_OF_DATE),
        DataColumn("until", pattern=PART_OF_DATE),
    )
    foreign = (ForeignKey("partner", "partners", "id"), ForeignKey("park", "parks", "park"))
    return DataTable("partner_presence", columns, tuple(rows), ("id",), foreign)


def _cases(cases: Sequence[PackagedCase], contents: Sequence[Mapping[str, Any]]) -> DataTable:
    """Return what is given once of each case."""
    (sheet,) = (sheet for sheet in sheets() if sheet.kind == "form")
    columns = tuple(column for column in data_columns(sheet) if column.name != "name")
    rows: list[DataRow] = []
    for case, content in zip(cases, contents, strict=True):
        tree = content[CASE]
        once = {key: tree[key] for key in ("title", "kind", "not_known", "clock", "sides", "world") if key in tree}
        if tree.get("framework"):
            once["framework"] = tree["framework"]
        cells = {**flat(once), "regime.narrow_until": (tree.get("regime") or {}).get("narrow_until")}
        rows.append({"park": case.park, "is_own": case.is_own, **data_row(sheet, columns, cells, case)})
    lead = (DataColumn("park", is_needed=True), DataColumn("is_own", "boolean", is_needed=True))
    foreign = [ForeignKey("park", "parks", "park")]
    foreign += [
        ForeignKey(column.name, "countries", "country") for column in columns if column.name.endswith("_country")
    ]
    foreign += [ForeignKey(f"world_source_{side}", "countries", "country") for side in ORIGINS]
    return DataTable("cases", (*lead, *columns), tuple(rows), ("park",), tuple(foreign))
