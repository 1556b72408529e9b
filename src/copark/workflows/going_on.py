"""Work that goes on after it was stopped: where its stages are, and what is said of those that were there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.texts import text
from copark.workflows.answers import Progress
from copark.workflows.places import stage

if TYPE_CHECKING:
    from copark.store.stages import Stages, Tally


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


def went_on(tally: Tally | None, lang: str = "en") -> str:
    """What was there already of an earlier attempt, in a sentence; empty if nothing was."""
    if tally is None or not (tally.done or tally.begun):
        return ""
    key = "went_on_within" if tally.begun else "went_on"
    return text(f"workflows.{key}", lang, done=tally.done, whole=tally.whole)
