"""Data of other applications: whatever a server or a command does, every table, column and row of theirs stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from copark.store.database import open_database
from copark.store.errors import DatabaseRefused
from copark.store.jobs import JobTable
from copark.store.scenarios import ScenarioTable
from copark.web.content.server_records import ServerRecords
from tests.asked import call
from tests.database.others import FOREIGN, connected, dump, file_hash, fill_foreign, fill_former, insert, run_sql

JOB = {"id": "a", "owner": "me", "lane": "long", "kind": "run", "case": "x", "title": {}, "request": {}}
TABLES = ("jobs", "scenarios", "runs", "studies", "executions", "asked", "alembic_version")


def refused(folder):
    with pytest.raises(DatabaseRefused) as error:
        ServerRecords(folder)
    (fault,) = error.value.faults
    return fault


def test_a_server_refuses_the_database_of_another_application(tmp_path, either):
    fill_foreign(tmp_path)
    before = dump(tmp_path), file_hash(tmp_path)
    for _ in range(2):
        fault = refused(tmp_path)
        assert fault.code == "database.foreign"
        for lang in ("en", "zh"):
            assert "alembic_version" in fault.cause(lang)
            assert f"copark database init --out {tmp_path}" in fault.repair(lang)
    assert (dump(tmp_path), file_hash(tmp_path)) == before


@pytest.mark.parametrize("name", TABLES)
def test_one_table_is_enough(tmp_path, either, name):
    fill_foreign(tmp_path, f"CREATE TABLE {name} (a INTEGER); INSERT INTO {name} VALUES (1)")
    assert refused(tmp_path).code == "database.foreign"
    with connected(tmp_path) as connection:
        assert connection.exec_driver_sql(f"SELECT * FROM {name}").all() == [(1,)]


def test_upgrading_refuses_it_too(tmp_path, either, capsys):
    fill_foreign(tmp_path)
    before = dump(tmp_path), file_hash(tmp_path)
    code, said, told = call(["database", "upgrade", "--out", tmp_path], capsys)
    assert (code, said) == (1, "")
    assert "alembic_version" in told
    assert (dump(tmp_path), file_hash(tmp_path)) == before


def test_the_tables_may_stand_beside_others_where_somebody_says_so(tmp_path, either, capsys):
    fill_foreign(tmp_path)
    before = dump(tmp_path)
    code, said, _ = call(["database", "init", "--out", tmp_path], capsys)
    assert code == 0
    assert "alembic_version" in said
    for _ in range(2):
        with closing(ServerRecords(tmp_path)) as records:
            while records.jobs.claim("long"):
                pass
            records.scenarios.save("me", "high", "x", {"a": 1})
    with closing(open_database(tmp_path)) as database:
        assert JobTable(database).add(JOB).number == 1
        assert [scenario.name for scenario in ScenarioTable(database).all("me")] == ["high"]
    assert call(["database", "upgrade", "--out", tmp_path], capsys)[0] == 0
    assert "alembic_version" in call(["database", "--out", tmp_path], capsys)[1]
    assert dump(tmp_path) == before


def test_a_shared_file_keeps_its_journal_and_its_mark(tmp_path, capsys):
    fill_foreign(tmp_path)
    with closing(sqlite3.connect(tmp_path / "copark.sqlite3")) as connection:
        connection.execute("PRAGMA application_id = 1234")
    assert call(["database", "init", "--out", tmp_path], capsys)[0] == 0
    with closing(open_database(tmp_path)) as database:
        JobTable(database).add(JOB)
    with closing(sqlite3.connect(tmp_path / "copark.sqlite3")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (1234,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_file_with_the_mark_of_another_application_is_refused_though_it_has_no_table(tmp_path):
    with closing(sqlite3.connect(tmp_path / "copark.sqlite3")) as connection:
        connection.execute("PRAGMA application_id = 1234")
    before = file_hash(tmp_path)
    fault = refused(tmp_path)
    assert fault.code == "database.foreign"
    assert "1234" in fault.cause()
    assert file_hash(tmp_path) == before


def test_names_that_another_application_took_are_refused(tmp_path, either, capsys):
    fill_foreign(tmp_path, f"{FOREIGN} CREATE TABLE copark_marker (a INTEGER)")
    before = dump(tmp_path)
    code, _, told = call(["database", "init", "--out", tmp_path], capsys)
    assert code == 1
    assert "copark_marker" in told
    assert dump(tmp_path) == before


@pytest.mark.parametrize("version", ["0002", "0003", "0004"])
def test_a_table_of_a_version_alone_makes_no_database_of_ours(tmp_path, either, version, capsys):
    """A foreign database into which an earlier version of copark has written its version."""
    fill_foreign(tmp_path)
    with connected(tmp_path) as connection:
        connection.exec_driver_sql("CREATE TABLE copark_schema (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        insert(connection, "copark_schema", {"version_num": version})
    before = dump(tmp_path)
    assert refused(tmp_path).code == "database.altered"
    assert call(["database", "upgrade", "--out", tmp_path], capsys)[0] == 1
    assert dump(tmp_path) == before
    assert call(["database", "init", "--out", tmp_path], capsys)[0] == 0
    with closing(ServerRecords(tmp_path)) as records:
        assert records.jobs.all() == []
    assert dump(tmp_path) == before


@pytest.mark.parametrize("change", ["ALTER TABLE jobs ADD COLUMN priority INTEGER", "DROP TABLE scenarios"])
def test_a_former_database_that_somebody_changed_is_refused(tmp_path, either, change, capsys):
    fill_former(tmp_path, "0004")
    with connected(tmp_path) as connection:
        run_sql(connection, change)
    before = dump(tmp_path)
    assert refused(tmp_path).code == "database.altered"
    assert call(["database", "upgrade", "--out", tmp_path], capsys)[0] == 1
    assert dump(tmp_path) == before
