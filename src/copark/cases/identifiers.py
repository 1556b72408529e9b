"""Identifiers that others give the parks of the casebook: their projects at AidData, and elements of OpenStreetMap.

An identifier stands in ``parks-identifiers.csv`` only where it was read; none is guessed from a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import StringConstraints

from copark.cases.casebook import IDENTIFIER_SOURCES, IDENTIFIERS, casebook_path
from copark.cases.files import in_reading_order, read_text
from copark.cases.source_files import sources_in
from copark.cases.table_schemas import Source
from copark.cases.tables import read_table
from copark.cases.types import Grade, Key, Record, SourceKeys, Words
from copark.errors import CaseFaults, Fault

IdentifierScheme = Literal["aiddata", "osm", "wikidata"]
"""Whose identifier it is: AidData's of a project, OpenStreetMap's of an element, Wikidata's of an item."""
ADDRESSES: dict[IdentifierScheme, str] = {
    "aiddata": "https://china.aiddata.org/projects/{}",
    "osm": "https://www.openstreetmap.org/{}",
    "wikidata": "https://www.wikidata.org/entity/{}",
}
"""Addresses that an identifier leads to."""


class ParkIdentifier(Record):
    """A row of ``parks-identifiers.csv``."""

    park: Key
    """Short name of the park."""
    scheme: IdentifierScheme
    """Whose identifier it is."""
    identifier: Annotated[str, StringConstraints(pattern=r"^(?:[0-9]+|(?:node|way|relation)/[0-9]+|Q[1-9][0-9]*)$")]
    """The identifier: number of a project, element such as ``way/455544676``, or item such as ``Q1``."""
    precision: Literal["precise", "approximate", "district"] | None = None
    """How exactly its source places a project there; empty for what is no place."""
    projects: Words | None = None
    """Projects at AidData that are placed there, by number, separated by ``;``; empty for what is no place."""
    grade: Grade
    """How far it is trusted to be of the park."""
    source: SourceKeys
    """Keys of ``parks-identifiers-sources.yaml``."""

    @property
    def address(self) -> str:
        """Address it leads to."""
        return ADDRESSES[self.scheme].format(self.identifier)


@dataclass(frozen=True)
class ParkIdentifiers:
    """The table, read."""

    rows: tuple[ParkIdentifier, ...]
    """Its rows."""
    sources: dict[str, Source]
    """Its sources, by key."""


@cache
def load_identifiers() -> ParkIdentifiers:
    """Load the table that ships; CaseFaults with all its faults if it has any."""
    place = casebook_path()
    faults: list[Fault] = []
    table = read_text(place, IDENTIFIERS, faults)
    rows = [] if table is None else read_table(table, IDENTIFIERS, ParkIdentifier, faults).rows
    sources = sources_in(place, IDENTIFIER_SOURCES, faults)
    if faults:
        raise CaseFaults(in_reading_order(faults, (IDENTIFIERS, IDENTIFIER_SOURCES)))
    return ParkIdentifiers(tuple(row.record for row in rows), sources)
