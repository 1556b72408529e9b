"""Documents on stacked forecasts: whether they beat the pooled growth curve, weights, scores, every park."""

from __future__ import annotations

from collections.abc import Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Show, grouped, made_again
from copark.analyses.stack import Answer
from copark.analyses.stack.stacking import STACK, ParkScore
from copark.calibration.pool.forecasts import GROWTH, MODEL
from copark.labels import method_title, observable_title
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent

METHOD = 5
LIMITS = 4


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of it."""
    if answer.again is not None:
        return made_again(answer, answer.again, t, key="stack-check", stale=answer.stale)
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="stack",
        title=t("title"),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.scores(),
            show.parks(),
            show.section("method", show.numbered("method", METHOD)),
            show.section("limit", show.numbered("limit", LIMITS)),
        ],
    )


class _Show(Show):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(t)
        self.answer = answer
        self.settings = tuple(dict.fromkeys(weight.setting for weight in answer.weights))

    def share(self, parks: Sequence[ParkScore]) -> float:
        return sum(park.not_worse for park in parks) / len(parks)

    def headline(self) -> str:
        parts = [
            self.t(f"headline.{setting}", share=percent(self.share(parks)), parks=len(parks))
            for setting in self.settings
            if (parks := self.answer.judged.of(setting))
        ]
        return self.t("headline", parts=self.t("join").join(parts))

    def method(self, name: str) -> str:
        return self.t("model") if name == MODEL else method_title(name, self.t.lang)

    def summary(self) -> doc.Section:
        t = self.t
        cards = []
        for setting in self.settings:
            row = {standing.method: standing for standing in self.answer.judged.main(setting).standings}
            note = t(
                "card.note",
                stack=number(row[STACK].log_crps, 3),
                growth=number(row[GROWTH].log_crps, 3),
                model=number(row[MODEL].log_crps, 3),
                coverage=percent(row[STACK].coverage),
            )
            cards.append(doc.Card(t(f"setting.{setting}"), doc.SHARE, self.share(self.answer.judged.of(setting)), note))
        blocks: list[doc.Block] = [doc.Cards(tuple(cards))]
        if self.answer.stale:
            blocks.append(doc.Caveat(t("stale")))
        return self.section("summary", *blocks)

    def weights(self) -> doc.Table:
        weights = self.answer.weights
        rows = [(self.method(weight.method), weight.value, weight.least, weight.most) for weight in weights]
        heads = grouped(
            self.t("weighted", setting=self.t(f"setting.{weight.setting}"), observable=self.observable(weight.variable))
            for weight in weights
        )
        columns = self.columns("method weight:share least:share most:share")
        return self.table("weights", columns, rows, groups=heads)

    def observable(self, variable: str) -> str:
        """Name an observable; all of them for an empty word."""
        return observable_title(variable, self.t.lang) if variable else self.t("all_counts")

    def scores(self) -> doc.Section:
        tables = [self.contests("scores"), self.contests("indicators", by_indicator=True)]
        return self.section("scores", doc.Paragraph(self.t("lead.scores")), *tables, self.weights())

    def contests(self, key: str, *, by_indicator: bool = False) -> doc.Table:
        """Show methods on the same values, best first: over all counts, or by indicator."""
        rows = []
        heads = []
        for contest in self.answer.judged.contests:
            if bool(contest.variable) is not by_indicator:
                continue
            for row in contest.standings:
                rows.append((self.method(row.method), row.log_crps, row.crps, row.coverage))
                heads.append(
                    self.t(
                        "contest",
                        setting=self.t(f"setting.{contest.scheme}"),
                        values=row.values,
                        observable=self.observable(contest.variable),
                        parks=row.parks,
                        methods=len(contest.standings),
                    )
                )
        columns = self.columns("method log_crps:number:3 crps:number:1 coverage:share")
        return self.table(key, columns, rows, groups=grouped(heads), folded=by_indicator)

    def parks(self) -> doc.Section:
        """Show every park: the stack, the model and the growth curve."""
        rows = [
            (self.t.of(self.answer.titles[park.park]), park.stack, park.model, park.growth, park.not_worse)
            for park in self.answer.judged.parks
        ]
        heads = grouped(self.t(f"setting.{park.setting}") for park in self.answer.judged.parks)
        columns = (
            self.column("park"),
            *(doc.Column(name, self.method(name), doc.Kind.number, places=3) for name in (STACK, MODEL, GROWTH)),
            self.column("not_worse", doc.Kind.flag),
        )
        return self.section("parks", self.table("parks", columns, rows, groups=heads))
