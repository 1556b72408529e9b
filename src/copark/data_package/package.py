"""A package: its tables, the map, and what makes it the same as another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from copark.data_package.tables import DataTable, by_name
from copark.presentation.geojson import parks_as_points
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
    """Whose data of their own it holds."""

    def table(self, name: str) -> DataTable:
        """Return a table by its name."""
        return by_name(self.tables)[name]

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
