"""Why verdicts on a claim may differ, or fail: a list of reasons, each chosen by a rule from what was found.

The words of a reason are the text ``across.reason.<key>``; none is written for a result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from copark.inference.claims.rules import NOT_IDENTIFIED, SUPPORTED, UNDETERMINED
from copark.inference.claims.severity import built_in
from copark.inference.claims.verdicts import side
from copark.inference.cross_park.agreement import DISAGREE, NO_WORD, NOT_COMPARABLE


@dataclass(frozen=True)
class Facts:
    """What reasons are chosen from.

    Parameters
    ----------
    agreement
        Class of agreement.
    intervention, qca, nca
        The verdicts.
    why
        Why parts that make the model's headline are not identified.
    held
        Share of the prior that holds the claim by itself.
    tests
        Tests of QCA and NCA that make their headlines.
    families
        Families of variants that turn such a test.
    overlapping, scaled, floored
        Whether one of these looks at a condition that overlaps the outcome, at one for which there are other scores,
        or at one that is nowhere absent in the table.
    tied
        Whether tied models say different things.
    """

    agreement: str
    intervention: str
    qca: str
    nca: str
    why: frozenset[str] = field(default_factory=frozenset)
    held: float = float("nan")
    tests: frozenset[str] = field(default_factory=frozenset)
    families: frozenset[str] = field(default_factory=frozenset)
    overlapping: bool = False
    scaled: bool = False
    floored: bool = False
    tied: bool = False

    @property
    def across(self) -> tuple[str, ...]:
        """Verdicts of QCA and NCA, where they have a word."""
        return tuple(one for one in (self.qca, self.nca) if one != NO_WORD)


def _asks_other(facts: Facts) -> bool:
    return facts.agreement in (DISAGREE, NOT_COMPARABLE)


def _prior(facts: Facts) -> bool:
    return facts.intervention == NOT_IDENTIFIED and "prior" in facts.why


def _lacking(facts: Facts) -> bool:
    return facts.intervention == NOT_IDENTIFIED and "lacking" in facts.why


def _block(facts: Facts) -> bool:
    return facts.intervention == UNDETERMINED


def _built_in(facts: Facts) -> bool:
    return side(facts.intervention) != 0 and built_in(facts.held) not in ("open", "unknown")


def _overlap(facts: Facts) -> bool:
    return facts.overlapping and any(one in (SUPPORTED, UNDETERMINED) for one in facts.across)


def _scale(facts: Facts) -> bool:
    return "scores" in facts.families


def _coder(facts: Facts) -> bool:
    return facts.scaled and SUPPORTED in facts.across


def _one_case(facts: Facts) -> bool:
    return "cases" in facts.families


def _cutoffs(facts: Facts) -> bool:
    return bool(facts.families & {"anchors", "cutoffs", "ceilings"})


def _dependent(facts: Facts) -> bool:
    return "dependent" in facts.families


def _grades(facts: Facts) -> bool:
    return "grades" in facts.families


def _conditions(facts: Facts) -> bool:
    return "conditions" in facts.families


def _tied(facts: Facts) -> bool:
    return facts.tied


def _chance(facts: Facts) -> bool:
    return facts.nca == NOT_IDENTIFIED


def _selection(facts: Facts) -> bool:
    return "core" in facts.tests and facts.qca == SUPPORTED


def _floor(facts: Facts) -> bool:
    return facts.floored and bool(facts.tests & {"necessary", "needed"})


REASONS: dict[str, Callable[[Facts], bool]] = {
    "asks_other": _asks_other,
    "prior": _prior,
    "lacking": _lacking,
    "block": _block,
    "built_in": _built_in,
    "overlap": _overlap,
    "scale": _scale,
    "coder": _coder,
    "one_case": _one_case,
    "cutoffs": _cutoffs,
    "dependent": _dependent,
    "grades": _grades,
    "conditions": _conditions,
    "tied": _tied,
    "chance": _chance,
    "selection": _selection,
    "floor": _floor,
}
"""Every reason with its rule, the likeliest first."""


def reasons_of(facts: Facts) -> tuple[str, ...]:
    """Every reason whose rule the facts meet, the likeliest first."""
    return tuple(key for key, holds in REASONS.items() if holds(facts))
