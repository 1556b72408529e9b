"""Finding cases: the casebook shipped with the package, and folders elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_CASEBOOK = Path(__file__).resolve().parent.parent / "casebook"


def casebook_path() -> Path:
    """Give the folder of the cases shipped with the package."""
    return _CASEBOOK


def list_cases() -> tuple[str, ...]:
    """Give the names of the casebook's cases, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in _CASEBOOK.glob("*/case.yaml")))


def folder_of(name_or_path: str | Path) -> Path:
    """Give the folder meant by a name or a path, whether it exists or not.

    A bare name means the casebook's case of that name, if there is one; otherwise, and always where a separator is
    written (``./great-stone``), it is a path.
    """
    name = str(name_or_path)
    return _CASEBOOK / name if name in list_cases() else Path(name_or_path)


def kind_of(path: Path) -> Literal["folder", "other", "nothing"]:
    """Say what is at a path; a path that cannot be asked for is nothing."""
    try:
        if path.is_dir():
            return "folder"
        return "other" if path.exists() else "nothing"
    except (OSError, ValueError):
        return "nothing"
