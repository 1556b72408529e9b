"""What the parts of a server share."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from copark.errors import StudyFaults
from copark.web.guards import address_of
from copark.web.jobs.queue import JobQueue
from copark.web.pool import Pool
from copark.web.problems import Problem
from copark.web.rates import Rates
from copark.web.settings import Settings
from copark.workflows.serving.asking import in_the_request
from copark.workflows.serving.engine import Engine
from copark.workflows.serving.flows import FlowBook
from copark.workflows.serving.memory import BoundedCache
from copark.workflows.serving.records import Asked, AskedBook, Job, Records
from copark.workflows.serving.shelf import Shelf, Shelved
from copark.workflows.serving.study import Study

LEFT_BEHIND = (".export-*", ".incoming-*")
SHARES = {"runs": 8 / 15, "flows": 3 / 15, "answers": 2 / 15, "inputs": 2 / 15}
"""How memory is divided among what is held."""
DESKS = 2
"""Threads that write files."""
LIGHT = 5.0
"""Weight of a question that is asked while a lever moves: 200 runs of at most four arms, and what any one takes."""


@dataclass
class Services:
    """The parts of a server.

    Parameters
    ----------
    settings
        How it is set up.
    rates
        Tokens by address.
    """

    settings: Settings
    rates: Rates
    shelf: Shelf = field(init=False)
    engine: Engine = field(init=False)
    book: FlowBook = field(init=False)
    kernels: Pool = field(init=False)
    desk: Pool = field(init=False)
    answers: BoundedCache[bytes] = field(init=False)
    records: Records = field(init=False)
    asked: AskedBook = field(init=False)
    jobs: JobQueue = field(init=False)
    streams: int = 0
    started: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        """Make the parts; nothing is begun yet."""
        settings, limits = self.settings, self.settings.limits
        own = settings.own
        own.mkdir(parents=True, exist_ok=True)
        own.chmod(0o700)
        for pattern in LEFT_BEHIND:
            for path in [*settings.data.glob(pattern), *own.rglob(pattern)]:
                shutil.rmtree(path, ignore_errors=True)
        self.shelf = Shelf(own / "cases")
        held = {name: int(limits.memory * share) for name, share in SHARES.items()}
        self.engine = Engine(self.shelf, settings.threads, held["runs"], held["inputs"])
        self.book = FlowBook(self.engine, held["flows"])
        self.kernels = Pool(self.engine.threads, limits.waiting, "kernel", patience=limits.wait, light=LIGHT)
        self.desk = Pool(DESKS, limits.files, "desk")
        self.answers = BoundedCache(held["answers"])
        self.records = Records(settings.data)
        self.asked = self.records.asked
        self.jobs = JobQueue(self.records.jobs, threads=max(1, self.engine.threads // 2))

    def pay(self, request: Request, cost: float) -> None:
        """Let a request pay for what it asks beyond being heard.

        Raises
        ------
        Problem
            If its address has not enough tokens.
        """
        wait = self.rates.take(address_of(request.scope), max(cost - 1.0, 0.0))
        if wait > 0.0:
            raise Problem(429, "rate", retry_after=wait)

    def need_owner(self, owner: str, asking: str) -> None:
        """See that whoever asks owns what is to be ended.

        Parameters
        ----------
        owner, asking
            Whose it is, and who asks.

        Raises
        ------
        Problem
            If it is another's, where clients are told apart.
        """
        if self.settings.tells_apart and owner != asking:
            raise Problem(403, "not_yours")

    def check(self, study: Study, shelved: Shelved, paths: dict[str, str]) -> None:
        """See that every scenario fits its case.

        Raises
        ------
        StudyFaults
            If one does not; with places in the request.
        """
        try:
            for scenario in study.scenarios:
                self.engine.inputs(study, shelved, scenario)
        except StudyFaults as faults:
            raise StudyFaults([in_the_request(one, paths) for one in faults.faults]) from None

    def remember(self, study: Study, shelved: Shelved) -> str:
        """Remember what was asked, so that it can be exported by its identity."""
        identity = self.engine.identity(study, shelved)
        self.asked.remember(identity, Asked(shelved.name, study.content()))
        return identity

    def remember_stored(self, study: dict[str, Any], identity: str) -> None:
        """Remember the study of a stored run of a case of the casebook."""
        case = str(study.get("case", ""))
        if case in self.shelf.names() and self.asked.find(identity) is None:
            self.asked.remember(identity, Asked(case, study))

    def is_stored(self, identity: str) -> bool:
        """Whether a run of an identity is stored."""
        return (self.settings.data / "runs" / identity / "manifest.json").is_file()

    def stored_bytes(self) -> int:
        """Bytes of all stored runs; what vanishes meanwhile, since a run beside is finished, is passed over."""
        found = 0
        for folder, _, names in os.walk(self.settings.data / "runs"):
            for name in names:
                with suppress(OSError):
                    found += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 - there may be many
        return found

    def scratch(self, suffix: str) -> Path:
        """Name of a file for the moment."""
        folder = self.settings.own / "files"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{secrets.token_hex(12)}{suffix}"

    def page_of(self, job: Job) -> bytes | None:
        """The page a job has written, if it is there; what the database names beside the reports is no page."""
        path = Path(job.page).resolve() if job.page else None
        if path is None or not path.is_relative_to((self.settings.data / "reports").resolve()) or not path.is_file():
            return None
        return path.read_bytes()

    def once(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Bytes that are made once and held."""
        return self.answers.once(key, make, len)

    def close(self) -> None:
        """End everything."""
        self.jobs.close()
        self.kernels.close()
        self.desk.close()
        self.records.close()
        shutil.rmtree(self.settings.own / "files", ignore_errors=True)


def services_of(request: Request) -> Services:
    """The services of the server a request came to."""
    found: Services = request.app.state.services
    return found


Own = Annotated[Services, Depends(services_of)]
