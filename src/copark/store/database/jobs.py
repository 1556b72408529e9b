"""The queue of jobs: who is next, who does it, whether he is still there; shared by all servers of one data folder.

A job is claimed by one worker alone: on PostgreSQL its row is locked and rows locked by others are passed over, on
SQLite there is one writer at a time; either way it is taken only if it still waits. Whoever has it gives signs of life.
It is given back when its worker is gone, and taken away for good once it was begun too often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, delete, func, insert, select, update

from copark.store.database.heartbeat import STALE, Executor, here
from copark.store.database.opening import clock, now
from copark.store.database.schema import jobs

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from copark.store.database.opening import Database

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED = frozenset(("done", "failed", "cancelled"))
LANES = {"run": "long", "claims": "long", "analysis": "long", "report": "page"}
"""Kinds of jobs, and the lane each waits in."""
MOST = 1_000
"""Jobs remembered; of those that are over the oldest are forgotten."""
MOST_ATTEMPTS = 3
"""Beginnings after which a job whose worker dies is not begun again."""


@dataclass(frozen=True)
class Job:
    """A job."""

    number: int
    """Its place in the order of coming."""
    id: str
    """Its name, which cannot be guessed."""
    owner: str
    """Whose it is; owners take turns."""
    lane: str
    kind: str
    """kind, lane: what is done, and the queue it waits in."""
    state: JobState
    """queued, running, done, failed or cancelled."""
    case: str
    title: dict[str, str]
    """case, title: what it is about: name of a case, titles in both languages."""
    errand: dict[str, Any]
    """What its process is told."""
    created: str
    started: str
    ended: str
    """created, started, ended: when, UTC, ISO 8601; empty until then."""
    attempts: int
    """How often it was begun."""
    unwanted: bool
    """It was cancelled while it runs."""
    worker: str
    executor: Executor
    """worker, executor: who has it: a worker by a name of its own, and the process it is part of."""
    stage: str
    done: int
    total: int
    seconds_left: float | None
    """stage, done, total, seconds_left: how far it is."""
    identity: str
    page: str
    """identity, page: what came of it: the result's identity, and the file of its page."""
    reused: bool
    """The result was there already."""
    trouble: list[dict[str, Any]]
    """Why it failed: faults with cause and repair in both languages."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED


def in_turn(waiting: Sequence[tuple[int, str]], turns: Mapping[str, int]) -> list[int]:
    """Who is next, and after that: owners take turns, each with its own jobs in the order they came.

    Parameters
    ----------
    waiting
        Number and owner of the jobs that wait, in the order they came.
    turns
        When each owner was last served; who never was has waited longest.

    Returns
    -------
    list of int
        Numbers of the jobs in the order in which they would be begun if no more came.
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
    """The jobs of one data folder.

    Parameters
    ----------
    database
        Where they are kept.
    most
        Jobs remembered.
    """

    def __init__(self, database: Database, most: int = MOST) -> None:
        self.database = database
        self.most = most

    def add(self, row: Mapping[str, Any]) -> Job:
        """Queue a job.

        Parameters
        ----------
        row
            ``id``, ``owner``, ``lane``, ``kind``, ``case``, ``title``, ``errand``.
        """
        new = {**row, "state": "queued", "created": now(), "place": self.database.place}
        with self.database.writing() as connection:
            made = connection.execute(insert(jobs).values(**new).returning(*jobs.c)).one()
            oldest = select(jobs.c.number).where(self._here()).order_by(jobs.c.number.desc()).offset(self.most)
            over = self._here(jobs.c.state.in_(ENDED), jobs.c.number.in_(oldest))
            connection.execute(delete(jobs).where(over))
        return _job(made)

    def get(self, name: str) -> Job | None:
        """A job by its id."""
        with self.database.reading() as connection:
            row = connection.execute(select(jobs).where(self._here(jobs.c.id == name))).first()
        return None if row is None else _job(row)

    def all(self, *, open_only: bool = False) -> list[Job]:
        """All jobs, or those that are not over, in the order they came."""
        wanted = self._here(jobs.c.state.not_in(ENDED)) if open_only else self._here()
        with self.database.reading() as connection:
            rows = connection.execute(select(jobs).where(wanted).order_by(jobs.c.number)).all()
        return [_job(row) for row in rows]

    def order(self, lane: str) -> list[int]:
        """Numbers of the jobs that wait in a lane, the next one first."""
        with self.database.reading() as connection:
            return self._order(connection, lane)

    def waiting(self) -> Counter[str]:
        """How many jobs wait, by owner."""
        count = select(jobs.c.owner, func.count()).where(self._here(jobs.c.state == "queued"))
        with self.database.reading() as connection:
            return Counter({row[0]: int(row[1]) for row in connection.execute(count.group_by(jobs.c.owner))})

    def claim(self, lane: str, worker: str) -> Job | None:
        """Take the next job of a lane, if there is one."""
        if not self.order(lane):
            return None
        me = here()
        with self.database.writing() as connection:
            mine = {
                "state": "running", "attempts": jobs.c.attempts + 1, "turn": self._last_turn(connection, lane) + 1,
                "started": now(), "worker": worker, "heartbeat": clock(connection), "host": me.host,
                "pid": me.pid, "born": me.born, "unwanted": False, "stage": "", "done": 0, "total": 0,
                "seconds_left": None,
            }  # fmt: skip
            for number in self._order(connection, lane):
                if self._is_free(connection, number):
                    return self._change(connection, jobs.c.number == number, mine)
        return None

    def beat(self, job: Job, **progress: Any) -> bool | None:
        """Give a sign of life of a job that is being done.

        Parameters
        ----------
        progress
            ``stage``, ``done``, ``total``, ``seconds_left``.

        Returns
        -------
        bool or None
            Whether it is unwanted by now; ``None`` if it is no longer with this worker.
        """
        with self.database.writing() as connection:
            changed = self._change(connection, _held(job), {"heartbeat": clock(connection), **progress})
        return None if changed is None else changed.unwanted

    def unwanted(self, job: Job) -> bool | None:
        """Whether a job is unwanted by now; ``None`` if it is no longer with this worker."""
        with self.database.reading() as connection:
            return connection.execute(select(jobs.c.unwanted).where(_held(job))).scalar()

    def end(self, job: Job, state: JobState, **result: Any) -> bool:
        """Write what has become of a job, unless it is no longer with this worker.

        Parameters
        ----------
        result
            ``identity``, ``page``, ``reused``, ``trouble``.
        """
        with self.database.writing() as connection:
            ended = {"state": state, "ended": now(), "seconds_left": None, **result}
            return self._change(connection, _held(job), ended) is not None

    def give_back(self, job: Job, *, blameless: bool = False) -> bool:
        """Queue a job again, where it was; what was begun and given back without its fault does not count."""
        again = {"state": "queued", "started": "", "worker": "", "attempts": job.attempts - int(blameless)}
        with self.database.writing() as connection:
            return self._change(connection, _held(job), again) is not None

    def orphans(self) -> list[Job]:
        """Jobs that run in processes that are gone."""
        with self.database.reading() as connection:
            time = clock(connection)
            rows = connection.execute(select(jobs).where(self._here(jobs.c.state == "running"))).all()
        return [_job(row) for row in rows if Executor(row.host, row.pid, row.born).is_gone(time - row.heartbeat)]

    def silent(self, worker: str) -> list[Job]:
        """Jobs that a worker has and gives no sign of life of: its claim was written, and the answer did not arrive."""
        with self.database.reading() as connection:
            before = clock(connection) - STALE
            mine = self._here(jobs.c.state == "running", jobs.c.worker == worker, jobs.c.heartbeat < before)
            return [_job(row) for row in connection.execute(select(jobs).where(mine)).all()]

    def cancel(self, name: str) -> Job | None:
        """Take a job out of the queue, or let whoever does it know; one that is over stays as it is."""
        wanted = self._here(jobs.c.id == name)
        with self.database.writing() as connection:
            ended = {"state": "cancelled", "ended": now()}
            found = self._change(connection, wanted & (jobs.c.state == "queued"), ended)
            found = found or self._change(connection, wanted & (jobs.c.state == "running"), {"unwanted": True})
        return found or self.get(name)

    def _order(self, connection: Connection, lane: str) -> list[int]:
        queued = select(jobs.c.number, jobs.c.owner).where(self._here(jobs.c.lane == lane, jobs.c.state == "queued"))
        waiting = [(row.number, row.owner) for row in connection.execute(queued.order_by(jobs.c.number))]
        if not waiting:
            return []
        served = select(jobs.c.owner, func.max(jobs.c.turn)).where(self._here(jobs.c.lane == lane))
        turns = {owner: int(turn) for owner, turn in connection.execute(served.group_by(jobs.c.owner))}
        return in_turn(waiting, turns)

    def _last_turn(self, connection: Connection, lane: str) -> int:
        return int(
            connection.execute(select(func.max(jobs.c.turn)).where(self._here(jobs.c.lane == lane))).scalar() or 0
        )

    def _is_free(self, connection: Connection, number: int) -> bool:
        """Whether a job still waits and nobody else is about to take it."""
        waits = select(jobs.c.number).where(jobs.c.number == number, jobs.c.state == "queued")
        return connection.execute(waits.with_for_update(skip_locked=True)).first() is not None

    def _change(self, connection: Connection, where: ColumnElement[bool], changes: Mapping[str, Any]) -> Job | None:
        row = connection.execute(update(jobs).where(where).values(**changes).returning(*jobs.c)).first()
        return None if row is None else _job(row)

    def _here(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(jobs.c.place == self.database.place, *conditions)


def _held(job: Job) -> ColumnElement[bool]:
    """The job as it was when it was claimed: by this worker, at this attempt."""
    return and_(
        jobs.c.number == job.number, jobs.c.state == "running", jobs.c.worker == job.worker,
        jobs.c.attempts == job.attempts,
    )  # fmt: skip


def _job(row: Row[Any]) -> Job:
    found = dict(row._mapping)  # noqa: SLF001 - its public name
    executor = Executor(found.pop("host"), found.pop("pid"), found.pop("born"))
    for name in ("place", "turn", "heartbeat"):
        found.pop(name)
    return Job(executor=executor, **found)
