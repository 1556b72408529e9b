"""Documents on further observations: the best for each claim, all together, how precise, and how sure this is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, Columns, known
from copark.analyses.voi import Answer, ObservationGain
from copark.analyses.voi.observation_words import described, observation_dates, observation_error, observation_name
from copark.presentation import document as doc
from copark.presentation.numbers import exact, precise, shown

if TYPE_CHECKING:
    from copark.analyses.voi import OpenQuestion
    from copark.analyses.voi.figures import ClaimGains

DRAWN = 8
"""Claims that are drawn."""
EACH = 3
"""Observations drawn of each claim."""
TELLING = 2.0
"""Standard errors that a gain must be above 0 to count as one."""


def document(result: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of what to find out next."""
    show = _Show(result, t)
    sections = [show.summary(), *show.open(), show.settled(), show.sure(), show.limits()]
    return assemble(
        result,
        t,
        key=f"voi-{result.case}",
        title=t("question", park=t.of(result.park)),
        headline=show.headline(),
        sections=[section for section in sections if section.blocks],
        provenance={"worlds": result.worlds, "futures": result.replicates},
    )


MOST_OPEN = 0.25
"""P(1 - P) of a claim that is as likely as not: what an observation can take away at most."""


def telling(trial: ObservationGain) -> bool:
    """Return whether a gain is more than chance in the worlds that were simulated."""
    return trial.gain.variance > TELLING * trial.gain.error


class _Show(AnswerShow[Answer]):
    def __init__(self, result: Answer, t: Texts) -> None:
        super().__init__(result, t)
        self.best = result.best

    def title(self, question: str) -> str:
        return self.t.of(self.answer.question(question).title)

    def whole(self, number: int) -> str:
        observation = self.answer.observations[number]
        lang = self.t.lang
        name = observation_name(observation, lang)
        return self.t("whole", name=name, when=observation_dates(observation, lang))

    def share(self, value: float) -> str:
        return shown(value, doc.SHARE, self.t.lang)

    def headline(self) -> str:
        t = self.t
        if not self.best:
            return t("headline.settled")
        telling_best = [trial for trial in self.best if telling(trial)]
        if not telling_best:
            return t("headline.nothing", count=len(self.best))
        first = max(telling_best, key=lambda trial: trial.gain.variance)  # the criterion of decision 0058
        observation = self.answer.observations[first.observation]
        return t(
            "headline",
            name=observation_name(observation, t.lang),
            when=observation_dates(observation, t.lang),
            precision=observation_error(observation, t.lang),
            claim=self.title(first.question),
            decided=self.share(first.gain.decided),
            before=self.share(first.gain.decided_before),
            gain=shown(first.gain.variance, doc.plain(doc.Kind.number, places=3), t.lang),
            most=shown(MOST_OPEN, doc.plain(doc.Kind.number, places=2), t.lang),
        )

    def summary(self) -> doc.Section:
        t = self.t
        result = self.answer
        key = "prior" if not result.cut else "posterior" if result.values else "latest"
        lead = t(f"lead.{key}", cut=result.cut, values=result.values)
        blocks: list[doc.Block] = [doc.Paragraph(lead)]
        if self.best:
            note = t("card.open.note", count=len(result.questions))
            gained = sum(trial.gain.decided - trial.gain.decided_before for trial in self.best)
            blocks.append(
                doc.Cards(
                    (
                        doc.Card(t("card.open"), doc.COUNT, len(self.best), note),
                        doc.Card(t("card.helped"), doc.COUNT, sum(map(telling, self.best)), t("card.helped.note")),
                        doc.Card(t("card.gained"), doc.plain(doc.Kind.number, places=1), gained, t("card.gained.note")),
                    )
                )
            )
            columns: Columns = ("claim claimed:share probability:share observation date precision:text", *self.told())
            rows = [
                (
                    self.title(trial.question),
                    *self.chances(result.question(trial.question)),
                    *self.seen(trial.observation),
                    *self.values(trial),
                )
                for trial in self.best
            ]
            blocks += [self.table("best", columns, rows), self.caveat("caveat.average")]
        return self.section("summary", *blocks)

    def chances(self, question: OpenQuestion) -> tuple[float | None, float]:
        """Return P as `copark claims` has it, and the share of worlds that gains are counted by."""
        return known(question.claimed), question.probability

    def told(self) -> tuple[doc.Column, ...]:
        return self.columns("before:number:2 after:number:2 was:share decided:share move:share gain:number:3")

    def values(self, trial: ObservationGain) -> tuple[doc.Value, ...]:
        gain = trial.gain
        return gain.before, gain.after, gain.decided_before, gain.decided, gain.move, gain.variance

    def seen(self, number: int) -> tuple[str, str, str]:
        return described(self.answer.observations[number], self.t.lang)

    def open(self) -> Iterable[doc.Section]:
        """Show sections that there are only where something is open: gains drawn, ranked, and by precision."""
        if not self.best:
            return
        from copark.analyses.voi.figures import gain_bars

        t = self.t

        result = self.answer
        heads = (t("axis.gain"), t("column.decided"))
        footer = t("footer", case=result.case, run_id=result.run_id, worlds=result.worlds)
        chart = self.chart(
            "gains", lambda: gain_bars(self.bars(), t("chart.gains"), t("subtitle.gains"), heads, footer), self.every()
        )
        yield self.section("gains", chart)
        yield self.section("ranking", self.text("ranking.lead"), self.ranking())
        yield self.section("precision", self.text("precision.lead"), self.precisions())

    def bars(self) -> Sequence[ClaimGains]:
        from copark.analyses.voi.figures import ClaimGains

        return [
            ClaimGains(
                self.title(trial.question),
                tuple(
                    (self.whole(row.observation), row.gain.variance, row.gain.error, row.gain.decided)
                    for row in self.answer.ranked[trial.question][:EACH]
                ),
            )
            for trial in self.best[:DRAWN]
        ]

    def every(self) -> doc.Table:
        columns: Columns = ("claim observation date precision:text", *self.told(), "error:number:3 right:share")
        rows = [
            (
                self.title(trial.question),
                *self.seen(trial.observation),
                *self.values(trial),
                trial.gain.error,
                trial.gain.right,
            )
            for ranked in self.answer.ranked.values()
            for trial in ranked
        ]
        return self.table("every", columns, rows, folded=True)

    def ranking(self) -> doc.Table:
        result = self.answer
        by_gain = {number: result.total(number) for number in range(len(result.observations))}

        def order(number: int) -> tuple[bool, float]:
            cost = result.cost(number)
            return cost is None, -by_gain[number] / (cost or 1.0)

        rows: list[tuple[doc.Value, ...]] = []
        for number in sorted(by_gain, key=order):
            cost = result.cost(number)
            tells = [trial for trial in result.tried if trial.observation == number and telling(trial)]
            if not tells and cost is None:
                continue
            claims = self.t("join").join(self.title(trial.question) for trial in tells)
            per_cost = None if cost is None else by_gain[number] / cost
            row: tuple[doc.Value, ...] = (*self.seen(number), by_gain[number], claims)
            rows.append((*row, cost, per_cost) if result.costs else row)
        costs = "cost:number per_cost:number:4" if result.costs else ""
        columns = f"observation date precision:text total:number:3 tells:note {costs}"
        return self.table("ranking", columns, rows)

    def precisions(self) -> doc.Table:
        """Show the best observation of each question with other errors: share of worlds decided."""
        factors = list(dict.fromkeys(trial.factor for trial in self.answer.precisions))
        titles = [self.t("column.factor", factor=exact(factor)) for factor in factors]
        columns: Columns = (
            "claim observation date",
            *(doc.Column(f"factor_{n}", title, doc.Kind.share) for n, title in enumerate(titles)),
        )
        shares = {(trial.question, trial.factor): trial.gain.decided for trial in self.answer.precisions}
        rows: list[tuple[doc.Value, ...]] = [
            (
                self.title(trial.question),
                *self.seen(trial.observation)[:2],
                *(shares[trial.question, factor] for factor in factors),
            )
            for trial in self.best
        ]
        return self.table("precision", columns, rows)

    def settled(self) -> doc.Section:
        columns = (
            "claim says:note claimed:share probability:share effect:number:2 known:number:2 was:share one_run:share"
        )

        def row(question: OpenQuestion) -> tuple[doc.Value, ...]:
            effect = doc.Interval.of(question)
            words = (self.t.of(question.title), self.t.of(question.says))
            return *words, *self.chances(question), effect, question.known, question.decided, question.parameters

        table = self.table("known", columns, map(row, self.answer.questions))
        return self.section("known", table, folded=bool(self.best))

    def sure(self) -> doc.Section:
        t = self.t
        result = self.answer
        decided_right = [trial.gain.right * trial.gain.decided for trial in self.best if trial.gain.decided]
        decided = sum(trial.gain.decided for trial in self.best)
        error = max((trial.gain.error for trial in result.tried), default=0.0)
        sentences = [t("sure.worlds", worlds=result.worlds, futures=result.replicates, others=result.replicates - 1)]
        sentences += [t("sure.error", error=precise(error, 3))] if result.tried else []
        sentences += [t("sure.right", right=self.share(sum(decided_right) / decided))] if decided_right else []
        method = doc.Bullets((t("sure.method"), t("sure.sources")))
        return self.section("sure", doc.Paragraph(t.sentences(sentences)), method)

    def limits(self) -> doc.Section:
        keys = ("elsewhere", "minutes", "state", "estimates", "structure", "precision")
        return self.section("limits", doc.Bullets(tuple(self.t(f"limits.{key}") for key in keys)))
