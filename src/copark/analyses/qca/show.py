"""Documents on a QCA: paths to the outcome, their assumptions, the cases against them, and how firm they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from copark.analyses.case_table import caveats, data_table, method, told
from copark.analyses.contract import Texts, assemble
from copark.analyses.qca import Answer
from copark.analyses.show import AnswerShow, Columns
from copark.presentation import document as doc
from copark.presentation.numbers import exact, number
from copark.setmethods.qca import KINDS, Robustness, deviant_cases, named_survival
from copark.setmethods.qca_sets import (
    ABSENT,
    NEGATED,
    PRESENT,
    Model,
    Sufficiency,
    Term,
    fit_of_terms,
    model_membership,
    model_name,
    sufficiency,
    term_membership,
    term_name,
)

if TYPE_CHECKING:
    from copark.arrays import Floats
    from copark.figures.set_methods import Aim

MOST_PLOTS = 7
NECESSITY_PLOTS = 2


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show the answer first, then truth table, solutions, cases, necessity, assumptions, robustness and data."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="qca",
        title=t("question", outcome=answer.found.settings.outcome_name),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.truth(),
            show.solutions(),
            show.cases(),
            show.necessity(),
            show.counterfactuals(),
            show.robustness(),
            show.data(),
            method(show, 5, answer.settings, full=exact(answer.full)),
        ],
        provenance=told(answer),
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.analysis = answer.found
        self.outcome = self.analysis.settings.outcome_name
        self.conditions = self.analysis.settings.conditions
        self.main = answer.models[answer.main]
        self.fits = [self.number(key) for key in ("consistency", "pri", "coverage", "unique")]

    def number(self, key: str) -> doc.Column:
        return self.column(key, doc.Kind.number, places=3)

    def kind(self, name: str) -> str:
        return self.t(f"kind.{name}")

    def written(self, value: float, key: str) -> str:
        return self.said(value, self.number(key))

    def path(self, term: Term) -> str:
        """Write a path in words: ``A and not B``."""
        named = [
            self.t("absent", name=name) if value == NEGATED else name
            for name, value in zip(self.conditions, term, strict=True)
            if value != ABSENT
        ]
        return self.t("and").join(named) or self.t("always")

    def headline(self) -> str:
        t = self.t
        outcome = self.outcome
        if not self.main:
            return t("headline.none", outcome=outcome)
        whole = fit_of_terms(self.main[0], self.analysis.members, self.analysis.outcome)[1]
        sentence = t(
            "headline",
            outcome=outcome,
            paths=t("or").join(map(self.path, self.main[0])),
            kind=self.kind(self.answer.main),
            consistency=self.written(whole.inclusion, "consistency"),
            coverage=self.written(whole.coverage, "coverage"),
        )
        tied = [t("headline.tied", models=len(self.main))] if len(self.main) > 1 else []
        return t.sentences([sentence, *tied])

    def summary(self) -> doc.Section:
        t = self.t
        rows = self.analysis.truth.rows
        observed = sum(row.n > 0 for row in rows)
        cards = [
            doc.Card(t("card.cases"), doc.COUNT, len(self.analysis.table)),
            doc.Card(t("card.rows"), doc.COUNT, observed, t("card.of_rows", rows=number(len(rows), 0))),
            doc.Card(t("card.models"), doc.COUNT, len(self.analysis.solutions.parsimonious.models)),
        ]
        if self.main:
            whole = fit_of_terms(self.main[0], self.analysis.members, self.analysis.outcome)[1]
            kind = self.kind(self.answer.main)
            cards.append(doc.Card(t("card.consistency", kind=kind), self.number("consistency"), whole.inclusion))
            cards.append(doc.Card(t("card.coverage"), self.number("coverage"), whole.coverage))
        lines = []
        for name, tied in self.answer.models.items():
            models = "  |  ".join(model_name(model, self.conditions) for model in tied)
            lines.append(t("lead.solution", kind=self.kind(name), models=models or t("lead.no_solution")))
        warned = caveats(self.analysis.warnings, t.lang)
        return self.section("summary", doc.Cards(tuple(cards)), self.text("lead"), doc.Bullets(tuple(lines)), *warned)

    def truth(self) -> doc.Section:
        columns: Columns = (
            "row:count",
            *(
                doc.Column(f"condition_{rank}", name, doc.Kind.count)
                for rank, name in enumerate(self.conditions, start=1)
            ),
            "out n:count",
            self.number("consistency"),
            self.number("pri"),
            "cases:note against:note",
        )
        rows: list[tuple[doc.Value, ...]] = [
            (
                row.number,
                *row.values,
                row.out,
                row.n,
                row.inclusion,
                row.pri,
                ", ".join(row.cases),
                ", ".join(row.against) if len(row.against) < row.n else "",
            )
            for row in self.analysis.truth.rows
        ]
        observed_rows = [row for row, truth_row in zip(rows, self.analysis.truth.rows, strict=True) if truth_row.n]
        return self.section(
            "truth", self.table("truth", columns, observed_rows), self.table("all-rows", columns, rows, folded=True)
        )

    def drawn(self, key: str, draw: Any, suffix: str = "", **values: str) -> doc.Chart:
        """Make a chart with the words of its key.

        Parameters
        ----------
        key
            Key of the words: title, alternative text and caption.
        draw
            Function that draws the figure, called when it is needed.
        suffix
            What tells charts of one key apart, part of the chart's key.
        **values
            Values that the words name.
        """
        t = self.t
        return doc.Chart(
            f"{key}{suffix}", t(f"chart.{key}", **values), t(f"alt.{key}", **values), draw, t(f"caption.{key}")
        )

    def solutions(self) -> doc.Section:
        """Show every model of every kind: its paths, and with its fit and the cases that speak against it."""
        rows = []
        for kind, models in self.answer.models.items():
            for rank, model in enumerate(models, start=1):
                fits, whole = fit_of_terms(model, self.analysis.members, self.analysis.outcome)
                for term, fit in zip(model, fits, strict=True):
                    rows.append((self.kind(kind), rank, term_name(term, self.conditions), *_fit(fit), "", ""))
                deviant, uncovered = map(", ".join, deviant_cases(self.analysis, model))
                rows.append(
                    (self.kind(kind), rank, model_name(model, self.conditions), *_fit(whole), deviant, uncovered)
                )
        columns: Columns = ("solution model:count expression", *self.fits, "deviant:note uncovered:note")
        paths = [self.paths(kind, models) for kind, models in self.answer.models.items() if models]
        return self.section("solutions", self.table("solutions", columns, rows), *paths)

    def paths(self, kind: str, models: Sequence[Model]) -> doc.Table:
        """Show the configuration chart (Fiss 2011): terms side by side, conditions below each other."""
        terms = {
            f"M{rank}.{n}": term for rank, model in enumerate(models, start=1) for n, term in enumerate(model, start=1)
        }
        rows = [
            (name, *({PRESENT: "●", NEGATED: "⊗"}.get(term[position], "") for term in terms.values()))
            for position, name in enumerate(self.conditions)
        ]
        columns = (
            self.column("condition"),
            *(doc.Column(f"path_{rank}", name) for rank, name in enumerate(terms, start=1)),
        )
        title = self.t("table.paths", kind=self.kind(kind), outcome=self.outcome)
        return doc.Table(f"paths-{kind}", title, columns, tuple(rows), note=self.t("note.paths"))

    def cases(self) -> doc.Section:
        if not self.main:
            return self.section("cases", self.text("lead.no_solution"))
        model = self.main[0]
        members = self.analysis.members
        sets = [(model_name(model, self.conditions), model_membership(model, members))]
        if len(model) > 1:
            sets += [(term_name(term, self.conditions), term_membership(term, members)) for term in model]
        charts = []
        for rank, (name, x) in enumerate(sets[:MOST_PLOTS], start=1):
            fit = sufficiency(x, self.analysis.outcome)
            values = {"consistency": fit.inclusion, "pri": fit.pri, "coverage": fit.coverage}
            charts.append(self.scatter(f"-{rank}", name, x, "fit", values))
        return self.section("cases", self.text("lead.cases"), *charts)

    def scatter(
        self, suffix: str, name: str, x: Floats, words: str, values: dict[str, float], aim: Aim = "sufficiency"
    ) -> doc.Chart:
        """Plot a set beside the outcome.

        Parameters
        ----------
        suffix
            Tells it apart from other plots of this kind.
        name
            The set, as it is written.
        x
            Memberships in the set, shape (case,).
        words
            Key of the words that say the fit.
        values
            Parameters of fit by name.
        aim
            Whether the set is looked at as sufficient or as necessary: which triangle should be empty.
        """
        from copark.figures.set_methods import xy_plot

        fit = self.t(words, **{key: self.written(value, key) for key, value in values.items()})
        analysis = self.analysis
        lang = self.t.lang
        names = (name, self.outcome)
        return self.drawn(
            aim,
            lambda: xy_plot(x, analysis.outcome, analysis.table.cases, names, fit, lang, aim),
            suffix,
            x=name,
            y=self.outcome,
        )

    def necessity(self) -> doc.Section:
        """Show single conditions and expressions as necessary ones; single conditions as sufficient ones."""
        analysis = self.analysis
        count = len(self.conditions)
        columns = "expression consistency:number:3 relevance:number:3 coverage:number:3"
        names = {relation.name for relation in analysis.necessity}
        relations = (
            *analysis.necessity,
            *(relation for relation in analysis.expressions if relation.name not in names),
        )
        rows = [
            (relation.name, relation.fit.inclusion, relation.fit.relevance, relation.fit.coverage)
            for relation in relations
        ]
        charts = []
        ranked = sorted(
            range(len(analysis.necessity)), key=lambda position: -analysis.necessity[position].fit.inclusion
        )
        for rank, position in enumerate(ranked[:NECESSITY_PLOTS], start=1):
            relation = analysis.necessity[position]
            column = analysis.members[:, position % count]
            values = {
                "consistency": relation.fit.inclusion,
                "relevance": relation.fit.relevance,
                "coverage": relation.fit.coverage,
            }
            x = column if position < count else 1.0 - column
            charts.append(self.scatter(f"-{rank}", relation.name, x, "fit_necessity", values, "necessity"))
        sufficient = [(name, *_fit(fit)[:3]) for name, fit in analysis.sufficiency]
        key = "lead.expressions" if analysis.expressions else "lead.no_expressions"
        return self.section(
            "necessity",
            self.text("lead.necessity"),
            self.table("necessity", columns, rows),
            self.text(key),
            *charts,
            self.table("sufficiency", ("term", *self.fits[:3]), sufficient, folded=True),
        )

    def counterfactuals(self) -> doc.Section:
        """Show what each solution assumes of empty rows."""
        rows: list[tuple[doc.Value, ...]] = []
        solutions = self.analysis.solutions
        tied = zip(solutions.parsimonious.models, solutions.assumptions, strict=True)
        for rank, (model, assumed) in enumerate(tied, start=1):
            name = f"{self.kind('parsimonious')} M{rank}"
            rows.append((name, model_name(model, self.conditions), _rows(assumed), "", "", ""))
        for solution in solutions.intermediate:
            models = "; ".join(model_name(model, self.conditions) for model in solution.models)
            name = f"{self.kind('intermediate')} {solution.name}"
            rows.append((name, models, "", _rows(solution.easy), _rows(solution.difficult), _rows(solution.unused)))
        columns = "solution expression assumptions:note easy:note difficult:note empty_unused:note"
        table = self.table("counterfactuals", columns, rows)
        return self.section("counterfactuals", self.text("lead.counterfactuals"), table)

    def robustness(self) -> doc.Section:
        robust = self.answer.robust
        kind = self.answer.main
        t = self.t
        if robust is None:
            return self.section("robustness", self.caveat("lead.no_robustness"))
        rows = []
        for family in (None, *robust.families()):
            same, total = robust.same(kind, family)
            rows.append((t(f"family.{family or 'all'}"), total, same))
        lead = self.text("lead.robustness", count=len(robust.variants))
        paragraph = doc.Paragraph(t.sentences([t("lead.anchors_shifted"), t("lead.other_scores")]))
        same_table = self.table("same", "changed variants:count same:count", rows)
        return self.section("robustness", lead, same_table, paragraph, self.survival(robust), self.variants(robust))

    def survival(self, robust: Robustness) -> doc.Table:
        rows: list[tuple[doc.Value, ...]] = []
        for kind in KINDS:
            for name, values in named_survival(robust, kind, self.conditions).items():
                for family, term_survival in values.items():
                    changed = self.t(f"family.{family}")
                    rows.append(
                        (
                            self.kind(kind),
                            name,
                            changed,
                            term_survival.variants,
                            term_survival.surely,
                            term_survival.perhaps,
                            term_survival.narrower,
                        )
                    )
        columns = "solution term changed variants:count surely:count perhaps:count narrower:count"
        return self.table("survival", columns, rows, folded=True)

    def variants(self, robust: Robustness) -> doc.Table:
        rows: list[tuple[doc.Value, ...]] = [
            (
                self.t(f"family.{variant.family}"),
                variant.changed,
                variant.value,
                self.kind(kind),
                "; ".join(model_name(model, self.conditions) for model in variant.models[kind]),
                variant.fit[kind].inclusion,
                variant.fit[kind].coverage,
            )
            for variant in robust.variants
            for kind in KINDS
        ]
        columns = ("family changed value solution expression:note", self.number("consistency"), self.number("coverage"))
        return self.table("variants", columns, rows, folded=True)

    def data(self) -> doc.Section:
        table = self.analysis.table
        blocks: list[doc.Block] = [data_table(self, table, (self.analysis.settings.outcome, *self.conditions))]
        if table.left_out:
            rows = [(case, ", ".join(columns)) for case, columns in table.left_out]
            blocks.append(self.table("left-out", "case missing", rows))
        return self.section("data", *blocks)


def _fit(fit: Sufficiency) -> tuple[float, float, float, float]:
    return fit.inclusion, fit.pri, fit.coverage, fit.unique


def _rows(numbers: Sequence[int]) -> str:
    return ", ".join(str(number + 1) for number in numbers)
