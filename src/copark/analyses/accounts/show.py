"""Document on published accounts: the answer, figure by figure beside the model, and what has no counterpart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from copark.analyses.accounts import Answer, Compared, Total
from copark.analyses.accounts.books import RESULT
from copark.analyses.accounts.elsewhere import MEASURES
from copark.analyses.accounts.ledger import YEARLY
from copark.analyses.accounts.published import COUNTERPARTS, Figure, title_of
from copark.analyses.accounts.signals import Signal
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, grouped
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
    if answer.signals:
        sections.append(show.signals())
    if len(answer.compared) < len(answer.figures):
        sections.append(show.left_out())
    sections.append(show.prices())
    sections.append(show.ledger())
    if answer.figures:
        sections.append(show.published())
    sections.append(show.section("method", show.numbered("method", METHODS), *show.method_of_own()))
    evidence = tuple(doc.Evidence(key, words, answer.addresses.get(key, "")) for key, words in answer.sources.items())
    return assemble(
        answer,
        t,
        key=f"accounts-{answer.case}",
        title=show.worded("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=sections,
        evidence=evidence,
    )


class _Show(AnswerShow[Answer]):
    def worded(self, key: str, **values: Any) -> str:
        """Return words on published accounts, or those on the books of a person's own park."""
        return self.t(f"{key}.own" if self.answer.is_own else key, **values)

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
                    self.worded("headline.none", park=t.of(answer.park)),
                    t("headline.model", year=answer.last_open, **self.model(band, MONEY)),
                    *self.seen(),
                ]
            )
        years = self.span_of([comparison.figure.year for comparison in answer.figures])
        values = {"count": count, "years": years, "park": t.of(answer.park), "compared": len(answer.compared)}
        if not answer.compared:
            key = "headline.none_compared" if count > 1 else "headline.one_uncompared"
            return t.sentences([self.worded(key, **values), *self.seen()])
        within = sum(comparison.side == "within" for comparison in answer.compared)
        first = self.worded("headline.some" if count > 1 else "headline.one", within=within, **values)
        return t.sentences([first, *self.said_first(), *self.seen()])

    def said_first(self) -> list[str]:
        """Write what matters first: results added up, an accumulated loss, else the first that is compared."""
        answer = self.answer
        sentences = [self.total(total) for total in answer.totals] + self.added_up()
        losses = [comparison for comparison in answer.compared if comparison.figure.quantity == "accumulated_loss"]
        if losses and not any(total.whose != "group" for total in answer.totals):
            sentences.append(self.comparison(max(losses, key=lambda comparison: comparison.figure.compared or 0.0)))
        if not sentences:
            sentences.append(self.comparison(answer.compared[0]))
        return sentences

    def added_up(self) -> list[str]:
        """Write what is left of the books in years with all five lines, and which lines the model misses."""
        t = self.t
        lines = self.answer.lines
        sentences = []
        for line in lines:
            if line.name == RESULT:
                model = self.model(line.model, MONEY)
                booked = self.said(line.booked, MONEY)
                sentences.append(t(f"lines.result.{line.side}", years=self.span_of(line.years), booked=booked, **model))
        for side in ("model_above", "model_below"):
            titles = [title_of(line.name, t.lang) for line in lines if line.side == side and line.name != RESULT]
            if titles:
                sentences.append(t(f"lines.{side}", lines=join(titles, t.lang)))
        return sentences or ([t("lines.within")] if lines else [])

    def seen(self) -> list[str]:
        """Write what each satellite signal says beside the model in its last year."""
        return [self.signal(signal) for signal in self.answer.signals]

    def signal(self, signal: Signal) -> str:
        """Write a signal's index of the last year beside the model's."""
        t = self.t
        seen = signal.seen.bands[-1]
        model = signal.model.bands[-1]
        return t(
            f"signal.{signal.side}",
            seen=t(f"seen.{signal.variable}"),
            output=t(f"output.{signal.output}"),
            base=signal.base,
            last=signal.seen.years[-1],
            index=number(seen.median, 0),
            reach=reach(seen.low, seen.high, "", t.lang),
            median=number(model.median, 0),
            band=reach(model.low, model.high, "", t.lang),
        )

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
            quantity=title_of(figure.quantity, t.lang),
            period=figure.period,
            published=self.said(figure.compared, column),
            **self.model(band, column),
        )

    def summary(self) -> doc.Section:
        answer = self.answer
        t = self.t
        sides = Counter(comparison.side for comparison in answer.compared)
        note = "" if answer.is_own else t("card.published.note")
        cards = [doc.Card(self.worded("card.published"), doc.COUNT, len(answer.figures), note)]
        if answer.compared:
            cards.append(doc.Card(t("card.compared"), doc.COUNT, len(answer.compared), t("card.compared.note")))
            cards += [
                doc.Card(self.worded(f"card.{side}"), doc.COUNT, sides[side])
                for side in ("within", "model_below", "model_above")
            ]
        blocks: list[doc.Block] = [doc.Cards(tuple(cards))]
        if not answer.figures:
            blocks.append(doc.Paragraph(self.worded("ask.none")))
        elif len(answer.compared) < len(answer.figures) and not answer.is_own:
            blocks.append(self.text("ask.some"))
        blocks += self.caveats(answer)
        if answer.figures or not answer.is_own:
            blocks.append(doc.Caveat(self.worded("caveat.fit")))
        if any(line.name == "interest" and line.booked > 0.0 and line.model.high <= 0.0 for line in answer.lines):
            blocks.append(self.caveat("caveat.no_debt"))
        if answer.fitted:
            titles = join([title_of(name, t.lang) for name in answer.fitted], t.lang)
            blocks.append(self.caveat("caveat.fitted", lines=titles))
        if any(comparison.figure.whose == "group" for comparison in answer.compared):
            blocks.append(self.caveat("caveat.group"))
        from copark.analyses.accounts import figures

        if figures.drawn(answer):
            key = "books" if self.has_books_alone else "courses"
            blocks.append(self.chart(key, lambda: figures.courses(answer, t.lang)))
        return self.section("summary", *blocks)

    def beside(self) -> doc.Section:
        if self.has_books_alone:
            return self.section("beside", *self.lines_table(), self.books_table())
        return self.section("beside", self.text("lead.beside"), *self.lines_table(), self.beside_table())

    @property
    def has_books_alone(self) -> bool:
        """Whether everything that is compared is of the books of a person's own park."""
        compared = self.answer.compared
        return bool(compared) and all(comparison.figure.rate_from == "books" for comparison in compared)

    def books_table(self) -> doc.Table:
        """Show the books beside the model, line by line, in time."""
        rows = [
            (
                comparison.figure.period,
                comparison.figure.compared,
                self.t(f"bound.{comparison.figure.bound}"),
                None if comparison.model is None else doc.Interval.of(comparison.model),
                None if comparison.side is None else self.t(f"side.{comparison.side}"),
                self.translated(comparison.figure.note) or "",
                grade_title(comparison.figure.grade, self.t.lang),
                "; ".join(comparison.figure.source),
            )
            for comparison in self.answer.compared
        ]
        titles = [title_of(comparison.figure.quantity, self.t.lang) for comparison in self.answer.compared]
        heads = [with_unit(title, "M USD", self.t.lang) for title in titles]
        columns = "period:quarter booked:number bound model:number side note:note grade source:source"
        return self.table("books", columns, rows, groups=grouped(heads))

    def lines_table(self) -> Iterator[doc.Table]:
        """Show the lines of the books added up, where there are any."""
        t = self.t
        rows = [
            (
                t("lines.result") if line.name == RESULT else title_of(line.name, t.lang),
                self.span_of(line.years),
                len(line.years),
                line.booked,
                doc.Interval.of(line.model),
                t(f"side.{line.side}"),
            )
            for line in self.answer.lines
        ]
        if rows:
            columns = ("line", "span:quarter", "years_count:count")
            amounts = [doc.Column(name, t(f"column.{name}"), doc.Kind.number, "M USD") for name in ("booked", "model")]
            yield self.table("lines", (*columns, *amounts, "side"), rows)

    def signals(self) -> doc.Section:
        """Show what satellites saw beside the model, year by year."""
        from copark.analyses.accounts import figures

        t = self.t
        rows = []
        heads = []
        for signal in self.answer.signals:
            seen = t(f"seen.{signal.variable}")
            for year, index, model in zip(signal.seen.years, signal.seen.bands, signal.model.bands, strict=True):
                heads.append(t("signal.pair", seen=seen, output=t(f"output.{signal.output}")))
                rows.append((str(year), doc.Interval.of(index), doc.Interval.of(model)))
        table = self.table("signals", "year:quarter seen:number model_index:number", rows, groups=grouped(heads))
        left_out = [
            self.caveat(
                "signal.without",
                share=percent(signal.without),
                base=signal.base,
                output=t(f"output.{signal.output}"),
            )
            for signal in self.answer.signals
            if signal.without > 0.0
        ]
        return self.section(
            "signals",
            self.text("lead.signals"),
            self.chart("signals", lambda: figures.signals(self.answer, t.lang), table),
            *left_out,
            self.caveat("caveat.signals"),
        )

    def method_of_own(self) -> Iterator[doc.Block]:
        """Describe how books and signals of a person's own park are read."""
        if self.answer.lines:
            yield self.text("method.books")
        if self.answer.signals:
            yield self.text("method.signals")

    def beside_table(self) -> doc.Table:
        """Show what is compared, quantity by quantity, in time."""
        t = self.t
        rows = []
        heads = []
        for comparison in self.answer.compared:
            figure = comparison.figure
            unit = COUNTERPARTS[figure.quantity].unit
            heads.append(with_unit(title_of(figure.quantity, t.lang), unit, t.lang))
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
                rows.append((title_of(name, t.lang), count, years, t(f"why.{why or 'nothing'}")))
        table = self.table("left-out", "quantity count:count years:quarter why", rows)
        return self.section("left_out", doc.Bullets(tuple(reasons)), table)

    def reason(self, why: str, names: Counter[str]) -> str:
        """Write a reason, how many figures it keeps out and of what most of them are."""
        t = self.t
        first = join([title_of(name, t.lang) for name, _ in names.most_common(NAMED)], t.lang)
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
            doc.Paragraph(self.prices_lead()),
            self.chart("prices", lambda: figures.prices(answer, t.lang), table),
            self.table("model-prices", "measure model:number", model),
            self.caveat("caveat.sites"),
        )

    def prices_lead(self) -> str:
        """Name whose prices are shown: a park of which none is published has none that could be marked."""
        has_own = any(price.is_own for price in self.answer.elsewhere)
        key = "lead.prices" if has_own or not self.answer.is_own else "lead.prices.own"
        return self.t(key, count=len(self.answer.elsewhere), park=self.t.of(self.answer.park))

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
                title_of(comparison.figure.quantity, t.lang),
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
        key = "entered" if self.answer.is_own else "published"
        return self.section(key, self.table(key, columns, rows, folded=True), folded=True)
