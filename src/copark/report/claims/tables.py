"""Tables of claims: verdicts, evidence, rules, the judgement block, false worlds, margins, provenance."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from copark.inference.claims.evidence import Row, Seen
from copark.inference.claims.rules import UNDETERMINED
from copark.inference.claims.schema import Part, Variant
from copark.inference.claims.severity import Severity, built_in
from copark.inference.claims.trial import ClaimFinding, PartFinding
from copark.model.variables import catalogue
from copark.presentation.numbers import MINUS, NOTHING, bare, number, percent
from copark.report.claims.words import Speaker, lowered
from copark.report.tables import Cell, Table
from copark.report.trust import entry
from copark.texts import text

STAR = "*"
MOST = 3
"""Judgements named in the overview; the others are counted."""


def severity_cell(one: Severity | None, *, interval: bool = False) -> str:
    """A severity, with a star where it is one by construction, and its interval if asked."""
    if one is None:
        return NOTHING
    ends = "–".join(number(end, 2) for end in one.interval)
    return f"{number(one.share, 2)}{STAR if one.identical else ''}{f' [{ends}]' if interval else ''}"


def held_cell(share: float, speaker: Speaker) -> str:
    """Share of the prior that holds a part, with the word for it where it is nearly all or nothing."""
    word = built_in(share)
    return percent(share) if word in ("open", "unknown") else f"{percent(share)} · {speaker.say(f'held.{word}')}"


def headlines(speaker: Speaker) -> Table:
    """Every claim in a row: its verdict, which parts make it, the least severe of their tests."""
    rows = [
        (
            speaker.say("section.claim", id=one.claim.id, title=speaker.titled(one.claim.title)),
            speaker.verdict(one.verdict),
            severity_cell(one.severity),
            text("report.join.clause", speaker.lang).join(
                speaker.say("said", part=speaker.titled(part.part.title), verdict=speaker.verdict(part.verdict))
                for part in one.deciding
            ),
        )
        for one in speaker.found.claims
    ]
    columns = tuple(speaker.say(f"head.{head}") for head in ("claim", "verdict", "severity", "made_of"))
    return Table(columns, tuple(rows), frozenset((2,)), frozenset((1,)), frozenset((0, 3)))


def overview(speaker: Speaker) -> Table:
    """Every part of every claim: verdict, severity, what it leans on, what flips it or why it is not told."""
    heads = ("part", "verdict", "severity", "held", "leans", "flips")
    rows: list[tuple[Cell, ...]] = []
    groups = []
    for one in speaker.found.claims:
        title = speaker.say("section.claim", id=one.claim.id, title=speaker.titled(one.claim.title))
        groups.append((title, len(one.parts)))
        rows += [_overview_row(part, speaker) for part in one.parts]
    columns = tuple(speaker.say(f"head.{head}") for head in heads)
    return Table(columns, tuple(rows), frozenset((2, 3)), frozenset((1,)), frozenset((4, 5)), tuple(groups))


def _overview_row(finding: PartFinding, speaker: Speaker) -> tuple[Cell, ...]:
    clause = text("report.join.clause", speaker.lang)
    leans = clause.join(speaker.parameter(one.parameter) for one in finding.unmoved)
    flips = clause.join(speaker.variant(key) for key in finding.flipped[:MOST])
    if len(finding.flipped) > MOST:
        flips += clause + speaker.say("more", count=len(finding.flipped) - MOST)
    return (
        speaker.titled(finding.part.title),
        speaker.verdict(finding.verdict),
        severity_cell(finding.severity),
        held_cell(finding.held, speaker),
        leans,
        flips or (speaker.say(f"why.{finding.why}") if finding.why else ""),
    )


def parts_table(claim: ClaimFinding, speaker: Speaker) -> Table:
    """Parts of a claim with what they say and what became of them."""
    heads = ("part", "says", "verdict", "rule_verdict", "severity_interval", "recentred", "held", "steady")
    rows = [
        (
            speaker.titled(one.part.title),
            one.part.says.get(speaker.lang),
            speaker.verdict(one.verdict),
            speaker.verdict(one.rule_verdict),
            severity_cell(one.severity, interval=True),
            NOTHING if one.recentred is None else number(one.recentred.share, 2),
            held_cell(one.held, speaker),
            percent(one.steady),
        )
        for one in claim.parts
    ]
    columns = tuple(speaker.say(f"head.{head}") for head in heads)
    return Table(columns, tuple(rows), frozenset((4, 5, 6, 7)), frozenset((2, 3)), frozenset((1,)))


def rule_table(part: Part, speaker: Speaker) -> Table:
    """The rule of a part, as it was fixed."""
    rows = []
    for name in ("contradicted", "supported", "not_supported"):
        condition = getattr(part.rule, name)
        if condition is not None:
            rows.append((speaker.say(f"rule.{name}"), speaker.condition(condition, part.statistics)))
    rows.append((speaker.say("head.reason"), part.reason.get(speaker.lang)))
    columns = (speaker.say("head.verdict"), speaker.say("head.condition"))
    return Table(columns, tuple(rows), short=frozenset((0,)), wide=frozenset((1,)))


EVIDENCE = ("look", "level", "change", "band", "lower", "by_parameters")
SHOWN = ("failed", "dependent", "self_standing")


def evidence_table(claim: ClaimFinding, speaker: Speaker) -> Table:
    """Every arm beside the reference, a group of rows each: levels, changes with bands, outcomes."""
    columns = [speaker.say(f"head.{head}") for head in EVIDENCE]
    columns += [speaker.say("head.outcome", outcome=lowered(speaker.outcome(name))) for name in SHOWN]
    rows: list[tuple[Cell, ...]] = []
    for place, row in enumerate(claim.rows):
        for at, seen in enumerate(row.seen):
            look = speaker.say(
                "figure.look", output=speaker.output(seen.look.output), quarter=speaker.quarter(seen.look.at)
            )
            level = bare(seen.level, catalogue().outputs[seen.look.output].unit)
            changes = (speaker.say("as_it_is"), "", "", "") if place == 0 else _changes(seen)
            outcomes = [_chance(row, name) if at == 0 else "" for name in SHOWN]
            rows.append((look, level, *changes, *outcomes))
    groups = tuple((speaker.arm(row.arm), len(row.seen)) for row in claim.rows)
    return Table(tuple(columns), tuple(rows), frozenset(range(1, len(columns))), groups=groups)


def _chance(row: Row, outcome: str) -> str:
    """A share with what it may be."""
    low, high = (number(100.0 * end, 0) for end in row.band(outcome))
    return f"{percent(row.share(outcome), 1)} [{low}–{high}]"


def _changes(seen: Seen) -> tuple[str, ...]:
    low, middle, high = (change(value, seen) for value in (seen.low, seen.median, seen.high))
    explained = "" if seen.split is None or not isfinite(seen.split.share) else percent(seen.split.share)
    return middle, f"{low} – {high}", percent(seen.lower), explained


def change(value: float, seen: Seen) -> str:
    """A change with its sign: log points with two decimals, else in the output's unit."""
    shown = number(value, 2) if seen.log else bare(value, catalogue().outputs[seen.look.output].unit)
    return f"+{shown}" if value > 0.0 and shown.strip("0.,%" + MINUS) else shown


def block_table(claim: ClaimFinding, speaker: Speaker) -> Table:
    """The verdict of every part in every variant; a star where it flips."""
    tried = [one for one in claim.parts if one.variants]
    columns = [speaker.say("head.variant"), speaker.say("head.departs")]
    columns += [speaker.titled(one.part.title) for one in tried]
    rows = []
    for at, variant in enumerate(speaker.found.file.claims.judgement):
        found = [one.variants[at] for one in tried]
        departs = number(found[0].departs, 2) if found else NOTHING
        words = [f"{speaker.verdict(one.verdict)}{f' {STAR}' if one.flips else ''}" for one in found]
        rows.append((speaker.titled(variant.title), departs, *words))
    return Table(tuple(columns), tuple(rows), frozenset((1,)))


def worlds_table(claim: ClaimFinding, speaker: Speaker) -> Table:
    """What the same tests say where the claim is false."""
    heads = ("part", "world", "verdict", "refuted", "interval")
    rows = [
        (
            speaker.titled(one.part.title),
            speaker.world(world.world),
            speaker.verdict(world.verdict),
            severity_cell(world),
            "–".join(number(end, 2) for end in world.interval) if world.batches else NOTHING,
        )
        for one in claim.parts
        for world in one.severities
    ]
    columns = tuple(speaker.say(f"head.{head}") for head in heads)
    return Table(columns, tuple(rows), frozenset((3, 4)), frozenset((2,)))


def mechanism_table(claim: ClaimFinding, speaker: Speaker) -> Table:
    """Parameters a claim rests on, with whether the data moved them; arrows."""
    mechanism, known = claim.claim.mechanism, catalogue()
    rows = [(speaker.parameter(name), speaker.say(f"moved.{moved}")) for name, moved in moved_of(claim, speaker)]
    rows += [(known.links[name].zh if speaker.lang == "zh" else known.links[name].en, "") for name in mechanism.links]
    columns = (speaker.say("head.parameter"), speaker.say("head.moved"))
    count = len(mechanism.parameters)
    groups = ((speaker.say("head.parameter"), count), (speaker.say("head.link"), len(rows) - count))
    return Table(columns, tuple(rows), groups=tuple(group for group in groups if group[1]))


def moved_of(claim: ClaimFinding, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Parameters a claim rests on and how far the data moved each; ``held`` for those that are not drawn."""
    for name in claim.claim.mechanism.parameters:
        drawn = catalogue().parameters[name].drawn
        yield name, speaker.found.moved.get(name, "held") if drawn else "held"


def margins_table(speaker: Speaker) -> Table:
    """The margins and their reasons."""
    margins = speaker.found.file.claims.margins
    rows = tuple((name, number(one.value, 3), one.reason.get(speaker.lang)) for name, one in margins.items())
    columns = tuple(speaker.say(f"head.{head}") for head in ("margin", "value", "reason"))
    return Table(columns, rows, frozenset((1,)), wide=frozenset((2,)))


def variants_table(speaker: Speaker) -> Table:
    """The judgement block: what is altered, why, how far the case then leaves the record, what it flips."""
    heads = ("variant", "altered", "reason", "departs", "flipped")
    rows = []
    for at, one in enumerate(speaker.found.file.claims.judgement):
        tried = [part for claim in speaker.found.claims for part in claim.parts if part.variants]
        flipped = sum(part.variants[at].flips and part.verdict == UNDETERMINED for part in tried)
        departs = number(tried[0].variants[at].departs, 2) if tried else NOTHING
        rows.append(
            (speaker.titled(one.title), altered(one, speaker), one.reason.get(speaker.lang), departs, str(flipped))
        )
    columns = tuple(speaker.say(f"head.{head}") for head in heads)
    return Table(columns, tuple(rows), frozenset((3, 4)), wide=frozenset((2,)))


def altered(one: Variant, speaker: Speaker) -> str:
    """What a variant alters, as it is written."""
    said = [f"{name} = {value:g}" for name, value in one.parameters.items() if isinstance(value, float)]
    said += [f"{name} × {value:g}" for name, value in (one.times | one.scale).items()]
    said += [f"{name} = {change.value}" for name, changes in one.levers.items() for change in changes]
    said += [f"edits.{name}" for name in one.content().get("edits", {})]
    if one.self_standing is not None:
        said.append(speaker.say("self_standing", value=number(one.self_standing, 0)))
    return "; ".join(said)


def all_worlds_table(speaker: Speaker) -> Table:
    """Every false world that was used, in words."""
    used = dict.fromkeys(
        world.world for claim in speaker.found.claims for part in claim.parts for world in part.severities
    )
    worlds = speaker.found.file.claims.worlds
    rows = tuple((speaker.world(key), worlds[key].text.get(speaker.lang)) for key in used)
    return Table((speaker.say("head.world"), speaker.say("head.altered")), rows, wide=frozenset((1,)))


def provenance_table(speaker: Speaker) -> Table:
    """Everything that made the page."""
    entries = {"identity": speaker.found.identity, **speaker.found.provenance}
    rows = tuple((name, entry(name, value, speaker.lang)) for name, value in entries.items())
    return Table((speaker.say("head.entry"), speaker.say("head.value")), rows)
