"""Documents on link impact: the answer, what each cut changes, how far links reach, responses to their strength."""

from collections.abc import Sequence
from math import isfinite
from statistics import median

from copark.analyses.contract import Texts, assemble
from copark.analyses.link_impact import DOSED, HEADLINE, READ, Answer
from copark.analyses.link_impact.impacts import Impact, direction, strongest
from copark.analyses.link_impact.scenarios import STRENGTHS
from copark.analyses.show import AnswerShow
from copark.model.variables import SUBMODELS, catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import exact, number, unit_title

TWO_IN_ONE = "occupancy_to_ledger"
"""Link that carries service fees and what a land plan led by demand follows: cutting it mixes both."""
NAMED = 5
"""Links in the first table."""
DRAWN = 6
"""Links whose responses are drawn; all are in the last table."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of the links between scales."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key=f"link-impact-{answer.case}",
        title=t("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=[show.summary(), show.map(), show.reach(), *show.responses(), show.limits()],
        provenance={
            "studies": ", ".join(answer.studies),
            "pairs": answer.pairs,
            "since": answer.since,
            "horizon": answer.end,
        },
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.active = tuple(link for link in answer.links if any(impact.exists for impact in self.of(link)))
        self.rare = tuple(self.felt_rarely(link) for link in self.active if self.is_rare(link))
        self.best = strongest(answer.impacts, NAMED, (HEADLINE,))
        self.change = self.column("change", doc.Kind.change, catalogue().outputs[HEADLINE].unit)
        self.size = self.column("size", doc.Kind.change, places=2)
        self.lag = self.column("lag", doc.Kind.count, "quarters")
        self.words = {"since": answer.since, "end": answer.end, "total": len(answer.links)}

    def of(self, link: str) -> list[Impact]:
        return [impact for impact in self.answer.impacts if impact.link == link]

    def is_rare(self, link: str) -> bool:
        """Return whether a link is felt in some runs and moves no median."""
        return not any(impact.exists and not impact.rare for impact in self.of(link))

    def felt_rarely(self, link: str) -> str:
        """Name a link with the largest share of runs that it changes, and the result in which it does."""
        felt = max(self.of(link), key=lambda impact: impact.changed)
        output = catalogue().outputs[felt.output].title(self.t.lang)
        share = self.said(felt.changed, self.column("changed", doc.Kind.share))
        return self.t("rare.one", link=self.title(link), output=output, share=share)

    def title(self, link: str) -> str:
        return catalogue().links[link].title(self.t.lang)

    def cut(self, link: str) -> doc.Interval:
        """Return the change in the number of operating enterprises when a link is cut: its response to strength 0."""
        return doc.Interval.of(self.answer.response(link)[0.0])

    def headline(self) -> str:
        if not self.best:
            return self.t.sentences([self.t("headline.none", **self.words)])
        link = self.best[0]
        change = self.said(self.cut(link), self.change)
        sentence = self.t("headline", link=self.title(link), change=change, **self.words)
        return self.t.sentences([sentence, self.t("headline.band")])

    def summary(self) -> doc.Section:
        """Show how many links have an effect, which have the largest, which have none."""
        t = self.t
        answer = self.answer
        cards = [doc.Card(t("card.active"), doc.COUNT, len(self.active), t("card.active.note", **self.words))]
        blocks: list[doc.Paragraph | doc.Caveat | doc.Table] = []
        if self.best:
            first = self.best[0]
            cards += [
                doc.Card(t("card.strongest"), self.change, self.cut(first), self.title(first)),
                doc.Card(t("card.lag"), self.lag, answer.impact(first).lag, self.title(first)),
            ]
            rows = [(self.title(link), self.cut(link), *self.impact(answer.impact(link))) for link in self.best]
            note = t("note.strongest", **self.words)
            columns = self.columns(("link", self.change, self.size, self.lag))
            blocks.append(doc.Table("strongest", t("table.strongest"), columns, tuple(rows), note=note))
        if self.rare:
            blocks.append(self.text("rare", count=len(self.rare), names=t("join").join(self.rare), **self.words))
        quiet = [self.title(link) for link in answer.links if link not in self.active]
        if quiet:
            blocks.append(self.text("quiet", count=len(quiet), names=t("join").join(quiet), **self.words))
        if TWO_IN_ONE in answer.links:
            blocks.append(self.caveat("caveat.two_in_one", link=self.title(TWO_IN_ONE)))
        blocks += [self.caveat("caveat.size"), self.caveat("caveat.experiment", **self.words)]
        return self.section("summary", doc.Cards(tuple(cards)), *blocks)

    def impact(self, impact: Impact) -> tuple[doc.Value, doc.Value]:
        return doc.Interval(impact.low, impact.high, impact.size), impact.lag

    def map(self) -> doc.Section:
        from copark.analyses.link_impact.figures import impact_map

        answer = self.answer
        outputs = catalogue().outputs
        rows = [
            (
                self.title(impact.link),
                outputs[impact.output].title(self.t.lang),
                *self.impact(impact),
                impact.mean,
                impact.changed,
            )
            for impact in answer.impacts
        ]
        mean = self.column("mean", doc.Kind.change, places=2)
        columns = ("link output", self.size, self.lag, mean, "changed:share")
        numbers = self.table("impacts", columns, rows, folded=True)
        lang = self.t.lang
        footer = self.footer(answer.studies[0])
        chart = self.chart("map", lambda: impact_map(answer.impacts, answer.since, answer.end, footer, lang), numbers)
        return self.section("map", self.text("map.lead", **self.words), chart)

    def footer(self, run_id: str) -> str:
        pairs = number(self.answer.pairs, 0)
        return self.t("figure.footer", case=self.t.of(self.answer.park), identity=run_id, pairs=pairs)

    def reach(self) -> doc.Section:
        t = self.t
        model_catalogue = catalogue()
        rows = list[Sequence[doc.Value]]()
        groups = list[tuple[str, int]]()
        for source in SUBMODELS:
            links = [link for link in self.answer.links if model_catalogue.links[link].source_submodel == source]
            if not links:
                continue
            groups.append((t("from", scale=t(f"scale.{source}")), len(SUBMODELS)))
            for submodel in SUBMODELS:
                lags = [lag for link in links if (lag := self.soonest(link, submodel)) is not None]
                rows.append(
                    (t(f"scale.{submodel}"), len(links), len(lags) / len(links), median(lags) if lags else None)
                )
        columns = "to links:count share:share median_lag:number:0:quarters"
        return self.section("reach", self.text("reach.lead"), self.table("reach", columns, rows, groups=tuple(groups)))

    def soonest(self, link: str, submodel: str) -> int | None:
        """Count the quarters until a link has its first effect in a scale; none where it never has."""
        outputs = catalogue().outputs
        lags = [impact.lag for impact in self.of(link) if impact.exists and outputs[impact.output].submodel == submodel]
        return min((lag for lag in lags if lag is not None), default=None)

    def responses(self) -> tuple[doc.Section, ...]:
        """Show responses to the strength of links: the strongest drawn, all in a table."""
        if not self.answer.responses:
            return ()
        curves = [self.curve(link) for link in strongest(self.answer.impacts, DRAWN, (HEADLINE,))]
        lead = self.text("responses.lead", count=DOSED, **self.words)
        return (self.section("responses", lead, *curves, self.all_responses()),)

    def curve(self, link: str) -> doc.Chart:
        from copark.analyses.link_impact.figures import response_curve

        t = self.t
        response = self.answer.response(link)
        key = f"response-{link.replace('_', '-')}"
        title = self.title(link)
        footer = self.footer(self.answer.studies[-1])
        columns = (self.column("strength", doc.Kind.number), self.change)
        rows = tuple((strength, doc.Interval.of(effect)) for strength, effect in response.items())
        numbers = doc.Table(key, t("table.curve", link=title), columns, rows, folded=True)
        return doc.Chart(
            key,
            t("chart.curve", link=title),
            t("alt.curve"),
            lambda: response_curve(link, response, self.answer.end, footer, t.lang),
            numbers=numbers,
            wide=False,
        )

    def all_responses(self) -> doc.Table:
        t = self.t
        columns = [
            doc.Column(f"x{strength:g}".replace(".", "_"), t("column.at", strength=exact(strength)), doc.Kind.change)
            for strength in STRENGTHS
        ]
        rows = [self.response_row(link, output) for link in self.answer.responding for output in READ]
        return self.table("responses", ("link output unit", *columns, "direction"), rows, folded=True)

    def response_row(self, link: str, output: str) -> tuple[doc.Value, ...]:
        """Show how an output responds to a link: the effect of each strength, and its direction."""
        response = self.answer.response(link, output)
        variable = catalogue().outputs[output]
        effects = (response[strength] for strength in STRENGTHS)
        cells = [doc.Interval.of(effect) if isfinite(effect.median) else None for effect in effects]
        unit = unit_title(variable.unit, self.t.lang)
        way = self.t(f"direction.{direction(response)}")
        return (self.title(link), variable.title(self.t.lang), unit, *cells, way)

    def limits(self) -> doc.Section:
        return self.section(
            "limits", doc.Bullets(tuple(self.t(f"limits.{key}") for key in ("chance", "one", "threshold")))
        )
