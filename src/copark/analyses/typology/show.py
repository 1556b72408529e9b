"""Document of the typology: observed parks, what makes the difference in the model, both side by side."""

from collections.abc import Sequence

import numpy as np

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, Columns
from copark.analyses.typology import FACTORIAL, TWINS, Answer
from copark.analyses.typology.findings import READ, SECOND, SHARES, TYPES, FactorPart, TwinReading
from copark.analyses.typology.measures import STANDINGS
from copark.cases.observed_variables import country_name
from copark.model.outcomes import GOOD
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import number
from copark.stats.shares import wilson
from copark.texts import text

METHODS = 7
"""Sentences about method and limits."""
LEVEL = 0.90
"""Probability of the intervals of shares."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of the types of parks."""
    show = _Show(answer, t)
    studies = "; ".join(f"{name} {run_id}" for name, run_id in zip((FACTORIAL, TWINS), answer.studies, strict=True))
    return assemble(
        answer,
        t,
        key="typology",
        title=t("question"),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.observed(),
            show.factors(),
            show.scenarios(),
            show.gaps(),
            show.agreement(),
            show.section("method", show.numbered("method", METHODS)),
        ],
        provenance={
            "observed": t("observed.source"),
            "studies": studies,
            "runs": number(answer.runs, 0),
            "seed": answer.seed,
        },
    )


def kind_of(name: str) -> tuple[doc.Kind, doc.Kind]:
    """Return the kinds in which a result and its differences are written."""
    return (doc.Kind.share, doc.Kind.points) if name in SHARES else (doc.Kind.number, doc.Kind.change)


class _Show(AnswerShow[Answer]):
    def type(self, name: str) -> str:
        return text(f"parks.type.{name}", self.t.lang)

    def headline(self) -> str:
        """Describe what observed parks tell apart, what the model does, and whether both agree."""
        t = self.t
        answer = self.answer
        apart_measures = [
            t(f"measure.{contrast.measure}") for contrast in answer.contrasts if contrast.verdict in ("more", "less")
        ]
        compared = sum(contrast.verdict != "few" for contrast in answer.contrasts)
        words = {
            "told": len(apart_measures),
            "asked": compared,
            "chance": number(0.1 * compared, 0),
            "names": t("join").join(apart_measures),
        }
        end = answer.reading(GOOD.key, 20)
        both = [
            t(f"measure.{pair.contrast.measure}")
            for pair in answer.agreements
            if pair.verdict in ("both_more", "both_less")
        ]
        return t.sentences(
            [
                t("headline.observed", **words) if apart_measures else t("headline.observed_none", asked=compared),
                t("headline.scenarios", first=self.said(end.first, doc.SHARE), second=self.said(end.second, doc.SHARE)),
                t("headline.both", names=t("join").join(both)) if both else t("headline.both_none"),
            ]
        )

    def summary(self) -> doc.Section:
        t = self.t
        answer = self.answer
        cards = [
            doc.Card(
                t("card.parks", type=self.type(type_)),
                doc.COUNT,
                sum(answer.outcomes[type_].values()),
                t("card.parks.note"),
            )
            for type_ in TYPES
        ]
        end = answer.reading(GOOD.key, 20)
        for side, value in (("first", end.first), ("second", end.second)):
            cards.append(doc.Card(t(f"card.standing.{side}"), doc.SHARE, value, t("card.standing.note")))
        total = sum(answer.outcomes[SECOND].values())
        country = country_name(answer.home, t.lang)
        homes = self.caveat("caveat.homes", count=answer.homes, total=total, country=country)
        return self.section(
            "summary", doc.Cards(tuple(cards)), self.text("lead"), self.caveat("caveat.selection"), homes
        )

    def observed(self) -> doc.Section:
        from copark.analyses.typology import figures

        answer = self.answer
        lang = self.t.lang
        return self.section(
            "observed",
            self.text("observed.lead"),
            self.chart("outcomes", lambda: figures.outcomes(answer, lang), self.outcomes()),
            self.chart("measures", lambda: figures.strips(answer, lang), self.medians()),
            self.measures(),
            self.values(),
        )

    def outcomes(self) -> doc.Table:
        rows: list[Sequence[doc.Value]] = []
        for type_ in TYPES:
            counts = [self.answer.outcomes[type_].get(name, 0) for name in STANDINGS]
            total = sum(counts)
            low, high = wilson(counts[-1], total, LEVEL)
            rows.append((self.type(type_), total, *counts, doc.Interval(low, high, counts[-1] / total)))
        statuses = [doc.Column(name, text(f"parks.status.{name}", self.t.lang), doc.Kind.count) for name in STANDINGS]
        columns: Columns = ("type parks:count", *statuses, "thriving_share:share")
        return self.table("outcomes", columns, rows)

    def measures(self) -> doc.Table:
        """Show every measure: parks of the two types, superiority, permutations, verdict."""
        rows = [
            (
                self.t(f"measure.{contrast.measure}"),
                *contrast.counts,
                None if contrast.verdict == "few" else doc.Interval(contrast.low, contrast.high, contrast.superiority),
                contrast.deals,
                self.t(f"verdict.{contrast.verdict}"),
            )
            for contrast in self.answer.contrasts
        ]
        columns: Columns = (
            "measure",
            *self.by_type("count", doc.Kind.count, (TYPES[0], SECOND)),
            "superiority:number:2 permutations:number:3 verdict",
        )
        return self.table("measures", columns, rows)

    def medians(self) -> doc.Table:
        rows: list[Sequence[doc.Value]] = []
        for contrast in self.answer.contrasts:
            values = [self.answer.values(contrast.measure, type_) for type_ in TYPES]
            medians = [self.middle(contrast.measure, values_of_type) for values_of_type in values]
            rows.append(
                (
                    self.t(f"measure.{contrast.measure}"),
                    *map(len, values),
                    *medians,
                    None if contrast.verdict == "few" else doc.Interval(*contrast.without),
                )
            )
        columns: Columns = (
            "measure",
            *self.by_type("count", doc.Kind.count, TYPES),
            *self.by_type("median", doc.Kind.number, TYPES),
            "without:number:2",
        )
        return self.table("medians", columns, rows, folded=True)

    def by_type(self, key: str, kind: doc.Kind, types: Sequence[str]) -> list[doc.Column]:
        """Make a column for each type of park.

        Parameters
        ----------
        key
            Beginning of the columns' keys, and key of their words.
        kind
            Kind of the columns.
        types
            Types of parks.
        """
        return [
            doc.Column(f"{key}_{type_}".replace("-", "_"), self.t(f"column.{key}", type=self.type(type_)), kind)
            for type_ in types
        ]

    def middle(self, measure: str, values: Sequence[float]) -> doc.Value:
        """Return the median of a measure; a status by its name, a year without separators."""
        if not values:
            return None
        middle = float(np.median(values))
        if measure == "standing":
            return text(f"parks.status.{STANDINGS[int(middle)]}", self.t.lang)
        return f"{middle:.0f}" if measure == "launch" else middle

    def values(self) -> doc.Table:
        t = self.t
        rows = [
            (
                t(f"measure.{measured.measure}"),
                t.of(self.answer.names[measured.park]),
                self.type(measured.type),
                self.middle(measured.measure, [measured.value]),
                measured.when,
                text(f"parks.grade.{measured.grade}", t.lang),
            )
            for measured in self.answer.measured
        ]
        return self.table("values", "measure park type value:number when:quarter grade", rows, folded=True)

    def factors(self) -> doc.Section:
        tables = [
            self.parts(key, [part for part in self.answer.parts if (part.reading in SHARES) is are_shares])
            for key, are_shares in (("part-shares", True), ("parts", False))
        ]
        return self.section("factors", self.text("factors.lead"), *tables, self.caveat("caveat.model"))

    def parts(self, key: str, parts: Sequence[FactorPart]) -> doc.Table:
        t = self.t
        change = kind_of(parts[0].reading)[1]
        rows = [
            (
                t(f"reading.{part.reading}"),
                part.year,
                t(f"factor.{part.factor}"),
                doc.Interval(part.low, part.high, part.mean),
                part.median,
                part.alone,
                part.last,
            )
            for part in parts
        ]
        kind = change.value
        columns = f"reading year:count factor part:{kind} part_median:{kind} alone:{kind} last:{kind}"
        return self.table(key, columns, rows)

    def scenarios(self) -> doc.Section:
        tables = [
            self.side_by_side(
                key, [reading for reading in self.answer.readings if (reading.reading in SHARES) is are_shares]
            )
            for key, are_shares in (("scenario-shares", True), ("scenarios", False))
        ]
        return self.section("scenarios", self.text("scenarios.lead"), *tables)

    def side_by_side(self, key: str, readings: Sequence[TwinReading]) -> doc.Table:
        t = self.t
        level, change = kind_of(readings[0].reading)
        rows = [
            (
                t(f"reading.{reading.reading}"),
                reading.year,
                reading.first,
                reading.second,
                doc.Interval.of(reading),
                reading.above,
                t(f"twin_verdict.{reading.verdict}"),
            )
            for reading in readings
        ]
        columns = (
            "reading year:count",
            self.column("first", level),
            self.column("second", level),
            self.column("difference", change),
            "above:share verdict",
        )
        return self.table(key, columns, rows)

    def gaps(self) -> doc.Section:
        return self.section("gaps", self.text("gaps.lead"), *(self.gap(output) for output, _ in READ))

    def gap(self, output: str) -> doc.Table:
        t = self.t
        variable = catalogue().outputs[output]
        gaps = [gap for gap in self.answer.gaps if gap.output == output]
        unit, places = ("log points", 2) if gaps[0].log else (variable.unit, None)
        difference = self.column("difference", doc.Kind.change, unit, places)
        rows = tuple((t.of(gap.title), doc.Interval.of(gap), gap.above) for gap in gaps)
        title = t("table.gaps", output=variable.title(t.lang), quarter=gaps[0].quarter)
        return doc.Table(
            f"gaps-{output.replace('_', '-')}", title, self.columns(("scenario", difference, "above:share")), rows
        )

    def agreement(self) -> doc.Section:
        t = self.t
        rows = [
            (
                t(f"measure.{pair.contrast.measure}"),
                t(f"verdict.{pair.contrast.verdict}"),
                t(f"reading.{pair.reading.reading}"),
                pair.reading.year,
                t(f"twin_verdict.{pair.reading.verdict}"),
                t(f"agreement.{pair.verdict}"),
            )
            for pair in self.answer.agreements
        ]
        table = self.table("agreement", "measure observed reading year:count model agreement", rows)
        return self.section("agreement", self.text("agreement.lead"), table, self.caveat("caveat.agreement"))
