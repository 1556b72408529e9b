"""What is shown of literature and experts: claims by what they rest on, estimates, answers, what all this implies."""

from __future__ import annotations

from collections.abc import Iterator
from math import expm1, isfinite, nan
from typing import TYPE_CHECKING

from copark.analyses.claims.rules import SMALL, side
from copark.analyses.claims.standard import standard, turned_word
from copark.analyses.contract import Texts, assemble
from copark.analyses.experts import Answer
from copark.analyses.experts.literature import Estimate, literature
from copark.analyses.experts.weighing import LEAST, Held, Row
from copark.analyses.show import Show, grouped, known
from copark.cases import own_words
from copark.labels import claim_number, join
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import exact, percent
from copark.simulation.outcomes import OUTCOMES
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.experts.weighing import AnsweredQuestion, Beside

MOVED = 0.03
"""Change of a probability from which on an estimate is named, and a claim may turn."""
CONTRADICT = 0.02
"""Difference from which on answers are said to contradict each other."""
SHOWN = ("failed", "dependent", "self_standing")


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of literature and experts."""
    show = _Show(found, t)
    made = found.provenance
    return assemble(
        found, t, key=f"experts-{found.case}", title=t("question", park=t.of(found.park)), headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={
            "draws": f"{made['draws']} × {made['futures']}", "seed": made["seed"], "fixed": literature()[0].fixed,
            "literature_sha256": made["literature_sha256"], "standard_sha256": made["standard_sha256"],
        },
    )  # fmt: skip


class _Show(Show):
    """The parts of the document in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.written = {one.key: one for one in literature()[0].estimates}
        self.borrowed = found.trust is not None and found.trust.state == "borrowed"

    def way(self, way: str) -> str:
        key = f"way.{way}.borrowed"
        return self.t(key if self.borrowed and self.t.has(key) else f"way.{way}")

    def word(self, held: Held) -> str:
        """The word for a probability, or why there is none."""
        if not isfinite(held.probability):
            return text("claims.no_probability", self.t.lang)
        return text(f"claims.word.{held.word}", self.t.lang) if held.enough else self.t("too_few")

    @property
    def added(self) -> tuple[str, ...]:
        """What is known of the park with literature and, where there are any, with experts."""
        own = self.found
        return (own.with_("literature"), *([own.with_("experts")] if own.experts else []))

    def claims(self) -> list[Row]:
        return [one for one in self.found.rows if not one.part]

    def turned(self, way: str) -> list[Row]:
        """Claims that a way moves to another side; the words are compared from as many draws as the way has."""
        rules, main = standard(), self.found.main

        def turns(one: Row) -> bool:
            after, before = one.held[way], one.held[main]
            alike = rules.word(before.probability, round(after.draws))
            alike = turned_word(alike) if one.turned else alike
            moved = abs(after.probability - before.probability) >= MOVED
            return moved and after.enough and SMALL not in (after.word, before.word) and side(after.word) != side(alike)

        return [one for one in self.claims() if turns(one)]

    def headline(self) -> str:
        """How many claims get another word by what is added."""
        t, found = self.t, self.found
        if found.template:
            return t("headline.template", name=found.template, case=found.case, count=found.questions)
        told = []
        for way in self.added:
            kind = "experts" if way.endswith("experts") else "literature"
            ends = {"before": found.main, "after": way}
            named = [
                t("turned", claim=self.named(one), **{when: self.word(one.held[key]) for when, key in ends.items()})
                for one in self.turned(way)
            ]
            key = f"headline.{kind}" if named else f"headline.{kind}.none"
            if found.ways[way] < LEAST:
                key = f"headline.{kind}.few"
            told.append(t(key, claims=t("join").join(named), count=len(self.claims()), draws=round(found.ways[way])))
        return t.sentences(told)

    def draws(self) -> dict[str, str]:
        """Draws of the claims, and those made here."""
        made = self.found.provenance
        return {"claims": made["claims_draws"], "draws": f"{made['draws']} × {made['futures']}"}

    def named(self, one: Row) -> str:
        return self.t("claim", id=claim_number(one.claim, self.t.lang), title=self.t.of(one.title))

    def sections(self) -> Iterator[doc.Section]:
        if self.found.template:
            return
        yield self.summary()
        yield self.section("parts", self.rows("parts", [one for one in self.found.rows if one.part]))
        yield self.literature()
        if self.found.experts:
            yield self.experts()
        yield self.outlook()
        keys = ("method", "separate", "error", "pool", "alternatives", "cannot")
        yield self.section("limits", doc.Bullets(tuple(self.t(f"limits.{key}", least=LEAST) for key in keys)))

    def summary(self) -> doc.Section:
        t, found = self.t, self.found
        blocks: list[doc.Block] = []
        if found.trust is not None and not found.trust.shows_outcomes:
            blocks.append(doc.Caveat(found.trust.meaning(t.lang)))
        if found.general:
            blocks.append(doc.Caveat(t("general")))
        cards = []
        for way in self.added:
            kind = "experts" if way.endswith("experts") else "literature"
            note = t("card.turned.note", count=len(self.claims()))
            cards.append(doc.Card(t(f"card.turned.{kind}"), doc.COUNT, len(self.turned(way)), note))
            note = t("card.draws.note", count=found.provenance["draws"])
            cards.append(doc.Card(t(f"card.draws.{kind}"), doc.COUNT, found.ways[way], note))
        blocks += [doc.Paragraph(t("lead")), doc.Cards(tuple(cards))]
        blocks += [
            self.rows("claims", self.claims()),
            self.chart("claims", self.drawing),
            self.caveat("lead.words", **self.draws()),
        ]
        few = [self.way(way) for way in self.added if found.ways[way] < LEAST]
        if few:
            blocks.insert(0, doc.Caveat(t("few", ways=join(few, t.lang), least=LEAST)))
        return self.section("summary", *blocks)

    def drawing(self) -> Figure:
        from copark.analyses.claims.figures import by_evidence

        t, found = self.t, self.found
        ways = dict.fromkeys(("prior", found.main, *self.added))
        marks = {"prior": 0, "record": 1, found.with_("literature"): 2, found.with_("experts"): 3}
        rows = [(self.named(one), {way: held.probability for way, held in one.held.items()}) for one in self.claims()]
        footer = t("footer", case=found.case, run_id=found.run_id, draws=found.provenance["draws"])
        return by_evidence(rows, {way: (self.way(way), marks[way]) for way in ways}, t("chart.claims"), footer)

    def rows(self, key: str, rows: list[Row]) -> doc.Table:
        """Claims, or their parts, with word and probability in every way."""
        t, found = self.t, self.found
        words = (found.main, *self.added)
        heads = ("prior", "prior_literature") if found.main == "record" else ()
        columns = [self.column("claim"), *(doc.Column(way, self.way(way), doc.Kind.share) for way in heads)]
        for way in words:
            columns += [
                doc.Column(f"{way}_word", t("column.word", way=self.way(way))),
                doc.Column(way, t("column.probability", way=self.way(way)), doc.Kind.share),
            ]
        columns.append(self.column("by", doc.Kind.note))
        made = [
            (
                self.named(one) if not one.part else t.of(one.title),
                *(known(one.held[way].probability) for way in heads),
                *(value for way in words for value in (self.word(one.held[way]), known(one.held[way].probability))),
                self.moved(one),
            )
            for one in rows
        ]  # fmt: skip
        titles = {one.claim: self.named(one) for one in self.claims()}
        groups = grouped(titles.get(one.claim, one.claim) for one in rows) if key == "parts" else ()
        return self.table(key, columns, made, groups=groups)

    def moved(self, one: Row) -> str:
        """The estimate that changes a probability most by itself, where it changes it at all."""
        before = one.held[self.found.main].probability
        best = max(one.by_estimate, key=lambda key: abs(one.by_estimate[key] - before), default=None)
        if best is None or not abs(one.by_estimate[best] - before) >= MOVED:
            return ""
        return self.t("alone", title=self.t.of(self.written[best].title), share=percent(one.by_estimate[best]))

    # literature

    def literature(self) -> doc.Section:
        """Every estimate beside the model's own value, and what each does to every claim by itself."""
        t, found = self.t, self.found
        used = [one for one in found.estimates if one.state == "used"]
        columns = self.columns("estimate of:note grade source:note estimated error prior record draws:count")
        if found.main == "prior":
            columns = tuple(one for one in columns if one.key != "record")
        rows = [self.estimate(one, self.written[one.key]) for one in used]
        left = [(self.written[one.key], one.state) for one in found.estimates if one.state != "used"]
        unused = [(t.of(one.title), t.of(one.finding), self.source(one), t(f"state.{state}"), t.of(one.bears))
                  for one, state in left]  # fmt: skip
        titles = (doc.Column(one.key, t.of(self.written[one.key].title), doc.Kind.share) for one in used)
        by = [(self.named(one), *(known(one.by_estimate.get(key.key, nan)) for key in used)) for one in self.claims()]
        return self.section(
            "literature", self.text("lead.literature"), self.table("estimates", columns, rows),
            doc.Caveat(t.of(literature()[0].errors.reason)),
            doc.Bullets(tuple(t("finding", title=t.of(one.title), finding=t.of(one.finding), bears=t.of(one.bears))
                              for one in (self.written[each.key] for each in used))),
            self.table("by_estimate", ("claim", *titles), by, folded=True),
            self.table("unused", "estimate finding:note source:note state bears:note", unused, folded=True),
        )  # fmt: skip

    def estimate(self, one: Beside, written: Estimate) -> tuple[doc.Value, ...]:
        """An estimate in a row; effects on sizes as per cent, on chances as percentage points."""
        t, column = self.t, _column(written)
        middle = written.above if written.value is None else written.value
        ends = [middle if end is None else end for end in (written.low, written.high, middle)]
        value = self.said(doc.Interval(*(_told(written, end or 0.0) for end in ends)), column)
        if written.low is None:
            value = self.said(_told(written, middle or 0.0), column)
        if written.value is None:
            value = t("at_least", value=value)
        error = (
            t("log_points", value=exact(round(one.error, 3)))
            if written.scale == "log"
            else self.said(one.error, _spread(written))
        )
        ranges = [one.prior, *([one.record] if self.found.main == "record" else [])]
        shown = [
            "" if each is None else self.said(doc.Interval(*(_told(written, each[n]) for n in (0, 2, 1))), column)
            for each in ranges
        ]
        told = (t.of(written.title), self.effect(written), t(f"grade.{written.grade}"), self.source(written))
        return (*told, value, error, *shown, one.draws)

    def effect(self, one: Estimate) -> str:
        """The parameter or intervention an estimate is set beside."""
        if one.parameter:
            return self.t("of.parameter", title=catalogue().parameters[one.parameter].title(self.t.lang))
        arms = literature()[0].arms
        arm, reference = (self.t.of(arms[key].title) for key in (one.arm or "", one.reference or ""))
        what = (
            text(f"analysis.outcome.{one.outcome}", self.t.lang) if one.outcome
            else catalogue().outputs[str(one.output)].title(self.t.lang)
        )  # fmt: skip
        return self.t("of.effect", what=what, arm=arm, reference=reference)

    def source(self, one: Estimate) -> str:
        cited = ", doi ".join(filter(None, (own_words(one.citation, self.t.lang), one.doi)))
        return self.t("source", citation=cited, read=self.t(f"read.{one.read}"))

    # experts

    def experts(self) -> doc.Section:
        t, found = self.t, self.found
        titles = {one.question.key: t.of(one.question.title) for one in found.asked}
        rows = [
            (one.name, one.weight, len(one.answers), t("join").join(titles[key] for key in one.unreached),
             one.off > CONTRADICT, one.draws)
            for one in found.experts
        ]  # fmt: skip
        columns = "expert weight:share answers:count unreached:note contradict:flag draws:count"
        voices = self.table("experts", columns, rows)
        names = (doc.Column(f"expert_{n}", one.name) for n, one in enumerate(found.experts))
        after = f"model pool {'after' if found.main == 'record' else ''} apart:flag"
        answers = self.table("answers", ("asked:note unit", *names, after), map(self.answered, found.asked))
        own = [doc.Column(f"expert_{n}", one.name, doc.Kind.share) for n, one in enumerate(found.experts)]
        way = found.with_("experts")
        by = [
            (self.named(one), known(one.held[found.main].probability),
             *(known(one.by_expert[each.name]) for each in found.experts), known(one.held[way].probability))
            for one in self.claims()
        ]  # fmt: skip
        ends = {"main": found.main, "pooled": way}
        main, pooled = (doc.Column(key, self.way(one), doc.Kind.share) for key, one in ends.items())
        apart = sum(one.apart for one in found.asked)
        told = t("apart", count=apart, asked=len(found.asked)) if len(found.experts) > 1 else t("one_expert")
        return self.section("experts", self.text("lead.experts"), voices, doc.Paragraph(told), answers,
                            self.table("by_expert", ("claim", main, *own, pooled), by))  # fmt: skip

    def answered(self, one: AnsweredQuestion) -> tuple[doc.Value, ...]:
        def ends(given: tuple[float, float, float] | None) -> str:
            if given is None or not all(map(isfinite, given)):
                return ""
            return self.said(doc.Interval(given[0], given[2], given[1]), doc.plain(doc.Kind.number))

        given = [ends(each.answers.get(one.question.key)) for each in self.found.experts]
        after = [ends(one.record)] if self.found.main == "record" else []
        unit = self.t.of(one.question.unit)
        return self.t.of(one.question.title), unit, *given, ends(one.prior), ends(one.pool), *after, one.apart

    def outlook(self) -> doc.Section:
        found = self.found
        sizes = [
            doc.Column(f"size_{n}", self.t("column.size", quarter=one), doc.Kind.count)
            for n, one in enumerate(found.dates)
        ]
        shares = [doc.Column(one, text(f"analysis.outcome.{one}", self.t.lang), doc.Kind.share) for one in SHOWN]
        rows = [
            (
                one.rests_on if one.expert else self.way(one.rests_on),
                *(known(one.shares[OUTCOMES.index(name)]) for name in SHOWN),
                *(doc.Interval(low, high, middle) if isfinite(middle) else None for low, middle, high in one.sizes),
            )
            for one in found.outlooks
        ]  # fmt: skip
        table = self.table("outlook", ("rests_on", *shares, *sizes), rows)
        return self.section("outlook", self.text("lead.outlook"), table)


def _told(one: Estimate, value: float) -> float:
    """A value as it is told: log points as a relative change."""
    return expm1(value) if one.scale == "log" else value


def _column(one: Estimate) -> doc.Column:
    if one.scale == "parameter":
        return doc.Column("value", "", doc.Kind.number, catalogue().parameters[one.parameter].unit)
    return doc.plain(doc.Kind.points if one.outcome else doc.Kind.share)


def _spread(one: Estimate) -> doc.Column:
    """How its standard error is written: without a sign."""
    return doc.plain(doc.Kind.share) if one.outcome else _column(one)
