"""The parks of the casebook, one row each, and their scores: ``parks.csv`` and what stands beside it.

Five files lie in the casebook's folder: ``parks.csv`` (what is known of each park), ``parks-sources.yaml`` (where it
was read), ``parks-scores.csv`` (membership scores of cases in the conditions, each with its reason),
``parks-conditions.yaml`` (what each condition means and what its scores stand for) and ``parks-places.csv`` (a dot on
a map for each park; see :mod:`copark.cases.locations`).

Each row is checked by itself when it is read. What rows can only get wrong together, or with other files, is tested
(``tests/cases/test_parks.py``): nobody brings a table of parks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from copark.cases.casebook import LITERATURE, WORDS, casebook_path
from copark.cases.dates import Date
from copark.cases.evidence import Source
from copark.cases.files import check_folder, fault, in_reading_order, read_text
from copark.cases.locations import PLACES, Place
from copark.cases.tables import Table, read_table
from copark.cases.types import (
    Amount,
    Bilingual,
    Count,
    Country,
    Grade,
    Key,
    Number,
    Record,
    SourceKeys,
    UnitInterval,
    Words,
    YesNo,
    wrong,
)
from copark.cases.validation import told, validate_sources
from copark.cases.yaml_loader import read_yaml
from copark.errors import CaseFaults, Fault

PARKS, SCORES = "parks.csv", "parks-scores.csv"
PARK_SOURCES, CONDITIONS = "parks-sources.yaml", "parks-conditions.yaml"
FILES = (PARKS, SCORES, PARK_SOURCES, CONDITIONS, PLACES)

ParkType = Literal["intergovernmental", "mixed", "enterprise-led"]
Outcome = Literal["thriving", "surviving", "stalled", "failed"]
Percent = Annotated[Number, Field(ge=0, le=100)]
Year = Annotated[Count, Field(ge=1900, le=2100)]


class Park(Record):
    """A row of ``parks.csv``: a park as it was known by the end of 2024."""

    id: Key
    """Its short name."""
    case: Key | None = None
    """Name of its case in the casebook, if it has one."""
    name_en: Words
    """Name, in English."""
    name_zh: Words
    """Name, in Chinese."""
    host: Country
    """ISO 3166-1 alpha-3 code of the country it is in."""
    home: Country
    """ISO 3166-1 alpha-3 code of the investing country."""
    type: ParkType
    """Who drives it."""
    launch: Year
    """Year it was launched."""
    developer: Words
    """Development company."""
    home_share_percent: Percent | None = None
    """Share of the investing side in the development company, the last known, %."""
    host_share_percent: Percent | None = None
    """Share of the host side, %."""
    third_share_percent: Percent | None = None
    """Share of holders of neither, %."""
    shares_grade: Grade | None = None
    """How far the shares are trusted; background: remembered, never used."""
    framework: YesNo
    """Whether there is an intergovernmental framework."""
    committee: YesNo | None = None
    """Whether the governments have a joint committee for it; empty if not known."""
    host_law: YesNo | None = None
    """Whether the host has a law of its own for it; empty if not known."""
    flags_grade: Grade
    """How far committee and host_law are trusted."""
    framework_en: Words
    """The framework in words, in English."""
    framework_zh: Words
    """The framework in words, in Chinese."""
    equity_change_en: Words | None = None
    """Changes of equity or of the developer, in English."""
    equity_change_zh: Words | None = None
    """The same in Chinese."""
    firms: Count | None = None
    """Enterprises, as the source counts them."""
    firms_date: Date | None = None
    """Of when."""
    investment_m_usd: Amount | None = None
    """Investment, M USD; what is counted differs, see investment_basis."""
    investment_date: Date | None = None
    """Of when."""
    investment_basis: Words | None = None
    """What is counted."""
    jobs: Count | None = None
    """People employed."""
    jobs_date: Date | None = None
    """Of when."""
    area_km2: Amount | None = None
    """Area, km²."""
    outcome: Outcome | None = None
    """How it stands; empty if not known."""
    outcome_en: Words
    """Why, in English."""
    outcome_zh: Words
    """Why, in Chinese."""
    outcome_grade: Grade
    """How far the outcome is trusted."""
    grade: Grade
    """How far the rest of the row is trusted."""
    source: SourceKeys
    """Keys of parks-sources.yaml."""
    note: Words | None = None
    """What a reader should know."""

    @model_validator(mode="after")
    def _check_halves(self) -> Park:
        for name, partner in (
            ("firms", "firms_date"),
            ("investment_m_usd", "investment_date"),
            ("jobs", "jobs_date"),
            ("equity_change_en", "equity_change_zh"),
            ("home_share_percent", "shares_grade"),
            ("home_share_percent", "host_share_percent"),
        ):
            has, other = getattr(self, name) is not None, getattr(self, partner) is not None
            if has != other:
                raise wrong("half_given", at=partner if has else name, found=name, other=partner)
        return self

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
    """A row of ``parks-scores.csv``: a park in a period, with its memberships from 0 (out) to 1 (in)."""

    id: Key
    """Its short name; a park with two periods has two."""
    park: Key
    """The park."""
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
    """Outcome of the park."""
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
    outcome_en: Words
    """Reason of OUTCOME, in English."""
    outcome_zh: Words
    """Reason of OUTCOME, in Chinese."""
    grade: Grade
    """How far the scores are trusted."""

    def reason(self, condition: str, lang: str = "en") -> str:
        """Give the reason of a score; EQUITY_mech has a rule and no reason."""
        return str(getattr(self, f"{condition.lower()}_{lang}", ""))


class Step(Record):
    """From which share on a score is given."""

    least_percent: Percent
    """Least of the smaller share, %."""
    score: UnitInterval
    """The score."""


class Condition(Record):
    """A condition of the comparison, or its outcome."""

    title: Bilingual
    """Name."""
    meaning: Bilingual
    """What it measures."""
    anchors: Bilingual
    """What its scores stand for."""
    steps: tuple[Step, ...] = ()
    """For a score by rule: from the highest step down."""
    caveat: Bilingual | None = None
    """What a reader should know."""


@dataclass(frozen=True)
class Parks:
    """The parks of the casebook with their sources, scores, conditions and dots on a map."""

    parks: tuple[Park, ...]
    scores: tuple[Score, ...]
    conditions: Mapping[str, Condition]
    sources: Mapping[str, Source]
    places: Mapping[str, Place]

    def __getitem__(self, name: str) -> Park:
        """Give a park by its short name; ``KeyError`` if there is none."""
        return next((park for park in self.parks if park.id == name), None) or _no_park(name)


def _no_park(name: str) -> Park:
    raise KeyError(name)


def examine_parks(folder: Path | None = None) -> tuple[Parks | None, list[Fault]]:
    """Read the parks of a folder, the casebook's by default, and check them.

    Returns
    -------
    parks
        ``None`` if there are faults.
    faults
        All faults, in reading order.
    """
    place = casebook_path() if folder is None else Path(folder)
    faults: list[Fault] = []
    present = check_folder(place, FILES, (LITERATURE, WORDS), faults)
    sources = _sources(place, faults) if PARK_SOURCES in present else None
    parks = _table(place, PARKS, Park, faults) if PARKS in present else Table([], [{}])
    scores = _table(place, SCORES, Score, faults) if SCORES in present else Table([], [{}])
    conditions = _conditions(place, faults) if CONDITIONS in present else {}
    places = _table(place, PLACES, Place, faults) if PLACES in present else Table([], [{}])
    ordered = in_reading_order(faults, FILES)
    if ordered:
        return None, ordered
    made = Parks(
        tuple(row.record for row in parks.rows),
        tuple(row.record for row in scores.rows),
        conditions,
        sources or {},
        {row.record.park: row.record for row in places.rows},
    )
    return made, []


def _table(folder: Path, name: str, model: type[Any], faults: list[Fault]) -> Table[Any]:
    text = read_text(folder, name, faults)
    return Table([], [{}]) if text is None else read_table(text, name, model, faults)


def _sources(folder: Path, faults: list[Fault]) -> dict[str, Source] | None:
    text = read_text(folder, PARK_SOURCES, faults)
    tree = None if text is None else read_yaml(text, PARK_SOURCES, faults)
    return None if tree is None else validate_sources(tree, faults, PARK_SOURCES)


def _conditions(folder: Path, faults: list[Fault]) -> dict[str, Condition]:
    text = read_text(folder, CONDITIONS, faults)
    tree = None if text is None else read_yaml(text, CONDITIONS, faults)
    if tree is None:
        return {}
    names = Literal["GOV", "EQUITY", "EQUITY_mech", "NETWORK", "ENTERPRISE", "OUTCOME"]
    try:
        found: Mapping[Any, Condition] = TypeAdapter(dict[names, Condition]).validate_python(tree.data)
        return dict(found)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            code, path, values = told(one, Condition.model_fields)
            faults.append(fault(code, CONDITIONS, tree.line(path), path, **values))
    return {}


def check_parks(folder: Path | None = None) -> list[Fault]:
    """Give every fault of the parks; none if they are sound."""
    return examine_parks(folder)[1]


def load_parks(folder: Path | None = None) -> Parks:
    """Load the parks.

    Raises
    ------
    copark.errors.CaseFaults
        If they have faults; it carries all of them.
    """
    parks, faults = examine_parks(folder)
    if parks is None:
        raise CaseFaults(faults)
    return parks
