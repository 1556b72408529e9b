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


def test_away_at_the_end(door, record):
    with Ledger(lambda: door) as book:
        with book.executing(record.identity, STUDY, "great-stone", 6):
            door.come_back_in(0.2)
            book.finish(record.identity, record)
        assert states(book) == [(record.identity, "finished")]
        assert book.trouble is None


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
