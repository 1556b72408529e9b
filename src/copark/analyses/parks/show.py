"""Documents on the parks of the casebook: how they fared, enterprises over time, everything on record of each."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from copark.analyses.contract import Texts, assemble
from copark.analyses.parks import OUTCOMES, TYPES, Answer, ListedPark
from copark.analyses.show import AnswerShow, Columns
from copark.cases.access_dates import OF_PARKS
from copark.cases.completed_sources import completed
from copark.cases.completeness import State
from copark.cases.observed_variables import country_name
from copark.presentation import document as doc
from copark.texts import text


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of the parks found."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="parks",
        title=t("question", count=len(answer.parks), total=answer.total),
        headline=show.headline(),
        sections=(show.summary(), show.courses(), show.mechanisms(), show.records()),
    )


RECORD = (
    "id name case host home type launch:quarter developer home_share:number:1:% host_share:number:1:% "
    "third_share:number:1:% shares_grade framework:flag committee:flag host_law:flag flags_grade framework_words:note "
    "equity_change:note firms:count::companies firms_date:quarter investment:number:0:M_USD investment_date:quarter "
    "investment_basis jobs:count::persons jobs_date:quarter area:number:1:km2 status status_reason:note status_grade "
    "place longitude:number:1 latitude:number:1 place_grade grade sources note:note"
)
"""Columns of everything that is on record of a park, in the order of :meth:`_Show.record`."""


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.parks = answer.ordered(t.lang)
        self.stand = Counter(entry.record.outcome for entry in self.parks)

    def headline(self) -> str:
        t = self.t
        with_outcome = sum(self.stand[name] for name in OUTCOMES)
        if not with_outcome:
            return t("headline.none", count=len(self.parks))
        counts = t("join").join(
            t("headline.part", count=self.stand[name], status=t(f"status.{name}"))
            for name in OUTCOMES
            if self.stand[name]
        )
        return t("headline", known=with_outcome, count=len(self.parks), counts=counts)

    def summary(self) -> doc.Section:
        kinds = Counter(entry.park.type for entry in self.parks)
        cards = [doc.Card(self.t(f"type.{name}"), doc.COUNT, kinds[name]) for name in TYPES if kinds[name]]
        rows = [
            (
                entry.park.name(self.t.lang),
                self.t(f"type.{entry.park.type}"),
                _share(entry.park.home_share_percent),
                entry.park.firms,
                (_date(entry.park.firms_date) or "")[:4] or None,
                self.status(entry),
            )
            for entry in self.parks
        ]
        columns = "name type home_stake:share firms_short:count firms_year:quarter status"
        return self.section(
            "summary", doc.Cards(tuple(cards)), self.table("parks", columns, rows), self.caveat("caveat")
        )

    def status(self, entry: ListedPark) -> str | None:
        return self.t(f"status.{entry.record.outcome}") if entry.record.outcome else None

    def courses(self) -> doc.Section:
        """Show small multiples of the parks that have a series: of each type the oldest first."""
        from copark.analyses.parks.figures import ParkCourse, multiples

        lang = self.t.lang
        courses = [
            ParkCourse(entry.park.name(lang), entry.park.type, entry.park.launch, entry.courses)
            for entry in sorted(
                self.parks, key=lambda entry: (TYPES.index(entry.park.type), entry.park.launch, entry.park.name(lang))
            )
            if entry.courses
        ]
        blocks: list[doc.Block] = [self.text("lead.courses", count=len(courses))]
        if courses:
            blocks.append(self.chart("courses", lambda: multiples(courses, lang), self.counts()))
        return self.section("courses", *blocks, self.caveat("caveat.courses"))

    def counts(self) -> doc.Table:
        rows = [
            (
                entry.park.name(self.t.lang),
                self.t(f"multiples.{course.variable}"),
                self.translated(course.basis),
                point.date,
                point.value,
                self.t(f"grade.{point.grade}"),
            )
            for entry in self.parks
            for course in entry.courses
            for point in course.points
        ]
        return self.table("counts", "name counted basis date:quarter firms:count grade", rows, folded=True)

    def mechanisms(self) -> doc.Section:
        """Show which mechanisms of the model can act in which park: counted by mechanism, and park by park."""
        t = self.t
        cases = [entry for entry in self.parks if entry.mechanisms]
        names = cases[0].mechanisms if cases else ()
        states: tuple[State, ...] = get_args(State)
        rows: list[Sequence[doc.Value]] = []
        for name in names:
            counts = Counter(entry.mechanisms[name] for entry in cases)
            rows.append((text(f"cases.can_act.{name}", t.lang), *(counts[state] for state in states)))
        columns: Columns = ("mechanism", *(f"{state}:count" for state in states))
        by_park = [
            (entry.park.name(t.lang), *(t(f"state.{entry.mechanisms[name]}") for name in names)) for entry in cases
        ]
        titles = [doc.Column(name, text(f"cases.can_act.{name}", t.lang), doc.Kind.text) for name in names]
        return self.section(
            "mechanisms",
            self.text("lead.mechanisms", count=len(cases)),
            self.table("mechanisms", columns, rows),
            self.table("by_park", ("name", *titles), by_park, folded=True),
        )

    def records(self) -> doc.Section:
        sources = [
            (key, self.translated(source.outlet), source.title, str(source.date or ""), str(source.url or ""))
            for key, source in completed(OF_PARKS, self.answer.sources).items()
        ]
        return self.section(
            "records",
            self.table("records", RECORD, map(self.record, self.parks)),
            self.table("sources", "key outlet source_title:note date:quarter url", sources),
            folded=True,
        )

    def record(self, entry: ListedPark) -> Sequence[doc.Value]:
        lang = self.t.lang
        park = entry.park
        place = entry.place

        def grade(letter: str | None) -> str | None:
            return self.t(f"grade.{letter}") if letter else None

        return (
            park.id,
            park.name(lang),
            park.case,
            country_name(park.host, lang),
            country_name(park.home, lang),
            self.t(f"type.{park.type}"),
            str(park.launch),
            self.translated(park.developer),
            park.home_share_percent,
            park.host_share_percent,
            park.third_share_percent,
            grade(park.shares_grade),
            park.framework,
            park.committee,
            park.host_law,
            grade(park.flags_grade),
            park.text_of("framework", lang),
            park.text_of("equity_change", lang),
            park.firms,
            _date(park.firms_date),
            park.investment_m_usd,
            _date(park.investment_date),
            self.translated(park.investment_basis),
            park.jobs,
            _date(park.jobs_date),
            park.area_km2,
            self.status(entry),
            entry.record.outcome_facts(lang),
            grade(entry.record.outcome_grade),
            place.name(lang),
            place.longitude,
            place.latitude,
            grade(place.grade),
            grade(park.grade),
            "; ".join(park.source),
            self.translated(park.note),
        )


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100.0


def _date(value: object) -> str | None:
    return None if value is None else str(value)
