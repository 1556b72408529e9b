"""A public validator holds workspaces to what RO-Crate requires."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.packaging.checkers import checker

SCRIPT = Path(__file__).parents[1] / "packaging" / "validate_crate.py"


def validated(archive, folder):
    done = subprocess.run(
        [checker("python"), str(SCRIPT), str(archive), str(folder)], capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert not done.stderr.count("Traceback"), done.stderr
    return done.returncode, done.stdout


@pytest.mark.long
def test_a_workspace_meets_all_that_is_required(packed, tmp_path):
    assert validated(packed.path, tmp_path) == (0, "")
