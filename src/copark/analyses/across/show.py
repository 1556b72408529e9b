"""What is shown of the claims across parks: three verdicts side by side, tests, deviant parks, limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from copark.analyses.across.ask import Answer
from copark.analyses.across.words import Words, agreement, footer, headed
from copark.analyses.contract import Texts, assemble
from copark.analyses.nca.ask import Answer as Needs
from copark.analyses.nca.show import Ceilings
from copark.inference.claims.rules import UNDETERMINED, VERDICTS, WORDS
from copark.inference.cross_park.reasons import AGREEMENTS, INTERVENTION, METHODS, NO_WORD, REASONS
from copark.inference.cross_park.runner import AcrossClaim, WordFinding
from copark.inference.cross_park.sweeps import FAMILIES, PartFinding
from copark.presentation import document as doc
from copark.presentation.numbers import exact
from copark.setmethods.qca import Analysis
from copark.setmethods.qca.robustness import models_of
from copark.setmethods.qca.sets import model_membership, model_name, necessity, sufficiency
from copark.texts import text

if TYPE_CHECKING:
    from copark.figures.set_methods.nca import Aim

COUNT = doc.Column("count", "", doc.Kind.count)


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of the claims across parks."""
    show, made = _Show(found, t), found.provenance
    told = {name: made[name] for name in ("intervention", "scores", "permutations", "runs", "seed")}
    return assemble(
        found, t, key="claims-across-parks", title=t("question"), headline=show.headline(),
        sections=tuple(show.sections()),
        provenance=told | {"rules": found.file.name, "fixed": found.file.rules.fixed, "sha256": found.file.sha256},
    )  # fmt: skip


class _Show(Words):
    """The parts of the document in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(found, t)
        self.counts = Counter(one.agreement for one in found.claims)

    def headline(self) -> str:
        """On how many claims the methods agree and disagree, and on which they disagree."""
        t, counts = self.t, self.counts
        told = [
            t(
                "headline", count=len(self.found.claims), agree=counts["agree"], disagree=counts["disagree"],
                one=counts["one_decides"], none=counts["none_decides"],
            )
        ]  # fmt: skip
        if counts["not_comparable"]:
            told.append(t("headline.not_comparable", count=counts["not_comparable"]))
        parted = [t.of(one.title) for one in self.found.claims if one.agreement == "disagree"]
        if parted:
            told.append(t("headline.disagree", titles=self.listed(parted)))
        return t.sentences(told)

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        yield self.tests_section()
        yield self.truth()
        yield self.xy()
        yield self.ceilings()
        yield self.deviants()
        yield self.section("limits", doc.Bullets(self.limits()))
        yield self.rules()
        numbers = (self.verdict_keys(), self.test_keys(), self.every_variant(), self.deviations(), self.arm_keys())
        yield self.section("numbers", *numbers, folded=True)

    def words(self) -> Iterator[tuple[AcrossClaim, str, WordFinding]]:
        """Every claim with what QCA and NCA say of it."""
        for one in self.found.claims:
            yield one, "qca", one.qca
            yield one, "nca", one.nca

    def tests(self) -> Iterator[tuple[AcrossClaim, str, PartFinding]]:
        """Every test of every claim, with its method."""
        for one, method, word in self.words():
            for part in word.parts:
                yield one, method, part

    def summary(self) -> doc.Section:
        """How many claims the methods agree on, and the three verdicts on each."""
        from copark.analyses.across.figures import verdict_matrix

        found, t = self.found, self.t
        cards = doc.Cards(tuple(
            doc.Card(t(f"card.{name}"), COUNT, self.counts[name], t("card.claims")) for name in AGREEMENTS
        ))  # fmt: skip
        stale = [doc.Caveat(t("stale"))] if found.model.get("posterior_stale") else []
        meanings = doc.Bullets((
            *(t("meaning", word=self.verdict(one, INTERVENTION), meaning=text(f"claims.word.{one}.meaning", t.lang))
              for one in WORDS),
            *(t("meaning", word=self.verdict(one), meaning=t(f"verdict.{one}.meaning")
              if one in (UNDETERMINED, NO_WORD) else text(f"claims.verdict.{one}.meaning", t.lang))
              for one in (*VERDICTS, NO_WORD)),
        ))  # fmt: skip
        matrix = self.chart("verdicts", lambda: verdict_matrix(found, t.lang))
        lead = doc.Paragraph(t("lead.summary", cases=len(found.scores), parks=found.parks))
        preface = doc.Caveat(t.of(found.file.rules.preface))
        return self.section("summary", cards, *stale, lead, self.overview(), matrix, meanings, preface)

    def overview(self) -> doc.Table:
        """Every claim: three verdicts, whether they agree, and why they may not."""
        rows = [
            (
                headed(one, self.t.lang), *(self.verdict(one.verdicts[name], name) for name in METHODS),
                agreement(one, self.t.lang), self.reasons(one),
            )
            for one in self.found.claims
        ]  # fmt: skip
        columns = (*map(self.column, ("claim", *METHODS, "agreement")), self.column("reasons", doc.Kind.note))
        return self.table("overview", columns, rows)

    # tests

    def tests_section(self) -> doc.Section:
        """Every test of QCA and NCA, what reverses it, and where a method has no word."""
        blocks = (doc.Paragraph(self.t("lead.tests")), self.tested(), self.silent(), self.families(), self.turning())
        return self.section("tests", *blocks)

    def tested(self) -> doc.Table:
        """Every test: what it says, what decides, its verdict before and after the variants, what reverses it."""
        rows = [
            (
                self.t(f"method.{method}"), self.t.of(one.part.says), one.tried.cases, self.decides(one),
                self.verdict(one.tried.verdict), self.verdict(one.verdict), self.turned(one),
            )
            for _, method, one in self.tests()
        ]  # fmt: skip
        groups = tuple(
            (headed(one, self.t.lang), count)
            for one in self.found.claims if (count := len(one.qca.parts) + len(one.nca.parts))
        )  # fmt: skip
        columns = self.columns("method test:note cases:count numbers:note rule_verdict verdict turned:note")
        return self.table("tests", columns, rows, groups=groups)

    def silent(self) -> doc.Table:
        """Where a method has no word, and why."""
        rows = [
            (headed(one, self.t.lang), self.t(f"method.{method}"), self.t(f"silence.{word.word.silent}"))
            for one, method, word in self.words() if word.word.silent is not None
        ]  # fmt: skip
        columns = self.columns("claim method why_silent:note")
        return self.table("silences", columns, rows)

    def families(self) -> doc.Table:
        """For every test, how many variants of each family reverse it, of how many."""
        rows = []
        for claim, method, one in self.tests():
            counts = (one.counts(family) for family in FAMILIES)
            cells = (f"{turned}/{every}" if every else "" for turned, every in counts)
            rows.append((f"{claim.id} {self.t(f'method.{method}')}", self.t.of(one.part.title), *cells))
        families = (doc.Column(family, self.t(f"family.{family}")) for family in FAMILIES)
        return self.table("families", (*self.columns("claim test"), *families), rows, folded=True)

    def turning(self) -> doc.Table:
        """Every variant that reverses a verdict."""
        rows = [
            (
                f"{claim.id} {self.t(f'method.{method}')}", self.t.of(one.part.title),
                self.t(f"family.{turn.family}"), self.changed(turn.changed), turn.value, turn.cases,
                self.verdict(turn.verdict),
            )
            for claim, method, one in self.tests() for turn in one.turning
        ]  # fmt: skip
        columns = (
            *map(self.column, ("claim", "test", "family", "changed", "to")), *self.columns("cases:count verdict"),
        )  # fmt: skip
        return self.table("turning", columns, rows, folded=True)

    # sets

    def truth(self) -> doc.Section:
        """The truth tables and solutions, with the conditions of the rules and with those that overlap the outcome."""
        from copark.figures.set_methods import truth_table_figure

        blocks: list[doc.Block] = []
        for key, one in (("truth", self.found.solution), ("truth-wider", self.found.wider)):
            if blocks:
                blocks.append(doc.Caveat(self.t("lead.wider")))
            draw = lambda one=one: truth_table_figure(one, self.t.lang, footer(self.found, self.t.lang))  # noqa: E731
            title = self.t("chart.truth", conditions=", ".join(one.settings.conditions))
            blocks += [self.solved_words(one), doc.Chart(key, title, self.t("alt.truth"), draw)]
        return self.section("truth", *blocks, self.scores())

    def solved_words(self, found: Analysis) -> doc.Paragraph:
        """The solutions of an analysis, and how well they fit."""
        names, models = found.settings.conditions, models_of(found.solutions)
        none = self.t("lead.no_solution")
        written = {
            kind: "  |  ".join(model_name(model, names) for model in models[kind]) or none
            for kind in ("parsimonious", "intermediate")
        }
        fit = {name: value for name, value in self.solved(found).items() if name in ("incl", "pri", "cov")}
        return doc.Paragraph(self.t(
            "lead.truth", conditions=", ".join(names), cases=len(found.table), models=written["parsimonious"],
            intermediate=written["intermediate"], **fit,
        ))  # fmt: skip

    def xy(self) -> doc.Section:
        """Where the cases lie by each set and the outcome."""
        found, rules = self.found, self.found.file.rules
        charts: list[doc.Chart] = []
        for name in dict.fromkeys(("GOV", *rules.conditions[1:], *rules.overlapping)):
            whole = found.scores.complete((name, rules.outcome))
            charts.append(self.plot(
                len(charts), name, whole.membership(name), whole.table.values[rules.outcome], whole.table.cases,
                sufficient=name == "GOV",
            ))  # fmt: skip
        models = models_of(found.solution.solutions)["parsimonious"]
        if models:
            solution = model_name(models[0], found.solution.settings.conditions)
            x = model_membership(models[0], found.solution.members)
            charts.append(self.plot(len(charts), solution, x, found.solution.outcome, found.solution.table.cases))
        return self.section("xy", doc.Paragraph(self.t("lead.xy")), *charts)

    def plot(self, at: int, name: str, x: Any, y: Any, cases: tuple[str, ...], *, sufficient: bool = True) -> doc.Chart:
        """Cases by a set and the outcome."""
        from copark.figures.set_methods import xy_plot

        lang, outcome, qca = self.t.lang, self.found.file.rules.outcome, Texts("qca", self.t.lang)
        if sufficient:
            one = sufficiency(x, y)
            fit = {"consistency": one.inclusion, "pri": one.pri, "coverage": one.coverage}
        else:
            other = necessity(x, y)
            fit = {"consistency": other.inclusion, "relevance": other.relevance, "coverage": other.coverage}
        three = doc.Column("fit", "", doc.Kind.number, places=3)
        words = qca(
            "fit" if sufficient else "fit_necessity", **{key: self.said(one, three) for key, one in fit.items()}
        )
        aim: Aim = "sufficiency" if sufficient else "necessity"
        return doc.Chart(
            f"xy-{at + 1}", qca(f"chart.{aim}", x=name, y=outcome), qca(f"alt.{aim}", x=name, y=outcome),
            lambda: xy_plot(x, y, cases, (name, outcome), words, lang, footer(self.found, self.t.lang), aim),
            qca(f"caption.{aim}"), wide=False,
        )  # fmt: skip

    def ceilings(self) -> doc.Section:
        """Both ceilings of every condition, as an analysis of necessary conditions shows them."""
        found = self.found.ceilings
        needs = Needs(found=found, warnings=(), settings={}, run_id=self.found.run_id, provenance={})
        shown = Ceilings(needs, Texts("nca", self.t.lang)).ceilings()
        return self.section("ceilings", doc.Paragraph(self.t("lead.ceilings", cases=len(found.table))), *shown.blocks)

    def scores(self) -> doc.Table:
        """The scores as they were used."""
        scores = self.found.scores
        table = scores.table
        rows: list[Sequence[doc.Value]] = [
            (
                case, self.park(case), scores.types[case], scores.grades[case],
                *(float(column[at]) for column in table.values.values()),
            )
            for at, case in enumerate(table.cases)
        ]  # fmt: skip
        names = (doc.Column(name, name, doc.Kind.number, places=2) for name in table.values)
        lead = map(self.column, ("case", "park", "type", "grade"))
        return self.table("scores", (*lead, *names), rows, folded=True)

    # deviant parks

    def deviants(self) -> doc.Section:
        """Parks that deviate from a relation, and what the model says of those that are asked of it."""
        from copark.analyses.across.figures import twin_chart

        blocks: list[doc.Block] = [doc.Paragraph(self.t("lead.deviants"))]
        if self.found.twins:
            chart = self.chart("twins", lambda: twin_chart(self.found, self.t.lang), self.twin_arms())
            blocks += [self.named(), doc.Paragraph(self.t("lead.twins")), self.twins(), chart, self.known_table()]
        return self.section("deviants", *blocks, self.relations())

    def named(self) -> doc.Table:
        """The deviant cases that are asked of the model: scores, what each deviates from, the coder's reason."""
        labels = [one.deviant.row for one in self.found.twins]
        rows = [
            (self.park(one), self.score_words(one), self.deviates(one), self.t.of(self.found.cases[one].outcome))
            for one in labels
        ]
        columns = self.columns("park scores deviates:note outcome_reason:note")
        return self.table("named", columns, rows)

    def twins(self) -> doc.Table:
        """What the model says of each: mechanism, shares with and without it, the answer."""
        rows = []
        for one in self.found.twins:
            on, off = (
                doc.Interval(arm.low, arm.high, arm.share) for arm in map(one.arm, (one.deviant.on, one.deviant.off))
            )
            difference = doc.Interval(one.low, one.high, one.difference)
            mechanism = self.t.of(one.deviant.mechanism)
            rows.append((self.park(one.deviant.row), mechanism, on, off, difference, self.answer(one)))
        columns = self.columns("park mechanism:note on:share:1 off:share:1 difference:points answer")
        return self.table("twins", columns, rows)

    def twin_arms(self) -> doc.Table:
        """Every scenario of every such park; the one with the mechanism and the one without are marked."""
        rows, groups = [], []
        for twin in self.found.twins:
            groups.append((self.park(twin.deviant.row), len(twin.arms)))
            marks = {twin.deviant.on: self.t("column.on"), twin.deviant.off: self.t("column.off")}
            for arm in twin.arms:
                title = self.t.of(twin.deviant.arms[arm.key].title)
                each = " · ".join(self.said(one, doc.Column("", "", doc.Kind.share, places=1)) for one in arm.each)
                rows.append((title, marks.get(arm.key, ""), doc.Interval(arm.low, arm.high, arm.share), arm.runs, each))
        columns = self.columns("arm role share:share:1 runs:count each")
        return self.table("twin-arms", columns, rows, groups=tuple(groups))

    def known_table(self) -> doc.Table:
        """What is known of each such park."""
        rows = [(self.park(one.deviant.row), self.t.of(one.deviant.did), self.known(one)) for one in self.found.twins]
        columns = self.columns("park did:note known:note")
        return self.table("known", columns, rows)

    def relations(self) -> doc.Table:
        """All deviant cases, relation by relation."""
        found, rows = self.found, []
        for relation in found.file.rules.relations:
            own = [one for one in found.deviations if (one.set, one.relation) == (relation.set, relation.kind)]
            names = self.listed(f"{self.park(one.case)} ({exact(one.membership)}, {exact(one.outcome)})" for one in own)
            rows.append((self.t(f"relation.{relation.kind}", set=relation.set), len(own), names))
        for kind in ("consistency", "coverage"):
            own = [one for one in found.deviations if one.relation == "solution" and one.kind == kind]
            names = self.listed(self.park(one.case) for one in own)
            rows.append((self.t(f"relation.solution.{kind}"), len(own), names))
        columns = self.columns("relation cases:count park:note")
        return self.table("relations", columns, rows)

    # rules and every number

    def rules(self) -> doc.Section:
        """The numbers that decide, the variants, and the reasons with the rule that gives each."""
        t, rules = self.t, self.found.file.rules
        margins = [(t(f"margin.{name}"), one.value, t.of(one.reason)) for name, one in rules.margins.items()]
        columns = self.columns("margin value:number reason:note")
        reasons = [
            (t(f"reason.{key}"), t(f"rule.{key}"), ", ".join(one.id for one in self.found.claims if key in one.reasons))
            for key in REASONS
        ]
        heads = self.columns("reason:note reason_rule:note claim")
        return self.section(
            "rules", doc.Paragraph(t("lead.margins")), self.table("margins", columns, margins),
            doc.Paragraph(t("lead.sweeps", reason=t.of(rules.sweeps.reason))), self.table("reasons", heads, reasons),
            folded=True,
        )  # fmt: skip

    def keyed(self, key: str, words: Sequence[str], rows: Iterable[Sequence[doc.Value]]) -> doc.Table:
        """A table for other programs."""
        return self.table(key, [self.column(name) for name in words], rows, folded=True)

    def verdict_keys(self) -> doc.Table:
        """The verdicts on every claim, as keys."""
        words = ("claim", "claim_title", *METHODS, "agreement", "reasons", "reasons_words", "qca_silent", "nca_silent")
        return self.keyed("verdicts", words, [
            (
                one.id, self.t.of(one.title), *one.verdicts.values(), one.agreement, "; ".join(one.reasons),
                self.reasons(one), one.qca.word.silent, one.nca.word.silent,
            )
            for one in self.found.claims
        ])  # fmt: skip

    def test_keys(self) -> doc.Table:
        """Every test with the numbers that decide, as keys."""
        words = (
            "claim", "method", "part", "test", "set", "cases", "rule_verdict", "verdict", "turned_by", "variants",
            "turned_count", "numbers", "models", "cases_against",
        )  # fmt: skip
        return self.keyed("test-numbers", words, [
            (
                claim.id, method, one.part.key, one.part.test, one.part.set, one.tried.cases, one.tried.verdict,
                one.verdict, "; ".join(one.families), len(one.variants), len(one.turning),
                "; ".join(f"{name}={value:.6g}" for name, value in one.tried.numbers.items()),
                " | ".join(one.tried.models), "; ".join(one.tried.against),
            )
            for claim, method, one in self.tests()
        ])  # fmt: skip

    def every_variant(self) -> doc.Table:
        """Every variant of every test."""
        words = ("claim", "method", "part", "family", "changed", "to", "cases", "verdict", "turns")
        return self.keyed("variants", words, [
            (
                claim.id, method, one.part.key, turn.family, turn.changed, turn.value, turn.cases, turn.verdict,
                turn.turns,
            )
            for claim, method, one in self.tests() for turn in one.variants
        ])  # fmt: skip

    def deviations(self) -> doc.Table:
        """Every case that deviates from a relation."""
        rows = [
            (one.case, self.park(one.case), one.set, one.relation, one.kind, one.membership, one.outcome)
            for one in self.found.deviations
        ]
        numbers = self.columns("membership:number outcome:number")
        lead = map(self.column, ("case", "park", "set", "relation", "kind"))
        return self.table("deviants", (*lead, *numbers), rows, folded=True)

    def arm_keys(self) -> doc.Table:
        """Every scenario of every deviant park that is asked of the model."""
        rows = []
        for twin in self.found.twins:
            roles = {twin.deviant.on: "on", twin.deviant.off: "off"}
            for arm in twin.arms:
                title = self.t.of(twin.deviant.arms[arm.key].title)
                rows.append((
                    twin.deviant.row, self.park(twin.deviant.row), arm.key, title, roles.get(arm.key, ""), twin.answer,
                    arm.share, arm.low, arm.high, arm.runs, twin.difference, twin.low, twin.high, twin.fitted,
                    twin.reach,
                ))  # fmt: skip
        numbers = (
            "share", "low", "high", "runs", "difference", "difference_low", "difference_high", "fitted_values", "reach",
        )  # fmt: skip
        columns = [self.column(name) for name in ("case", "park", "arm", "arm_title", "role", "answer")]
        return self.table(
            "twin-numbers", (*columns, *(self.column(name, doc.Kind.number) for name in numbers)), rows, folded=True
        )
