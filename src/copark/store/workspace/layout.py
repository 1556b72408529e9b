"""What lies where in a workspace.

``cases/<name>/``, ``studies/<name>.yaml``, ``posteriors/<name>/`` and ``runs/<identity>/`` lie as they do on a disk, so
that an opened workspace is an output folder. ``scenarios/<identity>.json`` are scenarios that were saved in a database.
Beside them: ``manifest.json``, every file with its size and SHA-256, and ``ro-crate-metadata.json``.

Saved scenarios in a workspace: a JSON file each, named by its content. Whose they were is not said.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from copark.cases.types import gives_orders
from copark.errors import CoparkError
from copark.identity import identity_of
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
    scenarios: Mapping[str, bytes] = field(default_factory=dict)
    """Content of the files of saved scenarios by name, without ``.json``."""
    posteriors: Mapping[str, Path] = field(default_factory=dict)
    """Folders of the calibrations that cases and runs rest on, by name."""

    def folders(self) -> list[str]:
        """Folders of cases and runs, by their place in the workspace."""
        return sorted([f"{CASES}/{name}/" for name in self.cases] + [f"{RUNS}/{run.identity}/" for run in self.runs])

    def files(self) -> Iterator[tuple[str, Path | bytes]]:
        """Every file by its place in the workspace, sorted: a path on the disk, or its content."""
        found: dict[str, Path | bytes] = {f"{STUDIES}/{name}.yaml": content for name, content in self.studies.items()}
        found |= {f"{SCENARIOS}/{name}.json": content for name, content in self.scenarios.items()}
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


SCENARIO_FORMAT = 1
MOST_BYTES = 200_000
"""Bytes of a scenario: the largest that the server takes has a tenth of that."""
MOST_LETTERS = 120
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00", re.ASCII)


@dataclass(frozen=True)
class ScenarioEntry:
    """A saved scenario."""

    name: str
    case: str
    """name, case: its name, as people read it; the case it is for."""
    scenario: dict[str, Any]
    """What it changes against the case."""
    saved: str
    """When it was saved last, UTC, ISO 8601."""

    @property
    def identity(self) -> str:
        """Of name, case and content."""
        return identity_of({"name": self.name, "case": self.case, "scenario": self.scenario})


def written(entries: Iterable[ScenarioEntry]) -> dict[str, bytes]:
    """Content of the files of scenarios, by name without ``.json``; of two that are the same, the one saved last."""
    ordered = sorted(entries, key=lambda one: one.saved)
    return {one.identity: as_json({"format": SCENARIO_FORMAT, **asdict(one)}) for one in ordered}


def scenario_in(content: bytes, name: str) -> ScenarioEntry | None:
    """The scenario of a file of this name; nothing if it is none that the page of copark saves.

    Whether it fits its case is seen, as for every scenario, when it is used.
    """
    found = strict_json(content) if len(content) <= MOST_BYTES else None
    if not isinstance(found, dict) or found.pop("format", None) != SCENARIO_FORMAT:
        return None
    if set(found) != {"name", "case", "scenario", "saved"} or not isinstance(found["scenario"], dict):
        return None
    words = [found["name"], found["case"], found["saved"]]
    if not all(isinstance(one, str) for one in words) or not _TIME.fullmatch(found["saved"]):
        return None
    entry = ScenarioEntry(**found)
    sound = is_scenario_name(entry.name) and is_name(entry.case) and _is_scenario(entry.scenario)
    try:
        return entry if sound and entry.identity == name else None
    except (ValueError, RecursionError):
        return None


def is_scenario_name(name: str) -> bool:
    """Whether a saved scenario may have this name: letters of any script, no strokes, no orders to the screen."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    plain = not gives_orders(name) and not {"/", "\\", "\n"} & set(name)
    return plain and 0 < len(name) <= MOST_LETTERS and not name.startswith(" ") and name not in (".", "..")


def _is_scenario(content: Mapping[str, Any]) -> bool:
    """Whether this is what a scenario changes; key and title may be left out."""
    from pydantic import ValidationError

    from copark.simulation.study import Scenario

    usual = {"key": "scenario", "title": {"en": "", "zh": ""}}
    try:
        Scenario.model_validate(usual | dict(content))
    except (ValidationError, CoparkError, RecursionError):
        return False
    return True
