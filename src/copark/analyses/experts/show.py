"""Documents on literature and experts: claims by what they rest on, estimates, answers, what all this implies."""

from __future__ import annotations

from collections.abc import Iterator
from math import expm1, isfinite, nan
from typing import TYPE_CHECKING

from copark.analyses.claims.standard import standard, turned_word
from copark.analyses.claims.words import SMALL, side
from copark.analyses.contract import Texts, assemble
from copark.analyses.experts import Answer
from copark.analyses.experts.literature import Estimate, literature
from copark.analyses.experts.weighing import LEAST, ClaimRow, Held
from copark.analyses.show import AnswerShow, grouped, known
from copark.cases import own_words
from copark.labels import claim_number, join
from copark.model.outcomes import BY_KEY, OUTCOMES
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import exact, percent
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.experts.weighing import AnsweredQuestion, EstimateComparison

MOVED = 0.03
"""Change of a probability from which on an estimate is named, and a claim may turn."""
CONTRADICT = 0.02
"""Difference from which on answers are said to contradict each other."""
SHOWN = tuple(outcome for outcome in OUTCOMES if outcome.narrow)


def document(result: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of literature and experts."""
    show = _Show(result, t)
    provenance = result.provenance
    return assemble(
        result,
        t,
        key=f"experts-{result.case}",
        title=t("question", park=t.of(result.park)),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={
            "draws": f"{provenance['draws']} × {provenance['futures']}",
            "seed": provenance["seed"],
            "fixed": literature()[0].fixed,
            "literature_sha256": provenance["literature_sha256"],
            "standard_sha256": provenance["standard_sha256"],
        },
    )


class _Show(AnswerShow[Answer]):
    """The parts of the document in one language."""

    def __init__(self, result: Answer, t: Texts) -> None:
        super().__init__(result, t)
        self.written = {estimate.key: estimate for estimate in literature()[0].estimates}
        self.borrowed = result.trust is not None and result.trust.state == "borrowed"

    def way(self, way: str) -> str:
        key = f"way.{way}.borrowed"
        return self.t(key if self.borrowed and self.t.has(key) else f"way.{way}")

    def word(self, held: Held) -> str:
        """Return the word for a probability, or say why there is none."""
        if not isfinite(held.probability):
            return text("claims.no_probability", self.t.lang)
        return text(f"claims.word.{held.word}", self.t.lang) if held.enough else self.t("too_few")

    @property
    def added(self) -> tuple[str, ...]:
        """Name what is known of the park with literature and, where there are any, with experts."""
        result = self.answer
        return (result.with_("literature"), *([result.with_("experts")] if result.experts else []))

    def claims(self) -> list[ClaimRow]:
        return [row for row in self.answer.rows if not row.part]

    def turned(self, way: str) -> list[ClaimRow]:
        """List claims that a way moves to another side; the words are compared from as many draws as the way has."""
        rules = standard()
        main = self.answer.main

        def turns(row: ClaimRow) -> bool:
            held_after = row.held[way]
            held_before = row.held[main]
            alike = rules.word(held_before.probability, round(held_after.draws))
            alike = turned_word(alike) if row.turned else alike
            is_moved = abs(held_after.probability - held_before.probability) >= MOVED
            return (
                is_moved
                and held_after.enough
                and SMALL not in (held_after.word, held_before.word)
                and side(held_after.word) != side(alike)
            )

        return [row for row in self.claims() if turns(row)]

    def headline(self) -> str:
        """Describe how many claims get another word by what is added."""
        t = self.t
        result = self.answer
        if result.template:
            return t("headline.template", name=result.template, case=result.case, count=result.questions)
        sentences = []
        for way in self.added:
            kind = "experts" if way.endswith("experts") else "literature"
            ends = {"before": result.main, "after": way}
            named = [
                t("turned", claim=self.named(row), **{when: self.word(row.held[key]) for when, key in ends.items()})
                for row in self.turned(way)
            ]
            key = f"headline.{kind}" if named else f"headline.{kind}.none"
            if result.ways[way] < LEAST:
                key = f"headline.{kind}.few"
            sentences.append(
                t(key, claims=t("join").join(named), count=len(self.claims()), draws=round(result.ways[way]))
            )
        return t.sentences(sentences)

    def draws(self) -> dict[str, str]:
        """Describe the draws of the claims, and those made here."""
        provenance = self.answer.provenance
        return {"claims": provenance["claims_draws"], "draws": f"{provenance['draws']} × {provenance['futures']}"}

    def named(self, row: ClaimRow) -> str:
        return self.t("claim", id=claim_number(row.claim, self.t.lang), title=self.t.of(row.title))

    def sections(self) -> Iterator[doc.Section]:
        if self.answer.template:
            return
        yield self.summary()
        yield self.section("parts", self.rows("parts", [row for row in self.answer.rows if row.part]))
        yield self.literature()
        if self.answer.experts:
            yield self.experts()
        yield self.outlook()
        keys = ("method", "separate", "error", "pool", "alternatives", "cannot")
        yield self.section("limits", doc.Bullets(tuple(self.t(f"limits.{key}", least=LEAST) for key in keys)))

    def summary(self) -> doc.Section:
        t = self.t
        result = self.answer
        blocks: list[doc.Block] = []
        if result.trust is not None and not result.trust.shows_outcomes:
            blocks.append(doc.Caveat(result.trust.meaning(t.lang)))
        if result.general:
            blocks.append(doc.Caveat(t("general")))
        cards = []
        for way in self.added:
            kind = "experts" if way.endswith("experts") else "literature"
            note = t("card.turned.note", count=len(self.claims()))
            cards.append(doc.Card(t(f"card.turned.{kind}"), doc.COUNT, len(self.turned(way)), note))
            note = t("card.draws.note", count=result.provenance["draws"])
            cards.append(doc.Card(t(f"card.draws.{kind}"), doc.COUNT, result.ways[way], note))
        blocks += [doc.Paragraph(t("lead")), doc.Cards(tuple(cards))]
        blocks += [
            self.rows("claims", self.claims()),
            self.chart("claims", self.drawing),
            self.caveat("lead.words", **self.draws()),
        ]
        few = [self.way(way) for way in self.added if result.ways[way] < LEAST]
        if few:
            blocks.insert(0, doc.Caveat(t("few", ways=join(few, t.lang), least=LEAST)))
        return self.section("summary", *blocks)

    def drawing(self) -> Figure:
        from copark.analyses.claims.figures import by_evidence

        t = self.t

        result = self.answer
        ways = dict.fromkeys(("prior", result.main, *self.added))
        marks = {"prior": 0, "record": 1, result.with_("literature"): 2, result.with_("experts"): 3}
        rows = [
            (self.named(claim), {way: held.probability for way, held in claim.held.items()}) for claim in self.claims()
        ]
        footer = t("footer", case=result.case, run_id=result.run_id, draws=result.provenance["draws"])
        return by_evidence(rows, {way: (self.way(way), marks[way]) for way in ways}, t("chart.claims"), footer)

    def rows(self, key: str, rows: list[ClaimRow]) -> doc.Table:
        """List claims, or their parts, with word and probability in every way."""
        t = self.t
        result = self.answer
        words = (result.main, *self.added)
        heads = ("prior", "prior_literature") if result.main == "record" else ()
        columns = [self.column("claim"), *(doc.Column(way, self.way(way), doc.Kind.share) for way in heads)]
        for way in words:
            columns += [
                doc.Column(f"{way}_word", t("column.word", way=self.way(way))),
                doc.Column(way, t("column.probability", way=self.way(way)), doc.Kind.share),
            ]
        columns.append(self.column("by", doc.Kind.note))
        cells = [
            (
                self.named(row) if not row.part else t.of(row.title),
                *(known(row.held[way].probability) for way in heads),
                *(value for way in words for value in (self.word(row.held[way]), known(row.held[way].probability))),
                self.moved(row),
            )
            for row in rows
        ]
        titles = {claim.claim: self.named(claim) for claim in self.claims()}
        groups = grouped(titles.get(row.claim, row.claim) for row in rows) if key == "parts" else ()
        return self.table(key, columns, cells, groups=groups)

    def moved(self, row: ClaimRow) -> str:
        """Describe which estimate changes a probability most by itself, where one changes it at all."""
        before = row.held[self.answer.main].probability
        strongest = max(row.by_estimate, key=lambda key: abs(row.by_estimate[key] - before), default=None)
        if strongest is None or not abs(row.by_estimate[strongest] - before) >= MOVED:
            return ""
        return self.t(
            "alone", title=self.t.of(self.written[strongest].title), share=percent(row.by_estimate[strongest])
        )

    # literature

    def literature(self) -> doc.Section:
        """Show every estimate beside the model's own value, and what each does to every claim by itself."""
        t = self.t
        result = self.answer
        used = [estimate for estimate in result.estimates if estimate.state == "used"]
        columns = self.columns("estimate of:note grade source:note estimated error prior record draws:count")
        if result.main == "prior":
            columns = tuple(column for column in columns if column.key != "record")
        rows = [self.estimate(estimate, self.written[estimate.key]) for estimate in used]
        unused_states = [
            (self.written[estimate.key], estimate.state) for estimate in result.estimates if estimate.state != "used"
        ]
        unused = [
            (
                t.of(estimate.title),
                t.of(estimate.finding),
                self.source(estimate),
                t(f"state.{state}"),
                t.of(estimate.bears),
            )
            for estimate, state in unused_states
        ]
        titles = (doc.Column(estimate.key, t.of(self.written[estimate.key].title), doc.Kind.share) for estimate in used)
        shares_by_estimate = [
            (self.named(claim), *(known(claim.by_estimate.get(key.key, nan)) for key in used))
            for claim in self.claims()
        ]
        return self.section(
            "literature",
            self.text("lead.literature"),
            self.table("estimates", columns, rows),
            doc.Caveat(t.of(literature()[0].errors.reason)),
            doc.Bullets(
                tuple(
                    t("finding", title=t.of(estimate.title), finding=t.of(estimate.finding), bears=t.of(estimate.bears))
                    for estimate in (self.written[entry.key] for entry in used)
                )
            ),
            self.table("by_estimate", ("claim", *titles), shares_by_estimate, folded=True),
            self.table("unused", "estimate finding:note source:note state bears:note", unused, folded=True),
        )

    def estimate(self, comparison: EstimateComparison, written: Estimate) -> tuple[doc.Value, ...]:
        """Return an estimate in a row; effects on sizes as per cent, on chances as percentage points."""
        t = self.t
        column = _column(written)
        middle = written.above if written.value is None else written.value
        ends = [middle if end is None else end for end in (written.low, written.high, middle)]
        value = self.said(doc.Interval(*(_told(written, end or 0.0) for end in ends)), column)
        if written.low is None:
            value = self.said(_told(written, middle or 0.0), column)
        if written.value is None:
            value = t("at_least", value=value)
        error = (
            t("log_points", value=exact(round(comparison.error, 3)))
            if written.scale == "log"
            else self.said(comparison.error, _spread(written))
        )
        ranges = [comparison.prior, *([comparison.record] if self.answer.main == "record" else [])]
        spans = [
            "" if span is None else self.said(doc.Interval(*(_told(written, span[n]) for n in (0, 2, 1))), column)
            for span in ranges
        ]
        heading = (t.of(written.title), self.effect(written), t(f"grade.{written.grade}"), self.source(written))
        return (*heading, value, error, *spans, comparison.draws)

    def effect(self, estimate: Estimate) -> str:
        """Name the parameter or intervention an estimate is set beside."""
        if estimate.parameter:
            return self.t("of.parameter", title=catalogue().parameters[estimate.parameter].title(self.t.lang))
        scenarios = literature()[0].scenarios
        scenario, reference = (
            self.t.of(scenarios[key].title) for key in (estimate.scenario or "", estimate.reference or "")
        )
        what = (
            BY_KEY[estimate.outcome].title(self.t.lang)
            if estimate.outcome
            else catalogue().outputs[str(estimate.output)].title(self.t.lang)
        )
        return self.t("of.effect", what=what, scenario=scenario, reference=reference)

    def source(self, estimate: Estimate) -> str:
        cited = ", doi ".join(filter(None, (own_words(estimate.citation, self.t.lang), estimate.doi)))
        return self.t("source", citation=cited, read=self.t(f"read.{estimate.read}"))

    # experts

    def experts(self) -> doc.Section:
        t = self.t
        result = self.answer
        titles = {answered.question.key: t.of(answered.question.title) for answered in result.asked}
        rows = [
            (
                expert.name,
                expert.weight,
                len(expert.answers),
                t("join").join(titles[key] for key in expert.unreached),
                expert.off > CONTRADICT,
                expert.draws,
            )
            for expert in result.experts
        ]
        columns = "expert weight:share answers:count unreached:note contradict:flag draws:count"
        experts = self.table("experts", columns, rows)
        names = (doc.Column(f"expert_{n}", expert.name) for n, expert in enumerate(result.experts))
        columns_after = f"model pool {'after' if result.main == 'record' else ''} apart:flag"
        answers = self.table("answers", ("asked:note unit", *names, columns_after), map(self.answered, result.asked))
        expert_columns = [
            doc.Column(f"expert_{n}", expert.name, doc.Kind.share) for n, expert in enumerate(result.experts)
        ]
        way = result.with_("experts")
        shares_by_expert = [
            (
                self.named(claim),
                known(claim.held[result.main].probability),
                *(known(claim.by_expert[expert.name]) for expert in result.experts),
                known(claim.held[way].probability),
            )
            for claim in self.claims()
        ]
        ends = {"main": result.main, "pooled": way}
        main, pooled = (doc.Column(key, self.way(way), doc.Kind.share) for key, way in ends.items())
        disagreements = sum(answered.apart for answered in result.asked)
        agreement = (
            t("apart", count=disagreements, asked=len(result.asked)) if len(result.experts) > 1 else t("one_expert")
        )
        return self.section(
            "experts",
            self.text("lead.experts"),
            experts,
            doc.Paragraph(agreement),
            answers,
            self.table("by_expert", ("claim", main, *expert_columns, pooled), shares_by_expert),
        )

    def answered(self, answered: AnsweredQuestion) -> tuple[doc.Value, ...]:
        def ends(levels: tuple[float, float, float] | None) -> str:
            if levels is None or not all(map(isfinite, levels)):
                return ""
            return self.said(doc.Interval(levels[0], levels[2], levels[1]), doc.plain(doc.Kind.number))

        quantiles = [ends(expert.answers.get(answered.question.key)) for expert in self.answer.experts]
        record_cells = [ends(answered.record)] if self.answer.main == "record" else []
        unit = self.t.of(answered.question.unit)
        return (
            self.t.of(answered.question.title),
            unit,
            *quantiles,
            ends(answered.prior),
            ends(answered.pool),
            *record_cells,
            answered.apart,
        )

    def outlook(self) -> doc.Section:
        result = self.answer
        sizes = [
            doc.Column(f"size_{n}", self.t("column.size", quarter=date), doc.Kind.count)
            for n, date in enumerate(result.dates)
        ]
        shares = [doc.Column(outcome.key, outcome.title(self.t.lang), doc.Kind.share) for outcome in SHOWN]
        rows = [
            (
                outlook.rests_on if outlook.expert else self.way(outlook.rests_on),
                *(known(outlook.shares[outcome.code]) for outcome in SHOWN),
                *(doc.Interval(low, high, middle) if isfinite(middle) else None for low, middle, high in outlook.sizes),
            )
            for outlook in result.outlooks
        ]
        table = self.table("outlook", ("rests_on", *shares, *sizes), rows)
        return self.section("outlook", self.text("lead.outlook"), table)


def _told(estimate: Estimate, value: float) -> float:
    """Return a value as it is told: log points as a relative change."""
    return expm1(value) if estimate.scale == "log" else value


def _column(estimate: Estimate) -> doc.Column:
    if estimate.scale == "parameter":
        return doc.Column("value", "", doc.Kind.number, catalogue().parameters[estimate.parameter].unit)
    return doc.plain(doc.Kind.points if estimate.outcome else doc.Kind.share)


def _spread(estimate: Estimate) -> doc.Column:
    """Choose how its standard error is written: without a sign."""
    return doc.plain(doc.Kind.share) if estimate.outcome else _column(estimate)
