"""What a brief shows, on a page: the answer, three findings, the course of the park, how sure, what next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from copark.analyses.brief import Answer
from copark.analyses.contract import Texts, assemble
from copark.analyses.how_sure import NONE, how_sure, structure_range
from copark.analyses.levers.show import answers
from copark.analyses.show import Show
from copark.arrays import Floats
from copark.cases.quarters import Quarter
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import percent_words, shown
from copark.simulation.readouts.observed_vs_model import expected_outside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_OPEN = 2
"""Open parameters that are named."""


def document(found: Answer, t: Texts) -> doc.Document:
    """A page about a park."""
    show = _Show(found, t)
    return assemble(
        found, t, key=f"brief-{found.case}", title=t("question", park=t.of(found.park)), headline=show.headline(),
        sections=tuple(show.sections()), provenance={"runs": found.runs, "seed": found.provenance.get("seed", "")},
        hashes=False,
    )  # fmt: skip


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.words = {"park": t.of(found.park), "horizon": found.horizon, "case": found.case}

    def size(self, name: str, bands: Mapping[str, Floats] | None = None) -> tuple[doc.Column, doc.Interval]:
        """An output at the horizon: 5, 50 and 95 % of runs."""
        low, _, middle, _, high = map(float, (bands or self.found.bands)[name][:, -1])
        one = catalogue().outputs[name]
        return doc.Column(name, one.title(self.t.lang), doc.Kind.number, one.unit), doc.Interval(low, high, middle)

    def headline(self) -> str:
        """What becomes of the park; its size alone where its parameters are not calibrated."""
        found, t = self.found, self.t
        column, operating = self.size("operating")
        words = {**self.words, "operating": self.said(operating, column)}
        if found.closed is not None:
            return t.sentences(
                [t("headline.closed", since=found.closed.since, title=t.of(found.closed.title), **words)]
            )
        if not found.shows_outcomes:
            return t.sentences([t("headline.assumed", **words)])
        shares = {share.name: percent_words(share.share, t.lang) for share in found.outcomes}
        readings = () if found.levers is None else found.levers.readings
        between = structure_range(readings)
        if between is None:
            return t.sentences([*self.contradiction(), t("headline", **shares, **words), *self.assumed()])
        low, high = (percent_words(value, t.lang) for value in between[:2])
        key = "headline.alike" if low == high else "headline.between"
        outcome = t(key, **shares, **words, low=low, high=high, count=between[2])
        return t.sentences([*self.contradiction(), outcome, *self.assumed()])

    def contradiction(self) -> list[str]:
        """Say that the park's record contradicts the model, where it does: before anything else."""
        contradiction = self.found.doubts.contradiction
        return [] if contradiction is None else [self.t.of(contradiction)]

    def assumed(self) -> list[str]:
        """Say what is assumed of the park, or imposed on it."""
        return self.found.doubts.sentences(self.t.lang)

    def sections(self) -> Iterator[doc.Section]:
        yield self.section("answer", doc.Cards(tuple(self.cards())))
        yield self.section("findings", *self.findings(), self.course())
        yield self.section("confidence", doc.Bullets(tuple(self.confidence())))
        yield self.section("open", doc.Bullets(tuple(self.open())), doc.Paragraph(self.next()))

    def cards(self) -> Iterator[doc.Card]:
        found, t = self.found, self.t
        if found.shows_outcomes:
            standing = found.share("self_standing")
            between = structure_range(() if found.levers is None else found.levers.readings)
            note = t("card.no_structures")
            if between is not None:
                low, high, count = between
                note = t("card.structures", band=shown(doc.Interval(low, high), doc.SHARE, t.lang), count=count)
            yield doc.Card(t("card.self_standing", **self.words), doc.SHARE, standing.share, note)
        for name in found.bands:
            column, value = self.size(name)
            band = self.said(doc.Interval(value.low, value.high), column)
            yield doc.Card(
                t("card.at", title=column.title, **self.words), column, value.value, t("card.band", band=band)
            )
        told = t("card.outside_value", outside=found.outside, compared=found.compared)
        yield doc.Card(
            t("card.outside"),
            doc.plain(doc.Kind.text),
            told,
            t("card.expected", expected=expected_outside(found.compared)),
        )

    def findings(self) -> list[doc.Block]:
        t, closed = self.t, self.found.closed
        if closed is not None:
            sizes = [(column.title, self.said(value, column)) for column, value in
                     (self.size(name, closed.bands) for name in closed.bands)]  # fmt: skip
            told = [t("closed.without", title=title, value=value, **self.words) for title, value in sizes]
            words = {"since": closed.since, "title": t.of(closed.title)}
            return [doc.Paragraph(t("closed.lead", **words)), doc.Bullets((*told, t("closed.levers", **words)))]
        levers = self.found.levers
        if levers is None:
            return [doc.Paragraph(t("findings.none"))]
        return [
            doc.Paragraph(t(f"findings.{levers.since}", quarter=levers.pulled)),
            doc.Bullets(
                tuple(
                    t("sentence", words=one.rstrip(".。")).strip() for one in answers(levers, Texts("levers", t.lang))
                )
            ),
        ]

    def course(self) -> doc.Chart:
        column, _ = self.size("operating")
        told = self.t("course.caption", title=column.title, quarter=self.found.data_end)
        return doc.Chart("operating", column.title, told, self.draw, told)

    def draw(self) -> Figure:
        from copark.figures.frame import ends, year_of
        from copark.figures.validation import Fan, scored_fan

        found, bands = self.found, self.found.bands["operating"]
        model = Fan(ends(Quarter.parse(found.start), range(bands.shape[1])), bands)
        ends_at = year_of(Quarter.parse(found.data_end))
        return scored_fan("", "", model, (), found.reported, ends_at, self.t.lang, size=(7.0, 1.4))

    def confidence(self) -> Iterator[str]:
        found, t = self.found, self.t
        if found.trust is not None:
            yield found.trust.meaning(t.lang)
        readings = () if found.levers is None else found.levers.readings
        yield from how_sure(found.trust, found.outcomes, readings, NONE, t.lang)  # the headline tells the doubts
        if found.shows_outcomes:
            standing = found.share("self_standing")
            interval = shown(doc.Interval(standing.low, standing.high), doc.plain(doc.Kind.share, places=1), t.lang)
            yield t("confidence.simulation", runs=found.runs, interval=interval)

    def open(self) -> Iterator[str]:
        if self.found.closed is not None:
            yield self.t("open.closed")
            return
        leanings = () if self.found.levers is None else self.found.levers.leanings
        first = {one.setting: one for one in reversed(leanings) if one.verdict != "moved"}
        names = Counter(one.parameter for one in first.values())
        for name, count in names.most_common(MOST_OPEN):
            yield self.t("open.parameter", title=catalogue().parameters[name].title(self.t.lang), count=count)
        if not names:
            yield self.t("open.none")

    def next(self) -> str:
        if self.found.closed is not None:
            return self.t("next.closed", event=self.found.closed.key, **self.words)
        return self.t("next.act" if self.found.shows_outcomes else "next.calibrate", **self.words)
