"""Open a database to work with it: its tables are created where there are none, and must be those of this version."""

from pathlib import Path

from copark.store.database.connection import Database
from copark.store.database.upgrades import create, refusal


def open_database(out: Path) -> Database:
    """Open the database of an output folder, whose tables are those of this version.

    Raises
    ------
    DatabaseRefused
        As :class:`Database` and :func:`prepare`.
    """
    database = Database(Path(out))
    try:
        prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def prepare(database: Database) -> None:
    """See that the tables are those of this version; in an empty database they are created.

    Raises
    ------
    DatabaseRefused
        If the database cannot be opened, is not copark's, or is of another version; it is left as it is.
    """
    state = database.state()
    if state.kind == "empty":
        create(database)
    elif state.kind != "current":
        raise refusal(database, state)
