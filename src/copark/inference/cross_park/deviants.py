"""Cases that deviate: in a set without the outcome, or with the outcome outside the set, at the crossover 0.5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from copark.inference.cross_park.schema import Across, Relation, names_in
from copark.inference.cross_park.scores import Scores
from copark.setmethods.qca import Analysis, Settings, analyse
from copark.setmethods.qca.analysis import deviant_cases
from copark.setmethods.qca.robustness import models_of
from copark.setmethods.qca.sets import model_name
from copark.setmethods.qca.truth_table import CROSSOVER

CONSISTENCY, COVERAGE = "consistency", "coverage"
SOLUTION = "solution"


@dataclass(frozen=True)
class Deviation:
    """A case that speaks against a relation.

    Parameters
    ----------
    case
        Its label.
    set, relation
        The set, and ``sufficient``, ``necessary`` or ``solution``.
    kind
        ``consistency``: in the set without the outcome; ``coverage``: with the outcome outside the set.
    membership, outcome
        In the set and in the outcome.
    """

    case: str
    set: str
    relation: str
    kind: str
    membership: float
    outcome: float


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
