"""The equations one by one, by hand: this folder again with compilation off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
COMMAND = ("-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--maxfail=3")


@pytest.mark.parametrize("examples", ["fast", pytest.param("thorough", marks=pytest.mark.long)])
def test_the_equations_hold_one_by_one(examples):
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, *COMMAND, str(FOLDER)],
        cwd=ROOT,
        env=settings | {"NUMBA_DISABLE_JIT": "1", "COPARK_EXAMPLES": examples},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert " passed" in done.stdout
