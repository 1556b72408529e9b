"""Where runs lie, and who is told how far the work is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from copark.store import RunStore
from copark.workflows.answers import Progress


def store_in(out: Path) -> RunStore:
    """The runs of an output folder."""
    return RunStore(Path(out) / "runs")


def reports_in(out: Path) -> Path:
    """The reports of an output folder, a folder each."""
    return Path(out) / "reports"


def stage(progress: Progress | None, name: str) -> Callable[[int, int], None]:
    """Give what one stage of the work tells, under its name, to whoever wants to know.

    ``prepare`` is told as ``compile`` where the model must be compiled first.
    """

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress("compile" if name == "prepare" and not is_compiled() else name, done, total)

    return tell


def is_compiled() -> bool:
    """Whether machine code of the kernel as it stands is on disk, or none is needed."""
    from copark.simulation import ensemble

    return ensemble.is_compiled()
