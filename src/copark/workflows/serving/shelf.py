"""The cases a server may be asked about: those of the casebook, and those people have uploaded."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.workflows.serving.faults import absent

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.inference.case_parameters import CaseParameters

UPLOADED = re.compile(r"u-[0-9a-f]{32}")
"""Names of uploaded cases: they cannot be guessed and say nothing of what was uploaded."""


@dataclass(frozen=True)
class Shelved:
    """A case at hand."""

    name: str
    """What a client calls it: the casebook's name, or the opaque one of an upload."""
    case: Case
    hash: str
    """case, hash: the case, and the hash of its content, which takes time to make."""
    uploaded: bool
    """Whether a person uploaded it."""
    parameters: CaseParameters
    """Which parameters it has, and how far they may be trusted; decided by its content, whatever name it bears."""

    @property
    def calibrated(self) -> bool:
        """Whether it has a posterior of its own."""
        return self.parameters.calibrated


class Shelf:
    """Cases by name. No name is ever taken for a path.

    Parameters
    ----------
    uploads
        Folder of uploaded cases, a folder each; ``None`` for none.
    out
        Output folder that posteriors of one's own are looked for in; ``None`` for none.
    """

    def __init__(self, uploads: Path | None = None, out: Path | None = None) -> None:
        self.uploads, self.out = uploads, out
        self._seen: int | None = None
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
        from copark.inference.case_parameters import parameters_of

        with self._lock:
            if self._seen != (seen := self._posteriors()):  # a calibration was kept or removed meanwhile
                self._held.clear()
                self._seen = seen
            found = self._held.get(name)
            if found is not None and found.uploaded and self._uploaded(name) is None:  # another server forgot it
                del self._held[name]
                found = None
            if found is None:
                folder = self._uploaded(name)
                if folder is None and name not in self.names():
                    raise absent("no_case", "case", known=", ".join(self.names()))
                case = load_case(name if folder is None else folder)
                parameters = parameters_of(case, self.out)
                _ = parameters.identity  # made now, under the lock
                found = Shelved(name, case, case.hash, folder is not None, parameters)
                self._held[name] = found
            return found

    def _posteriors(self) -> int | None:
        """When the folder of posteriors last changed; ``None`` where there is none."""
        from copark.inference.case_parameters import own_folder

        try:
            return None if self.out is None else own_folder(self.out).stat().st_mtime_ns
        except OSError:
            return None

    def _uploaded(self, name: str) -> Path | None:
        if self.uploads is None or not UPLOADED.fullmatch(name):
            return None
        folder = self.uploads / name
        return folder if folder.is_dir() else None

    def forget(self, name: str) -> None:
        """Hold a case no longer."""
        with self._lock:
            self._held.pop(name, None)
