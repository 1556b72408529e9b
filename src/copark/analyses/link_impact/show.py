"""What is shown of link impact: the answer, what each cut changes, how far links reach, responses to their strength."""

from collections.abc import Sequence
from math import isfinite
from statistics import median

from copark.analyses.contract import Texts, assemble
from copark.analyses.link_impact import HEADLINE, READ, Answer
from copark.analyses.link_impact.impacts import Impact, direction, strongest
from copark.analyses.link_impact.scenarios import STRENGTHS
from copark.analyses.show import Show
from copark.model.variables import ROOMS, catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import exact, number, unit_title
from copark.stats.effects import Effect

NAMED, DRAWN = 5, 6
"""Links in the first table, and those whose responses are drawn; all are in the last table."""


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of the links between scales."""
    show = _Show(found, t)
    return assemble(
        found,
        t,
        key=f"link-impact-{found.case}",
        title=t("question", park=t.of(found.park)),
        headline=show.headline(),
        sections=[show.summary(), show.map(), show.reach(), *show.responses(), show.limits()],
        provenance={
            "studies": ", ".join(found.studies),
            "pairs": found.pairs,
            "since": found.since,
            "horizon": found.end,
        },
    )


def band(effect: Effect) -> doc.Interval:
    """Give the median of an effect with 90 % of pairs."""
    return doc.Interval(effect.low, effect.high, effect.median)


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.active = tuple(link for link in found.links if any(one.exists for one in self.of(link)))
        self.best = strongest(found.impacts, NAMED, (HEADLINE,))
        self.change = self.column("change", doc.Kind.change, catalogue().outputs[HEADLINE].unit)
        self.size = self.column("size", doc.Kind.change, places=2)
        self.lag = self.column("lag", doc.Kind.count, "quarters")
        self.words = {"since": found.since, "end": found.end, "total": len(found.links)}

    def of(self, link: str) -> list[Impact]:
        return [one for one in self.found.impacts if one.link == link]

    def title(self, link: str) -> str:
        return catalogue().links[link].title(self.t.lang)

    def cut(self, link: str) -> doc.Interval:
        """Change in the number of operating enterprises when a link is cut: its response to strength 0."""
        return band(self.found.response(link)[0.0])

    def headline(self) -> str:
        if not self.best:
            return self.t.sentences([self.t("headline.none", **self.words)])
        link = self.best[0]
        change = self.said(self.cut(link), self.change)
        said = self.t("headline", link=self.title(link), change=change, **self.words)
        return self.t.sentences([said, self.t("headline.band")])

    def summary(self) -> doc.Section:
        """How many links have an effect, which have the largest, which have none."""
        t = self.t
        found = self.found
        cards = [doc.Card(t("card.active"), doc.COUNT, len(self.active), t("card.active.note", **self.words))]
        blocks: list[doc.Paragraph | doc.Caveat | doc.Table] = []
        if self.best:
            first = self.best[0]
            cards += [
                doc.Card(t("card.strongest"), self.change, self.cut(first), self.title(first)),
                doc.Card(t("card.lag"), self.lag, found.impact(first).lag, self.title(first)),
            ]
            rows = [(self.title(link), self.cut(link), *self.impact(found.impact(link))) for link in self.best]
            note = t("note.strongest", **self.words)
            columns = self.columns(("link", self.change, self.size, self.lag))
            blocks.append(doc.Table("strongest", t("table.strongest"), columns, tuple(rows), note=note))
        quiet = [self.title(link) for link in found.links if link not in self.active]
        if quiet:
            blocks.append(self.text("quiet", count=len(quiet), names=t("join").join(quiet), **self.words))
        blocks += [self.caveat("caveat.size"), self.caveat("caveat.experiment", **self.words)]
        return self.section("summary", doc.Cards(tuple(cards)), *blocks)

    def impact(self, one: Impact) -> tuple[doc.Value, doc.Value]:
        return doc.Interval(one.low, one.high, one.size), one.lag

    def map(self) -> doc.Section:
        from copark.analyses.link_impact.figures import impact_map

        found = self.found
        outputs = catalogue().outputs
        rows = [
            (self.title(one.link), outputs[one.output].title(self.t.lang), *self.impact(one), one.differing)
            for one in found.impacts
        ]
        columns = ("link output", self.size, self.lag, "differing:share")
        numbers = self.table("impacts", columns, rows, folded=True)
        lang = self.t.lang
        footer = self.footer(found.studies[0])
        drawn = self.chart("map", lambda: impact_map(found.impacts, found.since, found.end, footer, lang), numbers)
        return self.section("map", self.text("map.lead", **self.words), drawn)

    def footer(self, run_id: str) -> str:
        pairs = number(self.found.pairs, 0)
        return self.t("figure.footer", case=self.t.of(self.found.park), identity=run_id, pairs=pairs)

    def reach(self) -> doc.Section:
        t = self.t
        known = catalogue()
        rows = list[Sequence[doc.Value]]()
        groups = list[tuple[str, int]]()
        for source in ROOMS:
            links = [link for link in self.found.links if known.links[link].source_room == source]
            if not links:
                continue
            groups.append((t("from", scale=t(f"scale.{source}")), len(ROOMS)))
            for room in ROOMS:
                lags = [lag for link in links if (lag := self.soonest(link, room)) is not None]
                rows.append((t(f"scale.{room}"), len(links), len(lags) / len(links), median(lags) if lags else None))
        columns = "to links:count share:share median_lag:number:0:quarters"
        return self.section("reach", self.text("reach.lead"), self.table("reach", columns, rows, groups=tuple(groups)))

    def soonest(self, link: str, room: str) -> int | None:
        """Quarters until a link has its first effect in a scale; none where it never has."""
        outputs = catalogue().outputs
        lags = [one.lag for one in self.of(link) if one.exists and outputs[one.output].room == room]
        return min((lag for lag in lags if lag is not None), default=None)

    def responses(self) -> tuple[doc.Section, ...]:
        """Responses to the strength of links: the strongest drawn, all in a table."""
        if not self.found.responses:
            return ()
        drawn = [self.curve(link) for link in strongest(self.found.impacts, DRAWN, (HEADLINE,))]
        lead = self.text("responses.lead", **self.words)
        return (self.section("responses", lead, *drawn, self.all_responses()),)

    def curve(self, link: str) -> doc.Chart:
        from copark.analyses.link_impact.figures import response_curve

        t = self.t
        response = self.found.response(link)
        key = f"response-{link.replace('_', '-')}"
        title = self.title(link)
        footer = self.footer(self.found.studies[-1])
        columns = (self.column("strength", doc.Kind.number), self.change)
        rows = tuple((strength, band(effect)) for strength, effect in response.items())
        numbers = doc.Table(key, t("table.curve", link=title), columns, rows, folded=True)
        return doc.Chart(
            key,
            t("chart.curve", link=title),
            t("alt.curve"),
            lambda: response_curve(link, response, self.found.end, footer, t.lang),
            numbers=numbers,
            wide=False,
        )

    def all_responses(self) -> doc.Table:
        t = self.t
        columns = [
            doc.Column(f"x{strength:g}".replace(".", "_"), t("column.at", strength=exact(strength)), doc.Kind.change)
            for strength in STRENGTHS
        ]
        rows = [self.response_row(link, output) for link in self.found.responding for output in READ]
        return self.table("responses", ("link output unit", *columns, "direction"), rows, folded=True)

    def response_row(self, link: str, output: str) -> tuple[doc.Value, ...]:
        """How an output responds to a link: the effect of each strength, and its direction."""
        response = self.found.response(link, output)
        variable = catalogue().outputs[output]
        effects = (response[strength] for strength in STRENGTHS)
        cells = [band(effect) if isfinite(effect.median) else None for effect in effects]
        unit = unit_title(variable.unit, self.t.lang)
        way = self.t(f"direction.{direction(response)}")
        return (self.title(link), variable.title(self.t.lang), unit, *cells, way)

    def limits(self) -> doc.Section:
        return self.section(
            "limits", doc.Bullets(tuple(self.t(f"limits.{key}") for key in ("chance", "one", "threshold")))
        )
