"""Record of a stored run, known without reading its numbers: ``metadata.json``, written and read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from copark.json_types import JsonObject
from copark.store.manifest import FORMAT, NAME
from copark.store.streaming_summary import EndCounts, failed_in

if TYPE_CHECKING:
    import xarray as xr
    from pydantic import TypeAdapter


@dataclass(frozen=True)
class RunRecord:
    """Record of a stored run, known without reading its numbers."""

    identity: str
    """Its name: 16 hexadecimal digits."""
    path: Path
    """Its folder."""
    form: str
    """``full``, or ``summarised`` where only bands and the first runs are kept."""
    created: str
    """When it was stored, UTC, ISO 8601."""
    runs: int
    """Runs that were made."""
    kept: int
    """Runs whose paths are kept, the first ones."""
    bytes: int
    """Size of its files."""
    scenarios: tuple[str, ...]
    """Keys of its scenarios, in order."""
    variables: tuple[str, ...]
    """Names of its variables, in order."""
    status: dict[str, dict[str, int]]
    """Runs by code of their status, for each scenario."""
    outcome: dict[str, dict[str, int]]
    """Runs by code of their outcome, for each scenario."""
    provenance: JsonObject = field(default_factory=dict)
    """What made the numbers."""

    @property
    def failed(self) -> int:
        """Count runs, over all scenarios, that did not reach the end."""
        return failed_in(self.status)


def metadata_of(first: xr.Dataset, runs: int, kept: int, tally: EndCounts, *, bands: bool) -> str:
    """Write what is known of a run without reading its numbers, as JSON.

    Parameters
    ----------
    first
        Any of its runs, with the attributes of the stored run.
    runs, kept
        As of :class:`RunRecord`.
    tally
        How all runs ended.
    bands
        Whether bands over all runs stand in for most of their paths.
    """
    content: JsonObject = {
        "format": FORMAT,
        "identity": str(first.attrs["identity"]),
        "form": "summarised" if bands else "full",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": runs,
        "kept": kept,
        "scenarios": [str(name) for name in first["scenario"].values],
        "variables": [str(name) for name in first.data_vars],
        "status": tally.status,
        "outcome": tally.outcome,
        "provenance": json.loads(first.attrs.get("provenance", "{}")),
    }
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def record_of(folder: Path, metadata: JsonObject) -> RunRecord:
    """Read what is known of a run from its metadata; what is none raises one of ``UNREADABLE``."""
    size = json.loads((folder / NAME).read_text(encoding="utf-8"))["bytes"]
    return _reader().validate_python({**metadata, "path": folder, "bytes": size})


@cache
def _reader() -> TypeAdapter[RunRecord]:
    from pydantic import TypeAdapter

    return TypeAdapter(RunRecord)
