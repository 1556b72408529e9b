"""Content of the pages of a static site in one language: parks, questions, and answers side by side.

Numbers and sentences are those of the briefs; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copark.analyses.accounts_on_record import case_of
from copark.analyses.brief import SIZES, Answer
from copark.analyses.brief.show import document as brief_document
from copark.analyses.brief.show import spelled, without_commands
from copark.analyses.contract import Texts
from copark.analyses.how_sure import how_sure, structure_range
from copark.cases.observed_variables import country_name
from copark.cases.parks import Park, load_parks
from copark.model.outcomes import GOOD, OUTCOMES, Outcome
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, shown, unit_title
from copark.stats.shares import Share
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.presentation.document import Document

QUESTIONS = (
    ("framework", "loan-only/no-framework"),
    ("rescue", "who-may-rescue/nobody"),
    ("ownership", "equity-sweep/home-40"),
    ("threshold", "old-threshold/old-threshold"),
    ("operator", "without-operator/never-came"),
    ("partners", "without-partners/duisport-stays"),
    ("shocks", "no-shocks/no-shocks"),
    ("rival", "rival-next-door/rival"),
)
"""Questions of the first page of `copark serve` about Great Stone, and the scenario of a study that answers each."""
QUESTIONED = "great-stone"
"""Park of the questions."""
NEEDS_PYTHON = ("own_park", "calibrate", "goal", "claims", "data")
"""Work that a site without a server does not do, as keys of texts."""
MADE_BY = ("run_id", "data_end", "posterior_cut", "model_version", "code_version", "created")
"""Entries of the provenance that are told of each park side by side."""


@dataclass(frozen=True)
class SitePark:
    """A park of the site."""

    name: str
    """Name of its files."""
    answer: Answer
    """Its brief."""
    is_own: bool
    """True where it is the reader's own, and not of the casebook."""

    def title(self, lang: str) -> str:
        """Return the name of the park."""
        return self.answer.park.text(lang)

    @property
    def address(self) -> str:
        """Return where its live brief is, within the folder of a language."""
        return f"parks/{self.name}.html"

    def document(self, lang: str) -> Document:
        """Return its brief as a document."""
        return brief_document(self.answer, Texts("brief", lang))


@dataclass(frozen=True)
class ParkTile:
    """A link to a live brief."""

    title: str
    address: str
    sides: str
    """Who invests and where."""


@dataclass(frozen=True)
class Question:
    """A link to a live brief in which one thing is changed."""

    key: str
    address: str


@dataclass(frozen=True)
class ParkRow:
    """A park of the casebook in the list of parks and on the map, in words."""

    id: str
    title: str
    address: str
    """Where its live brief is; empty where the site has none."""
    type: str
    kind: str
    """Its type, in words."""
    sides: str
    spoken: str
    """Its name on the map for readers of screens."""
    launch: int
    shares: str
    firms: str
    jobs: str
    area: str
    state: str
    grade: str


@dataclass(frozen=True)
class SizeWords:
    """A size of a park at the horizon, as it is shown."""

    middle: str
    band: str


@dataclass(frozen=True)
class ComparedPark:
    """A park beside others: its answer in words."""

    name: str
    title: str
    address: str
    shares: list[tuple[Outcome, Share]]
    """Outcomes from the best to the worst with their shares; empty where the brief shows none."""
    shares_in_words: str
    no_outcomes: str
    standing: str
    standing_error: str
    structures: str
    """Range over structures of the model; empty where it is not known."""
    sizes: list[SizeWords]
    outside: str
    recorded: str
    """Outcome on record; empty where there is none."""
    trust: str
    headline: str
    sure: list[str]
    """Sentences on how sure the answer is."""
    made_by: list[str]
    """Entries of :data:`MADE_BY`."""


def in_order(parks: Sequence[SitePark], lang: str) -> list[SitePark]:
    """Put own parks first, each in the order of their names."""
    return sorted(parks, key=lambda park: (not park.is_own, park.title(lang)))


def tiles(parks: Sequence[SitePark], lang: str) -> list[ParkTile]:
    """List parks as links to their live briefs, with the countries of each."""
    of_case = {park.case: park for park in load_parks().parks if park.case}
    return [
        ParkTile(
            title=park.title(lang),
            address=park.address,
            sides=text("site.own_park", lang) if park.is_own else sides(of_case.get(park.name), lang),
        )
        for park in in_order(parks, lang)
    ]


def sides(park: Park | None, lang: str) -> str:
    """Describe who invests and where; empty for a park that is not in the table of parks."""
    return "" if park is None else f"{country_name(park.home, lang)} → {country_name(park.host, lang)}"


def questions(parks: Sequence[SitePark]) -> list[Question]:
    """List questions as links to a live brief in which one thing is changed; none where the park is not of the site."""
    asked = next((park for park in parks if park.name == QUESTIONED and not park.is_own), None)
    if asked is None:
        return []
    return [
        Question(key, f"{asked.address}#choose=scenario%2F{scenario.replace('/', '%2F')}")
        for key, scenario in QUESTIONS
    ]


def rows_of_parks(parks: Sequence[SitePark], lang: str) -> list[ParkRow]:
    """List the parks of the casebook, from west to east, each with its address where it has a live brief."""
    book = load_parks()
    addresses = {park.name: park.address for park in parks if not park.is_own}
    rows = []
    for park in sorted(book.parks, key=lambda park: book.places[park.id].longitude):
        status = book.last_periods[park.id].outcome
        state = "" if status is None else text(f"parks.status.{status}", lang)
        address = addresses.get(park.case or "", "")
        does = text("page.map_opens" if address else "site.map.not_here", lang)
        title = park.name(lang)
        spoken = (title, sides(park, lang), state or text("page.map_unknown", lang), does)
        rows.append(
            ParkRow(
                id=park.id,
                title=title,
                address=address,
                type=park.type,
                kind=text(f"parks.type.{park.type}", lang),
                sides=sides(park, lang),
                spoken=text("presentation.join", lang).join(spoken),
                launch=park.launch,
                shares=f"{_known(park.home_share_percent)} / {_known(park.host_share_percent)}",
                firms=_known(park.firms),
                jobs=_known(park.jobs),
                area=_known(park.area_km2),
                state=state or "–",
                grade=text(f"parks.grade.{park.grade}", lang),
            )
        )
    return rows


def _known(value: float | None) -> str:
    return "–" if value is None else number(float(value))


def compared(parks: Sequence[SitePark], lang: str) -> list[ComparedPark]:
    """Put the answers of parks side by side: outcomes, sizes, how sure, and what they were made of."""
    book = load_parks()
    recorded = {park.case: book.last_periods[park.id].outcome for park in book.parks if park.case}
    return [_compared(park, None if park.is_own else recorded.get(park.name), lang) for park in in_order(parks, lang)]


def _compared(park: SitePark, recorded: str | None, lang: str) -> ComparedPark:
    answer = park.answer
    t = Texts("brief", lang)
    baselines = () if answer.levers is None else answer.levers.baselines
    shares = [(outcome, answer.share(outcome.key)) for outcome in reversed(OUTCOMES)] if answer.shows_outcomes else []
    standing = answer.share(GOOD.key)
    between = structure_range(baselines, standing.share) if answer.shows_outcomes else None
    page = park.document(lang)
    sure = how_sure(case_of(answer), answer.trust, answer.outcomes, baselines, answer.doubts, lang)
    meaning = [] if answer.trust is None else [spelled(answer.trust.meaning(lang), t)]
    simulated = shown(doc.Interval(standing.low, standing.high), doc.plain(doc.Kind.share, places=1), lang)
    simulation = [t("confidence.simulation", runs=answer.runs, interval=simulated)] if answer.shows_outcomes else []
    provenance = {"run_id": answer.run_id, **answer.provenance}
    return ComparedPark(
        name=park.name,
        title=park.title(lang),
        address=park.address,
        shares=shares,
        shares_in_words=text("presentation.join", lang).join(
            f"{outcome.title(lang)} {percent(share.share)}" for outcome, share in shares
        ),
        no_outcomes=text("site.compare.no_outcomes", lang),
        standing=percent(standing.share),
        standing_error=text("live.page.error", lang, low=percent(standing.low), high=percent(standing.high)),
        structures="" if between is None else shown(doc.Interval(*between[:2]), doc.SHARE, lang),
        sizes=[_size(answer, name, lang) for name in SIZES],
        outside=t("card.outside_value", outside=answer.outside, compared=answer.compared),
        recorded="" if recorded is None else text(f"parks.status.{recorded}", lang),
        trust="" if answer.trust is None else answer.trust.label(lang),
        headline=page.headline,
        sure=[without_commands(sentence) for sentence in (*meaning, *sure, *simulation)],
        made_by=[_day_of(provenance.get(name, "–")) for name in MADE_BY],
    )


def _day_of(value: object) -> str:
    """Write an entry of a provenance; of a time its day."""
    words = str(value)
    return words[:10] if len(words) > 10 and words[10:11] == "T" else words


def _size(answer: Answer, name: str, lang: str) -> SizeWords:
    low, _, middle, _, high = map(float, answer.bands[name][:, -1])
    column = doc.plain(doc.Kind.count)
    return SizeWords(shown(middle, column, lang), shown(doc.Interval(low, high), column, lang))


def size_titles(lang: str) -> list[dict[str, str]]:
    """List the sizes that are compared: title and unit."""
    outputs = [catalogue().outputs[name] for name in SIZES]
    return [{"title": output.title(lang), "unit": unit_title(output.unit, lang)} for output in outputs]


def provenance_titles(lang: str) -> list[str]:
    """List the titles of :data:`MADE_BY`."""
    t = Texts("brief", lang)
    return [t(f"provenance.{name}") for name in MADE_BY]


def course_chart(parks: Sequence[SitePark], lang: str) -> doc.Chart:
    """Return a figure of operating companies over time, a panel for each park."""
    from copark.browser.site_figure import courses

    ordered = in_order(parks, lang)

    def draw() -> Figure:
        return courses([park.answer for park in ordered], lang)

    title = text("site.compare.course", lang)
    return doc.Chart("courses", title, text("site.compare.course_words", lang), draw)


def horizons(parks: Sequence[SitePark], lang: str) -> Mapping[str, str]:
    """Describe from which quarter parks are looked at, and when they are judged: the latest where they differ."""
    t = Texts("brief", lang)
    return {
        "now": spelled(max(park.answer.now for park in parks), t),
        "horizon": spelled(max(park.answer.horizon for park in parks), t),
    }
