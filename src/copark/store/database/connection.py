"""The way to a server's database: SQLite beside the runs, or what ``COPARK_DATABASE_URL`` names; trouble in words.

What is stored is said by the folders of runs alone; here are the jobs of a server and the scenarios that people save.
A file that may not be written is opened for reading; where there is none in such a folder, an empty one in memory
stands for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Error, OperationalError
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from copark.errors import Fault
from copark.store.database.examination import DatabaseState, examine
from copark.store.database.schema import APPLICATION_ID
from copark.store.errors import DatabaseRefused, database_fault
from copark.store.files import if_free

VARIABLE = "COPARK_DATABASE_URL"
FILE = "copark.sqlite3"
LOCK = ".server.lock"
"""In the output folder: whoever works on its database holds it."""
LOCK_PATIENCE = 3.0
"""Seconds to wait for a server of the same folder that is about to end."""
PATIENCE = 10.0
"""Seconds a writer waits for another one, and a connection for its server."""
POOL_PATIENCE = 5.0
"""Seconds that whoever asks a server waits for one of the connections, where others hold them all."""
CUT = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
"""When a link counts as cut: milliseconds without an answer to what was sent, seconds of silence and between signs."""
OLDEST_SERVER = 15
WRITES = "copark_writes"


class Database:
    """The database of an output folder; no connection is made before it is asked for something.

    Raises
    ------
    DatabaseRefused
        If ``COPARK_DATABASE_URL`` is no address, or of a kind that is not known.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.file: Path | None = out / FILE
        self.url = ""
        self.place = ""
        self.shown = str(out / FILE)
        if address := os.environ.get(VARIABLE, "").strip():
            self._named(address, out)
        with self._in_words():
            self.is_read_only = self.file is not None and _is_read_only(self.file)
            self.engine = _engine(self.file, self.url, self.is_read_only)

    def _named(self, address: str, out: Path) -> None:
        """Take the address that was given; a person is told it without a password."""
        try:
            url = sqlalchemy.make_url(address)
            kind = url.get_backend_name()
        except (ArgumentError, ValueError):
            raise DatabaseRefused([database_fault("url_unreadable", VARIABLE)]) from None
        self.shown = url.render_as_string(hide_password=True)
        self.place = str(out.resolve())
        if kind == "sqlite" and url.database and url.database != ":memory:":
            self.file = Path(url.database)
            self.shown = url.database
        elif kind != "postgresql" or not url.database:
            raise DatabaseRefused([database_fault("url_kind", VARIABLE, url=self.shown)])
        else:
            self.file = None
            self.url = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads one state, however many questions it asks."""
        kind = {} if self.file is not None else {"isolation_level": "REPEATABLE READ"}
        with self._in_words(), self.engine.execution_options(**kind).connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, the only one in SQLite at a time: all of it is done or nothing."""
        if self.is_read_only:
            raise DatabaseRefused([database_fault("read_only", self.shown)])
        with self._in_words(), self.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Open a transaction that may change tables, in a file that is made where there is none."""
        with self._in_words():
            if self.file is not None and not self.is_read_only:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            elif self.file is not None and self.file.exists():
                raise DatabaseRefused([database_fault("read_only", self.shown)])
            with self.engine.execution_options(**{WRITES: True}).begin() as connection:
                self._refuse_old_server(connection)
                yield connection

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep the lock of the output folder: one server or command at a time works on its database.

        Raises
        ------
        DatabaseRefused
            If another one holds it.
        """
        if self.is_read_only:
            yield
            return
        with if_free(self.out / LOCK, LOCK_PATIENCE) as is_free:
            if not is_free:
                raise DatabaseRefused([database_fault("served", self.out)])
            yield

    def state(self) -> DatabaseState:
        """Read what the database is; nothing is changed, and no file is made."""
        if self.file is not None and not self.file.exists():
            return DatabaseState("empty")
        with self.reading() as connection:
            self._refuse_old_server(connection)
            return examine(connection)

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
        if "locked" in reason or "lock timeout" in reason:
            return database_fault("busy", self.shown, seconds=f"{PATIENCE:g}")
        if "readonly database" in reason:
            return database_fault("read_only", self.shown)
        return database_fault("server" if self.file is None else "file", self.shown, reason=reason)

    def _refuse_old_server(self, connection: Connection) -> None:
        server = connection.dialect.server_version_info or (0,)
        if self.file is None and int(server[0]) < OLDEST_SERVER:
            version = ".".join(map(str, server))
            raise DatabaseRefused([database_fault("old_server", self.shown, found=version, least=OLDEST_SERVER)])


def _is_read_only(file: Path) -> bool:
    existing = next(path for path in (file, *file.absolute().parents) if path.exists())
    return not os.access(existing, os.W_OK) or (existing == file and not os.access(existing.parent, os.W_OK))


def _engine(file: Path | None, url: str, is_read_only: bool) -> Engine:
    from sqlalchemy import URL, StaticPool, create_engine, event

    if file is None:
        settings = {"connect_timeout": int(PATIENCE), "application_name": "copark", **CUT}
        return create_engine(url, pool_pre_ping=True, pool_timeout=POOL_PATIENCE, connect_args=settings)
    if not is_read_only:
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
        """Leave transactions to us; in a file of copark's alone let readers read while one writes."""
        connection.isolation_level = None
        is_own = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        if is_own and not is_read_only:
            connection.execute("PRAGMA synchronous=NORMAL")
            with suppress(OperationalError):  # another process is changing it this moment
                connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Take the place of the one writer at once: who reads first and then writes could not wait for another."""
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    return engine
