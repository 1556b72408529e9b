"""Document of a goal: the answer, sets of levers by cost, who pays and gains, what befalls, how it was found."""

from __future__ import annotations

from collections.abc import Iterator

from copark.analyses.contract import Texts, assemble
from copark.analyses.goal import Answer
from copark.analyses.goal.measures import GoalTarget
from copark.analyses.goal.search import ConfirmedSet
from copark.analyses.goal.words import asked_words, event_words, target_words
from copark.analyses.lever_columns import SIGNS, change_column, effect_interval
from copark.analyses.show import AnswerShow
from copark.decisions.measures import FOUR_SIDES
from copark.decisions.recommendation_rule import recommendation_rule
from copark.model.outcomes import GOOD
from copark.presentation import document as doc
from copark.presentation.numbers import percent, percent_words, shown
from copark.texts import text

COST = doc.plain(doc.Kind.change, "M USD")
"""Column of public costs."""
EFFORT = doc.plain(doc.Kind.number, places=2)
"""Column of efforts."""
SHARE = doc.plain(doc.Kind.share, places=1)
"""Column of shares of runs."""
TOLD = 0.0005
"""Least difference of shares that is seen where they are told in per cent with one decimal."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show whether the targets are reached, by which levers, at what cost and for whom."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key=f"goal-{answer.case}",
        title=t("question", park=t.of(answer.park), targets=show.targets()),
        headline=t.sentences(tuple(show.headline())),
        sections=tuple(show.sections()),
        provenance={"runs": answer.searched + answer.confirmed, "seed": answer.provenance.get("seed", "")},
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.best = next(iter(answer.reaching), None) or next(iter(answer.ladder), answer.before)

    @property
    def is_idle(self) -> bool:
        """Check whether a target is missed and the best set comes no nearer to any, as shares are told (0.1 points)."""
        return self.is_missed and self.nearer < TOLD

    @property
    def is_missed(self) -> bool:
        """Return whether the best set misses a target."""
        return self.best.reach(self.answer.targets) == "missed"

    @property
    def nearer(self) -> float:
        """Return how much nearer to a target the best set comes than the case as it is, as a share of runs."""
        shares = zip(self.answer.targets, self.best.shares, self.answer.before.shares, strict=True)
        return max(target.gap(before.share) - target.gap(share.share) for target, share, before in shares)

    def event(self, target: GoalTarget) -> str:
        """Describe what a target asks of a run."""
        return target_words(target, self.t)

    def targets(self) -> str:
        """Describe what is aimed at."""
        return self.t("and").join(asked_words(target, self.t) for target in self.answer.targets)

    def name(self, lever_set: ConfirmedSet) -> str:
        """Name a set by its options."""
        names = [option.name(self.t.lang) for option in self.answer.options(lever_set)]
        return self.t("plus").join(names) or text("study.as_it_is", self.t.lang)

    def headline(self) -> Iterator[str]:
        """Return what the record has against the runs, whether the targets are reached, how, and at whose cost."""
        t = self.t
        answer = self.answer
        yield from answer.doubts.record_words(t.lang)
        best = self.best
        gaps = [target.gap(share.share) for target, share in zip(answer.targets, best.shares, strict=True)]
        widest = max(range(len(gaps)), key=gaps.__getitem__)
        words = {
            "targets": self.targets(),
            "set": self.name(best),
            "asked": percent(answer.targets[widest].share),
            "share": percent_words(best.shares[widest].share, t.lang, 1),
            "pulled": answer.pulled,
            "before": percent_words(answer.before.shares[widest].share, t.lang, 1),
        }
        if answer.is_met:
            yield t("headline.met", **words)
            return
        reach = best.reach(answer.targets)
        if not best.keys:
            yield t("headline.none", **words)
            return
        if self.is_idle:
            yield t("headline.idle", **words)
            return
        if self.is_missed and self.nearer < recommendation_rule().threshold(GOOD.key):
            yield t("headline.small", **words)
            return
        yield t(f"headline.{reach}", **words)
        if reach == "reached":
            cost = self.said(best.cost, COST)
            yield t(
                "headline.cost" if best.costs else "headline.effort",
                cost=cost,
                effort=shown(best.effort, EFFORT, t.lang),
            )
        yield from self.balance(best)

    def balance(self, lever_set: ConfirmedSet) -> Iterator[str]:
        """Describe which sides gain and which lose in most runs."""
        most = recommendation_rule().losing_side.value
        gaining = [effect for effect in lever_set.effects if effect.above > most]
        losing = [effect for effect in lever_set.effects if effect.below > most]
        for word, effects in (("gain", gaining), ("lose", losing)):
            if effects:
                amounts = [
                    self.t("side.amount", side=self.t(f"side.{effect.measure}"), amount=self.said(effect.median, COST))
                    for effect in effects
                ]
                yield self.t(f"balance.{word}", sides=self.t("join").join(amounts))

    def sections(self) -> Iterator[doc.Section]:
        """Return the sections in their order."""
        answer = self.answer
        general = [doc.Caveat(text("levers.general", self.t.lang))] if answer.general else []
        yield self.section("answer", doc.Cards(tuple(self.cards())), *self.caveats(answer), *general)
        yield self.section("sets", self.ladder())
        if answer.ladder:
            balances = tuple(
                self.t(
                    "balance.set",
                    set=self.name(lever_set),
                    told=self.t.sentences(tuple(self.balance(lever_set)) or (self.t("balance.none"),)),
                )
                for lever_set in answer.ladder
            )
            yield self.section("who", doc.Paragraph(self.t("who.lead")), doc.Bullets(balances), self.sides())
        if answer.events:
            yield self.section("events", doc.Bullets(tuple(self.events())))
        yield self.section("how", doc.Bullets(tuple(self.how())))

    def cards(self) -> Iterator[doc.Card]:
        """Show each target without a lever and with the best set; what that costs."""
        t = self.t
        answer = self.answer
        best = self.best
        has_best = bool(best.keys) and not self.is_idle
        sets = {"before": answer.before, "best": best} if has_best else {"before": answer.before}
        for place, target in enumerate(answer.targets):
            for word, lever_set in sets.items():
                share = lever_set.shares[place]
                interval = shown(doc.Interval(share.low, share.high), SHARE, t.lang)
                title = t(f"card.{word}", target=self.event(target))
                yield doc.Card(title, SHARE, share.share, t("card.error", band=interval))
        if has_best:
            low = self.said(best.cost_low, COST)
            high = self.said(best.cost_high, COST)
            band = text("presentation.number.reach", t.lang, low=low, high=high)
            yield doc.Card(t("card.cost"), COST, best.cost if best.costs else None, t("card.error", band=band))
            yield doc.Card(t("card.effort"), EFFORT, best.effort, t("card.effort.note", count=len(best.keys)))

    def ladder(self) -> doc.Table:
        """Show the sets by what they cost, with the case as it is first."""
        t = self.t
        targets = [
            doc.Column(f"target_{number}", self.event(target), doc.Kind.share, places=1)
            for number, target in enumerate(self.answer.targets, start=1)
        ]
        columns = (
            self.column("set"),
            self.column("reach"),
            *targets,
            self.column("cost", doc.Kind.change, "M USD"),
            self.column("effort", doc.Kind.number, places=2),
            *(self.column(side) for side in FOUR_SIDES),
            doc.Column("searched", t("column.searched"), doc.Kind.share, "", 1),
        )
        rows = [self.row(lever_set) for lever_set in (self.answer.before, *self.answer.ladder)]
        return self.table("ladder", columns, rows)

    def row(self, lever_set: ConfirmedSet) -> tuple[doc.Value, ...]:
        """Make the row of a set."""
        cost = None
        if lever_set.keys and lever_set.costs:
            cost = doc.Interval(lever_set.cost_low, lever_set.cost_high, lever_set.cost)
        return (
            self.name(lever_set),
            self.t(f"reach.{lever_set.reach(self.answer.targets)}"),
            *(doc.Interval(share.low, share.high, share.share) for share in lever_set.shares),
            cost,
            lever_set.effort if lever_set.keys else None,
            *([SIGNS[effect.verdict] for effect in lever_set.effects] or [""] * len(FOUR_SIDES)),
            lever_set.searched[0] if lever_set.searched else None,
        )

    def sides(self) -> doc.Table:
        """Show what each side gains by each set: medians and bands of 90 % of pairs."""
        sides = [change_column(side, self.t, title=self.t(f"side.{side}")) for side in FOUR_SIDES]
        rows: list[tuple[doc.Value, ...]] = [
            (self.name(lever_set), *map(effect_interval, lever_set.effects)) for lever_set in self.answer.ladder
        ]
        return self.table("sides", (self.column("set"), *sides), rows)

    def events(self) -> Iterator[str]:
        """Describe what befalls the park, and what that changes."""
        t = self.t
        answer = self.answer
        for event, who in zip(answer.events, answer.event_titles, strict=True):
            yield event_words(event, who, t)
        if answer.without_events is not None:
            shares = zip(answer.targets, answer.without_events.shares, answer.before.shares, strict=True)
            for target, without, share in shares:
                before = percent(without.share, 1)
                yield t("event.effect", target=self.event(target), before=before, after=percent(share.share, 1))

    def how(self) -> Iterator[str]:
        """Describe how the answer was found."""
        t = self.t
        answer = self.answer
        counts = {
            "settings": answer.options_tried,
            "sets": shown(answer.sets, doc.COUNT, t.lang),
            "most": answer.most,
            "runs": shown(answer.searched, doc.COUNT, t.lang),
            "confirmed": shown(answer.confirmed, doc.COUNT, t.lang),
            "left": len(answer.ladder),
        }
        rate = shown(answer.file.discount.rate, SHARE, t.lang)
        searched = ("search", "fresh", "others", "cost", "effort", "missed")
        for key in ("met", "others") if answer.is_met else searched:
            yield t(f"how.{key}", rate=rate, pulled=answer.pulled, **counts)
