"""Removal of deleted parks, with all that was computed, once they can no longer be restored.

What is due is read from the folder, so that a server that was stopped in between goes on where it was.
"""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from copark.errors import CoparkError
from copark.web.content.case_registry import CaseRegistry
from copark.web.content.server_records import ServerRecords
from copark.web.jobs import JobQueue

INTERVAL = 15.0
"""Seconds between two checks."""
LONGEST = 1_000_000
"""Characters of the first line of a stored result, which says what was asked."""
log = logging.getLogger("copark.web")


class Purge:
    """Removes the deleted parks of a server when they are due, until it is closed."""

    def __init__(self, registry: CaseRegistry, records: ServerRecords, jobs: JobQueue, data: Path) -> None:
        self.registry = registry
        self.records = records
        self.jobs = jobs
        self.data = data
        self._closing = threading.Event()
        self._lock = threading.Lock()
        registry.parks.sweep()
        self.now()
        self._thread = threading.Thread(target=self._run, name="purge", daemon=True)
        self._thread.start()

    def now(self) -> None:
        """Remove what is due; what cannot be removed now is tried again later."""
        with self._lock:
            for name in self.registry.parks.expired():
                try:
                    self._remove(name)
                except (CoparkError, OSError) as error:
                    log.warning("a deleted park is not removed yet: %s", type(error).__name__)

    def close(self) -> None:
        """End."""
        self._closing.set()
        self._thread.join(INTERVAL)

    def _run(self) -> None:
        while not self._closing.wait(INTERVAL):
            self.now()

    def _remove(self, name: str) -> None:
        """Remove a park with its jobs, scenarios, runs, results and reports; its files, by which it is due, go last."""
        if not self.jobs.cancel_of(name):  # its process may still write
            return
        self.records.forget_case(name)
        for folder in self._shared(name):
            shutil.rmtree(folder, ignore_errors=True)
        self.registry.drop(name)
        self.registry.parks.remove(name)

    def _shared(self, name: str) -> Iterator[Path]:
        """Return the results that earlier versions stored about a park in the shared output folder."""
        for path in self.data.glob("results/*/*/result.json"):
            with suppress(OSError, ValueError), path.open(encoding="utf-8") as stream:
                if name in stream.readline(LONGEST):
                    yield path.parent
