"""What was stopped is gone on with; single runs that broke off are replayed and say what they did."""

from __future__ import annotations

from pathlib import Path

import pytest

from copark.simulation.study import Study, baseline
from copark.workflows import run_study
from copark.workflows.answers import store_in
from copark.workflows.resume import replay_broken_off, rerun_failed
from tests.cluster.test_making import Counting


@pytest.fixture
def study() -> Study:
    return baseline("great-stone").with_changes(runs=2100, quarters=20)


@pytest.mark.long
def test_an_interrupted_execution_is_gone_on_with(tmp_path: Path, study: Study, monkeypatch) -> None:
    whole = run_study(study, out=tmp_path / "undisturbed", report=False)
    with monkeypatch.context() as patched:
        patched.setattr("copark.cluster.Threads", lambda _: Counting(until=2))
        with pytest.raises(KeyboardInterrupt):
            run_study(study, out=tmp_path, report=False)
    assert store_in(tmp_path).find(whole.identity) is None
    (again,) = rerun_failed(out=tmp_path)
    assert again.outcome is not None
    assert again.identity == whole.identity
    assert "2,000" in again.outcome.notes[0]
    stored, other = (store_in(out).load(whole.identity) for out in (tmp_path, tmp_path / "undisturbed"))
    assert stored.drop_attrs().identical(other.drop_attrs())
    assert rerun_failed(out=tmp_path) == ()


def test_a_run_that_broke_off_is_replayed(tmp_path: Path) -> None:
    flood = {"enquiry_rate": 500.0, "pool_years": 500.0, "lapse_rate": 0.0}
    title = {"en": "Flood", "zh": "洪流"}
    study = baseline("great-stone").with_changes(
        runs=3, draws="defaults", scenarios=[{"key": "flood", "title": title, "parameters": flood}]
    )
    made = run_study(study, out=tmp_path, report=False)
    assert made.failed == 3
    found = replay_broken_off(made.identity, out=tmp_path)
    assert found.count == 3
    assert [(one.scenario, one.run, one.status, one.room, one.same) for one in found.runs] == [
        ("flood", run, "too_many", "enterprises", True) for run in range(3)
    ]
    assert all(value == value for one in found.runs for _, _, value in one.last)
