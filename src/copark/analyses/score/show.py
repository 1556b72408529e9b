"""Documents on a scored forecast: who forecast best, whether the intervals held, every value."""

from collections.abc import Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.score import Answer, Forecasted, count_left, why_left
from copark.analyses.show import AnswerShow, Columns, grouped
from copark.calibration.rolling_origin import Point, ScoreLine
from copark.cases.observed_variables import series_title
from copark.cases.quarters import Quarter
from copark.labels import method_title, observable_title, titled, winner_title
from copark.presentation import document as doc
from copark.presentation.numbers import bounded, percentile


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of a forecast that was scored."""
    show = _Show(answer, t)
    provenance = {
        "forecast": answer.forecast,
        "made_on": answer.made_on,
        "cut": answer.cut,
        "until": answer.until,
        "method": method_title(answer.method, t.lang),
        "data": answer.data,
    }
    return assemble(
        answer,
        t,
        key=f"score-{answer.case}",
        title=t("heading", park=t.of(answer.park)),
        headline=show.headline(),
        sections=(show.summary(), show.scores(), show.fans()),
        provenance={name: value for name, value in provenance.items() if value},
    )


class _Show(AnswerShow[Answer]):
    def headline(self) -> str:
        answer = self.answer
        key = "headline" if answer.lines else "headline.bounds"
        return self.t(key, won=answer.won, rows=len(answer.lines), reached=answer.reached, values=len(answer.values))

    def summary(self) -> doc.Section:
        t = self.t
        answer = self.answer
        cards = (
            doc.Card(t("card.won"), doc.COUNT, answer.won, t("card.won_of", rows=len(answer.lines))),
            doc.Card(t("card.reached"), doc.SHARE, answer.reached / len(answer.values), t("card.promised")),
            doc.Card(t("card.values"), doc.COUNT, len(answer.values), t("card.after", cut=answer.cut)),
        )
        sentences = [t("clean" if answer.made_on else "clean.undated", made_on=answer.made_on)]
        if answer.lent:
            sentences.append(t("borrowed", parks=answer.lent))
        lost = [observable_title(line.variable, t.lang) for line in answer.lines if line.winner != answer.method]
        if lost:
            sentences.append(t("lost", titles=t("join").join(lost)))
        if answer.left:
            sentences.append(count_left([row.reason for row in answer.left], t))
        return self.section("summary", doc.Cards(cards), doc.Bullets(tuple(sentences)))

    def scores(self) -> doc.Section:
        """Show mean scores with the winner of each row; every value; every row left out."""
        answer = self.answer
        blocks: list[doc.Block] = [self.text("lead" if answer.lines else "only_bounds")]
        if answer.lines:
            methods = [doc.Column(name, method_title(name, self.t.lang), doc.Kind.number) for name in answer.methods]
            columns: Columns = ("observable values:count", *methods, "winner covered:share width:number")
            blocks.append(self.table("scores", columns, map(self.row, answer.lines)))
        blocks.append(self.values())
        if answer.left:
            lang = self.t.lang
            rows = [
                (row.line, row.date, series_title(row.variable, lang), why_left(row, answer.cut, answer.until, lang))
                for row in answer.left
            ]
            blocks.append(self.table("left", "line:count date:quarter observable reason:note", rows))
        return self.section("scores", *blocks)

    def row(self, line: ScoreLine) -> Sequence[doc.Value]:
        answer = self.answer
        lang = self.t.lang
        winner = winner_title(line, lang)
        return (
            titled(line.variable, lang),
            line.values,
            *(line.crps.get(name) for name in answer.methods),
            winner,
            line.coverage[answer.method],
            line.width[answer.method],
        )

    def values(self) -> doc.Block:
        answer = self.answer
        lang = self.t.lang
        names = (answer.method, answer.benchmark)
        method_columns = [
            doc.Column(key, title, doc.Kind.number)
            for name in names
            for key, title in (
                (name, method_title(name, lang)),
                (f"{name}-crps", self.t("column.crps", method=method_title(name, lang))),
            )
        ]
        columns: Columns = ("date:quarter reported", *method_columns, "percentile half_width:share source:source")
        rows = [
            (
                value.date,
                self.reported(value.variable, value.value, value.high, value.bound),
                *_cells(value.model),
                *_cells(value.benchmark),
                percentile(value.place),
                value.half_width,
                "; ".join(value.sources),
            )
            for value in answer.values
        ]
        heads = grouped(titled(value.variable, lang) for value in answer.values)
        return self.table("values", columns, rows, groups=heads, folded=bool(answer.lines))

    def reported(self, variable: str, value: float, high: float | None, bound: str) -> str:
        """Write a value as it was reported, with its bound.

        Parameters
        ----------
        variable
            Name of the observable, for its unit.
        value
            The value, or the lower end of a range.
        high
            Upper end of a range; ``None`` for a single value.
        bound
            Kind of the report: exact, about, at least, at most, more than, range.
        """
        from copark.model.variables import catalogue

        return bounded(value, high, bound, catalogue().outputs[variable].unit, self.t.lang, "bare")

    def fans(self) -> doc.Section:
        return self.section("fans", *(self.fan(name) for name in self.answer.fans))

    def fan(self, variable: str) -> doc.Chart:
        from copark.figures.frame import ends, year_of
        from copark.figures.validation import Fan, scored_fan

        t = self.t
        answer = self.answer
        values = [value for value in answer.values if value.variable == variable]
        title = observable_title(variable, t.lang)
        words = t("fan.caption", title=title, reached=sum(value.reached for value in values), count=len(values))
        frozen = answer.fans[variable]
        times = ends(Quarter.parse(answer.first), range(frozen.model.shape[1]))
        points = [
            Point(value.at, value.value, value.high, value.bound, "inside" if value.reached else "outside")
            for value in values
        ]
        return doc.Chart(
            f"fan-{variable.replace('_', '-')}",
            title,
            words,
            lambda: scored_fan(
                titled(variable, t.lang),
                t("fan.subtitle", cut=answer.cut),
                Fan(times, frozen.model),
                []
                if frozen.benchmark is None
                else [(method_title(answer.benchmark, t.lang), Fan(times, frozen.benchmark))],
                points,
                year_of(Quarter.parse(answer.cut)),
                t.lang,
            ),
            words,
            wide=False,
        )


def _cells(forecast: Forecasted | None) -> tuple[doc.Value, doc.Value]:
    return (None, None) if forecast is None else (doc.Interval.of(forecast), forecast.crps)
