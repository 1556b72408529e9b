"""What the workflows answer: frozen records, ready to be shown in the language that was asked for.

Where runs and reports lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses import context
from copark.store import RunStore

if TYPE_CHECKING:
    from copark.analyses.run.ask import Answer


Progress = context.Progress
OUT = Path("out")


@dataclass(frozen=True)
class RunOutcome:
    """What :func:`run_study` made or found."""

    identity: str
    path: Path
    """identity, path: name and folder of the stored run."""
    study: str
    """Title of the study."""
    runs: int
    kept: int
    failed: int
    seed: int
    """runs, kept, failed, seed: runs for each scenario; runs whose paths are kept; runs over all scenarios that did not
    finish; seed."""
    reused: bool
    """The run was stored already."""
    seconds: float
    """Time it took to make and store it."""
    answer: Answer
    """What it says: ``answer.document(lang)`` in words, ``answer.to_frame()`` the observations beside the model."""
    files: Mapping[str, Path]
    """The report's files by format, if it was written."""
    notes: tuple[str, ...] = ()
    """What else is to be said, in sentences."""

    @property
    def report(self) -> Path | None:
        """The report's page, if one was written."""
        return self.files.get("html")


@dataclass(frozen=True)
class Catalogue:
    """What the casebook has: cases and studies, each with its title."""

    cases: tuple[tuple[str, str], ...]
    studies: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Description:
    """What a case, a study or a stored run holds: a title and entries."""

    title: str
    entries: tuple[tuple[str, str], ...]


def store_in(out: Path) -> RunStore:
    """The runs of an output folder."""
    return RunStore.of(out)


def reports_in(out: Path) -> Path:
    """The reports of an output folder, a folder each."""
    return Path(out) / "reports"
