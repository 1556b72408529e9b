"""Scenarios that people save, each under a name of its owner's, and those that came with a workspace, which all see.

Nobody owns the latter: an owner's scenario of the same name stands before it, for that owner.
"""

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
COLUMNS = 'owner, name, "case", identity, content, created, updated'
SHARED = "workspace"
"""Stands for the owner of what came with a workspace; no owner's hash is this."""
LONGEST = 120
"""Letters of a name."""


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
    shared
        Whether it came with a workspace: everybody sees it, and nobody changes it.
    """

    name: str
    case: str
    identity: str
    content: dict[str, Any]
    created: str
    updated: str
    shared: bool = False


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
        with self.database.session(write=False) as session:
            wanted = f"SELECT {COLUMNS} FROM scenarios WHERE owner IN (:owner, :shared)"  # noqa: S608 - a constant
            rows = session.execute(wanted, {"owner": owner, "shared": SHARED})
        found = sorted((_saved(row) for row in rows), key=lambda one: not one.shared)
        return sorted({one.name: one for one in found}.values(), key=lambda one: one.name)

    def every(self) -> list[SavedScenario]:
        """Every scenario of everybody; whose it is is not said."""
        with self.database.session(write=False) as session:
            rows = session.execute(f"SELECT {COLUMNS} FROM scenarios")  # noqa: S608 - a constant
        return sorted((_saved(row) for row in rows), key=lambda one: (one.name, one.identity))

    def get(self, owner: str, name: str) -> SavedScenario | None:
        """The scenario of a name that an owner sees."""
        with self.database.session(write=False) as session:
            return _one(session, owner, name) or _one(session, SHARED, name)

    def share(self, name: str, case: str, content: Mapping[str, Any], time: str) -> str | None:
        """Let everybody see a scenario; under which name, since none of that name is replaced; ``None`` if full."""
        identity = identity_of({"case": case, "scenario": dict(content)})
        with self.database.session(write=True) as session:
            rows = session.execute("SELECT name, identity FROM scenarios WHERE owner = :owner", {"owner": SHARED})
            held = {row["name"]: row["identity"] for row in rows}
            free = _free(name, identity, held)
            if free in held or len(held) >= self.most:
                return free if free in held else None
            row = {"owner": SHARED, "name": free, "case": case, "identity": identity, "content": as_json(dict(content))}
            put(session, "scenarios", row | {"created": time, "updated": time}, ["owner", "name"], replace=False)
            return free

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
    content, shared = from_json(row["content"]), row["owner"] == SHARED
    return SavedScenario(
        **{name: row[name] for name in row if name != "owner"} | {"content": content, "shared": shared}
    )


def _free(name: str, identity: str, held: Mapping[str, str]) -> str:
    """A name that is free, or bears this very content: the name itself, or with a number behind it."""
    found, number = name, 1
    while held.get(found, identity) != identity:
        number += 1
        behind = f" ({number})"
        found = name[: LONGEST - len(behind)] + behind
    return found
