"""Tidying an output folder: saying what can go, and throwing it away if asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from copark.store.garbage import Leaving, leavings, throw_away
from copark.store.runs import RunRecord
from copark.workflows.answers import OUT


@dataclass(frozen=True)
class Tidied:
    """What could go; ``gone`` says whether it went."""

    leavings: tuple[Leaving, ...]
    gone: bool

    @property
    def bytes(self) -> int:
        """What all of it holds."""
        return sum(one.bytes for one in self.leavings)


def tidy(out: Path = OUT, *, unfinished: bool = False, stale: bool = False, really: bool = False) -> Tidied:
    """Say what can go from an output folder.

    Parameters
    ----------
    unfinished
        Also shards from which a stopped command would go on.
    stale
        Also stored runs of another state of the model, which are never found again.
    really
        Throw it away.
    """
    found = leavings(Path(out), unfinished=unfinished, is_stale=_is_stale if stale else None)
    if really:
        for one in found:
            throw_away(one)
    return Tidied(tuple(found), really)


def _is_stale(record: RunRecord) -> bool:
    """Whether a run was made by another state of the model, or of what lies between it and the case."""
    from copark.model.compiler import model_hash
    from copark.simulation.results import experiment_hash

    made = record.provenance
    return (made.get("model_hash"), made.get("experiment_hash")) != (model_hash(), experiment_hash())
