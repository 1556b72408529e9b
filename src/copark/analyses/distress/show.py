"""Document on distress of parks over their age: curves by kind, the dated cases, and rates of lists."""

from __future__ import annotations

from math import isfinite

from copark.analyses.contract import Texts, assemble
from copark.analyses.distress import AGES, LEVEL, Answer, Curve
from copark.analyses.show import AnswerShow
from copark.cases.observed_variables import country_name
from copark.labels import join
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, precise
from copark.stats.shares import wilson
from copark.texts import text

METHODS = 5
"""Sentences about how it was made."""
TOLD_AT = 10
"""Age that the headline tells, years."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show the curves, the parks in distress, and what lists of zones say."""
    show = _Show(answer, t)
    evidence = tuple(
        doc.Evidence(
            key, ". ".join(filter(None, (source.outlet, source.title, str(source.date or "")))), source.url or ""
        )
        for key, source in sorted(answer.sources.items())
    )
    return assemble(
        answer,
        t,
        key="distress",
        title=t("question"),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.parks(),
            show.rates(),
            show.section("method", show.numbered("method", METHODS, few=answer.curves[0].distressed)),
        ],
        evidence=evidence,
    )


class _Show(AnswerShow[Answer]):
    def headline(self) -> str:
        t = self.t
        whole, *kinds = self.answer.curves
        at = whole.at(TOLD_AT) or (float("nan"),) * 3
        values = {name: percent(value) for name, value in zip(("share", "low", "high"), at, strict=True)}
        counts = join(
            [
                t("headline.kind", kind=t(f"short_kind.{curve.kind}"), count=curve.distressed, parks=curve.parks)
                for curve in kinds
            ],
            t.lang,
        )
        return t.sentences(
            [
                t("headline", age=TOLD_AT, parks=whole.parks, count=whole.distressed, **values),
                t("headline.kinds", counts=counts),
                *self.apart(),
            ]
        )

    def apart(self) -> list[str]:
        """Write which kinds are told apart, if any are."""
        t = self.t
        pairs = [pair for pair in self.answer.contrasts if pair.is_told_apart]
        if not pairs:
            return [t("headline.alike")]
        named = [
            t(
                "headline.pair",
                first=t(f"short_kind.{pair.first}"),
                second=t(f"short_kind.{pair.second}"),
                p=precise(pair.p_value, 1),
            )
            for pair in pairs
        ]
        return [t("headline.apart", pairs=join(named, t.lang))]

    def summary(self) -> doc.Section:
        from copark.analyses.distress import figures

        answer = self.answer
        t = self.t
        kept = join([self.name(key) for key in answer.kept], t.lang)
        return self.section(
            "summary",
            self.text("lead"),
            self.chart("curves", lambda: figures.curves(answer, t.lang), self.curves()),
            self.contrasts(),
            self.caveat("caveat.few"),
            self.caveat("caveat.zones", zones=answer.zones, kept=kept, kept_count=len(answer.kept)),
        )

    def name(self, key: str) -> str:
        """Return the name of a park of the table."""
        from copark.cases.parks import load_parks

        return next((park.name(self.t.lang) for park in load_parks().parks if park.id == key), key)

    def curves(self) -> doc.Table:
        """Show the share without distress at some ages, by kind."""
        t = self.t
        rows = [
            (
                t(f"kind.{curve.kind}"),
                curve.parks,
                curve.distressed,
                age,
                curve.at_risk[place],
                _share(curve, age),
            )
            for curve in self.answer.curves
            for place, age in enumerate(AGES)
            if curve.at(age) is not None
        ]
        return self.table("curves", "kind parks:count distressed:count age:count at_risk:count free:share", rows)

    def contrasts(self) -> doc.Table:
        """Show the tests of each two kinds."""
        rows = [
            (self.t(f"kind.{pair.first}"), self.t(f"kind.{pair.second}"), pair.p_value)
            for pair in self.answer.contrasts
        ]
        return self.table("contrasts", "first second p_value:number:3", rows)

    def parks(self) -> doc.Section:
        """Show the parks in distress by age, and then the others."""
        t = self.t
        zh = t.lang == "zh"
        order = sorted(self.answer.parks, key=lambda park: (not park.is_distressed, park.age))
        rows = [
            (
                park.name_zh if zh else park.name_en,
                t(f"kind.{park.type}"),
                str(park.launch),
                number(park.age, 1),
                park.date or None,
                text(f"casebook.code.date_bound.{park.bound}", t.lang) if park.bound else None,
                text(f"casebook.code.distress.{park.kind}", t.lang),
                (park.what_zh if zh else park.what_en) or None,
                "; ".join(park.source) or None,
            )
            for park in order
        ]
        columns = "park kind launch:quarter age_years date:quarter bound distress what:note source:source"
        return self.section("parks", self.table("parks", columns, rows))

    def rates(self) -> doc.Section:
        """Show what lists of zones say, and of which kinds the distress of the zones that were sought is."""
        t = self.t
        rows = []
        for rate in self.answer.rates:
            share: doc.Value = rate.share
            if rate.listed and rate.unit == "zones":
                low, high = wilson(int(rate.counted), int(rate.listed), LEVEL)
                share = doc.Interval(low, high, rate.counted / rate.listed)
            rows.append(
                (
                    country_name(rate.country, t.lang),
                    str(rate.date),
                    t(f"unit.{rate.unit}"),
                    rate.listed,
                    t(f"measure.{rate.measure}"),
                    rate.counted,
                    share,
                    (rate.note_zh if t.lang == "zh" else rate.note_en) or None,
                    "; ".join(rate.source),
                )
            )
        table = self.table(
            "rates",
            "country date:quarter unit listed:number measure counted:number share:share note:note source:source",
            rows,
        )
        zones = [
            (text(f"casebook.code.distress.{kind}", t.lang), count)
            for kind, count in sorted(self.answer.zones_by_kind.items(), key=lambda entry: (-entry[1], entry[0]))
        ]
        return self.section(
            "rates", self.text("lead.rates"), table, self.table("zones", "distress count:count", zones, folded=True)
        )


def _share(one: Curve, age: float) -> doc.Value:
    """Return the share without distress at an age, with its interval where it has one."""
    at = one.at(age)
    if at is None:
        return None
    share, low, high = at
    return doc.Interval(low, high, share) if isfinite(low) else share
