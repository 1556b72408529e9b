"""Where runs lie, and who is told how far the work is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    """Whether machine code of the kernel as it stands is on disk, or none is needed.

    The compiler's index of what it has compiled lies in the kernel's own folder, and is older than the kernel's file
    where that was changed or fetched anew.
    """
    from copark.model import kernel
    from copark.model.compiler import ENABLED

    if not ENABLED:
        return True
    compiled: Any = kernel.simulate_block
    since = Path(kernel.__file__).stat().st_mtime
    found = Path(compiled.stats.cache_path).glob(f"*.{compiled.__name__}-*.nbi")
    return any(path.stat().st_mtime >= since for path in found)
