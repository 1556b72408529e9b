"""Why verdicts on a claim may differ, or fail: a list of reasons, each chosen by a rule from what was found.

The words of a reason are the text ``across.reason.<key>``; none is written for a result.

Three verdicts on a claim side by side: whether those that decide are of one side.

Cases that deviate: in a set without the outcome, or with the outcome outside the set, at the crossover 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from copark.inference.claims.rules import NOT_IDENTIFIED, OPEN, SUPPORTED, UNDETERMINED, side
from copark.inference.claims.severity import built_in
from copark.inference.cross_park.qca import Scores
from copark.inference.cross_park.schema import Across, Relation, names_in
from copark.setmethods.qca import Analysis, Settings, analyse
from copark.setmethods.qca.analysis import deviant_cases
from copark.setmethods.qca.robustness import models_of
from copark.setmethods.qca.sets import model_name
from copark.setmethods.qca.truth_table import CROSSOVER

NO_WORD = "no_word"
"""Verdict of a method that has nothing to say to a claim."""
INTERVENTION = "intervention"
METHODS = (INTERVENTION, "qca", "nca")
AGREE, DISAGREE, NOT_COMPARABLE = "agree", "disagree", "not_comparable"
ONE_DECIDES, NONE_DECIDES = "one_decides", "none_decides"
AGREEMENTS = (AGREE, DISAGREE, ONE_DECIDES, NONE_DECIDES, NOT_COMPARABLE)


def deciding(verdicts: Mapping[str, str]) -> tuple[str, ...]:
    """Methods whose verdict is for the claim or against it, in order."""
    return tuple(name for name in METHODS if side(verdicts[name]) != 0)


def agreement_of(verdicts: Mapping[str, str], compares: bool = True) -> str:
    """The class of agreement.

    Parameters
    ----------
    verdicts
        By method.
    compares
        Whether the methods ask what the model asks.
    """
    found = deciding(verdicts)
    if not found:
        return NONE_DECIDES
    if len(found) == 1:
        return ONE_DECIDES
    if not compares:
        return NOT_COMPARABLE
    return AGREE if len({side(verdicts[name]) for name in found}) == 1 else DISAGREE


@dataclass(frozen=True)
class Facts:
    """What reasons are chosen from."""

    agreement: str
    """Class of agreement."""
    intervention: str
    qca: str
    nca: str
    """intervention, qca, nca: the verdicts."""
    why: frozenset[str] = field(default_factory=frozenset)
    """Why parts that make the model's headline are open."""
    turned: bool = False
    """Whether an alternative assumption turns one of them."""
    held: float = float("nan")
    """P(claim) by the prior alone."""
    tests: frozenset[str] = field(default_factory=frozenset)
    """Tests of QCA and NCA that make their headlines."""
    families: frozenset[str] = field(default_factory=frozenset)
    """Families of variants that turn such a test."""
    overlapping: bool = False
    scaled: bool = False
    floored: bool = False
    """overlapping, scaled, floored: whether one of these looks at a condition that overlaps the outcome, at one for
    which there are other scores, or at one that is nowhere absent in the table."""
    tied: bool = False
    """Whether tied models say different things."""

    @property
    def across(self) -> tuple[str, ...]:
        """Verdicts of QCA and NCA, where they have a word."""
        return tuple(one for one in (self.qca, self.nca) if one != NO_WORD)


def _asks_other(facts: Facts) -> bool:
    return facts.agreement in (DISAGREE, NOT_COMPARABLE)


def _prior(facts: Facts) -> bool:
    return facts.intervention == OPEN and "prior" in facts.why


def _lacking(facts: Facts) -> bool:
    return facts.intervention == OPEN and "lacking" in facts.why


def _block(facts: Facts) -> bool:
    return facts.turned


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


CONSISTENCY, COVERAGE = "consistency", "coverage"
SOLUTION = "solution"


@dataclass(frozen=True)
class Deviation:
    """A case that speaks against a relation."""

    case: str
    """Its label."""
    set: str
    relation: str
    """set, relation: the set, and ``sufficient``, ``necessary`` or ``solution``."""
    kind: str
    """``consistency``: in the set without the outcome; ``coverage``: with the outcome outside the set."""
    membership: float
    outcome: float
    """membership, outcome: in the set and in the outcome."""


def from_relation(relation: Relation, scores: Scores, outcome: str) -> tuple[Deviation, ...]:
    """Cases that deviate from a relation, of those that have the scores it needs."""
    whole = scores.complete((*names_in(relation.set), outcome))
    x, y = whole.membership(relation.set), whole.table.values[outcome]
    sufficient = relation.kind == "sufficient"
    chosen = (x > CROSSOVER) & (y < CROSSOVER) if sufficient else (x < CROSSOVER) & (y > CROSSOVER)
    kind = CONSISTENCY if sufficient else COVERAGE
    return tuple(
        Deviation(whole.table.cases[at], relation.set, relation.kind, kind, float(x[at]), float(y[at]))
        for at in np.flatnonzero(chosen)
    )


def solution_of(scores: Scores, rules: Across, wider: bool = False) -> Analysis:
    """The analysis of the rules' conditions on complete cases; ``wider``: with those that overlap the outcome too."""
    conditions = (*rules.conditions, *rules.overlapping) if wider else tuple(rules.conditions)
    whole = scores.complete((rules.outcome, *conditions))
    expected = (rules.expectations or None,) * len(conditions)
    cuts = {"incl_cut": rules.sizes["sufficient"], "pri_cut": rules.sizes["reduction"], "n_cut": 1}
    return analyse(whole.table, Settings(rules.outcome, conditions, expectations=expected, **cuts))  # type: ignore[arg-type]


def from_solution(found: Analysis) -> tuple[Deviation, ...]:
    """Cases that deviate from every tied intermediate model."""
    models = models_of(found.solutions)["intermediate"]
    if not models:
        return ()
    names = found.settings.conditions
    told = [deviant_cases(found, model) for model in models]
    written = "  |  ".join(model_name(model, names) for model in models)
    rows = []
    for at, kind in enumerate((CONSISTENCY, COVERAGE)):
        always = set.intersection(*(set(one[at]) for one in told))
        for place, case in enumerate(found.table.cases):
            if case in always:
                y = float(found.outcome[place])
                rows.append(Deviation(case, written, SOLUTION, kind, float("nan"), y))
    return tuple(rows)


def deviations(scores: Scores, rules: Across) -> tuple[Deviation, ...]:
    """Every case that deviates from a relation of the rules or from the solution."""
    found = [one for relation in rules.relations for one in from_relation(relation, scores, rules.outcome)]
    return (*found, *from_solution(solution_of(scores, rules)))
