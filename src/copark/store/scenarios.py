"""Scenarios that people save, each under a name of its owner's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.store.database import now, scenarios

if TYPE_CHECKING:
    from copark.store.database import Database

MOST = 500
"""Scenarios of one owner."""


@dataclass(frozen=True)
class SavedScenario:
    """A saved scenario of a case."""

    name: str
    case: str
    identity: str
    """Of its content: the same content has the same."""
    content: JsonObject
    created: str
    """When it was first saved, UTC, ISO 8601."""
    updated: str
    """When it was last saved, UTC, ISO 8601."""


class ScenarioTable:
    """Saved scenarios, at most so many of one owner."""

    def __init__(self, database: Database, most: int = MOST) -> None:
        self.database = database
        self.most = most

    def all(self, owner: str) -> list[SavedScenario]:
        """List an owner's scenarios, by name."""
        query = select(scenarios).where(scenarios.c.owner == owner)
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        saved = [SavedScenario(**{key: row[key] for key in row if key != "owner"}) for row in rows]
        return sorted(saved, key=lambda scenario: scenario.name)

    def get(self, owner: str, name: str) -> SavedScenario | None:
        """Return an owner's scenario by its name."""
        return next((scenario for scenario in self.all(owner) if scenario.name == name), None)

    def save(self, owner: str, name: str, case: str, content: Mapping[str, Any]) -> SavedScenario | None:
        """Save a scenario, in the place of the owner's other one of this name; ``None`` if it has too many.

        Parameters
        ----------
        owner
            Owner of the scenario.
        name
            Its name, of which the owner has one.
        case
            Name of the case it is about.
        content
            The scenario as JSON.
        """
        identity = identity_of({"case": case, "scenario": dict(content)})
        time = now()
        is_replaced = scenarios.c.owner == owner, scenarios.c.name == name
        with self.database.writing() as connection:
            created = connection.execute(select(scenarios.c.created).where(*is_replaced)).scalar()
            count = select(func.count()).select_from(scenarios).where(scenarios.c.owner == owner)
            if created is None and connection.execute(count).scalar_one() >= self.most:
                return None
            scenario = SavedScenario(name, case, identity, dict(content), created or time, time)
            connection.execute(delete(scenarios).where(*is_replaced))
            connection.execute(insert(scenarios).values(owner=owner, **vars(scenario)))
        return scenario

    def delete(self, owner: str, name: str) -> bool:
        """Delete a scenario; whether there was one."""
        gone = delete(scenarios).where(scenarios.c.owner == owner, scenarios.c.name == name)
        with self.database.writing() as connection:
            return connection.execute(gone).rowcount > 0

    def forget(self, case: str) -> None:
        """Delete every scenario of a case."""
        with self.database.writing() as connection:
            connection.execute(delete(scenarios).where(scenarios.c.case == case))
