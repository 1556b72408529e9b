"""Running again what did not end well: executions that were stopped, and single runs of the model that broke off.

Replaying: whether the stored numbers are those that the model gives here and now.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import stage
from copark.analyses.execution import Means
from copark.errors import CoparkError
from copark.workflows.answers import OUT, Progress, ReplayVerdict, RunOutcome, store_in

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases import Case
    from copark.simulation.study import Study
    from copark.store import RunRecord
    from copark.store.database import Execution


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


MOST_SHOWN = 50
"""Runs of the model that are replayed at most."""


@dataclass(frozen=True)
class Again:
    """An execution that was run again."""

    identity: str
    study: str
    started: str
    """identity, study, started: which, of what, and when it began the first time."""
    outcome: RunOutcome | None
    """What came of it; ``None`` if it failed again."""
    trouble: str = ""
    """Why it failed again."""


@dataclass(frozen=True)
class BrokenOff:
    """A run of the model that did not reach the end, replayed."""

    scenario: str
    run: int
    """scenario, run: which."""
    status: str
    """How it broke off: a key of the texts, ``store.status.…``."""
    quarter: str
    room: str
    """quarter, room: in which quarter, and in which scale."""
    same: bool
    """Whether the replay broke off in the same way."""
    last: tuple[tuple[str, str, float], ...]
    """Outputs in the last quarter before it broke off: title, unit, value."""


@dataclass(frozen=True)
class Replayed:
    """The broken-off runs of a stored run: how many there are, and those that were replayed."""

    identity: str
    count: int
    runs: tuple[BrokenOff, ...]


def rerun_failed(
    *,
    out: Path = OUT,
    lang: str = "en",
    means: Means | None = None,
    progress: Progress | None = None,
) -> tuple[Again, ...]:
    """Go on with every execution of an output folder that failed or was stopped; finished shards are not made again.

    Parameters
    ----------
    means
        By what means; by default those of the first time.

    Raises
    ------
    copark.errors.CoparkError
        If the ledger cannot be read.
    """
    from copark.store.database import open_ledger

    with open_ledger(Path(out)) as ledger:
        waiting = [*ledger.executions("interrupted"), *ledger.executions("failed")]
    ordered = sorted(waiting, key=lambda one: one.number)
    return tuple(_again(one, Path(out), lang, means or _means_of(one.facts), progress) for one in ordered)


def _means_of(facts: dict[str, Any]) -> Means:
    """The means that were recorded."""
    known = {field.name for field in fields(Means)}
    return Means(**{name: value for name, value in facts.items() if name in known})


def _again(found: Execution, out: Path, lang: str, means: Means, progress: Progress | None) -> Again:
    from pydantic import ValidationError

    from copark.simulation.study import Study
    from copark.workflows.running import run_study

    title = str(found.study.get("title", {}).get(lang, ""))
    try:
        study = Study.model_validate(found.study)
        until = found.facts.get("until")
        made = run_study(
            study, means=means, lang=lang, out=out, until=None if until is None else float(until), report=False,
            runs=None if until is None else study.runs, fresh=bool(found.facts.get("fresh")), progress=progress,
        )  # fmt: skip
    except (CoparkError, ValidationError, OSError) as error:
        return Again(found.identity, title, found.started, None, str(error))
    return Again(found.identity, title, found.started, made)


def replay_broken_off(
    identity: str, *, out: Path = OUT, lang: str = "en", progress: Progress | None = None
) -> Replayed:
    """Replay the runs of a stored run that broke off, one by one, and say what they did.

    Raises
    ------
    copark.errors.CoparkError
        If the run is not stored or damaged, or its study or case can no longer be read.
    """
    stage(progress, "prepare")(0, 0)
    import numpy as np

    from copark.cases import load_case
    from copark.inference.case_parameters import source_named
    from copark.simulation.run import prepare, run_chunk

    store = store_in(out)
    record = store.get(identity)
    every = store.load_every_run(record.identity)
    places = np.argwhere(every["status"].values != 0)
    study = study_of(record)
    case = load_case(study.case)
    ready = prepare(study, case, source_named(case, out, str(record.provenance.get("draws_hash", ""))))
    found, tell = [], stage(progress, "verify")
    shown = sorted(places[:MOST_SHOWN].tolist(), key=lambda at: at[1])
    for n, (scenario, run) in enumerate(shown):
        here = run_chunk(ready, run, run + 1, 1, None).isel(scenario=scenario, run=0)
        found.append(_broken_off(every.isel(scenario=scenario, run=run), here, lang))
        tell(n + 1, len(shown))
    return Replayed(record.identity, len(places), tuple(found))


def _broken_off(stored: xr.Dataset, here: xr.Dataset, lang: str) -> BrokenOff:
    from copark.model.variables import ROOMS
    from copark.presentation.run_tables import STATUSES, title, unit
    from copark.simulation.study import SUMMARY

    at = int(here["status_quarter"])
    code = int(here["status"])
    entries = ("status", "status_quarter", "status_room")
    before = max(at - 1, 0)
    return BrokenOff(
        scenario=str(here["scenario"].values),
        run=int(here["run"]),
        status=STATUSES[code] if code < len(STATUSES) else "other",
        quarter=str(here["label"].values[at]) if code else "",
        room=ROOMS[int(here["status_room"])] if code else "",
        same=all(int(stored[name]) == int(here[name]) for name in entries),
        last=tuple(
            (title(here[name], lang), unit(here[name], lang), float(here[name].values[before]))
            for name in SUMMARY
            if name in here
        ),
    )
