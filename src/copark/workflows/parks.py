"""The parks of the casebook: listing, filtering, exporting; and checking everything the casebook holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.errors import Fault, NotFound
from copark.texts import has_text, text

if TYPE_CHECKING:
    from copark.cases.park_places import Place
    from copark.cases.parks import Park

TYPES = ("intergovernmental", "mixed", "enterprise-led")
OUTCOMES = ("thriving", "surviving", "stalled", "failed")
SORTS = ("name", "type", "country", "launch", "home-share", "firms", "investment", "jobs", "area", "status")
"""What parks may be sorted by; numbers from the greatest down, the rest in the order of the words."""


@dataclass(frozen=True)
class ParkRow:
    """A park as a reader sees it: words in the language asked for, numbers as they are, ``None`` where not known.

    Shares are in %, investment is in M USD, the area in km², longitude and latitude are in
    degrees east and north, to about a tenth (a dot on a map, see :mod:`copark.cases.park_places`); a date stands beside
    each count and amount.
    """

    id: str
    name: str
    case: str
    host: str
    home: str
    type: str
    type_key: str
    launch: int
    developer: str
    home_share: float | None
    host_share: float | None
    third_share: float | None
    shares_grade: str
    framework: str
    committee: str
    host_law: str
    flags_grade: str
    framework_words: str
    equity_change: str
    firms: int | None
    firms_date: str
    investment: float | None
    investment_date: str
    investment_basis: str
    jobs: int | None
    jobs_date: str
    area: float | None
    status: str
    status_reason: str
    status_grade: str
    place: str
    longitude: float
    latitude: float
    place_grade: str
    grade: str
    sources: str
    note: str


@dataclass(frozen=True)
class ParkList:
    """Parks found, in order, and how many there are in all."""

    rows: tuple[ParkRow, ...]
    total: int
    lang: str


@dataclass(frozen=True)
class Checked:
    """What the check of one part of the casebook found: faults, what a light case lacks, how far growth is on record.

    ``name`` is a case, or ``parks`` for the table of parks.
    """

    name: str
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    growth: tuple[str, ...] = ()


def list_parks(
    *,
    type_: str | None = None,
    country: str | None = None,
    status: str | None = None,
    sort: str = "name",
    lang: str = "en",
) -> ParkList:
    """List the parks of the casebook.

    Parameters
    ----------
    type_
        Only parks of this type, one of :data:`TYPES`.
    country
        Only parks in this country or of it: its code or its name in either language.
    status
        Only parks of this outcome, one of :data:`OUTCOMES`.
    sort
        One of :data:`SORTS`.

    Raises
    ------
    copark.errors.NotFound
        If type, status, country or order are not known.
    copark.errors.CaseFaults
        If the table of parks has faults.
    """
    from copark.cases.parks import load_parks

    _one_of("type", type_, TYPES, lang)
    _one_of("status", status, OUTCOMES, lang)
    _one_of("sort", sort, SORTS, lang)
    book = load_parks()
    parks = book.parks
    code = None if country is None else _country(country, parks, lang)
    found = [
        park
        for park in parks
        if type_ in (None, park.type) and status in (None, park.outcome) and code in (None, park.host, park.home)
    ]
    told = (_row(park, book.places[park.id], lang) for park in found)
    rows = sorted(told, key=lambda row: (_ORDERS[sort](row), row.name))
    return ParkList(tuple(rows), len(parks), lang)


def _one_of(option: str, value: str | None, allowed: tuple[str, ...], lang: str) -> None:
    if value is not None and value not in allowed:
        raise NotFound(text("parks.not_allowed", lang, option=option, found=value, allowed=" | ".join(allowed)))


def _country(wanted: str, parks: tuple[Park, ...], lang: str) -> str:
    codes = sorted({code for park in parks for code in (park.host, park.home)})
    for code in codes:
        if wanted.casefold() in {code.casefold(), *(country_name(code, one).casefold() for one in ("en", "zh"))}:
            return code
    known = ", ".join(f"{code} {country_name(code, lang)}" for code in codes)
    raise NotFound(text("parks.no_country", lang, found=wanted, known=known))


def country_name(code: str, lang: str) -> str:
    """Name of a country by its code; the code where it has no name here."""
    key = f"parks.country.{code}"
    return text(key, lang) if has_text(key) else code


def _row(park: Park, place: Place, lang: str) -> ParkRow:
    def answer(given: bool | None) -> str:
        return "" if given is None else text("parks.has" if given else "parks.has_not", lang)

    def grade(given: str | None) -> str:
        return text(f"parks.grade.{given}", lang) if given else ""

    def date(given: object) -> str:
        return "" if given is None else str(given)

    return ParkRow(
        id=park.id, name=park.name(lang), case=park.case or "", host=country_name(park.host, lang),
        home=country_name(park.home, lang), type=text(f"parks.type.{park.type}", lang), type_key=park.type,
        launch=park.launch, developer=park.developer,
        home_share=park.home_share_percent, host_share=park.host_share_percent,
        third_share=park.third_share_percent, shares_grade=grade(park.shares_grade),
        framework=answer(park.framework), committee=answer(park.committee), host_law=answer(park.host_law),
        flags_grade=grade(park.flags_grade), framework_words=park.said("framework", lang),
        equity_change=park.said("equity_change", lang), firms=park.firms, firms_date=date(park.firms_date),
        investment=park.investment_m_usd, investment_date=date(park.investment_date),
        investment_basis=park.investment_basis or "", jobs=park.jobs, jobs_date=date(park.jobs_date),
        area=park.area_km2, status=text(f"parks.status.{park.outcome}", lang) if park.outcome else "",
        status_reason=park.said("outcome", lang), status_grade=grade(park.outcome_grade),
        place=place.name(lang), longitude=place.longitude, latitude=place.latitude, place_grade=grade(place.grade),
        grade=grade(park.grade),
        sources="; ".join(park.source), note=park.note or "",
    )  # fmt: skip


def _falling(value: float | None) -> tuple[bool, float]:
    """Greatest first; what is not known comes last."""
    return value is None, -(value or 0.0)


_ORDERS: dict[str, Callable[[ParkRow], Any]] = {
    "name": lambda row: row.name,
    "type": lambda row: row.type,
    "country": lambda row: (row.host, row.home),
    "launch": lambda row: row.launch,
    "home-share": lambda row: _falling(row.home_share),
    "firms": lambda row: _falling(row.firms),
    "investment": lambda row: _falling(row.investment),
    "jobs": lambda row: _falling(row.jobs),
    "area": lambda row: _falling(row.area),
    "status": lambda row: row.status,
}


def export_parks(found: ParkList, form: str, to: Path) -> Path:
    """Write parks as ``csv`` (which Excel opens), ``xlsx`` or ``json``.

    Headings are in the language of the list; keys of the JSON are the names of the fields of :class:`ParkRow`.

    Raises
    ------
    copark.errors.RunRefused
        If a folder stands in the way.
    """
    from copark.workflows.park_exports import write_csv, write_workbook

    target = Path(to)
    if form == "xlsx":
        return write_workbook(found, target)
    if form == "csv":
        return write_csv(found, target)
    return _written(target, as_json(found))


def write_parks_page(found: ParkList, to: Path) -> Path:
    """Write parks as a page: enterprises over time, a panel for each park that has a series, and the list.

    Raises
    ------
    copark.errors.RunRefused
        If a folder stands in the way.
    """
    from copark.analysis.typology.measures import courses_of
    from copark.cases.load import load_case
    from copark.report.figures.parks import ParkCourse
    from copark.report.parks import write_parks
    from copark.workflows.park_exports import page_table, refuse_folder

    target = Path(to)
    refuse_folder(target)
    drawn = []
    for row in sorted(found.rows, key=lambda one: (TYPES.index(one.type_key), one.launch, one.name)):
        courses = courses_of(load_case(row.case)) if row.case else ()
        if courses:
            drawn.append(ParkCourse(row.name, row.type_key, row.launch, courses))
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_parks(drawn, page_table(found), found.total, found.lang, target)


def as_json(found: ParkList) -> str:
    """Give parks as JSON."""
    content = {"total": found.total, "lang": found.lang, "parks": [asdict(row) for row in found.rows]}
    return json.dumps(content, ensure_ascii=False, indent=1)


def as_csv(found: ParkList) -> str:
    """Give parks as CSV for another program: no byte order mark, lines end with a line feed."""
    from copark.workflows.park_exports import csv_text

    return csv_text(found)


def _written(target: Path, words: str) -> Path:
    from copark.store.atomic import written_file

    with written_file(target) as path:
        path.write_text(words + "\n", encoding="utf-8", newline="\n")
    return target


def check_with_notes(name_or_path: str | Path, lang: str = "en") -> Checked:
    """Check a case: its faults and, if it has none, what it lacks as a light case and how far growth is on record."""
    from copark.cases.casebook import folder_of
    from copark.cases.check import examine
    from copark.cases.lacks import growth_notes, notes_of

    case, faults = examine(folder_of(name_or_path))
    if case is None:
        return Checked(str(name_or_path), tuple(faults))
    return Checked(str(name_or_path), (), notes_of(case, lang), growth_notes(case, lang))


def check_casebook(lang: str = "en") -> tuple[Checked, ...]:
    """Check everything the casebook holds: every case, and the table of parks with its sources and scores."""
    from copark.cases.casebook import list_cases
    from copark.cases.parks import check_parks

    cases = tuple(check_with_notes(name, lang) for name in list_cases())
    return (*cases, Checked("parks", tuple(check_parks())))
