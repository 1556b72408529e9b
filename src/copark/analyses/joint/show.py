"""Document of the joint posterior: what moved, what this evidence cannot move, and whose word it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from copark.analyses.contract import Texts, assemble
from copark.analyses.joint import Answer
from copark.analyses.joint.findings import FIRST, FURTHER_SETS, GROUP, LEAST, LEVEL, AxisFinding
from copark.analyses.joint.simulated_panels import AGES, DUE, HYPER
from copark.analyses.show import AnswerShow, grouped
from copark.calibration.pool.parks import GROUPS
from copark.labels import lowered, observable_title
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.stats.jackknife import reach

ASKED = ("equity", "network", "framework")
"""Groups the question is about."""
SHARE = doc.SHARE
PLAIN = doc.plain(doc.Kind.number)
METHODS = 7
"""Sentences about method and limits."""
ERRORS = 2.0
"""Standard errors over seeds that a change must exceed to be told from chance."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of the joint posterior."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="joint",
        title=t("question", parks=len(answer.parks)),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.parameters(),
            show.proof(),
            show.parks(),
            *show.disputed(),
            show.section("method", show.numbered("method", METHODS)),
        ],
        provenance={
            "parks": len(answer.parks),
            "panels": number(answer.panels, 0),
            "seed": answer.seed,
        },
    )


def over_seeds(value: float, error: float) -> doc.Interval:
    """Return a number with the interval of its seed error."""
    low, high = reach(value, error, LEVEL)
    return doc.Interval(low, high, value)


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        order = {group: n for n, group in enumerate((*GROUPS, GROUP))}
        self.axes = sorted(answer.axes, key=lambda parameter: (order[parameter.group], -parameter.r2))
        """Parameters by group, within it those that simulated panels tell most of first."""

    def title(self, parameter: AxisFinding) -> str:
        return parameter.title(self.t.lang) or self.t(f"hyper.{parameter.name}")

    def park(self, name: str) -> str:
        return self.t.of(next(member.title for member in self.answer.parks if member.name == name))

    def band(self, values: Sequence[float]) -> doc.Interval:
        """Return the median with the 90 % interval."""
        return doc.Interval(values[0], values[4], values[2])

    def word(self, parameter: AxisFinding) -> str:
        """Return the word for a parameter, followed by those that another seed may say."""
        word = self.t(f"word.{parameter.word}")
        others = self.t("or").join(self.t("quoted", word=self.t(f"word.{other}")) for other in parameter.other_words)
        return self.t("another_seed", word=word, others=others) if others else word

    def most_influential(self, parameter: AxisFinding) -> tuple[str | None, float | None]:
        """Return the park that matters most and the shift without it; neither where these are no findings."""
        return (self.park(parameter.park), parameter.shift) if parameter.can_be_found else (None, None)

    def words(self, parameter: AxisFinding) -> dict[str, str]:
        number_format = SHARE if parameter.group == GROUP else PLAIN
        return {
            "title": self.title(parameter),
            "band": self.said(self.band(parameter.posterior), number_format),
            "prior": self.said(self.band(parameter.prior), number_format),
            "r2": number(parameter.r2, 2),
            "word": self.word(parameter),
        }

    def headline(self) -> str:
        t = self.t
        first = self.answer.axis(FIRST)
        mechanisms = [parameter for parameter in self.axes if parameter.group != GROUP]
        firm = [parameter.word for parameter in mechanisms if parameter.is_firm]
        counts = {key: firm.count(key) for key in ("moved", "cannot")}
        unsteady = len(mechanisms) - len(firm)
        return t.sentences(
            [
                t("headline", count=len(mechanisms), parks=len(self.answer.parks), **counts),
                *([t("headline.another_seed", count=unsteady)] if unsteady else []),
                t("headline.first", **self.words(first)),
            ]
        )

    def summary(self) -> doc.Section:
        t = self.t
        answer = self.answer
        first = self.answer.axis(FIRST)
        cards = (
            doc.Card(
                t("card.parks"),
                doc.COUNT,
                len(answer.parks),
                t("card.rows", count=sum(not member.case for member in answer.parks)),
            ),
            doc.Card(
                t("card.values"),
                doc.COUNT,
                sum(member.values for member in answer.parks),
                t("card.no_words"),
            ),
            doc.Card(
                self.title(first),
                PLAIN,
                self.band(first.posterior),
                t("card.first", prior=self.words(first)["prior"], r2=self.words(first)["r2"]),
            ),
            doc.Card(t("card.coverage"), SHARE, answer.coverage, t("card.records", count=answer.records)),
        )
        sentences = [*self.answers(), *self.panel(), self.further(), self.trust()]
        return self.section("summary", doc.Cards(cards), doc.Bullets(tuple(sentences)), doc.Caveat(t("caveat")))

    def answers(self) -> Iterator[str]:
        for group in ASKED:
            parameters = [parameter for parameter in self.axes if parameter.group == group]
            findings = self.t("join").join(self.t("answer.one", **self.words(parameter)) for parameter in parameters)
            yield self.t("answer", group=self.t(f"group.{group}"), told=findings)

    def panel(self) -> Iterator[str]:
        for name in HYPER:
            parameter = self.answer.axis(name)
            yield self.t(f"said.{name}", **self.words(parameter))

    def further(self) -> str:
        first = self.answer.axis(FIRST)
        shares = dict(zip(map("_".join, FURTHER_SETS), first.further, strict=True))
        served = [park.served for park in self.answer.parks if park.served]
        best = max(self.answer.parks, key=lambda park: park.listed)
        return self.t(
            "said.further",
            r2=number(first.r2, 2),
            **{key: number(r2, 2) for key, r2 in shares.items()},
            held=percent(first.further_coverage[-1]),
            due=str(DUE),
            ages=str(len(AGES)),
            parks=str(len(served)),
            values=str(sum(served)),
            best=self.t.of(best.title),
            alone=number(best.listed, 2),
        )

    def trust(self) -> str:
        """Check that intervals hold, also where parks differ, and whether observations look like simulated panels."""
        answer = self.answer
        return self.t(
            "said.trust",
            coverage=percent(answer.coverage),
            inside=percent(answer.inside),
            count=answer.records,
            broken=percent(answer.broken),
            reach=percent(answer.reach),
        )

    def parameters(self) -> doc.Section:
        """Show every parameter: prior, posterior, movement, and what simulated panels tell."""
        from copark.analyses.joint.figures import places

        rows = [
            (
                self.title(parameter),
                self.band(parameter.prior),
                self.band(parameter.posterior),
                self.word(parameter),
                over_seeds(parameter.shrink, parameter.shrink_error),
                over_seeds(parameter.r2, parameter.r2_error),
            )
            for parameter in self.axes
        ]
        heads = grouped(self.t(f"group.{parameter.group}") for parameter in self.axes)
        columns = self.columns("parameter prior:number posterior:number word narrowing:share r2:number:2")
        table = self.table("parameters", columns, rows, groups=heads)
        trust_rows = [
            (self.title(parameter), parameter.coverage, parameter.broken, *self.most_influential(parameter))
            for parameter in self.axes
        ]
        columns = self.columns("parameter coverage:share differing:share influential shift:change:1")
        trust_table = self.table("trust", columns, trust_rows, groups=heads, folded=True)
        in_question = [parameter for parameter in self.axes if parameter.group in ASKED]
        draw = partial(places, in_question, [self.title(parameter) for parameter in in_question], self.t.lang)
        return self.section(
            "parameters", doc.Paragraph(self.t("lead.parameters")), self.chart("places", draw), table, trust_table
        )

    def proof(self) -> doc.Section:
        """Show what cannot be moved, and why: R² in simulated panels."""
        t = self.t
        answer = self.answer
        still = [parameter for parameter in self.axes if parameter.word == "cannot"]
        sentences = [t("proof.one", **self.words(parameter)) for parameter in still if parameter.group in ASKED]
        columns = (
            self.column("left_out", doc.Kind.share),
            self.column("panels", doc.Kind.count),
            self.column("r2", doc.Kind.number, places=2),
        )
        sliced = [(doc.Interval(sizes.low, sizes.high), sizes.panels, sizes.r2) for sizes in answer.slices]
        lead = t("lead.proof", least=number(LEAST, 1), tested=answer.tested)
        further_columns = self.columns(
            "parameter record:number:2 counts:number:2 service:number:2 both:number:2 checklist:number:2 held:share"
        )
        in_question = [parameter for parameter in self.axes if parameter.group in ASKED]
        further = self.table(
            "further",
            further_columns,
            [
                [self.title(parameter), parameter.r2, *parameter.further, parameter.further_coverage[-1]]
                for parameter in in_question
            ],
        )
        slices = self.table("slices", columns, sliced)
        return self.section("proof", doc.Paragraph(lead), doc.Bullets(tuple(sentences)), further, slices)

    def parks(self) -> doc.Section:
        """Show every park: what it reports, and what leaving it out would change."""
        titles = {parameter.name: self.title(parameter) for parameter in self.axes}
        operators = [member.operator for member in self.answer.parks]
        rows = [
            (
                self.t.of(member.title),
                member.values,
                self.t(f"operator.{member.operator}") if operators.count(member.operator) > 1 else "",
                member.first,
                member.shift,
                titles.get(member.axis),
                member.listed,
            )
            for member in sorted(self.answer.parks, key=lambda member: -abs(member.first))
        ]
        columns = self.columns("park values:count operator first:change:3 largest:change:1 axis listed:number:2")
        return self.section("parks", doc.Paragraph(self.t("lead.parks")), self.table("parks", columns, rows))

    def disputed(self) -> Iterator[doc.Section]:
        """Show α without each disputed value; nothing in results that were made before these were left out."""
        t = self.t
        if not self.answer.disputed:
            return
        first = self.answer.axis(FIRST)
        rows = [
            (t("all_values"), None, None, None, self.band(first.posterior), None, self.answer.first_error),
            *(
                (
                    self.park(finding.park) if finding.park else t("all_disputed"),
                    observable_title(finding.variable, t.lang) if finding.variable else None,
                    finding.date or None,
                    None if finding.reason is None else t.of(finding.reason),
                    doc.Interval(finding.quantiles[0], finding.quantiles[2], finding.quantiles[1]),
                    finding.change,
                    finding.error,
                )
                for finding in self.answer.disputed
            ),
        ]
        columns = self.columns("park variable date reason weight:number:2 first:change:3 error:number:3")
        yield self.section(
            "disputed",
            doc.Paragraph(t("lead.disputed")),
            doc.Paragraph(self.most_disputed()),
            self.table("disputed", columns, rows),
        )

    def most_disputed(self) -> str:
        """Describe how many disputed values move α beyond their seed error, and how far all of them together do."""
        single = [finding for finding in self.answer.disputed if finding.park]
        together = next(finding for finding in self.answer.disputed if not finding.park)
        beyond = sum(abs(finding.change) > ERRORS * finding.error for finding in single)
        most = max(single, key=lambda finding: abs(finding.change))
        return self.t(
            "said.disputed",
            count=len(single),
            beyond=beyond,
            park=self.park(most.park),
            variable=lowered(observable_title(most.variable, self.t.lang)),
            date=most.date,
            change=number(most.change, 3),
            error=number(most.error, 3),
            together=number(together.change, 3),
            together_error=number(together.error, 3),
        )
