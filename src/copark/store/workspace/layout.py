"""What lies where in a workspace.

``cases/<name>/``, ``studies/<name>.yaml``, ``posteriors/<name>/`` and ``runs/<identity>/`` lie as they do on a disk, so
that an opened workspace is an output folder. Beside them: ``manifest.json``, every file with its size and SHA-256, and
``ro-crate-metadata.json``. Earlier versions packed saved scenarios too (``scenarios/<identity>.json``): these stay
files that nobody reads.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from copark.store.manifest import listed_in

FORMAT = 1
MANIFEST = "manifest.json"
CRATE = "ro-crate-metadata.json"
CASES, STUDIES, RUNS, SCENARIOS, POSTERIORS = "cases", "studies", "runs", "scenarios", "posteriors"
MOST_FILES = 500_000
"""Files of a workspace: a stored run of 100,000 has about 6,000."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_IDENTITY = re.compile(r"[0-9a-f]{16}", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_.-]{1,120}", re.ASCII)


@dataclass(frozen=True)
class RunEntry:
    """A stored run: its folder, and what is known of it (see :class:`copark.store.runs.RunRecord`)."""

    identity: str
    path: Path
    created: str
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def case(self) -> str:
        """Name of its case."""
        return str(self.provenance.get("case", ""))


@dataclass(frozen=True)
class Contents:
    """What a workspace holds, on a disk."""

    cases: Mapping[str, Path]
    """Folders by the name of their case; files in them that no workspace may hold stay out."""
    studies: Mapping[str, bytes]
    """Content of study files by name, without ``.yaml``."""
    runs: tuple[RunEntry, ...]
    """Stored runs; files in their folders that they do not list stay out."""
    title: str
    licence: str = ""
    """title, licence: what it is called; the licence of what is in it, as an address, or empty where nobody said."""
    creators: tuple[str, ...] = ()
    """Who made it."""
    posteriors: Mapping[str, Path] = field(default_factory=dict)
    """Folders of the calibrations that cases and runs rest on, by name."""

    def folders(self) -> list[str]:
        """Folders of cases and runs, by their place in the workspace."""
        return sorted([f"{CASES}/{name}/" for name in self.cases] + [f"{RUNS}/{run.identity}/" for run in self.runs])

    def files(self) -> Iterator[tuple[str, Path | bytes]]:
        """Every file by its place in the workspace, sorted: a path on the disk, or its content."""
        found: dict[str, Path | bytes] = {f"{STUDIES}/{name}.yaml": content for name, content in self.studies.items()}
        for name, folder in self.cases.items():
            inside = {f"{CASES}/{name}/{part}": path for part, path in plain_files(folder)}
            found |= {place: path for place, path in inside.items() if place_in(place)}
        for name, folder in self.posteriors.items():
            inside = {f"{POSTERIORS}/{name}/{part}": path for part, path in plain_files(folder)}
            found |= {place: path for place, path in inside.items() if place_in(place)}
        for run in self.runs:
            own = {MANIFEST, *listed_in(run.path)}
            inside = {part: path for part, path in plain_files(run.path) if part in own}
            found |= {f"{RUNS}/{run.identity}/{part}": path for part, path in inside.items()}
        yield from sorted(found.items())


def plain_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Plain files of a folder by their place in it; no links, and nothing hidden."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in place.parts):
            yield place.as_posix(), path


def place_in(name: str) -> bool:
    """Whether a file's name is one a workspace may have: made of plain letters, and where such files lie."""
    if name in (MANIFEST, CRATE):
        return True
    parts = PurePosixPath(name).parts
    if "/".join(parts) != name or not all(_PART.fullmatch(part) and part not in (".", "..") for part in parts):
        return False
    if parts[0] == STUDIES:
        return len(parts) == 2 and name.endswith(".yaml") and is_name(parts[1].removesuffix(".yaml"))
    if parts[0] == SCENARIOS:
        return len(parts) == 2 and name.endswith(".json") and is_identity(parts[1].removesuffix(".json"))
    if parts[0] in (CASES, POSTERIORS):
        return len(parts) == 3 and is_name(parts[1])
    return parts[0] == RUNS and 3 <= len(parts) <= 9 and bool(_IDENTITY.fullmatch(parts[1]))


def is_name(name: str) -> bool:
    """Whether a case or a study may have this name in a workspace."""
    return bool(_NAME.fullmatch(name))


def is_identity(name: str) -> bool:
    """Whether this is the identity of a run."""
    return bool(_IDENTITY.fullmatch(name))


def as_json(content: Any) -> bytes:
    """JSON as it is always written."""
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def strict_json(raw: bytes) -> Any:
    """The content of JSON; nothing where it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
