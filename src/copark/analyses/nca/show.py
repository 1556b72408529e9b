"""What is shown of necessary conditions: which come first, their ceilings, and what each level of the outcome needs."""

from math import isfinite

from copark.analyses.case_table import caveats, data_table, method, told
from copark.analyses.contract import Texts, assemble
from copark.analyses.nca import Answer
from copark.analyses.show import Show
from copark.presentation import document as doc
from copark.setmethods.nca import KINDS, Necessity, size_of
from copark.setmethods.nca import Kind as Ceiling

BOTTLENECKS: dict[Ceiling, str] = {"ce_fdh": "bottlenecks-ce-fdh", "cr_fdh": "bottlenecks-cr-fdh"}
CHANCE = 0.05
"""p from which an empty corner is called no rarer than by chance."""


def document(found: Answer, t: Texts) -> doc.Document:
    """The answer first, then ceilings, bottlenecks and data."""
    show = _Show(found, t)
    return assemble(
        found,
        t,
        key="nca",
        title=t("question", outcome=found.found.request.outcome),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.ceilings(),
            show.bottlenecks(),
            show.section(
                "data",
                data_table(show, found.found.table, (found.found.request.outcome, *found.found.request.conditions)),
            ),
            method(show, 4, found.settings),
        ],
        provenance=told(found),
    )


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.answer = found
        self.found = found.found
        self.effect = self.column("effect", doc.Kind.number, places=3)
        self.p = self.column("p", doc.Kind.number, places=4)
        self.ranked = sorted(self.found.found, key=lambda one: -one.ceilings["ce_fdh"].effect)

    def headline(self) -> str:
        """Which condition leaves the largest corner empty, and whether that is more than chance."""
        first = self.ranked[0]
        t = self.t
        ceiling = first.ceilings["ce_fdh"]
        outcome = self.found.request.outcome
        if not ceiling.effect > 0.0:
            return t("headline.none", outcome=outcome)
        sure = "untested" if not isfinite(ceiling.p) else "chance" if ceiling.p >= CHANCE else "tested"
        size = t(f"size.{size_of(ceiling.effect)}")
        values = {"condition": first.condition, "outcome": outcome, "size": size}
        said = {"effect": self.said(ceiling.effect, self.effect), "p": self.said(ceiling.p, self.p)}
        return t.sentences(
            [
                t(f"headline.{self.found.request.corner}", **values, effect=said["effect"]),
                t(f"headline.{sure}", p=said["p"]),
            ]
        )

    def summary(self) -> doc.Section:
        cards = []
        for one in self.ranked[:8]:
            ceiling = one.ceilings["ce_fdh"]
            p = self.said(ceiling.p, self.p)
            note = self.t("card.p", p=p) if isfinite(ceiling.p) else self.t(f"size.{size_of(ceiling.effect)}")
            cards.append(doc.Card(self.t("card.effect", x=one.condition), self.effect, ceiling.effect, note))
        warned = caveats(self.answer.warnings, self.t.lang)
        return self.section("summary", doc.Cards(tuple(cards)), self.text("lead"), *warned)

    def ceilings(self) -> doc.Section:
        charts = [self.plot(at, one) for at, one in enumerate(self.found.found, start=1)]
        columns = (
            "condition ceiling",
            self.effect,
            "size",
            self.p,
            "slope:number intercept:number above:count",
            "accuracy:number:1:% spare_condition:number:1:% spare_outcome:number:1:% peers:note",
        )
        rows: list[tuple[doc.Value, ...]] = []
        for one in self.found.found:
            names = ", ".join(dict.fromkeys(case for case, _, _ in one.peers))
            for kind in KINDS:
                ceiling = one.ceilings[kind]
                rows.append(
                    (
                        one.condition,
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

    def plot(self, at: int, one: Necessity) -> doc.Chart:
        from copark.figures.set_methods import ceiling_plot

        values = {"x": one.condition, "y": self.found.request.outcome}
        return doc.Chart(
            f"ceiling-{at}",
            self.t("chart.ceiling", **values),
            self.t("alt.ceiling", **values),
            lambda: ceiling_plot(self.found, one, self.t.lang),
            self.t("caption.ceiling"),
            wide=False,
        )

    def bottlenecks(self) -> doc.Section:
        blocks: list[doc.Block] = [self.text("lead.bottlenecks")]
        if self.found.request.corner != 1:
            blocks.append(self.caveat("lead.bottlenecks_low"))
        return self.section("bottlenecks", *blocks, *(self.levels(kind) for kind in KINDS))

    def levels(self, kind: Ceiling) -> doc.Table:
        percent = [
            doc.Column(f"condition_{at}", one.condition, doc.Kind.number, "%", 1)
            for at, one in enumerate(self.found.found, start=1)
        ]
        level = doc.Column("level", self.found.request.outcome, doc.Kind.number, "%", 0)
        needed = [one.ceilings[kind].bottlenecks for one in self.found.found]
        rows = [(cells[0].level, *(one.mark or one.needed for one in cells)) for cells in zip(*needed, strict=True)]
        return self.table(BOTTLENECKS[kind], (level, *percent), rows, folded=kind != "ce_fdh")
