"""Taking a case somebody brings: unpacked, checked, and kept under a name that cannot be guessed."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from copark.cases import check_case, new_case
from copark.cases.archive import Refused
from copark.cases.workbook import EXAMPLE, read_workbook, template_workbook, workbook_of
from copark.errors import CaseFaults, CoparkError, Fault
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.levers import growth_told
from copark.workflows.serving.scratch import scratch_name
from copark.workflows.serving.shelf import UPLOADED, Shelf
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.unpacking import pack_zip, unpack_zip

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
