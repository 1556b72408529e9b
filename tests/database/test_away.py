"""A database server that is away for a moment loses no execution and no result."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest

from copark.store import RunStore
from copark.store.database import Ledger, run_log
from copark.store.database.opening import Database, address_for
from copark.store.errors import DatabaseRefused, database_fault
from tests.unit.ensembles import ensemble

STUDY = {"name": "toy", "case": "great-stone"}
GONE = database_fault("server", "x", reason="connection refused")


class Away(Database):
    """A database whose server is away whenever one says so."""

    away = breaks = False

    @contextmanager
    def writing(self):
        if self.away:
            raise DatabaseRefused([GONE])
        with super().writing() as connection:
            yield connection
            if self.breaks:
                self.breaks = False
                raise DatabaseRefused([GONE])

    def come_back_in(self, seconds):
        self.away = True
        threading.Timer(seconds, setattr, (self, "away", False)).start()


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(run_log, "PAUSE", 0.02)
    monkeypatch.setattr(run_log, "PATIENCE", 2.0)


@pytest.fixture
def door(tmp_path):
    return Away(address_for(tmp_path))


@pytest.fixture
def record(tmp_path):
    return RunStore(tmp_path / "runs").save(ensemble())


def states(book):
    return [(one.identity, one.state) for one in book.executions()]


def test_away_at_the_beginning(door, record):
    with Ledger(lambda: door) as book:
        door.away = True
        with book.executing(record.identity, STUDY, "great-stone", 6, threads=2):
            door.away = False
            time.sleep(0.01)
            book.finish(record.identity, record)
        (one,) = book.executions()
        assert (one.state, one.facts) == ("finished", {"threads": 2})
        assert one.started <= one.ended
        assert book.trouble is None, "all is written: there is nothing to tell"


def test_away_at_the_end(door, record):
    with Ledger(lambda: door) as book:
        with book.executing(record.identity, STUDY, "great-stone", 6):
            door.come_back_in(0.2)
            book.finish(record.identity, record)
        assert states(book) == [(record.identity, "finished")]
        assert book.trouble is None


def test_away_when_the_ledger_is_opened(door, record):
    answers = iter([None, door])

    def opened():
        found = next(answers)
        if found is None:
            raise DatabaseRefused([GONE])
        return found

    with Ledger(opened) as book:
        with book.executing(record.identity, STUDY, "great-stone", 6):
            book.finish(record.identity, record)
        assert states(book) == [(record.identity, "finished")]
        assert book.trouble is None


def test_away_for_good_is_told_and_hinders_nothing(door, record, monkeypatch):
    monkeypatch.setattr(run_log, "PATIENCE", 0.1)
    with Ledger(lambda: door) as book:
        with book.executing(record.identity, STUDY, "great-stone", 6):
            door.away = True
            book.finish(record.identity, record)
        door.away = False
        assert book.trouble == GONE
        assert states(book) == [(record.identity, "running")], "it did not end as interrupted"


def test_what_failed_for_another_reason_is_still_told(door, record):
    with Ledger(lambda: door) as book:
        book.begin("odd", STUDY, "great-stone", 10**30)
        trouble = book.trouble
        assert trouble is not None
        with book.executing(record.identity, STUDY, "great-stone", 6):
            door.come_back_in(0.1)
            book.finish(record.identity, record)
        assert book.trouble == trouble
        assert states(book) == [(record.identity, "finished")]


def test_away_from_beginning_to_end(door, record):
    """It is back a moment after the end."""
    back = time.monotonic() + 0.2

    def again():
        if time.monotonic() < back:
            raise DatabaseRefused([GONE])
        return door

    with Ledger(again) as book:
        with book.executing(record.identity, STUDY, "great-stone", 6):
            book.finish(record.identity, record)
        assert states(book) == [(record.identity, "finished")]
        assert book.trouble is None


def test_an_end_that_has_to_be_written_twice_is_that_of_its_own_execution(door, record):
    """Another waits for the same ensemble; the server goes away while the end of the first is written."""

    first = Away(door.address)
    with Ledger(lambda: first) as one, Ledger(lambda: door) as other:
        one.begin(record.identity, STUDY, "great-stone", 6)
        assert one.trouble is None
        other.begin(record.identity, STUDY, "great-stone", 6)
        first.breaks = True
        one.finish(record.identity, record)
        assert [found.state for found in other.executions()] == ["running", "finished"]
