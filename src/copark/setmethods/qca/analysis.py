"""One analysis: settings in, truth table, solutions, necessity and what a reader must be warned of out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.errors import Fault
from copark.setmethods.qca import sets
from copark.setmethods.qca.sets import (
    Necessary,
    model_membership,
    necessary_expressions,
    single_terms,
    term_membership,
    term_name,
)
from copark.setmethods.qca.solutions import Expectation, Solutions, TruthTable, solve, truth_table
from copark.setmethods.table import CaseTable, SettingFaults, Warned, fault, left_out_warning

MOST_CONDITIONS = 10
"""Conditions of one analysis: a truth table has 2^k rows, nearly all of them empty beyond this."""
PARTS = frozenset("~*+")
"""What an expression is made of, and a condition's name must not hold."""
RESERVED = frozenset(("OUT", "n", "incl", "PRI", "cases", "row"))
"""Columns of every truth table, which a condition must not be called."""


@dataclass(frozen=True)
class QcaSettings:
    """What is asked."""

    outcome: str
    conditions: tuple[str, ...]
    """outcome, conditions: columns."""
    negate: bool = False
    """Explain the absence of the outcome. Expectations are of what helps that outcome: they must be turned too."""
    incl_cut: float = 0.8
    pri_cut: float = 0.0
    n_cut: int = 1
    """incl_cut, pri_cut, n_cut: least consistency, PRI and number of cases of a row."""
    expectations: tuple[Expectation, ...] = ()
    """Directional expectations, one a condition; empty for none."""

    @property
    def outcome_name(self) -> str:
        """The outcome as it is written, ``~Y`` where its absence is explained."""
        return f"~{self.outcome}" if self.negate else self.outcome

    @property
    def expected(self) -> tuple[Expectation, ...]:
        """One expectation a condition."""
        return self.expectations or (None,) * len(self.conditions)


@dataclass(frozen=True)
class QcaAnalysis:
    """What an analysis gave."""

    table: CaseTable
    """The calibrated table."""
    settings: QcaSettings
    """What was asked."""
    members: Floats
    outcome: Floats
    """members, outcome: memberships in the conditions, shape (case, k), and in the outcome as it is explained, shape
    (case,)."""
    truth: TruthTable
    """The truth table."""
    solutions: Solutions
    """All solutions."""
    necessity: tuple[Necessary, ...]
    sufficiency: tuple[tuple[str, sets.Sufficiency], ...]
    """necessity, sufficiency: fit of each condition and each negation, by name."""
    expressions: tuple[Necessary, ...]
    """Conjunctions and disjunctions that may be called necessary."""
    warnings: tuple[Warned, ...]
    """What a reader must know."""


def setting_faults(settings: QcaSettings) -> list[Fault]:
    """Everything wrong with what is asked, before a table is read."""
    names, found = settings.conditions, []
    if not names:
        found.append(fault("no_conditions", "--conditions"))
    if len(names) > MOST_CONDITIONS:
        rows = f"{2 ** len(names):,}"
        found.append(fault("too_many_conditions", "--conditions", found=len(names), most=MOST_CONDITIONS, rows=rows))
    found += [fault("twice", "--conditions", key=one, found=one) for one in sorted(set(names)) if names.count(one) > 1]
    if settings.outcome in names:
        found.append(fault("outcome_is_condition", "--outcome", key=settings.outcome, found=settings.outcome))
    for name in (settings.outcome, *names):
        if not name or PARTS & set(name):
            found.append(fault("condition_name", "--conditions", key=name, found=name))
        elif name in RESERVED:
            found.append(fault("reserved_name", "--conditions", key=name, found=name))
    for flag, value in (("--incl-cut", settings.incl_cut), ("--pri-cut", settings.pri_cut)):
        if not 0.0 <= value <= 1.0:
            found.append(fault("not_a_share", flag, found=str(value)))
    if settings.n_cut < 1:
        found.append(fault("n_cut", "--n-cut", found=str(settings.n_cut)))
    if settings.expectations and len(settings.expectations) != len(names):
        values: dict[str, Any] = {"found": len(settings.expectations), "expected": len(names)}
        found.append(fault("expectations", "--dir-exp", **values))
    return found


def analyse(table: CaseTable, settings: QcaSettings) -> QcaAnalysis:
    """Run an analysis on a table of memberships.

    Raises
    ------
    SettingFaults
        If what is asked cannot be done.
    ValueError
        If a membership lies outside [0, 1], or a column is not in the table.
    """
    faults = setting_faults(settings)
    if faults:
        raise SettingFaults(faults)
    absent = [name for name in (settings.outcome, *settings.conditions) if name not in table.values]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}")
    members, outcome = table.matrix(settings.conditions), table.values[settings.outcome]
    if np.any((members < 0.0) | (members > 1.0)) or np.any((outcome < 0.0) | (outcome > 1.0)):
        raise ValueError("memberships lie in [0, 1]")
    outcome = 1.0 - outcome if settings.negate else outcome
    cuts = {"incl_cut": settings.incl_cut, "pri_cut": settings.pri_cut, "n_cut": settings.n_cut}
    truth = truth_table(members, outcome, table.cases, **cuts)  # type: ignore[arg-type]
    solutions = solve(truth.numbers("1"), truth.numbers("?"), settings.expected)
    singles = single_terms(len(settings.conditions))
    names = [term_name(term, settings.conditions) for term in singles]
    columns = [term_membership(term, members) for term in singles]
    found = QcaAnalysis(
        table,
        settings,
        members,
        outcome,
        truth,
        solutions,
        tuple(Necessary(name, sets.necessity(x, outcome)) for name, x in zip(names, columns, strict=True)),
        tuple(zip(names, sets.fit_of_terms(singles, members, outcome)[0], strict=True)),
        necessary_expressions(members, outcome, settings.conditions),
        (),
    )
    return replace(found, warnings=tuple(_warnings(found)))


def _warnings(found: QcaAnalysis) -> list[Warned]:
    truth, solutions, settings = found.truth, found.solutions, found.settings
    warned = [*left_out_warning(found.table)]
    if truth.crossover:
        values = {"cases": ", ".join(truth.crossover), "count": str(len(truth.crossover))}
        warned.append(Warned("crossover", values))
    if truth.torn:
        warned.append(Warned("torn", {"cases": ", ".join(truth.torn)}))
    if truth.contradictions:
        rows = "; ".join(f"{row.number}: {', '.join(row.against)}" for row in truth.contradictions)
        warned.append(Warned("contradictions", {"rows": rows}))
    if not truth.numbers("1"):
        warned.append(Warned("nothing_positive", {"outcome": settings.outcome_name}))
    elif not truth.numbers("0"):
        warned.append(Warned("nothing_negative", {"outcome": settings.outcome_name}))
    for kind, models in (("complex", solutions.cautious.models), ("parsimonious", solutions.parsimonious.models)):
        if len(models) > 1:
            warned.append(Warned(f"ambiguous_{kind}", {"count": str(len(models))}))
    if solutions.cut or solutions.cautious.cut or solutions.parsimonious.cut:
        warned.append(Warned("models_cut", {}))
    warned += _low_pri(found)
    if len(found.table) < 4 * len(settings.conditions):
        values = {"cases": str(len(found.table)), "conditions": str(len(settings.conditions))}
        warned.append(Warned("few_cases", values))
    if settings.negate and any(one == 1 for one in settings.expectations):
        warned.append(Warned("negated_expectations", {"outcome": settings.outcome_name}))
    return warned


def _low_pri(found: QcaAnalysis) -> list[Warned]:
    rows = [
        str(row.number) for row in found.truth.rows if row.out == "1" and row.pri is not None and not row.pri >= 0.5
    ]
    return [Warned("low_pri", {"rows": ", ".join(rows)})] if rows else []


def deviant_cases(found: QcaAnalysis, model: tuple[tuple[int, ...], ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cases that speak against a model: in it without the outcome (consistency), and the outcome without it (coverage).

    Both are read at the crossover 0.5.
    """
    inside = model_membership(model, found.members) > 0.5
    there = found.outcome > 0.5
    names = np.array(found.table.cases, dtype=object)
    return tuple(names[inside & ~there]), tuple(names[~inside & there])
