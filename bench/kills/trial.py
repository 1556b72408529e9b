"""One kill: where, at which moment, of what; and what was there when it happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.kills.undisturbed import Undisturbed, run_command
from copark.store.database import VARIABLE

LONGEST = 900
"""Seconds after which work that does not end is a failure."""
ATTEMPTS = 4
"""How often a command is given again."""


class Missed(Exception):
    """What was to be killed had ended: no kill."""


@dataclass
class Trial:
    """A kill, and what may be used.

    Parameters
    ----------
    out
        An output folder that is not there yet.
    runs
        Runs of an ensemble.
    share
        The moment, as a share of the time that the work usually takes.
    rng
        For whatever else is left to chance.
    usual
        The same work undisturbed.
    environment
        In which everything is started.
    told
        What else is worth saying.
    wrong
        What was seen on the way and must not be.
    kept
        Files of shards that were finished when it happened, with what tells a file that was written again.
    closing
        What is undone afterwards.
    """

    out: Path
    runs: int
    share: float
    rng: random.Random
    usual: Undisturbed
    environment: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    kept: dict[str, tuple[int, int]] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)

    def wait(self, slower: float = 1.0) -> None:
        """Wait for the moment.

        Parameters
        ----------
        slower
            How many times longer than usual it takes by these means.
        """
        time.sleep(self.share * self.usual.seconds * slower)

    def command(self, *more: str) -> list[str]:
        """The command, as a person gives it."""
        return run_command(self.out, self.runs, *more)

    def begin(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Begin a command, in a session of its own."""
        quiet, environment = subprocess.DEVNULL, {**os.environ, **self.environment}
        process = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True, env=environment)
        self.closing.callback(_bury, process)
        return process

    def finish(self, command: list[str]) -> None:
        """Give a command again until it ends well; it must, and must never end in a traceback."""
        said = []
        for _ in range(ATTEMPTS):
            done = self.run(command)
            if done.returncode == 0:
                return
            said.append(done.stderr.strip()[-300:])
        raise RuntimeError(f"given {ATTEMPTS} times without success: {said}")

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; a traceback is wrong, whatever else comes of it."""
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment)
        if "Traceback" in done.stderr:
            self.wrong.append(f"a traceback was shown: {done.stderr.strip()[-500:]}")
        return done

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """See the database that was meant, for as long as it takes."""
        before = os.environ.pop(VARIABLE, None)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.pop(VARIABLE, None)
            if before is not None:
                os.environ[VARIABLE] = before


def _bury(process: subprocess.Popen[bytes]) -> None:
    """Leave nobody behind, whatever became of a trial; who ends just now by itself is gone too."""
    with suppress(Missed, RuntimeError):
        kill(process)


def kill(process: subprocess.Popen[bytes], *, everything: bool = True) -> list[psutil.Process]:
    """Kill a process with SIGKILL, and with it all that it started; whom it started.

    Raises
    ------
    Missed
        If it had ended, and well.
    RuntimeError
        If it had ended otherwise.
    """
    below = descendants(process.pid)
    need_alive(process)
    process.kill()
    if everything:
        kill_all(below)
    if process.wait() != -signal.SIGKILL:
        need_alive(process)
    return below


def need_alive(process: subprocess.Popen[bytes]) -> None:
    """Make sure that there is something to kill; raises what :func:`kill` does."""
    code = process.poll()
    if code == 0:
        raise Missed
    if code is not None:
        raise RuntimeError(f"it ended by itself, with {code}")


def strike(process: psutil.Process) -> None:
    """Kill somebody else's process; raises ``Missed`` if it had ended."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        raise Missed from None


def kill_all(processes: list[psutil.Process]) -> None:
    """Kill processes that may have ended already."""
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()


def descendants(pid: int, mark: str = "") -> list[psutil.Process]:
    """Processes below a process, those whose command line holds a mark."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for one in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                if mark in " ".join(one.cmdline()):
                    found.append(one)
    return found


def brief(names: Mapping[str, object] | list[str], most: int = 3) -> str:
    """The first of many names."""
    listed = sorted(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
