"""Documents on the natural experiment of Suzhou: scenarios beside observations, differences, and what they mean."""

from collections.abc import Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow
from copark.analyses.suzhou import STUDY, Answer
from copark.analyses.suzhou.findings import FACTUAL
from copark.presentation import document as doc
from copark.presentation.numbers import number
from copark.stats.quantiles import Band

MONEY = doc.plain(doc.Kind.change, "M USD", 0)
CAN = 3
"""Sentences about what it shows."""
CANNOT = 6
"""Sentences about what it does not show."""
METHODS = 5
"""Sentences about how it was made."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of the experiment."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="suzhou",
        title=t("question"),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.developer(),
            show.contrasts(),
            show.enterprises(),
            *(
                show.section(key, show.numbered(key, count, **show.kept))
                for key, count in (("can", CAN), ("cannot", CANNOT), ("method", METHODS))
            ),
        ],
        provenance={
            "study": f"{STUDY} {answer.ensemble}",
            "runs": f"{show.kept['accepted']} / {show.kept['runs']}",
            "seed": answer.seed,
        },
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.kept = {"runs": number(answer.runs, 0), "accepted": number(answer.accepted, 0), "seed": answer.seed}
        self.scenario = self.column("scenario")

    def money(self, band: Band) -> str:
        """Describe a median of money with 90 % of runs, in a sentence."""
        return self.said(doc.Interval.of(band), MONEY)

    def share(self, value: float) -> str:
        return self.said(value, doc.SHARE)

    def amount(self, key: str, year: int | None = None) -> doc.Column:
        """Make a column of money: of a key, or a year."""
        title = self.t(f"column.{key}") if year is None else self.t("column.year", year=year)
        return doc.Column(key, title, doc.Kind.change, "M USD", 0)

    def headline(self) -> str:
        end, swap = (self.money(self.answer.contrast(key).band) for key in ("end_unswapped", "swap_in_rivalry"))
        return self.t.sentences([self.t("headline", end=end, swap=swap)])

    def summary(self) -> doc.Section:
        t = self.t
        answer = self.answer
        factual = answer.scenario(FACTUAL)
        end = answer.contrast("end_unswapped")
        swap = answer.contrast("swap_in_rivalry")
        after = answer.contrast("swap_after_rivalry")
        cards = (
            doc.Card(t("card.turned"), doc.SHARE, factual.turned, t("card.turned.note")),
            doc.Card(t("card.end"), MONEY, doc.Interval.of(end.band), t("card.note")),
            doc.Card(t("card.swap"), MONEY, doc.Interval.of(swap.band), t("card.note")),
        )
        ranked = sorted(answer.scenarios, key=lambda scenario: -scenario.turned)
        turns = (
            t("said.scenario", scenario=t(f"scenario.{scenario.key}"), share=self.share(scenario.turned))
            for scenario in ranked
        )
        words = (
            t("said.turn", best=t("join").join(turns)),
            t("said.rivalry", band=self.money(end.band), above=self.share(end.above)),
            t(
                "said.swap",
                inside=self.money(swap.band),
                inside_above=self.share(swap.above),
                after=self.money(after.band),
                after_above=self.share(after.above),
            ),
            t("said.cleared", share=self.share(factual.cleared), band=self.money(factual.result_2003)),
        )
        return self.section("summary", doc.Cards(cards), self.text("lead"), doc.Bullets(words), self.caveat("caveat"))

    def developer(self) -> doc.Section:
        from copark.analyses.suzhou.figures import developer

        answer = self.answer
        lang = self.t.lang
        chart = self.chart("developer", lambda: developer(answer, lang), self.quarters())
        lead = self.text("developer.lead")
        return self.section("developer", lead, chart, self.scenarios(), self.fit(), self.years())

    def scenarios(self) -> doc.Table:
        """Show every scenario: result and its turn."""
        rows: list[Sequence[doc.Value]] = [
            (
                self.t(f"scenario.{scenario.key}"),
                doc.Interval.of(scenario.loss_1999),
                *(doc.Interval.of(dict(scenario.years)[year]) for year in (2000, 2001)),
                doc.Interval.of(scenario.result_2003),
                scenario.turned,
            )
            for scenario in self.answer.scenarios
        ]
        columns = (
            self.scenario,
            self.amount("loss_1999"),
            self.amount("y2000", 2000),
            self.amount("y2001", 2001),
            self.amount("result_2003"),
            "turned:share",
        )
        return self.table("scenarios", columns, rows)

    def fit(self) -> doc.Table:
        """Show every scenario: fit before the swap, further shares, price of land, enterprises."""
        rows = [
            (
                self.t(f"scenario.{scenario.key}"),
                scenario.misfit,
                scenario.first_profit,
                scenario.cleared,
                doc.Interval.of(scenario.land_price_2000),
                doc.Interval.of(scenario.land_price_2002),
                doc.Interval.of(scenario.operating_2002),
            )
            for scenario in self.answer.scenarios
        ]
        columns = (
            "scenario misfit:number:1 first_profit:share cleared:share price_2000:number:2:M_USD/ha "
            "price_2002:number:2:M_USD/ha operating_2002:count::companies"
        )
        return self.table("fit", columns, rows, folded=True)

    def years(self) -> doc.Table:
        columns = [self.amount(f"y{year}", year) for year, _ in self.answer.scenarios[0].years]
        rows: list[Sequence[doc.Value]] = [
            (self.t(f"scenario.{scenario.key}"), *(doc.Interval.of(band) for _, band in scenario.years))
            for scenario in self.answer.scenarios
        ]
        return self.table("years", (self.scenario, *columns), rows, folded=True)

    def quarters(self) -> doc.Table:
        answer = self.answer
        rows = [
            (self.t(f"scenario.{scenario.key}"), quarter, doc.Interval.of(result), doc.Interval.of(operating))
            for scenario in answer.scenarios
            for quarter, result, operating in zip(
                answer.quarters, scenario.course, scenario.operating_course, strict=True
            )
        ]
        columns = (self.scenario, "quarter:quarter", self.amount("accumulated"), "operating:count::companies")
        return self.table("quarters", columns, rows, folded=True)

    def contrasts(self) -> doc.Section:
        rows = [
            (self.t(f"contrast.{contrast.key}"), doc.Interval.of(contrast.band), contrast.above)
            for contrast in self.answer.contrasts
        ]
        table = self.table("contrasts", ("contrast", self.amount("difference"), "above:share"), rows)
        return self.section("contrasts", self.text("contrasts.lead"), table)

    def enterprises(self) -> doc.Section:
        from copark.analyses.suzhou.figures import enterprises

        chart = self.chart("enterprises", lambda: enterprises(self.answer, self.t.lang))
        return self.section("enterprises", self.text("enterprises.lead"), chart)
