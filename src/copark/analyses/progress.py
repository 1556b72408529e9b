"""Progress of a computation, told stage by stage to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done and how much there is in all; what it raises stops the work."""


def stage(progress: Progress | None, name: str) -> Callable[[int, int], None]:
    """Return the progress callback of one stage of the work, under its name.

    ``prepare`` is shown as ``compile`` where the model must be compiled first.
    """

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress("compile" if name == "prepare" and not is_compiled() else name, done, total)

    return tell


def is_compiled() -> bool:
    """Say whether machine code of the kernel as it stands is on disk, or none is needed."""
    from copark.simulation import ensemble

    return ensemble.is_compiled()
