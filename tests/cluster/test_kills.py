"""Killed at random moments and gone on with, work gives what it gives undisturbed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bench.kills.__main__ import main
from bench.kills.kinds import hindrances
from bench.kills.trial import _bury


@pytest.mark.long
def test_a_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command is killed by the smallest form (`tests/architecture/test_targets.py`); `make soak` tries every kind."""
    if "disk" in (told := hindrances(tmp_path)):
        pytest.skip(told["disk"])
    assert main(["--kills", "1", "--runs", "3000", "--seed", "4", "--only", "disk"]) == 0
    assert capsys.readouterr().out.endswith("1 of 1 passed\n")


@pytest.mark.long
def test_kills_of_a_site_and_of_a_set_of_forecasts(capsys: pytest.CaptureFixture[str]) -> None:
    """One of each, where live briefs are built; a calibration is killed in `tests/calibration/test_killed.py`."""
    assert main(["--kills", "2", "--seed", "11", "--only", "freeze-all", "--only", "site"]) == 0
    assert capsys.readouterr().out.endswith("2 of 2 passed\n")


def test_who_ends_by_itself_while_a_trial_is_closed_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the kill a process may end, well or not: `make soak` died of it at its 27th kill."""
    for code in (0, 1):
        process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])
        assert process.wait(60) == code
        monkeypatch.setattr(process, "poll", iter([None, code, code, code]).__next__)
        _bury(process)
