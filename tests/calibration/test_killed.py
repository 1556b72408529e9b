"""A battery dies in the middle of a calibration: the same command goes on, and ends with the bits it would have had."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from copark.calibration import prior
from copark.calibration.prior import make_batch
from copark.store import checkpoints
from copark.store.garbage import find_leftovers
from tests.calibration.conftest import ask
from tests.calibration.killed import PIECE

STAGES = 3
"""Batch and two populations."""
POINTS = (
    ("runs-00002048", 1.0),
    ("write-runs-00003072", 0.0),
    ("population-2020Q4-0", 0.1),
    ("population-2020Q4-0", 1.0),
    ("write-population-2020Q4-1", 0.6),
    ("population-2020Q4-1", 1.0),
)
"""Where the process is killed, one time after another."""


def arrays(folder):
    """Read all numbers of a calibration that is kept, and all its words."""
    content = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    for path in folder.glob("*.npz"):
        with np.load(path) as stored:
            content |= {f"{path.name}/{name}": stored[name].tobytes() for name in stored.files}
    return content


def calibrated(out):
    """Calibrate, or resume; give the folder of the posteriors, and what was there already."""
    answered, context = ask("calibrate", out)
    return out / answered.result.calibrated.folder, context.remarks()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return arrays(calibrated(tmp_path_factory.mktemp("undisturbed"))[0])


@pytest.fixture
def often(monkeypatch):
    """Keep states whenever they can be, and make pieces small."""
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(prior, "PIECE", PIECE)


def run(out, *point):
    command = [sys.executable, "-m", "tests.calibration.killed", out, *point]
    root = Path(__file__).parents[2]
    return subprocess.run([*map(str, command)], cwd=root, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.long
def test_killed_at_every_stage_and_within_each(undisturbed, tmp_path):
    for point in POINTS:
        assert run(tmp_path, *point).returncode == -signal.SIGKILL, point
    last = run(tmp_path)
    assert last.stdout.splitlines() == ["False", f"Resumed: {STAGES} of {STAGES} stages already completed."]
    (folder,) = tmp_path.glob("posteriors/great-stone-*")
    assert arrays(folder) == undisturbed
    left = {leftover.kind for leftover in find_leftovers(tmp_path, quiet=-1.0)}
    assert left <= {"half_written"}


@pytest.mark.long
def test_two_at_once_make_a_batch_once(recipe, often, monkeypatch, tmp_path):
    """A lock belongs to an open file, so that threads stand in for processes."""
    begun = []
    waits = threading.Event()
    whole = prior.run_piece

    def slowly(recipe_, first, last, threads):
        begun.append(first)
        if first == 0:
            assert waits.wait(30.0), "the second does not wait for the first"
        return whole(recipe_, first, last, threads)

    monkeypatch.setattr(prior, "run_piece", slowly)
    batches = []
    threads_of_two = [
        threading.Thread(target=lambda: batches.append(make_batch(recipe, folder=tmp_path, waiting=waits.set)))
        for _ in range(2)
    ]
    for thread in threads_of_two:
        thread.start()
    for thread in threads_of_two:
        thread.join(60.0)
    assert sorted(begun) == list(range(0, recipe.runs, PIECE))
    assert sorted(finished.kept_runs for finished in batches) == [0, recipe.runs]
    assert np.array_equal(batches[0].counterparts, batches[1].counterparts, equal_nan=True)
