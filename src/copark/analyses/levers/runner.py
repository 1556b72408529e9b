"""Trying every setting under every structure, on common draws and random numbers: measures of each run.

From levers to studies: one study for each structure whose runs differ, the case as it is first among its arms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from copark.analyses.levers.measures import KEPT, NAMES, alive_before, measured
from copark.analyses.levers.schema import AS_MODELLED, LeverFile, Since, Structure, scenario_of
from copark.calibration.case_parameters import CaseParameters
from copark.cases.case import Case
from copark.identity import identity_of
from copark.simulation.outcomes import SELF_STANDING
from copark.simulation.results import study_identity
from copark.simulation.run import stream
from copark.simulation.sample import DrawSource
from copark.simulation.study import Study
from copark.simulation.study_entries import Title
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    import xarray as xr


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

    only: keys of levers, all if empty; changes: fields of the studies (runs, seed, futures, draws).
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


Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Progress = Callable[[int, int], None]
CHUNK = 250
ENOUGH = 10
"""Populations from which on errors are made on whole populations."""
FORMAT = 1
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Asked:
    """What is tried."""

    file: LeverFile
    case: Case
    """file, case: levers and their case."""
    since: Since
    only: tuple[str, ...]
    """Keys of levers."""
    blocks: tuple[Block, ...]
    parameters: CaseParameters
    """What the case's parameters are, and how far they may be trusted."""

    @property
    def source(self) -> DrawSource | None:
        """Where draws come from, if from a posterior or from other parks."""
        return self.parameters.source

    @property
    def single(self) -> Asked:
        """The model as it is with a draw of its own for each run: the runs every other page has of the same question.

        Effects are told of these; runs that share draws tell parameters from chance, and structures from each other.
        """
        study, readings = self.blocks[0].study, self.blocks[0].readings[:1]
        return replace(self, blocks=(Block(study.with_changes(futures=1), readings),))

    @property
    def runs(self) -> int:
        """Runs in all, over studies and arms."""
        return sum(block.study.runs * len(block.study.scenarios) for block in self.blocks)

    @property
    def first(self) -> int:
        """Quarter a lever is pulled, counted from 0."""
        return 0 if self.since == "start" else self.file.now - self.case.clock.start

    @property
    def identity(self) -> str:
        """Identity of what comes of it: studies, file, variant."""
        draws = None if self.source is None else str(self.source.content["draws_hash"])
        return identity_of(
            {
                "format": FORMAT,
                "levers": self.file.model_dump(mode="json", by_alias=True),
                "since": self.since,
                "only": list(self.only),
                "studies": [study_identity(block.study, self.case, draws) for block in self.blocks],
            }
        )


def ask(
    found: LeverFile,
    case: Case,
    since: Since,
    only: Sequence[str],
    parameters: CaseParameters,
    **changes: Any,
) -> Asked:
    """Say what is tried; changes are fields of the studies (runs, seed, futures)."""
    changes["draws"] = parameters.draws
    changes["now"] = found.now
    return Asked(found, case, since, tuple(only), blocks(found, case, since, only, **changes), parameters)


@dataclass(frozen=True)
class MeasuredRuns:
    """Measures of every run."""

    values: Floats
    """float64 of shape (structures, options, runs, measures); NaN for a run that did not finish."""
    alive: Booleans
    """Whether the company lived when the lever was pulled, shape (structures, runs)."""
    structures: tuple[str, ...]
    options: tuple[str, ...]
    """structures, options: keys; the first are the model and the case as they are."""
    draws: Integers
    """Number of the draw of every run, shape (runs,)."""
    groups: Integers
    """What is independent of what: draws of one group share a past; shape (runs,)."""
    parameters: dict[str, Floats]
    """Parameters drawn, each of shape (runs,)."""
    identity: str
    provenance: dict[str, Any]
    """identity, provenance: what made it."""

    def of(self, measure: str, structure: int = 0) -> Floats:
        """A measure under a structure, shape (options, runs)."""
        found: Floats = self.values[structure, :, :, NAMES.index(measure)]
        return found

    def usable(self, structure: int = 0) -> Booleans:
        """Runs that finished in every option and whose park was alive when the lever was pulled, shape (runs,)."""
        finished = np.isfinite(self.values[structure]).all(axis=(0, 2))
        found: Booleans = finished & self.alive[structure]
        return found


def groups_of(source: DrawSource | None, draws: Integers) -> Integers:
    """What is independent of what: populations of a replay posterior, where there are enough of them; else each draw.

    Pairs of a population may share a past; a handful of populations, however, says little of how they vary.
    """
    replay, order = getattr(source, "replay", None), getattr(source, "order", None)
    if replay is None or order is None:
        return draws
    found: Integers = np.asarray(replay.population)[order[draws % replay.pairs]].astype(np.int64)
    return found if np.unique(found).size >= ENOUGH else draws


def carry_out(asked: Asked, *, threads: int | None = None, progress: Progress | None = None) -> MeasuredRuns:
    """Run all studies; progress: called with runs done and runs in all, over all studies and arms."""
    done = 0
    tables: dict[str, list[Floats]] = {}
    lives: dict[str, list[Booleans]] = {}
    drawn: dict[str, list[Floats]] = {}
    provenance: dict[str, Any] = {}
    for number, block in enumerate(asked.blocks):

        def tell(count: int, _: int, start: int = done) -> None:
            if progress is not None:
                progress(start + count, asked.runs)

        chunks = stream(
            block.study, asked.case, chunk=CHUNK, threads=threads, progress=tell, source=asked.source
        )  # fmt: skip
        for chunk in chunks:
            alive = alive_before(chunk, asked.first)
            for reading in block.readings:
                table = measured(chunk, asked.first, asked.file.discount.rate, reading.bar)
                tables.setdefault(reading.structure, []).append(table)
                lives.setdefault(reading.structure, []).append(alive)
            if number == 0:
                provenance = json.loads(str(chunk.attrs["provenance"]))
                for name in map(str, chunk["parameter"].to_numpy()):
                    drawn.setdefault(name, []).append(chunk["draws"].sel(parameter=name).to_numpy())
        done += block.study.runs * len(block.study.scenarios)
    return _gathered(asked, tables, lives, drawn, provenance)


def _gathered(
    asked: Asked,
    tables: dict[str, list[Floats]],
    lives: dict[str, list[Booleans]],
    drawn: dict[str, list[Floats]],
    provenance: dict[str, Any],
) -> MeasuredRuns:
    study = asked.blocks[0].study
    keys = study_structures(asked)
    draws = np.arange(study.runs, dtype=np.int64) // study.futures
    return MeasuredRuns(
        values=np.stack([np.concatenate(tables[key], axis=1) for key in keys]),
        alive=np.stack([np.concatenate(lives[key]) for key in keys]),
        structures=keys,
        options=tuple(scenario.key for scenario in study.scenarios),
        draws=draws,
        groups=groups_of(asked.source, draws),
        parameters={name: np.concatenate(parts) for name, parts in drawn.items()},
        identity=asked.identity,
        provenance=provenance | {"levers_identity": asked.identity, "since": asked.since},
    )


def study_structures(asked: Asked) -> tuple[str, ...]:
    """Keys of structures in the order of the file, the model as it is first."""
    found = [reading.structure for block in asked.blocks for reading in block.readings]
    order = {structure.key: place for place, structure in enumerate(asked.file.structures)}
    return tuple(sorted(found, key=lambda key: order.get(key, -1)))


def to_dataset(found: MeasuredRuns) -> xr.Dataset:
    """The measures as a labelled dataset, to be kept and read again."""
    import xarray as xr

    names = list(found.parameters)
    table = np.stack(list(found.parameters.values()), axis=1) if names else np.zeros((found.draws.size, 0))
    return xr.Dataset(
        {
            "measures": (("structure", "option", "run", "measure"), found.values),
            "alive": (("structure", "run"), found.alive.astype(np.int8)),
            "draw": (("run",), found.draws),
            "group": (("run",), found.groups),
            "draws": (("run", "parameter"), table),
        },
        coords={
            "structure": list(found.structures),
            "option": list(found.options),
            "measure": list(NAMES),
            "parameter": np.array(names, dtype=str),
        },
        attrs={
            "identity": found.identity,
            "provenance": json.dumps(found.provenance, ensure_ascii=False, sort_keys=True),
        },
    )


def from_dataset(kept: xr.Dataset) -> MeasuredRuns:
    """Measures from a dataset of :func:`to_dataset`."""
    return MeasuredRuns(
        values=kept["measures"].to_numpy().astype(np.float64),
        alive=kept["alive"].to_numpy() > 0,
        structures=tuple(map(str, kept["structure"].to_numpy())),
        options=tuple(map(str, kept["option"].to_numpy())),
        draws=kept["draw"].to_numpy().astype(np.int64),
        groups=kept["group"].to_numpy().astype(np.int64),
        parameters={str(name): kept["draws"].sel(parameter=name).to_numpy() for name in kept["parameter"].to_numpy()},
        identity=str(kept.attrs["identity"]),
        provenance=json.loads(str(kept.attrs["provenance"])),
    )
