"""What is said of a stored run is what its arrays say: an edit of its metadata is seen, whatever checksums say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ensembles import ensemble, stream, true_ensemble
from resealing import change_json, change_metadata, change_provenance, reseal

from copark.identity import result_identity
from copark.simulation.study import baseline
from copark.store.errors import DamagedRun
from copark.store.garbage import faults_in
from copark.store.runs import RunStore
from copark.version import MODEL_VERSION

IDENTITY = "0123456789abcdef"
EDITS: list[dict[str, Any]] = [
    {"outcome": {"baseline": {"3": 20}, "without-operator": {"3": 20}}},
    {"outcome": {}},
    {"status": {"baseline": {"0": 20}, "without-operator": {"0": 20}}},
    {"kept": 0},
    {"kept": 19},
    {"runs": 0, "kept": 0},
    {"scenarios": ["without-operator", "baseline"]},
    {"scenarios": ["baseline"]},
    {"scenarios": []},
    {"variables": []},
    {"variables": ["cash", "status", "outcome"]},
    {"variables": ["registered", "../cash", "status", "status_quarter", "status_room", "outcome", "draws"]},
    {"variables": ["registered", "cash", "cash", "status", "status_quarter", "status_room", "outcome", "draws"]},
    {"form": "summarised"},
    {"form": "anything"},
]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def codes(store: RunStore, identity: str = IDENTITY) -> set[str]:
    """Why a run is refused when it is read; the same as checking all of them says."""
    with pytest.raises(DamagedRun) as refusal:
        store.load(identity)
    assert all(fault.repair("en") and fault.repair("zh") for fault in refusal.value.faults)
    codes_told = {fault.code for fault in refusal.value.faults}
    assert codes_told <= {fault.code for fault in faults_in(store)}
    return codes_told


def test_metadata_that_say_something_else_than_the_arrays_are_refused(
    store: RunStore, subtests: pytest.Subtests
) -> None:
    for edit in EDITS:
        with subtests.test(edit=edit):
            record = store.save(ensemble(), replace=True)
            change_metadata(record.path, **edit)
            assert codes(store) & {"store.headline", "store.array", "store.file_missing", "store.extra"}


def test_a_false_share_is_told_with_what_the_arrays_give(store: RunStore) -> None:
    record = store.save(ensemble(failed=None))
    true = record.outcome["baseline"]
    change_metadata(record.path, outcome=record.outcome | {"baseline": {"3": 20}})
    with pytest.raises(DamagedRun) as refusal:
        store.get(IDENTITY)
    (fault,) = refusal.value.faults
    assert fault.code == "store.headline"
    assert fault.values["entry"] == "outcome.baseline"
    assert fault.values["found"] == "3: 20"
    assert fault.values["wanted"] == ", ".join(f"{code}: {count}" for code, count in sorted(true.items()))


def test_counts_of_a_run_with_bands_are_those_of_every_run(store: RunStore) -> None:
    record = store.save_stream(stream(30, 7), 30, summarise=True)
    assert store.get(IDENTITY).outcome == record.outcome
    change_metadata(record.path, outcome=record.outcome | {"baseline": {"0": 30}})
    assert codes(store) == {"store.headline"}


def test_what_made_a_run_is_said_alike_wherever_it_is_said(store: RunStore) -> None:
    record = store.save(true_ensemble())
    trust = {"state": "calibrated", "kind": "own", "case": "made-up"}
    change_json(record.path / "metadata.json", lambda metadata: metadata["provenance"].update(trust=trust))
    reseal(record.path)
    assert codes(store, record.identity) == {"store.array"}
    change_provenance(record.path, trust=trust)
    assert store.get(record.identity).provenance["trust"] == trust, "for which a replay alone can tell"


@pytest.mark.parametrize("is_ours", [True, False])
def test_outputs_are_those_the_study_keeps_in_the_state_of_the_model_that_made_them(
    store: RunStore, is_ours: bool
) -> None:
    """What a study keeps by default may be another list in another version."""
    dataset = true_ensemble()
    study = baseline("made-up").with_changes(runs=20).content()
    study["scenarios"] = [study["scenarios"][0] | {"key": key} for key in dataset["scenario"].values.tolist()]
    version = {"model_version": MODEL_VERSION if is_ours else MODEL_VERSION + 1}
    provenance = json.loads(dataset.attrs["provenance"]) | version | {"study": study}
    identity = result_identity(provenance)
    dataset = dataset.assign_attrs(identity=identity, provenance=json.dumps(provenance))
    if is_ours:
        with pytest.raises(DamagedRun, match="variables as registered, cash"):
            store.save(dataset)
    else:
        assert store.save(dataset).variables[:2] == ("registered", "cash")
