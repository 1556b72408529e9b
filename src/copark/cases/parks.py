"""The parks of the casebook: what is known of each, its sources, scores in conditions, and dot on a map.

Each row is checked by itself when it is read. What rows can only get wrong together, or with other files, is tested
(``tests/cases/test_parks.py``): nobody brings a table of parks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from copark.cases.casebook import (
    ACCOUNT_TABLES,
    COUNT_TABLES,
    DISPUTED,
    LINKAGE,
    LITERATURE,
    SOUGHT,
    WORDS,
    ZONE_TABLES,
    casebook_path,
)
from copark.cases.dates import Date
from copark.cases.files import check_folder, fault, in_reading_order, read_text
from copark.cases.pydantic_errors import validate_mapping
from copark.cases.table_schemas import Source
from copark.cases.tables import TableRow, read_table
from copark.cases.types import (
    Amount,
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
    WrittenText,
    YesNo,
    wrong,
)
from copark.cases.yaml_loader import read_yaml
from copark.errors import CaseFaults, Fault

PARKS = "parks.csv"
SCORES = "parks-scores.csv"
PARK_SOURCES = "parks-sources.yaml"
CONDITIONS = "parks-conditions.yaml"
PLACES = "parks-places.csv"
FILES = (PARKS, SCORES, PARK_SOURCES, CONDITIONS, PLACES)

ParkType = Literal["intergovernmental", "mixed", "enterprise-led"]
Outcome = Literal["thriving", "surviving", "stalled", "failed"]
SCORE_OF: Mapping[Outcome, float] = {"failed": 0.0, "stalled": 0.33, "surviving": 0.67, "thriving": 1.0}
"""Membership in OUTCOME that each word stands for: the word is coded, the score follows (decision 0096)."""
Counted = Literal["operating", "registered", "jobs", "other"]
Percent = Annotated[Number, Field(ge=0, le=100)]
Year = Annotated[Count, Field(ge=1900, le=2100)]


def _check_together(row: Record, *pairs: tuple[str, str]) -> None:
    """See that of two cells both are given or neither."""
    for name, partner in pairs:
        is_given = getattr(row, name) is not None
        is_partner_given = getattr(row, partner) is not None
        if is_given != is_partner_given:
            present, lacking = (name, partner) if is_given else (partner, name)
            raise wrong("half_given", at=lacking, found=present, other=lacking)


class Park(Record):
    """A row of ``parks.csv``: a park as it was known by the end of 2024."""

    id: Key
    """Short name of the park."""
    case: Key | None = None
    """Name of its case in the casebook; empty if it has none."""
    name_en: Words
    """Its name in English."""
    name_zh: Words
    """Its name in Chinese."""
    host: Country
    """Country it lies in, ISO 3166-1 alpha-3."""
    home: Country
    """Country that invests, ISO 3166-1 alpha-3."""
    type: ParkType
    """Who drives it: intergovernmental, mixed or enterprise-led."""
    launch: Year
    """Year of its launch."""
    developer: Words
    """Who develops it."""
    home_share_percent: Percent | None = None
    """Share of the investing side in the development company, the last known, %."""
    host_share_percent: Percent | None = None
    """Share of the host side in the development company, the last known, %."""
    third_share_percent: Percent | None = None
    """Share of holders of neither side, the last known, %; empty for none, or if not known."""
    shares_grade: Grade | None = None
    """How far the shares are trusted; background: remembered, never used."""
    framework: YesNo
    """Whether there is an intergovernmental framework for it."""
    committee: YesNo | None = None
    """Whether the governments have a joint committee for it; empty if not known."""
    host_law: YesNo | None = None
    """Whether the host has a law of its own for it; empty if not known."""
    flags_grade: Grade
    """How far committee and host_law are trusted."""
    framework_en: Words
    """What the framework is, in English."""
    framework_zh: Words
    """What the framework is, in Chinese."""
    equity_change_en: Words | None = None
    """How shares have changed, in English; empty if not known."""
    equity_change_zh: Words | None = None
    """How shares have changed, in Chinese; empty if not known."""
    firms: Count | None = None
    """Enterprises, as the source counts them; empty if not known."""
    firms_date: Date | None = None
    """Date of that count."""
    investment_m_usd: Amount | None = None
    """Investment, M USD; what is counted differs, see investment_basis."""
    investment_date: Date | None = None
    """Date of that investment."""
    investment_basis: Words | None = None
    """What the investment counts."""
    jobs: Count | None = None
    """Jobs, as the source counts them; empty if not known."""
    jobs_date: Date | None = None
    """Date of that count."""
    area_km2: Amount | None = None
    """Area, km²; empty if not known."""
    grade: Grade
    """How far the row is trusted, but for shares and flags."""
    source: SourceKeys
    """Keys of ``parks-sources.yaml``."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    def _check(self) -> None:
        _check_together(
            self,
            ("firms", "firms_date"),
            ("investment_m_usd", "investment_date"),
            ("jobs", "jobs_date"),
            ("equity_change_en", "equity_change_zh"),
            ("home_share_percent", "shares_grade"),
            ("home_share_percent", "host_share_percent"),
        )

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Shares of home, host and third, %; ``None`` if they are not known."""
        if self.home_share_percent is None or self.host_share_percent is None:
            return None
        return self.home_share_percent, self.host_share_percent, self.third_share_percent or 0.0

    def name(self, lang: str = "en") -> str:
        """Return its name."""
        return self.name_zh if lang == "zh" else self.name_en

    def text_of(self, field: str, lang: str = "en") -> str:
        """Return one of its texts (framework, equity_change); empty where there is none."""
        return str(getattr(self, f"{field}_{lang}") or "")


class ParkMembership(Record):
    """A row of ``parks-scores.csv``: a park in a period, what became of it, its memberships and their reasons.

    It is the one record of outcomes. Memberships are from 0 (out) to 1 (in).
    """

    id: Key
    """Its short name; a park with two periods has two."""
    park: Key
    """Short name of the park."""
    first_year: Year
    """First year of the period."""
    last_year: Year
    """Last year of the period."""
    home_share_percent: Percent | None = None
    """Share of the investing side in the period, %."""
    host_share_percent: Percent | None = None
    """Share of the host side in the period, %."""
    GOV: UnitInterval | None = None
    """Intergovernmental framework."""
    EQUITY: UnitInterval | None = None
    """Reasonable equity structure, judged."""
    EQUITY_mech: UnitInterval | None = None
    """Equity by the smaller stake, by rule."""
    NETWORK: UnitInterval | None = None
    """Network of global partners."""
    ENTERPRISE: UnitInterval | None = None
    """Performance of enterprises."""
    OUTCOME: UnitInterval | None = None
    """The outcome as a score, which follows from its word by :data:`SCORE_OF`; empty if that is not known."""
    gov_en: Words
    """Reason of GOV, in English."""
    gov_zh: Words
    """Reason of GOV, in Chinese."""
    equity_en: Words
    """Reason of EQUITY, in English."""
    equity_zh: Words
    """Reason of EQUITY, in Chinese."""
    network_en: Words
    """Reason of NETWORK, in English."""
    network_zh: Words
    """Reason of NETWORK, in Chinese."""
    enterprise_en: Words
    """Reason of ENTERPRISE, in English."""
    enterprise_zh: Words
    """Reason of ENTERPRISE, in Chinese."""
    grade: Grade
    """How far the scores of conditions are trusted."""
    outcome: Outcome | None = None
    """How the park stood at the end of the period: thriving, surviving, stalled or failed; empty if not known."""
    outcome_en: Words
    """Facts that decided the outcome, in English."""
    outcome_zh: Words
    """Facts that decided the outcome, in Chinese."""
    outcome_grade: Grade
    """How far the weakest of these facts is trusted."""
    outcome_source: SourceKeys
    """Keys of ``parks-sources.yaml``, or of the sources of the park's case."""
    count: Count | None = None
    """Count by which the park's size was judged; empty where none is on record."""
    count_of: Counted | None = None
    """What was counted: operating or registered enterprises, jobs, or other entities."""
    count_date: Date | None = None
    """Date of that count."""

    def _check(self) -> None:
        _check_together(self, ("count", "count_of"), ("count", "count_date"), ("OUTCOME", "outcome"))
        if self.outcome is not None and SCORE_OF[self.outcome] != self.OUTCOME:
            raise wrong(
                "not_the_word", at="OUTCOME", found=self.OUTCOME, word=self.outcome, score=SCORE_OF[self.outcome]
            )

    def outcome_facts(self, lang: str = "en") -> str:
        """Return the facts that decided the outcome, without the full stop."""
        return self.reason("OUTCOME", lang).rstrip(".。")

    def reason(self, condition: str, lang: str = "en") -> str:
        """Return the reason of a score; EQUITY_mech has a rule and no reason."""
        return str(getattr(self, f"{condition.lower()}_{lang}", ""))


class ShareStep(Record):
    """From which share on a score is given."""

    least_percent: Percent
    """Least of the smaller share, %."""
    score: UnitInterval
    """The score given from that share on, 0 to 1."""


class ComparisonCondition(Record):
    """A condition of the comparison, or its outcome."""

    title: WrittenText
    """The condition in words."""
    meaning: WrittenText
    """What it says of a park."""
    anchors: WrittenText
    """What its scores stand for."""
    steps: tuple[ShareStep, ...] = ()
    """For a score by rule: from the highest step down."""
    caveat: WrittenText | None = None
    """What to know before using it; left out if nothing."""


class Place(Record):
    """A row of ``parks-places.csv``: the dot of a park on a map, to about a tenth of a degree.

    It is where the town or district of the park lies, from general geographic knowledge, and enters no calculation.
    """

    park: Key
    """Short name of the park."""
    place_en: Words
    """Town or district, in English."""
    place_zh: Words
    """Town or district, in Chinese."""
    longitude: Longitude
    """Degrees east, to about 0.1°."""
    latitude: Latitude
    """Degrees north, to about 0.1°."""
    grade: Literal["background"]
    """Always background: general geographic knowledge."""
    note_en: Words | None = None
    """What a reader should know, in English; empty if nothing."""
    note_zh: Words | None = None
    """What a reader should know, in Chinese; empty if nothing."""

    def _check(self) -> None:
        _check_together(self, ("note_en", "note_zh"))

    def name(self, lang: str = "en") -> str:
        """Return the name of the town or district."""
        return self.place_zh if lang == "zh" else self.place_en


Conditions = Mapping[Literal["GOV", "EQUITY", "EQUITY_mech", "NETWORK", "ENTERPRISE", "OUTCOME"], ComparisonCondition]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Parks:
    """The parks of the casebook with their sources, scores, conditions and dots on a map."""

    parks: tuple[Park, ...]
    """The parks."""
    scores: tuple[ParkMembership, ...]
    """Their scores by period."""
    conditions: Conditions
    """What the scores are of, by name."""
    sources: Mapping[str, Source]
    """Sources, by key."""
    places: Mapping[str, Place]
    """Dots on a map, by short name of the park."""

    def __getitem__(self, name: str) -> Park:
        """Return a park by its short name; ``KeyError`` if there is none."""
        return {park.id: park for park in self.parks}[name]

    @cached_property
    def last_periods(self) -> Mapping[str, ParkMembership]:
        """The last period of each park, by its short name: what became of the park."""
        return {row.park: row for row in sorted(self.scores, key=lambda row: row.last_year)}


def examine_parks(folder: Path | None = None) -> tuple[Parks | None, list[Fault]]:
    """Read the parks of a folder, the casebook's by default; ``None`` and all faults in reading order if it has any."""
    place = casebook_path() if folder is None else Path(folder)
    faults: list[Fault] = []
    others = (DISPUTED, LITERATURE, WORDS, *COUNT_TABLES, *LINKAGE, *ZONE_TABLES, *ACCOUNT_TABLES, SOUGHT)
    present = check_folder(place, FILES, others, faults)

    def rows(name: str, model: type[R]) -> list[TableRow[R]]:
        text = read_text(place, name, faults) if name in present else None
        return [] if text is None else read_table(text, name, model, faults).rows

    def entries(name: str, kind: Any, keys: type[Record]) -> Any:
        """Read a YAML file of the folder; faults are added to those of all files.

        Parameters
        ----------
        name
            Name of the file.
        kind
            Type of the whole content.
        keys
            Model of an entry, whose fields have the lines of faults.

        Returns
        -------
        The content; ``None`` where the file is missing or has faults.
        """
        text = read_text(place, name, faults) if name in present else None
        tree = None if text is None else read_yaml(text, name, faults)
        return None if tree is None else validate_mapping(tree, name, kind, keys, faults)

    sources = entries(PARK_SOURCES, dict[Key, Source], Source)
    parks = rows(PARKS, Park)
    scores = rows(SCORES, ParkMembership)
    conditions = entries(CONDITIONS, Conditions, ComparisonCondition)
    places = rows(PLACES, Place)
    if not faults:
        scored = {row.record.park for row in scores}
        placed = {row.record.park for row in places}
        for line, park in parks:
            faults += [
                fault("park_without_row", PARKS, line, "id", park=park.id, other=other)
                for other, listed in ((SCORES, scored), (PLACES, placed))
                if park.id not in listed
            ]
    ordered = in_reading_order(faults, FILES)
    if ordered:
        return None, ordered
    by_park = {row.record.park: row.record for row in places}
    return Parks(_records(parks), _records(scores), conditions, sources, by_park), []


def _records(rows: list[TableRow[R]]) -> tuple[R, ...]:
    return tuple(row.record for row in rows)


def load_parks(folder: Path | None = None) -> Parks:
    """Load the parks; CaseFaults with all their faults if they have any."""
    parks, faults = examine_parks(folder)
    if parks is None:
        raise CaseFaults(faults)
    return parks
