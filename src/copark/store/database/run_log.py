"""The ledger of executions: what was begun, how far it is, how it ended. What a run needs never hangs on it.

Who executes writes here and goes on if that fails; the first trouble is kept, to be told once. Who asks what there was
is told the trouble instead. A database server that is away for a moment is waited for when a result is to be entered;
what could not be written when an execution began is entered then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, get_args

from copark.errors import Fault
from copark.store.database.address import PATIENCE
from copark.store.database.clock import at, now
from copark.store.database.heartbeat import Executor, here
from copark.store.database.index import index_record, index_study
from copark.store.database.session import Door, Rows, Session, as_json, from_json, insert, storable
from copark.store.errors import DatabaseRefused, database_fault
from copark.store.manifest import NAME, checksum

if TYPE_CHECKING:
    from copark.store.runs import RunRecord

State = Literal["running", "finished", "failed", "interrupted"]
STATES: tuple[State, ...] = get_args(State)
T = TypeVar("T")
PULSE = 2.0
"""Seconds between two signs of life."""
PAUSE = 0.5
"""Seconds between two looks whether a server is back."""
AWAY = "database.server"
"""The fault of a server that does not answer."""
LONGEST = 10_000
"""Letters of a trouble that are kept."""

EXECUTIONS = (
    "SELECT executions.*, studies.content FROM executions JOIN studies ON studies.hash = executions.study "
    "WHERE place = :place"
)


@dataclass(frozen=True)
class Execution:
    """What was executed.

    Parameters
    ----------
    number
        Its place in the order of beginning.
    identity
        The identity of what it makes.
    state
        running, finished, failed (it said why) or interrupted (its process was stopped, or is gone).
    study, case
        Content of the study, and name or path of the case.
    done, total
        Runs made and runs asked for, over all scenarios.
    started, ended
        UTC, ISO 8601; empty until then.
    executor
        Who executes.
    trouble
        Why it failed.
    facts
        What else was said when it began.
    """

    number: int
    identity: str
    state: State
    study: dict[str, Any]
    case: str
    done: int
    total: int
    started: str
    ended: str
    executor: Executor
    trouble: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """Executions of one output folder.

    Parameters
    ----------
    door
        The database they are kept in, or why they cannot be.
    again
        Opens it once more, if it could not be opened since its server was away.
    """

    def __init__(self, door: Door | DatabaseRefused, again: Callable[[], Door] | None = None) -> None:
        self._door = None if isinstance(door, DatabaseRefused) else door
        self.trouble: Fault | None = door.faults[0] if isinstance(door, DatabaseRefused) else None
        """The first thing that went wrong here, if something did."""
        self._again = again
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._late: dict[str, Callable[[Session, str], int]] = {}
        self._done: dict[str, int] = {}
        self._ended = threading.Event()
        self._pulse: threading.Thread | None = None

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
        me, began = here(), now()

        def write(session: Session, place: str) -> int:
            _settle(session, place)
            row = {
                "place": place,
                "identity": identity,
                "state": "running",
                "study": index_study(session, study),
                "case": storable(case),
                "done": 0,
                "total": total,
                "started": began,
                "ended": "",
                "heartbeat": session.clock(),
                "host": me.host,
                "pid": me.pid,
                "born": me.born,
                "trouble": "",
                "facts": as_json(facts),
            }
            return insert(session, "executions", row, "number")

        self._done[identity] = 0
        number = self._try(write)
        if number is None:  # it is not in the database, and nothing more is said of it until it has a result
            if self._is_away():
                self._late[identity] = write
            return
        with self._lock:
            self._numbers[identity] = number
        if self._pulse is None:
            self._pulse = threading.Thread(target=self._beat, name="ledger", daemon=True)
            self._pulse.start()

    def advance(self, identity: str, done: int) -> None:
        """Say how many runs are made; written with the next sign of life, so that it costs nothing."""
        self._done[identity] = done

    def finish(self, identity: str, record: RunRecord) -> None:
        """An execution has ended well, and its result is stored; a server that is away is waited for.

        Parameters
        ----------
        identity
            Under which it was begun; from now on it has that of its result.
        record
            The stored result.
        """

        def write(session: Session, place: str) -> bool:
            index_record(session, place, record)
            if identity in self._late:
                self._late[identity](session, place)
            total = record.runs * max(1, len(record.scenarios))
            facts = {"done": total, "total": total, "identity": record.identity}
            self._end(session, place, identity, "finished", facts)
            return True

        self._insist(write)
        self._forget(identity)

    def recognise(self, record: RunRecord) -> None:
        """Enter a stored run that the index does not know: it was stored by an execution that was killed right then.

        If that one counts as interrupted, it did finish. An index that knows the run is left alone.
        """
        key = {"identity": record.identity}

        def write(session: Session, place: str) -> None:
            known = "SELECT manifest FROM runs WHERE place = :place AND identity = :identity"
            rows = session.execute(known, key | {"place": place})
            if rows and rows[0]["manifest"] == checksum(record.path / NAME):
                return
            index_record(session, place, record)
            _settle(session, place)
            ended = (
                "UPDATE executions SET state = 'finished', done = total WHERE state = 'interrupted' AND number = "
                "(SELECT max(number) FROM executions WHERE place = :place AND identity = :identity)"
            )
            session.execute(ended, key | {"place": place})

        self._try(write)

    def fail(self, identity: str, trouble: str, *, interrupted: bool = False) -> None:
        """An execution has ended without a result.

        Parameters
        ----------
        trouble
            Why, in words.
        interrupted
            It was stopped from outside and nothing was wrong with it.
        """
        state: State = "interrupted" if interrupted else "failed"
        facts = {"trouble": storable(trouble)[:LONGEST], "done": self._done.get(identity)}
        self._try(lambda session, place: self._end(session, place, identity, state, facts))
        self._forget(identity)

    @contextmanager
    def executing(self, identity: str, study: Mapping[str, Any], case: str, total: int, **facts: Any) -> Iterator[None]:
        """Begin an execution; whatever ends the block is written down. Within it, :meth:`finish` says it went well."""
        self.begin(identity, study, case, total, **facts)
        try:
            yield
            if identity in self._numbers:
                self.fail(identity, "", interrupted=True)
        except Exception as error:
            self.fail(identity, str(error) or type(error).__name__)
            raise
        except BaseException as error:
            self.fail(identity, type(error).__name__, interrupted=True)
            raise

    def executions(self, state: State | None = None) -> list[Execution]:
        """What was executed, newest first; where ``state`` is asked for, of each identity the one that ended last.

        Those whose process is gone are interrupted. Who was stopped while waiting for another, who then finished, has
        nothing left to go on with.

        Parameters
        ----------
        state
            Only identities whose last execution is in this state.

        Raises
        ------
        DatabaseRefused
            If the database cannot be read.
        """
        if self._door is None:
            raise DatabaseRefused([self.trouble] if self.trouble else [])
        with self._door.session(write=True) as session:
            _settle(session, self._door.place)
            found = [_execution(row) for row in _rows(session, self._door.place)]
        if state is None:
            return found
        last: dict[str, Execution] = {}
        for one in sorted(found, key=_last, reverse=True):
            last.setdefault(one.identity, one)
        return [one for one in found if last[one.identity] is one and one.state == state]

    def close(self) -> None:
        """End the signs of life and let go of the database."""
        self._ended.set()
        if self._pulse is not None:
            self._pulse.join()
        if self._door is not None:
            self._door.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try(self, write: Callable[[Session, str], T]) -> T | None:
        """Write something; what comes of it once it is done, or nothing: what goes wrong is kept and not raised."""
        if self._door is None:
            return None
        try:
            with self._door.session(write=True) as session:
                found = write(session, self._door.place)
        except DatabaseRefused as refused:
            self.trouble = self.trouble or refused.faults[0]
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on
            self.trouble = self.trouble or database_fault("unwritten", self._door.place, reason=f"{error!r}"[:500])
        else:
            return found
        return None

    def _insist(self, write: Callable[[Session, str], bool]) -> None:
        """Write what is not to be lost: a server that is away is waited for, and tried again if it never answered."""
        until = time.monotonic() + PATIENCE
        while self._door is None and self._is_away() and self._again is not None:
            try:
                self._door = self._again()
            except DatabaseRefused as refused:
                if refused.faults[0].code != AWAY or time.monotonic() >= until:
                    return
                time.sleep(PAUSE)
        before = None if self._is_away() else self.trouble
        self.trouble = None
        while not self._try(write) and self._is_away() and time.monotonic() < until:
            time.sleep(PAUSE)
            self.trouble = None
        self.trouble = before or self.trouble

    def _forget(self, identity: str) -> None:
        """An execution has ended: no more signs of life."""
        with self._lock:
            self._numbers.pop(identity, None)

    def _is_away(self) -> bool:
        """Whether what went wrong is that the server does not answer."""
        return self.trouble is not None and self.trouble.code == AWAY

    def _beat(self) -> None:
        """Give signs of life until all ends."""

        def write(session: Session, _place: str) -> None:
            clock = session.clock()
            for number, done in alive.items():
                _change(session, number, {"done": done, "heartbeat": clock})

        while not self._ended.wait(PULSE):
            with self._lock:
                alive = {number: self._done.get(identity, 0) for identity, number in self._numbers.items()}
            if alive:
                self._try(write)

    def _end(self, session: Session, place: str, identity: str, state: State, changes: Mapping[str, Any]) -> None:
        """Write how an execution ended: the one begun here, or else the last of its identity that runs."""
        with self._lock:
            number = self._numbers.get(identity)
        if number is None:
            last = (
                "SELECT max(number) AS number FROM executions "
                "WHERE place = :place AND identity = :identity AND state = 'running'"
            )
            number = session.execute(last, {"place": place, "identity": identity})[0]["number"]
        if number is not None:
            ended = {"state": state, "ended": now(), "heartbeat": session.clock()}
            found = ended | {name: value for name, value in changes.items() if value is not None}
            _change(session, number, found, ends=True)


def open_ledger(out: Path) -> Ledger:
    """The ledger of an output folder; where its database cannot be had, one that forgets and knows why."""
    from copark.store.database.opening import open_door

    try:
        return Ledger(open_door(out))
    except DatabaseRefused as refused:
        return Ledger(refused, lambda: open_door(out))


def _change(session: Session, number: int, changes: Mapping[str, Any], *, ends: bool = False) -> None:
    """Change an execution that runs; or, to end it, one that others took for dead, since its machine slept."""
    names, states = ", ".join(f"{name} = :{name}" for name in changes), "'running', 'interrupted'"
    held = states if ends else "'running'"
    statement = f"UPDATE executions SET {names} WHERE number = :number AND state IN ({held})"  # noqa: S608 - names of columns
    session.execute(statement, {**changes, "number": number})


def _settle(session: Session, place: str) -> None:
    """Write down as interrupted what was running in processes that are gone."""
    clock = session.clock()
    for row in _rows(session, place, "AND state = 'running'"):
        if Executor(row["host"], row["pid"], row["born"]).is_gone(clock - row["heartbeat"]):
            _change(session, row["number"], {"state": "interrupted", "ended": at(row["heartbeat"])})


def _last(one: Execution) -> tuple[bool, str, bool, int]:
    """In which order executions ended; one that runs is last.

    Of those that ended within a second, one that finished served the others, but for who asked for it to be made anew.
    """
    return not one.ended, one.ended, one.state == "finished" or bool(one.facts.get("fresh")), one.number


def _rows(session: Session, place: str, where: str = "") -> Rows:
    return session.execute(f"{EXECUTIONS} {where} ORDER BY number DESC", {"place": place})


def _execution(row: Mapping[str, Any]) -> Execution:
    return Execution(
        number=row["number"],
        identity=row["identity"],
        state=row["state"],
        study=from_json(row["content"]),
        case=row["case"],
        done=row["done"],
        total=row["total"],
        started=row["started"],
        ended=row["ended"],
        executor=Executor(row["host"], row["pid"], row["born"]),
        trouble=row["trouble"],
        facts=from_json(row["facts"]),
    )
