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

from copark.cases.casebook import DECISIONS, EVIDENCE_SOURCES
from copark.cases.defaults import TABLES_UNKNOWN
from copark.cases.files import BOOK, UPLOAD, distinct, fault, place, read_cells, refuse, written
from copark.cases.load import examine
from copark.cases.observed_variables import SERIES, country_name
from copark.cases.pydantic_errors import CASE, SOURCES
from copark.cases.quarters import Quarter
from copark.cases.tables import SERIES as OBSERVATIONS
from copark.cases.types import suggestion
from copark.cases.wide_rows import WideFault, append, observations_in
from copark.cases.workbook_sheets import (
    FACTS,
    FORMER_HEADINGS,
    FORMER_SHEETS,
    SheetColumn,
    WorkbookSheet,
    choices,
    codes,
    sheets,
)
from copark.errors import Fault
from copark.json_types import JsonObject
from copark.texts import LANGUAGES, entries, text

NEEDED = ("park", "observations", "sources")
"""Sheets without which a workbook is none of a case."""
QUARTERS = 80
"""Quarters simulated at least where the workbook does not say: 20 years."""
BEYOND = 40
"""Quarters simulated beyond the data where the workbook does not say: ten years."""
MOST_QUARTERS = 400
"""Quarters simulated at most where the workbook does not say."""
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
class WorkbookCell:
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
    """The content of a workbook about a park."""

    tree: JsonObject = field(default_factory=dict)
    """Content of ``case.yaml``."""
    sources: JsonObject = field(default_factory=dict)
    """Content of ``sources.yaml`` and, of those that decisions alone name, of ``evidence-sources.yaml``."""
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    """Rows of the CSV tables by file, each where it stands in its sheet, so that lines are rows."""
    faults: list[Fault] = field(default_factory=list)
    """What is wrong with the workbook itself."""
    cells: dict[tuple[str, str], WorkbookCell] = field(default_factory=dict)
    """Where each key of a file, or column of a table, stands; under ``""`` of a table the first cell of its sheet."""
    wide: dict[int, dict[str, WorkbookCell]] = field(default_factory=dict)
    """Where each column of a line of ``series.csv`` stands that is read from a wide sheet; under ``""`` its value."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of the sheets by key."""

    def write(self, folder: Path, *, aligned: bool = False) -> None:
        """Write the files of the case; ``aligned`` keeps empty lines, so that lines are rows of the sheets."""
        of_evidence = self.sources_of_evidence()
        sources = {key: source for key, source in self.sources.items() if key not in of_evidence}
        for name, content in ((CASE, self.tree), (SOURCES, sources), (EVIDENCE_SOURCES, of_evidence)):
            if content:
                words = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
                (folder / name).write_text(words, encoding="utf-8", newline="\n")
        for name, rows in self.tables.items():
            with (folder / name).open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(row for row in rows if row or aligned)

    def sources_of_evidence(self) -> JsonObject:
        """Return the sources that decisions alone name: like these they are no part of what a case is."""
        cited: dict[bool, set[str]] = {True: set(), False: set(cited_in(self.tree))}
        for name, (head, *rows) in self.tables.items():
            if "source" in head:
                column = head.index("source")
                keys = {key for row in rows if len(row) > column for key in split(row[column])}
                cited[name == DECISIONS] |= keys
        return {key: source for key, source in self.sources.items() if key in cited[True] - cited[False]}

    def check(self) -> list[Fault]:
        """Return every fault, by sheet and cell, in the order of the sheets."""
        with tempfile.TemporaryDirectory(prefix="copark-") as scratch:
            self.write(Path(scratch), aligned=True)
            _, issues = examine(Path(scratch))
        broken = {issue.file for issue in self.faults}
        placed = [self._placed(issue) for issue in issues if not _follows(issue, issues)]
        findings = distinct([*self.faults, *(issue for issue in placed if issue.file not in broken)])
        return sorted(findings, key=lambda issue: self._rank(issue.file))

    def _rank(self, address: str) -> tuple[int, int, int]:
        from openpyxl.utils.cell import coordinate_to_tuple

        title, _, cell = address.rpartition("!")
        order = next(
            (n for n, known_title in enumerate(self.titles.values()) if known_title == (title or address)),
            len(self.titles),
        )
        return (order, *(coordinate_to_tuple(cell) if title else (0, 0)))

    def _placed(self, issue: Fault) -> Fault:
        """Return a fault of a file by the cell it came from."""
        name = issue.file.rpartition("/")[2]
        name = SOURCES if name == EVIDENCE_SOURCES else name  # one sheet has both
        code = "cases.empty_cell" if issue.code in ("cases.missing_key", "cases.missing_file") else issue.code
        cell = self._of_table(name, issue) if name.endswith(".csv") else self._of_tree(name, issue.key)
        if cell is None:
            sheet = next((candidate for candidate in sheets() if candidate.place == name), None) or _sheet_of(issue.key)
            title = self.titles.get(sheet.key, sheet.title("en"))
            return Fault(code, place(title, 3, 1) if code != issue.code else title, None, issue.key, issue.values)
        values = issue.values
        if code == "cases.two_used" and issue.line in self.wide:
            code = "cases.two_used_in_frame"
            values = {**values, "first": self._address(int(values["first"]))}
        elif code == "cases.missing_column":
            values = {"name": _heading(name, issue.key, cell.title)}
        elif "suggestion" in values:
            values = {**values, **_suggested(cell, values.get("found"))}
        return Fault(code, cell.address, None, cell.label, values)

    def _address(self, line: int) -> str:
        """Return the cell of the value in a line of ``series.csv``, or the row it is in."""
        cell = self.wide[line][""] if line in self.wide else self._of_table(OBSERVATIONS, Fault("", "", line, "value"))
        return str(line) if cell is None else cell.address

    def _of_table(self, name: str, issue: Fault) -> WorkbookCell | None:
        if name == OBSERVATIONS and issue.line in self.wide:
            places = self.wide[issue.line]
            return places.get(issue.key, places[""])
        other = issue.key[:-3] + ("_zh" if issue.key.endswith("_en") else "_en")
        keys = (issue.key, other, "") if issue.key.endswith(("_en", "_zh")) else (issue.key, "")
        head = next((self.cells[name, key] for key in keys if (name, key) in self.cells), None)
        return (
            None
            if head is None or issue.line is None
            else WorkbookCell(head.title, issue.line, head.column, head.label)
        )

    def _of_tree(self, name: str, key: str) -> WorkbookCell | None:
        """Find the cell of a key, or the first inside it, or that of the nearest key around it."""
        while key:
            inside = (
                cell
                for (file, path), cell in self.cells.items()
                if file == name and path.startswith((f"{key}.", f"{key}["))
            )
            nearest = self.cells.get((name, key)) or next(inside, None)
            if nearest is not None:
                return nearest
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return None


def _heading(file: str, key: str, title: str) -> str:
    """Return the heading of a column that is not there, in the language of its sheet."""
    sheet = next(candidate for candidate in sheets() if candidate.place == file)
    lang = _language(title)
    return next((sheet.label(column, lang) for column in sheet.columns if column.key == key), key)


def _suggested(cell: WorkbookCell, found: Any) -> dict[str, str]:
    """Return the words that a cell may have, or the nearest, as its list offers them; nothing where it has no list."""
    lang = _language(cell.title)
    sheet = next((candidate for candidate in sheets() if candidate.title(lang) == cell.title), None)
    column = None if sheet is None else _labels(sheet).get(cell.label.casefold())
    if column is None or not column.choice:
        return {}
    return {"suggestion": suggestion(found, choices(column.choice, lang).values())}


def _language(title: str) -> str:
    """Return the language of the title of a sheet; titles of before are Chinese."""
    return next((lang for lang in LANGUAGES if any(sheet.title(lang) == title for sheet in sheets())), "zh")


def _follows(fault: Fault, issues: Sequence[Fault]) -> bool:
    """Check whether a fault only follows from others: a list is short of items that have faults, a table is unknown."""
    if fault.code == "cases.too_short":
        return any(other.key.startswith(f"{fault.key}[") for other in issues)
    return fault.code == "cases.missing_file" and fault.file in TABLES_UNKNOWN.values()


def _sheet_of(key: str) -> WorkbookSheet:
    """Return the sheet that a key of ``case.yaml`` belongs to."""
    by_key = {sheet.key: sheet for sheet in sheets()}
    if any(path == key or path.startswith(f"{key}.") for path in FACTS):
        return by_key["facts"]
    return next((sheet for sheet in sheets() if sheet.place and key.startswith(sheet.place)), by_key["park"])


def read_workbook(content: bytes, name: str = "", called: str = BOOK) -> CaseWorkbook:
    """Read a workbook made from the template.

    Parameters
    ----------
    content
        The workbook, as bytes.
    name
        Short name of the case, where the workbook has none.
    called
        Name of the workbook in faults.

    Raises
    ------
    copark.cases.files.Refused
        If it is no workbook of a case, or made to harm.
    """
    titled = {sheet.title(lang): sheet for sheet in sheets() for lang in LANGUAGES}
    titled |= {words: sheet for words, key in FORMER_SHEETS.items() for sheet in sheets() if sheet.key == key}
    cells, titles, faults = read_cells(content, titled, called)
    titles_by_key = {titled[title].key: title for title in cells}
    for absent in (sheet for sheet in sheets() if sheet.key in NEEDED and sheet.key not in titles_by_key):
        both = " / ".join(absent.title(lang) for lang in LANGUAGES)
        raise refuse(UPLOAD, "no_sheet", called, found=", ".join(titles), needed=both)
    book = CaseWorkbook(
        faults=faults,
        titles={
            candidate.key: titles_by_key[candidate.key] for candidate in sheets() if candidate.key in titles_by_key
        },
    )
    readers = {"form": _form, "facts": _facts, "list": _list, "named": _named, "table": _table, "wide": _wide}
    for sheet in sheets():
        if sheet.key in titles_by_key:
            readers[sheet.kind](_Reading(book, sheet, titles_by_key[sheet.key], cells[titles_by_key[sheet.key]]))
    book.tree = complete_tree(book.tree, book.tables, name)
    return book


@dataclass
class _Reading:
    """A sheet as it is read."""

    book: CaseWorkbook
    sheet: WorkbookSheet
    title: str
    rows: list[list[str]]

    def say(self, code: str, row: int, column: int, **values: Any) -> None:
        """Add a fault in a cell of this sheet.

        Parameters
        ----------
        code
            Code of the fault, whose text says the repair.
        row, column
            Place of the cell, both counted from 1.
        **values
            Values that the text names.
        """
        self.book.faults.append(fault(code, place(self.title, row, column), **values))

    def cell(self, row: int, column: int, label: str = "") -> WorkbookCell:
        """Return the place of a cell, so that a fault of the case that comes of it can point to it.

        Parameters
        ----------
        row, column
            Place of the cell, both counted from 1.
        label
            What it stands under, by default the heading of its column.
        """
        return WorkbookCell(self.title, row, column, label or self.rows[0][column - 1])

    def columns(self) -> dict[int, SheetColumn]:
        """Return the columns by their place in the sheet, as the headings of its first row say."""
        columns_by_label = _labels(self.sheet)
        columns: dict[int, SheetColumn] = {}
        head = self.rows[0] if self.rows else []
        for position, label in enumerate(head, start=1):
            column = columns_by_label.get(label.casefold())
            if column is not None and column in columns.values():
                self.say("head_twice", 1, position, found=label)
            elif column is not None:
                columns[position] = column
            elif label or any(len(row) >= position and row[position - 1] for row in self.rows):
                self.say("unknown_head", 1, position, found=label, suggestion=suggestion(label, _headings(self.sheet)))
        if not columns:
            self.book.faults = [issue for issue in self.book.faults if not issue.file.startswith(f"{self.title}!")]
            if self.rows:
                self.say("no_head", 1, 1, expected=", ".join(_headings(self.sheet)[:4]))
        return columns

    def records(self, columns: Mapping[int, SheetColumn]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield rows with anything in them, by number; explanations below the headings are none."""
        explanations = {
            (position, self.sheet.told(column, lang)) for position, column in columns.items() for lang in LANGUAGES
        }
        for number, row in enumerate(self.rows[1:], start=2):
            cells = {position: words for position, words in enumerate(row, start=1) if words}
            if cells and explanations.isdisjoint(cells.items()):
                record = {columns[position].key: words for position, words in cells.items() if position in columns}
                if record:
                    yield number, record

    def values(self, cells: Mapping[str, str]) -> JsonObject:
        """Return the values ``case.yaml`` would have for the cells of a row."""
        return {column.key: _value(column, cells[column.key]) for column in self.sheet.columns if column.key in cells}

    def stand(self, file: str, path: str, row: int, columns: Mapping[int, SheetColumn], lead: str = "") -> None:
        """Remember where the keys of a record stand; the record itself where ``lead`` does.

        Parameters
        ----------
        file
            File of the case that the record goes to.
        path
            Path of the record in that file.
        row
            Row of the sheet that it is read from.
        columns
            Columns of the sheet, by their place.
        lead
            Key of the record whose cell stands for the whole record; empty for none.
        """
        for position, column in columns.items():
            self.book.cells[file, f"{path}.{column.key}"] = self.cell(row, position)
        if lead:
            self.book.cells.setdefault((file, path), self.book.cells[file, f"{path}.{lead}"])


@cache
def _labels(sheet: WorkbookSheet) -> dict[str, SheetColumn]:
    """Return the columns by what may stand at their head, in any language, in lower case."""
    former = {words: column for words, key in FORMER_HEADINGS.items() for column in sheet.columns if column.key == key}
    return (
        {column.key.casefold(): column for column in sheet.columns}
        | former
        | {sheet.label(column, lang).casefold(): column for lang in LANGUAGES for column in sheet.columns}
    )


def _headings(sheet: WorkbookSheet) -> list[str]:
    return [sheet.label(column, lang) for column in sheet.columns for lang in LANGUAGES]


def _form(reading: _Reading) -> None:
    columns_by_label = _labels(reading.sheet)
    heads = {text("workbook.form.what", lang) for lang in LANGUAGES}
    for number, row in enumerate(reading.rows, start=1):
        label, words = (*row, "", "")[:2]
        column = columns_by_label.get(label.casefold())
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
    position = next((number for number, column in columns.items() if column.key == "what"), 1)
    for number, cells in reading.records(columns):
        label = cells.pop("what", "")
        what = codes("fact").get(label.casefold(), "")
        if not what:
            near = suggestion(label, (words for lang in LANGUAGES for words in choices("fact", lang).values()))
            reading.say("unknown_line", number, position, found=label, suggestion=near)
            continue
        unit, several = FACTS[what]
        before = got(tree, what)
        if before is not None and not several:
            reading.say("only_one", number, 1, found=label)
            continue
        record = nested({"unit": unit, "basis": text("workbook.basis"), **reading.values(cells)})
        _put(tree, what, [*(before or []), record] if several else record)
        reading.stand(CASE, f"{what}[{len(before or [])}]" if several else what, number, columns, "what")


def _list(reading: _Reading) -> None:
    columns = reading.columns()
    sheet = reading.sheet
    entries_read: list[JsonObject] = []
    for number, cells in reading.records(columns):
        reading.stand(CASE, f"{sheet.place}[{len(entries_read)}]", number, columns)
        if any(column.key == "key" and not column.choice for column in sheet.columns):
            cells.setdefault("key", f"{sheet.key}-{number}")
        entries_read.append(nested(_with_facts(reading.values(cells))))
    if entries_read:
        _put(reading.book.tree, sheet.place, entries_read)


def _with_facts(values: JsonObject) -> JsonObject:
    """Complete values of money or land with what they lack from the row: date, grade, source and note."""
    completed = dict(values)
    for key in (path.removesuffix(".value") for path in values if path.endswith(".value")):
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
        completed |= {name: value for name, value in taken.items() if value is not None and name not in values}
    return completed


def _named(reading: _Reading) -> None:
    columns = reading.columns()
    sheet = reading.sheet
    records: JsonObject = {}
    file = SOURCES if sheet.place == SOURCES else CASE
    position = next((number for number, column in columns.items() if column.key == "key"), 1)
    for number, cells in reading.records(columns):
        key = cells.pop("key", "")
        if not key or key in records:
            reading.say("no_key" if not key else "key_again", number, position, found=key)
            continue
        path = written((key,) if file == SOURCES else (sheet.place, key))
        reading.stand(file, path, number, columns, "key")
        records[key] = nested(reading.values(cells))
    if file == SOURCES:
        reading.book.sources = records
    elif records:
        reading.book.tree[sheet.place] = records


def _table(reading: _Reading) -> None:
    columns = reading.columns()
    if not columns:
        return
    file = reading.sheet.place
    sheet = reading.sheet
    book = reading.book
    book.cells |= {(file, column.key): reading.cell(1, position) for position, column in columns.items()}
    book.cells[file, ""] = WorkbookCell(reading.title, 1, min(columns), "")
    written_columns = [column for column in sheet.columns if column in columns.values() or column.key in _FILLED]
    rows = [[column.key for column in written_columns]]
    for number, cells in reading.records(columns):
        rows += [[] for _ in range(len(rows) + 1, number)]
        words = {column.key: _word(column, cells[column.key]) for column in sheet.columns if column.key in cells}
        filled = {**fillings(words, file), **words}
        rows.append([filled.get(column.key, "") for column in written_columns])
    if len(rows) > 1 or sheet.key == "observations":
        book.tables[file] = rows


def _wide(reading: _Reading) -> None:
    """Append to ``series.csv`` the rows that a sheet with a column for each variable stands for."""
    columns = reading.columns()
    places = {column.key: position for position, column in columns.items()}
    sheet = reading.sheet
    book = reading.book
    lang = _language(reading.title)
    for number, cells in reading.records(columns):
        words = {column.key: _word(column, cells[column.key]) for column in sheet.columns if column.key in cells}
        faults: list[WideFault] = []
        rows = [complete_observation(row) for row in observations_in(sheet.key, words, lang, faults)]
        for code, column, values in faults:
            reading.say(code, number, places[column], **values)
        where = {key: reading.cell(number, position) for key, position in places.items()}
        table = book.tables.setdefault(OBSERVATIONS, [[]])
        for line, row in zip(append(table, rows), rows, strict=True):
            book.wide[line] = {**where, "": where[row["variable"]]}


def cited_in(tree: Any) -> Iterator[str]:
    """Yield the keys of sources that a tree names, wherever."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key == "source" and isinstance(value, (str, list)):
                yield from split(value) if isinstance(value, str) else map(str, value)
            else:
                yield from cited_in(value)
    elif isinstance(tree, list):
        for part in tree:
            yield from cited_in(part)


def fillings(row: Mapping[str, str], table: str = OBSERVATIONS) -> dict[str, str]:
    """Return what empty cells of a row of a table stand for: the plain answer, where there is one."""
    if table == DECISIONS:
        return {"bound": "range" if "high" in row else "exact"} if "value" in row else {}
    plain = {"use": "yes", "bound": "exact", "basis": text("workbook.basis"), "table": row.get("date", "")}
    variable = SERIES.get(row.get("variable", ""))
    if variable is not None:
        plain["role"] = "fit" if variable.output and not row.get("other_basis") else "context"
        if len(variable.units()) == 1:
            plain["unit"] = variable.units()[0]
    return plain


def complete_observation(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row of ``series.csv`` with the plain answers of what it does not say."""
    return {**{name: words for name, words in fillings(row).items() if name != "table"}, **row}


def _word(column: SheetColumn, words: str) -> str:
    """Return a cell as a table of a case has it."""
    if column.several:
        return "; ".join(split(words))
    return codes(column.choice).get(words.casefold(), words) if column.choice else words


def _value(column: SheetColumn, words: str) -> Any:
    """Return a cell as ``case.yaml`` has it."""
    if column.several == "spans":
        return [_span(span) for span in split(words)]
    word = _word(column, words)
    if column.several and not column.key.endswith("source"):
        return split(words)
    if column.choice == "yes_no":
        return {"yes": True, "no": False}.get(word, word)
    return _number(word) if column.is_number else word


def split(words: str) -> list[str]:
    """Return the several words of one cell."""
    return [part.strip() for part in _SPLIT.split(words) if part.strip()]


def _span(words: str) -> dict[str, str]:
    since, _, until = (part.strip() for part in words.partition("/"))
    return {"from": since, **({"to": until} if until else {})}


def _number(words: str) -> Any:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return words
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else words


def _put(tree: JsonObject, path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        tree = tree.setdefault(step, {})
    tree[last] = value


def got(tree: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path, such as ``land.block``; ``None`` where there is nothing."""
    node: Any = tree
    for step in path.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def nested(values: Mapping[str, Any]) -> JsonObject:
    """Return a tree of values whose keys are paths, such as ``land.block``."""
    tree: JsonObject = {}
    for path, value in values.items():
        _put(tree, path, value)
    return tree


def complete_tree(content: Mapping[str, Any], tables: Container[str], name: str) -> JsonObject:
    """Complete the content of ``case.yaml``: fill in what has one plain answer, and name what is not known.

    What is no mapping or no list where one is expected is left as it is: the schema of the file tells it.
    """
    tree = dict(content)
    origins = {"third": "WLD"}
    sides = tree.setdefault("sides", {})
    for side in ("home", "host"):
        government = sides.setdefault(side, {}) if isinstance(sides, dict) else None
        code = government.get("country") if isinstance(government, dict) else None
        # What is wrong is told by its own cell.
        origins[side] = code if isinstance(code, str) and code in entries("countries") else "WLD"
        if isinstance(government, dict):
            government.setdefault("title", {lang: country_name(origins[side], lang) for lang in LANGUAGES})
    world = tree.setdefault("world", {})
    if isinstance(world, dict) and isinstance(world.get("source", {}), dict):
        world["source"] = {**origins, **world.get("source", {})}
    clock = tree.setdefault("clock", {})
    if isinstance(clock, dict):
        clock.setdefault("quarters", _quarters(clock))
    declared = tree.pop("not_known", [])
    if not isinstance(declared, list):
        return {"format": 1, "name": name or "my-park", "not_known": declared, **tree}
    unknown = [*declared, *_unknown(tree, tables, declared)]
    return {"format": 1, "name": name or "my-park", **({"not_known": unknown} if unknown else {}), **tree}


def _quarters(clock: Mapping[str, Any]) -> int:
    try:
        data = Quarter.parse(str(clock["data_end"])) - Quarter.parse(str(clock["start"])) + 1
    except (KeyError, ValueError):
        return QUARTERS
    return max(QUARTERS, min(data + BEYOND, MOST_QUARTERS))


def _unknown(tree: JsonObject, tables: Container[str], declared: Sequence[str]) -> Iterator[str]:
    """Yield what nobody has given and a case may leave unknown."""
    lacking = [word for word in ("shareholders", "quota", "capability") if word not in tree]
    lacking += [word for word, file in TABLES_UNKNOWN.items() if file not in tables]
    yield from (word for word in lacking if word not in declared)
    for key, parts in _PARTS.items():
        if key in declared:
            continue
        if key not in tree:
            yield key
            continue
        if not isinstance(tree[key], dict):
            continue
        yield from (f"{key}.{part}" for part in parts if part not in tree[key] and f"{key}.{part}" not in declared)
        if key == "land" and "land.plan" not in declared:
            tree[key].setdefault("plan", [])
