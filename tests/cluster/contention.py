"""Many processes that want one lock: ``python contention.py FOLDER SECONDS`` prints how often two of them held it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

PROCESSES = 8


def contend(folder: Path, seconds: float) -> tuple[int, int]:
    """Take the lock again and again; return how often it was held, and how often somebody else held it too."""
    from copark.store import files

    files.LOOK = 0.0005  # the file of the lock is removed and made again all the time
    inside, held, doubled = folder / "inside", 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with files.only_one(folder / ".work.lock"):
            held += 1
            try:
                inside.touch(exist_ok=False)
            except FileExistsError:
                doubled += 1
                continue
            time.sleep(0.0003)
            inside.unlink()
    return held, doubled


def main(folder: Path, seconds: float) -> tuple[int, int]:
    """Let processes contend; return how often the lock was held, and how often by two."""
    command = [sys.executable, __file__, str(folder), str(seconds), "alone"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    counts = [tuple(map(int, process.communicate()[0].split())) for process in started]
    return sum(held for held, _ in counts), sum(doubled for _, doubled in counts)


if __name__ == "__main__":
    act = contend if sys.argv[3:] else main
    print(*act(Path(sys.argv[1]), float(sys.argv[2])), flush=True)
    os._exit(0)
