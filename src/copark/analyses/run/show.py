"""Document of a run: what becomes of the park and how sure that is, then the runs, then the case.

The figures, all tables and the answer are of the first scenario; the others stand beside it among the outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.contract import Texts, assemble
from copark.analyses.first_words import baselines_of_runs, order_sentences, over_structures
from copark.analyses.how_sure import Doubts, accounts_words, corrected, doubts_of, structures_words
from copark.analyses.own_sheets import sheets_of_own, sheets_words
from copark.analyses.papers import to_obtain
from copark.analyses.run import Answer
from copark.analyses.run.show_case import AboutCase, evidence, sources
from copark.analyses.show import grouped
from copark.analyses.size_words import band_words, land_words, of_plan, planned_of, size_clause
from copark.cases.completeness import missing_growth
from copark.cases.quarters import Quarter
from copark.labels import grade_title, outcomes_in_words, scenario_title, with_unit
from copark.model.outcomes import GOOD, OUTCOMES
from copark.presentation import document as doc
from copark.presentation import numbers as say
from copark.presentation.numbers import number, percent, percentile, reach, spoken
from copark.setmethods.coupling_degree import grade
from copark.simulation.readouts.compare import bands, quarters_apart
from copark.simulation.readouts.coupling import (
    COMPONENTS,
    PHASES,
    apart,
    needed,
    phase_shares,
    phases,
    phases_of_record,
    quarters_of,
    read_out,
)
from copark.simulation.readouts.observed_vs_model import ObservedComparison, expected_outside, misses
from copark.simulation.size import LandTakenUp
from copark.stats.quantiles import mean, quantiles
from copark.texts import text

if TYPE_CHECKING:
    from copark.decisions.effects import StructureBaseline
    from copark.stats.shares import Share

FANS = ("registered", "operating", "realised_investment", "jobs", "cash", "commitment_home", "commitment_host")
"""Outputs drawn as fans, in the order of the report."""
LAND = ("serviced_area", "usable_area", "occupied_area")
"""Outputs of the land ledger."""
FEW = 6
"""More observations outside than this are told by variable, the others stand in the table."""


def document(answer: Answer, t: Texts, only: Collection[str] = ()) -> doc.Document:
    """Write the document of a run.

    Parameters
    ----------
    answer
        What was read of the run.
    t
        Texts in a language.
    only
        Keys of the sections that are made, the others have but a title; all by default.
    """
    show = _Show(answer, t)
    stored = answer.provenance
    provenance = {"runs": stored.get("runs", answer.runs)}
    provenance |= {name: stored.get(name, "") for name in ("seed", "cpu_features")}
    return assemble(
        answer,
        t,
        key="report",
        title=t("title", park=answer.case.title.text(t.lang)),
        headline=show.headline(),
        sections=show.sections(only),
        evidence=evidence(answer, t),
        provenance=provenance,
    )


class _Show(AboutCase):
    """The parts of the document in one language."""

    def headline(self) -> str:
        """State what becomes of the park: shares of outcomes if calibrated, else its size, as an assumption."""
        answer = self.answer
        t = self.t
        if not answer.finished:
            return t("headline.none")
        words = {
            "park": self.case.title.text(t.lang),
            "last": answer.labels[answer.last],
            "runs": number(answer.finished, 0),
        }
        doubts = doubts_of(self.case, answer.outcomes[0], shows_outcomes=answer.shows_outcomes)
        closure = self.case.closed_by(Quarter.parse(words["last"]))
        if closure is not None:
            since = str(closure.since)
            closed = t("headline.closed", since=since, title=t.of(closure.title), **words)
            return t.sentences([closed, *doubts.record_words(t.lang)])
        sentences = [*self.order(doubts), *doubts.record_words(t.lang)]
        operating = answer.final("operating")
        size = "" if operating is None else size_clause(operating, answer.land, t.lang)
        if answer.shows_outcomes:
            outcomes = outcomes_in_words(
                answer.outcomes[0],
                t.lang,
                lambda first, share: t("headline.share", share=share, structures=self.over_structures(first), **words),
            )
            sentence = t("headline", outcomes=outcomes, **words)
            sentences.append(t("headline.with_size", sentence=sentence, size=size) if size else sentence)
        else:
            sentence = t("headline.assumed", **words)
            sentences.append(t("headline.assumed_with_size", sentence=sentence, size=size) if size else sentence)
        return t.sentences([*sentences, *doubts.sentences(t.lang)])

    def order(self, doubts: Doubts) -> list[str]:
        """Write what to obtain before anything is decided, or which command says so; nothing without a chance."""
        if not self.answer.shows_outcomes:
            return []
        if not self.baselines:
            return [self.t("headline.ask", case=self.case.name)]
        papers = to_obtain(doubts, self.baselines, self.chance, self.case)
        park = self.case.title.text(self.t.lang)
        return order_sentences(papers, bool(doubts.assumed), self.baselines, self.chance, park, self.t.lang)

    def over_structures(self, share: Share) -> str:
        """Write the range of the chance over all structures, where a brief of the same runs ships."""
        return over_structures(share, self.baselines, self.chance, self.t.lang)

    @cached_property
    def baselines(self) -> Sequence[StructureBaseline]:
        """The park under each structure, where a brief of the same runs ships."""
        return baselines_of_runs(self.case.name, self.answer.provenance, self.answer.outcomes[0])

    @property
    def chance(self) -> float:
        """Chance of being self-standing."""
        return self.answer.share(GOOD.key).share

    def sections(self, only: Collection[str]) -> tuple[doc.Section, ...]:
        making: dict[str, Callable[[], doc.Section]] = {
            "summary": self.summary,
            "outcomes": self.outcomes,
            "fans": self.fans,
            "record": self.record,
            "ledgers": lambda: self.section("ledgers", self.land(), self.money()),
            "phases": self.phases,
            "coordination": self.coordination,
            "weight": self.weight,
            "limits": self.limits,
            "network": self.network,
            "timeline": self.timeline,
            "equity": self.equity,
            "observations": self.observations,
            "parameters": self.parameters,
            "status": self.status,
        }
        return tuple(make() if not only or key in only else self.section(key) for key, make in making.items())

    def summary(self) -> doc.Section:
        """Show the main numbers, the reasons, and the latest observations beside the runs."""
        answer = self.answer
        t = self.t
        blocks: list[doc.Block] = [doc.Cards(tuple(self.cards()))] if answer.finished else []
        blocks.append(doc.Bullets(tuple(self.reasons())))
        if answer.finished and answer.compared:
            cells = (
                (
                    self.titled_variable(row),
                    row.quarter,
                    self.observed_value(row),
                    self.ranged(row),
                    percentile(row.percentiles),
                )
                for row in answer.latest
            )
            columns = "variable quarter:quarter observed modelled:number percentile"
            blocks.append(self.table("latest", columns, cells))
        if answer.finished and answer.shows_outcomes and len(answer.outcomes) > 1:
            blocks.append(self.by_scenario())
        if str(self.case.clock.data_end) < answer.labels[-1]:
            blocks.append(self.caveat("far", data_end=str(self.case.clock.data_end)))
        blocks += map(doc.Caveat, missing_growth(self.case, t.lang))
        return self.section("summary", *blocks)

    def cards(self) -> Iterator[doc.Card]:
        """Return the chance of being self-standing, size and money at the end, how many observations lie outside."""
        answer = self.answer
        t = self.t
        last = self.answer.labels[self.answer.last]
        if answer.shows_outcomes:
            standing = answer.share(GOOD.key)
            interval = say.shown(doc.Interval(standing.low, standing.high), doc.SHARE, t.lang)
            yield doc.Card(t("card.standing"), doc.SHARE, standing.share, t("card.error", interval=interval))
        for output in ("operating", "jobs", "cash"):
            final = answer.final(output)
            unit = doc.plain(doc.Kind.number)
            if final is not None:
                unit = doc.plain(doc.Kind.number, answer.unit(output))
                note = t("card.band", band=reach(final[0], final[2], unit.unit, t.lang))
                if output != "cash":  # money may be below zero
                    note = band_words(note, final[0], final[2], t.lang)
                plan = planned_of(self.case, output, unit.unit)
                if plan is not None:
                    note = t("join.clause").join((note, of_plan(final[1], plan, t.lang)))
                yield doc.Card(t("card.at", title=self.title(output), last=last), unit, final[1], note)
            if output == "jobs" and answer.land is not None:
                yield self.land_card(answer.land, last)
        if answer.compared:
            count = len(answer.compared)
            value = t("card.outside_value", outside=answer.outside, compared=count)
            expected = t("card.expected", expected=expected_outside(count))
            yield doc.Card(t("card.outside"), doc.plain(doc.Kind.text), value, expected)

    def land_card(self, land: LandTakenUp, last: str) -> doc.Card:
        """Describe land taken up as a share of what is planned, or serviced where nobody plans."""
        t = self.t
        words = land_words(land, t.lang)
        title = t("card.at", title=words.title, last=last)
        return doc.Card(title, doc.SHARE, land.median, t("card.band", band=words.band))

    def reasons(self) -> Iterator[str]:
        """Describe on what the answer rests: the threshold, the observations, the parameters, the runs."""
        answer = self.answer
        t = self.t
        swept = answer.swept if answer.finished and answer.shows_outcomes else {}
        if swept:
            standing = [share.share for shares in swept.values() for share in shares if share.name == GOOD.key]
            low, high = (say.percent_words(share, t.lang) for share in (min(standing), max(standing)))
            yield t("why.threshold_alike" if low == high else "why.threshold", low=low, high=high)
        if answer.finished and answer.shows_outcomes:
            yield from filter(None, [structures_words(self.baselines, self.chance, t.lang)])
            yield from filter(None, [accounts_words(self.case, answer.outcomes[0], t.lang)])
        yield from sheets_words(sheets_of_own(self.case), t.lang)
        if answer.finished:
            yield from self.against_the_record()
        if answer.trust is not None:
            yield answer.trust.meaning(t.lang)
        if answer.finished:
            meant = corrected(answer.trust, answer.outcomes[0], t.lang, is_told=answer.shows_outcomes)
            yield from filter(None, [meant])
        if answer.unfinished:
            yield t("why.unfinished", count=number(answer.unfinished, 0), total=number(answer.runs, 0))
        runs_made = answer.provenance.get("runs")
        if isinstance(runs_made, int) and runs_made > answer.runs:
            yield t("why.kept", all=number(runs_made, 0), kept=number(answer.runs, 0))

    def against_the_record(self) -> Iterator[str]:
        """Describe how many observations lie outside the band, and what to make of it."""
        rows = self.answer.compared
        t = self.t
        if not rows:
            yield t("why.beside_none")
            return
        outside = self.answer.outside
        yield t("why.beside", compared=len(rows), outside=outside, expected=expected_outside(len(rows)))
        counts: dict[str, int] = {}
        for role in ("fit", "score"):
            of_role = [
                row
                for row in rows
                if row.observation.role == role and not (role == "score" and self.used_to_calibrate(row))
            ]
            counts |= {role: len(of_role), f"{role}_outside": len(misses(of_role))}
        if counts["fit"] and counts["score"]:
            yield t("why.by_role", **counts)
        share = outside / len(rows)
        kind = "covered" if share < 0.05 else "as_many" if share <= 0.15 else "too_many"
        yield t(f"why.{kind}", section=t("section.record"))

    def used_to_calibrate(self, row: ObservedComparison) -> bool:
        """Return whether the calibration used an observation kept for validation: then it is none to be tested by."""
        from copark.calibration.calibration_setup import uses_everything

        trust = self.answer.trust
        if trust is None or not trust.cut:
            return False
        cut = Quarter.parse(trust.cut)
        return uses_everything(self.case, cut) and Quarter.of_day(row.observation.date.last_day) <= cut

    def outcomes(self) -> doc.Section:
        """Show how often each outcome happens; of a park that is not calibrated only when asked for."""
        answer = self.answer
        t = self.t
        titles = {outcome.key: outcome.title(t.lang) for outcome in OUTCOMES}
        named = self.joined([f"{titles[outcome.name]} {percent(outcome.share)}" for outcome in answer.outcomes[0]])
        quarters = (answer.last + 1) * quarters_apart(answer.ensemble)
        years = number(quarters / 4.0, 0 if quarters % 4 == 0 else 2)
        blocks: list[doc.Block] = []
        if answer.trust is not None and not answer.shows_outcomes:
            assumed = text("trust.outcomes_assumed", t.lang, label=answer.trust.label(t.lang))
            meant = corrected(answer.trust, answer.outcomes[0], t.lang)
            blocks += map(doc.Caveat, filter(None, (assumed, meant)))
        rows: list[Sequence[doc.Value]] = [
            (
                titles[outcome.name],
                text(f"analysis.outcome.{outcome.name}.meaning", t.lang),
                outcome.count,
                doc.Interval(outcome.low, outcome.high, outcome.share) if isfinite(outcome.share) else None,
            )
            for outcome in answer.outcomes[0]
        ]
        blocks += [
            self.text("outcomes.lead", last=answer.labels[answer.last], years=years, runs=number(answer.finished, 0)),
            self.picture("outcomes", "outcome_bars", answer.ensemble, alternative=t("outcomes.alt", values=named)),
            self.table("shares", "outcome meaning:note runs:count share:share:1", rows),
        ]
        if len(answer.outcomes) > 1 and not answer.shows_outcomes:
            blocks.append(self.by_scenario())
        swept = answer.swept
        if swept:
            cells: list[Sequence[doc.Value]] = [
                (text(f"report.outcomes.{name}", t.lang), *(outcome.share for outcome in shares))
                for name, shares in swept.items()
            ]
            blocks.append(self.table("sweep", ("thresholds", *self.outcome_columns()), cells))
        return self.section("outcomes", *blocks, folded=not answer.shows_outcomes)

    def by_scenario(self) -> doc.Table:
        """Show the shares of outcomes in every scenario of the study."""
        rows: list[Sequence[doc.Value]] = [
            (scenario_title(self.answer.ensemble, index, self.t.lang), *(outcome.share for outcome in shares))
            for index, shares in enumerate(self.answer.outcomes)
        ]
        return self.table("scenarios", ("scenario", *self.outcome_columns()), rows)

    def outcome_columns(self) -> list[doc.Column]:
        return [doc.Column(outcome.key, outcome.title(self.t.lang), doc.Kind.share, places=1) for outcome in OUTCOMES]

    # the runs

    def kept_outputs(self, names: Sequence[str]) -> list[str]:
        """Return those outputs that the study kept."""
        return [name for name in names if name in self.answer.ensemble.data_vars]

    def lacking(self, names: Sequence[str]) -> doc.Paragraph | None:
        """Name the outputs a study did not keep in a sentence; ``None`` where it kept all."""
        missing = [self.title(name) for name in names if name not in self.kept_outputs(names)]
        return self.text("not_kept", names=self.joined(missing)) if missing else None

    def fans(self) -> doc.Section:
        """Show how the park grows: the fans."""
        lacking = self.lacking(FANS)
        charts = map(self.fan, self.kept_outputs(FANS))
        return self.section("fans", self.text("fans.lead"), *charts, *([] if lacking is None else [lacking]))

    def fan(self, name: str) -> doc.Chart:
        """Show one fan with its numbers: quantiles at the end of every fourth year and of the horizon."""
        from copark.figures.ledgers import shown

        answer = self.answer
        t = self.t
        levels = bands(answer.ensemble, name)
        labels = answer.labels
        unit = answer.unit(name)
        low, middle, high = (float(levels[row][-1]) for row in (0, 2, 4))
        title = self.title(name)
        key = f"fan-{name.replace('_', '-')}"
        words = {
            "title": title,
            "last": labels[-1],
            "median": spoken(middle, unit, t.lang),
            "band": reach(low, high, unit, t.lang),
        }
        count = sum(entry.use for entry in shown(answer.ensemble, name, self.case))
        observations = t("fans.count", count=count) if count else t("fans.none")
        picked = [column for column, label in enumerate(labels) if label.endswith("Q4") and int(label[:4]) % 4 == 0]
        heads = {"p05": "5%", "p25": "25%", "median": t("column.median"), "p75": "75%", "p95": "95%"}
        columns = self.columns(
            ("quarter:quarter", *(doc.Column(key, head, doc.Kind.number, unit) for key, head in heads.items()))
        )
        rows: list[tuple[doc.Value, ...]] = [
            (labels[column], *map(float, levels[:, column])) for column in dict.fromkeys((*picked, len(labels) - 1))
        ]
        return self.picture(
            key,
            "fan",
            answer.ensemble,
            name,
            self.case,
            title=title,
            caption=t("fans.caption", **words),
            alternative=t("fans.alt", observations=observations, **words),
            numbers=doc.Table(key, title, columns, tuple(rows), folded=True),
            wide=False,
        )

    # beside the record

    def ranged(self, row: ObservedComparison) -> doc.Value:
        """Return the median and band of the runs beside an observation."""
        unit = self.answer.unit(row.observation.variable)
        t = self.t
        if unit != "1/yr":
            return doc.Interval(row.low, row.upper, row.median)
        low, median, upper = (say.bare(value, unit) for value in (row.low, row.median, row.upper))
        band = text("presentation.number.band", t.lang, low=low, high=upper)
        return text("presentation.number.with_band", t.lang, value=median, band=band)

    def observed_value(self, row: ObservedComparison, kind: str = "bare") -> str:
        """Write an observed value in the model's unit and with all its digits."""
        unit = self.answer.unit(row.observation.variable)
        return say.bounded(row.value, row.high, row.observation.bound, unit, self.t.lang, kind)

    def titled_variable(self, row: ObservedComparison) -> str:
        """Write an observed variable with its unit."""
        unit = self.answer.unit(row.observation.variable)
        return with_unit(self.title(row.observation.variable), unit if unit != "1/yr" else "", self.t.lang)

    def record(self) -> doc.Section:
        """Show where every observation lies among the runs, those in the tails first."""
        rows = self.answer.rows
        t = self.t
        blocks: list[doc.Block] = [self.text("record.lead")]
        if self.answer.compared:
            cells = (
                (
                    str(row.observation.date),
                    ""
                    if row.observation.bound in ("exact", "range")
                    else text(f"presentation.number.bound.{row.observation.bound}", t.lang, value="").strip(),
                    row.value if row.high is None else doc.Interval(row.value, row.high),
                    self.ranged(row),
                    row.width,
                    percentile(row.percentiles),
                    text(f"report.role.{row.observation.role}", t.lang),
                    grade_title(row.observation.grade, t.lang),
                    sources(row.observation.source),
                )
                for row in rows
            )
            columns = (
                "date:quarter bound observed:number modelled:number width:share percentile role grade source:source"
            )
            groups = grouped(map(self.titled_variable, rows))
            blocks += [self.observations_outside(), self.table("record", columns, cells, folded=True, groups=groups)]
        else:
            blocks.append(self.text("record.none"))
        observed = {
            observation.variable
            for observation in self.case.observations
            if observation.use and observation.grade != "background"
        }
        missing = [self.title(name) for name in self.kept_outputs(FANS) if name not in observed]
        if missing:
            blocks.append(self.text("record.unseen", names=self.joined(missing)))
        return self.section("record", *blocks)

    def observations_outside(self) -> doc.Block:
        """Describe what lies outside the 5th to 95th percentile: by variable where there is much, else each."""
        rows = self.answer.compared
        missed = misses(rows)
        if not missed:
            return self.text("record.none_outside", compared=len(rows))
        names = dict.fromkeys(row.observation.variable for row in missed)
        return doc.Bullets(tuple(map(self.missed_of, names) if len(missed) > FEW else map(self.miss, missed)))

    def miss(self, row: ObservedComparison) -> str:
        """Write a sentence about one observation outside: what was recorded, what the model says."""
        unit = self.answer.unit(row.observation.variable)
        t = self.t
        return t(
            f"record.outside.{row.side}",
            title=self.title(row.observation.variable),
            date=str(row.observation.date),
            observed=self.observed_value(row, "spoken"),
            median=spoken(row.median, unit, t.lang),
            band=reach(row.low, row.upper, unit, t.lang),
            percentile=percentile(row.percentiles),
        )

    def missed_of(self, name: str) -> str:
        """Describe what lies outside of one variable in a sentence: how many, when, on which side."""
        rows_of_variable = [row for row in self.answer.compared if row.observation.variable == name]
        missed = misses(rows_of_variable)
        t = self.t
        sides = {row.side for row in missed}
        dates = dict.fromkeys(str(row.observation.date) for row in (missed[0], missed[-1]))
        side = t("record.both") if len(sides) > 1 else t(f"record.too.{sides.pop()}")
        words = {"title": self.title(name), "dates": " – ".join(dates), "side": side}
        return t("record.group", outside=len(missed), count=len(rows_of_variable), **words)

    # land and money

    def land(self) -> doc.Block:
        """Show the land ledger."""
        answer = self.answer
        t = self.t
        lacking = self.lacking(LAND)
        if lacking is not None and not self.kept_outputs(LAND):
            return lacking
        ends = [
            f"{self.title(name)} {say.quantity(final[1], answer.unit(name), t.lang)}"
            for name in LAND
            for final in [answer.final(name)]
            if final
        ]
        values = t("phases.at", quarter=answer.labels[-1], values=self.joined(ends)) if ends else ""
        return self.picture(
            "land",
            "ledger_land",
            answer.ensemble,
            self.case,
            alternative=t("land.alt", values=values),
            caption=t("land.caption"),
        )

    def money(self) -> doc.Block:
        """Show the money ledger, checked."""
        from copark.figures.frame import view
        from copark.figures.ledgers import SOURCES, USES, yearly

        result = self.answer.ensemble
        t = self.t
        flows = (*SOURCES, *USES)
        kept_flows = self.kept_outputs(flows)
        lacking = self.lacking(flows)
        if lacking is not None and not kept_flows:
            return lacking
        if quarters_apart(result) > 1:
            return self.text("yearly")
        sums = {name: float(yearly(view(result, t.lang), name)[1].sum()) for name in kept_flows}
        caption = t("money.caption_part")
        if lacking is None and "cash" in result.data_vars:
            gap = self.gap(SOURCES, USES)
            caption = t("money.caption", gap=t("money.rounding") if gap < 1e-9 else spoken(gap, "M USD", t.lang))
        largest = sorted(kept_flows, key=lambda name: -sums[name])[:3]
        values = self.joined([f"{self.title(name)} {spoken(sums[name], 'M USD', t.lang)}" for name in largest])
        rows = [(self.title(name), t("money.source" if name in SOURCES else "money.use"), sums[name]) for name in sums]
        return self.picture(
            "money",
            "ledger_money",
            result,
            alternative=t("money.alt", values=values),
            caption=caption,
            numbers=self.table("money", "flow kind amount:number::M_USD", rows),
        )

    def gap(self, into: Sequence[str], out: Sequence[str]) -> float:
        """Return the largest gap, in any quarter, between the change of cash and sources less uses; M USD, of means."""
        chosen = self.answer.ensemble.isel(scenario=0)
        came, went = (sum(mean(chosen[name].to_numpy()) for name in side) for side in (into, out))
        gap = np.abs(np.diff(mean(chosen["cash"].to_numpy())) - np.asarray(came - went)[1:] / 4.0)
        return float(np.max(gap)) if gap.size and np.isfinite(gap).all() else float("nan")

    # coupling

    def ends(self) -> tuple[int, ...]:
        """Return the columns of the last quarter with data, where it is kept, and of the end."""
        data_end = quarters_of(self.answer.ensemble, (str(self.case.clock.data_end),))
        return tuple(dict.fromkeys((*data_end, len(self.answer.labels) - 1)))

    def coordination(self) -> doc.Section:
        """Show the coupling coordination degree, with its caveat first."""
        result = self.answer.ensemble
        t = self.t
        picture: doc.Block | None = self.lacking(needed())
        if picture is None:
            words = t.sentences(list(self.coordinated()))
            alternative = t("coordination.alt", values=words)
            picture = self.picture("coordination", "coordination", result, alternative=alternative, caption=words)
        rows = [
            (
                text(f"analysis.scale.{component.scale}", t.lang),
                text(f"analysis.component.{component.name}", t.lang),
                doc.Interval(component.low, component.high),
                say.unit_title(component.unit, t.lang),
                f"1/{sum(other.scale == component.scale for other in COMPONENTS)}",
                grade_title("judgement", t.lang),
            )
            for component in COMPONENTS
        ]
        indicators = self.table("indicators", "scale indicator range:number unit weight grade", rows, folded=True)
        return self.section("coordination", self.caveat("coordination.caveat"), picture, indicators)

    def coordinated(self) -> Iterator[str]:
        """Write sentences on the degree, and what it would be were the scales taken from different runs."""
        readout = read_out(self.answer.ensemble)
        t = self.t
        dealt = apart(readout)[0]
        for column in self.ends():
            standard, corrected = (
                float(quantiles(degrees[:, column], (0.5,))[0])
                for degrees in (readout.coordination, readout.coordination_corrected)
            )
            if not np.isfinite(standard):
                continue
            quarter = self.answer.labels[column]
            words = {
                name: text(f"analysis.grade.{grade(value)}", t.lang)
                for name, value in (("grade", standard), ("grade_corrected", corrected))
            }
            yield t(
                "coordination.at",
                quarter=quarter,
                standard=number(standard, 2),
                corrected=number(corrected, 2),
                **words,
            )
            ends = (quantiles(values[:, column], (0.05, 0.95)) for values in (readout.coordination, dealt))
            own, other = (f"{low:.2f} – {high:.2f}" for low, high in ends)
            yield t("coordination.null", quarter=quarter, own=own, apart=other)

    def phases(self) -> doc.Section:
        """Show the phases of coupling, in the runs and on record."""
        result = self.answer.ensemble
        case = self.case
        t = self.t
        blocks: list[doc.Block] = [self.text("phases.lead")]
        lacking = self.lacking(("arrivals", "operating"))
        if lacking is None and quarters_apart(result) > 1:
            lacking = self.text("yearly")
        if lacking is not None:
            return self.section("phases", *blocks, lacking)
        share = phase_shares(
            phases(result, [str(renegotiation.date.quarter("event")) for renegotiation in case.renegotiations])
        )
        titles = {name: text(f"analysis.phase.{name}", t.lang) for name in PHASES}
        sentences = []
        for column in self.ends():
            named = [f"{titles[name]} {percent(float(share[row, column]))}" for row, name in enumerate(PHASES)]
            sentences.append(t("phases.at", quarter=self.answer.labels[column], values=self.joined(named)))
        words = t.sentences(sentences)
        alternative = t("phases.alt", values=words)
        blocks.append(self.picture("phases", "phases", result, case, alternative=alternative, caption=words))
        if case.renegotiations:
            named = [
                f"{renegotiation.title.text(t.lang)} ({renegotiation.date})" for renegotiation in case.renegotiations
            ]
            blocks.append(self.text("phases.marks", values=t("join.clause").join(named)))
        on_record = phases_of_record(case)
        if on_record is None:
            return self.section("phases", *blocks, self.text("phases.record_none"))
        rows = []
        for first, last, code in on_record.spans():  # beside the share of runs in that phase at its middle
            middle = quarters_of(result, (str(first + (last - first) // 2),))
            runs = float(share[code, middle[0]]) if middle else None
            rows.append((f"{first} – {last}", titles[PHASES[code]], runs))
        lead = self.text("phases.record_lead", residents=on_record.counts[0], operating=on_record.counts[1])
        table = self.table("phases-on-record", "span phase in_phase:share", rows)
        return self.section("phases", *blocks, lead, table)
