"""A command is killed: alone, or with the workers it started."""

from __future__ import annotations

from bench.kills.sameness import finished_files
from bench.kills.trial import Trial, kill, kill_all

SLOWER = 2.0
"""Workers are processes that have to be started first."""


def kill_client(trial: Trial) -> None:
    """Kill a command that computes on threads; go on with another number of them."""
    process = trial.begin(trial.command("--threads", "2"))
    trial.wait()
    kill(process)
    trial.kept = finished_files(trial.out)
    trial.finish(trial.command("--threads", str(trial.rng.choice((1, 2, 3)))))


def kill_client_with_workers(trial: Trial) -> None:
    """Kill a command and the workers it started; go on without workers."""
    process = trial.begin(trial.command("--workers", "2"))
    trial.wait(SLOWER)
    kill(process)
    trial.kept = finished_files(trial.out)
    trial.finish(trial.command())


def kill_client_alone(trial: Trial) -> None:
    """Kill a command and leave its workers to notice; go on beside them."""
    process = trial.begin(trial.command("--workers", "2"))
    trial.wait(SLOWER)
    left = kill(process, everything=False)
    trial.closing.callback(kill_all, left)
    trial.kept = finished_files(trial.out)
    trial.finish(trial.command())
