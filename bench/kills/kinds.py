"""The kinds of kills, what work each disturbs, and by what it is judged."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.database.server import binaries

from bench.kills import calibrations, clients, databases, disks, folders, sameness, servers, workers
from bench.kills.trial import Trial
from bench.kills.undisturbed import Work, do_command
from copark.browser.live_page import built_page
from copark.browser.module_files import module_and_layout
from copark.errors import NotFound


def _do_calibration(out: Path, _runs: int) -> float:
    began = time.monotonic()
    subprocess.run(calibrations.command(out), check=True, capture_output=True)
    return time.monotonic() - began


COMMAND = Work("command", do_command, sameness.stored_marks)
JOB = Work("job", servers.do_job, sameness.stored_marks)
CALIBRATION = Work("calibration", _do_calibration, calibrations.marks)
SITE = Work("site", folders.doing(folders.site_command), folders.marks)
SET = Work("freeze-all", folders.doing(folders.set_command), folders.marks)


@dataclass(frozen=True)
class Kind:
    """A kind of kill.

    Parameters
    ----------
    name
        What it is called.
    what
        Who or what is killed, or fails.
    work
        What work is disturbed.
    act
        Begins it, kills, goes on.
    faults
        What is wrong afterwards.
    """

    name: str
    what: str
    work: Work
    act: Callable[[Trial], None]
    faults: Callable[[Trial], list[str]] = sameness.faults


KINDS = (
    Kind("client", "a command on threads", COMMAND, clients.kill_client),
    Kind("server", "a server and its job's process", JOB, servers.kill_server),
    Kind("worker", "one of a command's workers", COMMAND, workers.kill_worker),
    Kind("disk", "a full disk under a command", COMMAND, disks.fill_disk),
    Kind("calibration", "a calibration", CALIBRATION, calibrations.kill_calibration, calibrations.faults),
    Kind("site", "a static site", SITE, folders.killing(folders.site_command), folders.faults),
    Kind("freeze-all", "a set of forecasts", SET, folders.killing(folders.set_command), folders.faults),
    Kind("job", "a job's process under its server", JOB, servers.kill_jobs_process),
    Kind("client-and-workers", "a command and its workers", COMMAND, clients.kill_client_with_workers),
    Kind("scheduler", "a scheduler and its workers", COMMAND, workers.kill_scheduler),
    Kind("database", "PostgreSQL under a server's job", JOB, databases.stop_under_server),
    Kind("server-alone", "a server, not its job's process", JOB, servers.kill_server_alone),
    Kind("client-alone", "a command, not its workers", COMMAND, clients.kill_client_alone),
    Kind("scheduler-client", "a scheduler's client", COMMAND, workers.kill_schedulers_client),
)


def hindrances(place: Path) -> dict[str, str]:
    """Kinds that cannot be tried on this machine, and why."""
    found = {}
    if not disks.may_mount(place / "mount"):
        found["disk"] = "no tmpfs can be mounted here, which takes root and mount(8)"
    if binaries() is None:
        found["database"] = "there is no PostgreSQL of at least 15"
    try:
        built_page()
        module_and_layout()
    except NotFound as refused:
        found["site"] = str(refused)
    return found
