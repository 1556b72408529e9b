"""Reading a person's files and archives: nothing is trusted until it is parsed.

Each reader of files adds the faults it meets to a list and gives ``None`` where it cannot go on. In an archive neither
names nor sizes are believed: its list of contents is looked at before a byte of it is read, and what is read is read to
a limit and no further. A workbook is such an archive, of XML.
"""

import codecs
import os
import re
import stat
import warnings
import zipfile
import zlib
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from copark.cases.types import LARGEST, shown, suggestion
from copark.errors import Fault
from copark.json_types import JsonObject

MOST_BYTES = 5_000_000
"""Largest file that is read."""
MOST_BYTES_FOLDER = 20_000_000
"""Most that is read of one folder."""
MOST_FAULTS = 500
"""Most faults reported of one folder; a closing line says how many more were found."""
ENOUGH = 2 * MOST_FAULTS
"""Faults of one kind of check after which it looks no further: a file of garbage must not take minutes."""

_UTF_16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

MOST_RATIO = 200
"""A file that shrinks more than this was made to harm: text of a case shrinks by 3 to 10."""
RATIO_FROM = 100_000
"""Bytes from which the ratio counts."""
LONGEST_MARK = 1_000_000
"""Bytes between two marks of XML: a cell has at most 32,767 letters, and parsers take the square of the length."""
_LONG_TEXT = re.compile(rb"(?<![^<])[^<]{%d,}" % (LONGEST_MARK + 1))
"""Looked for in place: cut at its marks, 35 MB of small ones would take 400."""
PIECE = 1 << 16
_MARKS_16 = (b"\xff\xfe", b"\xfe\xff", b"\0\0")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]*)", re.ASCII)
UPLOAD = "web.upload"
"""Area of the texts with the words of faults of workbooks."""
BOOK = "upload.xlsx"
"""Name in faults of a workbook that has none of its own."""
MOST_ROWS = 20_000
MOST_COLUMNS = 501
"""One more than any table may have, so that too many are seen."""
MOST_PARTS = 200
MOST_INSIDE = 40_000_000
MOST_MARKS = 1_500_000
"""Marks and attributes of XML: a parser takes a hundred bytes for each; a cell has about nine."""
MOST_LETTERS = 20_000_000
"""Letters of all cells together."""
LONGEST_CELL = 32_767
"""Letters of a cell, in any spreadsheet program."""
BROKEN = (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, IndexError, zlib.error)
"""What a library may raise over a broken archive; of a method it does not know, a kind of ``RuntimeError``."""

KeyPath = tuple[str | int, ...]


def fault(code: str, file: str, line: int | None = None, key: str | KeyPath = "", **values: Any) -> Fault:
    """Make a fault of the area ``cases``.

    Parameters
    ----------
    code
        Last part of the key of its words.
    file
        Name of the file at fault.
    line
        Its line, where there is one.
    key
        Path of the key, or name of the column, at fault.
    **values
        What the words name; made fit to be shown.
    """
    path = key if isinstance(key, str) else written(key)
    return Fault(f"cases.{code}", file, line, path, {name: shown(value) for name, value in values.items()})


def written(path: KeyPath) -> str:
    """Write a path of keys as a person does: ``finance.credit[1].amount`` (items counted from 0)."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in path)
    return "".join(parts).lstrip(".")


def read_text(folder: Path, name: str, faults: list[Fault]) -> str | None:
    """Read a file of a folder as UTF-8 text, with or without a byte order mark.

    Refused are links, whatever is not a regular file, files above :data:`MOST_BYTES` (their size is asked before they
    are read), NUL bytes and every other encoding.

    Parameters
    ----------
    folder
        The folder.
    name
        Name of the file.
    faults
        List to which faults are added.

    Returns
    -------
    The text; ``None`` where it is refused.
    """
    raw = _read_bytes(folder / name, name, faults)
    if raw is None:
        return None
    if raw.startswith(_UTF_16_32):
        faults.append(fault("utf16", name, 1))
        return None
    raw = raw.removeprefix(codecs.BOM_UTF8)
    nul = raw.find(b"\0")
    if nul >= 0:
        faults.append(fault("nul_byte", name, raw.count(b"\n", 0, nul) + 1))
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        faults.append(fault("not_utf8", name, raw.count(b"\n", 0, error.start) + 1, found=f"0x{byte:02X}"))
        return None


def _read_bytes(path: Path, name: str, faults: list[Fault]) -> bytes | None:
    if path.is_symlink():
        faults.append(fault("link", name))
        return None
    try:
        # A named pipe would wait for a writer, and a link may have been put in place since the question above.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        faults.append(fault("unreadable", name, reason=os.strerror(error.errno or 0)))
        return None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
        os.close(handle)
        regular = stat.S_ISREG(status.st_mode)
        faults.append(too_large(name, status.st_size, MOST_BYTES) if regular else fault("not_a_file", name))
        return None
    with os.fdopen(handle, "rb") as stream:
        return stream.read(MOST_BYTES)


def too_large(name: str, size: int, most: int) -> Fault:
    """Report that a file is larger than what is read.

    Parameters
    ----------
    name
        Name of the file in its folder.
    size
        Its size, bytes.
    most
        Largest size that is read, bytes.

    Returns
    -------
    The fault, with both in MB.
    """
    return fault("too_large", name, found=f"{size / 1e6:.1f}", most=f"{most / 1e6:.0f}")


def check_folder(folder: Path, needed: Iterable[str], optional: Iterable[str], faults: list[Fault]) -> set[str]:
    """Return which of a case's files may be read; see that nothing is missing, misnamed or too much.

    Hidden files, Markdown and whatever is neither YAML nor CSV are left alone.

    Parameters
    ----------
    folder
        Folder of the case.
    needed
        Names of files that must be there.
    optional
        Names of files that may be there.
    faults
        List to which faults are added.
    """
    expected = {*needed, *optional}
    needed = tuple(needed)
    try:
        entries = {entry.name: entry for entry in os.scandir(folder)}
    except OSError as error:
        faults.append(fault("unreadable", str(folder), reason=os.strerror(error.errno or 0)))
        return set()
    if not any(name in expected for name in entries):
        faults.append(fault("empty_folder", folder.name or str(folder), needed=", ".join(needed)))
        return set()
    faults.extend(fault("missing_file", name) for name in needed if name not in entries)
    faults.extend(
        fault("unknown_file", name, found=name, suggestion=suggestion(name, expected))
        for name in sorted(entries)
        if name not in expected and not name.startswith(".") and name.endswith((".yaml", ".yml", ".csv"))
    )
    present = expected & entries.keys()
    total = sum(entries[name].stat(follow_symlinks=False).st_size for name in present)
    largest = max(entries[name].stat(follow_symlinks=False).st_size for name in present)
    if total > MOST_BYTES_FOLDER and largest <= MOST_BYTES:
        faults.append(too_large(folder.name, total, MOST_BYTES_FOLDER))
        return set()
    return present


def distinct(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults without those that are told already: a cell may stand for several lines of a table."""
    kept: list[Fault] = []
    for each in faults:
        if each not in kept:
            kept.append(each)
    return kept


def in_reading_order(faults: Iterable[Fault], files: Iterable[str]) -> list[Fault]:
    """Put faults in the order a person reads the files, each once, and cut the list at :data:`MOST_FAULTS`."""
    rank = {name: place for place, name in enumerate(files)}
    once = {
        (entry.file, entry.line, entry.key, entry.code, tuple(sorted(entry.values.items()))): entry for entry in faults
    }
    ordered = sorted(
        once.values(), key=lambda entry: (rank.get(entry.file, -1), entry.line or 0, entry.key, entry.code)
    )
    if len(ordered) <= MOST_FAULTS:
        return ordered
    rest = len(ordered) - MOST_FAULTS
    return [*ordered[:MOST_FAULTS], fault("more_faults", ordered[-1].file, rest=rest)]


class Refused(Exception):
    """Refusal of what somebody brings, with its faults."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(faults[0].code if faults else "")


class Archive:
    """The files of an archive.

    Parameters
    ----------
    archive
        The archive, open.
    name
        Name of the archive in faults.
    area
        Area of the texts with the words of these faults.
    size
        Size of the archive, bytes.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str, area: str, size: int) -> None:
        self.archive = archive
        self.name = name
        self.area = area
        self.size = size

    def refuse(self, code: str, key: str = "", **values: Any) -> Refused:
        """Describe why it is refused."""
        return refuse(self.area, code, self.name, key, **values)

    def files(self, most_entries: int, most_bytes: int) -> list[zipfile.ZipInfo]:
        """Return its files; Refused if it holds too much, or anything that is no plain file."""
        entries = self.archive.infolist()
        if len(entries) > most_entries:
            raise self.refuse("too_many_entries", found=len(entries), most=most_entries)
        if sum(entry.file_size for entry in entries) > most_bytes:
            raise self.refuse("too_large_inside", most=most_bytes // 1_000_000)
        if sum(entry.compress_size for entry in entries) > self.size:  # then they lie over one another
            raise self.refuse("bomb")
        for entry in entries:
            if not entry.filename:
                raise self.refuse("broken")
            if entry.flag_bits & 0x1:
                raise self.refuse("encrypted", shown(entry.filename))
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise self.refuse("not_a_plain_file", shown(entry.filename))
            if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
                raise self.refuse("bomb", shown(entry.filename))
        return [entry for entry in entries if not entry.is_dir()]

    def pieces(self, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
        """Yield one of its files piece by piece, whatever size it gives; Refused if it has more bytes, or is broken."""
        size = 0
        try:
            with self.archive.open(entry) as stream:
                while piece := stream.read(PIECE):
                    size += len(piece)
                    if size > most:
                        raise self.refuse("too_large_inside", shown(entry.filename), most=most // 1_000_000)
                    yield piece
        except BROKEN as error:
            raise self.refuse("broken", shown(entry.filename)) from error

    def read(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        """Read one of its files whole; see :meth:`pieces`."""
        return b"".join(self.pieces(entry, most))


def refuse(area: str, code: str, file: str, key: str = "", **values: Any) -> Refused:
    """Make the refusal of something.

    Parameters
    ----------
    area
        Area of the texts with its words.
    code
        Last part of the key of its words.
    file
        Name of the file that is refused.
    key
        Part of the file at fault.
    **values
        What the words name; made fit to be shown.
    """
    return Refused(Fault(f"{area}.{code}", file, None, shown(key), {name: shown(v) for name, v in values.items()}))


@contextmanager
def opened(source: bytes | Path, name: str, area: str) -> Iterator[Archive]:
    """Open an archive; Refused if it is none.

    Parameters
    ----------
    source
        The archive, or its file.
    name
        Name of the archive in faults.
    area
        Area of the texts with the words of these faults.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
    except BROKEN:
        raise refuse(area, "not_an_archive", name) from None
    with archive:
        yield Archive(archive, name, area, size)


def leads_out(name: str) -> bool:
    """Return whether a name in an archive is no plain path inside it, on any system."""
    path = PurePosixPath(name)
    return "\\" in name or ":" in name or path.is_absolute() or ".." in path.parts


def check_workbook(source: bytes, name: str, area: str, most_parts: int, most_bytes: int) -> None:
    """Look through the parts of a workbook before a parser of XML does.

    Parameters
    ----------
    source
        The workbook.
    name
        Name of the workbook in faults.
    area
        Area of the texts with the words of these faults.
    most_parts
        Most parts it may have.
    most_bytes
        Most bytes its parts may have together.

    Raises
    ------
    Refused
        If it is no archive, holds too much, declares entities, or has texts longer than any cell's.
    """
    with opened(source, name, area) as archive:
        for entry in archive.files(most_parts, most_bytes):
            raw = archive.read(entry, most_bytes)
            if _encoding(raw) not in ("utf-8", "us-ascii"):
                raise archive.refuse("encoding", entry.filename)
            if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
                raise archive.refuse("entities", entry.filename)
            if _LONG_TEXT.search(raw) is not None:
                raise archive.refuse("bomb", entry.filename)


def _encoding(raw: bytes) -> str:
    """Return the encoding that XML says it has: in another one, entities could be declared unseen."""
    if raw[:2] in (b"<\0", b"\0<", *_MARKS_16):
        return "utf-16"
    match = _ENCODING.search(raw[:1000])
    return "utf-8" if match is None else match[1].decode("ascii", "replace").lower()


def place(sheet: str, row: int, column: int) -> str:
    """Name a cell as a spreadsheet does: ``Observations!C7``.

    Parameters
    ----------
    sheet
        Title of the sheet.
    row, column
        Place of the cell, both counted from 1.

    Returns
    -------
    The place as a fault shows it and as a spreadsheet finds it.
    """
    from openpyxl.utils import get_column_letter

    return f"{sheet}!{get_column_letter(column)}{row}"


def read_cells(
    content: bytes, sheets: Container[str] | None, called: str = BOOK
) -> tuple[dict[str, list[list[str]]], list[str], list[Fault]]:
    """Read the cells of a workbook as texts; nothing is computed.

    Parameters
    ----------
    content
        The workbook.
    sheets
        Titles of the sheets that are read; ``None`` for the first.
    called
        Name of the workbook in faults.

    Returns
    -------
    Rows of each sheet read, by title, each up to its last cell that is not empty; the titles of all sheets; and faults
    of formulas that have no stored value or show an error.

    Raises
    ------
    Refused
        If it is no workbook, is too large, or declares entities.
    """
    marks = 0
    with opened(content, called, UPLOAD) as archive:
        for entry in archive.files(MOST_PARTS, MOST_INSIDE):
            for piece in archive.pieces(entry, MOST_INSIDE):
                marks += piece.count(b"<") + piece.count(b"=")
                if marks > MOST_MARKS:
                    raise archive.refuse("too_many_marks", entry.filename, most=MOST_MARKS)
    check_workbook(content, called, UPLOAD, MOST_PARTS, MOST_INSIDE)
    from openpyxl import load_workbook

    faults: list[Fault] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        titles = list(book.sheetnames)
        letters = [0]
        named = titles[:1] if sheets is None else [title for title in titles if title in sheets]
        cells = {title: list(_rows(book[title], called, letters, faults)) for title in named}
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - a parser of files that anybody may have made
        raise refuse(UPLOAD, "not_a_workbook", called, reason=type(error).__name__) from None
    return cells, titles, faults


def _rows(sheet: Any, called: str, letters: list[int], faults: list[Fault]) -> Iterator[list[str]]:
    """Yield the texts of every row up to the last that is not empty.

    Letters are counted before a text is taken: many cells may have one that the workbook keeps only once.
    """
    title = sheet.title
    done = 0
    for number, row in _parsed(sheet):
        if number > MOST_ROWS:
            raise refuse(UPLOAD, "too_many_rows", called, title, most=MOST_ROWS)
        cells = [""] * MOST_COLUMNS
        for cell in row:
            column = cell["column"]
            value = cell["value"]
            if not 1 <= column <= MOST_COLUMNS:
                continue
            if value is _NO_VALUE:
                faults.append(fault("no_value", place(title, number, column)))
            elif cell["data_type"] == "e":
                faults.append(fault("error_value", place(title, number, column), found=value))
            else:
                length = len(value) if isinstance(value, str) else 0
                if length > LONGEST_CELL:
                    raise refuse(UPLOAD, "cell_too_long", place(title, number, column), row=number, most=LONGEST_CELL)
                letters[0] += length
                if letters[0] > MOST_LETTERS:
                    raise refuse(UPLOAD, "too_large_inside", called, title, most=MOST_LETTERS // 1_000_000)
                cells[column - 1] = _cell_text(value)
        while cells and not cells[-1]:
            cells.pop()
        if cells and number > done:
            yield from ([] for _ in range(done + 1, number))
            yield cells
            done = number


_NO_VALUE = object()
"""The value of a formula without one."""


def _parsed(sheet: Any) -> Iterator[tuple[int, list[JsonObject]]]:
    """Yield rows by number, as the library parses them with the stored values; a formula without one is marked."""
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:  # noqa: SLF001 - as the sheet itself does, which lets nobody change its parser
        parser: Any = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parse = parser.parse_cell

        def parse_cell(element: Any) -> JsonObject:
            cell: JsonObject = parse(element)
            if cell["value"] is None and element.find(FORMULA_TAG) is not None:
                cell["value"] = _NO_VALUE
            return cell

        parser.parse_cell = parse_cell
        yield from parser.parse()


def _cell_text(value: Any) -> str:
    """Return a cell as the text that a table of a case would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < LARGEST else repr(value)
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else " ".join(str(value).split())
