"""Stored runs: what a large study said, read from its bands; the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.model.variables import catalogue
from copark.simulation.outcomes import OUTCOMES
from copark.stats.quantiles import LEVELS
from copark.stats.shares import shares_of
from copark.store.summary import QUANTILES, path_names, summary_of
from copark.workflows.paths import store_in
from copark.workflows.serving.answers import Answer, Numbers, ObservedPoint, OutcomeShare, OutputInfo, Said
from copark.workflows.serving.simulation import observed_points, outcome_shares, output_info, placed, rows

if TYPE_CHECKING:
    import xarray as xr

    from copark.store import RunRecord
    from copark.workflows.serving.shelf import Shelf


class StoredName(Answer):
    """A stored run in a list."""

    identity: str
    """Its identity."""
    study: str
    """Name of its study."""
    title: Said
    """Title of its study."""
    case: str
    """Its case."""
    runs: int
    """Runs for each scenario."""
    kept: int
    """Runs whose paths are kept."""
    failed: int
    """Runs that did not finish."""
    seed: int
    """Which luck."""
    bytes: int
    """Size on the disk."""
    created: str
    """When it was stored."""


class StoredArm(Answer):
    """One scenario of a stored run."""

    key: str
    """Its key."""
    title: Said
    """Its title."""
    outcomes: list[OutcomeShare]
    """Shares of the outcomes over all runs."""
    bands: dict[str, list[Numbers]]
    """By output: a row for each of the levels."""


class StoredAnswer(Answer):
    """What a stored run says."""

    run: StoredName
    """The run."""
    study: dict[str, Any]
    """Its study."""
    quarters: list[str]
    """Labels of the quarters."""
    levels: list[float]
    """The quantiles of all bands."""
    outputs: dict[str, OutputInfo]
    """What the outputs are."""
    arms: list[StoredArm]
    """Its scenarios."""
    observed: dict[str, list[ObservedPoint]]
    """Observations by output, where the case is known."""
    provenance: dict[str, Any]
    """What made it."""


class StoredList(Answer):
    """Stored runs, newest first."""

    runs: list[StoredName]
    """The runs."""
    damaged: list[Said]
    """What is wrong with those that cannot be read."""
    bytes: int
    """Bytes of all."""


def stored_runs(data: Path) -> StoredList:
    """List stored runs."""
    records, faults = store_in(data).records()
    names = [_name(one) for one in records]
    damaged = [Said(en=f"{one.cause('en')} {one.repair('en')}", zh=f"{one.cause('zh')}{one.repair('zh')}")
               for one in faults]  # fmt: skip
    return StoredList(runs=names, damaged=damaged, bytes=sum(one.bytes for one in names))


def is_stored(data: Path, identity: str) -> bool:
    """Whether a whole run of an identity is stored."""
    return store_in(data).find(identity) is not None


def _name(record: RunRecord) -> StoredName:
    study = record.provenance.get("study", {})
    title = study.get("title", {})
    return StoredName(
        identity=record.identity,
        study=str(study.get("name", "?")),
        title=Said(en=str(title.get("en", "?")), zh=str(title.get("zh", "?"))),
        case=str(study.get("case", "?")),
        runs=record.runs,
        kept=record.kept,
        failed=record.failed,
        seed=int(study.get("seed", 0)),
        bytes=record.bytes,
        created=record.created,
    )


def stored_answer(data: Path, shelf: Shelf, identity: str) -> StoredAnswer:
    """What a stored run says.

    Raises
    ------
    RunNotStored, MisplacedRun, DamagedRun
        If it is not there, another lies in its place, or it is broken.
    """
    store = store_in(data)
    record = store.get(identity)
    result = store.load(record.identity)
    summary = store.load_summary(record.identity)
    bands = summary_of(result[[*path_names(result), "label"]]) if summary is None else summary
    labels = [str(label) for label in bands["label"].to_numpy()]
    names = [str(name) for name, one in bands.data_vars.items() if "statistic" in one.dims]
    known = [name for name in names if name in catalogue().outputs]
    case = str(record.provenance.get("study", {}).get("case", ""))
    kept = [name for name in known if name in result.data_vars and "quarter" in result[name].dims]
    observed = observed_points(shelf.get(case).case, known, labels) if case in shelf.names() else {}
    beside = placed(
        {name: observed[name] for name in kept if name in observed},
        [str(label) for label in result["label"].to_numpy()],
        lambda name: result[name].isel(scenario=0).transpose("quarter", "run").to_numpy(),
    )
    return StoredAnswer.model_construct(
        run=_name(record),
        study=record.provenance.get("study", {}),
        quarters=labels,
        levels=list(LEVELS),
        outputs={name: output_info(name) for name in known},
        arms=[_arm(record, bands, names, n) for n in range(bands.sizes["scenario"])],
        observed=observed | beside,
        provenance=record.provenance,
    )


def _arm(record: RunRecord, bands: xr.Dataset, names: list[str], n: int) -> StoredArm:
    key = record.scenarios[n]
    scenarios = record.provenance.get("study", {}).get("scenarios", [])
    title = next((one["title"] for one in scenarios if one.get("key") == key), {"en": key, "zh": key})
    levels = bands.sel(statistic=list(QUANTILES))
    return StoredArm.model_construct(
        key=key,
        title=Said(en=str(title["en"]), zh=str(title["zh"])),
        outcomes=_outcomes(record.outcome.get(key, {})),
        bands={name: rows(np.asarray(levels[name].to_numpy()[n], dtype=np.float64)) for name in names},
    )


def _outcomes(counts: dict[str, int]) -> list[OutcomeShare]:
    return outcome_shares(shares_of([counts.get(str(code), 0) for code in range(len(OUTCOMES))], OUTCOMES))
