"""Verification of a stored run: everything that is stored of it is computed again and compared.

Compared are the paths of the runs that are kept; status, outcome and draws of every run; the bands over all runs, where
most paths are not kept; names, units and labels; and what the run says of how it was made. What its metadata say of how
runs ended is counted from the same arrays whenever it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.progress import stage
from copark.progress import StagedProgress
from copark.store.runs import OUT, RunStore

if TYPE_CHECKING:
    import xarray as xr

    from copark.simulation.study import Study
    from copark.store.compare import BitComparison, FirstDifference
    from copark.store.run_record import RunRecord

MADE_BY = (
    "code_version",
    "model_version",
    "case_hash",
    "world_hash",
    "draws_hash",
    "cpu_features",
    "python",
    "numpy",
    "numba",
)
"""Entries of the provenance that can change the numbers."""
MAY_DIFFER = {*MADE_BY, "llvmlite", "created"}
"""Entries of the provenance that another time or machine gives otherwise."""
Difference = tuple[str, str, str]
"""What is described otherwise: its name, as it is stored, as it is now."""


@dataclass(frozen=True)
class ReplayVerdict:
    """Verdict on replaying a stored run."""

    kind: str
    """``identical``, ``equal`` (to 1e-9) or ``different``."""
    runs: int
    """Runs replayed for each scenario."""
    largest: float
    """Largest relative difference."""
    first: FirstDifference | None
    """The first difference beyond 1e-9."""
    changes: tuple[Difference, ...]
    """What made the run and is another now: name, then, now."""
    descriptions: tuple[Difference, ...] = ()
    """Names, units, labels and provenance that are stored otherwise than they are given now: name, stored, now."""

    @property
    def passed(self) -> bool:
        """Return whether everything stored is what was computed again."""
        return self.kind in {"identical", "equal"}


def verify(
    identity: str, *, out: Path = OUT, threads: int | None = None, progress: StagedProgress | None = None
) -> ReplayVerdict:
    """Replay a stored run and compare all that is stored of it.

    Bits are promised for one set of CPU features, versions and inputs; the verdict says which of them are others now.
    Where bands are stored over more runs than paths are kept of, all runs are replayed.

    Parameters
    ----------
    identity
        Identity of the run.
    out
        Output folder.
    threads
        Threads to replay on.
    progress
        Called with stage, done and total.

    Raises
    ------
    copark.errors.CoparkError
        If the run is not stored, is damaged, its study or case can no longer be read, or nothing could be compared.
    """
    stage(progress, "prepare")(0, 0)
    from copark.calibration.case_parameters import source_named
    from copark.cases import load_case
    from copark.simulation.run import stream
    from copark.store.arrays import in_thousands
    from copark.store.errors import DamagedRun, fault
    from copark.store.workspace import packed_case

    store = RunStore.of(out)
    record = store.record(store.get(identity).identity, deep=True)
    study = study_of(record)
    packed = packed_case(Path(out), str(record.provenance.get("case", "")), str(record.provenance.get("case_hash")))
    case = packed or load_case(study.case)
    source = source_named(case, out, str(record.provenance.get("draws_hash", "")))
    chunks = in_thousands(stream(study, case, threads=threads, progress=stage(progress, "verify"), source=source))
    first = next(chunks, None)
    if first is None:
        raise DamagedRun([fault("nothing_compared", record.path)])
    comparison = StoredComparison(store, record, first)
    for chunk in chain([first], chunks):
        comparison.add(chunk)
        if comparison.has_differed:
            break
    return comparison.verdict()


class StoredComparison:
    """Comparison of a stored run with the same runs made again, which come a thousand at a time.

    Parameters
    ----------
    like
        Any of the runs made again.
    """

    def __init__(self, store: RunStore, record: RunRecord, like: xr.Dataset) -> None:
        from copark.store.compare import BitComparison
        from copark.store.streaming_summary import ShardBands, path_names

        self._record = record
        self._paths = store.load(record.identity)
        self._bands = store.load_summary(record.identity)
        self._every_run = None if self._bands is None else store.load_every_run(record.identity)
        self._counts = ShardBands(tuple(path_names(like)), None)
        self._header = like.isel(run=slice(0, 1))
        self._found: BitComparison = BitComparison(identical=True, largest=0.0, first=None)
        self._descriptions: dict[str, Difference] = {}
        self.runs = 0

    @property
    def has_differed(self) -> bool:
        """Return whether a number differs by more than rounding."""
        return self._found.first is not None

    def add(self, chunk: xr.Dataset) -> None:
        """Compare the next runs."""
        size = chunk.sizes["run"]
        path_count = min(size, self._record.kept - self.runs)
        if path_count > 0:
            self._compare(
                "", self._paths.isel(run=slice(self.runs, self.runs + path_count)), chunk.isel(run=slice(0, path_count))
            )
        if self._every_run is not None:
            stored = self._every_run.isel(run=slice(self.runs, self.runs + size))
            self._compare("every_run: ", stored, chunk.drop_dims("quarter"))
            self._counts.add(chunk)
        self.runs += size

    def _compare(self, group: str, stored: xr.Dataset, replayed: xr.Dataset) -> None:
        from copark.store.compare import compare

        for name, before, after in differences(stored, replayed):
            self._descriptions.setdefault(group + name, (group + name, _shortened(before), _shortened(after)))
        self._found = self._found.joined(compare(stored, replayed))

    def verdict(self) -> ReplayVerdict:
        """Return what comparing gave; bands are compared now, since all runs are counted."""
        from copark.store.streaming_summary import joined

        edges = self._counts.edges
        if self._bands is not None and edges is not None and not self.has_differed:
            self._compare("summary: ", self._bands, joined(self._header, edges, [self._counts.packed()]))
        comparison = self._found
        if comparison.first is None and self.runs != self._record.runs:
            self._descriptions["runs"] = ("runs", str(self._record.runs), str(self.runs))
        descriptions = tuple(self._descriptions.values())
        is_equal = comparison.first is None and not descriptions
        kind = ("identical" if comparison.identical else "equal") if is_equal else "different"
        provenance = json.loads(self._header.attrs["provenance"])
        return ReplayVerdict(
            kind,
            self.runs,
            comparison.largest,
            comparison.first,
            _changes(self._record.provenance, provenance),
            descriptions,
        )


def differences(stored: xr.Dataset, replayed: xr.Dataset) -> Iterator[Difference]:
    """Find what two ensembles say differently of themselves: variables, coordinates, attributes, provenance."""
    outputs, replayed_outputs = (", ".join(map(str, dataset.data_vars)) for dataset in (stored, replayed))
    if outputs != replayed_outputs:
        yield "variables", outputs, replayed_outputs
    for name in map(str, dict.fromkeys((*stored.coords, *replayed.coords))):
        before, after = (_values(dataset, name) for dataset in (stored, replayed))
        if before != after:
            yield name, str(before), str(after)
    for name in map(str, [variable for variable in stored.variables if variable in replayed.variables]):
        yield from _entries_apart(f"{name}.", stored[name].attrs, replayed[name].attrs)
    both_attributes = [dict(dataset.attrs) for dataset in (stored, replayed)]
    made_by = [json.loads(attributes.pop("provenance", "{}")) for attributes in both_attributes]
    yield from _entries_apart("", *both_attributes)
    compared = [{name: value for name, value in provenance.items() if name not in MAY_DIFFER} for provenance in made_by]
    yield from _entries_apart("provenance.", *compared)


def _values(dataset: xr.Dataset, name: str) -> list[Any] | None:
    return dataset[name].values.tolist() if name in dataset.coords else None


def _entries_apart(prefix: str, stored: Mapping[Any, Any], replayed: Mapping[Any, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*stored, *replayed)):
        if stored.get(name) != replayed.get(name):
            yield f"{prefix}{name}", str(stored.get(name, "–")), str(replayed.get(name, "–"))


LONGEST = 120
"""Characters of a description that are told."""


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"


def study_of(record: RunRecord) -> Study:
    """Return the study a run was made from; ``DamagedRun`` if this version cannot read it."""
    from pydantic import ValidationError

    from copark.simulation.study import Study
    from copark.store.errors import DamagedRun, fault

    try:
        return Study.model_validate(record.provenance.get("study"))
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DamagedRun([fault("study_unreadable", record.path, "metadata.json", reason=reason)]) from None


def _changes(stored: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    changes = ((name, str(stored.get(name, "?")), str(now.get(name, "?"))) for name in MADE_BY)
    return tuple((name, before, after) for name, before, after in changes if before != after)
