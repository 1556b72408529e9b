"""Whether a verdict holds on other anchors, cutoffs, cases and scores: any variant that turns it makes it undetermined.

The same rule as in the judgement block of the claims about a case (:mod:`copark.inference.claims.rules`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from copark.inference.claims.rules import flips, inside_block
from copark.inference.cross_park.qca import Cuts, Scores, Tried, columns_of, cuts_of, try_need, try_sets
from copark.inference.cross_park.schema import Across, SetPart
from copark.setmethods.qca.robustness import shifted

FAMILIES = ("anchors", "cutoffs", "cases", "scores", "dependent", "grades", "conditions", "ceilings")
DEALS, FEWER_DEALS = 10_000, 1_000
"""Permutations of a test, and of each of its variants."""
MOVED = {
    "necessary": {"consistent": "consistency", "relevant": "relevance"},
    "guarantee": {"sufficient": "consistency", "reduction": "reduction"},
    "core": {"sufficient": "consistency", "reduction": "reduction"},
    "apart": {"apart": "consistency"},
    "needed": {"effect": "effect"},
}
"""Margins a test uses, and the sweep that moves each."""


@dataclass(frozen=True)
class Variant:
    """A verdict under one change."""

    family: str
    """One of :data:`FAMILIES`."""
    changed: str
    value: str
    """changed, value: what was changed and to what: a column and its shift, a margin and its value, the cases left
    out."""
    cases: int
    """How many cases are left."""
    verdict: str
    """What the test says then."""
    turns: bool
    """Whether that is not on the side of the verdict as asked."""


@dataclass(frozen=True)
class PartFinding:
    """What became of a test: as asked, in every variant, and what is left of it."""

    part: SetPart
    tried: Tried
    variants: tuple[Variant, ...]
    verdict: str

    @property
    def turning(self) -> tuple[Variant, ...]:
        """Variants that turn the verdict."""
        return tuple(one for one in self.variants if one.turns)

    @property
    def families(self) -> tuple[str, ...]:
        """Families of the variants that turn it, in order."""
        found = {one.family for one in self.turning}
        return tuple(family for family in FAMILIES if family in found)

    def counts(self, family: str) -> tuple[int, int]:
        """Variants of a family that turn the verdict, and variants of it."""
        own = [one for one in self.variants if one.family == family]
        return sum(one.turns for one in own), len(own)


Planned = tuple[str, str, str, Scores, Cuts]


def planned(part: SetPart, scores: Scores, rules: Across) -> Iterator[Planned]:
    """Every variant of a test: family, what is changed, to what, and the scores and cuts it is tried on."""
    cuts = cuts_of(rules)
    columns = columns_of(part, cuts, rules.outcome)
    whole = scores.complete(columns)
    for column in columns:
        for shift in rules.sweeps.log_odds:
            moved = shifted(whole.table.values[column], shift)
            yield "anchors", column, f"{shift:+g}", whole.having(column, moved), cuts
    yield from _other_cutoffs(part, whole, rules, cuts)
    for case in whole.table.cases:
        yield "cases", case, "", whole.without((case,)), cuts
    for column, other in rules.alternative.items():
        if column in columns:
            known = scores.complete((*columns, other))
            yield "scores", column, column, known, cuts
            yield "scores", column, other, known.having(column, known.table.values[other]), cuts
    for left in whole.one_period_each():
        yield "dependent", "", ", ".join(left), whole.without(left), cuts
    low = whole.graded_low()
    if low:
        yield "grades", "", str(len(low)), whole.without(low), cuts
    if part.test == "core":
        wider = (*cuts.conditions, *rules.overlapping)
        yield "conditions", "", ", ".join(wider), scores, replace(cuts, conditions=wider)
    if part.test == "needed":
        yield "ceilings", "", "cr_fdh", whole, replace(cuts, ceiling="cr_fdh")


def _other_cutoffs(part: SetPart, whole: Scores, rules: Across, cuts: Cuts) -> Iterator[Planned]:
    for margin, sweep in MOVED[part.test].items():
        for step in getattr(rules.sweeps, sweep):
            value = round(min(1.0, cuts.margins[margin] + step), 6)
            yield "cutoffs", margin, f"{value:g}", whole, replace(cuts, margins={**cuts.margins, margin: value})
    if part.test == "needed":
        for p in rules.sweeps.chance:
            yield "cutoffs", "chance", f"{p:g}", whole, replace(cuts, margins={**cuts.margins, "chance": p})
    if part.test == "core":
        for least in rules.sweeps.cases_in_row:
            if least != cuts.cases_in_row:
                yield "cutoffs", "cases_in_row", str(least), whole, replace(cuts, cases_in_row=least)


def try_part(
    part: SetPart, scores: Scores, rules: Across, seed: int, told: Callable[[], None] | None = None
) -> PartFinding:  # fmt: skip
    """Try a test as asked and in every variant.

    Parameters
    ----------
    told
        Called after each variant.
    """

    def tried(table: Scores, cuts: Cuts, deals: int) -> Tried:
        if part.test == "needed":
            return try_need(part, table, cuts, rules.outcome, deals, seed)
        return try_sets(part, table, cuts, rules.outcome)

    asked = tried(scores, cuts_of(rules), DEALS)
    found = []
    for family, changed, value, table, cuts in planned(part, scores, rules):
        one = tried(table, cuts, FEWER_DEALS)
        found.append(Variant(family, changed, value, one.cases, one.verdict, flips(asked.verdict, one.verdict)))
        if told is not None:
            told()
    return PartFinding(part, asked, tuple(found), inside_block(asked.verdict, (one.verdict for one in found)))
