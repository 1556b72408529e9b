"""What the parts of a server share."""

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from copark.errors import StudyFaults
from copark.web.jobs import JobQueue
from copark.web.limits import Pool, Rates, Settings, address_of
from copark.web.problems import Problem
from copark.workflows.serving.asking import Study, in_the_request
from copark.workflows.serving.decisions import decisions_of
from copark.workflows.serving.engine import BoundedCache, Engine
from copark.workflows.serving.errands import AskedStudy, Job, Records
from copark.workflows.serving.mechanisms import FlowBook
from copark.workflows.serving.shelf import INCOMING, Shelf, Shelved, scratch_name, sweep_scratch
from copark.workflows.serving.simulation import FIRST, warm_up

T = TypeVar("T")
FILES = ".server-"
"""What the folder of a server's scratch begins with."""
LEFT_BEHIND = (".export-*", f"web/cases/{INCOMING}*", "web/files/*")
"""What a server that was killed has left, in the data folder."""
SHARES = {"runs": 8 / 15, "flows": 3 / 15, "answers": 2 / 15, "inputs": 2 / 15}
"""How memory is divided among what is held."""
DESKS, POLLS = 2, 6
"""Threads that write files, and that ask the database for who waits for a job: a slow one holds up these alone."""
LIGHT = 5.0
"""Weight of a question that is asked while a lever moves: 200 runs of at most four arms, and what any one takes."""
QUEUED, UPLOADS = 8, 8
"""Exports that may wait, and uploads that are received at once."""


class Services:
    """The parts of a server."""

    def __init__(self, settings: Settings, rates: Rates) -> None:
        self.settings, self.rates = settings, rates
        limits, own = settings.limits, settings.own
        self.records = Records(settings.data)
        own.mkdir(parents=True, exist_ok=True)
        own.chmod(0o700)
        for pattern in LEFT_BEHIND:
            sweep_scratch(list(settings.data.glob(pattern)))
        self.files = own / "files" / scratch_name(FILES)
        self.shelf = Shelf(own / "cases", settings.data)
        held = {name: int(limits.memory * share) for name, share in SHARES.items()}
        self.engine = Engine(self.shelf, settings.threads, held["runs"], held["inputs"])
        self.book = FlowBook(self.engine, held["flows"])
        self.kernels = Pool(self.engine.threads, limits.waiting, patience=limits.wait, light=LIGHT, each=limits.each)
        self.desk = Pool(DESKS, QUEUED)
        self.answers: BoundedCache[bytes] = BoundedCache(held["answers"])
        self.asked = self.records.asked
        self.jobs = JobQueue(
            self.records.jobs, max(1, self.engine.threads // 2), data=settings.data, uploads=self.shelf.uploads
        )
        self.polls, self.uploads = CapacityLimiter(POLLS), CapacityLimiter(UPLOADS)
        self.streams = 0

    def warm_up(self) -> None:
        """Everything the first question would otherwise wait for."""
        warm_up(self.engine, self.book)
        decisions_of(self.settings.data, FIRST)

    def pay(self, request: Request, cost: float) -> None:
        """Let a request pay for what it asks beyond being heard."""
        wait = self.rates.take(address_of(request.scope), max(cost - 1.0, 0.0))
        if wait > 0.0:
            raise Problem(429, "rate", retry_after=wait)

    def need_owner(self, owner: str, asking: str) -> None:
        """See that whoever asks owns what is to be ended."""
        if self.settings.tells_apart and owner != asking:
            raise Problem(403, "not_yours")

    def check(self, study: Study, shelved: Shelved, paths: dict[str, str]) -> None:
        """See that every scenario fits its case."""
        try:
            for scenario in study.scenarios:
                self.engine.inputs(study, shelved, scenario)
        except StudyFaults as faults:
            raise StudyFaults([in_the_request(one, paths) for one in faults.faults]) from None

    def remember(self, study: Study, shelved: Shelved) -> str:
        """Remember what was asked, so that it can be exported by its identity."""
        identity = self.engine.identity(study, shelved)
        self.asked.remember(identity, AskedStudy(shelved.name, study.content()))
        return identity

    def is_stored(self, identity: str) -> bool:
        """Whether a run of an identity is stored, whole and in its place."""
        return self.records.stored(identity) is not None

    def stored_bytes(self) -> int:
        """Bytes of stored runs and results; what vanishes meanwhile, since one beside is finished, is passed over."""
        found = 0
        for kept in ("runs", "results"):
            for folder, _, names in os.walk(self.settings.data / kept):
                for name in names:
                    with suppress(OSError):
                        found += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 - there may be many
        return found

    def scratch(self, suffix: str) -> Path:
        """Name of a file for the moment."""
        self.files.mkdir(parents=True, exist_ok=True)
        return self.files / f"{secrets.token_hex(12)}{suffix}"

    def page_of(self, job: Job) -> bytes | None:
        """The page a job has written, if it is there; what the database names beside the reports is no page.

        Who wrote it may have reached the data folder by another path: what counts is its place among the reports.
        """
        reports = (self.settings.data / "reports").resolve()
        _, among, place = job.page.replace("\\", "/").rpartition("/reports/")
        path = (reports / place).resolve()
        if not among or not path.is_relative_to(reports) or not path.is_file():
            return None
        return path.read_bytes()

    async def polled(self, ask: Callable[..., T], *about: Any) -> T:
        """What the database says when it is asked beside the loop of events, on threads that are for that alone."""
        return await to_thread.run_sync(partial(ask, *about), limiter=self.polls)

    def close(self) -> None:
        """End everything."""
        self.jobs.close()
        self.kernels.close()
        self.desk.close()
        self.records.close()
        shutil.rmtree(self.files, ignore_errors=True)


def services_of(request: Request) -> Services:
    """The services of the server a request came to."""
    found: Services = request.app.state.services
    return found


Own = Annotated[Services, Depends(services_of)]
