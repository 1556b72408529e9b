"""`python -m bench.kills [--kills 30] [--runs 20000] [--seed 1]`: killed at random moments, gone on with, identical.

Each time a command is begun in a fresh folder and something is killed with SIGKILL at a random moment of its expected
time: the client that computes on threads, a client with workers of its own, one of those workers, the scheduler with
all its workers, or a client of it; or the disk is full (a small tmpfs, where this machine lets us mount one). Then the
same command is given again, as often as it takes. What is stored must be, file by file, what an undisturbed run stored;
shards that were finished must not have been made again; nothing half-written may be left; and the ledger must know one
finished execution and none that is still running. The last line says how many of how many passed; the exit code is 1 if
one did not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from copark.store.database import open_ledger

COPARK = [sys.executable, "-m", "copark"]
DIFFERS = ("metadata.json", "arrays.zarr/zarr.json")
"""Files that hold the time at which a run was made."""
LONGEST = 600
ATTEMPTS = 4


@dataclass
class Trial:
    """One kill: where, and what may be used."""

    out: Path
    runs: int
    moment: float
    luck: random.Random
    told: list[str] = field(default_factory=list)

    def command(self, *more: str) -> list[str]:
        """The command, as a person gives it."""
        return [*COPARK, "run", "great-stone", "--runs", str(self.runs), "--no-report", "--out", str(self.out), *more]

    def begin(self, *more: str) -> subprocess.Popen[bytes]:
        """Begin it in a session of its own."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(self.command(*more), stdout=quiet, stderr=quiet, start_new_session=True)

    def finish(self, *more: str) -> None:
        """Give the command again until it ends well."""
        for _ in range(ATTEMPTS):
            done = subprocess.run(self.command(*more), capture_output=True, text=True, timeout=LONGEST, check=False)
            if done.returncode == 0:
                return
            if "Traceback" in done.stderr:
                raise RuntimeError(done.stderr)
            self.told.append(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "")
        raise RuntimeError(f"{ATTEMPTS} times without success: {self.told}")


def shards(out: Path) -> dict[str, float]:
    """Shards that are finished, with the time at which they were."""
    found = {}
    for path in (out / "runs").glob(".shards-*/making/*-*.json"):
        found[path.name] = path.stat().st_mtime
    return found


def end(process: subprocess.Popen[bytes], *, everything: bool = True) -> None:
    """Kill a process, and with it all that it started."""
    try:
        below = psutil.Process(process.pid).children(recursive=True) if everything else []
    except psutil.NoSuchProcess:
        below = []
    process.kill()
    for one in below:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()


def kill_client(trial: Trial) -> None:
    """Kill a client that computes on threads."""
    process = trial.begin("--threads", "2")
    time.sleep(trial.moment)
    end(process)
    trial.finish("--threads", str(trial.luck.choice((1, 2, 3))))


def kill_client_with_workers(trial: Trial) -> None:
    """Kill a client and the workers it started; go on without workers."""
    process = trial.begin("--workers", "2")
    time.sleep(trial.moment * 2)
    end(process)
    trial.finish()


def kill_client_alone(trial: Trial) -> None:
    """Kill a client and leave its workers to notice."""
    process = trial.begin("--workers", "2")
    below = []
    time.sleep(trial.moment * 2)
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children(recursive=True)
    end(process, everything=False)
    trial.finish()
    for one in below:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue


def kill_worker(trial: Trial) -> None:
    """Kill a worker; nobody gives the command again: its shard goes to another."""
    process = trial.begin("--workers", "2")
    time.sleep(trial.moment * 2)
    victims = workers_of(process.pid)
    if victims:
        trial.luck.choice(victims).kill()
    if process.wait(LONGEST) != 0:
        trial.told.append("the command did not survive its worker")
    trial.finish()


def workers_of(pid: int) -> list[psutil.Process]:
    """Worker processes below a process."""
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    found = []
    for one in below:
        try:
            if any("spawn_main" in part for part in one.cmdline()):
                found.append(one)
        except psutil.Error:
            continue
    return found


def kill_scheduler(trial: Trial) -> None:
    """Kill a scheduler with all its workers under a client; go on without it."""
    server = subprocess.Popen(
        [*COPARK, "cluster", "start", "--workers", "2"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    line = server.stdout.readline() if server.stdout else ""
    address = re.search(r"tcp://[0-9.:]+", line)
    if address is None:
        raise RuntimeError(f"no cluster: {line}")
    process = trial.begin("--scheduler", address[0])
    time.sleep(trial.moment * 2)
    end(server)  # type: ignore[arg-type]
    try:
        process.wait(120)
    except subprocess.TimeoutExpired:
        trial.told.append("the client did not notice that the scheduler is gone")
        end(process)
        raise
    trial.finish()


def fill_disk(trial: Trial) -> None:
    """Run on a small tmpfs until it is full; make room; go on."""
    trial.out.mkdir(parents=True)
    size = trial.luck.randint(20, 60)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(trial.out)], check=True)
    try:
        done = subprocess.run(trial.command(), capture_output=True, text=True, timeout=LONGEST, check=False)
        if (
            done.returncode == 0
            or "Traceback" in done.stderr
            or "full" not in done.stderr + "full" * ("GB" in done.stderr)
        ):
            raise RuntimeError(f"a full disk was not said: {done.returncode} {done.stderr}")
        subprocess.run(["mount", "-o", "remount,size=2g", str(trial.out)], check=True)
        kept = shards(trial.out)
        trial.finish()
        trial.told.append(f"{len(kept)} shards were kept")
        keep = Path(tempfile.mkdtemp(dir=trial.out.parent))
        shutil.copytree(trial.out, keep / "out")
    finally:
        subprocess.run(["umount", str(trial.out)], check=True)
    trial.out.rmdir()
    (keep / "out").rename(trial.out)


KINDS: tuple[Callable[[Trial], None], ...] = (
    kill_client, kill_client_with_workers, kill_client_alone, kill_worker, kill_scheduler, fill_disk,
)  # fmt: skip


def marks(out: Path) -> dict[str, str]:
    """Checksums of the one stored run."""
    (manifest,) = (out / "runs").glob("[0-9a-f]*/manifest.json")
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {name: entry["sha256"] for name, entry in files.items() if name not in DIFFERS}


def faults(out: Path, expected: dict[str, str]) -> list[str]:
    """What is not as after an undisturbed run."""
    found = []
    if marks(out) != expected:
        found.append("other numbers are stored")
    left = [path.name for path in (out / "runs").iterdir() if path.name.startswith(".")]
    if left:
        found.append(f"left behind: {left}")
    with open_ledger(out) as ledger:
        states = [one.state for one in ledger.executions()]
    if states.count("finished") != 1 or "running" in states:
        found.append(f"the ledger says {states}")
    return found


def may_mount(place: Path) -> bool:
    """Whether this machine lets us mount a tmpfs."""
    if os.geteuid() != 0:
        return False
    place.mkdir()
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=False, capture_output=True
        )
        if done.returncode == 0:
            subprocess.run(["umount", str(place)], check=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def main() -> int:
    """Kill, go on, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    luck, passed = random.Random(given.seed), 0
    with tempfile.TemporaryDirectory() as root:
        place = Path(root)
        kinds = KINDS if may_mount(place / "mount") else KINDS[:-1]
        if kinds != KINDS:
            print("no tmpfs can be mounted here: the full disk is left out")
        began = time.monotonic()
        Trial(place / "undisturbed", given.runs, 0.0, luck).finish("--threads", "1")
        expected, usual = marks(place / "undisturbed"), time.monotonic() - began
        for number in range(given.kills):
            kind = kinds[number % len(kinds)]
            trial = Trial(place / f"kill-{number}", given.runs, luck.uniform(0.1, 0.9) * usual / 2, luck)
            try:
                kind(trial)
                wrong = faults(trial.out, expected)
            except (RuntimeError, subprocess.SubprocessError, ValueError, OSError) as error:
                wrong = [f"{type(error).__name__}: {error}"]
            passed += not wrong
            words = "; ".join([*wrong, *trial.told]) or "identical"
            print(f"{number + 1:3d} {kind.__name__} at {trial.moment:.1f} s: {words}", flush=True)
            shutil.rmtree(trial.out, ignore_errors=True)
    print(f"{passed} of {given.kills} passed")
    return 0 if passed == given.kills else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
