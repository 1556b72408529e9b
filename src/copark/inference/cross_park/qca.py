"""Tests of QCA: a claim's implication for sets, applied to a table of scores.

The test of NCA: whether more of the outcome needs more of a condition.

The scores of parks as a table, with what else a test asks of a case: its park, its type, how far it is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.parks import CONDITION_NAMES, SCORES, Parks, load_parks
from copark.identity import hash_content
from copark.inference.claims.rules import CONTRADICTED, NOT_IDENTIFIED, NOT_SUPPORTED, SUPPORTED
from copark.inference.cross_park.schema import Across, SetPart, literals
from copark.setmethods.nca import Request, analyse
from copark.setmethods.nca.ceilings import Kind
from copark.setmethods.qca import sets
from copark.setmethods.qca.sets import ABSENT, NEAR, NEGATED, PRESENT, Model, model_membership, model_name
from copark.setmethods.qca.solutions import solve
from copark.setmethods.qca.truth_table import CROSSOVER, truth_table
from copark.setmethods.table import CaseTable, SettingFaults, TableFaults, table_of

LOW = "low"


@dataclass(frozen=True)
class Scores:
    """Scores of cases."""

    table: CaseTable
    """Columns by name; NaN where a score is missing."""
    parks: Mapping[str, str]
    grades: Mapping[str, str]
    types: Mapping[str, str]
    """parks, grades, types: the park of each case, how far its scores are trusted, and the type of its park, by its
    label."""

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self.table)

    def complete(self, names: Sequence[str]) -> Scores:
        """The cases that have all of some scores."""
        return self.where(np.asarray(np.isfinite(self.table.matrix(names)).all(axis=1)))

    def where(self, kept: NDArray[np.bool_]) -> Scores:
        """Some of the cases."""
        return replace(self, table=self.table.where(kept))

    def without(self, labels: Sequence[str]) -> Scores:
        """All cases but some."""
        return self.where(np.array([case not in labels for case in self.table.cases], dtype=np.bool_))

    def of_type(self, kind: str) -> Scores:
        """The cases of parks of a type."""
        return self.where(np.array([self.types[case] == kind for case in self.table.cases], dtype=np.bool_))

    def having(self, column: str, values: Floats) -> Scores:
        """The cases with other scores in a column."""
        return replace(self, table=self.table.having({column: values}))

    def graded_low(self) -> tuple[str, ...]:
        """Cases whose scores are hardly trusted."""
        return tuple(case for case in self.table.cases if self.grades[case] == LOW)

    def one_period_each(self) -> Iterator[tuple[str, ...]]:
        """For each choice of one period a park: the cases that are left out; nothing where no park stands twice."""
        found: dict[str, list[str]] = {}
        for case in self.table.cases:
            found.setdefault(self.parks[case], []).append(case)
        twice = [cases for cases in found.values() if len(cases) > 1]
        if twice:
            for kept in product(*twice):
                yield tuple(case for cases in twice for case in cases if case not in kept)

    def membership(self, written: str) -> Floats:
        """Membership in a set such as ``GOV*~EQUITY``: the least of its literals', shape (case,)."""
        columns = [
            self.table.values[name] if present else 1.0 - self.table.values[name] for name, present in literals(written)
        ]
        found: Floats = np.min(columns, axis=0)
        return found


def scores_of(parks: Parks | None = None) -> Scores:
    """The scores of the casebook's parks."""
    known = parks or load_parks()
    rows = known.scores
    columns = {
        name: np.array([np.nan if getattr(row, name) is None else getattr(row, name) for row in rows], dtype=np.float64)
        for name in CONDITION_NAMES
    }
    content = {name: [None if np.isnan(one) else float(one) for one in column] for name, column in columns.items()}
    labels = tuple(row.id for row in rows)
    table = CaseTable(SCORES, labels, columns, digest=hash_content({"cases": list(labels), "values": content}))
    return Scores(
        table,
        {row.id: row.park for row in rows},
        {row.id: row.grade for row in rows},
        {row.id: known[row.park].type for row in rows},
    )


FEWEST = 5
"""Cases of a type below which nothing is said of it."""


@dataclass(frozen=True)
class Cuts:
    """The numbers that decide: margins of the rules, one of them moved perhaps."""

    margins: Mapping[str, float]
    """By name."""
    conditions: tuple[str, ...]
    """Of a solution."""
    cases_in_row: int = 1
    """Least cases of a row of the truth table."""
    ceiling: Kind = "ce_fdh"
    """Which ceiling of NCA decides."""


def cuts_of(rules: Across) -> Cuts:
    """The cuts as the rules have them."""
    return Cuts(rules.sizes, tuple(rules.conditions))


@dataclass(frozen=True)
class Tried:
    """What one test of one table gave."""

    verdict: str
    """By the rule of the test."""
    cases: int
    """How many cases it rests on."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What decided, by name."""
    against: tuple[str, ...] = ()
    """Labels of the cases that speak against the relation, or, for ``guarantee``, that show it."""
    models: tuple[str, ...] = ()
    """Of ``core``: the tied parsimonious models as they are written."""


def columns_of(part: SetPart, cuts: Cuts, outcome: str) -> tuple[str, ...]:
    """Columns a test needs, the outcome first: those of the set, or of the whole solution."""
    own = tuple(dict.fromkeys((*cuts.conditions, *part.uses))) if part.test == "core" else part.uses
    return (outcome, *own)


def reaches(value: float, cut: float) -> bool:
    """Whether a number reaches a cutoff; one that there is not does not."""
    return isfinite(value) and value >= cut - NEAR


def try_sets(part: SetPart, scores: Scores, cuts: Cuts, outcome: str) -> Tried:
    """Apply a test of QCA to the cases that have all scores it needs."""
    whole = scores.complete(columns_of(part, cuts, outcome))
    return TESTS[part.test](part, whole, cuts, outcome)


def _named(scores: Scores, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(case for case, is_chosen in zip(scores.table.cases, chosen, strict=True) if is_chosen)


def is_necessary(x: Floats, y: Floats, cuts: Cuts) -> tuple[bool, sets.Necessity]:
    """Whether a set is consistent and relevant enough to be called necessary, and its fit."""
    found = sets.necessity(x, y)
    margins = cuts.margins
    return reaches(found.inclusion, margins["consistent"]) and reaches(found.relevance, margins["relevant"]), found


def necessary(part: SetPart, scores: Scores, cuts: Cuts, outcome: str) -> Tried:
    """Supported where the set is necessary; contradicted where its absence is, and it is not."""
    x, y = scores.membership(part.set), scores.table.values[outcome]
    holds, found = is_necessary(x, y, cuts)
    opposite, absence = is_necessary(1.0 - x, y, cuts)
    if not isfinite(found.inclusion):
        verdict = NOT_IDENTIFIED
    else:
        verdict = SUPPORTED if holds else CONTRADICTED if opposite else NOT_SUPPORTED
    numbers = {
        "inclN": found.inclusion, "RoN": found.relevance, "covN": found.coverage, "inclN_absent": absence.inclusion,
    }  # fmt: skip
    return Tried(verdict, len(scores), numbers, _named(scores, (x < CROSSOVER) & (y > CROSSOVER)))


def guarantee(part: SetPart, scores: Scores, cuts: Cuts, outcome: str) -> Tried:
    """Supported where the set is not sufficient and cases show it; contradicted where it all but guarantees."""
    x, y = scores.membership(part.set), scores.table.values[outcome]
    found, margins = sets.sufficiency(x, y), cuts.margins
    holds = reaches(found.inclusion, margins["sufficient"]) and reaches(found.pri, margins["reduction"])
    shown = _named(scores, (x > CROSSOVER) & (y < CROSSOVER))
    if not isfinite(found.inclusion):
        verdict = NOT_IDENTIFIED
    elif not shown and holds and reaches(found.inclusion, margins["guarantee"]):
        verdict = CONTRADICTED
    elif holds:
        verdict = NOT_SUPPORTED
    else:
        verdict = SUPPORTED if shown else NOT_IDENTIFIED
    numbers = {"inclS": found.inclusion, "PRI": found.pri, "covS": found.coverage, "shown": float(len(shown))}
    return Tried(verdict, len(scores), numbers, shown)


def parsimonious(scores: Scores, cuts: Cuts, y: Floats) -> tuple[Model, ...]:
    """All tied models of the parsimonious solution; none where no row is positive or all are."""
    margins = cuts.margins
    truth = truth_table(
        scores.table.matrix(cuts.conditions), y, scores.table.cases,
        incl_cut=margins["sufficient"], pri_cut=margins["reduction"], n_cut=cuts.cases_in_row,
    )  # fmt: skip
    if not truth.numbers("1") or not truth.numbers("0"):
        return ()
    try:
        return solve(truth.numbers("1"), truth.numbers("?"), (None,) * len(cuts.conditions)).parsimonious.models
    except SettingFaults:
        return ()


def core(part: SetPart, scores: Scores, cuts: Cuts, outcome: str) -> Tried:
    """Supported where every tied model has the condition, contradicted where none has it and all have its absence."""
    y = scores.table.values[outcome]
    models = parsimonious(scores, cuts, y)
    at = cuts.conditions.index(part.set.removeprefix("~"))
    wanted = NEGATED if part.set.startswith("~") else PRESENT
    has = [any(term[at] == wanted for term in model) for model in models]
    other = [any(term[at] not in (wanted, ABSENT) for term in model) for model in models]
    if not models:
        verdict = NOT_IDENTIFIED
    elif all(has):
        verdict = SUPPORTED
    elif not any(has):
        verdict = CONTRADICTED if all(other) else NOT_SUPPORTED
    else:
        verdict = NOT_IDENTIFIED
    numbers = {"models": float(len(models)), "with": float(sum(has))}
    if models:
        whole = sets.sufficiency(model_membership(models[0], scores.table.matrix(cuts.conditions)), y)
        numbers |= {"inclS": whole.inclusion, "PRI": whole.pri, "covS": whole.coverage}
    return Tried(
        verdict, len(scores), numbers, models=tuple(model_name(model, cuts.conditions) for model in models)
    )  # fmt: skip


def apart(part: SetPart, scores: Scores, cuts: Cuts, outcome: str) -> Tried:
    """Supported where the consistency of some condition's necessity differs between the types by a margin."""
    groups = {kind: scores.of_type(kind) for kind in part.types}
    numbers = {
        f"inclN_{name}_{kind}": sets.necessity(some.membership(name), some.table.values[outcome]).inclusion
        for name in part.uses
        for kind, some in groups.items()
    }
    one, other = part.types
    gaps = [abs(numbers[f"inclN_{name}_{one}"] - numbers[f"inclN_{name}_{other}"]) for name in part.uses]
    widest = max(gaps) if all(isfinite(gap) for gap in gaps) else float("nan")
    if min(len(some) for some in groups.values()) < FEWEST or not isfinite(widest):
        verdict = NOT_IDENTIFIED
    else:
        verdict = SUPPORTED if reaches(widest, cuts.margins["apart"]) else NOT_SUPPORTED
    return Tried(verdict, sum(len(some) for some in groups.values()), {"apart": widest, **numbers})


TESTS: Mapping[str, Callable[[SetPart, Scores, Cuts, str], Tried]] = {
    "necessary": necessary,
    "guarantee": guarantee,
    "core": core,
    "apart": apart,
}


NEEDED, HARMFUL = 1, 2
"""Corners: little of the condition and much of the outcome; much of both."""


def try_need(part: SetPart, scores: Scores, cuts: Cuts, outcome: str, deals: int, seed: int) -> Tried:
    """Apply the test to the cases that have both scores.

    Supported where the corner "little of the condition, much of the outcome" is empty: d reaches its cutoff and p does
    not exceed its own. Contradicted where instead "much of both" is empty. Not identified where d is large enough and
    chance might have left it.
    """
    whole = scores.complete(columns_of(part, cuts, outcome))
    x, y = whole.membership(part.set), whole.table.values[outcome]
    if not len(whole) or x.min() == x.max() or y.min() == y.max():
        return Tried(NOT_IDENTIFIED, len(whole))
    table = table_of({part.set: x, outcome: y}, whole.table.cases)
    numbers: dict[str, float] = {}
    verdicts: dict[int, tuple[bool, bool]] = {}
    for corner in (NEEDED, HARMFUL):
        try:
            found = analyse(table, Request(outcome, (part.set,), corner, None, deals, seed)).found[0]
        except TableFaults:
            return Tried(NOT_IDENTIFIED, len(whole))
        ceiling = found.ceilings[cuts.ceiling]
        large = reaches(ceiling.effect, cuts.margins["effect"])
        verdicts[corner] = large, large and ceiling.p <= cuts.margins["chance"] + 1e-12
        mark = "" if corner == NEEDED else "_harmful"
        numbers |= {f"d{mark}": ceiling.effect, f"p{mark}": ceiling.p}
        if corner == NEEDED:
            numbers |= {"above": float(ceiling.above), "accuracy": ceiling.accuracy}
        if verdicts[corner][0]:
            break
    large, holds = verdicts[NEEDED]
    if large:
        verdict = SUPPORTED if holds else NOT_IDENTIFIED
    else:
        verdict = CONTRADICTED if verdicts[HARMFUL][1] else NOT_SUPPORTED
    return Tried(verdict, len(whole), numbers)
