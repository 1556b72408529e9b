"""Document of a forecast: where the park may stand, how sure that is and what it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.contract import Texts, assemble
from copark.analyses.forecast import Answer
from copark.analyses.forecast.parameter_sources import Borrowed
from copark.analyses.own_sheets import sheets_words
from copark.analyses.papers import papers_words
from copark.analyses.show import AnswerShow, Columns, grouped, interval, value_column
from copark.analyses.size_words import band_words, spans_too_much
from copark.analyses.stack.stacking import BEGUN, FAR, LINE, NEAR, STACKED, UNSEEN
from copark.calibration.parameter_titles import title_of
from copark.calibration.pool.forecasts import GROWTH, MODEL
from copark.calibration.rolling_origin import CONDITIONAL
from copark.calibration.validation_study import PAST, SHOCKS, SOURCES
from copark.cases.quarters import Quarter
from copark.labels import join, lowered, method_title, observable_title, titled
from copark.presentation import document as doc
from copark.presentation.numbers import number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.figures.validation import Fan

FIRST = ("registered", "operating", "jobs", "realised_investment")
"""Observables told first, where they are forecast."""
MOST_LENDERS = 6
"""Parks named among those borrowed from, at most."""
LEAST_LENT = 0.005
"""Share from which a park is named among those borrowed from."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of a forecast."""
    show = _Show(answer, t)
    provenance = {
        "forecast": answer.frozen_id,
        "cut": answer.cut,
        "until": answer.until,
        "pairs": number(answer.pairs, 0),
        "made_runs": number(answer.runs, 0),
        "seed": answer.seed,
    }
    if answer.borrowed is not None:
        provenance["panel"] = answer.borrowed.panel
    return assemble(
        answer,
        t,
        key=f"forecast-{answer.case}",
        headline=show.headline(),
        sections=tuple(show.sections()),
        title=t("title.pooled" if answer.borrowed else "title.own", park=t.of(answer.park), until=answer.until),
        provenance={name: value for name, value in provenance.items() if value},
    )


class _Show(AnswerShow[Answer]):
    """The parts of the document in one language."""

    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.quarters = answer.quarters()
        self.first = [name for name in FIRST if name in answer.bands]
        self.settings = (UNSEEN,) if answer.borrowed else (NEAR, FAR)
        self.methods = [name for name in STACKED if name in answer.methods]
        """The methods that are stacked, in their order."""
        self.beside = [*self.methods, *(name for name in (LINE, BEGUN) if name in answer.methods)]
        """The methods that are shown beside the forecast, in their order."""
        self.since = 0 if answer.borrowed else Quarter.parse(answer.cut) - Quarter.parse(answer.start) + 1
        """First quarter that is told, counted from the start: that after the cut, or the first of all."""
        year_ends = (
            quarter for quarter in range(self.since, len(self.quarters)) if self.quarters[quarter].endswith("Q4")
        )
        self.years = sorted({*year_ends, len(self.quarters) - 1})
        """Quarters that end a year, and the last, counted from the start."""

    def band(self, variable: str, quarter: int = -1) -> doc.Interval:
        """Return median and 90 % of an observable at the end of a quarter."""
        return interval(self.answer.bands[variable][:, quarter])

    def headline(self) -> str:
        """Describe the main observables at the end."""
        parts = self.parts({name: self.band(name) for name in self.first[:3]})
        key = "headline.told" if self.answer.method == CONDITIONAL else "headline"
        forecast = self.t(key, quarter=self.answer.until, parts=parts)
        closed = (
            []
            if self.answer.closed_by is None
            else [self.t("headline.closed", since=self.answer.closed_since, title=self.t.of(self.answer.closed_by))]
        )
        doubts = (self.answer.contradiction, self.answer.partial_agreement)
        recorded = [self.t.of(words) for words in doubts if words is not None]
        first = closed or self.order()
        alone = [] if closed else self.model_alone()
        return self.t.sentences([*first, *recorded, forecast, *alone])

    def order(self) -> list[str]:
        """Write how to use the numbers, or what to obtain first; nothing where facts after the cut were told."""
        t = self.t
        if self.answer.method == CONDITIONAL or not self.first:
            return []
        told = self.first[:3]
        open_names = [name for name in told if self.is_open(self.band(name))]
        key = "range" if not open_names else "none" if len(open_names) == len(told) else "some"
        titles = join([lowered(observable_title(name, t.lang)) for name in open_names], t.lang)
        return [t(f"headline.order.{key}", open=titles, papers=papers_words(["register"], t.lang))]

    @staticmethod
    def is_open(band: doc.Interval) -> bool:
        """Return whether an interval is wider than a factor of ten, so that its middle tells nothing."""
        return band.value is not None and spans_too_much(band.low, band.high)

    def parts(self, bands: Mapping[str, doc.Interval]) -> str:
        """State observables at the end, last those that cannot be told: 90 % intervals wider than a factor of ten."""
        parts: list[str] = []
        open_parts: list[str] = []
        for name, band in bands.items():
            title = lowered(observable_title(name, self.t.lang))
            if not self.is_open(band):
                parts.append(
                    self.t("headline.part", title=title, value=self.said(band, value_column(self.t.lang, name)))
                )
            else:
                reach = self.said(doc.Interval(band.low, band.high), value_column(self.t.lang, name))
                open_parts.append(self.t("headline.part_open", title=title, value=reach))
        if open_parts:
            parts.append(self.t("headline.open", parts=join(open_parts, self.t.lang)))
        return self.t("join").join(parts)

    def model_alone(self) -> list[str]:
        """Describe what the model alone gives where the forecast is a stack, and why the two differ."""
        stacked = [name for name in self.first[:3] if name in self.answer.weights]
        elsewhere = self.answer.as_elsewhere
        own_bands = self.answer.methods.get(MODEL, {})
        key = "headline.model" if elsewhere else "headline.model_own"
        bands = {name: doc.Interval(*band) for name, band in elsewhere.items()} or {
            name: interval(rows[:, -1]) for name, rows in own_bands.items()
        }
        parts = self.parts({name: bands[name] for name in stacked if name in bands})
        return [self.t(key, parts=parts)] if parts else []

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        yield self.observables()
        if self.answer.borrowed is None:
            yield self.width()
        else:
            yield from self.borrowed_sections(self.answer.borrowed)
        if self.answer.weights:
            yield self.track_record()
        yield self.section("limits", doc.Bullets(tuple(self.limits())))

    def summary(self) -> doc.Section:
        """Show where the park may stand at the end, and what a reader must know of that."""
        t = self.t
        answer = self.answer
        cards = [self.card(name) for name in self.first]
        blocks: list[doc.Block] = [doc.Paragraph(self.rests_on()), doc.Cards(tuple(cards)), self.caveat("caveat")]
        if answer.weights:
            blocks.insert(1, doc.Paragraph(self.stacked()))
        if answer.method == CONDITIONAL:
            blocks.append(self.caveat("caveat.told", cut=answer.cut))
        if Quarter.parse(answer.until) > Quarter.parse(answer.horizon):
            blocks.append(self.caveat("caveat.clock", end=answer.horizon))
        if answer.borrowed is not None and answer.borrowed.chance is not None:
            middle, low, high = (self.said(share, doc.SHARE) for share in answer.borrowed.chance)
            blocks.append(self.caveat("caveat.nothing", chance=middle, low=low, high=high))
        if answer.borrowed is not None and answer.borrowed.open_facts:
            blocks.append(self.caveat("caveat.open_facts"))
        notes = [note.sentence(t.lang) for note in answer.health if note.word != "good"]
        if answer.trust is not None and not answer.trust.shows_outcomes and not notes:
            notes = [answer.trust.meaning(t.lang)]
        blocks += map(doc.Caveat, notes)
        key = "frozen" if answer.file else "not_frozen"
        blocks.append(self.text(key, file=answer.file, identity=answer.frozen_id))
        return doc.Section("summary", t("section.summary"), tuple(blocks))

    def card(self, name: str) -> doc.Card:
        """Show an observable at the end, of a count with a warning where its range tells little."""
        t = self.t
        low, middle, high = self.answer.bands[name][[0, 2, -1], -1].tolist()
        band = self.said(doc.Interval(low, high), value_column(self.t.lang, name))
        if name in self.answer.weights:
            note = band_words(t("card.band", band=band), low, high, t.lang)
        else:
            note = t("card.model", band=band)
        return doc.Card(observable_title(name, t.lang), value_column(self.t.lang, name), middle, note)

    def rests_on(self) -> str:
        answer = self.answer
        if answer.borrowed is not None:
            return self.t("rests.pooled", parks=len(answer.borrowed.lenders), values=answer.values, runs=answer.pairs)
        return self.t("rests.everything" if answer.everything else "rests.fitted", values=answer.values, cut=answer.cut)

    def stacked(self) -> str:
        """Describe what the forecast is put together of, and how such stacks did beside the pooled growth curve."""
        parts = [result for setting in self.settings for result in self.answer.held.of(setting)]
        better = self.said(sum(result.not_worse for result in parts) / len(parts), doc.SHARE)
        return self.t("stacked", parks=len({result.park for result in parts}), better=better)

    def method(self, name: str) -> str:
        return self.t("column.model") if name == MODEL else method_title(name, self.t.lang)

    def observables(self) -> doc.Section:
        """Show a fan for each observable, then the numbers at the ends of years."""
        lead = self.text("fans.pooled" if self.answer.borrowed else "fans.own")
        weights = [self.weights()] if self.answer.weights else []
        return self.section("fans", lead, *map(self.fan, self.answer.bands), self.ends(), *weights)

    def weights(self) -> doc.Table:
        answer = self.answer
        rows = list[Sequence[doc.Value]]()
        heads = list[str]()
        for variable, weights in answer.weights.items():
            shares = np.array(
                [weights.get(name, np.zeros(len(self.quarters) - answer.since)) for name in self.methods]
            ).T
            changed = np.flatnonzero(np.abs(np.diff(shares, axis=0)).max(axis=1) > 0.0) + 1
            for change in (0, *changed[-1:]):
                rows.append((self.quarters[answer.since + int(change)], *map(float, shares[change])))
                heads.append(self.titled(variable))
        columns = [doc.Column(name, self.method(name), doc.Kind.share) for name in self.methods]
        return self.table("weights", ("since:quarter", *columns), rows, groups=grouped(heads))

    def ends(self) -> doc.Table:
        answer = self.answer
        step = 20 if answer.borrowed else 4
        shown = sorted(
            {*(quarter for quarter in self.years if (quarter + 1 - self.since) % step < 4), len(self.quarters) - 1}
        )
        columns: list[doc.Column | str] = ["quarter:quarter forecast:number"]
        columns += [doc.Column(name, self.method(name), doc.Kind.number) for name in self.beside]
        curves = [(answer.methods[name], answer.since) for name in self.beside]
        if answer.borrowed is not None:
            columns.append("alone:number")
            curves.append((answer.borrowed.alone, 0))
        rows: list[Sequence[doc.Value]] = [
            (
                self.quarters[quarter],
                self.band(name, quarter),
                *(
                    self.in_the_sentence(name, quarter, place) or _interval(curve.get(name), quarter - first)
                    for place, (curve, first) in enumerate(curves)
                ),
            )
            for name in answer.bands
            for quarter in shown
        ]
        heads = grouped(self.titled(name) for name in answer.bands for _ in shown)
        return self.table("ends", columns, rows, groups=heads)

    def in_the_sentence(self, name: str, quarter: int, place: int) -> doc.Interval | None:
        """Return what the headline says of the model alone at the end, which the table says alike; elsewhere nothing.

        Parameters
        ----------
        name
            Name of the observable.
        quarter
            Place of the quarter.
        place
            Place of the method in :attr:`beside`.
        """
        is_told = quarter == len(self.quarters) - 1 and self.beside[place : place + 1] == [MODEL]
        band = self.answer.as_elsewhere.get(name) if is_told and name in self.answer.weights else None
        return None if band is None else doc.Interval(*band)

    def titled(self, variable: str) -> str:
        return titled(variable, self.t.lang)

    def fan(self, variable: str) -> doc.Chart:
        t = self.t
        title = observable_title(variable, self.t.lang)
        words = t(
            "fan.caption",
            title=title,
            quarter=self.answer.until,
            value=self.said(self.band(variable), value_column(self.t.lang, variable)),
        )
        draw = self.draw_pooled if self.answer.borrowed else self.draw_own
        return doc.Chart(f"fan-{variable.replace('_', '-')}", title, words, lambda: draw(variable), words, wide=False)

    def draw_own(self, variable: str) -> Figure:
        """Draw the past by the posterior's runs and the forecast in one, every method by itself and reported values."""
        from copark.figures.frame import year_of
        from copark.figures.validation import scored_fan

        answer = self.answer
        t = self.t
        stacked = variable in self.answer.weights
        curves = [
            (self.method(name), self.levels(answer.methods[name][variable], answer.since))
            for name in self.beside
            if variable in answer.methods[name] and (stacked or name != MODEL)
        ]
        return scored_fan(
            self.titled(variable),
            t("fan.subtitle", cut=answer.cut),
            self.levels(answer.bands[variable], 0),
            curves,
            answer.reported[variable],
            year_of(Quarter.parse(answer.cut)),
            t.lang,
            led_by=t("fan.stack") if stacked else "",
        )

    def levels(self, band: np.ndarray, first: int) -> Fan:
        """Return quantiles over time, from a quarter on."""
        from copark.figures.frame import ends
        from copark.figures.validation import Fan

        return Fan(ends(Quarter.parse(self.answer.start), range(first, first + band.shape[1])), band)

    def draw_pooled(self, variable: str) -> Figure:
        """Draw the pooled prior, the prior alone, the growth curve and similar parks."""
        from copark.figures.validation import outlook

        answer = self.answer
        borrowed = self.answer.borrowed
        if borrowed is None:
            raise ValueError("nothing was borrowed")
        start = Quarter.parse(answer.start).index / 4.0
        times = start + (np.arange(len(self.quarters)) + 1) / 4.0
        rates = [
            (start + rate.age, rate.values) for rate in borrowed.rates if rate.variable == variable and rate.same_type
        ]
        title = self.t("fan.pooled", park=self.t.of(answer.park), observable=observable_title(variable, self.t.lang))
        return outlook(
            title,
            times,
            answer.bands[variable],
            answer.methods[MODEL][variable],
            borrowed.alone[variable],
            answer.methods[GROWTH].get(variable),
            rates,
            self.t.lang,
        )

    def width(self) -> doc.Section:
        """Show what the width at the end comes from, and which parameters it depends on."""
        from copark.figures.validation import width_bars

        t = self.t
        answer = self.answer
        shares = [doc.Column(source, self.source(source), doc.Kind.share) for source in SOURCES]
        columns: Columns = ("observable sd:number", *shares)
        rows: list[Sequence[doc.Value]] = [
            (self.titled(name), float(spread.sd), *(spread.shares[source] for source in SOURCES))
            for name, spread in answer.widths.items()
        ]
        plain = doc.plain(doc.Kind.number)
        bars = [
            (observable_title(name, t.lang), spread.shares, f"± {self.said(float(spread.sd), plain)}")
            for name, spread in answer.widths.items()
        ]
        title = t("chart.width", quarter=answer.until)
        words = self.overall()
        chart = doc.Chart(
            "width",
            title,
            words,
            lambda: width_bars(bars, t.lang, title, t("width.subtitle")),
            words,
            self.table("width", columns, rows),
        )
        return self.section("width", self.text("width.lead"), chart, self.leading(), self.informed())

    def source(self, key: str) -> str:
        return text(f"validate.source.{key}", self.t.lang)

    def overall(self) -> str:
        t = self.t
        means = {
            source: float(np.mean([spread.shares[source] for spread in self.answer.widths.values()]))
            for source in SOURCES
        }
        parts = [
            t("width.part", source=self.source(source), share=self.said(mean, doc.SHARE))
            for source, mean in means.items()
            if source not in (SHOCKS, PAST) or mean >= LEAST_LENT
        ]
        return t("width.overall", parts=t("join").join(parts))

    def leading(self) -> doc.Table:
        verdicts = {parameter.name: parameter.verdict for parameter in self.answer.informed}
        rows = []
        heads = []
        for variable, spread in self.answer.widths.items():
            for name, share in spread.leading:
                if name in verdicts:
                    rows.append((title_of(name, self.t.lang), share, self.t(f"informed.{verdicts[name]}")))
                    heads.append(observable_title(variable, self.t.lang))
        return self.table("leading", "parameter share:share data", rows, groups=grouped(heads), folded=True)

    def informed(self) -> doc.Table:
        rows = [
            (
                title_of(parameter.name, self.t.lang),
                parameter.share,
                self.t(f"informed.{parameter.verdict}"),
                parameter.before,
                interval(parameter.after),
            )
            for parameter in self.answer.informed
            if parameter.verdict != "moved"
        ]
        return self.table("uninformed", "parameter share:share data before:number after:number", rows)

    def borrowed_sections(self, borrowed: Borrowed) -> Iterator[doc.Section]:
        yield self.section(
            "borrowed",
            self.text("borrowed.lead", lenders=self.lenders(borrowed.lenders)),
            self.taken_parameters(borrowed),
        )
        yield self.section("rates", self.text("rates.lead"), self.rates(borrowed))

    def lenders(self, shares: dict[str, float], most: int = MOST_LENDERS) -> str:
        t = self.t
        titles = {} if self.answer.borrowed is None else self.answer.borrowed.parks
        ordered = sorted(shares.items(), key=lambda pair: -pair[1])[:most]
        lenders = [
            t("lender", park=t.of(titles[name]), share=self.said(share, doc.SHARE))
            for name, share in ordered
            if share >= LEAST_LENT
        ]
        return t("join").join(lenders) if lenders else t("nobody")

    def taken_parameters(self, borrowed: Borrowed) -> doc.Table:
        rows = [
            (
                title_of(parameter.name, self.t.lang),
                self.t(f"group.{parameter.group}"),
                interval(parameter.before),
                interval(parameter.after),
                self.t(f"informed.{parameter.verdict}"),
                sum(share for _, share in parameter.lenders),
                self.lenders(dict(parameter.lenders), 4),
            )
            for parameter in borrowed.taken
        ]
        columns = "parameter group prior:number new:number parks_data lent:share whom:note"
        return self.table("taken", columns, rows, folded=True)

    def rates(self, borrowed: Borrowed) -> doc.Table:
        t = self.t
        rows = [
            (
                observable_title(rate.variable, t.lang),
                int(rate.age),
                t("same_type" if rate.same_type else "all_types"),
                len(rate.peers),
                round(rate.values[0]),
                round(rate.values[1]),
                round(rate.values[2]),
                t("join").join(
                    t("peer", park=t.of(borrowed.parks[peer.park]), value=self.said(peer.value, doc.COUNT))
                    for peer in rate.peers
                ),
            )
            for rate in borrowed.rates
        ]
        columns = "observable age:count::yr type parks:count lowest:count middle:count highest:count who:note"
        return self.table("rates", columns, rows)

    def track_record(self) -> doc.Section:
        """Show how the stack, the model and the curves did on the parks of the casebook."""
        t = self.t
        contests = [
            contest for contest in self.answer.held.contests if contest.scheme in self.settings and not contest.variable
        ]
        rows = [
            (self.method(row.method), row.values, row.parks, row.log_crps, row.crps, row.coverage)
            for contest in contests
            for row in contest.standings
        ]
        heads = [
            t(f"held.{contest.scheme}", methods=len(contest.standings))
            for contest in contests
            for _ in contest.standings
        ]
        columns = "method values:count parks:count log_crps:number:3 crps:number:1 coverage:share"
        return self.section("held", self.text("held.lead"), self.table("held", columns, rows, groups=grouped(heads)))

    def limits(self) -> Iterator[str]:
        """Describe what these numbers leave out, and how the forecast is kept and scored."""
        yield self.t("limits.unknown")
        if self.answer.weights:
            yield self.t("limits.stack")
        yield self.t("limits.pooled" if self.answer.borrowed else "limits.line")
        yield from sheets_words(self.answer.sheets, self.t.lang)
        yield self.t("limits.frozen")


def _interval(band: np.ndarray | None, quarter: int) -> doc.Interval | None:
    """Return median and 90 % of a curve at a quarter, where there is one."""
    return None if band is None or quarter < 0 else interval(band[:, quarter])
