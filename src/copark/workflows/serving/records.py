"""What a server remembers in the database: its jobs, what it was asked, and the scenarios people save."""

from pathlib import Path

from copark.analyses.results import RESULTS
from copark.store.atomic import sweep
from copark.store.database.jobs import ENDED, LANES, MOST_ATTEMPTS, Job, JobTable
from copark.store.database.opening import open_database
from copark.store.database.request_log import AskedStudy, RequestLog
from copark.store.database.scenarios import SavedScenario, ScenarioShelf
from copark.store.errors import DatabaseRefused
from copark.store.garbage import forget_shards
from copark.workflows.answers import reports_in, store_in

__all__ = [
    "ENDED", "LANES", "MOST_ATTEMPTS", "AskedStudy", "DatabaseRefused", "Job", "JobTable", "Records", "RequestLog",
    "SavedScenario", "ScenarioShelf", "clear_after", "clear_cancelled", "see_to_it",
]  # fmt: skip


class Records:
    """What a server remembers.

    Parameters
    ----------
    data
        Its data folder.

    Raises
    ------
    DatabaseRefused
        If the database cannot be opened.
    """

    def __init__(self, data: Path) -> None:
        self.database = open_database(data)
        self.jobs = JobTable(self.database)
        self.asked = RequestLog(self.database)
        self.scenarios = ScenarioShelf(self.database)

    def close(self) -> None:
        """Write what is not yet written, and let go."""
        self.asked.close()
        self.database.close()


def see_to_it(data: Path) -> None:
    """Bring the database up to date before a server begins.

    Raises
    ------
    DatabaseRefused
        If it cannot be opened.
    """
    open_database(data).close()


def clear_after(data: Path, pid: int, began: float) -> None:
    """Take away what a process that was killed has left half-written.

    Parameters
    ----------
    pid, began
        Its number, and when it began: what is older was another's of this number.
    """
    sweep(store_in(data).root, pid, began)
    for folder in (reports_in(data), *reports_in(data).glob("*/"), *(data / RESULTS).glob("*/*/")):
        sweep(folder, pid, began)


def clear_cancelled(data: Path, identity: str, began: float) -> None:
    """Take away the shards that a cancelled job has begun: nobody is to go on from them.

    Shards that a living process holds stay, and so do those of an earlier command, from which it would go on.

    Parameters
    ----------
    identity
        Of what the job was making.
    began
        When the job's process began.
    """
    forget_shards(store_in(data), identity, began)
