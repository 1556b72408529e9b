"""The cases a server may be asked about: those of the casebook, and those people have uploaded.

Files and folders of the moment: whose they are is in their names, so that no server takes those of another.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.store.database.heartbeat import born, here, is_running
from copark.store.garbage import age_of
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
    parameters: CaseParameters
    """Which parameters it has, and how far they may be trusted; decided by its content, whatever name it bears."""
    cuts: tuple[str, ...]
    """Last quarters known to the calibrations it has, latest first."""

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
        self._held: dict[tuple[str, str | None], Shelved] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Names of the casebook's cases."""
        from copark.cases import list_cases

        return list_cases()

    def get(self, name: str, cut: str | None = None) -> Shelved:
        """The case of a name, with its latest calibration or that to a cut.

        Raises
        ------
        NotFound
            If there is none, or no such calibration.
        CaseFaults
            If it has faults.
        """
        from copark.cases import load_case
        from copark.inference.case_parameters import cuts_of, parameters_of

        with self._lock:
            if self._seen != (seen := self._posteriors()):  # a calibration was kept or removed meanwhile
                self._held.clear()
                self._seen = seen
            found = self._held.get((name, cut))
            if found is not None and found.uploaded and self._uploaded(name) is None:  # another server forgot it
                self._drop(name)
                found = None
            if found is None:
                folder = self._uploaded(name)
                if folder is None and name not in self.names():
                    raise absent("no_case", "case", known=", ".join(self.names()))
                plain = self._held.get((name, None))
                case = load_case(name if folder is None else folder) if plain is None else plain.case
                cuts = cuts_of(case, self.out)
                if cut is not None and cut not in cuts:
                    raise absent("no_cut", "cut", case=name, cut=cut, known=", ".join(cuts) or "–")
                parameters = parameters_of(case, self.out, cut=cut)
                _ = parameters.identity  # made now, under the lock
                found = Shelved(name, case, case.hash, folder is not None, parameters, cuts)
                self._held[name, cut] = found
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
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._held = {key: held for key, held in self._held.items() if key[0] != name}


NOBODYS = 3600.0
"""Seconds without a change after which scratch counts as left behind whose process cannot be asked after from here."""
WRITTEN_BY = re.compile(r"-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-(?P<born>[0-9a-f]{8})-[0-9a-f]{16}$")


def scratch_name(begin: str) -> str:
    """Name of scratch that says whose it is: marks of the machine and of when its process began, and its number."""
    me = here()
    return f"{begin}{_mark(me.host)}-{me.pid}-{_mark(me.born)}-{secrets.token_hex(8)}"


def sweep_scratch(paths: Iterable[Path]) -> None:
    """Take away scratch that servers which are gone have left; what living ones work on stays."""
    for path in paths:
        with suppress(OSError):  # taken away by somebody else meanwhile, or not ours to take
            if not _is_left(path):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _is_left(path: Path) -> bool:
    """Whether who wrote it is gone; where that cannot be asked from here, whether nothing changed for long."""
    by = WRITTEN_BY.search(path.name)
    if by is not None and by["host"] == _mark(here().host):
        return not is_running(int(by["pid"])) or _mark(born(int(by["pid"]))) != by["born"]
    return age_of(path) > NOBODYS


def _mark(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:8]
