"""A stream of any length needs the memory of one chunk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STREAM = """
import resource, sys
from pathlib import Path
from copark.cases import load_case
from copark.simulation.run import stream
from copark.simulation.study import baseline
from copark.store.runs import RunStore

runs, root = int(sys.argv[1]), Path(sys.argv[2])
study = baseline("great-stone").with_changes(runs=runs, keep="standard")
RunStore(root).save_stream(stream(study, load_case("great-stone"), threads=2), runs, summarise=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
ALLOWED = 40.0
"""MB that the greater of two streams may need more; three times as many runs would be 600 MB more if they were held."""


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the unit of ru_maxrss is another elsewhere")
def test_memory_is_flat(tmp_path: Path) -> None:
    peaks = []
    for runs in (10_000, 30_000):
        arguments = [sys.executable, "-c", STREAM, str(runs), str(tmp_path / str(runs))]
        process = subprocess.run(arguments, capture_output=True, text=True, check=True, env=dict(os.environ))
        peaks.append(float(process.stdout))
    assert peaks[1] - peaks[0] < ALLOWED, peaks
