"""From levers to studies: one study for each structure whose runs differ, the case as it is first among its arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from copark.cases.case import Case
from copark.inference.levers.entries import AS_MODELLED, LeverFile, Since, Structure, scenario_of
from copark.inference.levers.measures import KEPT
from copark.simulation.outcomes import SELF_STANDING
from copark.simulation.schemas import Title
from copark.simulation.study import Study
from copark.texts import LANGUAGES, text


@dataclass(frozen=True)
class StructureReading:
    """A structure as it is read off a study's runs: its key, and the bar S* of self-standing."""

    structure: str
    bar: float


@dataclass(frozen=True)
class Block:
    """A study and the structures that are read off its runs."""

    study: Study
    readings: tuple[StructureReading, ...]


def said(key: str) -> Title:
    """A title of the texts, in both languages."""
    return Title(**{lang: text(key, lang) for lang in LANGUAGES})


def block_of(
    found: LeverFile, since: Since, only: Sequence[str], structure: Structure | None, case: Case, **changes: Any
) -> Block:
    """The study of all settings of a variant under one structure."""
    as_it_is = scenario_of(None, structure, said("study.as_it_is"))
    arms = [scenario_of(setting, structure, setting.title) for _, setting in found.settings(since, only)]
    key = AS_MODELLED if structure is None else structure.key
    study = Study(
        name=f"levers-{since}-{key}"[:64],
        title=found.title,
        case=case.name,
        scenarios=(as_it_is, *arms),
        keep=KEPT,
    ).with_changes(**changes)
    return Block(study, (StructureReading(key, SELF_STANDING if structure is None else structure.self_standing),))


def blocks(
    found: LeverFile, case: Case, since: Since = "start", only: Sequence[str] = (), **changes: Any
) -> tuple[Block, ...]:
    """All studies of a variant: as modelled, then each structure; a bar of its own alone needs no runs of its own.

    Parameters
    ----------
    since
        ``start`` or ``now``.
    only
        Keys of levers; all if empty.
    **changes
        Fields of the studies: runs, seed, futures, draws.
    """
    first = block_of(found, since, only, None, case, **changes)
    readings = list(first.readings)
    others = []
    for structure in found.structures:
        if structure.changes_runs:
            others.append(block_of(found, since, only, structure, case, **changes))
        else:
            readings.append(StructureReading(structure.key, structure.self_standing))
    return (Block(first.study, tuple(readings)), *others)
