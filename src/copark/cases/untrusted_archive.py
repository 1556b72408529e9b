"""An archive somebody brings: nothing in it is believed, neither its names nor its sizes.

Looked at is its list of contents, before a byte of it is read; what is read is read to a limit and no further. A
workbook is such an archive, of XML.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from copark.cases.types import shown
from copark.errors import Fault

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
BROKEN = (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, IndexError, zlib.error)
"""What a library may raise over a broken archive; of a method it does not know, a kind of ``RuntimeError``."""


class Refused(Exception):
    """What somebody brings cannot be taken; it carries why."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(faults[0].code if faults else "")


class Archive:
    """The files of an archive.

    Parameters
    ----------
    archive
        The archive.
    name
        What it is called in faults.
    area
        Where the words of its faults are: fault ``bomb`` has the words ``<area>.bomb.cause`` and ``.repair``.
    size
        Its bytes: files that together say they take more of them lie over one another.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str, area: str, size: int) -> None:
        self.archive = archive
        self.name = name
        self.area = area
        self.size = size

    def refuse(self, code: str, key: str = "", **values: Any) -> Refused:
        """Say why it is refused."""
        return refuse(self.area, code, self.name, key, **values)

    def files(self, most_entries: int, most_bytes: int) -> list[zipfile.ZipInfo]:
        """Its files, after a look at its list of contents.

        Raises
        ------
        Refused
            If it holds too much, or anything that is no plain file.
        """
        entries = self.archive.infolist()
        if len(entries) > most_entries:
            raise self.refuse("too_many_entries", found=len(entries), most=most_entries)
        if sum(entry.file_size for entry in entries) > most_bytes:
            raise self.refuse("too_large_inside", most=most_bytes // 1_000_000)
        if sum(entry.compress_size for entry in entries) > self.size:
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
        """One of its files piece by piece, however large it says to be, to at most that many bytes.

        Raises
        ------
        Refused
            If it is larger, or broken.
        """
        found = 0
        try:
            with self.archive.open(entry) as stream:
                while piece := stream.read(PIECE):
                    found += len(piece)
                    if found > most:
                        raise self.refuse("too_large_inside", shown(entry.filename), most=most // 1_000_000)
                    yield piece
        except BROKEN as error:
            raise self.refuse("broken", shown(entry.filename)) from error

    def read(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        """One of its files whole; see :meth:`pieces`."""
        return b"".join(self.pieces(entry, most))


def refuse(area: str, code: str, file: str, key: str = "", **values: Any) -> Refused:
    """Say why something is refused."""
    return Refused(Fault(f"{area}.{code}", file, None, shown(key), {name: shown(v) for name, v in values.items()}))


@contextmanager
def opened(source: bytes | Path, name: str, area: str) -> Iterator[Archive]:
    """Open an archive.

    Raises
    ------
    Refused
        If it is none.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
    except BROKEN:
        raise refuse(area, "not_an_archive", name) from None
    with archive:
        yield Archive(archive, name, area, size)


def leads_out(name: str) -> bool:
    """Whether a name in an archive is no plain path inside it, on any system."""
    path = PurePosixPath(name)
    return "\\" in name or ":" in name or path.is_absolute() or ".." in path.parts


def check_workbook(source: bytes, name: str, area: str, most_parts: int, most_bytes: int) -> None:
    """Look through the parts of a workbook before a parser of XML does.

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
    """The encoding that XML says it has: in another one, entities could be declared unseen."""
    if raw[:2] in (b"<\0", b"\0<", *_MARKS_16):
        return "utf-16"
    found = _ENCODING.search(raw[:1000])
    return "utf-8" if found is None else found[1].decode("ascii", "replace").lower()
