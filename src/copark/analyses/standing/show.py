"""Document of parks by their accounts: the answer, the tests, and where record and model disagree."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow
from copark.analyses.standing import MOST, Answer, Judged, ParkStanding
from copark.presentation import document as doc
from copark.presentation.numbers import number
from copark.simulation.accounts import TESTS
from copark.stats.shares import z_of
from copark.texts import text

COLUMNS = "park recorded stands:share earns:share unaided:share pays_back:share holds:share"
SIZE_COLUMNS = "park operating:count::companies jobs:count::persons land:share"


def document(answer: Answer, t: Texts) -> doc.Document:
    """Describe how many parks stand, then the tests of each, then where the record says otherwise."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="standing",
        title=t("question", count=len(answer.parks)),
        headline=show.headline(),
        sections=[show.ahead(), show.on_record(), show.method()],
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.parks = sorted(answer.parks, key=lambda park: -park.ahead.stands)

    def headline(self) -> str:
        """Describe how many are self-standing in most runs, and how many were where their data end."""
        quarters = sorted({park.ahead.quarter for park in self.parks})
        if len(self.parks) == 1:
            (park,) = self.parks
            return self.t("headline.one", park=self.t.of(park.park), quarter=quarters[0], **self.shares(park.ahead))
        ahead = sum(park.ahead.stands >= MOST for park in self.parks)
        then = sum(park.at_data_end.stands >= MOST for park in self.parks)
        return self.t("headline", quarter=quarters[-1], count=len(self.parks), ahead=ahead, then=then)

    def shares(self, judged: Judged) -> dict[str, str]:
        from copark.presentation.numbers import percent_words

        return {
            "stands": percent_words(judged.stands, self.t.lang),
            **{name: percent_words(judged.tests[name], self.t.lang) for name in TESTS},
        }

    def rows(self, judged: Sequence[tuple[ParkStanding, Judged]]) -> list[Sequence[doc.Value]]:
        return [
            (
                self.t.of(park.park),
                self.word(park),
                judgement.stands,
                *(judgement.tests[name] for name in TESTS),
            )
            for park, judgement in judged
        ]

    def word(self, park: ParkStanding) -> str | None:
        return None if park.recorded is None else text(f"parks.status.{park.recorded}", self.t.lang)

    def ahead(self) -> doc.Section:
        from copark.analyses.standing.figures import parks

        tests = self.table("ahead", COLUMNS, self.rows([(park, park.ahead) for park in self.parks]))
        chart = self.chart("parks", lambda: parks(self.parks, self.t.lang))
        unlimited = [self.t.of(park.park) for park in self.parks if park.unlimited_capital]
        assumed = (self.caveat("caveat.capital", parks=self.t("list").join(unlimited)),) if unlimited else ()
        size = self.size("size", [(park, park.ahead) for park in self.parks])
        return self.section("ahead", chart, tests, *assumed, size)

    def size(self, key: str, judged: Sequence[tuple[ParkStanding, Judged]]) -> doc.Table:
        """Report enterprises, jobs and land taken up: they are no part of the tests."""
        rows: list[Sequence[doc.Value]] = [
            (
                self.t.of(park.park),
                *(doc.Interval(low, high, middle) for low, middle, high in standing.sizes.values()),
                standing.land,
            )
            for park, standing in judged
        ]
        return self.table(key, SIZE_COLUMNS, rows)

    def on_record(self) -> doc.Section:
        """Set the coder's word beside how a park stands where its data end, and say which of the two is at fault."""
        t = self.t
        on_record = [park for park in self.parks if park.recorded is not None]
        table = self.table("record", COLUMNS, self.rows([(park, park.at_data_end) for park in on_record]))
        contradicting = [park for park in on_record if park.contradicts(park.at_data_end.stands)]
        sentences = tuple(self.disagreement(park) for park in contradicting)
        key = "record.apart" if contradicting else "record.alike"
        lead = t(key, count=len(contradicting), known=len(on_record))
        size = self.size("size_then", [(park, park.at_data_end) for park in on_record])
        return self.section(
            "record", doc.Paragraph(lead), table, *((doc.Bullets(sentences),) if sentences else ()), size
        )

    def disagreement(self, park: ParkStanding) -> str:
        lowest = min(TESTS, key=lambda name: park.at_data_end.tests[name])
        key = "apart.stands" if park.at_data_end.stands >= MOST else f"apart.{lowest}"
        words = {"park": self.t.of(park.park), "word": self.word(park) or "", "quarter": park.at_data_end.quarter}
        return self.t(key, **words, **self.shares(park.at_data_end))

    def method(self) -> doc.Section:
        runs = self.answer.runs
        error = number(100.0 * z_of() * 0.5 / sqrt(runs), 0)
        return self.section(
            "method",
            self.caveat("caveat.tests"),
            self.caveat("caveat.equity"),
            self.caveat("caveat.model"),
            self.caveat("caveat.runs", runs=number(runs, 0), error=error),
        )
