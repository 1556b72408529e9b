"""From a workbook to a case's own files, which are checked as such; their faults are told by sheet and cell.

What is left empty is filled in where there is one plain answer (a unit, the name of a country), and otherwise counts
as not known, where a case may say so.
"""

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from copark.cases.defaults import TABLES_UNKNOWN
from copark.cases.files import fault, written
from copark.cases.load import examine
from copark.cases.types import suggestion
from copark.cases.validation import CASE, SOURCES
from copark.cases.vocabulary import SERIES
from copark.cases.workbook.cells import BOOK, completed, place, read_cells, refuse
from copark.cases.workbook.sheets import FACTS, Column, WorkbookSheet, choices, codes, sheets
from copark.errors import Fault
from copark.texts import LANGUAGES, text

NEEDED = ("park", "observations", "sources")
"""Sheets without which a workbook is none of a case."""
_SPLIT = re.compile(r"[;；]")


@dataclass(frozen=True)
class Cell:
    """A cell by where it is, and the heading it stands under."""

    sheet: int
    title: str
    row: int
    column: int
    label: str

    @property
    def address(self) -> str:
        """As a spreadsheet names it."""
        return place(self.title, self.row, self.column)


@dataclass
class CaseWorkbook:
    """What a workbook says of a park."""

    tree: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    """tree, sources: content of ``case.yaml`` and ``sources.yaml``."""
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    """Rows of the CSV tables by file, each where it stands in its sheet, so that lines are rows."""
    faults: list[Fault] = field(default_factory=list)
    """What is wrong with the workbook itself."""
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    """Where each key of a file stands, by file and path."""
    heads: dict[str, dict[str, Cell]] = field(default_factory=dict)
    """Where each column of a table stands, by file and column; under ``""`` the sheet's first cell."""
    titles: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path, *, aligned: bool = False) -> None:
        """Write the files of the case; ``aligned`` keeps empty lines, so that lines are rows of the sheets."""
        for name, content in ((CASE, self.tree), (SOURCES, self.sources)):
            if content:
                words = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
                (folder / name).write_text(words, encoding="utf-8", newline="\n")
        for name, rows in self.tables.items():
            with (folder / name).open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(row for row in rows if row or aligned)

    def check(self) -> list[Fault]:
        """Every fault, by sheet and cell, in the order of the sheets."""
        with tempfile.TemporaryDirectory(prefix="copark-") as scratch:
            self.write(Path(scratch), aligned=True)
            _, found = examine(Path(scratch))
        broken = {one.file for one in self.faults}
        placed = [self._placed(one) for one in found if not _follows(one, found)]
        told = [*((self._rank(one.file), one) for one in self.faults)]
        told += [(rank, one) for rank, one in placed if one.file not in broken]
        return [one for _, one in sorted(told, key=lambda pair: pair[0])]

    def _rank(self, address: str) -> tuple[int, int, int]:
        from openpyxl.utils.cell import coordinate_to_tuple

        title, _, cell = address.rpartition("!")
        order = next((n for n, one in enumerate(self.titles.values()) if one == (title or address)), len(self.titles))
        return (order, *(coordinate_to_tuple(cell) if title else (0, 0)))

    def _placed(self, found: Fault) -> tuple[tuple[int, int, int], Fault]:
        """A fault of a file, told by the cell it came from, with what it is sorted by."""
        name = found.file.rpartition("/")[2]
        code = "cases.empty_cell" if found.code in ("cases.missing_key", "cases.missing_file") else found.code
        cell = self._of_table(name, found) if name.endswith(".csv") else self._of_tree(name, found.key)
        if cell is None:
            sheet = next((one for one in sheets() if one.place == name), None) or _sheet_of(found.key)
            title = self.titles.get(sheet.key, sheet.title("en"))
            address = place(title, 3, 1) if code != found.code else title
            return self._rank(address), Fault(code, address, None, found.key, found.values)
        values = found.values
        if code == "cases.missing_column":
            values = {"name": self._label(name, found.key, cell.title)}
        return self._rank(cell.address), Fault(code, cell.address, None, cell.label, values)

    def _label(self, file: str, key: str, title: str) -> str:
        """The heading of a column that is not there, in the language of its sheet."""
        sheet = next(one for one in sheets() if one.place == file)
        lang = next(lang for lang in LANGUAGES if sheet.title(lang) == title)
        return next((sheet.label(one, lang) for one in sheet.columns if one.key == key), key)

    def _of_table(self, name: str, found: Fault) -> Cell | None:
        heads = self.heads.get(name, {})
        key = found.key
        if key not in heads and key[-3:] in ("_en", "_zh"):
            key = key[:-3] + ("_zh" if key.endswith("_en") else "_en")
        head = heads.get(key) or heads.get("")
        if head is None or found.line is None:
            return None
        return Cell(head.sheet, head.title, found.line, head.column, head.label)

    def _of_tree(self, name: str, key: str) -> Cell | None:
        """The cell of a key, or the first inside it, or that of the nearest key around it."""
        while key:
            found = self.cells.get((name, key))
            inside = ((path, cell) for (file, path), cell in self.cells.items() if file == name)
            found = found or next((cell for path, cell in inside if path.startswith((f"{key}.", f"{key}["))), None)
            if found is not None:
                return found
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return None


def _follows(fault: Fault, found: Sequence[Fault]) -> bool:
    """Whether a fault only follows from others: a list is short of items that have faults, a table is unknown."""
    if fault.code == "cases.too_short":
        return any(one.key.startswith(f"{fault.key}[") for one in found)
    return fault.code == "cases.missing_file" and fault.file in TABLES_UNKNOWN.values()


def _sheet_of(key: str) -> WorkbookSheet:
    """The sheet that a key of ``case.yaml`` belongs to."""
    by_key = {one.key: one for one in sheets()}
    if any(path == key or path.startswith(f"{key}.") for path in FACTS):
        return by_key["facts"]
    return next((one for one in sheets() if one.place and key.startswith(one.place)), by_key["park"])


def read_workbook(content: bytes, name: str = "", called: str = BOOK) -> CaseWorkbook:
    """Read a workbook made from the template.

    Parameters
    ----------
    name
        Short name of the case, where the workbook has none.
    called
        Name of the workbook in faults.

    Raises
    ------
    copark.cases.files.Refused
        If it is no workbook of a case, or made to harm.
    """
    titled = {one.title(lang): one for one in sheets() for lang in LANGUAGES}
    cells, titles, faults = read_cells(content, titled, called)
    found = {titled[title].key: title for title in cells}
    for needed in (one for one in sheets() if one.key in NEEDED and one.key not in found):
        both = " / ".join(needed.title(lang) for lang in LANGUAGES)
        raise refuse("no_sheet", called, found=", ".join(titles), needed=both)
    book = CaseWorkbook(faults=faults, titles={one.key: found[one.key] for one in sheets() if one.key in found})
    for order, sheet in enumerate(sheets()):
        if sheet.key in found:
            _READERS[sheet.kind](_Reading(book, sheet, order, found[sheet.key], cells[found[sheet.key]]))
    book.tree = completed(book.tree, book.tables, name)
    return book


@dataclass
class _Reading:
    """A sheet as it is read."""

    book: CaseWorkbook
    sheet: WorkbookSheet
    order: int
    title: str
    rows: list[list[str]]

    def say(self, code: str, row: int, column: int, **values: Any) -> None:
        """Tell a fault of a cell."""
        self.book.faults.append(fault(code, place(self.title, row, column), **values))

    def cell(self, row: int, column: int, label: str) -> Cell:
        """A cell of this sheet."""
        return Cell(self.order, self.title, row, column, label)

    def columns(self) -> dict[int, Column]:
        """Columns by their place in the sheet, as the headings of its first row say."""
        known = _labels(self.sheet)
        found: dict[int, Column] = {}
        head = self.rows[0] if self.rows else []
        for place_, label in enumerate(head, start=1):
            column = known.get(label.casefold())
            if column is not None and column in found.values():
                self.say("head_twice", 1, place_, found=label)
            elif column is not None:
                found[place_] = column
            elif label or any(len(row) >= place_ and row[place_ - 1] for row in self.rows):
                self.say("unknown_head", 1, place_, found=label, suggestion=suggestion(label, _first(self.sheet)))
        if not found:
            self.book.faults = [one for one in self.book.faults if not one.file.startswith(f"{self.title}!")]
            if self.rows:
                self.say("no_head", 1, 1, expected=", ".join(_first(self.sheet)[:4]))
        return found

    def records(self, columns: Mapping[int, Column]) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows with anything in them, by number; what is said below the headings is none."""
        told = {(place_, self.sheet.told(column, lang)) for place_, column in columns.items() for lang in LANGUAGES}
        for number, row in enumerate(self.rows[1:], start=2):
            cells = {place_: words for place_, words in enumerate(row, start=1) if words}
            if cells and told.isdisjoint(cells.items()):
                found = {columns[place_].key: words for place_, words in cells.items() if place_ in columns}
                if found:
                    yield number, found

    def stand(self, file: str, path: str, row: int, columns: Mapping[int, Column], lead: str = "") -> None:
        """Remember where the keys of a record stand; of a column ``lead.x`` where ``x`` does."""
        for place_, column in columns.items():
            key = f"{path}.{column.key}" if path else column.key
            self.book.cells[file, key] = self.cell(row, place_, self.rows[0][place_ - 1])
        if lead:
            self.book.cells.setdefault((file, path), self.book.cells[file, f"{path}.{lead}"])


@cache
def _labels(sheet: WorkbookSheet) -> dict[str, Column]:
    """Columns by what may stand at their head, in any language, in lower case."""
    return {one.key.casefold(): one for one in sheet.columns} | {
        sheet.label(one, lang).casefold(): one for lang in LANGUAGES for one in sheet.columns
    }


def _first(sheet: WorkbookSheet) -> list[str]:
    return [sheet.label(one, lang) for one in sheet.columns for lang in LANGUAGES]


def _form(reading: _Reading) -> None:
    known = _labels(reading.sheet)
    heads = {text("workbook.form.what", lang) for lang in LANGUAGES}
    for number, row in enumerate(reading.rows, start=1):
        label, words = (*row, "", "")[:2]
        column = known.get(label.casefold())
        if column is None:
            if words and label not in heads:
                near = suggestion(label, _first(reading.sheet))
                reading.say("unknown_line", number, 1, found=label, suggestion=near)
            continue
        reading.book.cells[CASE, column.key] = reading.cell(number, 2, label)
        if words:
            _put(reading.book.tree, column.key, _value(column, words))


def _facts(reading: _Reading) -> None:
    columns = reading.columns()
    tree = reading.book.tree
    for number, cells in reading.records(columns):
        what = codes("fact").get(cells.get("what", "").casefold(), "")
        if not what:
            at = next((place_ for place_, one in columns.items() if one.key == "what"), 1)
            near = suggestion(
                cells.get("what", ""), (one for lang in LANGUAGES for one in choices("fact", lang).values())
            )
            reading.say("unknown_line", number, at, found=cells.pop("what", ""), suggestion=near)
            continue
        unit, several = FACTS[what]
        values = {key: _value(column, cells[key]) for column in columns.values() if (key := column.key) in cells}
        values.pop("what")
        record = _nested({"unit": unit, "basis": text("workbook.basis"), **values})
        if several:
            before = got(tree, what) or []
            _put(tree, what, [*before, record])
            reading.stand(CASE, f"{what}[{len(before)}]", number, columns, "what")
        elif got(tree, what) is not None:
            reading.say("only_one", number, 1, found=cells["what"])
        else:
            _put(tree, what, record)
            reading.stand(CASE, what, number, columns, "what")


def _list(reading: _Reading) -> None:
    columns = reading.columns()
    sheet = reading.sheet
    found: list[dict[str, Any]] = []
    for number, cells in reading.records(columns):
        reading.stand(CASE, f"{sheet.place}[{len(found)}]", number, columns)
        if any(one.key == "key" and not one.choice for one in sheet.columns):
            cells.setdefault("key", f"{sheet.key}-{number}")
        values = {one.key: _value(one, cells[one.key]) for one in sheet.columns if one.key in cells}
        found.append(_nested(_with_facts(sheet, values)))
    if found:
        _put(reading.book.tree, sheet.place, found)


def _with_facts(sheet: WorkbookSheet, values: dict[str, Any]) -> dict[str, Any]:
    """A row whose values of money or land have what they lack from the row itself: date, grade, source and note."""
    found = dict(values)
    units = {"amount": "M USD", "declared": "M USD", "land": "ha", "rate": "1/yr"}
    for key in (one.key.removesuffix(".value") for one in sheet.columns if one.key.endswith(".value")):
        if f"{key}.value" not in values:
            continue
        when = values.get("from", values.get("registered"))
        notes = {f"{key}.note.{lang}": values.get(f"note.{lang}") for lang in LANGUAGES}
        if any(name in values for name in notes) or values.get("grade") != "judgement":
            notes = {}
        taken = {f"{key}.date": when, f"{key}.unit": units[key], f"{key}.basis": text("workbook.basis"),
                 f"{key}.grade": values.get("grade"), f"{key}.source": values.get("source"),
                 **notes}  # fmt: skip
        found |= {name: value for name, value in taken.items() if value is not None and name not in values}
    return found


def _named(reading: _Reading) -> None:
    columns = reading.columns()
    sheet, found = reading.sheet, {}
    file = SOURCES if sheet.place == SOURCES else CASE
    at = next((place_ for place_, one in columns.items() if one.key == "key"), 1)
    for number, cells in reading.records(columns):
        key = cells.pop("key", "")
        if not key or key in found:
            reading.say("no_key" if not key else "key_again", number, at, found=key)
            continue
        path = written((key,) if file == SOURCES else (sheet.place, key))
        reading.stand(file, path, number, columns, "key")
        found[key] = _nested({one.key: _value(one, cells[one.key]) for one in sheet.columns if one.key in cells})
    if file == SOURCES:
        reading.book.sources = found
    elif found:
        reading.book.tree[sheet.place] = found


def _table(reading: _Reading) -> None:
    columns = reading.columns()
    if not columns:
        return
    file, sheet = reading.sheet.place, reading.sheet
    heads = reading.book.heads.setdefault(file, {})
    for place_, column in columns.items():
        heads[column.key] = reading.cell(1, place_, reading.rows[0][place_ - 1])
    heads[""] = reading.cell(1, min(columns), "")
    wanted = [one for one in sheet.columns if one in columns.values() or one.key in _FILLED]
    rows = [[one.key for one in wanted]]
    for number, cells in reading.records(columns):
        rows += [[] for _ in range(len(rows) + 1, number)]
        said = {one.key: _word(one, cells[one.key]) for one in sheet.columns if one.key in cells}
        filled = {**_fillings(sheet, said), **said}
        rows.append([filled.get(one.key, "") for one in wanted])
    if len(rows) > 1 or sheet.key == "observations":
        reading.book.tables[file] = rows


_FILLED = ("use", "bound", "role", "basis", "unit", "table")


def _fillings(sheet: WorkbookSheet, said: Mapping[str, str]) -> dict[str, str]:
    """What empty cells of a row stand for: the plain answer, where there is one."""
    found = {"use": "yes", "bound": "exact", "basis": text("workbook.basis")}
    if said.get("date"):
        found["table"] = said["date"]
    variable = SERIES.get(said.get("variable", ""))
    if variable is not None:
        found["role"] = "fit" if variable.output else "context"
        if len(variable.units()) == 1:
            found["unit"] = variable.units()[0]
    return {key: value for key, value in found.items() if any(one.key == key for one in sheet.columns)}


_READERS = {"form": _form, "facts": _facts, "list": _list, "named": _named, "table": _table}


def _word(column: Column, words: str) -> str:
    """A cell as a table of a case has it."""
    if column.several:
        return "; ".join(_split(words))
    return codes(column.choice).get(words.casefold(), words) if column.choice else words


def _value(column: Column, words: str) -> Any:
    """A cell as ``case.yaml`` has it."""
    if column.several == "spans":
        return [_span(one) for one in _split(words)]
    word = _word(column, words)
    if column.several and not column.key.endswith("source"):
        return _split(words)
    if column.choice == "yes_no":
        return {"yes": True, "no": False}.get(word, word)
    return _number(word) if column.is_number else word


def _split(words: str) -> list[str]:
    return [one.strip() for one in _SPLIT.split(words) if one.strip()]


def _span(words: str) -> dict[str, str]:
    since, _, until = (part.strip() for part in words.partition("/"))
    return {"from": since, **({"to": until} if until else {})}


def _number(words: str) -> Any:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return words
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else words


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        tree = tree.setdefault(step, {})
    tree[last] = value


def got(tree: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, such as ``land.block``; ``None`` where there is nothing."""
    found: Any = tree
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in values.items():
        _put(found, path, value)
    return found
