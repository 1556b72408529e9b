"""Documents on necessary conditions: which come first, their ceilings, and what each level of the outcome needs."""

from math import isfinite

from copark.analyses.case_table import caveats, data_table, method, told
from copark.analyses.contract import Texts, assemble
from copark.analyses.nca import Answer
from copark.analyses.show import AnswerShow
from copark.presentation import document as doc
from copark.setmethods.nca import KINDS, Necessity, size_of
from copark.setmethods.nca import Kind as Ceiling

BOTTLENECKS: dict[Ceiling, str] = {"ce_fdh": "bottlenecks-ce-fdh", "cr_fdh": "bottlenecks-cr-fdh"}
CHANCE = 0.05
"""p from which an empty corner is called no rarer than by chance."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show the answer first, then ceilings, bottlenecks and data."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="nca",
        title=t("question", outcome=answer.found.request.outcome),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.ceilings(),
            show.bottlenecks(),
            show.section(
                "data",
                data_table(show, answer.found.table, (answer.found.request.outcome, *answer.found.request.conditions)),
            ),
            method(show, 4, answer.settings),
        ],
        provenance=told(answer),
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.analysis = answer.found
        self.effect = self.column("effect", doc.Kind.number, places=3)
        self.p = self.column("p", doc.Kind.number, places=4)
        self.ranked = sorted(self.analysis.found, key=lambda necessity: -necessity.ceilings["ce_fdh"].effect)

    def headline(self) -> str:
        """Describe which condition leaves the largest corner empty, and whether that is more than chance."""
        first = self.ranked[0]
        t = self.t
        ceiling = first.ceilings["ce_fdh"]
        outcome = self.analysis.request.outcome
        if not ceiling.effect > 0.0:
            return t("headline.none", outcome=outcome)
        sure = "untested" if not isfinite(ceiling.p) else "chance" if ceiling.p >= CHANCE else "tested"
        size = t(f"size.{size_of(ceiling.effect)}")
        values = {"condition": first.condition, "outcome": outcome, "size": size}
        written = {"effect": self.said(ceiling.effect, self.effect), "p": self.said(ceiling.p, self.p)}
        return t.sentences(
            [
                t(f"headline.{self.analysis.request.corner}", **values, effect=written["effect"]),
                t(f"headline.{sure}", p=written["p"]),
            ]
        )

    def summary(self) -> doc.Section:
        cards = []
        for necessity in self.ranked[:8]:
            ceiling = necessity.ceilings["ce_fdh"]
            p = self.said(ceiling.p, self.p)
            note = self.t("card.p", p=p) if isfinite(ceiling.p) else self.t(f"size.{size_of(ceiling.effect)}")
            cards.append(doc.Card(self.t("card.effect", x=necessity.condition), self.effect, ceiling.effect, note))
        warned = caveats(self.answer.warnings, self.t.lang)
        return self.section("summary", doc.Cards(tuple(cards)), self.text("lead"), *warned)

    def ceilings(self) -> doc.Section:
        charts = [self.plot(number, necessity) for number, necessity in enumerate(self.analysis.found, start=1)]
        columns = (
            "condition ceiling",
            self.effect,
            "size",
            self.p,
            "slope:number intercept:number above:count",
            "accuracy:number:1:% spare_condition:number:1:% spare_outcome:number:1:% peers:note",
        )
        rows: list[tuple[doc.Value, ...]] = []
        for necessity in self.analysis.found:
            names = ", ".join(dict.fromkeys(case for case, _, _ in necessity.peers))
            for kind in KINDS:
                ceiling = necessity.ceilings[kind]
                rows.append(
                    (
                        necessity.condition,
                        self.t(f"ceiling.{kind}"),
                        ceiling.effect,
                        self.t(f"size.{size_of(ceiling.effect)}"),
                        ceiling.p,
                        ceiling.slope,
                        ceiling.intercept,
                        ceiling.above,
                        ceiling.accuracy,
                        ceiling.condition_inefficiency,
                        ceiling.outcome_inefficiency,
                        names,
                    )
                )
        return self.section("ceilings", self.table("ceilings", columns, rows), *charts)

    def plot(self, number: int, necessity: Necessity) -> doc.Chart:
        from copark.figures.set_methods import ceiling_plot

        values = {"x": necessity.condition, "y": self.analysis.request.outcome}
        return doc.Chart(
            f"ceiling-{number}",
            self.t("chart.ceiling", **values),
            self.t("alt.ceiling", **values),
            lambda: ceiling_plot(self.analysis, necessity, self.t.lang),
            self.t("caption.ceiling"),
            wide=False,
        )

    def bottlenecks(self) -> doc.Section:
        blocks: list[doc.Block] = [self.text("lead.bottlenecks")]
        if self.analysis.request.corner != 1:
            blocks.append(self.caveat("lead.bottlenecks_low"))
        return self.section("bottlenecks", *blocks, *(self.levels(kind) for kind in KINDS))

    def levels(self, kind: Ceiling) -> doc.Table:
        percent = [
            doc.Column(f"condition_{number}", necessity.condition, doc.Kind.number, "%", 1)
            for number, necessity in enumerate(self.analysis.found, start=1)
        ]
        level = doc.Column("level", self.analysis.request.outcome, doc.Kind.number, "%", 0)
        needed = [necessity.ceilings[kind].bottlenecks for necessity in self.analysis.found]
        rows = [(cells[0].level, *(cell.mark or cell.needed for cell in cells)) for cells in zip(*needed, strict=True)]
        return self.table(BOTTLENECKS[kind], (level, *percent), rows, folded=kind != "ce_fdh")
