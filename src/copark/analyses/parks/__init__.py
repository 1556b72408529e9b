"""The parks of the casebook: what is on record of each, and enterprises over time.

The parks of the casebook: chosen, and with their counts of enterprises over time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Result, Rows
from copark.analyses.typology.measures import EnterpriseCourse, courses_of
from copark.cases.completeness import State, mechanisms_of
from copark.cases.observed_variables import country_name
from copark.cases.parks import Outcome, Park, ParkMembership, ParkType, Place, load_parks
from copark.cases.table_schemas import Source
from copark.json_types import JsonObject
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copark.analyses.context import Context

Sort = Literal["name", "type", "country", "launch", "home-share", "firms", "investment", "jobs", "area", "status"]
TYPES = get_args(ParkType)
OUTCOMES = get_args(Outcome)


class Params(AnalysisParams):
    """Parameters: which parks are listed, and in which order."""

    type: ParkType | None = None
    """Only parks of this type: intergovernmental, mixed or enterprise-led."""
    country: Annotated[str | None, Field(max_length=100)] = None
    """Only parks in this country or built by it: its code (BLR) or its name in either language."""
    status: Outcome | None = None
    """Only parks of this status: thriving, surviving, stalled or failed."""
    sort: Sort = "name"
    """Order of the rows."""


@dataclass(frozen=True)
class ListedPark:
    """A park: its row, the dot on a map, and, where it has a case, counts of enterprises and what can act in it."""

    park: Park
    """Its row of the table of parks."""
    place: Place
    """Its dot on a map."""
    record: ParkMembership
    """What became of it, in its last period."""
    courses: tuple[EnterpriseCourse, ...]
    """Counts of its enterprises over time; empty where it has no case."""
    mechanisms: dict[str, State]
    """By mechanism: whether it can act in the park, by what is on record; empty where it has no case."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Parks found."""

    parks: tuple[ListedPark, ...]
    """In the order of the casebook; :meth:`ordered` has them in the order asked for."""
    total: int
    """Parks in all."""
    sort: Sort
    """Order asked for."""
    sources: dict[str, Source]
    """Sources that the parks found name, by key."""

    def ordered(self, lang: str = "en") -> list[ListedPark]:
        """Sort parks in the order asked for, words as a language orders them; what is not known comes last."""
        order = _ORDERS[self.sort]
        return sorted(self.parks, key=lambda entry: (order(entry, lang), entry.park.name(lang)))

    def main_table(self) -> Rows:
        """Return what is known of each park, a row each, columns as in ``parks.csv``, and what became of it."""
        columns = {"outcome", "outcome_en", "outcome_zh", "outcome_grade"}
        return (
            entry.park.model_dump(mode="json") | entry.record.model_dump(mode="json", include=columns)
            for entry in self.ordered()
        )

    def points(self) -> Rows:
        """Return the parks as points of a map: what each is, where it lies, and what became of it."""
        return [_point(entry) for entry in self.ordered()]


def _point(entry: ListedPark) -> JsonObject:
    """Return a park as a point of a map."""
    shown_fields = {"name_en", "name_zh", "host", "home", "type", "launch"}
    place = entry.place.model_dump(mode="json", include={"longitude", "latitude", "place_en", "place_zh"})
    row = {"park": entry.park.id, **entry.park.model_dump(mode="json", include=shown_fields), **place}
    return row | {"coordinates_grade": entry.place.grade, "outcome": entry.record.outcome}


def _falling(value: float | None) -> tuple[bool, float]:
    """Order by the greatest first; what is not known comes last."""
    return value is None, -(value or 0.0)


_ORDERS: Mapping[str, Callable[[ListedPark, str], Any]] = {
    "name": lambda entry, lang: entry.park.name(lang),
    "type": lambda entry, lang: text(f"parks.type.{entry.park.type}", lang),
    "country": lambda entry, lang: (country_name(entry.park.host, lang), country_name(entry.park.home, lang)),
    "launch": lambda entry, _: entry.park.launch,
    "home-share": lambda entry, _: _falling(entry.park.home_share_percent),
    "firms": lambda entry, _: _falling(entry.park.firms),
    "investment": lambda entry, _: _falling(entry.park.investment_m_usd),
    "jobs": lambda entry, _: _falling(entry.park.jobs),
    "area": lambda entry, _: _falling(entry.park.area_km2),
    "status": lambda entry, lang: text(f"parks.status.{entry.record.outcome}", lang) if entry.record.outcome else "",
}


def country_code(country: str, parks: Iterable[Park], lang: str = "en") -> str:
    """Find the code of a country that parks are in or of, by its code or its name in either language.

    Parameters
    ----------
    country
        What was written, in capitals or not.
    parks
        The parks; countries of others are not known.
    lang
        Language of a refusal.

    Returns
    -------
    The code, two letters.

    Raises
    ------
    copark.errors.NotFound
        If no park is in or of it.
    """
    from copark.errors import NotFound

    codes = sorted({code for park in parks for code in (park.host, park.home)})
    for code in codes:
        if country.casefold() in {
            code.casefold(),
            *(country_name(code, language).casefold() for language in LANGUAGES),
        }:
            return code
    countries = text("analyses.join", lang).join(f"{code} {country_name(code, lang)}" for code in codes)
    raise NotFound(text("parks.no_country", lang, found=country, known=countries))


def depends_on(_params: Params, context: Context) -> JsonObject:
    """Return the table of parks and its sources and places, and the cases with series, by their content."""
    from copark.cases.casebook import casebook_path
    from copark.cases.parks import FILES
    from copark.identity import hash_files

    folder = casebook_path()
    book = load_parks()
    return {
        "files": hash_files([folder / name for name in FILES], folder),
        "cases": {park.case: context.case(park.case).hash for park in book.parks if park.case},
    }


def listed(park: Park, place: Place, record: ParkMembership, context: Context) -> ListedPark:
    """Put a park together with what its case tells.

    Parameters
    ----------
    park
        Row of the table of parks.
    place
        Where the park is.
    record
        Its last period.
    context
        Loader of cases.

    Returns
    -------
    The park; without courses and mechanisms where it has no case.
    """
    if not park.case:
        return ListedPark(park, place, record, (), {})
    case = context.case(park.case)
    return ListedPark(park, place, record, courses_of(case), mechanisms_of(case))


def compute(params: Params, context: Context) -> Answer:
    """Choose parks, and read the series of those that have a case.

    Raises
    ------
    copark.errors.CoparkError
        If no park is in or of the country, or the table of parks or a case has faults.
    """
    from datetime import UTC, datetime

    from copark.version import __version__

    book = load_parks()
    code = None if params.country is None else country_code(params.country, book.parks, context.lang)
    listed_parks = [
        listed(park, book.places[park.id], book.last_periods[park.id], context)
        for park in book.parks
        if params.type in (None, park.type)
        and params.status in (None, book.last_periods[park.id].outcome)
        and code in (None, park.host, park.home)
    ]
    named = {key for entry in listed_parks for key in entry.park.source}
    provenance = {"code_version": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")}
    return Answer(
        parks=tuple(listed_parks),
        total=len(book.parks),
        sort=params.sort,
        sources={key: source for key, source in book.sources.items() if key in named},
        run_id=context.run_id,
        provenance=provenance,
    )
