"""What is shown of a scored forecast: who forecast best, whether the intervals held, every value."""

from collections.abc import Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.score import Answer, Forecasted, why_left
from copark.analyses.show import Columns, Show, grouped
from copark.calibration.rolling_origin import Point, ScoreLine
from copark.cases.observed_variables import series_title
from copark.cases.quarters import Quarter
from copark.labels import method_title, observable_title, titled, winner_title
from copark.presentation import document as doc
from copark.presentation.numbers import bounded, percentile


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of a forecast that was scored."""
    show = _Show(found, t)
    provenance = {
        "forecast": found.forecast,
        "made_on": found.made_on,
        "cut": found.cut,
        "until": found.until,
        "method": method_title(found.method, t.lang),
        "data": found.data,
    }
    return assemble(
        found,
        t,
        key=f"score-{found.case}",
        title=t("heading", park=t.of(found.park)),
        headline=show.headline(),
        sections=(show.summary(), show.scores(), show.fans()),
        provenance={name: value for name, value in provenance.items() if value},
    )


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found

    def headline(self) -> str:
        found = self.found
        key = "headline" if found.lines else "headline.bounds"
        return self.t(key, won=found.won, rows=len(found.lines), reached=found.reached, values=len(found.values))

    def summary(self) -> doc.Section:
        t = self.t
        found = self.found
        cards = (
            doc.Card(t("card.won"), doc.COUNT, found.won, t("card.won_of", rows=len(found.lines))),
            doc.Card(t("card.reached"), doc.SHARE, found.reached / len(found.values), t("card.promised")),
            doc.Card(t("card.values"), doc.COUNT, len(found.values), t("card.after", cut=found.cut)),
        )
        told = [t("clean" if found.made_on else "clean.undated", made_on=found.made_on)]
        if found.lent:
            told.append(t("borrowed", parks=found.lent))
        lost = [observable_title(line.variable, t.lang) for line in found.lines if line.winner != found.method]
        if lost:
            told.append(t("lost", titles=t("join").join(lost)))
        if found.left:
            reasons = [one.reason for one in found.left]
            each = [t(f"left.{reason}", count=reasons.count(reason)) for reason in dict.fromkeys(reasons)]
            told.append(t("left.count", count=len(reasons), reasons=t("join").join(each)))
        return self.section("summary", doc.Cards(cards), doc.Bullets(tuple(told)))

    def scores(self) -> doc.Section:
        """Mean scores with the winner of each row; every value; every row left out."""
        found = self.found
        blocks: list[doc.Block] = [self.text("lead" if found.lines else "only_bounds")]
        if found.lines:
            methods = [doc.Column(name, method_title(name, self.t.lang), doc.Kind.number) for name in found.methods]
            columns: Columns = ("observable values:count", *methods, "winner covered:share width:number")
            blocks.append(self.table("scores", columns, map(self.row, found.lines)))
        blocks.append(self.values())
        if found.left:
            lang = self.t.lang
            rows = [
                (one.line, one.date, series_title(one.variable, lang), why_left(one, found.cut, found.until, lang))
                for one in found.left
            ]
            blocks.append(self.table("left", "line:count date:quarter observable reason:note", rows))
        return self.section("scores", *blocks)

    def row(self, line: ScoreLine) -> Sequence[doc.Value]:
        found = self.found
        lang = self.t.lang
        winner = winner_title(line, lang)
        return (
            titled(line.variable, lang),
            line.values,
            *(line.crps.get(name) for name in found.methods),
            winner,
            line.coverage[found.method],
            line.width[found.method],
        )

    def values(self) -> doc.Block:
        found = self.found
        lang = self.t.lang
        names = (found.method, found.benchmark)
        beside = [
            doc.Column(key, title, doc.Kind.number)
            for name in names
            for key, title in (
                (name, method_title(name, lang)),
                (f"{name}-crps", self.t("column.crps", method=method_title(name, lang))),
            )
        ]
        columns: Columns = ("date:quarter reported", *beside, "percentile half_width:share source:source")
        rows = [
            (
                one.date,
                self.reported(one.variable, one.value, one.high, one.bound),
                *_cells(one.model),
                *_cells(one.benchmark),
                percentile(one.place),
                one.half_width,
                "; ".join(one.sources),
            )
            for one in found.values
        ]
        heads = grouped(titled(one.variable, lang) for one in found.values)
        return self.table("values", columns, rows, groups=heads, folded=bool(found.lines))

    def reported(self, variable: str, value: float, high: float | None, bound: str) -> str:
        from copark.model.variables import catalogue

        return bounded(value, high, bound, catalogue().outputs[variable].unit, self.t.lang, "bare")

    def fans(self) -> doc.Section:
        return self.section("fans", *(self.fan(name) for name in self.found.fans))

    def fan(self, variable: str) -> doc.Chart:
        from copark.figures.frame import ends, year_of
        from copark.figures.validation import Fan, scored_fan

        t = self.t
        found = self.found
        own = [one for one in found.values if one.variable == variable]
        title = observable_title(variable, t.lang)
        words = t("fan.caption", title=title, reached=sum(one.reached for one in own), count=len(own))
        frozen = found.fans[variable]
        times = ends(Quarter.parse(found.first), range(frozen.model.shape[1]))
        points = [Point(one.at, one.value, one.high, one.bound, "inside" if one.reached else "outside") for one in own]
        return doc.Chart(
            f"fan-{variable.replace('_', '-')}",
            title,
            words,
            lambda: scored_fan(
                titled(variable, t.lang),
                t("fan.subtitle", cut=found.cut),
                Fan(times, frozen.model),
                []
                if frozen.benchmark is None
                else [(method_title(found.benchmark, t.lang), Fan(times, frozen.benchmark))],
                points,
                year_of(Quarter.parse(found.cut)),
                t.lang,
            ),
            words,
            wide=False,
        )


def _cells(one: Forecasted | None) -> tuple[doc.Value, doc.Value]:
    return (None, None) if one is None else (doc.Interval(one.low, one.high, one.median), one.crps)
