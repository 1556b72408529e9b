"""Opening: tables come up from nothing and from older versions, and never from a newer one."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
from sqlalchemy import event, inspect
from sqlalchemy.exc import OperationalError

from copark.store.database import connection as opening
from copark.store.database import open_database
from copark.store.database.examination import DatabaseState
from copark.store.database.schema import APPLICATION_ID, HEAD, OWN, VERSION_TABLE, metadata
from copark.store.errors import DatabaseRefused
from copark.store.jobs import JobTable
from copark.web.limits import ServerSettings


def test_the_tables_are_made_once_and_are_those_of_the_program(tmp_path, either):
    for _ in range(2):
        with closing(open_database(tmp_path)) as database, database.reading() as connection:
            assert database.state() == DatabaseState("current", HEAD)
            found = inspect(connection)
            assert set(found.get_table_names()) == OWN
            for table in metadata.tables.values():
                assert {one["name"] for one in found.get_columns(table.name)} == set(table.columns.keys())


def test_a_file_of_copark_alone_says_so_and_lets_readers_read_while_one_writes(tmp_path):
    with closing(open_database(tmp_path)) as database, database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID
        assert database.state().kind == "current"


def test_a_newer_database_is_refused_and_left_alone(tmp_path, either):
    with closing(open_database(tmp_path)) as database, database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    for _ in range(2):
        fault = refusal(tmp_path)
        assert fault.code == "database.newer"
        assert "9999" in fault.cause("zh")


def refusal(folder):
    with pytest.raises(DatabaseRefused) as refused:
        open_database(folder)
    (fault,) = refused.value.faults
    return fault


def test_what_is_no_database_is_said(tmp_path):
    file = tmp_path / "copark.sqlite3"
    file.mkdir()
    assert refusal(tmp_path).code == "database.file"
    file.rmdir()
    file.write_bytes(b"not a database at all" * 100)
    assert refusal(tmp_path).code == "database.damaged"


ADDRESSES = {
    "nonsense": "url_unreadable", "mysql://a:secret@b/c": "url_kind", "postgresql://": "url_kind",
    "sqlite://": "url_kind", "postgresql://me:secret@127.0.0.1:1/x": "server",
}  # fmt: skip


def test_an_address_that_leads_nowhere_is_said_without_its_password(tmp_path, monkeypatch, subtests):
    for address, code in ADDRESSES.items():
        with subtests.test(address=address):
            monkeypatch.setenv("COPARK_DATABASE_URL", address)
            fault = refusal(tmp_path)
            assert fault.code == f"database.{code}"
            assert "secret" not in fault.sentence("en") + fault.sentence("zh")


JOB = {"id": "a", "owner": "me", "lane": "long", "kind": "run", "case": "x", "title": {}, "request": {}}


def test_folders_of_one_database_do_not_see_each_other(tmp_path, monkeypatch):
    monkeypatch.setenv("COPARK_DATABASE_URL", f"sqlite:///{tmp_path}/shared.sqlite3")
    with closing(open_database(tmp_path / "a")) as one, closing(open_database(tmp_path / "b")) as other:
        JobTable(one).add(JOB)
        assert (len(JobTable(one).all()), len(JobTable(other).all())) == (1, 0)


def locked(monkeypatch, folder):
    """A folder that may not be written, for whoever asks."""
    access = os.access
    here = str(folder)
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(here) and access(path, mode))


def test_a_folder_that_may_not_be_written_can_be_read(tmp_path, monkeypatch):
    with closing(open_database(tmp_path)) as database:
        JobTable(database).add(JOB)
    before = sorted(tmp_path.iterdir())
    locked(monkeypatch, tmp_path)
    with closing(open_database(tmp_path)) as database:
        assert [job.id for job in JobTable(database).all()] == ["a"]
        with pytest.raises(DatabaseRefused) as refused:
            JobTable(database).add(JOB | {"id": "b"})
    assert refused.value.faults[0].code == "database.read_only"
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_may_not_be_written_can_be_served(tmp_path, monkeypatch):
    testclient, app = pytest.importorskip("starlette.testclient"), pytest.importorskip("copark.web.server")
    locked(monkeypatch, tmp_path)
    made = app.create_app(ServerSettings(data=tmp_path / "out", warm=False))
    with testclient.TestClient(made, base_url="http://localhost") as client:
        answer = client.get("/api/v1/status")
        assert answer.status_code == 200, answer.text
    assert list(tmp_path.iterdir()) == []


def test_a_server_whose_link_is_cut_is_noticed():
    engine, told = opening._engine(None, "postgresql+psycopg://me@127.0.0.1:1/x", is_read_only=False), {}
    event.listen(engine, "do_connect", lambda _dialect, _record, _args, settings: told.update(settings))
    with pytest.raises(OperationalError):
        engine.connect()
    assert 1_000 <= told["tcp_user_timeout"] <= 30_000, "milliseconds"
    assert 0 < told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"] <= 60
    assert 1.0 <= engine.pool.timeout() <= 10.0
