"""Scenarios that people save, each under a name of its owner's, and those that came with a workspace, which all see.

Nobody owns the latter: an owner's scenario of the same name stands before it, for that owner.
"""

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
SHARED = "workspace"
"""Stands for the owner of what came with a workspace; no owner's hash is this."""
LONGEST = 120
"""Letters of a name."""


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
    shared: bool = False
    """Whether it came with a workspace: everybody sees it, and nobody changes it."""


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
        """What an owner sees: the owner's scenarios and those that are shared, by name."""
        with self.database.reading() as connection:
            found = _found(connection, scenarios.c.owner.in_([owner, SHARED]))
        found.sort(key=lambda one: not one.shared)
        return sorted({one.name: one for one in found}.values(), key=lambda one: one.name)

    def every(self) -> list[SavedScenario]:
        """Every scenario of everybody; whose it is is not said."""
        with self.database.reading() as connection:
            return sorted(_found(connection), key=lambda one: (one.name, one.identity))

    def get(self, owner: str, name: str) -> SavedScenario | None:
        """The scenario of a name that an owner sees."""
        return next((one for one in self.all(owner) if one.name == name), None)

    def share(self, name: str, case: str, content: Mapping[str, Any], time: str) -> str | None:
        """Let everybody see a scenario; under which name, since none of that name is replaced; ``None`` if full."""
        row = _row(SHARED, name, case, content, time)
        with self.database.writing() as connection:
            held = {one.name: one.identity for one in _found(connection, scenarios.c.owner == SHARED)}
            free = _free(name, row["identity"], held)
            if free in held or len(held) >= self.most:
                return free if free in held else None
            upsert(connection, scenarios, row | {"name": free, "created": time}, ["owner", "name"], replace=False)
            return free

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
    return [
        SavedScenario(**{key: row[key] for key in row if key != "owner"}, shared=row["owner"] == SHARED) for row in rows
    ]


def _free(name: str, identity: str, held: Mapping[str, str]) -> str:
    """A name that is free, or bears this very content: the name itself, or with a number behind it."""
    found, number = name, 1
    while held.get(found, identity) != identity:
        number += 1
        behind = f" ({number})"
        found = name[: LONGEST - len(behind)] + behind
    return found
