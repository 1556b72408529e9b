"""The parks of the comparison for the page: facts, scores and where each was read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from copark.cases.access_dates import OF_PARKS
from copark.cases.completed_sources import completed
from copark.cases.observed_variables import country_name
from copark.cases.parks import ComparisonCondition, load_parks
from copark.json_types import JsonObject
from copark.texts.localized import LocalizedText
from copark.web.content.catalogues import SourceInfo, source_info
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import own, said

if TYPE_CHECKING:
    from copark.cases.parks import Park, ParkMembership, Place

SPOKEN = ("name", "framework", "equity_change")
"""Columns in both languages, which end in ``_en`` and ``_zh``."""
OWN = ("developer", "investment_basis", "note")
"""Columns in one language."""


class PlaceInfo(ApiModel):
    """Location of a park, to about a tenth of a degree: for a dot on a map, and no calculation."""

    title: LocalizedText
    """Town or district."""
    longitude: float
    """Degrees east, to about 0.1°, -180 to 180."""
    latitude: float
    """Degrees north, to about 0.1°, -90 to 90."""
    grade: str
    """Always background: general geographic knowledge."""
    note: LocalizedText | None
    """What to know of it; null where there is nothing."""


class ParkInfo(ApiModel):
    """A park, as it was known by the end of the data."""

    id: str
    """Short name of the park."""
    case: str | None
    """Name of its case in the casebook; null where it has none."""
    title: LocalizedText
    """The park's name for a reader."""
    kind: str
    """Who drives the park: intergovernmental, mixed or enterprise-led."""
    kind_title: LocalizedText
    """The kind in words."""
    host_title: LocalizedText
    """Country it lies in."""
    home_title: LocalizedText
    """Country that invests."""
    status_title: LocalizedText | None
    """How it stood at the end of the data, in words; null where it is not known."""
    words: dict[str, LocalizedText]
    """framework, equity_change, outcome, developer, investment_basis and note in words, those that are known."""
    values: JsonObject
    """Every other column of ``casebook/parks.csv`` by its name; null where it is not known."""
    source: list[str]
    """Keys of ``sources``."""
    place: PlaceInfo
    """Where it lies."""


class ScoreInfo(ApiModel):
    """A park in a period: memberships from 0 (out) to 1 (in), each with its reason."""

    id: str
    """Short name of the row; a park with two periods has two."""
    park: str
    """Short name of the park."""
    first_year: int
    """First year of the period."""
    last_year: int
    """Last year of the period."""
    memberships: dict[str, float | None]
    """By condition, from 0 (out) to 1 (in); null where it is not known."""
    reasons: dict[str, LocalizedText]
    """By condition, why its membership is so; without those that follow a rule."""
    grade: str
    """How far the scores are trusted: high, medium, low, derived, judgement or background."""


class ParksAnswer(ApiModel):
    """Every park of the comparison."""

    parks: list[ParkInfo]
    """The parks, in the order of the casebook."""
    scores: list[ScoreInfo]
    """Their memberships by period."""
    conditions: dict[str, ComparisonCondition]
    """The conditions and the outcome by key: GOV, EQUITY, EQUITY_mech, NETWORK, ENTERPRISE and OUTCOME."""
    sources: dict[str, SourceInfo]
    """Sources by key."""


def parks() -> ParksAnswer:
    """Describe every park of the comparison: what the casebook knows of each, its scores, and where it was read."""
    book = load_parks()
    return ParksAnswer(
        parks=[park_info(park, book.places[park.id], book.last_periods[park.id]) for park in book.parks],
        scores=[score_info(score, tuple(book.conditions)) for score in book.scores],
        conditions=dict(book.conditions),
        sources={key: source_info(key, source) for key, source in completed(OF_PARKS, book.sources).items()},
    )


def park_info(park: Park, place: Place, record: ParkMembership) -> ParkInfo:
    """Describe a park, with what became of it in its last period."""
    content = park.model_dump(mode="json")
    spoken = {name: (content.pop(f"{name}_en"), content.pop(f"{name}_zh")) for name in SPOKEN}
    words = {name: LocalizedText(en=en, zh=zh) for name, (en, zh) in spoken.items() if name != "name" and en and zh}
    words["outcome"] = LocalizedText.by_language(record.outcome_facts)
    in_one_language = {name: content.pop(name) for name in OWN}
    words |= {name: own(text) for name, text in in_one_language.items() if text}
    rest = {name: value for name, value in content.items() if name not in {"id", "case", "type", "source"}}
    return ParkInfo.of(
        park,
        title=LocalizedText(en=spoken["name"][0], zh=spoken["name"][1]),
        kind=park.type,
        kind_title=said(f"workflows.kind.{park.type}"),
        host_title=LocalizedText.by_language(partial(country_name, park.host)),
        home_title=LocalizedText.by_language(partial(country_name, park.home)),
        status_title=None if record.outcome is None else said(f"parks.status.{record.outcome}"),
        words=words,
        values=rest,
        place=PlaceInfo.of(place, title=LocalizedText(en=place.place_en, zh=place.place_zh)),
    )


def score_info(score: ParkMembership, conditions: tuple[str, ...]) -> ScoreInfo:
    """Describe a park's scores in a period."""
    reasons = {name: LocalizedText.by_language(partial(score.reason, name)) for name in conditions}
    return ScoreInfo.of(
        score,
        memberships={name: getattr(score, name, None) for name in conditions},
        reasons={name: words for name, words in reasons.items() if words.en},
    )
