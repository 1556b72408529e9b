"""The same identity gives the same bits, whoever makes it; makers that would give others are refused, or said.

Each test is a row of the table in docs/reliability.md. Threads are tried in ``test_making.py``; workers of a scheduler,
also when they die, in ``test_workers.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copark.cluster.dask_workers import local_workers
from copark.cluster.orchestration import make
from copark.cluster.shard_worker import Threads
from copark.cluster.worker_fingerprint import MachinesDiffer, machine
from copark.store.runs import RunStore
from tests.cluster.test_making import RUNS, asked, expected, numbers  # noqa: F401 - fixtures

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("default")]
SECOND = Path(__file__).parents[2] / ".venv-3.13" / "bin" / "python"

SCRIPT = f"""
import json, sys
from pathlib import Path
from copark.cases import load_case
from copark.cluster.orchestration import EnsembleRequest, make
from copark.cluster.shard_worker import Threads
from copark.cluster.worker_fingerprint import machine
from copark.simulation.results import study_identity
from copark.simulation.study import baseline
from copark.store.runs import RunStore

class FirstTwo(Threads):
    def make(self, work, ranges, progress):
        for span in ranges:
            if span[0] > 1000:
                raise SystemExit(0)
            yield from super().make(work, [span], progress)

case = load_case("great-stone")
study = baseline("great-stone").with_changes(runs={RUNS}, quarters=20, keep=("operating", "cash"))
asked = EnsembleRequest(study, case, None, study_identity(study, case), bands=False)
print(json.dumps(machine()), flush=True)
make(asked, RunStore(Path(sys.argv[1])), (FirstTwo if "first" in sys.argv else Threads)(2))
"""


def elsewhere(out: Path, *words: str, python: Path = Path(sys.executable), **settings: str) -> dict[str, str]:
    """Make the ensemble in another process; give what that process says it is."""
    command = [str(python), "-c", SCRIPT, str(out), *words]
    done = subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True, text=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def differing(found: dict[str, str]) -> set[str]:
    return {entry for entry, here in machine().items() if found[entry] != here}


def test_another_process(expected, tmp_path: Path) -> None:  # noqa: F811
    assert differing(elsewhere(tmp_path)) == set()
    (record,), _ = RunStore(tmp_path).records()
    assert numbers(record) == expected


def test_two_worker_processes(asked, expected, tmp_path: Path) -> None:  # noqa: F811
    with local_workers(2) as worker_pool:
        assert numbers(make(asked, RunStore(tmp_path), worker_pool).record) == expected


@pytest.mark.skipif(
    not SECOND.is_file(), reason="no second Python: make .venv-3.13/.ready PYTHON=python3.13 VENV=.venv-3.13"
)
@pytest.mark.skipif(sys.version_info[:2] == (3, 13), reason="this Python is 3.13 already")
def test_python_3_13(asked, expected, tmp_path: Path) -> None:  # noqa: F811
    """Begun by one and gone on with by the other, and made by the other alone."""
    found = elsewhere(tmp_path / "alone", python=SECOND)
    assert differing(found) == {"python"}
    assert found["python"].startswith("3.13")
    (record,), _ = RunStore(tmp_path / "alone").records()
    assert numbers(record) == expected
    elsewhere(tmp_path / "both", "first", python=SECOND)
    made = make(asked, RunStore(tmp_path / "both"), Threads(1))
    assert made.kept_runs == 2000
    assert made.record.provenance["python"].count("+") == 1
    assert numbers(made.record) == expected


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """Two shards of a process that compiles for any processor of this family, without the features of this one."""
    out = tmp_path_factory.mktemp("plain")
    assert differing(elsewhere(out, "first", NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")) == {"cpu_features"}
    return out


def test_other_features_of_the_processor_are_refused(asked, plain: Path) -> None:  # noqa: F811
    with pytest.raises(MachinesDiffer) as refused:
        make(asked, RunStore(plain), Threads(1))
    assert {fault.key for fault in refused.value.faults} == {"cpu_features"}
