"""Work that goes on after it was stopped: where its stages are, and what is said of those that were there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.store.stages import went_on
from copark.workflows.answers import Progress
from copark.workflows.places import stage

__all__ = ["kept_stages", "went_on"]

if TYPE_CHECKING:
    from copark.store.stages import Stages


@contextmanager
def kept_stages(out: Path, content: Mapping[str, Any], progress: Progress | None) -> Iterator[Stages]:
    """The stages of a piece of work, which nobody else does meanwhile; they are removed when it has ended well.

    Parameters
    ----------
    content
        What is asked, as plain values.
    """
    from copark.inference.provenance import stages_of

    stages, wait = stages_of(Path(out), content), stage(progress, "waiting")
    with stages.alone(lambda: wait(0, 0)):
        yield stages
        stages.remove()
