"""The sections about the runs: what the model says, and how it stands beside the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from copark.analysis.bands import bands
from copark.analysis.coordination import apart, needed, read_out
from copark.analysis.observed import misses
from copark.analysis.outcomes import quarters_apart, year_twenty
from copark.analysis.phases import PHASES, phase_shares, phases, quarters_of
from copark.presentation.numbers import number, percent, quantity, reach, spoken
from copark.report import case_tables, tables
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Studio, Words
from copark.report.summary import Findings, beside, cards, known, one_beside, says, sure, unseen
from copark.report.trust import trust_of
from copark.report.words import join, output_title
from copark.setmethods.coupling_degree.formulas import grade
from copark.stats.quantiles import mean, quantiles
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr

    from copark.analysis.observed import Comparison

FANS = ("registered", "operating", "realised_investment", "jobs", "cash", "commitment_home", "commitment_host")
"""Outputs drawn as fans, in the order of the report."""

FEW = 6
"""More sentences than this are folded, with a line for each variable above them."""


def not_kept(result: xr.Dataset, names: tuple[str, ...], lang: str) -> Words | None:
    """A sentence that names the outputs a study did not keep; ``None`` where it kept all."""
    missing = [name for name in names if name not in result.data_vars]
    return (
        Words(
            text("report.page.not_kept", lang, names=join([output_title(result, name, lang) for name in missing], lang))
        )
        if missing
        else None
    )


def summary(findings: Findings) -> Section:
    """The report in brief."""
    numbers = cards(findings)
    blocks: list[Block] = [Cards(numbers)] if numbers else []
    for key, sentences in (
        ("known", known(findings)), ("model", says(findings)), ("beside", beside(findings)), ("sure", sure(findings))
    ):  # fmt: skip
        if sentences:
            blocks += [Words(findings.say(f"summary.{key}_head"), "heading"), Bullets(tuple(sentences))]
    return Section("summary", findings.say("section.summary"), tuple(blocks))


def outcomes(findings: Findings, studio: Studio) -> Section:
    """How often each outcome happens."""
    from copark.report import figures

    result, lang, scenario = findings.result, findings.lang, findings.scenario
    named = [f"{text(f'analysis.outcome.{one.name}', lang)} {percent(one.share)}" for one in findings.shares]
    picture = studio.draw(
        "outcomes",
        lambda: figures.outcome_bars(result, lang, scenario),
        findings.say("outcomes.title"),
        findings.say("outcomes.desc", values=join(named, lang)),
    )
    lead = findings.say("outcomes.lead", last=findings.labels[year_twenty(result)], runs=number(findings.finished, 0))
    blocks: list[Block] = [Words(lead), picture, Numbers(tables.outcome_table(findings.shares, lang))]
    swept = tables.sweep_table(result, lang, scenario)
    if swept is not None:
        blocks.append(Numbers(swept, findings.say("outcomes.sweep")))
    trust = trust_of(result)
    folded = "" if trust.shows_outcomes else text("trust.outcomes_assumed", lang, label=trust.label(lang))
    return Section("outcomes", findings.say("section.outcomes"), tuple(blocks), folded)


def fan(findings: Findings, studio: Studio, name: str) -> Drawing:
    """One fan with its numbers."""
    from copark.report import figures
    from copark.report.figures.fans import shown

    result, lang = findings.result, findings.lang
    levels = bands(result, name, findings.scenario)
    unit = findings.unit(name)
    low, middle, high = (float(levels[row][-1]) for row in (0, 2, 4))
    median, band = spoken(middle, unit, lang), reach(low, high, unit, lang)
    count = sum(entry.use for entry in shown(result, name, findings.case))
    told = findings.say("fans.desc_count", count=count) if count else findings.say("fan.no_observation")
    title = output_title(result, name, lang)
    last = findings.labels[-1]
    description = findings.say("fans.desc", title=title, last=last, median=median, band=band, observations=told)
    return studio.draw(
        f"fan_{name}",
        lambda: figures.fan(result, name, findings.case, lang, findings.scenario),
        title,
        description,
        caption=findings.say("fans.caption", last=last, median=median, band=band),
        wide=False,
        numbers=tables.band_table(result, lang, levels),
    )


def fans(findings: Findings, studio: Studio) -> Section:
    """How the park grows: the fans."""
    kept = [name for name in FANS if name in findings.result.data_vars]
    blocks: list[Block] = [Words(findings.say("fans.lead"))]
    if kept:
        blocks.append(Grid(tuple(fan(findings, studio, name) for name in kept)))
    missing = [output_title(findings.result, name, findings.lang) for name in FANS if name not in kept]
    if missing:
        blocks.append(
            Words(
                findings.say(
                    "fans.missing",
                    names=join(missing, findings.lang),
                )
            )
        )
    return Section("fans", findings.say("section.fans"), tuple(blocks))


def missed(findings: Findings, rows: Sequence[Comparison]) -> list[Block]:
    """What lies outside the 5th to 95th percentile: by variable where there is much, then each."""
    found = misses(rows)
    blocks: list[Block] = [Words(findings.say("record.outside_head"), "heading")]
    each = tuple(one_beside(findings, row, f"record.outside_{row.side}") for row in found)
    if not found:
        blocks.append(Words(findings.say("record.none_outside", compared=len(rows))))
    elif len(found) <= FEW:
        blocks.append(Bullets(each))
    else:
        names = dict.fromkeys(row.observation.variable for row in found)
        blocks.append(Bullets(tuple(grouped(findings, name, rows) for name in names)))
        blocks.append(Bullets(each, findings.say("record.each", count=len(found))))
    return blocks


def grouped(findings: Findings, name: str, rows: Sequence[Comparison]) -> str:
    """What lies outside of one variable in a sentence: how many, when, on which side."""
    all_of = [row for row in rows if row.observation.variable == name]
    found = misses(all_of)
    sides = {row.side for row in found}
    first, last = found[0].observation.date, found[-1].observation.date
    return findings.say(
        "record.group",
        title=output_title(findings.result, name, findings.lang),
        outside=len(found),
        count=len(all_of),
        dates=str(first) if first == last else f"{first} – {last}",
        side=findings.say("record.both" if len(sides) > 1 else f"record.too_{sides.pop()}"),
    )


def record(findings: Findings) -> Section:
    """Where every observation lies among the runs, those in the tails first."""
    rows = [row for row in findings.rows if row.inside is not None]
    blocks: list[Block] = [Words(findings.say("record.lead"))]
    if not rows:
        blocks.append(Words(findings.say("record.none")))
    else:
        blocks += missed(findings, rows)
        blocks.append(Words(findings.say("record.all_head"), "heading"))
        blocks.append(Numbers(tables.comparison_table(findings.result, findings.rows, findings.lang)))
    nothing = unseen(findings, FANS)
    if nothing:
        blocks.append(Words(nothing))
    return Section("record", findings.say("section.record"), tuple(blocks))


def land(findings: Findings, studio: Studio) -> list[Block]:
    """The land ledger."""
    from copark.report import figures

    result, lang, scenario = findings.result, findings.lang, findings.scenario
    names = ("serviced_area", "usable_area", "occupied_area")
    if not any(name in result.data_vars for name in names):
        return [found for found in (not_kept(result, names, lang),) if found]
    ends = []
    for name in names:
        final = findings.final(name)
        if final is not None:
            ends.append(f"{output_title(result, name, lang)} {quantity(final[1], findings.unit(name), lang)}")
    told = findings.say("phases.at", quarter=findings.labels[-1], values=join(ends, lang)) if ends else ""
    picture = studio.draw(
        "ledger_land",
        lambda: figures.ledger_land(result, findings.case, lang, scenario),
        findings.say("land.title"),
        findings.say("ledgers.land_desc", values=told),
        caption=findings.say("ledgers.land_caption"),
    )
    return [Words(findings.say("ledgers.land_head"), "heading"), picture]


def closing_gap(result: xr.Dataset, scenario: int, names: tuple[tuple[str, ...], tuple[str, ...]]) -> float:
    """The largest difference, in any quarter, between the change of cash and sources less uses; M USD, of means."""
    chosen = result.isel(scenario=scenario)
    into, out = (sum(mean(chosen[name].to_numpy()) for name in side) for side in names)
    change = np.diff(mean(chosen["cash"].to_numpy()))
    gap = np.abs(change - np.asarray(into - out)[1:] / 4.0)
    return float(np.max(gap)) if gap.size and np.isfinite(gap).all() else float("nan")


def money(findings: Findings, studio: Studio) -> list[Block]:
    """The money ledger, checked."""
    from copark.report import figures
    from copark.report.figures.frame import view
    from copark.report.figures.ledgers import SOURCES, USES, yearly

    result, lang, scenario = findings.result, findings.lang, findings.scenario
    kept = [name for name in (*SOURCES, *USES) if name in result.data_vars]
    if not kept:
        return [found for found in (not_kept(result, (*SOURCES, *USES), lang),) if found]
    if quarters_apart(result) > 1:
        return [Words(findings.say("page.yearly"))]
    seen = view(result, lang, scenario)
    sums = {name: float(yearly(seen, name)[1].sum()) for name in kept}
    kinds = {name: findings.say("ledgers.source_of" if name in SOURCES else "ledgers.use_of") for name in kept}
    rows = [(output_title(result, name, lang), kinds[name], number(amount)) for name, amount in sums.items()]
    whole = len(kept) == len(SOURCES) + len(USES) and "cash" in result.data_vars
    caption = findings.say("ledgers.money_caption_part")
    if whole:
        gap = closing_gap(result, scenario, (SOURCES, USES))
        shown = findings.say("ledgers.rounding") if gap < 1e-9 else spoken(gap, "M USD", lang)
        caption = findings.say("ledgers.money_caption", gap=shown)
    largest = sorted(kept, key=lambda name: -sums[name])[:3]
    told = join([f"{output_title(result, name, lang)} {spoken(sums[name], 'M USD', lang)}" for name in largest], lang)
    picture = studio.draw(
        "ledger_money",
        lambda: figures.ledger_money(result, lang, scenario),
        findings.say("money.title"),
        findings.say("ledgers.money_desc", values=told),
        caption=caption,
        numbers=tables.table(lang, ("flow", "kind", "amount"), rows, ("amount",)),
    )
    return [Words(findings.say("ledgers.money_head"), "heading"), picture]


def ledgers(findings: Findings, studio: Studio) -> Section:
    """Land and money."""
    blocks = [*land(findings, studio), *money(findings, studio)]
    return Section("ledgers", findings.say("section.ledgers"), tuple(blocks))


def coordination(findings: Findings, studio: Studio) -> Section:
    """The coupling coordination degree, with its caveat first."""
    from copark.report import figures

    result, lang, scenario = findings.result, findings.lang, findings.scenario
    blocks: list[Block] = [Words(findings.say("coordination.caveat"), "caveat")]
    lacking = not_kept(result, needed(), lang)
    if lacking is not None:
        blocks.append(lacking)
    else:
        found = read_out(result, scenario)
        ends = quarters_of(result, (str(findings.case.clock.data_end),))
        told = []
        dealt = apart(found)
        for at in dict.fromkeys((*ends, len(findings.labels) - 1)):
            standard, corrected = (
                float(quantiles(one[:, at], (0.5,))[0]) for one in (found.coordination, found.coordination_corrected)
            )
            if np.isfinite(standard):
                told.append(
                    findings.say(
                        "coordination.at", quarter=findings.labels[at], standard=f"{standard:.2f}",
                        corrected=f"{corrected:.2f}", grade=text(f"analysis.grade.{grade(standard)}", lang),
                        grade_corrected=text(f"analysis.grade.{grade(corrected)}", lang),
                    )
                )  # fmt: skip
            widths = []
            for values in (found.coordination, dealt[0]):
                low, high = (float(one[0]) for one in quantiles(values[:, at : at + 1], (0.05, 0.95)))
                widths.append(f"{low:.2f} – {high:.2f}")
            if np.isfinite(standard):
                told.append(
                    findings.say("coordination.null", quarter=findings.labels[at], own=widths[0], apart=widths[1])
                )
        picture = studio.draw(
            "coordination",
            lambda: figures.coordination(result, lang, scenario),
            findings.say("coordination.title"),
            findings.say("coordination.desc", values=" ".join(told)),
            caption=(" " if lang == "en" else "").join(told),
        )
        blocks.append(picture)
    blocks.append(Numbers(case_tables.component_table(lang), findings.say("coordination.table")))
    return Section("coordination", findings.say("section.coordination"), tuple(blocks))


def record_blocks(findings: Findings) -> list[Block]:
    """Phases of the record by the same rules, beside how many runs are in that phase at its middle."""
    from copark.analysis.record_phases import phases_of_record

    case, result, lang = findings.case, findings.result, findings.lang
    found = phases_of_record(case)
    heading = Words(findings.say("phases.record"), "heading")
    if found is None:
        return [heading, Words(findings.say("phases.record_none"))]
    marks = [str(entry.date.quarter("event")) for entry in case.renegotiations]
    share = phase_shares(phases(result, marks, findings.scenario))
    rows = []
    for first, last, code in found.spans():
        middle = quarters_of(result, (str(first + (last - first) // 2),))
        runs = percent(float(share[code, middle[0]])) if middle else ""
        rows.append((f"{first} – {last}", text(f"analysis.phase.{PHASES[code]}", lang), runs))
    heads = tuple(findings.say(f"phases.column.{name}") for name in ("span", "phase", "runs"))
    lead = findings.say("phases.record_lead", residents=found.counts[0], operating=found.counts[1])
    return [heading, Words(lead), Numbers(tables.Table(heads, tuple(rows), frozenset({2})))]


def phase_section(findings: Findings, studio: Studio) -> Section:
    """Phases of coupling."""
    from copark.report import figures

    result, case, lang, scenario = findings.result, findings.case, findings.lang, findings.scenario
    blocks: list[Block] = [Words(findings.say("phases.lead"))]
    lacking = not_kept(result, ("arrivals", "operating"), lang)
    if lacking is None and quarters_apart(result) > 1:
        lacking = Words(findings.say("page.yearly"))
    if lacking is not None:
        blocks.append(lacking)
        return Section("phases", findings.say("section.phases"), tuple(blocks))
    marks = [str(entry.date.quarter("event")) for entry in case.renegotiations]
    share = phase_shares(phases(result, marks, scenario))
    told = []
    for at in dict.fromkeys((*quarters_of(result, (str(case.clock.data_end),)), len(findings.labels) - 1)):
        named = [
            f"{text(f'analysis.phase.{name}', lang)} {percent(float(share[row, at]))}"
            for row, name in enumerate(PHASES)
        ]
        told.append(findings.say("phases.at", quarter=findings.labels[at], values=join(named, lang)))
    blocks.append(
        studio.draw(
            "phases",
            lambda: figures.phases(result, case, lang, scenario),
            findings.say("phases.title"),
            findings.say("phases.desc", values=" ".join(told)),
            caption=(" " if lang == "en" else "").join(told),
        )
    )
    if case.renegotiations:
        named = [f"{entry.title.get(lang)} ({entry.date})" for entry in case.renegotiations]
        blocks.append(Words(findings.say("phases.marks", values=findings.say("join.clause").join(named))))
    blocks += record_blocks(findings)
    return Section("phases", findings.say("section.phases"), tuple(blocks))
