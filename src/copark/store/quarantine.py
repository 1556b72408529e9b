"""Whether a run lies in the folder of its identity; and ``quarantine/``, where what does not is kept.

The identity is a hash of study, case, model and draws: it is made again from the provenance, without reading a number.
In quarantine a folder is called ``<folder it lay in>-<number>``; nothing there is overwritten or removed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from copark.errors import Fault
from copark.identity import RESULT_FORMAT, result_identity
from copark.store.atomic import flush, take_place
from copark.store.errors import fault
from copark.store.manifest import METADATA, UNREADABLE, extras_of, faults_of
from copark.texts import text

QUARANTINE = "quarantine"
IDENTITY = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True)
class SetAside:
    """A misplaced run that is in quarantine now."""

    fault: Fault
    """What was wrong with it, and where it lay."""
    path: Path
    """Where it is."""

    def sentence(self, lang: str = "en") -> str:
        """Say what it is, where it lay and where it is."""
        return text(f"{self.fault.code}.aside", lang, **self.fault.values, place=self.fault.file, aside=self.path)


def misplacement(metadata: Mapping[str, Any], identity: str, place: object) -> Fault | None:
    """Why a run is not the one that its place is named after; ``None`` if it is.

    Parameters
    ----------
    metadata
        What it says of itself. Of another format of results, the name alone is compared.
    identity, place
        What its place is named after; the place, for the fault.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError, OverflowError
        If no run has such metadata (``UNREADABLE``).
    """
    says, made_by = metadata["identity"], metadata["provenance"]
    study = made_by.get("study", {})
    gives, is_consistent = says, True
    if made_by.get("format") == RESULT_FORMAT:
        try:
            gives = result_identity(made_by)
        except RecursionError:
            gives = None
        copies = (metadata["runs"], made_by.get("runs"), made_by.get("seed"))
        is_consistent = gives == says and copies == (study["runs"], study["runs"], study["seed"])
    if is_consistent and says == identity:
        return None
    told = {
        "case": made_by.get("case"),
        "study": study.get("name"),
        "runs": metadata["runs"],
        "seed": study.get("seed"),
    }
    known = {name: str(value) for name, value in told.items()}
    code = "misplaced" if is_consistent else "contradicts"
    return fault(code, place, METADATA, found=str(gives), identity=identity, **known)


def misplaced(folder: Path) -> Fault | None:
    """Why what lies in a folder is not the run it is named after; ``None`` if it is, or its metadata are unreadable."""
    try:
        return misplacement(_metadata(folder), folder.name, folder)
    except (OSError, *UNREADABLE):  # damage, which is told as such
        return None


def _metadata(folder: Path) -> Any:
    return json.loads((folder / METADATA).read_text(encoding="utf-8"))


def set_aside(folder: Path) -> SetAside | None:
    """Move a misplaced run to quarantine; ``None`` where the folder holds none."""
    wrong = misplaced(folder)
    path = None if wrong is None else _put_aside(folder)
    return None if wrong is None or path is None else SetAside(wrong, path)


def set_extras_aside(folder: Path) -> Path | None:
    """Move what is not in a run's list of files to quarantine, if there is anything; give where it is now."""
    extras = extras_of(folder)
    if not extras:
        return None
    for target in _names(folder):
        with suppress(FileExistsError):  # another process took the name
            target.mkdir()
            break
    for name in extras:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).rename(target / name)
    return target


def bring_home(root: Path) -> list[str]:
    """Move whole runs from quarantine to the folders of their identities, where those are free; give their names."""
    found = []
    for path in sorted((root / QUARANTINE).glob(f"*/{METADATA}")):
        try:
            metadata = _metadata(path.parent)
            name = metadata["identity"]
            if not IDENTITY.fullmatch(name) or misplacement(metadata, name, path.parent) is not None:
                continue
        except (OSError, *UNREADABLE):
            continue
        home = root / name
        if not home.exists() and not faults_of(path.parent, deep=True):
            take_place(path.parent, home, replace=False)
            flush(root)
            found.append(name)
    return found


def _put_aside(folder: Path) -> Path | None:
    """Move a folder into quarantine; ``None`` if it has vanished meanwhile."""
    for target in _names(folder):
        try:
            folder.rename(target)
        except OSError:
            if not folder.exists():
                return None
            if not target.exists():  # otherwise another process took the name
                raise
        else:
            flush(target.parent)
            return target
    return None


def _names(folder: Path) -> Iterator[Path]:
    """Names in quarantine for what lies, or lay, in a folder: those that nothing has, one after another."""
    quarantine = folder.parent / QUARANTINE
    quarantine.mkdir(exist_ok=True)
    named = (quarantine / f"{folder.name}-{number}" for number in count(1))
    return (path for path in named if not path.exists())
