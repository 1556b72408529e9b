"""Where runs and reports lie."""

from __future__ import annotations

from pathlib import Path

from copark.store import RunStore


def store_in(out: Path) -> RunStore:
    """The runs of an output folder."""
    return RunStore.of(out)


def reports_in(out: Path) -> Path:
    """The reports of an output folder, a folder each."""
    return Path(out) / "reports"
