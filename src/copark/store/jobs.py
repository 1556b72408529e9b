"""The queue of jobs in the database: who is next, what runs, what came of it. One server at a time works on it.

Of a server that was killed, the next one queues what ran again, and gives it up once it was begun too often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, delete, func, insert, select, update

from copark.json_types import JsonObject
from copark.store.database import jobs, now

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from copark.store.database import Database

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED = frozenset(("done", "failed", "cancelled"))
LANES = {"run": "long", "claims": "long", "analysis": "long", "report": "page"}
"""Kinds of jobs, and the lane each waits in."""
MOST = 1_000
"""Jobs remembered; of those that are over the oldest are forgotten."""
MOST_ATTEMPTS = 3
"""Beginnings after which a job whose process dies is not begun again."""


@dataclass(frozen=True)
class Job:
    """A job."""

    number: int
    """Its place in the order of coming."""
    id: str
    """A name that cannot be guessed."""
    owner: str
    """Whose it is."""
    lane: str
    """The queue it waits in."""
    kind: str
    """What is done."""
    state: JobState
    case: str
    """Name of the case it is about."""
    title: dict[str, str]
    """Titles in both languages."""
    request: JsonObject
    """What was requested: the task that its process is given."""
    created: str
    """When it came, UTC, ISO 8601."""
    started: str
    """When it was begun, UTC, ISO 8601; empty until then."""
    ended: str
    """When it ended, UTC, ISO 8601; empty until then."""
    attempts: int
    """How often it was begun."""
    identity: str
    """Identity of the result."""
    page: str
    """File of its page."""
    reused: bool
    """The result was there already."""
    trouble: list[JsonObject]
    """Why it failed: faults with cause and repair in both languages."""
    stage: str = ""
    """Its stage while it runs, as its server knows."""
    done: int = 0
    """Units of the stage that are done."""
    total: int = 0
    """Units of the stage in all."""
    seconds_left: float | None = None
    """Seconds it may still take; ``None`` where that is not known."""

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will come of it."""
        return self.state in ENDED


def in_turn(waiting: Sequence[tuple[int, str]], turns: Mapping[str, int]) -> list[int]:
    """Order the numbers of jobs as they are begun: owners take turns, each with its own as they came.

    Parameters
    ----------
    waiting
        Number and owner, in the order they came.
    turns
        When each owner was last served; who never was has waited longest.
    """
    before: Counter[str] = Counter()
    first: dict[str, int] = {}
    keys: list[tuple[int, int, int, int]] = []
    for number, owner in waiting:
        first.setdefault(owner, number)
        keys.append((before[owner], turns.get(owner, 0), first[owner], number))
        before[owner] += 1
    return [key[-1] for key in sorted(keys)]


class JobTable:
    """The jobs of one data folder, of which so many are remembered."""

    def __init__(self, database: Database, most: int = MOST) -> None:
        self.database = database
        self.most = most

    def add(self, row: Mapping[str, Any]) -> Job:
        """Queue a job; given are ``id``, ``owner``, ``lane``, ``kind``, ``case``, ``title`` and ``request``."""
        new = {**row, "state": "queued", "created": now(), "place": self.database.place}
        with self.database.writing() as connection:
            inserted = connection.execute(insert(jobs).values(**new).returning(*jobs.c)).one()
            oldest = select(jobs.c.number).where(self._here()).order_by(jobs.c.number.desc()).offset(self.most)
            over = self._here(jobs.c.state.in_(ENDED), jobs.c.number.in_(oldest))
            connection.execute(delete(jobs).where(over))
        return _job(inserted)

    def get(self, name: str) -> Job | None:
        """Return a job by its id."""
        return next(iter(self._found(jobs.c.id == name)), None)

    def all(self, *, open_only: bool = False) -> list[Job]:
        """List all jobs, or those that are not over, in the order they came."""
        return self._found(jobs.c.state.not_in(ENDED)) if open_only else self._found()

    def order(self, lane: str) -> list[int]:
        """List the numbers of the jobs that wait in a lane, the next one first."""
        with self.database.reading() as connection:
            return self._order(connection, lane)

    def waiting(self) -> Counter[str]:
        """Count the jobs that wait, by owner."""
        return Counter(job.owner for job in self._found(jobs.c.state == "queued"))

    def claim(self, lane: str) -> Job | None:
        """Take the next job of a lane, if there is one."""
        last = select(func.max(jobs.c.turn)).where(self._here(jobs.c.lane == lane))
        with self.database.writing() as connection:
            order = self._order(connection, lane)
            if not order:
                return None
            turn = int(connection.execute(last).scalar() or 0) + 1
            begun = {"state": "running", "attempts": jobs.c.attempts + 1, "turn": turn, "started": now()}
            return self._change(connection, jobs.c.number == order[0], begun)

    def end(self, job: Job, state: JobState, **result: Any) -> None:
        """Write what has become of a job: ``identity``, ``page``, ``reused``, ``trouble``."""
        with self.database.writing() as connection:
            self._change(connection, jobs.c.number == job.number, {"state": state, "ended": now(), **result})

    def give_back(self, job: Job, *, blameless: bool = False) -> None:
        """Queue a job again, where it was; what was begun and given back without its fault does not count."""
        again = {"state": "queued", "started": "", "attempts": job.attempts - int(blameless)}
        with self.database.writing() as connection:
            self._change(connection, jobs.c.number == job.number, again)

    def cancel(self, name: str) -> Job | None:
        """Take a job out of the queue; one that runs or is over stays as it is."""
        waits = self._here(jobs.c.id == name, jobs.c.state == "queued")
        with self.database.writing() as connection:
            cancelled = self._change(connection, waits, {"state": "cancelled", "ended": now()})
        return cancelled or self.get(name)

    def forget(self, case: str) -> None:
        """Delete the jobs of a case that are over."""
        over = self._here(jobs.c.case == case, jobs.c.state.in_(ENDED))
        with self.database.writing() as connection:
            connection.execute(delete(jobs).where(over))

    def _order(self, connection: Connection, lane: str) -> list[int]:
        of_lane = self._here(jobs.c.lane == lane)
        queued = select(jobs.c.number, jobs.c.owner).where(of_lane, jobs.c.state == "queued").order_by(jobs.c.number)
        waiting = [(row.number, row.owner) for row in connection.execute(queued)]
        served = select(jobs.c.owner, func.max(jobs.c.turn)).where(of_lane).group_by(jobs.c.owner)
        turns = {owner: int(turn) for owner, turn in connection.execute(served)} if waiting else {}
        return in_turn(waiting, turns)

    def _found(self, *where: ColumnElement[bool]) -> list[Job]:
        query = select(jobs).where(self._here(*where)).order_by(jobs.c.number)
        with self.database.reading() as connection:
            return [_job(row) for row in connection.execute(query)]

    def _change(self, connection: Connection, where: ColumnElement[bool], changes: Mapping[str, Any]) -> Job | None:
        row = connection.execute(update(jobs).where(where).values(**changes).returning(*jobs.c)).first()
        return None if row is None else _job(row)

    def _here(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(jobs.c.place == self.database.place, *conditions)


def _job(row: Row[Any]) -> Job:
    columns = dict(row._mapping)  # noqa: SLF001 - its public name
    return Job(**{name: value for name, value in columns.items() if name not in ("place", "turn")})
