"""What is shown of a goal: the answer, sets of levers by cost, who pays and gains, what befalls, how it was found.

And targets and future events in words, with examples of both for a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from copark.analyses.contract import Choice, Said, Texts, assemble
from copark.analyses.goal import Answer, event_title
from copark.analyses.goal.lever_sets import FutureEvent, example_events, read_events
from copark.analyses.goal.search import Confirmed, GoalTarget, read_targets
from copark.analyses.levers.findings import named
from copark.analyses.levers.measures import SIDES, measure_of
from copark.analyses.levers.recommendation import recommendation_rule
from copark.analyses.levers.show import SIGNS, change, middle
from copark.analyses.show import Show
from copark.cases.case import Case
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import percent, percent_words, shown, spoken
from copark.texts import LANGUAGES, text

COST, EFFORT = doc.plain(doc.Kind.change, "M USD"), doc.plain(doc.Kind.number, places=2)

CHANCES = ("P(self-standing)>=0.9", "P(failed)<=0.05")
"""Examples that ask for an outcome."""
RAISED = ("registered", "operating", "jobs")
GROWTH = 1.5
"""Raised, growth: examples ask for more than what was last observed of these."""


def document(found: Answer, t: Texts) -> doc.Document:
    """Whether the targets are reached, by which levers, at what cost and for whom."""
    show = _Show(found, t)
    return assemble(
        found, t, key=f"goal-{found.case}", title=t("question", park=t.of(found.park), targets=show.targets()),
        headline=t.sentences(tuple(show.headline())), sections=tuple(show.sections()),
        provenance={"runs": found.searched + found.confirmed, "seed": found.provenance.get("seed", "")},
    )  # fmt: skip


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.best = next(iter(found.reaching), None) or next(iter(found.ladder), found.before)

    def event(self, one: GoalTarget) -> str:
        return target_words(one, self.t)

    def targets(self) -> str:
        return self.t("and").join(asked_words(one, self.t) for one in self.found.targets)

    def name(self, one: Confirmed) -> str:
        titles = [named(lever, setting, self.t.lang) for lever, setting in self.found.pulls(one)]
        return self.t("plus").join(titles) or text("study.as_it_is", self.t.lang)

    def headline(self) -> Iterator[str]:
        t, found, best = self.t, self.found, self.best
        gaps = [one.gap(share.share) for one, share in zip(found.targets, best.shares, strict=True)]
        at = max(range(len(gaps)), key=gaps.__getitem__)
        words = {
            "targets": self.targets(), "set": self.name(best), "asked": percent(found.targets[at].share),
            "share": percent_words(best.shares[at].share, t.lang, 1), "pulled": found.pulled,
            "before": percent_words(found.before.shares[at].share, t.lang, 1),
        }  # fmt: skip
        if found.is_met:
            yield t("headline.met", **words)
            return
        reach = best.reach(found.targets)
        if not best.keys:
            yield t("headline.none", **words)
            return
        yield t(f"headline.{reach}", **words)
        if reach == "reached":
            yield t("headline.cost" if best.costs else "headline.effort", cost=self.said(best.cost, COST),
                    effort=shown(best.effort, EFFORT, t.lang))  # fmt: skip
        yield from self.balance(best)

    def balance(self, one: Confirmed) -> Iterator[str]:
        most = recommendation_rule().losing_side.value
        gaining = [gain for gain in one.gains if gain.better > most]
        losing = [gain for gain in one.gains if gain.worse > most]
        for word, sides in (("gain", gaining), ("lose", losing)):
            if sides:
                told = self.t("join").join(
                    self.t("side.amount", side=self.t(f"side.{gain.measure.name}"),
                           amount=self.said(gain.median, COST))
                    for gain in sides
                )  # fmt: skip
                yield self.t(f"balance.{word}", sides=told)

    def sections(self) -> Iterator[doc.Section]:
        found = self.found
        general = [doc.Caveat(text("levers.general", self.t.lang))] if found.general else []
        yield self.section("answer", doc.Cards(tuple(self.cards())), *self.doubts(found), *general)
        yield self.section("sets", self.ladder())
        if found.ladder:
            told = tuple(
                self.t(
                    "balance.set",
                    set=self.name(one),
                    told=self.t.sentences(tuple(self.balance(one)) or (self.t("balance.none"),)),
                )
                for one in found.ladder
            )
            yield self.section("who", doc.Paragraph(self.t("who.lead")), doc.Bullets(told), self.sides())
        if found.events:
            yield self.section("events", doc.Bullets(tuple(self.events())))
        yield self.section("how", doc.Bullets(tuple(self.how())))

    def cards(self) -> Iterator[doc.Card]:
        """Each target without a lever and with the best set; what that costs."""
        t, found, best = self.t, self.found, self.best
        for at, target in enumerate(found.targets):
            for word, one in (("before", found.before), ("best", best))[: 2 if best.keys else 1]:
                share = one.shares[at]
                interval = shown(doc.Interval(share.low, share.high), doc.plain(doc.Kind.share, places=1), t.lang)
                title = t(f"card.{word}", target=self.event(target))
                yield doc.Card(title, doc.plain(doc.Kind.share, places=1), share.share, t("card.error", band=interval))
        if best.keys:
            band = shown(doc.Interval(best.cost_low, best.cost_high), COST, t.lang)
            yield doc.Card(t("card.cost"), COST, best.cost if best.costs else None, t("card.error", band=band))
            yield doc.Card(t("card.effort"), EFFORT, best.effort, t("card.effort.note", count=len(best.keys)))

    def ladder(self) -> doc.Table:
        t, found = self.t, self.found
        targets = [
            doc.Column(f"target_{at + 1}", self.event(one), doc.Kind.share, places=1)
            for at, one in enumerate(found.targets)
        ]  # fmt: skip
        cost = self.column("cost", doc.Kind.change, "M USD")
        columns = (
            self.column("set"), self.column("reach"), *targets, cost, self.column("effort", doc.Kind.number, places=2),
            *(self.column(side) for side in SIDES), doc.Column("searched", t("column.searched"), doc.Kind.share, "", 1),
        )  # fmt: skip
        rows = [self.row(one) for one in (found.before, *found.ladder)]
        return self.table("ladder", columns, rows)

    def row(self, one: Confirmed) -> tuple[doc.Value, ...]:
        cost = doc.Interval(one.cost_low, one.cost_high, one.cost) if one.keys and one.costs else None
        signs = [SIGNS[gain.verdict] for gain in one.gains] or [""] * len(SIDES)
        return (
            self.name(one), self.t(f"reach.{one.reach(self.found.targets)}"),
            *(doc.Interval(share.low, share.high, share.share) for share in one.shares),
            cost, one.effort if one.keys else None, *signs, one.searched[0] if one.searched else None,
        )  # fmt: skip

    def sides(self) -> doc.Table:
        """What each side gains by each set: medians and bands of 90 % of pairs."""
        columns = (self.column("set"), *(change(measure_of(side), self.t, title=self.t(f"side.{side}"))
                                         for side in SIDES))  # fmt: skip
        rows: list[tuple[doc.Value, ...]] = [(self.name(one), *map(middle, one.gains)) for one in self.found.ladder]
        return self.table("sides", columns, rows)

    def events(self) -> Iterator[str]:
        t, found = self.t, self.found
        for one, who in zip(found.events, found.event_titles, strict=True):
            yield event_words(one, who, t)
        if found.without_events is not None:
            for target, without, share in zip(
                found.targets, found.without_events.shares, found.before.shares, strict=True
            ):
                yield t("event.effect", target=self.event(target), before=percent(without.share, 1),
                        after=percent(share.share, 1))  # fmt: skip

    def how(self) -> Iterator[str]:
        t, found = self.t, self.found
        counts = {
            "settings": found.settings, "sets": shown(found.sets, doc.COUNT, t.lang), "most": found.most,
            "runs": shown(found.searched, doc.COUNT, t.lang), "confirmed": shown(found.confirmed, doc.COUNT, t.lang),
            "left": len(found.ladder),
        }  # fmt: skip
        rate = shown(found.file.discount.rate, doc.plain(doc.Kind.share, places=1), t.lang)
        searched = ("search", "fresh", "others", "cost", "effort", "missed")
        for key in ("met", "others") if found.is_met else searched:
            yield t(f"how.{key}", rate=rate, pulled=found.pulled, **counts)


def target_words(one: GoalTarget, t: Texts) -> str:
    """What a target asks of a run."""
    if one.is_outcome:
        return text(f"analysis.outcome.{one.name}", t.lang)
    output = catalogue().outputs[one.name]
    value = spoken(one.value, output.unit, t.lang)
    sign = "≥" if one.at_least else "≤"
    return t("target", title=output.title(t.lang), sign=sign, value=value, quarter=one.quarter)


def asked_words(one: GoalTarget, t: Texts) -> str:
    """What a target asks of a run, and in how many."""
    share = percent(one.share, 0 if round(one.share, 2) == one.share else 1)
    return t("asked.least" if one.in_most else "asked.most", target=target_words(one, t), share=share)


def event_words(one: FutureEvent, who: Said, t: Texts) -> str:
    """What befalls the park, and when."""
    named = t.of(who)
    if one.kind == "government-withdraws":
        named = t(f"side.{one.who}")
    elif one.kind == "shock":
        named = t(f"shock.{one.who}")
    event = t(f"event.{one.kind}", who=named)
    return t("event.until" if one.last else "event.since", event=event, since=one.first, until=one.last)


def targets_for(case: Case, first: int) -> Iterator[Choice]:
    """Targets that may be asked of a case: outcomes, and half as much again as was last observed, half-way to the end.

    first: quarter levers are pulled, counted from the start.
    """
    written = list(CHANCES)
    half = case.clock.start + (first + case.clock.quarters - 1) // 2
    for name in RAISED:
        seen = case.observed(name)
        if seen and seen[-1].value:
            written.append(f"{name}>={float(f'{GROWTH * seen[-1].value:.2g}'):.0f}@{half}")
    for one in written:
        (target,) = read_targets((one,), 0.8, case)
        yield Choice(one, _said(partial(asked_words, target)))


def events_for(case: Case, first: int) -> Iterator[Choice]:
    """Every kind of event for everyone it may befall, two years after levers are pulled."""
    for one in example_events(case, first):
        (event,) = read_events((one,), case, first)
        yield Choice(one, _said(partial(event_words, event, event_title(event, case))))


def _said(words: Callable[[Texts], str]) -> Said:
    return Said(*(words(Texts("goal", lang)) for lang in LANGUAGES))
