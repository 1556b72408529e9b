"""The parks of the casebook: what is known of each, its sources, scores in conditions, and dot on a map.

Each row is checked by itself when it is read. What rows can only get wrong together, or with other files, is tested
(``tests/cases/test_parks.py``): nobody brings a table of parks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from copark.cases.casebook import LITERATURE, WORDS, casebook_path
from copark.cases.dates import Date
from copark.cases.files import check_folder, in_reading_order, read_text
from copark.cases.pydantic_errors import validate_mapping
from copark.cases.table_schemas import Source
from copark.cases.tables import read_table
from copark.cases.types import (
    Amount,
    Bilingual,
    Count,
    Country,
    Grade,
    Key,
    Latitude,
    Longitude,
    Number,
    Record,
    SourceKeys,
    UnitInterval,
    Words,
    YesNo,
    wrong,
)
from copark.cases.yaml_loader import read_yaml
from copark.errors import CaseFaults, Fault

PARKS, SCORES = "parks.csv", "parks-scores.csv"
PARK_SOURCES, CONDITIONS, PLACES = "parks-sources.yaml", "parks-conditions.yaml", "parks-places.csv"
FILES = (PARKS, SCORES, PARK_SOURCES, CONDITIONS, PLACES)

ParkType = Literal["intergovernmental", "mixed", "enterprise-led"]
Outcome = Literal["thriving", "surviving", "stalled", "failed"]
Percent = Annotated[Number, Field(ge=0, le=100)]
Year = Annotated[Count, Field(ge=1900, le=2100)]


def _check_together(row: Record, *pairs: tuple[str, str]) -> None:
    """See that of two cells both are given or neither."""
    for name, partner in pairs:
        has, other = getattr(row, name) is not None, getattr(row, partner) is not None
        if has != other:
            given, lacking = (name, partner) if has else (partner, name)
            raise wrong("half_given", at=lacking, found=given, other=lacking)


class Park(Record):
    """A row of ``parks.csv``: a park as it was known by the end of 2024.

    ``firms``, ``investment_m_usd`` and ``jobs`` are as the source counts them, of their dates. ``source`` holds keys of
    ``parks-sources.yaml``.
    """

    id: Key
    case: Key | None = None
    name_en: Words
    name_zh: Words
    host: Country
    home: Country
    type: ParkType
    launch: Year
    developer: Words
    home_share_percent: Percent | None = None
    """Share of the investing side in the development company, the last known, %."""
    host_share_percent: Percent | None = None
    third_share_percent: Percent | None = None
    shares_grade: Grade | None = None
    """How far the shares are trusted; background: remembered, never used."""
    framework: YesNo
    committee: YesNo | None = None
    """Whether the governments have a joint committee for it; empty if not known."""
    host_law: YesNo | None = None
    """Whether the host has a law of its own for it; empty if not known."""
    flags_grade: Grade
    """How far committee and host_law are trusted."""
    framework_en: Words
    framework_zh: Words
    equity_change_en: Words | None = None
    equity_change_zh: Words | None = None
    firms: Count | None = None
    firms_date: Date | None = None
    investment_m_usd: Amount | None = None
    """Investment, M USD; what is counted differs, see investment_basis."""
    investment_date: Date | None = None
    investment_basis: Words | None = None
    jobs: Count | None = None
    jobs_date: Date | None = None
    area_km2: Amount | None = None
    outcome: Outcome | None = None
    """How it stands; empty if not known."""
    outcome_en: Words
    outcome_zh: Words
    outcome_grade: Grade
    grade: Grade
    """How far the rest of the row is trusted."""
    source: SourceKeys
    note: Words | None = None

    def _check(self) -> None:
        _check_together(
            self, ("firms", "firms_date"), ("investment_m_usd", "investment_date"), ("jobs", "jobs_date"),
            ("equity_change_en", "equity_change_zh"), ("home_share_percent", "shares_grade"),
            ("home_share_percent", "host_share_percent"),
        )  # fmt: skip

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Shares of home, host and third, %; ``None`` if they are not known."""
        if self.home_share_percent is None or self.host_share_percent is None:
            return None
        return self.home_share_percent, self.host_share_percent, self.third_share_percent or 0.0

    def name(self, lang: str = "en") -> str:
        """Give its name."""
        return self.name_zh if lang == "zh" else self.name_en

    def said(self, field: str, lang: str = "en") -> str:
        """Give one of its texts (framework, equity_change, outcome); empty where there is none."""
        return str(getattr(self, f"{field}_{lang}") or "")


class Score(Record):
    """A row of ``parks-scores.csv``: a park in a period, its memberships from 0 (out) to 1 (in), and their reasons."""

    id: Key
    """Its short name; a park with two periods has two."""
    park: Key
    first_year: Year
    last_year: Year
    home_share_percent: Percent | None = None
    """Share of the investing side in the period, %."""
    host_share_percent: Percent | None = None
    GOV: UnitInterval | None = None
    EQUITY: UnitInterval | None = None
    """Reasonable equity structure, judged."""
    EQUITY_mech: UnitInterval | None = None
    """Equity by the smaller stake, by rule."""
    NETWORK: UnitInterval | None = None
    ENTERPRISE: UnitInterval | None = None
    OUTCOME: UnitInterval | None = None
    gov_en: Words
    gov_zh: Words
    equity_en: Words
    equity_zh: Words
    network_en: Words
    network_zh: Words
    enterprise_en: Words
    enterprise_zh: Words
    outcome_en: Words
    outcome_zh: Words
    grade: Grade

    def reason(self, condition: str, lang: str = "en") -> str:
        """Give the reason of a score; EQUITY_mech has a rule and no reason."""
        return str(getattr(self, f"{condition.lower()}_{lang}", ""))


class Step(Record):
    """From which share on a score is given."""

    least_percent: Percent
    """Least of the smaller share, %."""
    score: UnitInterval


class Condition(Record):
    """A condition of the comparison, or its outcome."""

    title: Bilingual
    meaning: Bilingual
    anchors: Bilingual
    """What its scores stand for."""
    steps: tuple[Step, ...] = ()
    """For a score by rule: from the highest step down."""
    caveat: Bilingual | None = None


class Place(Record):
    """A row of ``parks-places.csv``: the dot of a park on a map, to about a tenth of a degree.

    It is where the town or district of the park lies, from general geographic knowledge, and enters no calculation.
    """

    park: Key
    place_en: Words
    place_zh: Words
    longitude: Longitude
    """Degrees east, to about 0.1°."""
    latitude: Latitude
    """Degrees north, to about 0.1°."""
    grade: Literal["background"]
    note_en: Words | None = None
    note_zh: Words | None = None

    def _check(self) -> None:
        _check_together(self, ("note_en", "note_zh"))

    def name(self, lang: str = "en") -> str:
        """Give the name of the town or district."""
        return self.place_zh if lang == "zh" else self.place_en


Conditions = Mapping[Literal["GOV", "EQUITY", "EQUITY_mech", "NETWORK", "ENTERPRISE", "OUTCOME"], Condition]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Parks:
    """The parks of the casebook with their sources, scores, conditions and dots on a map."""

    parks: tuple[Park, ...]
    scores: tuple[Score, ...]
    conditions: Conditions
    sources: Mapping[str, Source]
    places: Mapping[str, Place]

    def __getitem__(self, name: str) -> Park:
        """Give a park by its short name; ``KeyError`` if there is none."""
        return {park.id: park for park in self.parks}[name]


def examine_parks(folder: Path | None = None) -> tuple[Parks | None, list[Fault]]:
    """Read the parks of a folder, the casebook's by default; ``None`` and all faults in reading order if it has any."""
    place = casebook_path() if folder is None else Path(folder)
    faults: list[Fault] = []
    present = check_folder(place, FILES, (LITERATURE, WORDS), faults)

    def rows(name: str, model: type[R]) -> tuple[R, ...]:
        text = read_text(place, name, faults) if name in present else None
        return () if text is None else tuple(row.record for row in read_table(text, name, model, faults).rows)

    def entries(name: str, kind: Any, keys: type[Record]) -> Any:
        text = read_text(place, name, faults) if name in present else None
        tree = None if text is None else read_yaml(text, name, faults)
        return None if tree is None else validate_mapping(tree, name, kind, keys, faults)

    sources = entries(PARK_SOURCES, dict[Key, Source], Source)
    parks, scores = rows(PARKS, Park), rows(SCORES, Score)
    conditions = entries(CONDITIONS, Conditions, Condition)
    places = {one.park: one for one in rows(PLACES, Place)}
    ordered = in_reading_order(faults, FILES)
    return (None, ordered) if ordered else (Parks(parks, scores, conditions, sources, places), [])


def load_parks(folder: Path | None = None) -> Parks:
    """Load the parks; CaseFaults with all their faults if they have any."""
    parks, faults = examine_parks(folder)
    if parks is None:
        raise CaseFaults(faults)
    return parks
