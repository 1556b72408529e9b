"""Document on published accounts: the answer, figure by figure beside the model, and what has no counterpart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from copark.analyses.accounts import Answer, Compared, Total
from copark.analyses.accounts.elsewhere import MEASURES
from copark.analyses.accounts.ledger import YEARLY
from copark.analyses.accounts.published import COUNTERPARTS, Figure
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, grouped
from copark.cases.accounts import quantity_title
from copark.labels import evidence_value, grade_title, join, with_unit
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, reach
from copark.stats.quantiles import Band
from copark.texts import text

METHODS = 6
"""Sentences about how it was made."""
MONEY = doc.plain(doc.Kind.number, "M USD")
LEDGER_UNITS = {"land_sold": "ha"}
"""Units of courses that are no money."""
NAMED = 3
"""Quantities that a reason names."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show the answer, the comparison, what cannot be compared, and what others publish."""
    show = _Show(answer, t)
    sections = [show.summary()]
    if answer.compared:
        sections.append(show.beside())
    if len(answer.compared) < len(answer.figures):
        sections.append(show.left_out())
    sections.append(show.prices())
    sections.append(show.ledger())
    if answer.figures:
        sections.append(show.published())
    sections.append(show.section("method", show.numbered("method", METHODS)))
    evidence = tuple(doc.Evidence(key, words, answer.addresses.get(key, "")) for key, words in answer.sources.items())
    return assemble(
        answer,
        t,
        key=f"accounts-{answer.case}",
        title=t("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=sections,
        evidence=evidence,
    )


class _Show(AnswerShow[Answer]):
    def model(self, band: Band, column: doc.Column) -> dict[str, str]:
        """Return the model's median and its band for sentences."""
        return {
            "median": self.said(band.median, column),
            "band": reach(band.low, band.high, column.unit, self.t.lang),
        }

    def headline(self) -> str:
        t = self.t
        answer = self.answer
        count = len(answer.figures)
        if not count:
            course = answer.courses["result"]
            band = course.bands[course.years.index(answer.last_open)]
            return t.sentences(
                [
                    t("headline.none", park=t.of(answer.park)),
                    t("headline.model", year=answer.last_open, **self.model(band, MONEY)),
                ]
            )
        years = self.span_of([comparison.figure.year for comparison in answer.figures])
        values = {"count": count, "years": years, "park": t.of(answer.park), "compared": len(answer.compared)}
        if not answer.compared:
            return t.sentences([t("headline.none_compared" if count > 1 else "headline.one_uncompared", **values)])
        within = sum(comparison.side == "within" for comparison in answer.compared)
        first = t("headline.some" if count > 1 else "headline.one", within=within, **values)
        return t.sentences([first, *self.said_first()])

    def said_first(self) -> list[str]:
        """Write what matters first: results added up, an accumulated loss, else the first that is compared."""
        answer = self.answer
        sentences = [self.total(total) for total in answer.totals]
        losses = [comparison for comparison in answer.compared if comparison.figure.quantity == "accumulated_loss"]
        if losses and not any(total.whose != "group" for total in answer.totals):
            sentences.append(self.comparison(max(losses, key=lambda comparison: comparison.figure.compared or 0.0)))
        if not sentences:
            sentences.append(self.comparison(answer.compared[0]))
        return sentences

    def total(self, total: Total) -> str:
        """Write results added up."""
        t = self.t
        has_ratio = total.published > 0.0 and total.model.median > 0.0
        ratio = t("ratio", share=percent(total.model.median / total.published)) if has_ratio else ""
        published = self.said(total.published, MONEY)
        periods = "one" if total.periods == 1 else "many"
        return t(
            f"headline.total.{total.side}",
            years=self.span_of([total.first, total.last]),
            ratio=ratio,
            periods=t(f"periods.{periods}", count=total.periods),
            whose=t(f"whose.{total.whose}"),
            published=t("at_least", value=published) if total.at_least else published,
            **self.model(total.model, MONEY),
        )

    def comparison(self, comparison: Compared) -> str:
        """Write a single figure beside the model."""
        t = self.t
        figure = comparison.figure
        column = doc.plain(doc.Kind.number, COUNTERPARTS[figure.quantity].unit)
        band = comparison.model or Band(0.0, 0.0, 0.0)
        return t(
            "headline.figure",
            quantity=quantity_title(figure.quantity, t.lang),
            period=figure.period,
            published=self.said(figure.compared, column),
            **self.model(band, column),
        )

    def summary(self) -> doc.Section:
        answer = self.answer
        t = self.t
        sides = Counter(comparison.side for comparison in answer.compared)
        cards = [doc.Card(t("card.published"), doc.COUNT, len(answer.figures), t("card.published.note"))]
        if answer.compared:
            cards.append(doc.Card(t("card.compared"), doc.COUNT, len(answer.compared), t("card.compared.note")))
            cards += [
                doc.Card(t(f"card.{side}"), doc.COUNT, sides[side]) for side in ("within", "model_below", "model_above")
            ]
        blocks: list[doc.Block] = [doc.Cards(tuple(cards))]
        if not answer.figures:
            blocks.append(self.text("ask.none"))
        elif len(answer.compared) < len(answer.figures):
            blocks.append(self.text("ask.some"))
        blocks += self.caveats(answer)
        blocks.append(self.caveat("caveat.fit"))
        if any(comparison.figure.whose == "group" for comparison in answer.compared):
            blocks.append(self.caveat("caveat.group"))
        from copark.analyses.accounts import figures

        if figures.drawn(answer):
            blocks.append(self.chart("courses", lambda: figures.courses(answer, t.lang)))
        return self.section("summary", *blocks)

    def beside(self) -> doc.Section:
        return self.section("beside", self.text("lead.beside"), self.beside_table())

    def beside_table(self) -> doc.Table:
        """Show what is compared, quantity by quantity, in time."""
        t = self.t
        rows = []
        heads = []
        for comparison in self.answer.compared:
            figure = comparison.figure
            unit = COUNTERPARTS[figure.quantity].unit
            heads.append(with_unit(quantity_title(figure.quantity, t.lang), unit, t.lang))
            value: doc.Value = figure.compared
            if figure.compared is not None and figure.compared_high is not None:
                value = doc.Interval(figure.compared, figure.compared_high)
            rows.append(
                (
                    figure.period,
                    t(f"basis.{figure.whose}", share=number(100.0 * figure.share, 0)),
                    value,
                    t(f"bound.{figure.bound}"),
                    None if comparison.model is None else doc.Interval.of(comparison.model),
                    None if comparison.side is None else t(f"side.{comparison.side}"),
                    self.as_published(figure),
                    t(f"rate.{figure.rate_from or 'none'}"),
                    grade_title(figure.grade, t.lang),
                    "; ".join(figure.source),
                )
            )
        columns = "period:quarter whose published:number bound model:number side as_published rate grade source:source"
        return self.table("beside", columns, rows, groups=grouped(heads))

    def as_published(self, figure: Figure) -> str:
        """Return a figure in the words of its unit and currency."""
        return evidence_value(figure.value, figure.high, figure.unit, figure.currency, self.t.lang)

    def left_out(self) -> doc.Section:
        """Show what is published and not compared, by the reason."""
        t = self.t
        figures = [comparison.figure for comparison in self.answer.figures if comparison.model is None]
        rows = []
        reasons = []
        for why in ("quantity", "holder", "part", "rate", "time", ""):
            chosen = [figure for figure in figures if figure.why == why]
            if not chosen:
                continue
            names = Counter(figure.quantity for figure in chosen)
            reasons.append(self.reason(why, names))
            for name, count in names.most_common():
                years = self.span_of([figure.year for figure in chosen if figure.quantity == name])
                rows.append((quantity_title(name, t.lang), count, years, t(f"why.{why or 'nothing'}")))
        table = self.table("left-out", "quantity count:count years:quarter why", rows)
        return self.section("left_out", doc.Bullets(tuple(reasons)), table)

    def reason(self, why: str, names: Counter[str]) -> str:
        """Write a reason, how many figures it keeps out and of what most of them are."""
        t = self.t
        first = join([quantity_title(name, t.lang) for name, _ in names.most_common(NAMED)], t.lang)
        return t(f"reason.{why or 'nothing'}", count=names.total(), names=first)

    def prices(self) -> doc.Section:
        from copark.analyses.accounts import figures

        answer = self.answer
        t = self.t
        rows = []
        for measure, unit in MEASURES.items():
            name = with_unit(t(f"measure.{measure}"), unit, t.lang)
            for price in answer.elsewhere:
                if price.measure == measure:
                    value = doc.Interval(price.value, price.high) if price.high > price.value else price.value
                    rows.append(
                        (
                            name,
                            t(f"site.{price.site}"),
                            price.estates,
                            price.company,
                            str(price.year),
                            value,
                            price.is_own,
                        )
                    )
        table = self.table(
            "prices", "measure site estates company year:quarter value:number own:flag", rows, folded=True
        )
        model = [
            (with_unit(t(f"measure.{measure}"), MEASURES[measure], t.lang), doc.Interval.of(band))
            for measure, band in answer.model_prices.items()
        ]
        return self.section(
            "prices",
            self.text("lead.prices", count=len(answer.elsewhere), park=t.of(answer.park)),
            self.chart("prices", lambda: figures.prices(answer, t.lang), table),
            self.table("model-prices", "measure model:number", model),
            self.caveat("caveat.sites"),
        )

    def ledger(self) -> doc.Section:
        """Show the model's ledger year by year."""
        t = self.t
        names = [name for name in YEARLY if name in self.answer.courses]
        years = self.answer.courses[names[0]].years
        columns = [
            doc.Column(name, t(f"course.{name}"), doc.Kind.number, LEDGER_UNITS.get(name, "M USD")) for name in names
        ]
        rows: list[Sequence[doc.Value]] = [
            (str(year), *(doc.Interval.of(self.answer.courses[name].bands[place]) for name in names))
            for place, year in enumerate(years)
        ]
        return self.section("ledger", self.table("ledger", ("year:quarter", *columns), rows, folded=True), folded=True)

    def published(self) -> doc.Section:
        """Show every figure as it is published."""
        t = self.t
        rows = [
            (
                quantity_title(comparison.figure.quantity, t.lang),
                comparison.figure.period,
                comparison.figure.company,
                comparison.figure.estates,
                text(f"casebook.code.account_basis.{comparison.figure.basis}", t.lang),
                self.as_published(comparison.figure),
                t(f"bound.{comparison.figure.bound}"),
                comparison.figure.checked,
                grade_title(comparison.figure.grade, t.lang),
                self.translated(comparison.figure.note) or "",
                "; ".join(comparison.figure.source),
            )
            for comparison in self.answer.figures
        ]
        columns = (
            "quantity period:quarter company estates basis as_published bound "
            "checked:flag grade note:note source:source"
        )
        return self.section("published", self.table("published", columns, rows, folded=True), folded=True)
