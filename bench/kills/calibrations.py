"""A calibration is killed: `python -m bench.kills.calibrations OUT` is a small one, of a quarter of a minute.

It is the analysis behind ``copark calibrate``, with fewer runs and particles than that command lets one ask for.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tests.calibration.conftest import ask

from bench.arguments import parser_of
from bench.kills.sameness import differing
from bench.kills.trial import Trial, brief, kill
from copark.store.files import REPLACED, UNFINISHED


def calibrate(out: Path) -> float:
    """Calibrate, or go on; the seconds it took."""
    began = time.monotonic()
    ask("calibrate", out, threads=2)
    return time.monotonic() - began


def command(out: Path) -> list[str]:
    """The command that is killed and given again."""
    return [sys.executable, "-m", "bench.kills.calibrations", str(out)]


def kill_calibration(trial: Trial) -> None:
    """Kill a calibration; give the command again."""
    process = trial.begin(command(trial.out))
    trial.wait()
    kill(process)
    trial.finish(command(trial.out))


def marks(out: Path) -> dict[str, str]:
    """Checksums of every array of the one kept calibration."""
    (folder,) = (path.parent for path in (out / "posteriors").glob("[!.]*/recipe.json"))
    found = {}
    for path in folder.glob("*.npz"):
        with np.load(path) as arrays:
            for name, values in arrays.items():
                content = f"{values.dtype} {values.shape}".encode() + np.ascontiguousarray(values).tobytes()
                found[f"{path.name}: {name}"] = hashlib.sha256(content).hexdigest()
    return found


def faults(trial: Trial) -> list[str]:
    """What is not as after an undisturbed calibration."""
    return [*trial.wrong, *differing(trial, marks(trial.out)), *_left_behind(trial.out)]


def _left_behind(out: Path) -> Iterator[str]:
    left = [str(path.relative_to(out)) for begin in (UNFINISHED, REPLACED) for path in out.rglob(f"{begin}*")]
    if left:
        yield f"left behind: {brief(left)}"


def main() -> None:
    """Calibrate into a folder; in the smallest form into a temporary one."""
    parser = parser_of("bench.kills.calibrations", __doc__)
    parser.add_argument("out", nargs="?", type=Path, help="output folder; a temporary one by default")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        calibrate(asked.out or Path(place))


if __name__ == "__main__":
    main()
