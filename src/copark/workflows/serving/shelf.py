"""The cases a server may be asked about: those of the casebook, and those people have uploaded."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.errors import NotFound
from copark.workflows.serving.refusals import absent

if TYPE_CHECKING:
    from copark.cases import Case

UPLOADED = re.compile(r"u-[0-9a-f]{32}")
"""Names of uploaded cases: they cannot be guessed and say nothing of what was uploaded."""


@dataclass(frozen=True)
class Shelved:
    """A case at hand.

    Parameters
    ----------
    name
        What a client calls it: the casebook's name, or the opaque one of an upload.
    case, hash
        The case, and the hash of its content, which takes time to make.
    uploaded
        Whether a person uploaded it.
    calibrated
        Whether it has a posterior. An uploaded case has none, whatever name it bears.
    """

    name: str
    case: Case
    hash: str
    uploaded: bool
    calibrated: bool


def is_calibrated(case: Case) -> bool:
    """Whether a case of the casebook has a posterior that this version can read."""
    from copark.inference.artefacts import load

    try:
        load(case)
    except NotFound:
        return False
    return True


class Shelf:
    """Cases by name. No name is ever taken for a path.

    Parameters
    ----------
    uploads
        Folder of uploaded cases, a folder each; ``None`` for none.
    """

    def __init__(self, uploads: Path | None = None) -> None:
        self.uploads = uploads
        self._held: dict[str, Shelved] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Names of the casebook's cases."""
        from copark.cases import list_cases

        return list_cases()

    def get(self, name: str) -> Shelved:
        """The case of a name.

        Raises
        ------
        NotFound
            If there is none.
        CaseFaults
            If it has faults.
        """
        from copark.cases import load_case

        with self._lock:
            found = self._held.get(name)
            if found is not None and found.uploaded and self._uploaded(name) is None:  # another server forgot it
                del self._held[name]
                found = None
            if found is None:
                folder = self._uploaded(name)
                if folder is None and name not in self.names():
                    raise absent("no_case", "case", known=", ".join(self.names()))
                case = load_case(name if folder is None else folder)
                found = Shelved(name, case, case.hash, folder is not None, folder is None and is_calibrated(case))
                self._held[name] = found
            return found

    def _uploaded(self, name: str) -> Path | None:
        if self.uploads is None or not UPLOADED.fullmatch(name):
            return None
        folder = self.uploads / name
        return folder if folder.is_dir() else None

    def forget(self, name: str) -> None:
        """Hold a case no longer."""
        with self._lock:
            self._held.pop(name, None)
