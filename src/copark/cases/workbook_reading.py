"""From a workbook to a case's own files, which are checked as such; their faults are told by sheet and cell.

What is left empty is filled in where there is one plain answer (a unit, the name of a country), and otherwise counts
as not known, where a case may say so.
"""

import csv
import json
import re
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from copark.cases.defaults import TABLES_UNKNOWN
from copark.cases.files import BOOK, UPLOAD, fault, place, read_cells, refuse, written
from copark.cases.load import examine
from copark.cases.observed_variables import SERIES, country_name
from copark.cases.pydantic_errors import CASE, SOURCES
from copark.cases.quarters import Quarter
from copark.cases.types import suggestion
from copark.cases.workbook_sheets import (
    FACTS,
    FORMER_HEADINGS,
    FORMER_SHEETS,
    Column,
    WorkbookSheet,
    choices,
    codes,
    sheets,
)
from copark.errors import Fault
from copark.texts import LANGUAGES, entries, text

NEEDED = ("park", "observations", "sources")
"""Sheets without which a workbook is none of a case."""
QUARTERS, BEYOND, MOST_QUARTERS = 80, 40, 400
"""Quarters simulated where the workbook does not say: 20 years, or ten beyond the data."""
_PARTS = {
    "finance": ("registered_capital", "paid_in_at_start"),
    "land": ("first_area", "block"),
    "regime": ("threshold", "profit_tax", "reference_tax"),
}
"""Parts of a key that must be said, or said to be unknown."""
_UNITS = {"amount": "M USD", "declared": "M USD", "land": "ha", "rate": "1/yr"}
"""Units of the values that stand in a row with other things."""
_FILLED = ("use", "bound", "role", "basis", "unit", "table")
_SPLIT = re.compile(r"[;；]")


@dataclass(frozen=True)
class Cell:
    """A cell by where it is, and the heading it stands under."""

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
    """Where each key of a file, or column of a table, stands; under ``""`` of a table the first cell of its sheet."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of the sheets by key."""

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
        told = [*self.faults, *(one for one in placed if one.file not in broken)]
        return sorted(told, key=lambda one: self._rank(one.file))

    def _rank(self, address: str) -> tuple[int, int, int]:
        from openpyxl.utils.cell import coordinate_to_tuple

        title, _, cell = address.rpartition("!")
        order = next((n for n, one in enumerate(self.titles.values()) if one == (title or address)), len(self.titles))
        return (order, *(coordinate_to_tuple(cell) if title else (0, 0)))

    def _placed(self, found: Fault) -> Fault:
        """A fault of a file, told by the cell it came from."""
        name = found.file.rpartition("/")[2]
        code = "cases.empty_cell" if found.code in ("cases.missing_key", "cases.missing_file") else found.code
        cell = self._of_table(name, found) if name.endswith(".csv") else self._of_tree(name, found.key)
        if cell is None:
            sheet = next((one for one in sheets() if one.place == name), None) or _sheet_of(found.key)
            title = self.titles.get(sheet.key, sheet.title("en"))
            return Fault(code, place(title, 3, 1) if code != found.code else title, None, found.key, found.values)
        values = found.values
        if code == "cases.missing_column":
            values = {"name": _heading(name, found.key, cell.title)}
        return Fault(code, cell.address, None, cell.label, values)

    def _of_table(self, name: str, found: Fault) -> Cell | None:
        other = found.key[:-3] + ("_zh" if found.key.endswith("_en") else "_en")
        keys = (found.key, other, "") if found.key.endswith(("_en", "_zh")) else (found.key, "")
        head = next((self.cells[name, key] for key in keys if (name, key) in self.cells), None)
        return None if head is None or found.line is None else Cell(head.title, found.line, head.column, head.label)

    def _of_tree(self, name: str, key: str) -> Cell | None:
        """The cell of a key, or the first inside it, or that of the nearest key around it."""
        while key:
            inside = (
                cell
                for (file, path), cell in self.cells.items()
                if file == name and path.startswith((f"{key}.", f"{key}["))
            )
            found = self.cells.get((name, key)) or next(inside, None)
            if found is not None:
                return found
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return None


def _heading(file: str, key: str, title: str) -> str:
    """The heading of a column that is not there, in the language of its sheet."""
    sheet = next(one for one in sheets() if one.place == file)
    lang = next((lang for lang in LANGUAGES if sheet.title(lang) == title), "zh")
    return next((sheet.label(one, lang) for one in sheet.columns if one.key == key), key)


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
    """Read a workbook made from the template; Refused if it is no workbook of a case, or made to harm.

    name: short name of the case, where the workbook has none; called: name of the workbook in faults.
    """
    titled = {one.title(lang): one for one in sheets() for lang in LANGUAGES}
    titled |= {words: one for words, key in FORMER_SHEETS.items() for one in sheets() if one.key == key}
    cells, titles, faults = read_cells(content, titled, called)
    found = {titled[title].key: title for title in cells}
    for needed in (one for one in sheets() if one.key in NEEDED and one.key not in found):
        both = " / ".join(needed.title(lang) for lang in LANGUAGES)
        raise refuse(UPLOAD, "no_sheet", called, found=", ".join(titles), needed=both)
    book = CaseWorkbook(faults=faults, titles={one.key: found[one.key] for one in sheets() if one.key in found})
    readers = {"form": _form, "facts": _facts, "list": _list, "named": _named, "table": _table}
    for sheet in sheets():
        if sheet.key in found:
            readers[sheet.kind](_Reading(book, sheet, found[sheet.key], cells[found[sheet.key]]))
    book.tree = _completed(book.tree, book.tables, name)
    return book


@dataclass
class _Reading:
    """A sheet as it is read."""

    book: CaseWorkbook
    sheet: WorkbookSheet
    title: str
    rows: list[list[str]]

    def say(self, code: str, row: int, column: int, **values: Any) -> None:
        self.book.faults.append(fault(code, place(self.title, row, column), **values))

    def cell(self, row: int, column: int, label: str = "") -> Cell:
        return Cell(self.title, row, column, label or self.rows[0][column - 1])

    def columns(self) -> dict[int, Column]:
        """Columns by their place in the sheet, as the headings of its first row say."""
        known = _labels(self.sheet)
        found: dict[int, Column] = {}
        head = self.rows[0] if self.rows else []
        for at, label in enumerate(head, start=1):
            column = known.get(label.casefold())
            if column is not None and column in found.values():
                self.say("head_twice", 1, at, found=label)
            elif column is not None:
                found[at] = column
            elif label or any(len(row) >= at and row[at - 1] for row in self.rows):
                self.say("unknown_head", 1, at, found=label, suggestion=suggestion(label, _headings(self.sheet)))
        if not found:
            self.book.faults = [one for one in self.book.faults if not one.file.startswith(f"{self.title}!")]
            if self.rows:
                self.say("no_head", 1, 1, expected=", ".join(_headings(self.sheet)[:4]))
        return found

    def records(self, columns: Mapping[int, Column]) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows with anything in them, by number; what is said below the headings is none."""
        told = {(at, self.sheet.told(column, lang)) for at, column in columns.items() for lang in LANGUAGES}
        for number, row in enumerate(self.rows[1:], start=2):
            cells = {at: words for at, words in enumerate(row, start=1) if words}
            if cells and told.isdisjoint(cells.items()):
                found = {columns[at].key: words for at, words in cells.items() if at in columns}
                if found:
                    yield number, found

    def values(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """What ``case.yaml`` would have for the cells of a row."""
        return {one.key: _value(one, cells[one.key]) for one in self.sheet.columns if one.key in cells}

    def stand(self, file: str, path: str, row: int, columns: Mapping[int, Column], lead: str = "") -> None:
        """Remember where the keys of a record stand; the record itself where ``lead`` does."""
        for at, column in columns.items():
            self.book.cells[file, f"{path}.{column.key}"] = self.cell(row, at)
        if lead:
            self.book.cells.setdefault((file, path), self.book.cells[file, f"{path}.{lead}"])


@cache
def _labels(sheet: WorkbookSheet) -> dict[str, Column]:
    """Columns by what may stand at their head, in any language, in lower case."""
    former = {words: one for words, key in FORMER_HEADINGS.items() for one in sheet.columns if one.key == key}
    return (
        {one.key.casefold(): one for one in sheet.columns}
        | former
        | {sheet.label(one, lang).casefold(): one for lang in LANGUAGES for one in sheet.columns}
    )


def _headings(sheet: WorkbookSheet) -> list[str]:
    return [sheet.label(one, lang) for one in sheet.columns for lang in LANGUAGES]


def _form(reading: _Reading) -> None:
    known = _labels(reading.sheet)
    heads = {text("workbook.form.what", lang) for lang in LANGUAGES}
    for number, row in enumerate(reading.rows, start=1):
        label, words = (*row, "", "")[:2]
        column = known.get(label.casefold())
        if column is None:
            if words and label not in heads:
                near = suggestion(label, _headings(reading.sheet))
                reading.say("unknown_line", number, 1, found=label, suggestion=near)
            continue
        reading.book.cells[CASE, column.key] = reading.cell(number, 2, label)
        if words:
            _put(reading.book.tree, column.key, _value(column, words))


def _facts(reading: _Reading) -> None:
    columns = reading.columns()
    tree = reading.book.tree
    at = next((place_ for place_, one in columns.items() if one.key == "what"), 1)
    for number, cells in reading.records(columns):
        said = cells.pop("what", "")
        what = codes("fact").get(said.casefold(), "")
        if not what:
            near = suggestion(said, (one for lang in LANGUAGES for one in choices("fact", lang).values()))
            reading.say("unknown_line", number, at, found=said, suggestion=near)
            continue
        unit, several = FACTS[what]
        before = got(tree, what)
        if before is not None and not several:
            reading.say("only_one", number, 1, found=said)
            continue
        record = _nested({"unit": unit, "basis": text("workbook.basis"), **reading.values(cells)})
        _put(tree, what, [*(before or []), record] if several else record)
        reading.stand(CASE, f"{what}[{len(before or [])}]" if several else what, number, columns, "what")


def _list(reading: _Reading) -> None:
    columns = reading.columns()
    sheet = reading.sheet
    found: list[dict[str, Any]] = []
    for number, cells in reading.records(columns):
        reading.stand(CASE, f"{sheet.place}[{len(found)}]", number, columns)
        if any(one.key == "key" and not one.choice for one in sheet.columns):
            cells.setdefault("key", f"{sheet.key}-{number}")
        found.append(_nested(_with_facts(reading.values(cells))))
    if found:
        _put(reading.book.tree, sheet.place, found)


def _with_facts(values: dict[str, Any]) -> dict[str, Any]:
    """A row whose values of money or land have what they lack from the row itself: date, grade, source and note."""
    found = dict(values)
    for key in (one.removesuffix(".value") for one in values if one.endswith(".value")):
        notes = {f"{key}.note.{lang}": values.get(f"note.{lang}") for lang in LANGUAGES}
        if any(name in values for name in notes) or values.get("grade") != "judgement":
            notes = {}
        taken = {
            f"{key}.date": values.get("from", values.get("registered")),
            f"{key}.unit": _UNITS[key],
            f"{key}.basis": text("workbook.basis"),
            f"{key}.grade": values.get("grade"),
            f"{key}.source": values.get("source"),
            **notes,
        }
        found |= {name: value for name, value in taken.items() if value is not None and name not in values}
    return found


def _named(reading: _Reading) -> None:
    columns = reading.columns()
    sheet = reading.sheet
    found: dict[str, Any] = {}
    file = SOURCES if sheet.place == SOURCES else CASE
    at = next((place_ for place_, one in columns.items() if one.key == "key"), 1)
    for number, cells in reading.records(columns):
        key = cells.pop("key", "")
        if not key or key in found:
            reading.say("no_key" if not key else "key_again", number, at, found=key)
            continue
        path = written((key,) if file == SOURCES else (sheet.place, key))
        reading.stand(file, path, number, columns, "key")
        found[key] = _nested(reading.values(cells))
    if file == SOURCES:
        reading.book.sources = found
    elif found:
        reading.book.tree[sheet.place] = found


def _table(reading: _Reading) -> None:
    columns = reading.columns()
    if not columns:
        return
    file = reading.sheet.place
    sheet = reading.sheet
    book = reading.book
    book.cells |= {(file, column.key): reading.cell(1, at) for at, column in columns.items()}
    book.cells[file, ""] = Cell(reading.title, 1, min(columns), "")
    wanted = [one for one in sheet.columns if one in columns.values() or one.key in _FILLED]
    rows = [[one.key for one in wanted]]
    for number, cells in reading.records(columns):
        rows += [[] for _ in range(len(rows) + 1, number)]
        said = {one.key: _word(one, cells[one.key]) for one in sheet.columns if one.key in cells}
        filled = {**_fillings(said), **said}
        rows.append([filled.get(one.key, "") for one in wanted])
    if len(rows) > 1 or sheet.key == "observations":
        book.tables[file] = rows


def _fillings(said: Mapping[str, str]) -> dict[str, str]:
    """What empty cells of a row stand for: the plain answer, where there is one."""
    found = {"use": "yes", "bound": "exact", "basis": text("workbook.basis"), "table": said.get("date", "")}
    variable = SERIES.get(said.get("variable", ""))
    if variable is not None:
        found["role"] = "fit" if variable.output else "context"
        if len(variable.units()) == 1:
            found["unit"] = variable.units()[0]
    return found


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


def _completed(said: Mapping[str, Any], tables: Container[str], name: str) -> dict[str, Any]:
    """Content of ``case.yaml`` with what has one plain answer filled in, and what is not known said to be so."""
    tree = dict(said)
    origins = {"third": "WLD"}
    for side in ("home", "host"):
        government = tree.setdefault("sides", {}).setdefault(side, {})
        code = government.get("country")
        origins[side] = code if code in entries("countries") else "WLD"  # what is wrong is told by its own cell
        government.setdefault("title", {lang: country_name(origins[side], lang) for lang in LANGUAGES})
    world = tree.setdefault("world", {})
    world["source"] = {**origins, **world.get("source", {})}
    clock = tree.setdefault("clock", {})
    clock.setdefault("quarters", _quarters(clock))
    told = tree.pop("not_known", [])
    unknown = [*told, *_unknown(tree, tables, told)]
    return {"format": 1, "name": name or "my-park", **({"not_known": unknown} if unknown else {}), **tree}


def _quarters(clock: Mapping[str, Any]) -> int:
    try:
        data = Quarter.parse(str(clock["data_end"])) - Quarter.parse(str(clock["start"])) + 1
    except (KeyError, ValueError):
        return QUARTERS
    return max(QUARTERS, min(data + BEYOND, MOST_QUARTERS))


def _unknown(tree: dict[str, Any], tables: Container[str], said: Sequence[str]) -> Iterator[str]:
    """What nobody has said and a case may leave unknown."""
    lacking = [word for word in ("shareholders", "quota", "capability") if word not in tree]
    lacking += [word for word, file in TABLES_UNKNOWN.items() if file not in tables]
    yield from (word for word in lacking if word not in said)
    for key, parts in _PARTS.items():
        if key in said:
            continue
        if key not in tree:
            yield key
            continue
        yield from (f"{key}.{part}" for part in parts if part not in tree[key] and f"{key}.{part}" not in said)
        if key == "land" and "land.plan" not in said:
            tree[key].setdefault("plan", [])
