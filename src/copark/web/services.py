"""Services that the parts of a server share."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from anyio import CapacityLimiter

from copark.simulation.study import Study
from copark.store.jobs import Job
from copark.web.content.attribution import FlowBook
from copark.web.content.case_registry import CaseEntry, CaseRegistry, OwnersView, sweep_scratch
from copark.web.content.engine import BoundedCache, Engine
from copark.web.content.lever_options import decisions_of
from copark.web.content.own_parks import UPLOADED, Quota
from copark.web.content.requests import Ask, told_of
from copark.web.content.server_records import RequestedStudy, ServerRecords
from copark.web.content.simulation import FIRST, warm_up
from copark.web.jobs import JobQueue
from copark.web.limits import Pool, Rates, Settings
from copark.web.links import Links
from copark.web.purge import Purge

ASKED = 8_000_000
"""Characters of questions that are remembered, some ten thousand, so that their results can be exported."""
SHARES = {"runs": 8 / 15, "flows": 3 / 15, "answers": 2 / 15, "inputs": 2 / 15}
"""How memory is divided among what is held."""
DESKS, QUEUED, UPLOADS = 2, 8, 8
"""Threads that write files, exports that may wait for one, and uploads that are received at once."""
LIGHT = 5.0
"""Weight of a question that is asked while a lever moves: 200 runs of at most four arms, and what any one takes."""


class Services:
    """The parts of a server."""

    def __init__(self, settings: Settings, rates: Rates, records: ServerRecords | None = None) -> None:
        self.settings = settings
        self.rates = rates
        limits = settings.limits
        own = settings.own
        self.records = records or ServerRecords(settings.data)
        own.mkdir(parents=True, exist_ok=True)
        own.chmod(0o700)
        sweep_scratch(settings.data)
        quota = Quota(limits.parks_each, limits.parks, limits.undo)
        self.registry = CaseRegistry(own / "cases", settings.data, quota)
        held = {name: int(limits.memory * share) for name, share in SHARES.items()}
        self.engine = Engine(self.registry, settings.threads, held["runs"], held["inputs"])
        self.book = FlowBook(self.engine, held["flows"])
        self.kernels = Pool(self.engine.threads, limits.waiting, patience=limits.wait, light=LIGHT, each=limits.each)
        self.desk = Pool(DESKS, QUEUED)
        self.answers: BoundedCache[bytes] = BoundedCache(held["answers"])
        self._asked: BoundedCache[RequestedStudy] = BoundedCache(ASKED)
        self.jobs = JobQueue(
            self.records.jobs,
            max(1, self.engine.threads // 2),
            data=settings.data,
            uploads=self.registry.uploads,
            outputs=self.registry.parks.outputs,
        )
        self.uploads = CapacityLimiter(UPLOADS)
        self.links = Links()
        self.purge = Purge(self.registry, self.records, self.jobs, settings.data)

    def warm_up(self) -> None:
        """Do everything the first question would otherwise wait for."""
        warm_up(self.engine, self.book)
        decisions_of(self.view_of(""), FIRST)

    def check(self, study: Study, case_entry: CaseEntry, request: Ask) -> None:
        """See that every scenario fits its case.

        Parameters
        ----------
        case_entry
            The case.
        request
            The request the study stands for, whose fields faults are told by.
        """
        with told_of(request):
            for scenario in study.scenarios:
                self.engine.inputs(study, case_entry, scenario)

    def view_of(self, owner: str) -> OwnersView:
        """Return what an owner may see."""
        return OwnersView(self.registry, owner, self.settings.data)

    def remember(self, study: Study, case_entry: CaseEntry, owner: str) -> str:
        """Remember what was asked, so that it can be exported by its identity; about an own park, by its owner.

        Parameters
        ----------
        case_entry
            The case.
        owner
            Who asked.

        Returns
        -------
        str
            Identity of the result.
        """
        identity = self.engine.identity(study, case_entry)
        question = RequestedStudy.of(case_entry.name, study.content())
        self._asked.put((owner if case_entry.uploaded else "", identity), question, len(question.json_text))
        return identity

    def asked(self, identity: str, owner: str) -> RequestedStudy | None:
        """Return what an owner, or anybody about a case of the casebook, has asked under an identity."""
        return self._asked.get(("", identity)) or self._asked.get((owner, identity))

    def stored_bytes(self) -> int:
        """Count bytes of stored runs and results; what vanishes meanwhile, being finished elsewhere, is passed over."""
        total = 0
        homes = (self.settings.data / "runs", self.settings.data / "results", self.registry.parks.outputs)
        for home in homes:
            for folder, _, names in os.walk(home):
                for name in names:
                    with suppress(OSError):
                        total += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 - there may be many
        return total

    def scratch(self, suffix: str) -> Path:
        """Name of a file for the moment."""
        folder = self.settings.own / "files"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{secrets.token_hex(12)}{suffix}"

    def page_of(self, job: Job) -> bytes | None:
        """Return the page a job has written, if it is there; what the database names beside the reports is no page.

        Who wrote it may have reached the data folder by another path: what counts is its place among the reports.
        """
        home = self.settings.data
        if UPLOADED.fullmatch(job.case):
            home = self.registry.parks.output(job.case)
        reports = (home / "reports").resolve()
        _, among, place = job.page.replace("\\", "/").rpartition("/reports/")
        path = (reports / place).resolve()
        if not among or not path.is_relative_to(reports) or not path.is_file():
            return None
        return path.read_bytes()

    def close(self) -> None:
        """End everything."""
        self.purge.close()
        self.jobs.close()
        self.kernels.close()
        self.desk.close()
        self.records.close()
