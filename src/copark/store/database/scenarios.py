"""Scenarios that people save, each under a name of its owner's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copark.identity import identity_of
from copark.store.database.clock import now
from copark.store.database.session import Session, as_json, from_json, put

if TYPE_CHECKING:
    from copark.store.database.opening import Database

MOST = 500
"""Scenarios of one owner."""
COLUMNS = 'name, "case", identity, content, created, updated'


@dataclass(frozen=True)
class SavedScenario:
    """A saved scenario.

    Parameters
    ----------
    name
        Its name, one of its owner's.
    case
        The case it is for.
    identity
        Of its content: the same content has the same.
    content
        The scenario.
    created, updated
        UTC, ISO 8601.
    """

    name: str
    case: str
    identity: str
    content: dict[str, Any]
    created: str
    updated: str


class ScenarioShelf:
    """Saved scenarios.

    Parameters
    ----------
    database
        Where they are kept.
    most
        How many an owner may have.
    """

    def __init__(self, database: Database, most: int = MOST) -> None:
        self.database = database
        self.most = most

    def all(self, owner: str) -> list[SavedScenario]:
        """An owner's scenarios, by name."""
        with self.database.session(write=False) as session:
            rows = session.execute(f"SELECT {COLUMNS} FROM scenarios WHERE owner = :owner", {"owner": owner})  # noqa: S608 - a constant
        return sorted((_saved(row) for row in rows), key=lambda one: one.name)

    def get(self, owner: str, name: str) -> SavedScenario | None:
        """An owner's scenario of a name."""
        with self.database.session(write=False) as session:
            return _one(session, owner, name)

    def save(self, owner: str, name: str, case: str, content: Mapping[str, Any]) -> SavedScenario | None:
        """Save a scenario, in the place of the owner's other one of this name; ``None`` if it has too many."""
        with self.database.session(write=True) as session:
            before = _one(session, owner, name)
            count = session.execute("SELECT count(*) AS number FROM scenarios WHERE owner = :owner", {"owner": owner})
            if before is None and int(count[0]["number"]) >= self.most:
                return None
            time = now()
            row = {
                "owner": owner,
                "name": name,
                "case": case,
                "identity": identity_of({"case": case, "scenario": dict(content)}),
                "content": as_json(dict(content)),
                "created": time if before is None else before.created,
                "updated": time,
            }
            put(session, "scenarios", row, ["owner", "name"])
            return _one(session, owner, name)

    def delete(self, owner: str, name: str) -> bool:
        """Delete a scenario; whether there was one."""
        with self.database.session(write=True) as session:
            gone = "DELETE FROM scenarios WHERE owner = :owner AND name = :name RETURNING name"
            return bool(session.execute(gone, {"owner": owner, "name": name}))


def _one(session: Session, owner: str, name: str) -> SavedScenario | None:
    statement = f"SELECT {COLUMNS} FROM scenarios WHERE owner = :owner AND name = :name"  # noqa: S608 - a constant
    rows = session.execute(statement, {"owner": owner, "name": name})
    return _saved(rows[0]) if rows else None


def _saved(row: Mapping[str, Any]) -> SavedScenario:
    return SavedScenario(**{**row, "content": from_json(row["content"])})
