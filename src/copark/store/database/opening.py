"""Opening the database: connected, its tables brought up to date once whoever opens it, every trouble said in words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Error
from typing import TYPE_CHECKING, Any

from copark.store.database.address import PATIENCE, Address, address_for
from copark.store.database.fresh import make_file
from copark.store.database.instance_id import settle, word_in
from copark.store.database.session import Door, FileDoor, Rows, set_up
from copark.store.database.version import TABLE, is_current
from copark.store.errors import DatabaseRefused, database_fault

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

LOCK = 0x636F7061726B
"""Names the lock of PostgreSQL under which tables are changed."""
OLDEST_SERVER = 15
WRITES = "copark_writes"
POOL_PATIENCE = 5.0
"""Seconds that whoever asks a server waits for one of the connections, where others hold them all."""
CUT = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
"""When a link counts as cut: milliseconds without an answer to what was sent, seconds of silence and between signs."""


def clock(connection: Connection) -> float:
    """Seconds since 1970, by the clock of everybody who shares the database."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())


class SharedSession:
    """A transaction of whichever database SQLAlchemy is connected to.

    Parameters
    ----------
    connection
        Within its transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> Rows:
        """Do a statement."""
        import sqlalchemy

        done = self.connection.execute(sqlalchemy.text(statement), dict(values or {}))
        return [dict(row) for row in done.mappings()] if done.returns_rows else []

    def clock(self) -> float:
        """Seconds since 1970: the server's, where there is one."""
        return clock(self.connection)


class Database:
    """A database whose tables are those of this version.

    Parameters
    ----------
    address
        Where it is.

    Raises
    ------
    DatabaseRefused
        If it cannot be opened, or was made by a newer version.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.place = address.place
        with self._in_words():
            self.engine = _engine(address)
        try:
            with self._in_words():
                self._prepare()
                if address.file is None:
                    self.place = word_in(Path(address.place)) or self._settled(Path(address.place))
        except OSError as error:
            self.engine.dispose()
            raise DatabaseRefused([address.fault_of(error)]) from error
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads one state, however many questions it asks."""
        kind = {} if self.address.file is not None else {"isolation_level": "REPEATABLE READ"}
        with self._in_words(), self.engine.execution_options(**kind).connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, the only one in SQLite at a time: all of it is done or nothing."""
        with self._in_words(), self.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection

    @contextmanager
    def session(self, *, write: bool) -> Iterator[SharedSession]:
        """A transaction for plain SQL."""
        with self.writing() if write else self.reading() as connection:
            yield SharedSession(connection)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say what a driver complains about."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, Error) as error:
            raise DatabaseRefused([self.address.fault_of(error)]) from error
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "psycopg":
                raise
            raise DatabaseRefused([database_fault("no_driver", self.address.shown)]) from None

    def _settled(self, folder: Path) -> str:
        """The word of a folder that had none."""
        with self.session(write=True) as session:
            return settle(session, folder)

    def _prepare(self) -> None:
        """Bring the tables up to date, if they are not."""
        if self.address.file is not None:
            make_file(self.address.file)
        with self.engine.connect() as connection:
            if self.address.file is None:
                _need_server(connection, self.address)
            if is_current(versions_in(connection), self.address.shown):
                return
        with self.engine.execution_options(**{WRITES: True}).begin() as connection:
            migrate(connection, self.address)


def open_database(out: Path) -> Database:
    """The database of an output folder, up to date.

    Raises
    ------
    DatabaseRefused
        If it cannot be had.
    """
    return Database(address_for(out))


def open_door(out: Path) -> Door:
    """The database of an output folder for plain SQL, without SQLAlchemy where that can be.

    Raises
    ------
    DatabaseRefused
        If it cannot be had.
    """
    address = address_for(out)
    if address.file is None:
        return Database(address)
    door = FileDoor(address, address.file)
    try:
        if not address.file.exists():
            make_file(address.file)
    except (Error, OSError) as error:
        raise DatabaseRefused([address.fault_of(error)]) from error
    return door if door.is_ready() else Database(address)


def _engine(address: Address) -> Engine:
    from sqlalchemy import URL, create_engine, event

    if address.file is None:
        settings = {"connect_timeout": int(PATIENCE), "application_name": "copark", **CUT}
        return create_engine(address.url, pool_pre_ping=True, pool_timeout=POOL_PATIENCE, connect_args=settings)
    engine = create_engine(URL.create("sqlite", database=str(address.file)), connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: Any) -> None:
    """Leave transactions to us, so that tables change within them."""
    connection.isolation_level = None
    set_up(connection)


def _begin(connection: Connection) -> None:
    """Take the place of the one writer at once: who reads first and then writes could not wait for another."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


def _need_server(connection: Connection, address: Address) -> None:
    found = connection.dialect.server_version_info or (0,)
    if int(found[0]) < OLDEST_SERVER:
        version = ".".join(map(str, found))
        raise DatabaseRefused([database_fault("old_server", address.shown, found=version, least=OLDEST_SERVER)])


def versions_in(connection: Connection) -> tuple[str, ...]:
    """Names of the migrations a database is at: none where it is empty."""
    import sqlalchemy

    if not sqlalchemy.inspect(connection).has_table(TABLE):
        return ()
    return tuple(map(str, connection.execute(sqlalchemy.text(f"SELECT version_num FROM {TABLE}")).scalars()))  # noqa: S608 - a constant


def migrate(connection: Connection, address: Address) -> None:
    """Bring tables up to date within one transaction; of several at once, the others find it done."""
    if address.file is None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    if is_current(versions_in(connection), address.shown):
        return
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    command.upgrade(config, "head")
