"""Workers from a script or a notebook: what cannot work is said in a sentence, before anything is started."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from copark.cluster import dask_workers
from copark.errors import RunRefused

CALL = """
made = run_study("great-stone", runs=1100, execution=ExecutionOptions(workers=2), out=Path(sys.argv[1]), report=False)
print(made.runs, "runs")
"""
BEGIN = "import sys\nfrom pathlib import Path\nfrom copark.workflows import ExecutionOptions, run_study\n"
GUARDED = "if __name__ == '__main__':" + CALL.replace("\n", "\n    ")


def test_a_script_that_workers_could_not_read_again_is_refused(monkeypatch, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(script), raising=False)
    dask_workers.need_guard()
    script.write_text(BEGIN + CALL, encoding="utf-8")
    with pytest.raises(RunRefused, match=re.escape("script.py cannot start workers")) as refused:
        dask_workers.need_guard()
    assert 'if __name__ == "__main__":' in str(refused.value)
    script.write_text(BEGIN + GUARDED, encoding="utf-8")
    dask_workers.need_guard()
    monkeypatch.delattr(sys.modules["__main__"], "__file__")
    dask_workers.need_guard()


@pytest.mark.long
@pytest.mark.parametrize("how", ["file", "console"])
def test_a_script_with_the_line_and_a_console_run(tmp_path: Path, how: str) -> None:
    """A notebook is a console: its process has no script that workers would read."""
    path = tmp_path / "script.py"
    path.write_text(BEGIN + GUARDED, encoding="utf-8")
    where = [str(path)] if how == "file" else ["-c", BEGIN + CALL]
    command = [sys.executable, *where, str(tmp_path / "out")]
    made = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200)
    assert (made.returncode, made.stdout) == (0, "1100 runs\n"), made.stderr
