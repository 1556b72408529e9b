"""Taking a case somebody brings: unpacked, checked, and kept under a name that cannot be guessed.

Unpacking what a person uploads: nothing in an archive is believed, neither its names nor its sizes.

An archive may hold the files of one case, at its top or in one folder. Whatever is more, larger, deeper, linked,
encrypted or elsewhere is refused before a byte of it is written; what is written has names of our own.
"""

import secrets
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePosixPath

from copark.cases import check_case, new_case
from copark.cases.check import NEEDED, OPTIONAL
from copark.cases.files import MOST_BYTES, MOST_BYTES_FOLDER
from copark.cases.types import suggestion
from copark.cases.untrusted_archive import Archive, Refused, leads_out, opened
from copark.cases.workbook import EXAMPLE, read_workbook, template_workbook, workbook_of
from copark.errors import CaseFaults, CoparkError, Fault
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.levers import growth_told
from copark.workflows.serving.shelf import UPLOADED, Shelf, scratch_name
from copark.workflows.serving.simulation import case_name

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


MOST_KEPT = 50
"""Uploaded cases kept; beyond, the oldest goes."""
INCOMING = ".incoming-"
OWNER = ".owner-"


class UploadAnswer(Answer):
    """A case that was taken."""

    case: CaseName
    """The case; its name is what to ask for it by, and nobody can guess it."""
    kept: int
    """Uploaded cases that are kept before the oldest goes."""
    notes: list[Said]
    """Whose growth is not on record, and what stands there; empty where it is."""


def take(shelf: Shelf, content: bytes, *, workbook: bool, owner: str = "") -> UploadAnswer:
    """Take an uploaded case.

    Parameters
    ----------
    content
        An archive of a case's files, or a workbook.
    owner
        Whose it is.

    Raises
    ------
    CaseFaults
        If it cannot be unpacked or has faults; all of them, with places in what was uploaded.
    """
    root = shelf.uploads
    if root is None:
        raise CaseFaults([])
    root.mkdir(parents=True, exist_ok=True)
    folder = root / scratch_name(INCOMING)
    folder.mkdir()
    try:
        try:
            faults = _unpack(content, folder, workbook=workbook)
        except Refused as refused:
            raise CaseFaults(refused.faults) from None
        if faults:
            raise CaseFaults(faults)
        name = f"u-{secrets.token_hex(16)}"
        if owner:
            _owner_file(root, name).write_text(owner, encoding="utf-8")
        folder.rename(root / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _forget_oldest(shelf, root)
    shelved = shelf.get(name)
    return UploadAnswer(case=case_name(shelved), kept=MOST_KEPT, notes=growth_told(shelved.case))


def _unpack(content: bytes, folder: Path, *, workbook: bool) -> list[Fault]:
    """Write what was brought into a folder; everything wrong with it, of a workbook by cell."""
    if not workbook:
        unpack_zip(content, folder)
        return check_case(folder)
    book = read_workbook(content)
    faults = book.check()
    if not faults:
        book.write(folder)
    return faults


def _forget_oldest(shelf: Shelf, root: Path) -> None:
    kept: list[tuple[float, str]] = []
    for path in root.iterdir():
        with suppress(FileNotFoundError):  # somebody else has forgotten it meanwhile
            if UPLOADED.fullmatch(path.name):
                kept.append((path.stat().st_mtime, path.name))
    for _, name in sorted(kept)[: max(len(kept) - MOST_KEPT, 0)]:
        remove(shelf, name)


def remove(shelf: Shelf, name: str) -> bool:
    """Forget an uploaded case; whether there was one."""
    if shelf.uploads is None or not UPLOADED.fullmatch(name):
        return False
    folder = shelf.uploads / name
    there = folder.is_dir()
    shelf.forget(name)
    shutil.rmtree(folder, ignore_errors=True)
    _owner_file(shelf.uploads, name).unlink(missing_ok=True)
    return there


def owner_of_upload(shelf: Shelf, name: str) -> str | None:
    """Whose an uploaded case is; ``None`` if there is none, or nobody wrote down whose."""
    if shelf.uploads is None or not UPLOADED.fullmatch(name):
        return None
    try:
        return _owner_file(shelf.uploads, name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def uploads_of(shelf: Shelf, owner: str) -> list[str]:
    """Names of the cases somebody brought, the latest first."""
    if shelf.uploads is None:
        return []
    found: list[tuple[float, str]] = []
    for path in shelf.uploads.glob(f"{OWNER}u-*"):
        name = path.name.removeprefix(OWNER)
        with suppress(FileNotFoundError):  # somebody else has forgotten it meanwhile
            if owner_of_upload(shelf, name) == owner:
                found.append((path.stat().st_mtime, name))
    return [name for _, name in sorted(found, reverse=True)]


def described(shelf: Shelf, names: Sequence[str]) -> list[CaseName]:
    """Uploaded cases as a list of cases tells them; one that can no longer be read is left out."""
    found: list[CaseName] = []
    for name in names:
        with suppress(CoparkError):
            found.append(case_name(shelf.get(name)))
    return found


def _owner_file(root: Path, name: str) -> Path:
    """Where it is written whose a case is: beside its folder, which holds what was brought and nothing else."""
    return root / f"{OWNER}{name}"


def packed(shelf: Shelf, name: str, *, workbook: bool, lang: str = "en") -> bytes:
    """A case as an archive or a workbook, to change and bring back."""
    folder = shelf.get(name).case.folder
    return workbook_of(folder, lang) if workbook else pack_zip(folder)


def skeleton(scratch: Path, *, workbook: bool, lang: str = "en", example: bool = False) -> bytes:
    """An empty workbook, or the smallest sound case as an archive, to start from; or an invented park as either."""
    if example:
        return workbook_of(EXAMPLE, lang) if workbook else pack_zip(EXAMPLE)
    if workbook:
        return template_workbook(lang=lang)
    scratch.mkdir(parents=True, exist_ok=True)
    folder = scratch / scratch_name(INCOMING)
    try:
        return pack_zip(new_case("my-park", folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
