"""What is shown of the joint posterior: what moved, what this evidence cannot move, and whose word it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from copark.analyses.contract import Texts, assemble
from copark.analyses.joint import Answer
from copark.analyses.joint.findings import FIRST, FURTHER_SETS, GROUP, LEAST, LEVEL, AxisFinding
from copark.analyses.joint.simulated_panels import AGES, DUE, HYPER
from copark.analyses.show import Show, grouped
from copark.calibration.pool.parks import GROUPS
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.stats.jackknife import reach

ASKED = ("equity", "network", "framework")
"""Groups the question is about."""
SHARE = doc.SHARE
PLAIN = doc.plain(doc.Kind.number)
METHODS = 7
"""Sentences about method and limits."""


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of the joint posterior."""
    show = _Show(found, t)
    return assemble(
        found,
        t,
        key="joint",
        title=t("question", parks=len(found.parks)),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.parameters(),
            show.proof(),
            show.parks(),
            show.section("method", show.numbered("method", METHODS)),
        ],
        provenance={
            "parks": len(found.parks),
            "panels": number(found.panels, 0),
            "seed": found.seed,
        },
    )


def over_seeds(value: float, error: float) -> doc.Interval:
    """A number with the interval of its seed error."""
    low, high = reach(value, error, LEVEL)
    return doc.Interval(low, high, value)


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        order = {group: n for n, group in enumerate((*GROUPS, GROUP))}
        self.axes = sorted(found.axes, key=lambda one: (order[one.group], -one.r2))
        """Parameters by group, within it those that simulated panels tell most of first."""

    def title(self, one: AxisFinding) -> str:
        return one.title(self.t.lang) or self.t(f"hyper.{one.name}")

    def park(self, name: str) -> str:
        return self.t.of(next(one.title for one in self.found.parks if one.name == name))

    def band(self, values: Sequence[float]) -> doc.Interval:
        """90 % and the median."""
        return doc.Interval(values[0], values[4], values[2])

    def word(self, one: AxisFinding) -> str:
        """The word for a parameter, followed by those that another seed may say."""
        word = self.t(f"word.{one.word}")
        others = self.t("or").join(self.t("quoted", word=self.t(f"word.{other}")) for other in one.other_words)
        return self.t("another_seed", word=word, others=others) if others else word

    def words(self, one: AxisFinding) -> dict[str, str]:
        how = SHARE if one.group == GROUP else PLAIN
        return {
            "title": self.title(one),
            "band": self.said(self.band(one.posterior), how),
            "prior": self.said(self.band(one.prior), how),
            "r2": number(one.r2, 2),
            "word": self.word(one),
            "park": self.park(one.park),
            "shift": number(abs(one.shift), 1),
        }

    def headline(self) -> str:
        t = self.t
        first = self.found.axis(FIRST)
        mechanisms = [one for one in self.axes if one.group != GROUP]
        told = {key: sum(one.word == key for one in mechanisms) for key in ("moved", "cannot")}
        unsteady = sum(bool(one.other_words) for one in mechanisms)
        return t.sentences(
            [
                t("headline", count=len(mechanisms), parks=len(self.found.parks), **told),
                *([t("headline.another_seed", count=unsteady)] if unsteady else []),
                t("headline.first", **self.words(first)),
            ]
        )

    def summary(self) -> doc.Section:
        t = self.t
        found = self.found
        first = self.found.axis(FIRST)
        cards = (
            doc.Card(
                t("card.parks"),
                doc.COUNT,
                len(found.parks),
                t("card.rows", count=sum(not one.case for one in found.parks)),
            ),
            doc.Card(
                t("card.values"),
                doc.COUNT,
                sum(one.values for one in found.parks),
                t("card.outcomes", count=sum(len(one.outcomes) for one in found.parks)),
            ),
            doc.Card(
                self.title(first),
                PLAIN,
                self.band(first.posterior),
                t("card.first", prior=self.words(first)["prior"], r2=self.words(first)["r2"]),
            ),
            doc.Card(t("card.coverage"), SHARE, found.coverage, t("card.records", count=found.records)),
        )
        said = [*self.answers(), *self.panel(), self.further(), self.trust()]
        return self.section("summary", doc.Cards(cards), doc.Bullets(tuple(said)), doc.Caveat(t("caveat")))

    def answers(self) -> Iterator[str]:
        for group in ASKED:
            every = [one for one in self.axes if one.group == group]
            told = self.t("join").join(self.t("answer.one", **self.words(one)) for one in every)
            yield self.t("answer", group=self.t(f"group.{group}"), told=told)

    def panel(self) -> Iterator[str]:
        for name in HYPER:
            one = self.found.axis(name)
            yield self.t(f"said.{name}", **self.words(one))

    def further(self) -> str:
        one = self.found.axis(FIRST)
        told = dict(zip(map("_".join, FURTHER_SETS), one.further, strict=True))
        served = [park.served for park in self.found.parks if park.served]
        best = max(self.found.parks, key=lambda park: park.listed)
        return self.t(
            "said.further",
            r2=number(one.r2, 2),
            **{key: number(r2, 2) for key, r2 in told.items()},
            held=percent(one.further_coverage[-1]),
            due=str(DUE),
            ages=str(len(AGES)),
            parks=str(len(served)),
            values=str(sum(served)),
            best=self.t.of(best.title),
            alone=number(best.listed, 2),
        )

    def trust(self) -> str:
        """Whether intervals hold, also where parks differ, and whether the record looks like a simulated panel."""
        found = self.found
        return self.t(
            "said.trust",
            coverage=percent(found.coverage),
            inside=percent(found.inside),
            count=found.records,
            broken=percent(found.broken),
            reach=percent(found.reach),
        )

    def parameters(self) -> doc.Section:
        """Every parameter: prior, posterior, movement, and what simulated panels tell."""
        from copark.analyses.joint.figures import places

        rows = [
            (
                self.title(one),
                self.band(one.prior),
                self.band(one.posterior),
                self.word(one),
                over_seeds(one.shrink, one.shrink_error),
                over_seeds(one.r2, one.r2_error),
            )
            for one in self.axes
        ]
        heads = grouped(self.t(f"group.{one.group}") for one in self.axes)
        columns = self.columns("parameter prior:number posterior:number word narrowing:share r2:number:2")
        table = self.table("parameters", columns, rows, groups=heads)
        trust = [(self.title(one), one.coverage, one.broken, self.park(one.park), one.shift) for one in self.axes]
        columns = self.columns("parameter coverage:share differing:share influential shift:change:1")
        more = self.table("trust", columns, trust, groups=heads, folded=True)
        asked = [one for one in self.axes if one.group in ASKED]
        draw = partial(places, asked, [self.title(one) for one in asked], self.t.lang)
        return self.section(
            "parameters", doc.Paragraph(self.t("lead.parameters")), self.chart("places", draw), table, more
        )

    def proof(self) -> doc.Section:
        """What cannot be moved, and why: R² in simulated panels."""
        t = self.t
        found = self.found
        still = [one for one in self.axes if one.word == "cannot"]
        said = [t("proof.one", **self.words(one)) for one in still if one.group in ASKED]
        columns = (
            self.column("left_out", doc.Kind.share),
            self.column("panels", doc.Kind.count),
            self.column("r2", doc.Kind.number, places=2),
        )
        sliced = [(doc.Interval(one.low, one.high), one.panels, one.r2) for one in found.slices]
        lead = t("lead.proof", least=number(LEAST, 1), tested=found.tested)
        more = self.columns(
            "parameter record:number:2 counts:number:2 service:number:2 both:number:2 checklist:number:2 held:share"
        )
        asked = [one for one in self.axes if one.group in ASKED]
        further = self.table(
            "further", more, [[self.title(one), one.r2, *one.further, one.further_coverage[-1]] for one in asked]
        )
        slices = self.table("slices", columns, sliced)
        return self.section("proof", doc.Paragraph(lead), doc.Bullets(tuple(said)), further, slices)

    def parks(self) -> doc.Section:
        """Every park: what it reports, and what leaving it out would change."""
        titles = {one.name: self.title(one) for one in self.axes}
        operators = [one.operator for one in self.found.parks]
        rows = [
            (
                self.t.of(one.title),
                one.values,
                self.t("join").join(self.t(f"outcome.{each}") for each in one.outcomes),
                self.t(f"operator.{one.operator}") if operators.count(one.operator) > 1 else "",
                one.first,
                one.shift,
                titles[one.axis],
                one.listed,
            )
            for one in sorted(self.found.parks, key=lambda one: -abs(one.first))
        ]
        columns = self.columns(
            "park values:count outcome operator first:change:3 largest:change:1 axis listed:number:2"
        )
        return self.section("parks", doc.Paragraph(self.t("lead.parks")), self.table("parks", columns, rows))
