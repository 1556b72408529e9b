"""Scenarios that people save, each under a name of its owner's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from copark.identity import identity_of
from copark.store.database.opening import now, upsert
from copark.store.database.schema import scenarios

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from copark.store.database.opening import Database

MOST = 500
"""Scenarios of one owner."""


@dataclass(frozen=True)
class SavedScenario:
    """A saved scenario."""

    name: str
    """Its name, one of its owner's."""
    case: str
    """The case it is for."""
    identity: str
    """Of its content: the same content has the same."""
    content: dict[str, Any]
    """The scenario."""
    created: str
    updated: str
    """created, updated: UTC, ISO 8601."""


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
        with self.database.reading() as connection:
            return sorted(_found(connection, scenarios.c.owner == owner), key=lambda one: one.name)

    def get(self, owner: str, name: str) -> SavedScenario | None:
        """The scenario of a name of an owner's."""
        return next((one for one in self.all(owner) if one.name == name), None)

    def save(self, owner: str, name: str, case: str, content: Mapping[str, Any]) -> SavedScenario | None:
        """Save a scenario, in the place of the owner's other one of this name; ``None`` if it has too many."""
        row = _row(owner, name, case, content, now())
        mine = scenarios.c.owner == owner
        with self.database.writing() as connection:
            before = _found(connection, mine, scenarios.c.name == name)
            count = connection.execute(select(func.count()).select_from(scenarios).where(mine)).scalar_one()
            if not before and count >= self.most:
                return None
            created = before[0].created if before else row["updated"]
            upsert(connection, scenarios, row | {"created": created}, ["owner", "name"])
            return _found(connection, mine, scenarios.c.name == name)[0]

    def delete(self, owner: str, name: str) -> bool:
        """Delete a scenario; whether there was one."""
        with self.database.writing() as connection:
            gone = delete(scenarios).where(scenarios.c.owner == owner, scenarios.c.name == name)
            return connection.execute(gone).rowcount > 0


def _row(owner: str, name: str, case: str, content: Mapping[str, Any], time: str) -> dict[str, Any]:
    identity = identity_of({"case": case, "scenario": dict(content)})
    return {
        "owner": owner, "name": name, "case": case, "identity": identity, "content": dict(content), "updated": time,
    }  # fmt: skip


def _found(connection: Connection, *where: Any) -> list[SavedScenario]:
    rows = connection.execute(select(scenarios).where(*where)).mappings()
    return [SavedScenario(**{key: row[key] for key in row if key != "owner"}) for row in rows]
