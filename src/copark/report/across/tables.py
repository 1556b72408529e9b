"""Tables of the page: three verdicts, tests, silences, sweeps, deviant cases, twins, rules."""

from __future__ import annotations

from collections.abc import Iterator

from copark.inference.across.reasons import REASONS
from copark.inference.across.schema import Relation
from copark.inference.across.sweeps import FAMILIES, PartFinding
from copark.inference.across.trial import AcrossClaim, WordFinding
from copark.presentation.numbers import NOTHING, number, percent
from copark.report.across.words import Speaker
from copark.report.tables import Table
from copark.report.trust import entry
from copark.setmethods.nca.analysis import Necessities, size_of
from copark.setmethods.nca.ceilings import KINDS
from copark.texts import text


def _heads(speaker: Speaker, *names: str) -> tuple[str, ...]:
    return tuple(speaker.say(f"head.{name}") for name in names)


def words_of(speaker: Speaker) -> Iterator[tuple[AcrossClaim, str, WordFinding]]:
    """Every claim with what QCA and NCA say of it."""
    for one in speaker.found.claims:
        yield one, "qca", one.qca
        yield one, "nca", one.nca


def tests_of(speaker: Speaker) -> Iterator[tuple[AcrossClaim, str, PartFinding]]:
    """Every test of every claim, with its method."""
    for one, method, word in words_of(speaker):
        for part in word.parts:
            yield one, method, part


def overview(speaker: Speaker) -> Table:
    """Every claim: three verdicts, whether they agree, and why they may not."""
    rows = []
    for one in speaker.found.claims:
        verdicts = tuple(speaker.verdict(one.verdicts[name]) for name in ("intervention", "qca", "nca"))
        rows.append((speaker.claim(one), *verdicts, speaker.agreement(one), speaker.reasons(one)))
    heads = _heads(speaker, "claim", "intervention", "qca", "nca", "agreement", "reasons")
    return Table(heads, tuple(rows), short=frozenset((1, 2, 3)), wide=frozenset((0, 5)))


def tests(speaker: Speaker) -> Table:
    """Every test: what it says, what decides, its verdict before and after the sweeps, what turns it."""
    rows, groups = [], []
    for claim in speaker.found.claims:
        own = [(method, part) for method, word in (("qca", claim.qca), ("nca", claim.nca)) for part in word.parts]
        if own:
            groups.append((speaker.claim(claim), len(own)))
        for method, one in own:
            rows.append(
                (
                    speaker.say(f"method.{method}"), one.part.says.get(speaker.lang), str(one.tried.cases),
                    speaker.decides(one), speaker.verdict(one.tried.verdict), speaker.verdict(one.verdict),
                    speaker.turned(one),
                )
            )  # fmt: skip
    heads = _heads(speaker, "method", "test", "cases", "numbers", "rule_verdict", "verdict", "turned")
    return Table(
        heads, tuple(rows), frozenset((2,)), frozenset((0, 4, 5)), frozenset((1, 3)), tuple(groups)
    )  # fmt: skip


def silences(speaker: Speaker) -> Table:
    """Where a method has no word, and why."""
    rows = [
        (speaker.claim(one), speaker.say(f"method.{method}"), speaker.silence(word))
        for one, method, word in words_of(speaker)
        if word.word.silent is not None
    ]
    return Table(
        _heads(speaker, "claim", "method", "why_silent"), tuple(rows), short=frozenset((1,)), wide=frozenset((2,))
    )


def families(speaker: Speaker) -> Table:
    """For every test, how many variants of each family turn it, of how many."""
    rows = []
    for claim, method, one in tests_of(speaker):
        cells = []
        for family in FAMILIES:
            turned, every = one.counts(family)
            cells.append(f"{turned}/{every}" if every else "")
        rows.append((f"{claim.claim.id} {speaker.say(f'method.{method}')}", speaker.titled(one.part.title), *cells))
    heads = (*_heads(speaker, "claim", "test"), *(speaker.say(f"family.{family}") for family in FAMILIES))
    return Table(heads, tuple(rows), frozenset(range(2, 2 + len(FAMILIES))), frozenset((0,)), frozenset((1,)))


def changed(speaker: Speaker, name: str) -> str:
    """What a variant changes, in words: a margin by its title, a case by its park, a column as it is."""
    if name in (*speaker.found.file.rules.margins, "cases_in_row"):
        return speaker.say(f"margin.{name}")
    return speaker.park(name) if name in speaker.rows else name


def variants(speaker: Speaker) -> Table:
    """Every variant that turns a verdict."""
    rows = [
        (
            f"{claim.claim.id} {speaker.say(f'method.{method}')}", speaker.titled(one.part.title),
            speaker.say(f"family.{turn.family}"), changed(speaker, turn.changed), turn.value, str(turn.cases),
            speaker.verdict(turn.verdict),
        )
        for claim, method, one in tests_of(speaker)
        for turn in one.turning
    ]  # fmt: skip
    heads = _heads(speaker, "claim", "test", "family", "changed", "to", "cases", "verdict")
    return Table(heads, tuple(rows), frozenset((5,)), frozenset((0, 2, 6)), frozenset((1,)))


def named(speaker: Speaker) -> Table:
    """The deviant cases that are always shown: scores, what each deviates from, the coder's reason of the outcome."""
    rows = []
    for twin in speaker.found.twins:
        label = twin.deviant.row
        reason = speaker.rows[label].reason("OUTCOME", speaker.lang)
        rows.append((speaker.park(label), speaker.scores(label), speaker.deviates(label), reason))
    heads = _heads(speaker, "park", "scores", "deviates", "outcome_reason")
    return Table(heads, tuple(rows), short=frozenset((1,)), wide=frozenset((2, 3)))


def twins(speaker: Speaker) -> Table:
    """What the model says of each: mechanism, shares with and without it, the answer."""
    rows = []
    for one in speaker.found.twins:
        deviant = one.deviant
        low, high = (number(100.0 * end, 1) for end in (one.low, one.high))
        rows.append(
            (
                speaker.park(deviant.row), deviant.mechanism.get(speaker.lang),
                speaker.share(one.arm(deviant.on)), speaker.share(one.arm(deviant.off)),
                f"{number(100.0 * one.difference, 1)} [{low}–{high}]", speaker.answer(one),
            )
        )  # fmt: skip
    heads = _heads(speaker, "park", "mechanism", "on", "off", "difference", "answer")
    return Table(heads, tuple(rows), frozenset((2, 3, 4)), wide=frozenset((1,)))


def arms(speaker: Speaker) -> Table:
    """Every arm of every twin; the one with the mechanism and the one without are marked."""
    rows, groups = [], []
    for twin in speaker.found.twins:
        groups.append((speaker.park(twin.deviant.row), len(twin.arms)))
        for arm in twin.arms:
            marks = {twin.deviant.on: speaker.say("head.on"), twin.deviant.off: speaker.say("head.off")}
            title = speaker.arm(twin, arm.key)
            each = " · ".join(number(100.0 * one, 1) for one in arm.each)
            rows.append((title, marks.get(arm.key, ""), speaker.share(arm), each, f"{arm.runs:,}"))
    heads = (*_heads(speaker, "arm"), "", *_heads(speaker, "share", "each", "cases"))
    return Table(heads, tuple(rows), frozenset((2, 3, 4)), frozenset((1,)), frozenset((0,)), tuple(groups))


def known(speaker: Speaker) -> Table:
    """What stands behind each twin."""
    rows = [
        (speaker.park(one.deviant.row), one.deviant.did.get(speaker.lang), speaker.known(one))
        for one in speaker.found.twins
    ]
    return Table(_heads(speaker, "park", "did", "known"), tuple(rows), wide=frozenset((1, 2)))


def relation_name(speaker: Speaker, relation: Relation) -> str:
    """A relation in words."""
    return speaker.say(f"relation.{relation.kind}", set=relation.set)


def deviants(speaker: Speaker) -> Table:
    """All deviant cases, relation by relation."""
    found, rows = speaker.found, []
    for relation in found.file.rules.relations:
        own = [one for one in found.deviations if (one.set, one.relation) == (relation.set, relation.kind)]
        names = speaker.listed(f"{speaker.park(one.case)} ({one.membership:g}, {one.outcome:g})" for one in own)
        rows.append((relation_name(speaker, relation), str(len(own)), names or NOTHING))
    for kind in ("consistency", "coverage"):
        own = [one for one in found.deviations if one.relation == "solution" and one.kind == kind]
        names = speaker.listed(speaker.park(one.case) for one in own)
        rows.append((speaker.say(f"relation.solution.{kind}"), str(len(own)), names or NOTHING))
    heads = _heads(speaker, "relation", "cases", "park")
    return Table(heads, tuple(rows), frozenset((1,)), frozenset((0,)), frozenset((2,)))


def margins(speaker: Speaker) -> Table:
    """The numbers that decide, with their reasons."""
    rows = [
        (speaker.say(f"margin.{name}"), f"{one.value:g}", one.reason.get(speaker.lang))
        for name, one in speaker.found.file.rules.margins.items()
    ]
    return Table(_heads(speaker, "margin", "value", "reason"), tuple(rows), frozenset((1,)), wide=frozenset((2,)))


def reasons(speaker: Speaker) -> Table:
    """Every reason with the rule that chooses it, and the claims it is given for."""
    rows = [
        (
            speaker.say(f"reason.{key}"),
            speaker.say(f"rule.{key}"),
            ", ".join(one.claim.id for one in speaker.found.claims if key in one.reasons) or NOTHING,
        )
        for key in REASONS
    ]
    heads = _heads(speaker, "reason", "reason_rule", "claim")
    return Table(heads, tuple(rows), wide=frozenset((0, 1)))


def scores(speaker: Speaker) -> Table:
    """The scores as they were used."""
    table = speaker.found.scores.table
    names = tuple(table.values)
    rows = tuple(
        (case, speaker.park(case), *(number(float(table.values[name][at]), 2) for name in names))
        for at, case in enumerate(table.cases)
    )
    return Table(("id", *_heads(speaker, "park"), *names), rows, frozenset(range(2, 2 + len(names))), frozenset((0,)))


def provenance(speaker: Speaker) -> Table:
    """What made the page."""
    made = speaker.found.provenance
    entries = {"identity": speaker.found.identity, **{name: value for name, value in made.items() if name != "twins"}}
    entries |= {f"twins.{name}": value for name, value in made["twins"].items()}
    entries |= {f"intervention.{name}": value for name, value in speaker.found.kept.provenance.items()}
    rows = tuple((name, entry(name, value, speaker.lang)) for name, value in entries.items())
    return Table(_heads(speaker, "entry", "value"), rows, short=frozenset((0,)), wide=frozenset((1,)))


def ceilings(analysis: Necessities, lang: str) -> Table:
    """Both ceilings of every condition."""
    rows = []
    for one in analysis.found:
        names = ", ".join(dict.fromkeys(case for case, _, _ in one.peers))
        for kind in KINDS:
            found = one.ceilings[kind]
            shares = (found.accuracy, found.condition_inefficiency, found.outcome_inefficiency)
            rows.append(
                (
                    one.condition, text(f"nca.ceiling.{kind}", lang), number(found.effect, 3),
                    text(f"nca.size.{size_of(found.effect)}", lang), number(found.p, 4), number(found.slope, 3),
                    number(found.intercept, 3), number(found.above, 0),
                    *(percent(share / 100.0, 1) for share in shares), names,
                )
            )  # fmt: skip
    keys = (
        "condition", "ceiling", "effect", "size", "p", "slope", "intercept", "above", "accuracy", "spare_condition",
        "spare_outcome", "peers",
    )  # fmt: skip
    heads = tuple(text(f"nca.column.{key}", lang) for key in keys)
    return Table(heads, tuple(rows), frozenset((2, *range(4, 11))), short=frozenset((1,)), wide=frozenset((11,)))
