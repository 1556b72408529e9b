"""Workbooks as files: an empty one or a case's to fill in, and a case folder made of one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from copark.cases.archive import Refused
from copark.cases.casebook import folder_of
from copark.cases.files import MOST_BYTES, fault, too_large
from copark.cases.load import load_case
from copark.cases.skeleton import claim_folder, complete_folder
from copark.cases.workbook.reading import read_workbook
from copark.cases.workbook.writing import template_workbook, workbook_of
from copark.errors import CaseFaults

EXAMPLE = Path(__file__).parent.parent / "example"
"""An invented park, to try everything on."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def write_workbook(path: Path, lang: str = "en", *, name: str = "", of: str | None = None) -> Path:
    """Write a workbook to fill in, or that of a case to change.

    Parameters
    ----------
    lang
        Language of headings and explanations.
    name
        Short name of the park to come.
    of
        Name or folder of a case.

    Raises
    ------
    copark.errors.CaseFaults
        If the file is there already or cannot be written, or the case has faults.
    copark.errors.NotFound
        If there is no such case.
    """
    content = template_workbook(name, lang) if of is None else workbook_of(load_case(folder_of(of)).folder, lang)
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise CaseFaults([fault("file_taken", str(path))]) from None
    except OSError as error:
        raise CaseFaults([fault("cannot_write", str(path), reason=os.strerror(error.errno or 0))]) from None
    return path


def case_from_workbook(path: Path, folder: Path, name: str = "") -> Path:
    """Make a case folder of a workbook, if what it says is sound.

    Parameters
    ----------
    folder
        Where the new folder will be.
    name
        Short name of the case; by default what the workbook says, else the workbook's own name.

    Returns
    -------
    Path
        The new folder.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault by sheet and cell; or if the workbook cannot be read, or the folder not be made.
    """
    try:
        book = read_workbook(_content(path), _NO_LETTER.sub("-", path.stem.lower()).strip("-"), path.name)
    except Refused as refused:
        raise CaseFaults(refused.faults) from None
    if name:
        book.tree["name"] = name
    faults = book.check()
    if faults:
        raise CaseFaults(faults)
    target = claim_folder(str(book.tree["name"]), folder)
    try:
        book.write(target)
        complete_folder(target)
    except OSError as error:
        raise CaseFaults([fault("cannot_write", str(target), reason=os.strerror(error.errno or 0))]) from None
    return target


def _content(path: Path) -> bytes:
    """The workbook's bytes; its size is asked before it is read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise CaseFaults([fault("not_a_file", str(path))])
        if size > MOST_BYTES:
            raise CaseFaults([too_large(str(path), size, MOST_BYTES)])
        return path.read_bytes()
    except OSError as error:
        raise CaseFaults([fault("unreadable", str(path), reason=os.strerror(error.errno or 0))]) from None
