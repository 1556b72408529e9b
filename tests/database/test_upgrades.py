"""Databases of earlier versions: upgraded by a command alone, after a backup, whole or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import inspect

from copark.store.database import Database, open_database
from copark.store.database.schema import HEAD, PREFIX, VERSIONS, metadata
from copark.store.errors import DatabaseRefused
from copark.store.garbage import find_leftovers, throw_away
from copark.store.jobs import JobTable
from copark.store.scenarios import ScenarioTable
from copark.web.content.server_records import ServerRecords
from tests.asked import call
from tests.database.others import (
    BESIDE_FORMER,
    JOB,
    SCENARIO,
    connected,
    dump,
    file_hash,
    fill_0005,
    fill_former,
)

FORMER = ("0001", "0002", "0003", "0004")
KILLED = """
import os, re, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from copark.workflows.database import upgrade

CHANGE = re.compile(r"\\s*(CREATE|ALTER|INSERT|PRAGMA application_id =|LOCK|SELECT setval)")
changes = [0]

@event.listens_for(Engine, "after_cursor_execute")
def count(_connection, _cursor, statement, *_more):
    if CHANGE.match(statement):
        changes[0] += 1
        if changes[0] == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

upgrade(Path(sys.argv[1]))
"""


def place_of(folder):
    with closing(Database(folder)) as database:
        return database.place


def backups(folder):
    return sorted(folder.glob("*.backup"))


def rows(folder):
    """Jobs and scenarios, as a server sees them."""
    with closing(open_database(folder)) as database:
        jobs = [(job.number, job.id, job.state, job.title["zh"], job.attempts) for job in JobTable(database).all()]
        return jobs, [(one.name, one.content) for one in ScenarioTable(database).all("me")]


@pytest.mark.parametrize("version", FORMER)
def test_a_server_says_which_command_upgrades_and_touches_nothing(tmp_path, either, version):
    fill_former(tmp_path, version, place_of(tmp_path), BESIDE_FORMER if version == "0004" else "")
    before = dump(tmp_path), file_hash(tmp_path)
    for _ in range(2):
        with pytest.raises(DatabaseRefused) as refused:
            ServerRecords(tmp_path)
        (fault,) = refused.value.faults
        assert fault.code == "database.older"
        for lang in ("en", "zh"):
            assert version in fault.cause(lang)
            assert f"copark database upgrade --out {tmp_path}" in fault.repair(lang)
    assert (dump(tmp_path), file_hash(tmp_path)) == before


@pytest.mark.parametrize("version", FORMER)
def test_the_command_keeps_jobs_and_scenarios_and_every_former_table(tmp_path, either, version, capsys):
    fill_former(tmp_path, version, place_of(tmp_path), BESIDE_FORMER if version == "0004" else "")
    before = dump(tmp_path)
    code, said, told = call(["database", "upgrade", "--out", tmp_path], capsys)
    assert (code, told) == (0, "")
    assert f"{version} to {HEAD}" in said
    assert dump(tmp_path) == before
    kept = [(41, "a", "queued", "基准情景", 1)], [(SCENARIO["name"], {"levers": {"profit_tax": 0.2}})]
    assert rows(tmp_path) == (([], []) if version == "0001" else kept)
    with closing(ServerRecords(tmp_path)) as records:
        new = {"id": "b", "owner": "me", "lane": "long", "kind": "run", "case": "x", "title": {}, "request": {}}
        assert records.jobs.add(new).number == (1 if version == "0001" else 42)
    code, said, _ = call(["database", "upgrade", "--out", tmp_path], capsys)
    assert (code, len(said.splitlines())) == (0, 1), "nothing is left to do"
    assert dump(tmp_path) == before


def test_what_is_stored_is_copied_byte_for_byte(tmp_path, either, capsys):
    fill_former(tmp_path, "0003")
    assert call(["database", "upgrade", "--out", tmp_path], capsys)[0] == 0
    with connected(tmp_path) as connection:
        for table, row in (("jobs", JOB), ("scenarios", SCENARIO)):
            stored = []
            for prefix, renamed in ((PREFIX, {"errand": "request"}), ("", {})):
                listed = ", ".join(f'"{renamed.get(column, column)}"' for column in row)
                wanted = f"row({listed})::text" if connection.dialect.name == "postgresql" else listed
                stored.append(connection.exec_driver_sql(f"SELECT {wanted} FROM {prefix}{table}").all())
            copied, former = stored
            assert copied == former != []


def test_the_file_is_copied_before_and_the_copy_is_the_former_database(tmp_path, capsys):
    fill_former(tmp_path, "0004", also=BESIDE_FORMER)
    (tmp_path / "copark.sqlite3").chmod(0o600)
    before = dump(tmp_path)
    said = call(["database", "upgrade", "--out", tmp_path], capsys)[1]
    (backup,) = backups(tmp_path)
    assert str(backup) in said
    assert backup.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(backup, elsewhere / "copark.sqlite3")
    with closing(sqlite3.connect(elsewhere / "copark.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'copark_jobs'").fetchone() == (0,)
    assert dump(elsewhere) == before
    assert call(["database", "upgrade", "--out", elsewhere], capsys)[0] == 0


def test_jobs_of_version_0005_wait_on_with_what_they_were_asked_for(tmp_path, either, capsys):
    place = place_of(tmp_path)
    running = JOB | {"number": 42, "id": "b", "state": "running", "attempts": 2, "place": place}
    fill_0005(tmp_path, [JOB | {"place": place}, running])
    with pytest.raises(DatabaseRefused) as refused:
        ServerRecords(tmp_path)
    assert refused.value.faults[0].code == "database.older"
    code, said, _ = call(["database", "upgrade", "--out", tmp_path], capsys)
    assert code == 0
    assert "0005 to 0006" in said
    kept = [(41, "a", "queued", "基准情景", 1), (42, "b", "running", "基准情景", 2)]
    assert rows(tmp_path) == (kept, [(SCENARIO["name"], {"levers": {"profit_tax": 0.2}})])
    with closing(open_database(tmp_path)) as database:
        assert [job.request for job in JobTable(database).all(open_only=True)] == [{"runs": 2000}] * 2
    if either == "sqlite":
        (backup,) = backups(tmp_path)
        assert str(backup) in said
        with closing(sqlite3.connect(backup)) as connection:
            assert connection.execute("SELECT errand FROM copark_jobs").fetchall() == [(JOB["errand"],)] * 2
        return
    with connected(tmp_path) as connection:
        (copy,) = (name for name in inspect(connection).get_table_names() if name.startswith("copark_jobs_before"))
        assert copy in said
        assert connection.exec_driver_sql(f"SELECT number, id FROM {copy} ORDER BY 1").all() == [(41, "a"), (42, "b")]


def test_a_former_database_is_not_made_anew_beside_itself(tmp_path, either, capsys):
    fill_former(tmp_path, "0004")
    before = dump(tmp_path)
    code, _, told = call(["database", "init", "--out", tmp_path], capsys)
    assert code == 1
    assert "copark database upgrade" in told
    assert dump(tmp_path) == before


def test_where_nothing_is_nothing_is_upgraded_and_no_file_made(tmp_path, capsys):
    code, said, told = call(["database", "upgrade", "--out", tmp_path / "out"], capsys)
    assert (code, said) == (1, "")
    assert "nothing to upgrade" in told
    assert not (tmp_path / "out" / "copark.sqlite3").exists()
    assert call(["database", "--out", tmp_path / "out"], capsys)[0] == 0
    assert not (tmp_path / "out" / "copark.sqlite3").exists()


@pytest.mark.long
def test_while_a_server_works_on_the_folder_nothing_is_upgraded(tmp_path, capsys):
    with closing(ServerRecords(tmp_path)):
        code, _, told = call(["database", "upgrade", "--out", tmp_path], capsys)
    assert code == 1
    assert "Another server" in told


def kill_at(folder, number):
    """Upgrade in a process that is killed after so many changes; whether it was."""
    command = [sys.executable, "-c", KILLED, str(folder), str(number)]
    return subprocess.run(command, env=os.environ, check=False).returncode == -signal.SIGKILL


def has_own_tables(folder):
    with connected(folder) as connection:
        return bool(inspect(connection).has_table("copark_jobs"))


def upgraded_after_a_kill(folder, before, capsys):
    assert not has_own_tables(folder)
    assert dump(folder) == before
    assert call(["database", "upgrade", "--out", folder], capsys)[0] == 0
    assert dump(folder) == before
    assert len(rows(folder)[0]) == 1


def test_a_kill_in_the_middle_of_an_upgrade_leaves_the_database_as_it_was(tmp_path, capsys):
    fill_former(tmp_path, "0003", also="CREATE TABLE runs (a INTEGER)")
    before = dump(tmp_path)
    for _ in range(2):
        assert kill_at(tmp_path, 8)
    assert backups(tmp_path) == []
    left = find_leftovers(tmp_path, quiet=0.0)
    assert sorted(entry.kind for entry in left if entry.kind != "lock") == ["half_written", "half_written"]
    for entry in left:
        throw_away(entry)
    assert find_leftovers(tmp_path, quiet=0.0) == []
    upgraded_after_a_kill(tmp_path, before, capsys)
    assert len(backups(tmp_path)) == 1


@pytest.mark.long
def test_a_kill_after_any_change_of_an_upgrade_leaves_the_database_as_it_was(tmp_path, either, capsys, subtests):
    fill_former(tmp_path, "0004", place_of(tmp_path), BESIDE_FORMER)
    before = dump(tmp_path)
    number = 1
    while kill_at(tmp_path, number):
        with subtests.test(change=number):
            assert not has_own_tables(tmp_path)
            assert dump(tmp_path) == before
        number += 1
    assert number > 8, "it was killed in the middle"
    assert dump(tmp_path) == before
    assert len(rows(tmp_path)[0]) == 1


@pytest.mark.long
def test_in_a_shared_file_a_kill_leaves_no_journal_that_hinders(tmp_path, capsys):
    """Without a write-ahead log, half of a change can lie in the file until the next one opens it."""
    fill_former(tmp_path, "0004", also=BESIDE_FORMER)
    with closing(sqlite3.connect(tmp_path / "copark.sqlite3")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA user_version = 7")
    before = dump(tmp_path)
    for number in (1, 7, 10):
        assert kill_at(tmp_path, number)
        assert dump(tmp_path) == before
    upgraded_after_a_kill(tmp_path, before, capsys)


def test_migrations_make_what_the_schema_states(tmp_path, either):
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "copark.store.database:migrations")
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(known)) == VERSIONS
    with closing(open_database(tmp_path)) as database, database.reading() as connection:
        options = {"version_table": "copark_version", "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD


STARTED = """
import sys
from contextlib import closing
from pathlib import Path
from copark.store.database import open_database

sys.stdin.read(1)
with closing(open_database(Path(sys.argv[1]))) as database, database.writing() as connection:
    print(connection.exec_driver_sql("SELECT count(*) FROM copark_marker").scalar_one())
"""


@pytest.mark.long
def test_processes_that_create_the_tables_at_once_do_it_once(tmp_path, either, monkeypatch):
    """Servers of several folders that share a database, started together."""
    if either == "sqlite":
        monkeypatch.setenv("COPARK_DATABASE_URL", f"sqlite:///{tmp_path}/shared.sqlite3")
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", STARTED, str(tmp_path / str(n))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    assert [process.communicate(timeout=60) for process in processes] == [("1\n", "")] * 6
