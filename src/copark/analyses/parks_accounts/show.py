"""Document on the published accounts of all parks: results beside the model's, prices and payouts, what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from copark.analyses.accounts.elsewhere import MEASURES
from copark.analyses.accounts.published import Side
from copark.analyses.contract import Texts, assemble
from copark.analyses.parks_accounts import PRICED, Answer, ParkAccounts, Priced
from copark.analyses.show import AnswerShow
from copark.cases.accounts import quantity_title
from copark.labels import join, with_unit
from copark.presentation import document as doc

SIDES: tuple[Side, ...] = ("within", "model_below", "model_above")
"""Sides of a published figure on which the model's interval may lie."""
METHODS = 4
"""Sentences about how it was made."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show results beside the model's, prices and payouts, and which quantities are known of each park."""
    show = _Show(answer, t)
    sections = [
        show.section("results", *show.results()),
        show.section("prices", show.prices()),
        show.section("known", *show.known()),
        show.section("method", show.numbered("method", METHODS)),
    ]
    return assemble(answer, t, key="parks-accounts", title=t("question"), headline=show.headline(), sections=sections)


class _Show(AnswerShow[Answer]):
    def headline(self) -> str:
        """Write how much is known, and on which side of the published sums the model lies."""
        t = self.t
        answer = self.answer
        years = [year for park in answer.parks for year in park.years or ()]
        first = t(
            "headline.known",
            parks=len(answer.parks),
            all=len(answer.parks) + len(answer.without),
            figures=sum(park.figures for park in answer.parks),
            years=self.span_of(years),
            compared=sum(park.compared for park in answer.parks),
            within=sum(park.sides["within"] for park in answer.parks),
        )
        sides = Counter(total.side for _, total in answer.added)
        groups = sum(total.whose == "group" for _, total in answer.added)
        second = t("headline.results", parks=len(answer.added), groups=groups, **{side: sides[side] for side in SIDES})
        return t.sentences([first, second])

    def results(self) -> list[doc.Block]:
        """Show how many figures there are and agree, and results added up."""
        from copark.analyses.parks_accounts import figures

        t = self.t
        rows = [self.result(park) for park in self.answer.parks]
        columns = (
            "park figures:count years:quarter compared:count within:count whose summed:quarter periods:count "
            "bound published:number:0:M_USD model:number:0:M_USD side"
        )
        table = self.table("results", columns, rows)
        return [
            self.caveat("caveat.fit"),
            self.chart("results", lambda: figures.results(self.answer, t.lang)),
            table,
            self.caveat("caveat.group"),
        ]

    def result(self, park: ParkAccounts) -> Sequence[doc.Value]:
        """Return the row of a park: figures, and results added up where there are any."""
        t = self.t
        years = "" if park.years is None else self.span_of(park.years)
        lead = (t.of(park.park), park.figures, years, park.compared, park.sides["within"])
        total = park.total
        if total is None:
            return (*lead, None, "", None, "", None, None, None)
        return (
            *lead,
            t(f"whose.{total.whose}"),
            self.span_of((total.first, total.last)),
            total.periods,
            t("at_least") if total.at_least else "",
            total.published,
            doc.Interval.of(total.model),
            t(f"side.{total.side}"),
        )

    def prices(self) -> doc.Table:
        """Show prices of land and payouts."""
        rows = [
            (self.t.of(park.park), *(cell for measure in PRICED for cell in _beside(park.prices.get(measure))))
            for park in self.answer.parks
            if park.prices
        ]
        columns = [
            doc.Column(name, with_unit(self.t(f"column.{name}"), MEASURES[measure], self.t.lang), doc.Kind.number)
            for measure in PRICED
            for name in (measure, f"model_{measure}")
        ]
        return self.table("prices", ("park", *columns), rows)

    def known(self) -> list[doc.Block]:
        """Show which quantities are known of each park."""
        t = self.t
        rows = []
        for park in self.answer.parks:
            bases = Counter(basis for known in park.quantities for basis in known.bases)
            rows.append(
                (
                    t.of(park.park),
                    park.case,
                    "" if park.years is None else self.span_of(park.years),
                    join(
                        [t(f"basis.{basis}") for basis, _ in bases.most_common()],
                        t.lang,
                    ),
                    t("separator").join(
                        t(
                            "quantity",
                            name=quantity_title(known.quantity, t.lang),
                            count=known.count,
                            years=self.span_of((known.first, known.last)),
                        )
                        for known in park.quantities
                    ),
                )
            )
        blocks: list[doc.Block] = [self.table("known", "park case years:quarter basis quantities:note", rows)]
        if self.answer.without:
            names = join([t.of(park) for park in self.answer.without], t.lang)
            blocks.append(self.text("without", count=len(self.answer.without), parks=names))
        return blocks


def _beside(priced: Priced | None) -> tuple[doc.Value, doc.Value]:
    """Return what is published of a measure and what the model has, as cells."""
    if priced is None:
        return None, None
    published: doc.Value = priced.low if priced.low == priced.high else doc.Interval(priced.low, priced.high)
    return published, None if priced.model is None else doc.Interval.of(priced.model)
