"""Documents on coupling coordination degrees: the course of D, its grades, and what chance and judgement give."""

from copark.analyses.case_table import caveats, method, told
from copark.analyses.contract import Texts, assemble
from copark.analyses.coupling import Answer
from copark.analyses.show import AnswerShow, Columns
from copark.presentation import document as doc
from copark.presentation.numbers import number
from copark.setmethods.coupling_chance import KINDS, STATISTICS
from copark.setmethods.coupling_degree import GRADES, entropy
from copark.setmethods.coupling_warnings import listed
from copark.texts import text

CHANCE = 0.05
"""p from which a coupling is called no closer than by chance."""
FEW = 3
"""Cases that the headline names before it only counts."""
NEAR = 1e-9
"""Difference below which two degrees are the same."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show the answer first, then the course of D, chance, indicators and weights."""
    show = _Show(answer, t)
    closed = t(f"closed.{answer.found.request.closed}")
    return assemble(
        answer,
        t,
        key="coupling",
        title=t("question", subsystems=show.names),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.course(),
            show.chance(),
            show.section("weights", show.indicators()),
            method(show, 4, answer.settings, closed=closed),
        ],
        provenance=told(answer),
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.coupled = answer.found
        self.names = t("join").join(subsystem.name for subsystem in self.coupled.request.subsystems)
        self.degree = self.column("D", doc.Kind.number, places=3)
        self.p = self.column("p", doc.Kind.number, places=4)
        self.mean = float(self.coupled.chosen.coordination.mean())

    def grade(self, name: str) -> str:
        return text(f"analysis.grade.{name}", self.t.lang)

    def headline(self) -> str:
        """Describe the mean D, the highest and the lowest case, and whether the coupling is more than chance."""
        t = self.t
        cases = self.coupled.table.cases
        degrees = self.coupled.chosen.coordination
        ends = {"high": float(degrees.max()), "low": float(degrees.min())}
        written = {key: self.said(value, self.degree) for key, value in ({"mean": self.mean} | ends).items()}
        names = {
            f"{key}est": listed(
                [case for case, degree in zip(cases, degrees, strict=True) if abs(degree - end) < NEAR], FEW
            )
            for key, end in ends.items()
        }
        parts = [t("headline", **written, **names)]
        if self.answer.null is None:
            parts.append(t("headline.untested"))
        else:
            p = self.answer.null.p["shuffle"]["mean_coupling"]
            parts.append(t(f"headline.{'chance' if p >= CHANCE else 'tested'}", p=self.said(p, self.p)))
        return t.sentences(parts)

    def summary(self) -> doc.Section:
        t = self.t
        answer = self.answer
        formula = t(f"formula.{self.coupled.request.formula}")
        cards = [doc.Card(t("card.mean"), self.degree, self.mean, formula)]
        if answer.null is not None:
            cards.append(doc.Card(t("card.chance"), self.p, answer.null.p["shuffle"]["mean_coupling"], t("card.null")))
        if answer.ensemble is not None:
            stays = doc.Column("stays", t("card.stays"), doc.Kind.share)
            draws = t("card.draws", draws=number(answer.ensemble.draws, 0))
            cards.append(doc.Card(t("card.stays"), stays, answer.ensemble.stays["both"], draws))
        warned = caveats(answer.warnings, t.lang)
        return self.section("summary", doc.Cards(tuple(cards)), self.text("lead"), *warned)

    def course(self) -> doc.Section:
        """Show D of every case in order, drawn and in numbers, and how firmly each is in its grade."""
        from copark.figures.set_methods import trajectory

        answer = self.answer
        ensemble = self.answer.ensemble
        blocks: list[doc.Block] = [
            self.chart("coupling", lambda: trajectory(self.coupled, answer.null, ensemble, self.t.lang)),
            self.degrees(),
        ]
        if ensemble is not None:
            columns: Columns = ("case", *(doc.Column(name, self.grade(name), doc.Kind.share) for name in GRADES))
            rows: list[tuple[doc.Value, ...]] = [
                (case, *map(float, shares))
                for case, shares in zip(self.coupled.table.cases, ensemble.shares, strict=True)
            ]
            blocks.append(self.table("grades", columns, rows))
        return self.section("course", *blocks)

    def degrees(self) -> doc.Table:
        coupled = self.coupled
        ensemble = self.answer.ensemble
        columns: Columns = (
            "case T:number:3 C:number:3 D:number:3 grade C2:number:3 D2:number:3 grade2",
            *(
                doc.Column(f"score_{number}", subsystem.name, doc.Kind.number, places=3)
                for number, subsystem in enumerate(coupled.request.subsystems, start=1)
            ),
            "" if ensemble is None else "band:number:3 grades_met:count",
        )
        standard = coupled.forms["standard"]
        second = coupled.forms["wang2021"]
        rows: list[tuple[doc.Value, ...]] = []
        for position, case in enumerate(coupled.table.cases):
            row: list[doc.Value] = [
                case,
                float(coupled.development[position]),
                float(standard.coupling[position]),
                float(standard.coordination[position]),
                self.grade(standard.grades[position]),
                float(second.coupling[position]),
                float(second.coordination[position]),
                self.grade(second.grades[position]),
                *map(float, coupled.scores[position]),
            ]
            if ensemble is not None:
                row += [
                    doc.Interval(float(ensemble.levels[0, position]), float(ensemble.levels[4, position])),
                    ensemble.met[position],
                ]
            rows.append(tuple(row))
        return self.table("degrees", columns, rows)

    def chance(self) -> doc.Section:
        null = self.answer.null
        if null is None:
            return self.section("chance", self.caveat("no_null"))
        columns: Columns = (
            "statistic observed:number:3",
            *(f"{kind}:number:4" for kind in KINDS),
        )
        rows: list[tuple[doc.Value, ...]] = [
            (self.t(f"statistic.{name}"), null.observed[name], *(null.p[kind][name] for kind in KINDS))
            for name in STATISTICS
        ]
        return self.section("chance", self.text("lead.null"), self.table("chance", columns, rows))

    def indicators(self) -> doc.Table:
        """Show every indicator: subsystem, direction, range, entropy, weight; and the weight of each subsystem in T."""
        coupled = self.coupled
        t = self.t
        columns = "subsystem indicator direction range:number range_source entropy:number:3 weight:number:3"
        spread = entropy(coupled.indicator_scores)
        rows: list[tuple[doc.Value, ...]] = []
        for position, indicator in enumerate(coupled.request.indicators):
            subsystem = int(coupled.request.belongs[position].argmax())
            span = coupled.ranges[indicator.column]
            direction = t(f"direction.{'positive' if indicator.positive else 'negative'}")
            rows.append(
                (
                    coupled.request.subsystems[subsystem].name,
                    indicator.column,
                    direction,
                    doc.Interval(span.low, span.high),
                    t(f"range.{span.source}"),
                    float(spread[position]),
                    float(coupled.shares[position, subsystem]),
                )
            )
        weighed = zip(coupled.request.subsystems, coupled.alpha, strict=True)
        rows += [(subsystem.name, t("whole"), "", None, "", None, float(weight)) for subsystem, weight in weighed]
        return self.table("indicators", columns, rows)
