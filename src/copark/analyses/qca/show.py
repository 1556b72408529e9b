"""What is shown of a QCA: paths to the outcome, their assumptions, the cases against them, and how firm they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from copark.analyses.case_table import caveats, data_table, method, told
from copark.analyses.contract import Texts, assemble
from copark.analyses.qca import Answer
from copark.analyses.show import Columns, Show
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


def document(found: Answer, t: Texts) -> doc.Document:
    """The answer first, then truth table, solutions, cases, necessity, assumptions, robustness and data."""
    show = _Show(found, t)
    return assemble(
        found,
        t,
        key="qca",
        title=t("question", outcome=found.found.settings.outcome_name),
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
            method(show, 5, found.settings, full=exact(found.full)),
        ],
        provenance=told(found),
    )


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.answer = found
        self.found = found.found
        self.outcome = self.found.settings.outcome_name
        self.conditions = self.found.settings.conditions
        self.main = found.models[found.main]
        self.fits = [self.number(key) for key in ("consistency", "pri", "coverage", "unique")]

    def number(self, key: str) -> doc.Column:
        return self.column(key, doc.Kind.number, places=3)

    def kind(self, name: str) -> str:
        return self.t(f"kind.{name}")

    def written(self, value: float, key: str) -> str:
        return self.said(value, self.number(key))

    def path(self, term: Term) -> str:
        """A path in words: ``A and not B``."""
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
        whole = fit_of_terms(self.main[0], self.found.members, self.found.outcome)[1]
        said = t(
            "headline",
            outcome=outcome,
            paths=t("or").join(map(self.path, self.main[0])),
            kind=self.kind(self.answer.main),
            consistency=self.written(whole.inclusion, "consistency"),
            coverage=self.written(whole.coverage, "coverage"),
        )
        tied = [t("headline.tied", models=len(self.main))] if len(self.main) > 1 else []
        return t.sentences([said, *tied])

    def summary(self) -> doc.Section:
        t = self.t
        rows = self.found.truth.rows
        observed = sum(row.n > 0 for row in rows)
        cards = [
            doc.Card(t("card.cases"), doc.COUNT, len(self.found.table)),
            doc.Card(t("card.rows"), doc.COUNT, observed, t("card.of_rows", rows=number(len(rows), 0))),
            doc.Card(t("card.models"), doc.COUNT, len(self.found.solutions.parsimonious.models)),
        ]
        if self.main:
            whole = fit_of_terms(self.main[0], self.found.members, self.found.outcome)[1]
            kind = self.kind(self.answer.main)
            cards.append(doc.Card(t("card.consistency", kind=kind), self.number("consistency"), whole.inclusion))
            cards.append(doc.Card(t("card.coverage"), self.number("coverage"), whole.coverage))
        lines = []
        for name, tied in self.answer.models.items():
            models = "  |  ".join(model_name(model, self.conditions) for model in tied)
            lines.append(t("lead.solution", kind=self.kind(name), models=models or t("lead.no_solution")))
        warned = caveats(self.found.warnings, t.lang)
        return self.section("summary", doc.Cards(tuple(cards)), self.text("lead"), doc.Bullets(tuple(lines)), *warned)

    def truth(self) -> doc.Section:
        columns: Columns = (
            "row:count",
            *(doc.Column(f"condition_{at}", name, doc.Kind.count) for at, name in enumerate(self.conditions, start=1)),
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
            for row in self.found.truth.rows
        ]
        some = [row for row, of in zip(rows, self.found.truth.rows, strict=True) if of.n]
        return self.section(
            "truth", self.table("truth", columns, some), self.table("all-rows", columns, rows, folded=True)
        )

    def drawn(self, key: str, draw: Any, at: str = "", **values: str) -> doc.Chart:
        t = self.t
        return doc.Chart(
            f"{key}{at}", t(f"chart.{key}", **values), t(f"alt.{key}", **values), draw, t(f"caption.{key}")
        )

    def solutions(self) -> doc.Section:
        """Every model of every kind: its paths, and with its fit and the cases that speak against it."""
        rows = []
        for kind, models in self.answer.models.items():
            for at, model in enumerate(models, start=1):
                each, whole = fit_of_terms(model, self.found.members, self.found.outcome)
                for term, one in zip(model, each, strict=True):
                    rows.append((self.kind(kind), at, term_name(term, self.conditions), *_fit(one), "", ""))
                deviant, uncovered = map(", ".join, deviant_cases(self.found, model))
                rows.append((self.kind(kind), at, model_name(model, self.conditions), *_fit(whole), deviant, uncovered))
        columns: Columns = ("solution model:count expression", *self.fits, "deviant:note uncovered:note")
        paths = [self.paths(kind, models) for kind, models in self.answer.models.items() if models]
        return self.section("solutions", self.table("solutions", columns, rows), *paths)

    def paths(self, kind: str, models: Sequence[Model]) -> doc.Table:
        """The configuration chart (Fiss 2011): terms side by side, conditions below each other."""
        terms = {
            f"M{at}.{n}": term for at, model in enumerate(models, start=1) for n, term in enumerate(model, start=1)
        }
        rows = [
            (name, *({PRESENT: "●", NEGATED: "⊗"}.get(term[at], "") for term in terms.values()))
            for at, name in enumerate(self.conditions)
        ]
        columns = (
            self.column("condition"),
            *(doc.Column(f"path_{at}", name) for at, name in enumerate(terms, start=1)),
        )
        title = self.t("table.paths", kind=self.kind(kind), outcome=self.outcome)
        return doc.Table(f"paths-{kind}", title, columns, tuple(rows), note=self.t("note.paths"))

    def cases(self) -> doc.Section:
        if not self.main:
            return self.section("cases", self.text("lead.no_solution"))
        model = self.main[0]
        members = self.found.members
        sets = [(model_name(model, self.conditions), model_membership(model, members))]
        if len(model) > 1:
            sets += [(term_name(term, self.conditions), term_membership(term, members)) for term in model]
        charts = []
        for at, (name, x) in enumerate(sets[:MOST_PLOTS], start=1):
            fit = sufficiency(x, self.found.outcome)
            values = {"consistency": fit.inclusion, "pri": fit.pri, "coverage": fit.coverage}
            charts.append(self.scatter(f"-{at}", name, x, "fit", values))
        return self.section("cases", self.text("lead.cases"), *charts)

    def scatter(
        self, at: str, name: str, x: Floats, words: str, values: dict[str, float], aim: Aim = "sufficiency"
    ) -> doc.Chart:
        from copark.figures.set_methods import xy_plot

        fit = self.t(words, **{key: self.written(value, key) for key, value in values.items()})
        found = self.found
        lang = self.t.lang
        names = (name, self.outcome)
        return self.drawn(
            aim,
            lambda: xy_plot(x, found.outcome, found.table.cases, names, fit, lang, aim),
            at,
            x=name,
            y=self.outcome,
        )

    def necessity(self) -> doc.Section:
        """Single conditions and expressions as necessary ones; single conditions as sufficient ones."""
        found = self.found
        count = len(self.conditions)
        columns = "expression consistency:number:3 relevance:number:3 coverage:number:3"
        names = {one.name for one in found.necessity}
        every = (*found.necessity, *(one for one in found.expressions if one.name not in names))
        rows = [(one.name, one.fit.inclusion, one.fit.relevance, one.fit.coverage) for one in every]
        charts = []
        ranked = sorted(range(len(found.necessity)), key=lambda at: -found.necessity[at].fit.inclusion)
        for turn, at in enumerate(ranked[:NECESSITY_PLOTS], start=1):
            one = found.necessity[at]
            column = found.members[:, at % count]
            values = {
                "consistency": one.fit.inclusion,
                "relevance": one.fit.relevance,
                "coverage": one.fit.coverage,
            }
            x = column if at < count else 1.0 - column
            charts.append(self.scatter(f"-{turn}", one.name, x, "fit_necessity", values, "necessity"))
        alone = [(name, *_fit(one)[:3]) for name, one in found.sufficiency]
        said = "lead.expressions" if found.expressions else "lead.no_expressions"
        return self.section(
            "necessity",
            self.text("lead.necessity"),
            self.table("necessity", columns, rows),
            self.text(said),
            *charts,
            self.table("sufficiency", ("term", *self.fits[:3]), alone, folded=True),
        )

    def counterfactuals(self) -> doc.Section:
        """What each solution assumes of empty rows."""
        rows: list[tuple[doc.Value, ...]] = []
        solutions = self.found.solutions
        tied = zip(solutions.parsimonious.models, solutions.assumptions, strict=True)
        for at, (model, assumed) in enumerate(tied, start=1):
            name = f"{self.kind('parsimonious')} M{at}"
            rows.append((name, model_name(model, self.conditions), _rows(assumed), "", "", ""))
        for one in solutions.intermediate:
            models = "; ".join(model_name(model, self.conditions) for model in one.models)
            name = f"{self.kind('intermediate')} {one.name}"
            rows.append((name, models, "", _rows(one.easy), _rows(one.difficult), _rows(one.unused)))
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
        said = doc.Paragraph(t.sentences([t("lead.anchors_shifted"), t("lead.other_scores")]))
        same_table = self.table("same", "changed variants:count same:count", rows)
        return self.section("robustness", lead, same_table, said, self.survival(robust), self.variants(robust))

    def survival(self, robust: Robustness) -> doc.Table:
        rows: list[tuple[doc.Value, ...]] = []
        for kind in KINDS:
            for name, values in named_survival(robust, kind, self.conditions).items():
                for family, one in values.items():
                    changed = self.t(f"family.{family}")
                    rows.append((self.kind(kind), name, changed, one.variants, one.surely, one.perhaps, one.narrower))
        columns = "solution term changed variants:count surely:count perhaps:count narrower:count"
        return self.table("survival", columns, rows, folded=True)

    def variants(self, robust: Robustness) -> doc.Table:
        rows: list[tuple[doc.Value, ...]] = [
            (
                self.t(f"family.{one.family}"),
                one.changed,
                one.value,
                self.kind(kind),
                "; ".join(model_name(model, self.conditions) for model in one.models[kind]),
                one.fit[kind].inclusion,
                one.fit[kind].coverage,
            )
            for one in robust.variants
            for kind in KINDS
        ]
        columns = ("family changed value solution expression:note", self.number("consistency"), self.number("coverage"))
        return self.table("variants", columns, rows, folded=True)

    def data(self) -> doc.Section:
        table = self.found.table
        blocks: list[doc.Block] = [data_table(self, table, (self.found.settings.outcome, *self.conditions))]
        if table.left_out:
            rows = [(case, ", ".join(columns)) for case, columns in table.left_out]
            blocks.append(self.table("left-out", "case missing", rows))
        return self.section("data", *blocks)


def _fit(one: Sufficiency) -> tuple[float, float, float, float]:
    return one.inclusion, one.pri, one.coverage, one.unique


def _rows(numbers: Sequence[int]) -> str:
    return ", ".join(str(number + 1) for number in numbers)
