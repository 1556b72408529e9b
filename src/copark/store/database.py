"""The database of a server: a SQLite file beside the runs, or what ``COPARK_DATABASE_URL`` names; trouble in words.

What is stored is said by the folders of runs alone; here are the jobs of a server and the scenarios that people save.
A file that may not be written is opened for reading; where there is none in such a folder, an empty one in memory
stands for it. Times are UTC, ISO 8601. Jobs belong to a *place*, the path of the output folder on a database that
``COPARK_DATABASE_URL`` names; it is empty in a file that lies in that very folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Error
from typing import Any

import sqlalchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from copark.errors import Fault
from copark.store.errors import DatabaseRefused, database_fault

VARIABLE = "COPARK_DATABASE_URL"
FILE = "copark.sqlite3"
PATIENCE = 10.0
"""Seconds a writer waits for another one, and a connection for its server."""
POOL_PATIENCE = 5.0
"""Seconds that whoever asks a server waits for one of the connections, where others hold them all."""
CUT = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
"""When a link counts as cut: milliseconds without an answer to what was sent, seconds of silence and between signs."""
OLDEST_SERVER = 15
WRITES = "copark_writes"
HEAD = "0004"
"""Version of the tables."""
FORMER = ("runs", "asked", "executions", "studies")
"""Tables of earlier versions."""

metadata = MetaData(naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"})
version = Table("copark_schema", MetaData(), Column("version_num", String(32), primary_key=True))
"""Its name is nobody else's, since a database may be shared with others."""


def _all(kind: Any, *names: str, default: Any = None) -> list[Column[Any]]:
    """Columns of one kind, none of which may be empty."""
    return [Column(name, kind, nullable=False, default=default) for name in names]


scenarios = Table(
    "scenarios", metadata,
    Column("owner", String(64), primary_key=True), Column("name", String(200), primary_key=True), *_all(Text, "case"),
    Column("identity", String(64), nullable=False, comment="of the content: the same content has the same"),
    *_all(JSON, "content"), *_all(String(32), "created", "updated"),
)  # fmt: skip

jobs = Table(
    "jobs", metadata,
    Column("number", Integer, primary_key=True, autoincrement=True), *_all(String(32), "id"), *_all(Text, "place"),
    *_all(String(64), "owner"), *_all(String(16), "lane", "kind", "state"), *_all(Text, "case"),
    *_all(JSON, "title", "errand"), *_all(String(32), "created"), *_all(String(32), "started", "ended", default=""),
    Column("turn", BigInteger, nullable=False, default=0,
           comment="counts the beginnings in a lane: who waited longest is next"),
    *_all(Integer, "attempts", default=0), *_all(String(64), "identity", default=""), *_all(Text, "page", default=""),
    *_all(Boolean, "reused", default=False), *_all(JSON, "trouble", default=list),
    Index("ix_jobs_id", "id", unique=True), Index("ix_jobs_state", "place", "state"),
)  # fmt: skip


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Database:
    """The database of an output folder, whose tables are those of this version.

    Raises
    ------
    DatabaseRefused
        If ``COPARK_DATABASE_URL`` is none or of a kind that is not known, or the database cannot be opened, or was made
        by a newer version.
    """

    def __init__(self, out: Path) -> None:
        self.file: Path | None = out / FILE
        self.url, self.place, self.shown = "", "", str(out / FILE)
        if given := os.environ.get(VARIABLE, "").strip():
            self._named(given, out)
        with self._in_words():
            self.is_read_only = self.file is not None and _is_read_only(self.file)
            self.engine = _engine(self.file, self.url, self.is_read_only)
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def _named(self, given: str, out: Path) -> None:
        """Take the address that was given; a person is told it without a password."""
        try:
            url = sqlalchemy.make_url(given)
            kind = url.get_backend_name()
        except (ArgumentError, ValueError):
            raise DatabaseRefused([database_fault("url_unreadable", VARIABLE)]) from None
        self.shown, self.place = url.render_as_string(hide_password=True), str(out.resolve())
        if kind == "sqlite" and url.database and url.database != ":memory:":
            self.file, self.shown = Path(url.database), url.database
        elif kind != "postgresql" or not url.database:
            raise DatabaseRefused([database_fault("url_kind", VARIABLE, url=self.shown)])
        else:
            self.file = None
            self.url = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads one state, however many questions it asks."""
        kind = {} if self.file is not None else {"isolation_level": "REPEATABLE READ"}
        with self._in_words(), self.engine.execution_options(**kind).connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, the only one in SQLite at a time: all of it is done or nothing."""
        if self.is_read_only:
            raise DatabaseRefused([database_fault("read_only", self.shown)])
        with self._in_words(), self.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, Error, OSError) as error:
            raise DatabaseRefused([self._fault_of(error)]) from error
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "psycopg":
                raise
            raise DatabaseRefused([database_fault("no_driver", self.shown)]) from None

    def _fault_of(self, error: BaseException) -> Fault:
        reason = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
        if "not a database" in reason or "malformed" in reason:
            return database_fault("damaged", self.shown, reason=reason)
        if "locked" in reason:
            return database_fault("busy", self.shown, seconds=f"{PATIENCE:g}")
        if "readonly database" in reason:
            return database_fault("read_only", self.shown)
        return database_fault("server" if self.file is None else "file", self.shown, reason=reason)

    def _prepare(self) -> None:
        with self.engine.execution_options(**{WRITES: not self.is_read_only}).begin() as connection:
            server = connection.dialect.server_version_info or (0,)
            if self.file is None and int(server[0]) < OLDEST_SERVER:
                told: dict[str, Any] = {"found": ".".join(map(str, server)), "least": OLDEST_SERVER}
                raise DatabaseRefused([database_fault("old_server", self.shown, **told)])
            found = versions_in(connection)
            if any(name > HEAD for name in found):
                raise DatabaseRefused([database_fault("newer", self.shown, found=", ".join(found), known=HEAD)])
            if found != (HEAD,):
                _bring_up(connection, found)


def open_database(out: Path) -> Database:
    """The database of an output folder, up to date."""
    return Database(Path(out))


def versions_in(connection: Connection) -> tuple[str, ...]:
    """Version of a database's tables; nothing where it is empty."""
    if not sqlalchemy.inspect(connection).has_table(version.name):
        return ()
    return tuple(connection.execute(sqlalchemy.select(version.c.version_num)).scalars())


def _bring_up(connection: Connection, found: tuple[str, ...]) -> None:
    metadata.create_all(connection)
    for name in FORMER if found else ():
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    for table in metadata.tables.values():
        there = {str(column["name"]) for column in sqlalchemy.inspect(connection).get_columns(table.name)}
        for name in sorted(there - set(table.columns.keys())):
            connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP COLUMN {name}")
    version.create(connection, checkfirst=True)
    connection.execute(version.delete())
    connection.execute(version.insert().values(version_num=HEAD))


def _is_read_only(file: Path) -> bool:
    there = next(path for path in (file, *file.absolute().parents) if path.exists())
    return not os.access(there, os.W_OK) or (there == file and not os.access(there.parent, os.W_OK))


def _engine(file: Path | None, url: str, is_read_only: bool) -> Engine:
    from sqlalchemy import URL, StaticPool, create_engine, event

    if file is None:
        settings = {"connect_timeout": int(PATIENCE), "application_name": "copark", **CUT}
        return create_engine(url, pool_pre_ping=True, pool_timeout=POOL_PATIENCE, connect_args=settings)
    if not is_read_only:
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": PATIENCE})
    elif file.exists():  # what is not yet in the file itself can be read, unless there is nothing of it
        options = {"mode": "ro", "uri": "true"}
        if not Path(f"{file}-wal").exists():
            options["immutable"] = "1"
        engine = create_engine(URL.create("sqlite", database=file.absolute().as_uri(), query=options))
    else:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        """Leave transactions to us; let readers read while one writes."""
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=NORMAL")
        if not is_read_only:
            connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Take the place of the one writer at once: who reads first and then writes could not wait for another."""
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    return engine
