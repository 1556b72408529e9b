"""Unpacking what a person uploads: nothing in an archive is believed, neither its names nor its sizes.

An archive may hold the files of one case, at its top or in one folder. Whatever is more, larger, deeper, linked,
encrypted or elsewhere is refused before a byte of it is written; what is written has names of our own.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

from copark.cases.archive import Archive, leads_out, opened
from copark.cases.check import NEEDED, OPTIONAL
from copark.cases.files import MOST_BYTES, MOST_BYTES_FOLDER
from copark.cases.types import suggestion

AREA = "web.upload"
ARCHIVE = "upload.zip"
FILES = (*NEEDED, *OPTIONAL)
MOST_ENTRIES = 60


def named_files(archive: Archive, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
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
        if leads_out(entry.filename):
            raise archive.refuse("leads_out", key=entry.filename)
        if parts and (parts[0] == "__MACOSX" or path.name.startswith(".")):
            continue
        if len(parts) > 2:
            raise archive.refuse("too_deep", key=entry.filename)
        if path.name.endswith((".md", ".txt", ".json")):
            continue
        if path.name not in FILES:
            raise archive.refuse("unknown_file", key=entry.filename, suggestion=suggestion(path.name, FILES))
        folders.add(path.parent)
        if path.name in seen or len(folders) > 1:
            raise archive.refuse("several_cases", key=entry.filename)
        seen.add(path.name)
        yield path.name, entry


def unpack_zip(content: bytes, folder: Path) -> None:
    """Unpack an archive of a case into a folder.

    Raises
    ------
    Refused
        If it cannot be taken.
    """
    with opened(content, ARCHIVE, AREA) as archive:
        files = list(named_files(archive, archive.files(MOST_ENTRIES, MOST_BYTES_FOLDER)))
        if not files:
            raise archive.refuse("no_case", needed=", ".join(NEEDED))
        left = MOST_BYTES_FOLDER
        for name, entry in files:
            raw = archive.read(entry, min(MOST_BYTES, left))
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
