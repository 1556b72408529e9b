"""What is shown of the runs: how the park grows, the observations beside it, land, money, phases, coordination."""

from collections.abc import Sequence

import numpy as np

from copark.analyses.run.show_case import AboutCase, sources
from copark.analyses.show import grouped
from copark.presentation import document as doc
from copark.presentation.numbers import bare, bounded, number, percent, percentile, quantity, reach, spoken, unit_title
from copark.setmethods.coupling_degree import grade
from copark.simulation.readouts.coordination import COMPONENTS, apart, needed, read_out
from copark.simulation.readouts.observed import ObservedComparison, misses
from copark.simulation.readouts.outcomes import bands, quarters_apart
from copark.simulation.readouts.phases import PHASES, phase_shares, phases, quarters_of
from copark.stats.quantiles import mean, quantiles
from copark.texts import text
from copark.words import grade_title, with_unit

FANS = ("registered", "operating", "realised_investment", "jobs", "cash", "commitment_home", "commitment_host")
"""Outputs drawn as fans, in the order of the report."""

LAND = ("serviced_area", "usable_area", "occupied_area")
FEW = 6
"""More observations outside than this are told by variable, the others stand in the table."""


class AboutRuns(AboutCase):
    """The sections on the runs."""

    def kept(self, names: Sequence[str]) -> list[str]:
        """Those outputs that the study kept."""
        return [name for name in names if name in self.found.ensemble.data_vars]

    def lacking(self, names: Sequence[str]) -> doc.Paragraph | None:
        """A sentence that names the outputs a study did not keep; ``None`` where it kept all."""
        missing = [self.title(name) for name in names if name not in self.kept(names)]
        return doc.Paragraph(self.t("not_kept", names=self.joined(missing))) if missing else None

    def fans(self) -> doc.Section:
        """How the park grows: the fans."""
        kept = self.kept(FANS)
        blocks: list[doc.Block] = [doc.Paragraph(self.t("fans.lead")), *map(self.fan, kept)]
        lacking = self.lacking(FANS)
        return self.section("fans", *blocks, *([] if lacking is None else [lacking]))

    def fan(self, name: str) -> doc.Chart:
        """One fan with its numbers: quantiles at the end of every fourth year and of the horizon."""
        from copark import figures
        from copark.figures.ledgers import shown

        found, t = self.found, self.t
        levels, labels, unit = bands(found.ensemble, name), found.labels, found.unit(name)
        low, middle, high = (float(levels[row][-1]) for row in (0, 2, 4))
        words = {"last": labels[-1], "median": spoken(middle, unit, t.lang), "band": reach(low, high, unit, t.lang)}
        count = sum(entry.use for entry in shown(found.ensemble, name, self.case))
        told = t("fans.count", count=count) if count else t("fans.none")
        picked = [at for at, label in enumerate(labels) if label.endswith("Q4") and int(label[:4]) % 4 == 0]
        picked = list(dict.fromkeys((*picked, len(labels) - 1)))
        heads = {"p05": "5%", "p25": "25%", "median": t("column.median"), "p75": "75%", "p95": "95%"}
        quarter = self.column("quarter", doc.Kind.quarter)
        columns = (quarter, *(doc.Column(key, head, doc.Kind.number, unit) for key, head in heads.items()))
        rows: list[tuple[doc.Value, ...]] = [(labels[at], *map(float, levels[:, at])) for at in picked]
        title, key = self.title(name), f"fan-{name.replace('_', '-')}"
        return self.picture(
            key, lambda: figures.fan(found.ensemble, name, self.case, t.lang), title,
            t("fans.alt", title=title, observations=told, **words), t("fans.caption", title=title, **words),
            doc.Table(key, title, columns, tuple(rows), folded=True), wide=False,
        )  # fmt: skip

    def ranged(self, one: ObservedComparison) -> doc.Value:
        """Median and band of the runs beside an observation."""
        unit = self.found.unit(one.observation.variable)
        if unit != "1/yr":
            return doc.Interval(one.low, one.upper, one.median)
        low, median, upper = (bare(value, unit) for value in (one.low, one.median, one.upper))
        return text("presentation.number.with_band", self.t.lang, value=median,
                    band=text("presentation.number.band", self.t.lang, low=low, high=upper))  # fmt: skip

    def seen(self, one: ObservedComparison, kind: str = "bare") -> str:
        """What was observed, in the model's unit and with all its digits."""
        return bounded(
            one.value, one.high, one.observation.bound, self.found.unit(one.observation.variable), self.t.lang, kind
        )

    def bound(self, one: ObservedComparison) -> str:
        """What an observed value is: about, at least; nothing for a plain value or a range."""
        kind = one.observation.bound
        plain = kind in ("exact", "range")
        return "" if plain else text(f"presentation.number.bound.{kind}", self.t.lang, value="").strip()

    def named(self, one: ObservedComparison) -> str:
        """An observed variable with its unit."""
        unit = self.found.unit(one.observation.variable)
        return with_unit(self.title(one.observation.variable), unit if unit != "1/yr" else "", self.t.lang)

    def beside(self, key: str, rows: Sequence[ObservedComparison]) -> doc.Table:
        """The latest observations beside the model, a row for each variable."""
        cells = (
            (self.named(one), one.quarter, self.seen(one), self.ranged(one), percentile(one.percentiles))
            for one in rows
        )  # fmt: skip
        return self.table(key, "variable quarter:quarter observed modelled:number percentile", cells)

    def record(self) -> doc.Section:
        """Where every observation lies among the runs, those in the tails first."""
        found, t = self.found, self.t
        blocks: list[doc.Block] = [doc.Paragraph(t("record.lead"))]
        if not found.compared:
            blocks.append(doc.Paragraph(t("record.none")))
        else:
            blocks += [self.missed(), self.all_compared()]
        seen = {one.variable for one in self.case.observations if one.use and one.grade != "background"}
        missing = [self.title(name) for name in self.kept(FANS) if name not in seen]
        if missing:
            blocks.append(doc.Paragraph(t("record.unseen", names=self.joined(missing))))
        return self.section("record", *blocks)

    def all_compared(self) -> doc.Table:
        """Every observation beside the model, by variable."""
        t, rows = self.t, self.found.rows
        columns = "date:quarter bound observed:number modelled:number width:share percentile role grade source:source"
        cells = (
            (
                str(one.observation.date), self.bound(one),
                one.value if one.high is None else doc.Interval(one.value, one.high), self.ranged(one), one.width,
                percentile(one.percentiles),
                text(f"report.role.{one.observation.role}", t.lang), grade_title(one.observation.grade, t.lang),
                sources(one.observation.source),
            )
            for one in rows
        )  # fmt: skip
        return self.table("record", columns, cells, folded=True, groups=grouped(map(self.named, rows)))

    def missed(self) -> doc.Block:
        """What lies outside the 5th to 95th percentile: by variable where there is much, else each."""
        rows = self.found.compared
        found = misses(rows)
        if not found:
            return doc.Paragraph(self.t("record.none_outside", compared=len(rows)))
        if len(found) > FEW:
            names = dict.fromkeys(row.observation.variable for row in found)
            return doc.Bullets(tuple(self.missed_of(name) for name in names))
        return doc.Bullets(tuple(self.miss(row) for row in found))

    def miss(self, row: ObservedComparison) -> str:
        """A sentence about one observation outside: what was recorded, what the model says."""
        unit, t = self.found.unit(row.observation.variable), self.t
        return t(
            f"record.outside.{row.side}", title=self.title(row.observation.variable), date=str(row.observation.date),
            observed=self.seen(row, "spoken"), median=spoken(row.median, unit, t.lang),
            band=reach(row.low, row.upper, unit, t.lang), percentile=percentile(row.percentiles),
        )  # fmt: skip

    def missed_of(self, name: str) -> str:
        """What lies outside of one variable in a sentence: how many, when, on which side."""
        every = [row for row in self.found.compared if row.observation.variable == name]
        found, t = misses(every), self.t
        sides = {row.side for row in found}
        first, last = str(found[0].observation.date), str(found[-1].observation.date)
        return t(
            "record.group", title=self.title(name), outside=len(found), count=len(every),
            dates=first if first == last else f"{first} – {last}",
            side=t("record.both") if len(sides) > 1 else t(f"record.too.{sides.pop()}"),
        )  # fmt: skip

    def ledgers(self) -> doc.Section:
        """Land and money."""
        return self.section("ledgers", *self.land(), *self.money())

    def land(self) -> list[doc.Block]:
        """The land ledger."""
        from copark import figures

        found, t = self.found, self.t
        if not self.kept(LAND):
            return [one for one in (self.lacking(LAND),) if one]
        finals = [(name, found.final(name)) for name in LAND]
        ends = [f"{self.title(name)} {quantity(final[1], found.unit(name), t.lang)}" for name, final in finals if final]
        told = t("phases.at", quarter=found.labels[-1], values=self.joined(ends)) if ends else ""
        return [
            self.picture(
                "land", lambda: figures.ledger_land(found.ensemble, self.case, t.lang),
                text("report.land.title", t.lang), t("land.alt", values=told), t("land.caption"),
            )
        ]  # fmt: skip

    def money(self) -> list[doc.Block]:
        """The money ledger, checked."""
        from copark import figures
        from copark.figures.frame import view
        from copark.figures.ledgers import SOURCES, USES, yearly

        result, t = self.found.ensemble, self.t
        kept = self.kept((*SOURCES, *USES))
        if not kept:
            return [one for one in (self.lacking((*SOURCES, *USES)),) if one]
        if quarters_apart(result) > 1:
            return [doc.Paragraph(t("yearly"))]
        sums = {name: float(yearly(view(result, t.lang), name)[1].sum()) for name in kept}
        caption = t("money.caption_part")
        if len(kept) == len(SOURCES) + len(USES) and "cash" in result.data_vars:
            gap = self.gap(SOURCES, USES)
            caption = t("money.caption", gap=t("money.rounding") if gap < 1e-9 else spoken(gap, "M USD", t.lang))
        largest = sorted(kept, key=lambda name: -sums[name])[:3]
        told = [f"{self.title(name)} {spoken(sums[name], 'M USD', t.lang)}" for name in largest]
        columns = "flow kind amount:number::M_USD"
        rows = [
            (self.title(name), t("money.source") if name in SOURCES else t("money.use"), sums[name]) for name in sums
        ]
        return [
            self.picture(
                "money", lambda: figures.ledger_money(result, t.lang), text("report.money.title", t.lang),
                t("money.alt", values=self.joined(told)), caption, self.table("money", columns, rows),
            )
        ]  # fmt: skip

    def gap(self, into: Sequence[str], out: Sequence[str]) -> float:
        """The largest difference, in any quarter, between the change of cash and sources less uses; M USD, of means."""
        chosen = self.found.ensemble.isel(scenario=0)
        came, went = (sum(mean(chosen[name].to_numpy()) for name in side) for side in (into, out))
        change = np.diff(mean(chosen["cash"].to_numpy()))
        gap = np.abs(change - np.asarray(came - went)[1:] / 4.0)
        return float(np.max(gap)) if gap.size and np.isfinite(gap).all() else float("nan")

    def ends(self) -> tuple[int, ...]:
        """Columns of the last quarter with data, where it is kept, and of the end."""
        data_end = quarters_of(self.found.ensemble, (str(self.case.clock.data_end),))
        return tuple(dict.fromkeys((*data_end, len(self.found.labels) - 1)))

    def coordination(self) -> doc.Section:
        """The coupling coordination degree, with its caveat first."""
        from copark import figures

        result, t = self.found.ensemble, self.t
        picture: doc.Block | None = self.lacking(needed())
        if picture is None:
            told = self.coordinated()
            picture = self.picture(
                "coordination", lambda: figures.coordination(result, t.lang), text("report.coordination.title", t.lang),
                t("coordination.alt", values=t.sentences(told)), t.sentences(told),
            )  # fmt: skip
        rows = [
            (
                text(f"analysis.scale.{one.scale}", t.lang), text(f"analysis.component.{one.name}", t.lang),
                doc.Interval(one.low, one.high), unit_title(one.unit, t.lang),
                f"1/{sum(other.scale == one.scale for other in COMPONENTS)}", grade_title("judgement", t.lang),
            )
            for one in COMPONENTS
        ]  # fmt: skip
        indicators = self.table("indicators", "scale indicator range:number unit weight grade", rows, folded=True)
        return self.section("coordination", doc.Caveat(t("coordination.caveat")), picture, indicators)

    def coordinated(self) -> list[str]:
        """Sentences on the degree, and what it would be were the scales taken from different runs."""
        found, t, told = read_out(self.found.ensemble), self.t, []
        dealt = apart(found)
        for at in self.ends():
            standard, corrected = (
                float(quantiles(one[:, at], (0.5,))[0]) for one in (found.coordination, found.coordination_corrected)
            )
            if not np.isfinite(standard):
                continue
            widths = []
            for values in (found.coordination, dealt[0]):
                low, high = (float(one[0]) for one in quantiles(values[:, at : at + 1], (0.05, 0.95)))
                widths.append(f"{low:.2f} – {high:.2f}")
            quarter = self.found.labels[at]
            told.append(
                t("coordination.at", quarter=quarter, standard=number(standard, 2), corrected=number(corrected, 2),
                  grade=text(f"analysis.grade.{grade(standard)}", t.lang),
                  grade_corrected=text(f"analysis.grade.{grade(corrected)}", t.lang))
            )  # fmt: skip
            told.append(t("coordination.null", quarter=quarter, own=widths[0], apart=widths[1]))
        return told

    def phases(self) -> doc.Section:
        """Phases of coupling, in the runs and on record."""
        from copark import figures

        result, case, t = self.found.ensemble, self.case, self.t
        lacking = self.lacking(("arrivals", "operating"))
        if lacking is None and quarters_apart(result) > 1:
            lacking = doc.Paragraph(t("yearly"))
        if lacking is not None:
            return self.section("phases", doc.Paragraph(t("phases.lead")), lacking)
        share = phase_shares(phases(result, [str(one.date.quarter("event")) for one in case.renegotiations]))
        told = []
        for at in self.ends():
            named = [
                f"{text(f'analysis.phase.{name}', t.lang)} {percent(float(share[row, at]))}"
                for row, name in enumerate(PHASES)
            ]
            told.append(t("phases.at", quarter=self.found.labels[at], values=self.joined(named)))
        blocks: list[doc.Block] = [
            doc.Paragraph(t("phases.lead")),
            self.picture(
                "phases", lambda: figures.phases(result, case, t.lang), text("report.phases.title", t.lang),
                t("phases.alt", values=t.sentences(told)), t.sentences(told),
            ),
        ]  # fmt: skip
        if case.renegotiations:
            named = [f"{one.title.get(t.lang)} ({one.date})" for one in case.renegotiations]
            blocks.append(doc.Paragraph(t("phases.marks", values=t("join.clause").join(named))))
        return self.section("phases", *blocks, *self.phases_of_record(share))

    def phases_of_record(self, share: np.ndarray) -> list[doc.Block]:
        """Phases of the record by the same rules, beside the share of runs in that phase at its middle."""
        from copark.simulation.readouts.phases import phases_of_record

        found, t = phases_of_record(self.case), self.t
        if found is None:
            return [doc.Paragraph(t("phases.record_none"))]
        rows = []
        for first, last, code in found.spans():
            middle = quarters_of(self.found.ensemble, (str(first + (last - first) // 2),))
            runs = float(share[code, middle[0]]) if middle else None
            rows.append((f"{first} – {last}", text(f"analysis.phase.{PHASES[code]}", t.lang), runs))
        lead = t("phases.record_lead", residents=found.counts[0], operating=found.counts[1])
        return [doc.Paragraph(lead), self.table("phases-on-record", "span phase in_phase:share", rows)]
