"""Progress of an analysis: the stages of the work, and whether the model must be compiled first."""

from __future__ import annotations

from copark.progress import Progress, StagedProgress, of_stage


def stage(progress: StagedProgress | None, name: str) -> Progress:
    """Return the progress callback of one stage of the work.

    ``prepare`` is reported as ``compile`` where the model must be compiled first.
    """
    if name == "prepare" and progress is not None and not is_compiled():
        return of_stage(progress, "compile")
    return of_stage(progress, name)


def is_compiled() -> bool:
    """Return whether machine code of the kernel as it stands is on disk, or none is needed."""
    from copark.simulation import ensemble

    return ensemble.is_compiled()
