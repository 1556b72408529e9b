"""Forgetting executions that ended long ago, and old studies that nothing refers to any more. Stored runs stay."""

from __future__ import annotations

from copark.store.database.session import Door

LONG_AGO = "FROM executions WHERE place = :place AND state <> 'running' AND ended <> '' AND ended < :before"
REFERRING = ("executions", "runs", "asked")
"""Tables that refer to studies."""


def ended_before(door: Door, before: str) -> int:
    """How many executions of a folder ended before a time, given in UTC as ISO 8601 or as the beginning of it."""
    with door.session(write=False) as session:
        rows = session.execute(f"SELECT count(*) AS number {LONG_AGO}", {"place": door.place, "before": before})
    return int(rows[0]["number"])


def forget_before(door: Door, before: str) -> int:
    """Forget them; how many there were."""
    with door.session(write=True) as session:
        gone = session.execute(f"DELETE {LONG_AGO} RETURNING number", {"place": door.place, "before": before})
        used = " UNION ".join(f"SELECT study FROM {table}" for table in REFERRING)  # noqa: S608 - names of tables
        unused = f"DELETE FROM studies WHERE created < :before AND hash NOT IN ({used})"  # noqa: S608 - as before
        session.execute(unused, {"before": before})
    return len(gone)
