"""The disk becomes full partway: a small tmpfs, which is made larger afterwards."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from bench.kills.sameness import finished_files, shards_of
from bench.kills.trial import Trial

ROOM = (0.62, 0.92)
"""Size of the disk, as a share of what undisturbed work needs on it: more than what makes a command refuse to begin
(what it is sure to need, about 0.55), and too little."""
PAGE = 4096
LARGE = "4g"


def may_mount(place: Path) -> bool:
    """Whether this machine lets us mount a tmpfs."""
    if os.geteuid() != 0:
        return False
    place.mkdir()
    try:
        done = subprocess.run(mount(place, "1m"), check=False, capture_output=True)
        if done.returncode == 0:
            subprocess.run(["umount", str(place)], check=True)
    except FileNotFoundError:
        return False
    finally:
        place.rmdir()
    return done.returncode == 0


def mount(place: Path, size: str) -> list[str]:
    """The command that mounts a disk of a size."""
    return ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]


def pages_of(out: Path) -> int:
    """Bytes that a folder takes on such a disk."""
    return sum(-(-path.stat().st_size // PAGE) * PAGE for path in out.rglob("*") if path.is_file())


def fill_disk(trial: Trial) -> None:
    """Run until the disk is full: the command says so and ends; make room; give it again."""
    trial.out.mkdir(parents=True)
    size = int(pages_of(trial.usual.out) * trial.rng.uniform(*ROOM))
    subprocess.run(mount(trial.out, str(size)), check=True)
    trial.closing.callback(subprocess.run, ["umount", str(trial.out)], check=True)
    done = trial.run(trial.command("--threads", "2"))
    said = done.stdout + done.stderr
    if done.returncode == 0 or "The disk is full." not in said:
        trial.wrong.append(f"a full disk was not told: {done.returncode} {said.strip()[-300:]}")
    trial.kept = finished_files(trial.out)
    if not trial.kept:
        trial.wrong.append("the disk was full before anything was finished")
    trial.told.append(f"full at {size / 1e6:.0f} MB with {shards_of(trial.out)} shards finished")
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(trial.out)], check=True)
    trial.finish(trial.command())
