"""What is shown of further observations: the best for each claim, all together, how precise, and how sure this is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Columns, Show, known
from copark.analyses.voi import Answer, Tried
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import exact, precise, shown

if TYPE_CHECKING:
    from copark.analyses.levers.figures import Bars
    from copark.analyses.voi import OpenQuestion, PossibleObservation

DRAWN, EACH, MANY = 8, 3, 3
"""Claims drawn, observations of each, and dates that are named one by one."""
TELLING = 2.0
"""Standard errors that a gain must be above 0 to count as one."""


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of what to find out next."""
    show = _Show(found, t)
    sections = [show.summary(), *show.open(), show.settled(), show.sure(), show.limits()]
    return assemble(
        found, t, key=f"voi-{found.case}", title=t("question", park=t.of(found.park)), headline=show.headline(),
        sections=[one for one in sections if one.blocks],
        provenance={"worlds": found.worlds, "futures": found.futures},
    )  # fmt: skip


MOST_OPEN = 0.25
"""P(1 - P) of a claim that is as likely as not: what an observation can take away at most."""


def telling(one: Tried) -> bool:
    """Whether a gain is more than chance in the worlds that were simulated."""
    return one.gain.variance > TELLING * one.gain.error


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.best = found.best

    def name(self, one: PossibleObservation) -> str:
        if one.parameter:
            return self.t("observation.literature", parameter=catalogue().parameters[one.parameter].title(self.t.lang))
        return self.t(f"observation.{one.family}")

    def when(self, one: PossibleObservation) -> str:
        if len(one.dates) > MANY:
            return self.t("dates", first=one.dates[0], last=one.dates[-1], count=len(one.dates))
        return self.t("list").join(one.dates) or self.t("any_time")

    def exactness(self, one: PossibleObservation) -> str:
        if one.relative:
            return f"±{shown(one.precision[0], doc.SHARE, self.t.lang)}"
        said = self.t("list").join(f"±{exact(value)}" for value in one.precision)
        unit = "companies" if one.family == "attribution" else ""
        return self.t(f"exact.{unit}", errors=said) if unit else said

    def title(self, question: str) -> str:
        return self.t.of(self.found.question(question).title)

    def whole(self, number: int) -> str:
        one = self.found.observations[number]
        return self.t("whole", name=self.name(one), when=self.when(one))

    def share(self, value: float) -> str:
        return shown(value, doc.SHARE, self.t.lang)

    def headline(self) -> str:
        t = self.t
        if not self.best:
            return t("headline.settled")
        telling_best = [tried for tried in self.best if telling(tried)]
        if not telling_best:
            return t("headline.nothing", count=len(self.best))
        first = max(telling_best, key=lambda tried: tried.gain.variance)  # the criterion of decision 0058
        seen = self.found.observations[first.observation]
        return t(
            "headline", name=self.name(seen), when=self.when(seen), precision=self.exactness(seen),
            claim=self.title(first.question), decided=self.share(first.gain.decided),
            before=self.share(first.gain.decided_before),
            gain=shown(first.gain.variance, doc.plain(doc.Kind.number, places=3), t.lang),
            most=shown(MOST_OPEN, doc.plain(doc.Kind.number, places=2), t.lang),
        )  # fmt: skip

    def summary(self) -> doc.Section:
        t, found = self.t, self.found
        key = "prior" if not found.cut else "posterior" if found.values else "latest"
        given = t(f"lead.{key}", cut=found.cut, values=found.values)
        blocks: list[doc.Block] = [doc.Paragraph(given)]
        if self.best:
            asked = t("card.open.note", count=len(found.questions))
            gained = sum(one.gain.decided - one.gain.decided_before for one in self.best)
            blocks.append(
                doc.Cards((
                    doc.Card(t("card.open"), doc.COUNT, len(self.best), asked),
                    doc.Card(t("card.helped"), doc.COUNT, sum(map(telling, self.best)), t("card.helped.note")),
                    doc.Card(t("card.gained"), doc.plain(doc.Kind.number, places=1), gained, t("card.gained.note")),
                ))
            )  # fmt: skip
            columns: Columns = ("claim claimed:share probability:share observation date precision:text", *self.told())
            rows = [
                (self.title(one.question), *self.chances(found.question(one.question)), *self.seen(one.observation),
                 *self.values(one))
                for one in self.best
            ]  # fmt: skip
            blocks += [self.table("best", columns, rows), self.caveat("caveat.average")]
        return self.section("summary", *blocks)

    def chances(self, one: OpenQuestion) -> tuple[float | None, float]:
        """P as `copark claims` has it, and the share of worlds that gains are counted by."""
        return known(one.claimed), one.probability

    def told(self) -> tuple[doc.Column, ...]:
        return self.columns("before:number:2 after:number:2 was:share decided:share move:share gain:number:3")

    def values(self, one: Tried) -> tuple[doc.Value, ...]:
        gain = one.gain
        return gain.before, gain.after, gain.decided_before, gain.decided, gain.move, gain.variance

    def seen(self, number: int) -> tuple[str, str, str]:
        one = self.found.observations[number]
        return self.name(one), self.when(one), self.exactness(one)

    def open(self) -> Iterable[doc.Section]:
        """Sections that there are only where something is open: gains drawn, ranked, and by precision."""
        if not self.best:
            return
        from copark.analyses.levers.figures import gain_bars

        t, found = self.t, self.found
        heads = (t("axis.gain"), t("column.decided"))
        footer = t("footer", case=found.case, run_id=found.run_id, worlds=found.worlds)
        drawn = self.chart(
            "gains", lambda: gain_bars(self.bars(), t("chart.gains"), t("subtitle.gains"), heads, footer), self.every()
        )
        yield self.section("gains", drawn)
        yield self.section("ranking", self.text("ranking.lead"), self.ranking())
        yield self.section("precision", self.text("precision.lead"), self.precisions())

    def bars(self) -> Sequence[Bars]:
        from copark.analyses.levers.figures import Bars

        return [
            Bars(self.title(one.question), tuple(
                (self.whole(row.observation), row.gain.variance, row.gain.error, row.gain.decided)
                for row in self.found.ranked[one.question][:EACH]
            ))
            for one in self.best[:DRAWN]
        ]  # fmt: skip

    def every(self) -> doc.Table:
        columns: Columns = ("claim observation date precision:text", *self.told(), "error:number:3 right:share")
        rows = [
            (self.title(one.question), *self.seen(one.observation), *self.values(one), one.gain.error, one.gain.right)
            for ranked in self.found.ranked.values() for one in ranked
        ]  # fmt: skip
        return self.table("every", columns, rows, folded=True)

    def ranking(self) -> doc.Table:
        found = self.found
        by_gain = {number: found.total(number) for number in range(len(found.observations))}

        def order(number: int) -> tuple[bool, float]:
            cost = found.cost(number)
            return cost is None, -by_gain[number] / (cost or 1.0)

        rows: list[tuple[doc.Value, ...]] = []
        for number in sorted(by_gain, key=order):
            cost = found.cost(number)
            tells = [one for one in found.tried if one.observation == number and telling(one)]
            if not tells and cost is None:
                continue
            claims = self.t("join").join(self.title(one.question) for one in tells)
            per_cost = None if cost is None else by_gain[number] / cost
            row: tuple[doc.Value, ...] = (*self.seen(number), by_gain[number], claims)
            rows.append((*row, cost, per_cost) if found.costs else row)
        costs = "cost:number per_cost:number:4" if found.costs else ""
        columns = f"observation date precision:text total:number:3 tells:note {costs}"
        return self.table("ranking", columns, rows)

    def precisions(self) -> doc.Table:
        """The best observation of each question with other errors: share of worlds decided."""
        factors = list(dict.fromkeys(one.factor for one in self.found.precisions))
        titles = [self.t("column.factor", factor=exact(one)) for one in factors]
        columns: Columns = (
            "claim observation date",
            *(doc.Column(f"factor_{n}", title, doc.Kind.share) for n, title in enumerate(titles)),
        )  # fmt: skip
        shares = {(one.question, one.factor): one.gain.decided for one in self.found.precisions}
        rows: list[tuple[doc.Value, ...]] = [
            (self.title(one.question), *self.seen(one.observation)[:2],
             *(shares[one.question, factor] for factor in factors))
            for one in self.best
        ]  # fmt: skip
        return self.table("precision", columns, rows)

    def settled(self) -> doc.Section:
        columns = (
            "claim says:note claimed:share probability:share effect:number:2 known:number:2 was:share one_run:share"
        )

        def row(one: OpenQuestion) -> tuple[doc.Value, ...]:
            effect = doc.Interval(one.low, one.high, one.median)
            words = (self.t.of(one.title), self.t.of(one.says))
            return *words, *self.chances(one), effect, one.known, one.decided, one.parameters

        table = self.table("known", columns, map(row, self.found.questions))
        return self.section("known", table, folded=bool(self.best))

    def sure(self) -> doc.Section:
        t, found = self.t, self.found
        right = [one.gain.right * one.gain.decided for one in self.best if one.gain.decided]
        decided = sum(one.gain.decided for one in self.best)
        error = max((one.gain.error for one in found.tried), default=0.0)
        said = [t("sure.worlds", worlds=found.worlds, futures=found.futures, others=found.futures - 1)]
        said += [t("sure.error", error=precise(error, 3))] if found.tried else []
        said += [t("sure.right", right=self.share(sum(right) / decided))] if right else []
        method = doc.Bullets((t("sure.method"), t("sure.sources")))
        return self.section("sure", doc.Paragraph(t.sentences(said)), method)

    def limits(self) -> doc.Section:
        keys = ("elsewhere", "minutes", "state", "estimates", "structure", "precision")
        return self.section("limits", doc.Bullets(tuple(self.t(f"limits.{key}") for key in keys)))
