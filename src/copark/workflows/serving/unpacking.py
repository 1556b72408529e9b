"""Unpacking what a person uploads: nothing in an archive is believed, neither its names nor its sizes.

An archive may hold the files of one case, at its top or in one folder. Whatever is more, larger, deeper, linked,
encrypted or elsewhere is refused before a byte of it is written; what is written has names of our own.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from copark.cases.check import NEEDED, OPTIONAL
from copark.cases.fields import shown, suggestion
from copark.cases.reading import MOST_BYTES, MOST_BYTES_FOLDER
from copark.errors import Fault

ARCHIVE = "upload.zip"
FILES = (*NEEDED, *OPTIONAL)
MOST_ENTRIES = 60
MOST_RATIO = 200
"""A file that shrinks more than this was made to harm: text of a case shrinks by 3 to 10."""
RATIO_FROM = 100_000
"""Bytes from which the ratio counts."""
PIECE = 1 << 16


class Refused(Exception):
    """An upload cannot be taken; it carries why."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(faults[0].code if faults else "")


def refuse(code: str, file: str = ARCHIVE, key: str = "", **values: Any) -> Refused:
    """Say why an upload is refused."""
    return Refused(Fault(f"web.upload.{code}", file, None, key, {name: shown(v) for name, v in values.items()}))


def open_archive(content: bytes, name: str = ARCHIVE) -> zipfile.ZipFile:
    """Open an archive.

    Raises
    ------
    Refused
        If it is none.
    """
    try:
        return zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, EOFError, IndexError):
        raise refuse("not_an_archive", name) from None


def inspect(archive: zipfile.ZipFile, name: str, most_entries: int, most_bytes: int) -> list[zipfile.ZipInfo]:
    """Look at an archive's list of contents before anything is read; give its files.

    Raises
    ------
    Refused
        If it holds too much, or anything that is no plain file.
    """
    entries = archive.infolist()
    if len(entries) > most_entries:
        raise refuse("too_many_entries", name, found=len(entries), most=most_entries)
    if sum(entry.file_size for entry in entries) > most_bytes:
        raise refuse("too_large_inside", name, most=most_bytes // 1_000_000)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise refuse("encrypted", name, entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise refuse("not_a_plain_file", name, entry.filename)
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise refuse("bomb", name, entry.filename)
    return [entry for entry in entries if not entry.is_dir()]


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> bytes:
    """Read one file of an archive, however large it says to be, to at most that many bytes.

    Raises
    ------
    Refused
        If it is larger, or broken.
    """
    found = bytearray()
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(PIECE):
                found += piece
                if len(found) > most:
                    raise refuse("too_large_inside", name, entry.filename, most=most // 1_000_000)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise refuse("broken", name, entry.filename) from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "bz2"):
            raise refuse("broken", name, entry.filename) from None
        raise
    return bytes(found)


def named_files(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The case's files among an archive's, by their own names.

    Raises
    ------
    Refused
        If a name leads out of the archive, or is no name of a case's file, or is there twice.
    """
    folders, seen = set(), set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        parts = path.parts
        if "\\" in entry.filename or path.is_absolute() or ".." in parts or ":" in entry.filename:
            raise refuse("leads_out", key=entry.filename)
        if parts and (parts[0] == "__MACOSX" or path.name.startswith(".")):
            continue
        if len(parts) > 2:
            raise refuse("too_deep", key=entry.filename)
        if path.name.endswith((".md", ".txt", ".json")):
            continue
        if path.name not in FILES:
            raise refuse("unknown_file", key=entry.filename, suggestion=suggestion(path.name, FILES))
        folders.add(path.parent)
        if path.name in seen or len(folders) > 1:
            raise refuse("several_cases", key=entry.filename)
        seen.add(path.name)
        yield path.name, entry


def unpack_zip(content: bytes, folder: Path) -> None:
    """Unpack an archive of a case into a folder.

    Raises
    ------
    Refused
        If it cannot be taken.
    """
    with open_archive(content) as archive:
        entries = inspect(archive, ARCHIVE, MOST_ENTRIES, MOST_BYTES_FOLDER)
        files = list(named_files(entries))
        if not files:
            raise refuse("no_case", needed=", ".join(NEEDED))
        left = MOST_BYTES_FOLDER
        for name, entry in files:
            raw = read_entry(archive, entry, ARCHIVE, min(MOST_BYTES, left))
            left -= len(raw)
            (folder / name).write_bytes(raw)


def pack_zip(folder: Path) -> bytes:
    """The files of a case as an archive, the same bytes each time."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            if (folder / name).is_file():
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (folder / name).read_bytes())
    return stream.getvalue()
