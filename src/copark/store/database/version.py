"""How far the tables have come."""

from __future__ import annotations

from collections.abc import Sequence

from copark.store.errors import DatabaseRefused, database_fault

TABLE = "copark_schema"
"""The table in which Alembic keeps the version; not its usual name, since a database may be shared with others."""
HEAD = "0002"
"""The last migration."""


def is_current(found: Sequence[str], shown: str) -> bool:
    """Whether a database is at this version.

    Parameters
    ----------
    found
        The versions it says it is at; none where it is empty.
    shown
        The database, in words.

    Raises
    ------
    DatabaseRefused
        If it is at a newer one.
    """
    newer = [name for name in found if name > HEAD]
    if newer:
        raise DatabaseRefused([database_fault("newer", shown, found=", ".join(newer), known=HEAD)])
    return list(found) == [HEAD]
