"""Records of a server: jobs and saved scenarios in its database, and stored runs that an owner may see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from copark.json_types import JsonObject
from copark.store.database import Database, prepare
from copark.store.jobs import JobTable
from copark.store.runs import RunStore
from copark.store.scenarios import ScenarioTable

if TYPE_CHECKING:
    from copark.store.run_record import RunRecord
    from copark.web.content.case_registry import OwnerView


@dataclass(frozen=True)
class RequestedStudy:
    """A study that a client has asked for: its case, as the client names it, and its content as JSON."""

    case: str
    """Name of a case of the casebook or of an upload."""
    json_text: str
    """Content of the study, which takes less memory than an object."""

    @classmethod
    def of(cls, case: str, study: Mapping[str, object]) -> Self:
        """Make one of a study's content."""
        return cls(case, json.dumps(study, separators=(",", ":")))

    @property
    def study(self) -> JsonObject:
        """Content of the study."""
        content: JsonObject = json.loads(self.json_text)
        return content


class ServerRecords:
    """Jobs, saved scenarios and stored runs of a server; a second server on the same data folder is refused."""

    def __init__(self, data: Path) -> None:
        self.database = Database(data)
        self._lock = ExitStack()
        try:
            self._lock.enter_context(self.database.reserved())
            prepare(self.database)
        except BaseException:
            self.close()
            raise
        self.jobs = JobTable(self.database)
        self.scenarios = ScenarioTable(self.database)

    def stored(self, identity: str, view: OwnerView) -> tuple[Path, RunRecord] | None:
        """Return the output folder and the description of a stored run that an owner may see, if there is one."""
        for out in view.output_folders():
            record = RunStore.of(out).find(identity)
            if record is not None and view.shows(record.provenance):
                return out, record
        return None

    def forget_case(self, name: str) -> None:
        """Forget the jobs and saved scenarios of a case that is removed."""
        self.jobs.forget(name)
        self.scenarios.forget(name)

    def close(self) -> None:
        """Close the database, and let another server have the data folder."""
        self.database.close()
        self._lock.close()
