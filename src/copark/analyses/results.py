"""Results by run ID: ``results/<analysis>/<run id>/`` in an output folder, with what is dear to make beside them.

``result.json`` carries its own checksum and the hash of the code that made it. What is damaged, of another analysis or
of other code is not read: the question is then computed again, and the file replaced. Results that ship with copark lie
in the package as in an output folder, compressed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from copark.analyses.contract import AnalysisParams, Result
from copark.analyses.registry import Analysis
from copark.store.atomic import written_file

if TYPE_CHECKING:
    import xarray as xr

FORMAT = 1
RESULTS, RESULT = "results", "result.json"
SHIPPED, PACKED = Path(__file__).resolve().parents[1], f"{RESULT}.gz"
"""Output folder of the results that ship with copark, and their file."""
RUN_ID = re.compile(r"[0-9a-f]{16}")
MOST_BYTES = 200_000_000
"""Largest stored result that is read."""
UNREADABLE = (OSError, EOFError, ValueError, RecursionError, zlib.error)


@dataclass(frozen=True)
class Stored:
    """A stored result and what was asked for it."""

    result: Result
    params: dict[str, Any]
    """What was asked."""
    code: str
    """Hash of the code that made it."""
    created: str
    """When, in UTC."""


def results_in(out: Path, analysis: Analysis) -> Path:
    """Where results of an analysis lie, a folder for each run ID."""
    return Path(out) / RESULTS / analysis.name


def place_of(out: Path, analysis: Analysis, run_id: str) -> Path:
    """Folder of one result.

    Raises ValueError if no run has such an ID.
    """
    if not RUN_ID.fullmatch(run_id):
        raise ValueError(run_id)
    return results_in(out, analysis) / run_id


def find(out: Path, analysis: Analysis, run_id: str) -> Path:
    """Folder in which a result lies: of the output folder, or of those shipped where it has none.

    Raises ValueError if no run has such an ID.
    """
    own, shipped = (place_of(home, analysis, run_id) for home in (out, SHIPPED))
    return shipped if head(own, analysis) is None and head(shipped, analysis) is not None else own


def _path(folder: Path) -> Path:
    """File of a result; only those of the package are compressed."""
    return folder / (PACKED if SHIPPED in folder.resolve().parents else RESULT)


def _opened(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.name == PACKED else path.open(encoding="utf-8")


def save(folder: Path, analysis: Analysis, params: AnalysisParams, found: Result) -> None:
    """Store a result, whole or not at all."""
    made = TypeAdapter(type(found)).dump_python(found, mode="json", by_alias=True, exclude_unset=True)
    content = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    told = {
        "format": FORMAT,
        "analysis": analysis.name,
        "run_id": found.run_id,
        "code": analysis.code,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "params": params.model_dump(mode="json"),
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }
    written = f"{json.dumps(told, ensure_ascii=False)}\n{content}\n".encode()
    target = _path(folder)
    with written_file(target) as path:
        path.write_bytes(gzip.compress(written, mtime=0) if target.name == PACKED else written)


def load(folder: Path, analysis: Analysis) -> Stored | None:
    """Read a stored result; nothing where there is none, or none that is whole and of this analysis and run ID.

    The provenance of one of other code says so (``code_changed``).
    """
    told = head(folder, analysis)
    if told is None:
        return None
    try:
        with _opened(_path(folder)) as stream:
            stream.readline()
            content = stream.read().rstrip("\n")
        if hashlib.sha256(content.encode()).hexdigest() != told["sha256"]:
            return None
        found: Result = TypeAdapter(analysis.answer).validate_json(content)
    except (*UNREADABLE, ValidationError):
        return None
    if told["code"] != analysis.code:
        found = replace(found, provenance={**found.provenance, "code_changed": True})
    return Stored(found, told["params"], told["code"], told["created"]) if found.run_id == folder.name else None


def head(folder: Path, analysis: Analysis) -> dict[str, Any] | None:
    """The first line of a stored result: what it is, without what was found."""
    path = _path(folder)
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            return None
        with _opened(path) as stream:
            told = json.loads(stream.readline())
        wanted = {"format": FORMAT, "analysis": analysis.name, "run_id": folder.name}
        kinds = {"code": str, "created": str, "params": dict, "sha256": str}
        is_sound = all(told.get(name) == value for name, value in wanted.items()) and all(
            isinstance(told.get(name), kind) for name, kind in kinds.items()
        )
    except (*UNREADABLE, AttributeError):
        return None
    return dict(told) if is_sound else None


def listed(out: Path, analysis: Analysis) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run IDs of stored results and what was asked, newest first."""
    found = []
    for folder in results_in(out, analysis).glob("*/"):
        told = head(folder, analysis) if RUN_ID.fullmatch(folder.name) else None
        if told is not None:
            found.append((folder.name, told))
    yield from sorted(found, key=lambda entry: entry[1]["created"], reverse=True)


def save_dataset(path: Path, dataset: xr.Dataset) -> None:
    """Store what is dear to make."""
    from copark.presentation.exports import write_netcdf

    path.parent.mkdir(parents=True, exist_ok=True)
    write_netcdf(dataset, path)


def load_dataset(path: Path, run_id: str) -> xr.Dataset | None:
    """Read what was dear to make, if it is whole and of this run ID."""
    import xarray as xr

    if not path.is_file():
        return None
    try:
        with xr.open_dataset(path, engine="h5netcdf") as stored:
            found = stored.load()
    except (OSError, KeyError, ValueError):
        return None
    return found if found.attrs.get("identity") == run_id else None
