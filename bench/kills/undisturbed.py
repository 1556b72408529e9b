"""Work that nobody disturbs: what it takes and what it gives. Disturbed work must give the same."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COPARK = [sys.executable, "-m", "copark"]


@dataclass(frozen=True)
class Undisturbed:
    """Undisturbed work.

    Parameters
    ----------
    out
        Its output folder.
    seconds
        What it took.
    marks
        Checksums by name of what it stored.
    """

    out: Path
    seconds: float
    marks: dict[str, str]


@dataclass(frozen=True)
class Work:
    """A piece of work that can be killed and gone on with.

    Parameters
    ----------
    name
        What it is called.
    do
        Does it in an output folder, with so many runs; the seconds it took.
    marks
        Checksums of what it stored.
    """

    name: str
    do: Callable[[Path, int], float]
    marks: Callable[[Path], dict[str, str]]

    def undisturbed(self, out: Path, runs: int) -> Undisturbed:
        """Do it without disturbing it."""
        seconds = self.do(out, runs)
        return Undisturbed(out, seconds, self.marks(out))


def run_command(out: Path, runs: int, *more: str) -> list[str]:
    """An ensemble by ``copark run``."""
    return [*COPARK, "run", "great-stone", "--runs", str(runs), "--no-report", "--out", str(out), *more]


def do_command(out: Path, runs: int) -> float:
    """Run the ensemble once, so that the model is compiled, and then measure."""
    subprocess.run(run_command(out.with_name("warm"), 64), check=True, capture_output=True)
    began = time.monotonic()
    subprocess.run(run_command(out, runs, "--threads", "2"), check=True, capture_output=True)
    return time.monotonic() - began
