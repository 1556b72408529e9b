"""Opening: tables come up from nothing and from older versions, once whoever opens, and never from a newer one."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event

from copark.store.database import open_ledger, opening
from copark.store.database.opening import address_for, open_database, versions_in
from copark.store.database.schema import HEAD, metadata, version
from copark.store.errors import DatabaseRefused
from copark.web.limits import Settings

STEPS = Path(opening.__file__).with_name("migrations")


def steps(connection=None):
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS))
    return config


@pytest.mark.parametrize("older", [None, "base", "0001"])
def test_what_the_steps_make_is_what_the_program_believes(tmp_path, either, older):
    with closing(open_database(tmp_path)) as database, database.writing() as connection:
        if older is not None:
            command.downgrade(steps(connection), older)
            command.upgrade(steps(connection), "head")
        context = MigrationContext.configure(connection, opts={"version_table": version.name, "compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert versions_in(connection) == (HEAD,)


@pytest.mark.parametrize("older", ["base", "0001", "0002"])
def test_an_older_database_comes_up_with_what_it_holds(tmp_path, either, older):
    with closing(open_database(tmp_path)) as database:
        with open_ledger(tmp_path) as ledger:
            ledger.begin("aaaa", {"name": "x"}, "great-stone", 7)
        with database.writing() as connection:
            command.downgrade(steps(connection), older)
            assert versions_in(connection) == (() if older == "base" else (older,))
    with open_ledger(tmp_path) as ledger:
        assert [one.total for one in ledger.executions()] == ([] if older == "base" else [7])
    with closing(open_database(tmp_path)) as database, database.reading() as connection:
        assert versions_in(connection) == (HEAD,)


def test_a_newer_database_is_refused_and_left_alone(tmp_path, either):
    with closing(open_database(tmp_path)) as database, database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {version.name} SET version_num = '9999'")
    with pytest.raises(DatabaseRefused) as refused:
        open_database(tmp_path)
    (fault,) = refused.value.faults
    assert fault.code == "database.newer"
    assert "9999" in fault.cause("zh")
    with open_ledger(tmp_path) as ledger:
        ledger.begin("aaaa", {"name": "x"}, "great-stone", 7)
        assert ledger.trouble == fault


def opened(folder):
    with closing(open_database(Path(folder))) as database, database.reading() as connection:
        return versions_in(connection)


@pytest.mark.long
def test_eight_processes_bring_an_empty_database_up_at_once(tmp_path, either):
    if either == "sqlite":  # a file that is there already, so that the steps must be taken
        with closing(sqlite3.connect(tmp_path / "copark.sqlite3")) as base:
            base.execute("CREATE TABLE of_somebody_else (x)")
            base.commit()
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        assert pool.map(opened, [str(tmp_path)] * 8, chunksize=1) == [(HEAD,)] * 8


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "copark.sqlite3").mkdir()
    with pytest.raises(DatabaseRefused) as refused:
        open_database(tmp_path)
    assert refused.value.faults[0].code == "database.file"


@pytest.mark.parametrize(
    ("address", "code"),
    [("nonsense", "url_unreadable"), ("mysql://a:secret@b/c", "url_kind"), ("postgresql://", "url_kind"),
     ("sqlite://", "url_kind"), ("postgresql://me:secret@127.0.0.1:1/x", "server")],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_said_without_its_password(tmp_path, monkeypatch, address, code):
    monkeypatch.setenv("COPARK_DATABASE_URL", address)
    with pytest.raises(DatabaseRefused) as refused:
        open_database(tmp_path)
    (fault,) = refused.value.faults
    assert fault.code == f"database.{code}"
    assert "secret" not in fault.sentence("en") + fault.sentence("zh")


def locked(monkeypatch, folder):
    """A folder that may not be written, for whoever asks."""
    access = os.access
    here = str(folder)
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(here) and access(path, mode))


def test_a_folder_that_may_not_be_written_can_be_read(tmp_path, monkeypatch):
    with open_ledger(tmp_path) as ledger:
        ledger.begin("aaaa", {"name": "x"}, "great-stone", 7)
        ledger.fail("aaaa", "as meant")
    before = sorted(tmp_path.iterdir())
    locked(monkeypatch, tmp_path)
    with open_ledger(tmp_path) as ledger:
        assert [one.trouble for one in ledger.executions()] == ["as meant"]
        ledger.begin("bbbb", {"name": "x"}, "great-stone", 7)
        assert ledger.trouble.code == "database.read_only"
        assert "[Errno" not in ledger.trouble.sentence("en") + ledger.trouble.sentence("zh")
        assert len(ledger.executions()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_may_not_be_written_can_be_served(tmp_path, monkeypatch):
    testclient, app = pytest.importorskip("starlette.testclient"), pytest.importorskip("copark.web.server")
    locked(monkeypatch, tmp_path)
    made = app.create_app(Settings(data=tmp_path / "out", warm=False))
    with testclient.TestClient(made, base_url="http://localhost") as client:
        answer = client.get("/api/v1/status")
        assert answer.status_code == 200, answer.text
    assert list(tmp_path.iterdir()) == []


def test_a_server_whose_link_is_cut_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setenv("COPARK_DATABASE_URL", "postgresql://me@127.0.0.1:1/x")
    engine = opening._engine(address_for(tmp_path), is_read_only=False)
    told = {}

    class NotToday(Exception):
        pass

    @event.listens_for(engine, "do_connect")
    def connect(_dialect, _record, _args, settings):
        told.update(settings)
        raise NotToday

    with pytest.raises(NotToday):
        engine.connect()
    assert 1_000 <= told["tcp_user_timeout"] <= 30_000, "milliseconds"
    assert 0 < told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"] <= 60
    assert 1.0 <= engine.pool.timeout() <= 10.0
