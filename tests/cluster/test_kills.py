"""Killed at random moments and gone on with, work gives what it gives undisturbed."""

from __future__ import annotations

import pytest
from bench.kills.__main__ import main


@pytest.mark.long
def test_two_kills(capsys: pytest.CaptureFixture[str]) -> None:
    """A command, and a disk where one may be mounted; `make soak` tries every kind."""
    assert main(["--kills", "2", "--runs", "3000", "--seed", "4", "--only", "client", "--only", "disk"]) == 0
    assert capsys.readouterr().out.endswith("2 of 2 passed\n")
