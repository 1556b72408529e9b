"""The sections about the case: actors, events, equity, weight, evidence, limits, provenance."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from copark.analysis.coordination import SCALES
from copark.analysis.weight import dates_of_growth, weigh
from copark.cases.lacks import growth_notes, notes_of
from copark.presentation.numbers import number, percent, shares_of
from copark.report import case_tables, tables
from copark.report.blocks import Block, Bullets, Numbers, References, Section, Studio, Words
from copark.report.summary import Findings, provenance
from copark.report.trust import entry
from copark.report.words import join, variable_title
from copark.texts import has_text, text


def network(findings: Findings, studio: Studio) -> Section:
    """The actors, and what the two governments want."""
    from copark.report import figures

    case, lang = findings.case, findings.lang
    description = findings.say(
        "network.desc", partners=len(case.partners), institutions=len(case.institutions),
        holders=len(case.shareholders), anchors=len(case.anchors),
    )  # fmt: skip
    picture = studio.draw("network", lambda: figures.network(case, lang), findings.say("network.title"), description)
    blocks: list[Block] = [Words(findings.say("network.lead")), picture]
    if case.interests:
        blocks += [Words(findings.say("network.interests"), "heading"), Numbers(case_tables.interest_table(case, lang))]
    blocks.append(Numbers(case_tables.actor_table(case, lang), findings.say("network.actors")))
    return Section("network", findings.say("section.network"), tuple(blocks))


def timeline(findings: Findings, studio: Studio) -> Section:
    """Events by scale."""
    from copark.report import figures

    case, lang = findings.case, findings.lang
    counts = Counter(str(event.scale) for event in case.events)
    named = [f"{text(f'analysis.scale.{scale}', lang)} {counts[scale]}" for scale in SCALES]
    picture = studio.draw(
        "timeline",
        lambda: figures.timeline(case, lang),
        findings.say("timeline.title"),
        findings.say("timeline.desc", values=join(named, lang)),
    )
    lead = Words(findings.say("timeline.lead", count=len(case.events)))
    listed = Numbers(case_tables.event_table(case, lang), findings.say("timeline.list"))
    return Section("timeline", findings.say("section.timeline"), (lead, picture, listed))


def equity(findings: Findings, studio: Studio) -> Section:
    """Equity over time."""
    from copark.report import figures
    from copark.report.figures.ledgers import cap_tables, side_shares

    case, lang = findings.case, findings.lang
    told = []
    for table in cap_tables(case):
        shares = [
            f"{findings.say(f'side.{side}')} {shares_of(points)}"
            for side, points in side_shares(table).items()
            if points
        ]
        told.append(findings.say("equity.desc_one", date=str(table.date), shares=join(shares, lang)))
    picture = studio.draw(
        "equity",
        lambda: figures.equity(case, lang),
        findings.say("equity.title"),
        findings.say("equity.desc", values=findings.say("join.clause").join(told)),
    )
    listed = Numbers(case_tables.equity_table(case, lang), findings.say("equity.list"))
    return Section("equity", findings.say("section.equity"), (Words(findings.say("equity.lead")), picture, listed))


def weight(findings: Findings, studio: Studio) -> Section:
    """The park's weight in its host city and country."""
    from copark.report import figures

    case, lang = findings.case, findings.lang
    title = findings.say("section.weight")
    if not case.host_context:
        return Section("weight", title, (Words(findings.say("weight.no_context")),))
    found = weigh(findings.result, case.host_context, case.observations, findings.scenario)
    told = []
    for one in (one for one in found if not one.reason):
        words = {
            "park": variable_title(one.counterpart, lang), "host": variable_title(one.context.variable, lang),
            "date": str(one.context.date),
        }  # fmt: skip
        if one.model is not None:
            low, median, high = (percent(share, 2) for share in one.model)
            band = text("presentation.number.reach", lang, low=low, high=high)
            told.append(findings.say("weight.model_share", band=band, median=median, **words))
        if one.recorded is not None:
            told.append(findings.say("weight.record_share", share=percent(one.recorded[1], 2), **words))
        told.append(findings.say("weight.scope", basis=(one.context.note or one.context.basis).rstrip(" .。")))
    blocks: list[Block] = [Words(findings.say("weight.lead"))]
    if told:
        blocks.append(
            studio.draw(
                "weight",
                lambda: figures.weight(findings.result, case, lang, findings.scenario),
                findings.say("weight.title"),
                findings.say("weight.desc", values=" ".join(told)),
            )
        )
        blocks.append(Bullets(tuple(told)))
    else:
        blocks.append(Words(findings.say("weight.nothing")))
    if any(one.reason for one in found):
        blocks.append(Words(findings.say("weight.not_head"), "heading"))
        blocks.append(Numbers(case_tables.unmatched_table(found, lang)))
    if not dates_of_growth(case.host_context):
        blocks.append(Words(findings.say("weight.growth")))
    return Section("weight", title, tuple(blocks))


def observations(findings: Findings) -> Section:
    """Every dated value of the park."""
    case, lang = findings.case, findings.lang
    lead = Words(findings.say("observations.lead", count=len(case.observations)))
    listed = Numbers(case_tables.observation_table(case, lang), findings.say("section.observations"), unfolded=True)
    return Section("observations", findings.say("section.observations"), (lead, listed))


def parameters(findings: Findings) -> Section:
    """Every parameter with value, prior, grade and source, and whether data moved it."""
    from copark.report.parameters import parameter_table, unmoved

    listed = parameter_table(findings.case, findings.lang)
    still, drawn = unmoved(findings.case)
    blocks: tuple[Block, ...] = (
        Words(findings.say("parameters.lead", count=len(listed.rows))),
        Words(findings.say("parameters.unmoved", unmoved=still, drawn=drawn), "caveat"),
        Numbers(listed, findings.say("section.parameters"), unfolded=True),
    )
    return Section("parameters", findings.say("section.parameters"), blocks)


def sources(findings: Findings) -> Section:
    """Every source."""
    rows = case_tables.source_table(findings.case, findings.lang)
    lead = Words(findings.say("sources.lead", count=len(rows)))
    return Section("sources", findings.say("section.sources"), (lead, References(rows)))


def judged(findings: Findings) -> int:
    """How many of the case's dated inputs are judgements."""
    case = findings.case
    graded: tuple[Any, ...] = (
        *case.shareholders, *case.institutions, *case.finance.credit, *case.quota, *case.capability, *case.partners,
        *case.anchors, *case.visits, *case.shocks, *case.terms, *case.land.plan, *case.regime.threshold,
        *case.regime.profit_tax,
    )  # fmt: skip
    return sum(one.grade == "judgement" or "judgement" in one.source for one in graded)


def limits(findings: Findings) -> Section:
    """What the report cannot tell."""
    quarters = len(findings.labels)
    end = findings.case.clock.data_end
    after = sum(label > str(end) for label in findings.labels)
    told = [findings.say(f"limits.{key}") for key in ("bands", "interested", "nominal")]
    if 0 < after < quarters:
        told.append(findings.say("limits.far", years=number(after / 4.0, 0 if after % 4 == 0 else 1)))
    told += (*notes_of(findings.case, findings.lang), *growth_notes(findings.case, findings.lang))
    count = judged(findings)
    if count:
        told.append(findings.say("limits.judgement", count=count))
    told += [findings.say(f"limits.{key}") for key in ("one_case", "causes")]
    return Section("limits", findings.say("section.limits"), (Bullets(tuple(told)),))


def origin(findings: Findings) -> Section:
    """What made the numbers."""
    made = {"identity": findings.result.attrs.get("identity", ""), **provenance(findings.result)}
    rows = []
    for key, value in made.items():
        plain = json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)
        shown = entry(key, value, findings.lang) if key == "trust" else plain
        name = f"report.provenance.{key}"
        rows.append((text(name, findings.lang) if has_text(name) else key, shown))
    blocks: tuple[Block, ...] = (
        Words(findings.say("provenance.lead")),
        Numbers(tables.table(findings.lang, ("key", "value"), rows)),
        Words(findings.say("provenance.status"), "heading"),
        Numbers(tables.status_table(findings.result, findings.lang, findings.scenario)),
    )
    return Section("provenance", findings.say("section.provenance"), blocks)
