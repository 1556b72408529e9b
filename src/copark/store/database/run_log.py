"""The log of executions: what was begun, how far it is, how it ended. What a run needs never hangs on it.

Who executes writes here and goes on if that fails; the first trouble is kept, to be told once. Who asks what there was
is told the trouble instead. The row of an execution is held in memory and written whole, so that one that could not be
written when it began is entered later; a server that is away is waited for when a result is to be entered. Loading
SQLAlchemy and opening the database takes a while: a thread does it while the run is prepared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from copark.errors import Fault
from copark.identity import hash_content
from copark.store.database.heartbeat import Executor, here
from copark.store.database.opening import PATIENCE, Database, at, clock, now, open_database, storable, upsert
from copark.store.errors import DatabaseRefused, database_fault

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from copark.store.runs import RunRecord

State = Literal["running", "finished", "failed", "interrupted"]
T = TypeVar("T")
PULSE = 2.0
"""Seconds between two signs of life."""
PAUSE = 0.5
"""Seconds between two looks whether a server is back."""
AWAY = "database.server"
"""The fault of a server that does not answer."""
LONGEST = 10_000
"""Letters of a trouble that are kept."""


@dataclass(frozen=True)
class Execution:
    """What was executed."""

    number: int
    """Its place in the order of beginning."""
    identity: str
    """The identity of what it makes."""
    state: State
    """running, finished, failed (it said why) or interrupted (its process was stopped, or is gone)."""
    study: dict[str, Any]
    case: str
    """study, case: content of the study, and name or path of the case."""
    done: int
    total: int
    """done, total: runs made and runs asked for, over all scenarios."""
    started: str
    ended: str
    """started, ended: UTC, ISO 8601; empty until then."""
    executor: Executor
    """Who executes."""
    trouble: str = ""
    """Why it failed."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else was said when it began."""


class Ledger:
    """Executions of one output folder.

    Parameters
    ----------
    opened
        Opens the database they are kept in; asked again as long as it cannot.
    """

    def __init__(self, opened: Callable[[], Database]) -> None:
        self._opened = opened
        self._database: Database | None = None
        self._lock = threading.RLock()
        self._rows: dict[str, dict[str, Any]] = {}
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(2, "ledger")
        self._begun: list[Future[None]] = []
        self._trouble: Fault | None = None

    def begin(self, identity: str, study: Mapping[str, Any], case: str, total: int, **facts: Any) -> None:
        """An execution begins in this process.

        Parameters
        ----------
        identity
            The identity of what it makes.
        study
            The study's content, as :meth:`Study.content` gives it: enough to run it again.
        case
            Name or path of the case.
        total
            Runs it will make, over all scenarios.
        facts
            What else is worth knowing, as JSON has it.
        """
        me = here()
        row = {
            "identity": identity, "state": "running", "study": dict(study), "case": storable(case), "done": 0,
            "total": total, "started": now(), "ended": "", "host": me.host, "pid": me.pid, "born": me.born,
            "trouble": "", "facts": facts,
        }  # fmt: skip
        with self._lock:
            self._rows[identity] = row
        if not self._begun:
            self._pool.submit(self._beat)
        self._begun.append(self._pool.submit(self._write, row))

    @property
    def trouble(self) -> Fault | None:
        """The first thing that went wrong here, if something did."""
        wait(self._begun)
        return self._trouble

    def advance(self, identity: str, done: int) -> None:
        """Say how many runs are made; written with the next sign of life, so that it costs nothing.

        Nobody is told of progress before the beginning is entered, or that was tried: otherwise a run on a fast machine
        could be half done, or be killed, before there was a word of it.
        """
        if identity in self._rows:
            wait(self._begun)
            self._rows[identity]["done"] = done

    def finish(self, identity: str, record: RunRecord) -> None:
        """An execution has ended well, and its result is stored; a server that is away is waited for.

        Parameters
        ----------
        identity
            Under which it was begun; from now on it has that of its result.
        record
            The stored result.
        """
        total = record.runs * max(1, len(record.scenarios))
        changes = {"state": "finished", "done": total, "total": total, "identity": record.identity, "ended": now()}
        self._end(identity, changes, patience=PATIENCE)

    def fail(self, identity: str, trouble: str, *, interrupted: bool = False) -> None:
        """An execution has ended without a result.

        Parameters
        ----------
        trouble
            Why, in words.
        interrupted
            It was stopped from outside and nothing was wrong with it.
        """
        state = "interrupted" if interrupted else "failed"
        self._end(identity, {"state": state, "trouble": storable(trouble)[:LONGEST], "ended": now()})

    def recognise(self, record: RunRecord) -> None:
        """Enter that a stored run was finished, if the execution that stored it was killed right then.

        That is the last one of its identity, if it counts as interrupted and began before the run was stored.
        """

        def enter(connection: Connection, place: str) -> None:
            from sqlalchemy import update

            from copark.store.database.schema import executions

            found = _executions(connection, place, executions.c.identity == record.identity)
            if not found or found[0].state != "interrupted":
                return
            anew = bool(found[0].facts.get("fresh"))
            if found[0].started < record.created or (found[0].started == record.created and not anew):
                its = update(executions).where(executions.c.number == found[0].number)
                connection.execute(its.values(state="finished", done=executions.c.total, ended=found[0].ended))

        self._try(enter)

    @contextmanager
    def executing(self, identity: str, study: Mapping[str, Any], case: str, total: int, **facts: Any) -> Iterator[None]:
        """Begin an execution; whatever ends the block is written down. Within it, :meth:`finish` says it went well."""
        self.begin(identity, study, case, total, **facts)
        try:
            yield
            if identity in self._rows:
                self.fail(identity, "", interrupted=True)
        except Exception as error:
            self.fail(identity, str(error) or type(error).__name__)
            raise
        except BaseException as error:
            self.fail(identity, type(error).__name__, interrupted=True)
            raise

    def executions(self) -> list[Execution]:
        """What was executed, newest first; those whose process is gone are interrupted.

        Raises
        ------
        DatabaseRefused
            If the database cannot be read.
        """
        wait(self._begun)
        database = self.need()
        with database.reading() as connection:
            return _executions(connection, database.place)

    def latest(self) -> dict[str, Execution]:
        """Of each identity the execution that ended last, by identity.

        Who was stopped while waiting for another, who then finished, has nothing left to go on with.
        """
        return {one.identity: one for one in sorted(self.executions(), key=_last)}

    def close(self) -> None:
        """End the signs of life and let go of the database."""
        self._ended.set()
        self._pool.shutdown()
        if self._database is not None:
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def need(self) -> Database:
        """The database, opened when it is first needed.

        Raises
        ------
        DatabaseRefused
            If it cannot be had.
        """
        with self._lock:
            if self._database is None:
                self._database = self._opened()
            return self._database

    def _end(self, identity: str, changes: Mapping[str, Any], patience: float = 0.0) -> None:
        """Write how an execution ended; no more signs of life."""
        with self._lock:
            row = self._rows.pop(identity, None)
            if row is None:
                return
            row |= changes
        wait(self._begun)
        before = self._trouble
        until = time.monotonic() + patience
        while True:
            self._trouble = None
            self._write(row)
            if not _is_away(self._trouble) or time.monotonic() >= until:
                break
            time.sleep(PAUSE)
        self._trouble = self._trouble if before is None or _is_away(before) else before

    def _write(self, row: dict[str, Any]) -> None:
        """Write an execution as it is now; its number is kept once that is done."""

        def write(connection: Connection, place: str) -> int | None:
            if "number" not in row:
                _settle(connection, place)
            return _put(connection, place, row)

        with self._lock:
            number = self._try(write)
            if number is not None:
                row["number"] = number

    def _try(self, do: Callable[[Connection, str], T]) -> T | None:
        """Write something; what comes of it once it is done, or nothing: what goes wrong is kept and not raised."""
        try:
            database = self.need()
            with database.writing() as connection:
                found = do(connection, database.place)
        except DatabaseRefused as refused:
            self._trouble = self._trouble or refused.faults[0]
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on
            self._trouble = self._trouble or database_fault("unwritten", "", reason=f"{error!r}"[:500])
        else:
            return found
        return None

    def _beat(self) -> None:
        """Give signs of life until all ends."""
        while not self._ended.wait(PULSE):
            for row in list(self._rows.values()):
                self._write(row)


def open_ledger(out: Path) -> Ledger:
    """The ledger of an output folder; where its database cannot be had, one that forgets and comes to know why."""
    return Ledger(lambda: open_database(out))


def _is_away(trouble: Fault | None) -> bool:
    """Whether what went wrong is that the server does not answer."""
    return trouble is not None and trouble.code == AWAY


def _put(connection: Connection, place: str, row: Mapping[str, Any]) -> int:
    """Write an execution, for the first time or again: not one that others took for dead, unless it ends now."""
    from sqlalchemy import insert, update

    from copark.store.database.schema import executions

    held = {name: value for name, value in row.items() if name != "study"} | {"heartbeat": clock(connection)}
    if "number" not in row:
        held |= {"place": place, "study": enter_study(connection, row["study"])}
        return int(connection.execute(insert(executions).values(**held).returning(executions.c.number)).scalar_one())
    open_states = ["running"] if row["state"] == "running" else ["running", "interrupted"]
    its = executions.c.number == row["number"], executions.c.state.in_(open_states)
    connection.execute(update(executions).where(*its).values(**held))
    return int(row["number"])


def enter_study(connection: Connection, content: Mapping[str, Any]) -> str:
    """Keep a study once, whatever is made of it; gives its hash."""
    from copark.store.database.schema import studies

    kept = dict(content)
    row = {"hash": hash_content(kept), "name": str(kept.get("name", "")), "content": kept, "created": now()}
    upsert(connection, studies, row, ["hash"], replace=False)
    return str(row["hash"])


def _settle(connection: Connection, place: str) -> None:
    """Write down as interrupted what was running in processes that are gone."""
    from sqlalchemy import update

    from copark.store.database.schema import executions

    for one in _executions(connection, place, executions.c.state == "running"):
        if one.state == "interrupted":
            gone = update(executions).where(executions.c.number == one.number)
            connection.execute(gone.values(state=one.state, ended=one.ended))


def _executions(connection: Connection, place: str, *where: Any) -> list[Execution]:
    """Executions as they are known now, newest first."""
    from sqlalchemy import select

    from copark.store.database.schema import executions, studies

    wanted = select(executions, studies.c.content).join(studies).where(executions.c.place == place, *where)
    time_now, found = clock(connection), []
    for row in connection.execute(wanted.order_by(executions.c.number.desc())).mappings():
        executor = Executor(row["host"], row["pid"], row["born"])
        same = ("number", "identity", "state", "case", "done", "total", "started", "ended", "trouble", "facts")
        one = Execution(study=row["content"], executor=executor, **{name: row[name] for name in same})
        if one.state == "running" and executor.is_gone(time_now - row["heartbeat"]):
            one = replace(one, state="interrupted", ended=at(row["heartbeat"]))
        found.append(one)
    return found


def _last(one: Execution) -> tuple[bool, str, bool, int]:
    """In which order executions ended; one that runs is last.

    Of those that ended within a second, one that finished served the others, but for who asked for it to be made anew.
    """
    return not one.ended, one.ended, one.state == "finished" or bool(one.facts.get("fresh")), one.number
