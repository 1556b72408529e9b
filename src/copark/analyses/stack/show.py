"""Documents on stacked forecasts: whether they beat the best single curve, weights, scores, every park."""

from __future__ import annotations

from collections.abc import Iterator

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, grouped, made_again
from copark.analyses.stack import Answer
from copark.analyses.stack.stacking import RECENT, STACK, AgainstBest
from copark.calibration.pool.forecasts import GROWTH, MODEL
from copark.labels import lowered, method_title, observable_title
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent

METHOD = 5
LIMITS = 5


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
            show.origins(),
            *show.selection(),
            show.parks(),
            show.section("method", show.numbered("method", METHOD)),
            show.section("limit", show.numbered("limit", LIMITS)),
        ],
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.settings = tuple(dict.fromkeys(weight.setting for weight in answer.weights))

    def headline(self) -> str:
        """Describe in how many parks the stack is at least as good as the best single curve, by setting."""
        parts = []
        for setting in self.settings:
            row = self.answer.judged.best(setting)
            share = percent(row.not_worse / row.parks)
            parts.append(self.t(f"headline.{setting}", share=share, parks=row.parks, curve=self.curve(row)))
        return self.t("headline", parts=self.t("join").join(parts))

    def method(self, name: str) -> str:
        return self.t("model") if name == MODEL else method_title(name, self.t.lang)

    def curve(self, comparison: AgainstBest) -> str:
        """Name the best single curve within a sentence."""
        return lowered(self.method(comparison.curve))

    def summary(self) -> doc.Section:
        t = self.t
        cards = []
        for setting in self.settings:
            row = self.answer.judged.best(setting)
            scores = {"stack": row.stack, "model": row.model, "best": row.best}
            note = t(
                "card.note",
                curve=self.curve(row),
                **{name: number(score, 3) for name, score in scores.items()},
            )
            cards.append(doc.Card(t(f"setting.{setting}"), doc.SHARE, row.not_worse / row.parks, note))
        blocks: list[doc.Block] = [doc.Cards(tuple(cards)), doc.Bullets(tuple(self.against()))]
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

    def against(self) -> Iterator[str]:
        """Describe how the stack did beside the best single curve, by setting and over origins."""
        judged = self.answer.judged
        for setting in self.settings:
            row = judged.best(setting)
            ends = {name: number(score, 3) for name, score in (("low", row.low), ("high", row.high))}
            difference = number(row.difference, 3)
            yield self.t(
                "said.best", setting=self.t(f"setting.{setting}"), curve=self.curve(row), difference=difference, **ends
            )
        origins = judged.by_origin()
        if origins:
            better = sum(row.difference <= 0.0 for row in origins)
            yield self.t("said.origins", better=better, origins=len(origins), year=RECENT)

    def origins(self) -> doc.Section:
        """Show the stack beside the best single curve: over all, by indicator, by origin."""
        rows = []
        heads = []
        for row in self.answer.judged.against_best:
            what = self.t("from_origin", year=row.origin) if row.origin else self.observable(row.variable)
            scores = (row.stack, row.model, row.best, row.difference, row.low, row.high)
            rows.append((what, row.values, row.parks, row.not_worse, *scores))
            heads.append(self.t("recent", setting=self.t(f"setting.{row.setting}"), curve=self.method(row.curve)))
        columns = self.columns(
            "what values:count parks:count better:count stack:number:3 model:number:3 best:number:3 "
            "difference:number:3 low:number:3 high:number:3"
        )
        lead = doc.Paragraph(self.t("lead.origins", year=RECENT))
        table = self.table("best", columns, rows, groups=grouped(heads))
        return self.section("origins", lead, table)

    def selection(self) -> Iterator[doc.Section]:
        """Show which parks came to nothing, and how the growth curve does on parks without a case."""
        selection = self.answer.selection
        if selection is None:
            return
        counts = {record: (nothing, parks) for record, nothing, parks in selection.records}
        middle, low, high = (percent(share) for share in selection.chance)
        lead = self.t(
            "lead.selection",
            zones=counts["zones"][0],
            zones_of=counts["zones"][1],
            others=counts["parks-without-case"][0],
            others_of=counts["parks-without-case"][1],
            chance=middle,
            low=low,
            high=high,
        )
        rows = []
        heads = []
        for row in selection.outside:
            if row.chance in (0.0, *selection.chance):
                what = self.observable(row.variable)
                rows.append((what, row.chance, row.parks, row.values, row.log_crps, row.ratio, row.coverage))
                heads.append(self.t(f"learned.{row.learned}"))
        columns = self.columns(
            "what chance:share parks:count values:count log_crps:number:3 ratio:number:2 coverage:share"
        )
        table = self.table("outside", columns, rows, groups=grouped(heads))
        yield self.section("selection", doc.Paragraph(lead), table)

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
