"""A package of parks: its tables, its map, and the hash of both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from copark.data_package.tables import SOURCE_TABLES, DataTable, by_name
from copark.presentation.geojson import parks_as_points
from copark.texts import text
from copark.version import __version__

MAP = "parks.geojson"
MAPPED = (
    *("park", "name_en", "name_zh", "host", "home", "type", "launch", "place_en", "place_zh"),
    *("longitude", "latitude", "coordinates", "coordinates_grade"),
)
"""Columns of the table of parks that the map has."""


@dataclass(frozen=True)
class CasebookPackage:
    """A package."""

    tables: tuple[DataTable, ...]
    """Its tables, in the order of the dictionary."""
    own: tuple[str, ...]
    """Names of the parks of one's own that it holds."""
    version: str = __version__
    """Version of copark that made it."""
    contributors: tuple[str, ...] = ()
    """Who made the casebook, by name."""

    def table(self, name: str) -> DataTable:
        """Return a table by its name."""
        return by_name(self.tables)[name]

    def description(self, lang: str) -> str:
        """Describe what it is, and whose rows it holds beside those of the casebook."""
        words = text("casebook.description", lang)
        if not self.own:
            return words
        between = " " if lang == "en" else ""
        return f"{words}{between}{text('casebook.own_rows', lang, parks=', '.join(self.own))}"

    def holds_own_rows(self, table: DataTable) -> bool:
        """Return whether parks of one's own have rows in a table, or sources of theirs."""
        if table.group == SOURCE_TABLES:
            return bool(self.own)
        return any(row.get("park") in self.own for row in table.rows)

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        """The tables and the map, by the path of their files."""
        files = {f"data/{table.name}.csv": table.content() for table in self.tables}
        points = ({name: row.get(name) for name in MAPPED} for row in self.table("parks").rows)
        return files | {MAP: parks_as_points(points)}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what it holds, hexadecimal."""
        digest = hashlib.sha256()
        for path, content in sorted(self.contents.items()):
            digest.update(f"{path} {hashlib.sha256(content).hexdigest()}\n".encode())
        return digest.hexdigest()
