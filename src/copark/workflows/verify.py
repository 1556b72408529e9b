"""Replaying: whether the stored numbers are those that the model gives here and now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import stage
from copark.workflows.answers import OUT, Progress, ReplayVerdict, store_in

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.simulation.study import Study
    from copark.store import RunRecord


MADE_BY = (
    "code_version",
    "model_hash",
    "variables_hash",
    "experiment_hash",
    "case_hash",
    "draws_hash",
    "cpu_features",
    "python",
    "numpy",
    "numba",
)
"""Entries of the provenance that can change the numbers."""


def verify(
    identity: str, *, out: Path = OUT, threads: int | None = None, progress: Progress | None = None
) -> ReplayVerdict:
    """Replay a stored run and compare it, number by number, with what is stored.

    Bits are promised for one set of CPU features, versions and inputs; the verdict says which of them are others now.
    Where only bands and the first runs are stored, the first runs are replayed.

    Raises
    ------
    copark.errors.CoparkError
        If the run is not stored, is damaged, or its study or case can no longer be read.
    """
    stage(progress, "prepare")(0, 0)
    from copark.inference.case_parameters import source_named
    from copark.simulation.run import stream
    from copark.store.compare import BitComparison, compare

    store = store_in(out)
    record = store.record(store.get(identity).identity, deep=True)
    stored = store.load(record.identity)
    study = study_of(record)
    case = _case(record, study, Path(out))
    joined, done, made = BitComparison(identical=True, largest=0.0, first=None), 0, {}
    tell = stage(progress, "verify")
    source = source_named(case, out, str(record.provenance.get("draws_hash", "")))
    for chunk in stream(study, case, threads=threads, progress=tell, source=source):
        here = chunk.isel(run=slice(0, record.kept - done))
        joined = joined.joined(compare(stored.isel(run=slice(done, done + here.sizes["run"])), here))
        made = json.loads(chunk.attrs["provenance"])
        done += here.sizes["run"]
        if done >= record.kept or joined.first is not None:
            break
    kind = "identical" if joined.identical else "equal" if joined.first is None else "different"
    return ReplayVerdict(kind, done, joined.largest, joined.first, _changes(record.provenance, made))


def _case(record: RunRecord, study: Study, out: Path) -> Case:
    """The case a run was made from: that of an opened workspace if it is the same, else where the study says it is."""
    from copark.cases import check_case, load_case
    from copark.store.workspace.layout import CASES, is_name

    name = str(record.provenance.get("case", ""))
    packed = out / CASES / name
    if is_name(name) and packed.is_dir() and not check_case(packed):
        case = load_case(packed)
        if case.hash == record.provenance.get("case_hash"):
            return case
    return load_case(study.case)


def study_of(record: RunRecord) -> Study:
    """The study a run was made from."""
    from pydantic import ValidationError

    from copark.simulation.study import Study
    from copark.store.errors import DamagedRun, fault

    try:
        return Study.model_validate(record.provenance.get("study"))
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DamagedRun([fault("study_unreadable", record.path, "metadata.json", reason=reason)]) from None


def _changes(stored: dict[str, Any], now: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """What made the run and is another now."""
    found = ((name, str(stored.get(name, "?")), str(now.get(name, "?"))) for name in MADE_BY)
    return tuple((name, then, made) for name, then, made in found if then != made)
