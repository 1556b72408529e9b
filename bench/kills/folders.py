"""Folders that commands build part by part are killed midway: a static site, and a set of frozen forecasts."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.kills.sameness import differing
from bench.kills.trial import Trial, brief, kill
from bench.kills.undisturbed import COPARK
from copark.browser.site_offline import WORKER
from copark.calibration.frozen_sets import MANIFEST
from copark.store.files import REPLACED, UNFINISHED
from copark.workflows.site_folder import MARK

BUILT = "built"
"""Folder, within a trial's output folder, that is built."""
MINUTE = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
HASH = re.compile(rb"[0-9a-f]{16,64}")
OF_HASHES = (MARK, WORKER)
"""Files of a site that hold hashes of its pages, and so of the minute in them."""
Command = Callable[[Path], list[str]]


def site_command(out: Path) -> list[str]:
    """Build a site of one park."""
    return [*COPARK, "site", str(out / BUILT), "--only", "kaesong", "--out", str(out)]


def set_command(out: Path) -> list[str]:
    """Freeze forecasts of two parks, each on its own calibration."""
    parks = ["--parks", "lekki", "--parks", "longjiang"]
    # A set has its own quarter and refuses another one, such as tests set.
    without_now = ["env", "-u", "COPARK_NOW", *COPARK]
    return [*without_now, "forecast", "--freeze-all", str(out / BUILT), *parks, "--out", str(out)]


def doing(command: Command) -> Callable[[Path, int], float]:
    """Return what does the work of a command undisturbed and says how many seconds it took."""

    def do(out: Path, _runs: int) -> float:
        began = time.monotonic()
        subprocess.run(command(out), check=True, capture_output=True)
        return time.monotonic() - began

    return do


def killing(command: Command) -> Callable[[Trial], None]:
    """Return what kills a command and gives it again."""

    def act(trial: Trial) -> None:
        process = trial.begin(command(trial.out))
        trial.wait()
        kill(process)
        if not (trial.out / BUILT / MANIFEST).exists():  # a set is complete with it, and is not made twice
            trial.finish(command(trial.out))

    return act


def marks(out: Path) -> dict[str, str]:
    """Checksums of every file of the folder built, the minute of its making left out; of hashes of pages, the names."""
    folder = out / BUILT
    paths = [path for path in folder.rglob("*") if path.is_file()]
    found = {}
    for path in paths:
        name = str(path.relative_to(folder))
        holds_time = HASH if name in OF_HASHES else MINUTE
        found[name] = hashlib.sha256(holds_time.sub(b"", path.read_bytes())).hexdigest()
    return found


def faults(trial: Trial) -> list[str]:
    """What is not as in a folder built undisturbed."""
    return [*trial.wrong, *differing(trial, marks(trial.out)), *_other_hashes(trial.out), *_left_behind(trial.out)]


def _other_hashes(out: Path) -> Iterator[str]:
    """Find files of a site that are not those whose hashes its record holds."""
    record = out / BUILT / MARK
    parts = json.loads(record.read_text(encoding="utf-8"))["parts"].values() if record.is_file() else ()
    for name, digest in (file for part in parts for file in part["files"].items()):
        if hashlib.sha256((out / BUILT / name).read_bytes()).hexdigest() != digest:
            yield f"not as recorded: {name}"


def _left_behind(out: Path) -> Iterator[str]:
    """Find what is half-written, and locks."""
    patterns = (f"{UNFINISHED}*", f"{REPLACED}*", ".*.lock")
    left = [str(path.relative_to(out)) for pattern in patterns for path in out.rglob(pattern)]
    if left:
        yield f"left behind: {brief(left)}"
