"""Services that the parts of a server share."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from anyio import CapacityLimiter

from copark.simulation.study import Study
from copark.store.jobs import Job
from copark.web.content.attribution import FlowCache
from copark.web.content.case_registry import CaseEntry, CaseRegistry, OwnerView, sweep_scratch
from copark.web.content.engine import BoundedCache, Engine
from copark.web.content.lever_options import decisions_of
from copark.web.content.own_parks import UPLOADED, Quota
from copark.web.content.requests import ModelRequest, locating_faults
from copark.web.content.server_records import RequestedStudy, ServerRecords
from copark.web.content.simulation import FIRST, warm_up
from copark.web.jobs import JobQueue
from copark.web.limits import RequestPool, ServerSettings, TokenBuckets
from copark.web.links import Links
from copark.web.purge import Purge

REMEMBERED = 8_000_000
"""Characters of requested studies that are remembered, some ten thousand, so that their results can be exported."""
SHARES = {"runs": 6 / 15, "pasts": 4 / 15, "flows": 2 / 15, "answers": 2 / 15, "inputs": 1 / 15}
"""Shares of the memory for each cache."""
IO_THREADS = 2
"""Threads that read and write files."""
IO_WAITING = 8
"""Requests that may wait for one of them."""
UPLOADS = 8
"""Uploads that are received at once."""
LIGHT = 5.0
"""Weight of a question that is asked while a lever moves: 200 runs of four scenarios at most, and what each takes."""


class Services:
    """Caches, pools of threads, case registry, records and job queue of one server."""

    def __init__(self, settings: ServerSettings, rates: TokenBuckets, records: ServerRecords | None = None) -> None:
        self.settings = settings
        self.rates = rates
        limits = settings.limits
        server_folder = settings.server_folder
        self.records = records or ServerRecords(settings.data)
        server_folder.mkdir(parents=True, exist_ok=True)
        server_folder.chmod(0o700)
        sweep_scratch(settings.data)
        quota = Quota(limits.parks_each, limits.parks, limits.undo)
        self.registry = CaseRegistry(server_folder / "cases", settings.data, quota)
        cache_bytes = {name: int(limits.memory * share) for name, share in SHARES.items()}
        self.engine = Engine(
            self.registry, settings.threads, cache_bytes["runs"], cache_bytes["inputs"], cache_bytes["pasts"]
        )
        self.flow_cache = FlowCache(self.engine, cache_bytes["flows"])
        self.model_pool = RequestPool(
            self.engine.threads, limits.waiting, patience=limits.wait, light=LIGHT, each=limits.each
        )
        self.io_pool = RequestPool(IO_THREADS, IO_WAITING)
        self.answers: BoundedCache[bytes] = BoundedCache(cache_bytes["answers"])
        self._requested: BoundedCache[RequestedStudy] = BoundedCache(REMEMBERED)
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
        """Load and compile everything the first request would otherwise wait for."""
        warm_up(self.engine, self.flow_cache)
        decisions_of(self.view_of(""), FIRST)

    def check(self, study: Study, case_entry: CaseEntry, request: ModelRequest) -> None:
        """Check that every scenario fits its case.

        Parameters
        ----------
        study
            The study that the request stands for.
        case_entry
            The case.
        request
            The request the study stands for, whose fields faults are told by.
        """
        with locating_faults(request):
            for scenario in study.scenarios:
                self.engine.inputs(study, case_entry, scenario)

    def view_of(self, owner: str) -> OwnerView:
        """Return what an owner may see."""
        return OwnerView(self.registry, owner, self.settings.data)

    def remember_study(self, study: Study, case_entry: CaseEntry, owner: str) -> str:
        """Remember a requested study, so that its result can be exported by run ID; of an uploaded case, by its owner.

        Each owner's is remembered with the titles that this owner gave it, which the run ID does not cover.

        Parameters
        ----------
        study
            The study as it is run.
        case_entry
            The case.
        owner
            Owner of the request.

        Returns
        -------
        str
            Run ID of the result.
        """
        identity = self.engine.identity(study, case_entry)
        requested = RequestedStudy.of(case_entry.name, study.content())
        for whose in (owner,) if case_entry.uploaded else (owner, ""):
            self._requested.put((whose, identity), requested, len(requested.json_text))
        return identity

    def requested_study(self, identity: str, owner: str) -> RequestedStudy | None:
        """Return the study of a run ID that an owner, or else anybody about a case of the casebook, has requested."""
        return self._requested.get((owner, identity)) or self._requested.get(("", identity))

    def stored_bytes(self) -> int:
        """Count bytes of stored runs and results; files that vanish meanwhile are passed over."""
        total = 0
        homes = (self.settings.data / "runs", self.settings.data / "results", self.registry.parks.outputs)
        for home in homes:
            for folder, _, names in os.walk(home):
                for name in names:
                    with suppress(OSError):
                        total += os.stat(os.path.join(folder, name)).st_size  # noqa: PTH116, PTH118 - there may be many
        return total

    def scratch(self, suffix: str) -> Path:
        """Return the path of a temporary file."""
        folder = self.settings.server_folder / "files"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{secrets.token_hex(12)}{suffix}"

    def report_of(self, job: Job) -> bytes | None:
        """Return the report a job has written, if it is there; a path outside of the reports is none.

        The process that wrote it may have reached the data folder by another path: what counts is its path among the
        reports.
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
        self.model_pool.close()
        self.io_pool.close()
        self.records.close()
