"""Opening the database: a SQLite file beside the runs, or what ``COPARK_DATABASE_URL`` names; trouble said in words.

Its tables are made, or brought up to date, by whoever opens it first. A file that may not be written is opened for
reading; where there is none in such a folder, an empty one in memory stands for it.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Error, OperationalError
from typing import TYPE_CHECKING, Any

from copark.errors import Fault
from copark.store.atomic import written_file
from copark.store.errors import DatabaseRefused, database_fault
from copark.store.locks import only_one

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

VARIABLE = "COPARK_DATABASE_URL"
FILE = "copark.sqlite3"
PLACE = ".copark-place"
"""The file with the word by which an output folder is known on a server."""
PATIENCE = 10.0
"""Seconds a writer waits for another one, and a connection for its server."""
POOL_PATIENCE = 5.0
"""Seconds that whoever asks a server waits for one of the connections, where others hold them all."""
CUT = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
"""When a link counts as cut: milliseconds without an answer to what was sent, seconds of silence and between signs."""
OLDEST_SERVER = 15
LOCK = 0x636F7061726B
"""Names the lock of PostgreSQL under which tables are changed."""
WRITES = "copark_writes"


def now() -> str:
    """The time, UTC, ISO 8601."""
    return at(time.time())


def at(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def clock(connection: Connection) -> float:
    """Seconds since 1970, by the clock of everybody who shares the database."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())


def storable(words: str) -> str:
    """Words without what a database cannot hold: names of files need not be text."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def upsert(
    connection: Connection, table: Table, row: Mapping[str, Any], keys: Sequence[str], *, replace: bool = True
) -> None:
    """Insert a row, in the place of the one with the same keys or, if not ``replace``, unless there is one."""
    from sqlalchemy.dialects import postgresql, sqlite

    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(table).values(**row)
    others = {name: made.excluded[name] for name in row if name not in keys}
    connection.execute(
        made.on_conflict_do_update(index_elements=keys, set_=others)
        if replace
        else made.on_conflict_do_nothing(index_elements=keys)
    )


@dataclass(frozen=True)
class Address:
    """Where a database is."""

    out: Path
    """The output folder whose rows are meant."""
    file: Path | None
    """The file of SQLite; ``None`` for a server."""
    url: str
    """What to connect to a server by, with its password."""
    place: str
    """What that folder is called in it: nothing where the database lies in the folder and moves with it."""
    shown: str
    """What a person is told, without a password."""

    def fault_of(self, error: BaseException) -> Fault:
        """Say what a driver complains about."""
        reason = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
        if "not a database" in reason or "malformed" in reason:
            return database_fault("damaged", self.shown, reason=reason)
        if "locked" in reason:
            return database_fault("busy", self.shown, seconds=f"{PATIENCE:g}")
        if "readonly database" in reason:
            return database_fault("read_only", self.shown)
        return database_fault("server" if self.file is None else "file", self.shown, reason=reason)


def address_for(out: Path) -> Address:
    """The database of an output folder.

    Raises
    ------
    DatabaseRefused
        If ``COPARK_DATABASE_URL`` is none, or of a kind that is not known.
    """
    out, given = Path(out), os.environ.get(VARIABLE, "").strip()
    if not given:
        return Address(out, out / FILE, "", "", str(out / FILE))
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(given)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise DatabaseRefused([database_fault("url_unreadable", VARIABLE)]) from None
    shown, place = url.render_as_string(hide_password=True), str(out.resolve())
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return Address(out, Path(url.database), "", place, url.database)
    if kind != "postgresql" or not url.database:
        raise DatabaseRefused([database_fault("url_kind", VARIABLE, url=shown)])
    whole = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return Address(out, None, whole, place, shown)


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
        try:
            with self._in_words():
                self.is_read_only = _is_read_only(address)
                self.engine = _engine(address, self.is_read_only)
                self._prepare()
                if address.file is None:
                    self.place = word_of(address.out)
        except OSError as error:
            self.close()
            raise DatabaseRefused([address.fault_of(error)]) from error
        except BaseException:
            self.close()
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
        if self.is_read_only:
            raise DatabaseRefused([database_fault("read_only", self.address.shown)])
        with self._in_words(), self.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        if hasattr(self, "engine"):
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

    def _prepare(self) -> None:
        """Make the tables, or bring them up to date; of several at once, the others find it done."""
        with self.engine.connect() as connection:
            if self.address.file is None:
                self._need_server(connection)
            if self._is_current(connection):
                return
        with self.engine.execution_options(**{WRITES: True}).begin() as connection:
            if self.address.file is None:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            if not self._is_current(connection):
                _bring_up(connection)

    def _need_server(self, connection: Connection) -> None:
        found = connection.dialect.server_version_info or (0,)
        if int(found[0]) < OLDEST_SERVER:
            told: dict[str, Any] = {"found": ".".join(map(str, found)), "least": OLDEST_SERVER}
            raise DatabaseRefused([database_fault("old_server", self.address.shown, **told)])

    def _is_current(self, connection: Connection) -> bool:
        from copark.store.database.schema import HEAD

        found = versions_in(connection)
        newer = [name for name in found if name > HEAD]
        if newer:
            raise DatabaseRefused([database_fault("newer", self.address.shown, found=", ".join(newer), known=HEAD)])
        return found == (HEAD,)


def open_database(out: Path) -> Database:
    """The database of an output folder, up to date.

    Raises
    ------
    DatabaseRefused
        If it cannot be had.
    """
    return Database(address_for(out))


def versions_in(connection: Connection) -> tuple[str, ...]:
    """Names of the migrations a database is at: none where it is empty."""
    import sqlalchemy

    from copark.store.database.schema import version

    if not sqlalchemy.inspect(connection).has_table(version.name):
        return ()
    return tuple(connection.execute(sqlalchemy.select(version.c.version_num)).scalars())


def _bring_up(connection: Connection) -> None:
    """Make all tables at once where there are none; otherwise go on from the migration a database is at."""
    from copark.store.database.schema import HEAD, metadata, version

    if not versions_in(connection):
        metadata.create_all(connection)
        version.create(connection, checkfirst=True)
        connection.execute(version.insert().values(version_num=HEAD))
        return
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    command.upgrade(config, "head")


def _is_read_only(address: Address) -> bool:
    """Whether a file, or the folder in which it would lie, may not be written."""
    if address.file is None:
        return False
    there = next(path for path in (address.file, *address.file.absolute().parents) if path.exists())
    return not os.access(there, os.W_OK) or (there == address.file and not os.access(there.parent, os.W_OK))


def _engine(address: Address, is_read_only: bool) -> Engine:
    from sqlalchemy import URL, StaticPool, create_engine, event

    if address.file is None:
        settings = {"connect_timeout": int(PATIENCE), "application_name": "copark", **CUT}
        return create_engine(address.url, pool_pre_ping=True, pool_timeout=POOL_PATIENCE, connect_args=settings)
    if not is_read_only:
        address.file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(address.file)), connect_args={"timeout": PATIENCE})
    elif address.file.exists():  # what is not yet in the file itself can be read, unless there is nothing of it
        options = {"mode": "ro", "uri": "true"}
        if not Path(f"{address.file}-wal").exists():
            options["immutable"] = "1"
        engine = create_engine(URL.create("sqlite", database=address.file.absolute().as_uri(), query=options))
    else:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        """Leave transactions to us; put onto the disk what a sound file needs, the last words perhaps not."""
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=NORMAL")
        if not is_read_only:
            _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Take the place of the one writer at once: who reads first and then writes could not wait for another."""
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    return engine


def _write_ahead(connection: Any) -> None:
    """Let readers read while one writes; kept in the file. SQLite does not wait for this by itself."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def word_of(folder: Path) -> str:
    """The word of a folder on a server that several machines share: it has one from its first use, and keeps it.

    A path does not name a folder there: another machine may have another one of the same path.
    """
    file = folder / PLACE
    with only_one(folder / f"{PLACE}.lock"):
        word = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
        if len(word) != 32 or not word.isalnum():
            word = secrets.token_hex(16)
            with written_file(file) as made:
                made.write_text(f"{word}\n", encoding="ascii")
    return word
