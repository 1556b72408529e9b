"""Where the parks lie: ``parks-places.csv``, a dot for each park, to about a tenth of a degree.

The coordinates are those of the town or district a park is in, from general geographic knowledge: grade *background*.
They place a dot on a map and enter no calculation; a test holds that nothing but listings and pages reads them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from copark.cases.types import Key, Latitude, Longitude, Record, Words, wrong

PLACES = "parks-places.csv"


class Place(Record):
    """A row of ``parks-places.csv``: the dot of a park on a map."""

    park: Key
    """The park."""
    place_en: Words
    """Town or district, in English."""
    place_zh: Words
    """The same in Chinese."""
    longitude: Longitude
    """Degrees east, to about 0.1°."""
    latitude: Latitude
    """Degrees north, to about 0.1°."""
    grade: Literal["background"]
    """Always background: general knowledge of where the town is, for a dot on a map and no calculation."""
    note_en: Words | None = None
    """What a reader should know, in English."""
    note_zh: Words | None = None
    """The same in Chinese."""

    @model_validator(mode="after")
    def _check_halves(self) -> Place:
        if (self.note_en is None) != (self.note_zh is None):
            given, lacking = ("note_en", "note_zh") if self.note_zh is None else ("note_zh", "note_en")
            raise wrong("half_given", at=lacking, found=given, other=lacking)
        return self

    def name(self, lang: str = "en") -> str:
        """Give the name of the town or district."""
        return self.place_zh if lang == "zh" else self.place_en
