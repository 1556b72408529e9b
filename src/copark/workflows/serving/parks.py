"""Parks beside one another: what the casebook knows of each, its scores in the conditions, and where it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copark.cases.vocabulary import country_name
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.evidence import SourceInfo, source_info
from copark.workflows.serving.refusals import absent
from copark.workflows.serving.wording import own, said

if TYPE_CHECKING:
    from copark.cases.locations import Place
    from copark.cases.parks import Park, Score

SPOKEN = ("name", "framework", "equity_change", "outcome")
"""What is told in both languages, in columns that end in ``_en`` and ``_zh``."""
OWN = ("developer", "investment_basis", "note")
"""What is told in one."""


class PlaceInfo(Answer):
    """Where a park lies, to about a tenth of a degree: for a dot on a map, and no calculation."""

    title: Said
    """Town or district."""
    longitude: float
    """Degrees east."""
    latitude: float
    """Degrees north."""
    grade: str
    """Always background: general geographic knowledge."""
    note: Said | None
    """What a reader should know."""


class ParkInfo(Answer):
    """A park, as it was known by the end of the data."""

    id: str
    """Its short name."""
    case: str | None
    """Its case in the casebook, if it has one."""
    title: Said
    """Name."""
    kind: str
    """intergovernmental, mixed or enterprise-led."""
    kind_title: Said
    """That, in words."""
    host_title: Said
    """The country it is in."""
    home_title: Said
    """The investing country."""
    status_title: Said | None
    """How it stood at the end of the data, in words; null where it is not known."""
    words: dict[str, Said]
    """framework, equity_change, outcome, developer, investment_basis and note in words, those that are known."""
    values: dict[str, Any]
    """Every other column of ``casebook/parks.csv``; null where it is not known."""
    source: list[str]
    """Keys of its sources."""
    place: PlaceInfo
    """Where it lies."""


class ScoreInfo(Answer):
    """A park in a period: memberships from 0 (out) to 1 (in), each with its reason."""

    id: str
    """Its short name."""
    park: str
    """The park."""
    first_year: int
    """First year of the period."""
    last_year: int
    """Last year of the period."""
    memberships: dict[str, float | None]
    """By condition; null where it is not known."""
    reasons: dict[str, Said]
    """By condition."""
    grade: str
    """How far the scores are trusted."""


class ConditionInfo(Answer):
    """A condition of the comparison, or its outcome."""

    title: Said
    """Name."""
    meaning: Said
    """What it measures."""
    anchors: Said
    """What its scores stand for."""
    caveat: Said | None
    """What a reader should know."""


class ParksAnswer(Answer):
    """Every park of the comparison."""

    parks: list[ParkInfo]
    """The parks."""
    scores: list[ScoreInfo]
    """Their scores."""
    conditions: dict[str, ConditionInfo]
    """What the conditions are."""
    sources: dict[str, SourceInfo]
    """Sources by key."""


def parks() -> ParksAnswer:
    """Every park of the comparison.

    Raises
    ------
    Absent
        If this version of copark has none.
    """
    try:
        from copark.cases.parks import load_parks
    except ImportError:
        raise absent("no_parks") from None
    found = load_parks()
    return ParksAnswer(
        parks=[park_info(one, found.places[one.id]) for one in found.parks],
        scores=[score_info(one, tuple(found.conditions)) for one in found.scores],
        conditions={key: ConditionInfo.of(one) for key, one in found.conditions.items()},
        sources={key: source_info(key, one) for key, one in found.sources.items()},
    )


def park_info(park: Park, place: Place) -> ParkInfo:
    """A park."""
    content = park.model_dump(mode="json")
    spoken = {name: (content.pop(f"{name}_en"), content.pop(f"{name}_zh")) for name in SPOKEN}
    words = {name: Said(en=en, zh=zh) for name, (en, zh) in spoken.items() if name != "name" and en and zh}
    words |= {name: own(told) for name in OWN if (told := content.pop(name))}
    rest = {name: value for name, value in content.items() if name not in {"id", "case", "type", "source"}}
    return ParkInfo(
        id=park.id,
        case=park.case,
        title=Said(en=spoken["name"][0], zh=spoken["name"][1]),
        kind=park.type,
        kind_title=said(f"workflows.kind.{park.type}"),
        host_title=_country(park.host),
        home_title=_country(park.home),
        status_title=None if park.outcome is None else said(f"parks.status.{park.outcome}"),
        words=words,
        values=rest,
        source=list(park.source),
        place=PlaceInfo.of(place, title=Said(en=place.place_en, zh=place.place_zh)),
    )


def _country(code: str) -> Said:
    """Name of a country, as the analysis of parks has it."""
    return Said(en=country_name(code, "en"), zh=country_name(code, "zh"))


def score_info(score: Score, conditions: tuple[str, ...]) -> ScoreInfo:
    """A park's scores in a period."""
    reasons = {name: Said(en=score.reason(name, "en"), zh=score.reason(name, "zh")) for name in conditions}
    return ScoreInfo.of(
        score,
        memberships={name: getattr(score, name, None) for name in conditions},
        reasons={name: words for name, words in reasons.items() if words.en},
    )
