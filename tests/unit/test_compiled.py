"""What is said of compiling is true: it is announced where machine code is missing, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from copark.analyses import progress
from copark.cli.screen import ProgressBar
from copark.texts import LANGUAGES, text

SAYS = """
import sys
from copark.analyses.progress import is_compiled, stage
stage(lambda name, done, total: print(name), "prepare")(0, 0)
if len(sys.argv) > 1:
    from pathlib import Path
    from copark.model import kernel
    index = Path(kernel.simulate_runs.stats.cache_path) / "kernel.simulate_runs-1.py3.nbi"
    index.touch()
    print(is_compiled())
    os_time = Path(kernel.__file__).stat().st_mtime - 10
    __import__("os").utime(index, (os_time, os_time))
    print(is_compiled())
"""


def said(folder: Path, *more: str, **env: str) -> list[str]:
    process = subprocess.run(
        [sys.executable, "-c", SAYS, *more], env={**os.environ, "COPARK_CACHE": str(folder), **env},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return process.stdout.split()


@pytest.mark.long
def test_an_empty_cache_is_said_and_a_full_one_is_not(tmp_path: Path) -> None:
    jit = {"NUMBA_DISABLE_JIT": "0"}
    assert said(tmp_path, "touch", **jit) == ["compile", "True", "False"]
    assert said(tmp_path, NUMBA_DISABLE_JIT="1") == ["prepare"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_the_stage_of_compiling_speaks_of_it(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for is_compiled, name in ((True, "prepare"), (False, "compile")):
        monkeypatch.setattr(progress, "is_compiled", lambda is_compiled=is_compiled: is_compiled)
        with ProgressBar(lang) as bar:
            progress.stage(bar, "prepare")(0, 0)
            bar._lose_patience()
        assert text(f"cli.stage.{name}", lang) in capsys.readouterr().err
    assert text("cli.stage.prepare", lang) != text("cli.stage.compile", lang)
