"""Databases that somebody else made: of another application, or of an earlier version of copark."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text

from copark.store.database.schema import OWN
from tests.database.server import binaries

FOREIGN = """
CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue TEXT, payload TEXT, attempts INTEGER);
CREATE INDEX ix_jobs_state ON jobs (queue, attempts);
CREATE TABLE scenarios (name TEXT PRIMARY KEY, weight FLOAT);
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, experiment_id INTEGER, lifecycle_stage VARCHAR(20));
CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512));
CREATE TABLE executions (id INTEGER PRIMARY KEY, finished BOOLEAN);
CREATE TABLE asked (question TEXT);
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
CREATE VIEW waiting AS SELECT queue, count(*) AS number FROM jobs GROUP BY queue;
INSERT INTO jobs VALUES (1, 'mail', 'Grüße an 张三', 0), (2, 'mail', NULL, 7);
INSERT INTO scenarios VALUES ('high', 0.1), ('low', 1e-300);
INSERT INTO runs VALUES ('0123456789abcdef', 3, 'active');
INSERT INTO studies VALUES (1, 'a study of another program');
INSERT INTO executions VALUES (1, true);
INSERT INTO asked VALUES ('why?');
INSERT INTO alembic_version VALUES ('ab12cd34ef56');
"""
"""Names that copark has used, and that Optuna, MLflow and many queues use."""

BESIDE_FORMER = """
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, experiment_id INTEGER);
CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512));
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
INSERT INTO runs VALUES ('0123456789abcdef', 3);
INSERT INTO studies VALUES (1, 'a study of another program');
INSERT INTO alembic_version VALUES ('ab12cd34ef56');
"""

SCENARIOS = """
CREATE TABLE scenarios (
    owner VARCHAR(64) NOT NULL, name VARCHAR(200) NOT NULL, "case" TEXT NOT NULL, identity VARCHAR(64) NOT NULL,
    content JSON NOT NULL, created VARCHAR(32) NOT NULL, updated VARCHAR(32) NOT NULL,
    CONSTRAINT pk_scenarios PRIMARY KEY (owner, name)
);
"""
JOBS = """
CREATE TABLE jobs (
    number {serial} NOT NULL, id VARCHAR(32) NOT NULL, place TEXT NOT NULL, owner VARCHAR(64) NOT NULL,
    lane VARCHAR(16) NOT NULL, kind VARCHAR(16) NOT NULL, state VARCHAR(16) NOT NULL, "case" TEXT NOT NULL,
    title JSON NOT NULL, errand JSON NOT NULL, created VARCHAR(32) NOT NULL, started VARCHAR(32) NOT NULL,
    ended VARCHAR(32) NOT NULL, turn BIGINT NOT NULL, attempts INTEGER NOT NULL, {workers}
    identity VARCHAR(64) NOT NULL, page TEXT NOT NULL, reused BOOLEAN NOT NULL, trouble JSON NOT NULL,
    CONSTRAINT pk_jobs PRIMARY KEY (number)
);
CREATE UNIQUE INDEX ix_jobs_id ON jobs (id);
CREATE INDEX ix_jobs_state ON jobs (place, state);
"""
WORKERS = """
    unwanted BOOLEAN NOT NULL DEFAULT false, worker VARCHAR(32) NOT NULL DEFAULT '',
    heartbeat FLOAT NOT NULL DEFAULT 0, host TEXT NOT NULL DEFAULT '', pid INTEGER NOT NULL DEFAULT 0,
    born TEXT NOT NULL DEFAULT '', stage VARCHAR(32) NOT NULL DEFAULT '', done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0, seconds_left FLOAT,
"""
LOGS = """
CREATE TABLE studies (
    hash VARCHAR(64) NOT NULL PRIMARY KEY, name TEXT NOT NULL, content JSON NOT NULL, created VARCHAR(32) NOT NULL
);
CREATE TABLE executions (
    number INTEGER NOT NULL PRIMARY KEY, identity VARCHAR(64) NOT NULL,
    study VARCHAR(64) NOT NULL REFERENCES studies (hash)
);
INSERT INTO studies VALUES ('00ff', 'baseline', '{}', '2026-11-01T08:00:00+00:00');
INSERT INTO executions VALUES (1, 'abcd', '00ff');
"""
VERSION = """
CREATE TABLE copark_schema (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));
INSERT INTO copark_schema VALUES ('{version}');
"""
JOB = {
    "number": 41,
    "id": "a",
    "owner": "me",
    "lane": "long",
    "kind": "run",
    "state": "queued",
    "case": "great-stone",
    "title": json.dumps({"en": "Baseline", "zh": "基准情景"}, ensure_ascii=False),
    "errand": '{ "runs":  2000 }',
    "created": "2026-11-01T08:00:00+00:00",
    "started": "",
    "ended": "",
    "turn": 3,
    "attempts": 1,
    "identity": "",
    "page": "",
    "reused": False,
    "trouble": "[]",
}
SCENARIO = {
    "owner": "me",
    "name": "高关税",
    "case": "great-stone",
    "identity": "ff",
    "content": '{"levers": {"profit_tax": 0.2}}',
    "created": "2026-11-01T08:00:00+00:00",
    "updated": "2026-11-02T08:00:00+00:00",
}


@contextmanager
def connected(folder: Path) -> Iterator[Connection]:
    """A connection that knows nothing of copark, to the database that a server of the folder would use."""
    url = os.environ.get("COPARK_DATABASE_URL") or f"sqlite:///{folder}/copark.sqlite3"
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if "postgresql" in url else url)
    with closing(_Disposed(engine)), engine.begin() as connection:
        yield connection


class _Disposed:
    def __init__(self, engine: Any) -> None:
        self.close = engine.dispose


def run_sql(connection: Connection, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def fill_foreign(folder: Path, script: str = FOREIGN) -> None:
    """Fill a database as another application would."""
    with connected(folder) as connection:
        run_sql(connection, script)


def fill_former(folder: Path, version: str, place: str = "", also: str = "") -> None:
    """Fill a database as an earlier version of copark did, with a job and a scenario where it had such."""
    with connected(folder) as connection:
        serial = "SERIAL" if connection.dialect.name == "postgresql" else "INTEGER"
        run_sql(connection, VERSION.format(version=version))
        if version <= "0003":
            run_sql(connection, LOGS)
        if version >= "0002":
            workers = WORKERS if version <= "0003" else ""
            run_sql(connection, JOBS.format(serial=serial, workers=workers) + SCENARIOS)
            insert(connection, "jobs", {**JOB, "place": place})
            insert(connection, "scenarios", SCENARIO)
        run_sql(connection, also)
    if "COPARK_DATABASE_URL" not in os.environ:
        with closing(sqlite3.connect(folder / "copark.sqlite3")) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def fill_0005(folder: Path, jobs: Sequence[dict[str, Any]]) -> None:
    """Fill a database as version 0005 did, whose jobs had a column ``errand``."""
    config = Config()
    config.set_main_option("script_location", "copark.store.database:migrations")
    with connected(folder) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for job in jobs:
            insert(connection, "copark_jobs", job)
        insert(connection, "copark_scenarios", SCENARIO)


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    columns = ", ".join(f'"{column}"' for column in row)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(':' + name for name in row)})"), row)


def dump(folder: Path) -> str:
    """A hash of everything that is not copark's: statements and rows, byte for byte."""
    url = os.environ.get("COPARK_DATABASE_URL")
    if url:
        return _hash(_dump_of_postgresql(url))
    with closing(sqlite3.connect(folder / "copark.sqlite3")) as connection:
        return _hash(_dump_of_sqlite(connection))


def _dump_of_postgresql(url: str) -> list[str]:
    folder = binaries()
    assert folder is not None
    without = [f"--exclude-table={name}" for name in (*sorted(OWN), "copark_jobs_number_seq")]
    program = (folder / "initdb").resolve().with_name("pg_dump")
    said = subprocess.run([program, *without, url], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def _dump_of_sqlite(connection: sqlite3.Connection) -> list[str]:
    objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    kept = [row for row in objects if row[2] not in OWN]
    found = [repr(row) for row in kept]
    for kind, name, _table, _sql in kept:
        if kind == "table":
            found += [repr(row) for row in connection.execute(f'SELECT rowid, * FROM "{name}" ORDER BY rowid')]
    return found


def _hash(lines: Sequence[str]) -> str:
    assert len(lines) > 3, "there is something to compare"
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def file_hash(folder: Path) -> str:
    """A hash of the file; of a database on a server nothing."""
    file = folder / "copark.sqlite3"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
