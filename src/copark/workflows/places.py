"""Where runs lie, and who is told how far the work is."""

from __future__ import annotations

from pathlib import Path

from copark.analyses.context import is_compiled, stage
from copark.store import RunStore

__all__ = ["is_compiled", "reports_in", "stage", "store_in"]


def store_in(out: Path) -> RunStore:
    """The runs of an output folder."""
    return RunStore(Path(out) / "runs")


def reports_in(out: Path) -> Path:
    """The reports of an output folder, a folder each."""
    return Path(out) / "reports"
