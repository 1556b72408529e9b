"""Killed at random moments and gone on with, work gives what it gives undisturbed; and what is not so would be seen."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from bench.kills.__main__ import main
from bench.kills.sameness import faults, finished_files, stored_marks
from bench.kills.trial import Trial
from bench.kills.undisturbed import Undisturbed

from copark.cluster import make
from copark.store import RunStore
from copark.store.database import open_ledger
from tests.cluster.test_making import Counting, asked, stopped_after  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def usual(asked, tmp_path_factory) -> Undisturbed:  # noqa: F811
    """The ensemble, undisturbed."""
    out = tmp_path_factory.mktemp("undisturbed")
    recorded(asked, out)
    return Undisturbed(out, 1.0, stored_marks(out))


def recorded(ask, out: Path) -> None:
    """Make an ensemble and enter it in the ledger."""
    with (
        open_ledger(out) as ledger,
        ledger.executing(ask.identity, ask.study.content(), ask.study.case, ask.study.runs),
    ):
        ledger.finish(ask.identity, make(ask, RunStore(out / "runs"), Counting()).record)


@pytest.fixture
def trial(asked, usual, tmp_path: Path) -> Trial:  # noqa: F811
    """One that was stopped after two shards and has been gone on with."""
    found = Trial(tmp_path / "out", asked.study.runs, 0.5, random.Random(1), usual)
    stopped_after(2, asked, RunStore(found.out / "runs"))
    found.kept = finished_files(found.out)
    recorded(asked, found.out)
    return found


def run_of(trial: Trial) -> Path:
    (manifest,) = (trial.out / "runs").glob("*/manifest.json")
    return manifest.parent


def test_what_was_gone_on_with_has_no_fault(trial: Trial) -> None:
    assert trial.kept
    assert faults(trial) == []


def test_a_finished_file_that_is_written_again_is_seen(trial: Trial) -> None:
    path = run_of(trial) / min(trial.kept)
    content = path.read_bytes()
    path.unlink()
    path.with_name("beside").write_bytes(content)
    path.with_name("beside").rename(path)
    (found,) = faults(trial)
    assert found == f"finished and made again: {min(trial.kept)}"


def test_a_damaged_file_is_seen(trial: Trial) -> None:
    path = run_of(trial) / min(trial.usual.marks)
    path.write_bytes(path.read_bytes() + b" ")
    assert any(found.startswith("copark runs check: ") for found in faults(trial))


def test_what_is_doubled_or_still_runs_is_seen(asked, trial: Trial) -> None:  # noqa: F811
    recorded(asked, trial.out)
    assert "the ledger says ['finished', 'finished']" in faults(trial)


def test_what_is_half_written_is_seen(trial: Trial) -> None:
    (run_of(trial) / ".writing-1-01234567").write_bytes(b"")
    (trial.out / "runs" / ".shards-0123").mkdir()
    assert any(found.startswith("left behind: ") and ".shards" in found for found in faults(trial))


@pytest.mark.long
def test_two_kills(capsys: pytest.CaptureFixture[str]) -> None:
    """A command, and a disk where one may be mounted; `make soak` tries every kind."""
    assert main(["--kills", "2", "--runs", "3000", "--seed", "4", "--only", "client", "--only", "disk"]) == 0
    assert capsys.readouterr().out.endswith("2 of 2 passed\n")
