"""Qualitative comparative analysis, crisp and fuzzy, after Ragin 1987, 2000, 2008 and Ragin & Sonnett 2005.

An analysis: truth table, solutions, necessity, and what a reader must be warned of. Robustness (Skaaning 2011; Oana &
Schneider 2021): what survives other anchors, cutoffs, cases and scores. Each variant changes one thing, or several
cutoffs together; a term survives surely if every tied model of the variant has it, perhaps if some of them have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal

import numpy as np

from copark.arrays import Floats
from copark.errors import Fault
from copark.progress import Progress, silent
from copark.setmethods.qca_sets import (
    Model,
    Necessary,
    SetCalibration,
    Sufficiency,
    Term,
    calibrated,
    fit_of_terms,
    model_membership,
    necessary_expressions,
    necessity,
    order,
    single_terms,
    sufficiency,
    term_membership,
    term_name,
    within,
)
from copark.setmethods.qca_solutions import Expectation, Solutions, TruthTable, solve, truth_table
from copark.setmethods.table import CaseTable, SettingFaults, Warned, fault, left_out_warning

MOST_CONDITIONS = 10
"""Conditions of one analysis: a truth table has 2^k rows, nearly all of them empty beyond this."""
PARTS = frozenset("~*+")
"""What an expression is made of, and a condition's name must not hold."""
RESERVED = frozenset(("OUT", "n", "incl", "PRI", "cases", "row"))
"""Columns of every truth table, which a condition must not be called."""

Kind = Literal["complex", "parsimonious", "intermediate"]
KINDS: tuple[Kind, ...] = ("complex", "parsimonious", "intermediate")
Models = Mapping[Kind, tuple[Model, ...]]
"""All tied models by kind of solution."""
FAMILIES = ("anchors", "incl", "pri", "n", "cutoffs", "cases", "scores")
SHIFTS = (-0.2, -0.1, 0.1, 0.2)
"""Anchors move by these shares of the way to their neighbour."""
LOG_ODDS = (-0.4, -0.2, 0.2, 0.4)
"""Memberships that came calibrated have their log-odds moved by these: as if the crossover had been set elsewhere."""
INCL_STEPS = (-0.1, -0.05, 0.0, 0.05, 0.1)
PRI_CUTS = (0.0, 0.5, 0.6, 0.7)
N_CUTS = (1, 2, 3)
_NOTHING = Sufficiency(*[float("nan")] * 4)


@dataclass(frozen=True)
class QcaSettings:
    """Settings of an analysis."""

    outcome: str
    """Column of the outcome."""
    conditions: tuple[str, ...]
    """Columns of the conditions."""
    negate: bool = False
    """Explain the absence of the outcome. Expectations are of what helps that outcome: they must be turned too."""
    incl_cut: float = 0.8
    """Least consistency of a row coded 1."""
    pri_cut: float = 0.0
    """Least PRI of a row coded 1."""
    n_cut: int = 1
    """Least number of cases of a row that counts as observed."""
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

    def memberships(self, table: CaseTable) -> tuple[Floats, Floats]:
        """Return memberships in the conditions, shape (case, k), and in the outcome explained, shape (case,)."""
        outcome = table.values[self.outcome]
        return table.matrix(self.conditions), 1.0 - outcome if self.negate else outcome

    def truth_table(self, table: CaseTable) -> TruthTable:
        """Return the truth table by these cutoffs."""
        cuts: dict[str, Any] = {"incl_cut": self.incl_cut, "pri_cut": self.pri_cut, "n_cut": self.n_cut}
        return truth_table(*self.memberships(table), table.cases, **cuts)


@dataclass(frozen=True)
class QcaAnalysis:
    """Results of an analysis."""

    table: CaseTable
    """The calibrated table."""
    settings: QcaSettings
    """What was asked."""
    members: Floats
    """Memberships in the conditions: see :meth:`QcaSettings.memberships`."""
    outcome: Floats
    """Memberships in the outcome, or in its absence where that is explained."""
    truth: TruthTable
    """The truth table."""
    solutions: Solutions
    """All solutions of it."""
    necessity: tuple[Necessary, ...]
    """Fit of each condition and each negation as a necessary set."""
    sufficiency: tuple[tuple[str, Sufficiency], ...]
    """Fit of each condition and each negation as a sufficient set, by name."""
    expressions: tuple[Necessary, ...]
    """Conjunctions and disjunctions that may be called necessary."""
    warnings: tuple[Warned, ...]
    """What a reader must know."""


def setting_faults(settings: QcaSettings) -> list[Fault]:
    """Return everything wrong with the settings, before a table is read."""
    names = settings.conditions
    faults = []
    if not names:
        faults.append(fault("no_conditions", "--conditions"))
    if len(names) > MOST_CONDITIONS:
        rows = f"{2 ** len(names):,}"
        faults.append(fault("too_many_conditions", "--conditions", found=len(names), most=MOST_CONDITIONS, rows=rows))
    repeated = [name for name in sorted(set(names)) if names.count(name) > 1]
    faults += [fault("twice", "--conditions", key=name, found=name) for name in repeated]
    if settings.outcome in names:
        faults.append(fault("outcome_is_condition", "--outcome", key=settings.outcome, found=settings.outcome))
    for name in (settings.outcome, *names):
        if not name or PARTS & set(name):
            faults.append(fault("condition_name", "--conditions", key=name, found=name))
        elif name in RESERVED:
            faults.append(fault("reserved_name", "--conditions", key=name, found=name))
    for flag, value in (("--incl-cut", settings.incl_cut), ("--pri-cut", settings.pri_cut)):
        if not 0.0 <= value <= 1.0:
            faults.append(fault("not_a_share", flag, found=str(value)))
    if settings.n_cut < 1:
        faults.append(fault("n_cut", "--n-cut", found=str(settings.n_cut)))
    if settings.expectations and len(settings.expectations) != len(names):
        faults.append(fault("expectations", "--dir-exp", found=len(settings.expectations), expected=len(names)))
    return faults


def analyse(table: CaseTable, settings: QcaSettings) -> QcaAnalysis:
    """Run an analysis on a table of memberships.

    Raises
    ------
    SettingFaults
        If what is asked cannot be done.
    ValueError
        If a membership lies outside [0, 1].
    """
    faults = setting_faults(settings)
    if faults:
        raise SettingFaults(faults)
    members, outcome = settings.memberships(table)
    if np.any((members < 0.0) | (members > 1.0)) or np.any((outcome < 0.0) | (outcome > 1.0)):
        raise ValueError("memberships lie in [0, 1]")
    truth = settings.truth_table(table)
    solutions = solve(truth.numbers("1"), truth.numbers("?"), settings.expected)
    singles = single_terms(len(settings.conditions))
    names = [term_name(term, settings.conditions) for term in singles]
    columns = [term_membership(term, members) for term in singles]
    analysis = QcaAnalysis(
        table,
        settings,
        members,
        outcome,
        truth,
        solutions,
        tuple(Necessary(name, necessity(x, outcome)) for name, x in zip(names, columns, strict=True)),
        tuple(zip(names, fit_of_terms(singles, members, outcome)[0], strict=True)),
        necessary_expressions(members, outcome, settings.conditions),
        (),
    )
    return replace(analysis, warnings=tuple(_warnings(analysis)))


def _warnings(analysis: QcaAnalysis) -> Iterator[Warned]:
    truth = analysis.truth
    solutions = analysis.solutions
    settings = analysis.settings
    yield from left_out_warning(analysis.table)
    if truth.crossover:
        yield Warned("crossover", {"cases": ", ".join(truth.crossover), "count": str(len(truth.crossover))})
    if truth.torn:
        yield Warned("torn", {"cases": ", ".join(truth.torn)})
    if truth.contradictions:
        yield Warned(
            "contradictions",
            {"rows": "; ".join(f"{row.number}: {', '.join(row.against)}" for row in truth.contradictions)},
        )
    if not truth.numbers("1"):
        yield Warned("nothing_positive", {"outcome": settings.outcome_name})
    elif not truth.numbers("0"):
        yield Warned("nothing_negative", {"outcome": settings.outcome_name})
    for kind, models in (("complex", solutions.cautious.models), ("parsimonious", solutions.parsimonious.models)):
        if len(models) > 1:
            yield Warned(f"ambiguous_{kind}", {"count": str(len(models))})
    if solutions.cut or solutions.cautious.cut or solutions.parsimonious.cut:
        yield Warned("models_cut", {})
    low = [str(row.number) for row in truth.rows if row.out == "1" and row.pri is not None and not row.pri >= 0.5]
    if low:
        yield Warned("low_pri", {"rows": ", ".join(low)})
    if len(analysis.table) < 4 * len(settings.conditions):
        yield Warned("few_cases", {"cases": str(len(analysis.table)), "conditions": str(len(settings.conditions))})
    if settings.negate and any(expectation == 1 for expectation in settings.expectations):
        yield Warned("negated_expectations", {"outcome": settings.outcome_name})


def deviant_cases(analysis: QcaAnalysis, model: Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the cases that speak against a model, read at the crossover 0.5.

    Parameters
    ----------
    analysis
        The analysis the model is of.
    model
        The model.

    Returns
    -------
    Labels of the cases in the model without the outcome (consistency), and of those with the outcome outside the model
    (coverage).
    """
    inside = model_membership(model, analysis.members) > 0.5
    has_outcome = analysis.outcome > 0.5
    names = np.array(analysis.table.cases, dtype=object)
    return tuple(names[inside & ~has_outcome]), tuple(names[~inside & has_outcome])


@dataclass(frozen=True)
class CalibrationRecipe:
    """Raw columns of an analysis, and how they became memberships."""

    table: CaseTable
    """Columns as they were read."""
    calibrations: Mapping[str, SetCalibration] = field(default_factory=dict)
    """Those of them that are calibrated."""
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other columns of scores that may stand in for a condition or the outcome, by the column they replace."""


@dataclass(frozen=True)
class AnalyticVariant:
    """One change and what came of it."""

    family: str
    """``anchors``; ``incl``, ``pri``, ``n`` for one cutoff, ``cutoffs`` for several together; ``cases``; ``scores``."""
    changed: str
    """What was changed: a column, the cutoffs, or the cases."""
    value: str
    """What it was changed to: anchors, another column or cutoffs; or the case left out."""
    models: Models
    """The models then, by kind of solution."""
    fit: Mapping[Kind, Sufficiency]
    """Of the first model of each kind; NaN where there is none."""


@dataclass(frozen=True)
class Survival:
    """Number of variants of an analysis that hold a term."""

    term: Term
    """The term."""
    asked: bool
    """Whether it is a term of the analysis as it was asked for."""
    variants: int
    """How many variants of the family there are."""
    surely: int
    """In how many variants all tied models have it."""
    perhaps: int
    """In how many variants at least one of them has it."""
    narrower: int
    """In how many, of those where no model has it, some model has a term within it: the same path with conditions
    added."""


@dataclass(frozen=True)
class Robustness:
    """All variants of an analysis."""

    asked: Models
    """The models of the analysis as it was asked for."""
    variants: tuple[AnalyticVariant, ...]
    """What came of each change."""

    def families(self) -> tuple[str, ...]:
        """Return the families that have variants, in order."""
        present = {variant.family for variant in self.variants}
        return tuple(family for family in FAMILIES if family in present)

    def _chosen(self, kind: Kind, family: str | None) -> list[tuple[Model, ...]]:
        return [variant.models[kind] for variant in self.variants if family in (None, variant.family)]

    def survival(self, kind: Kind, family: str | None = None) -> tuple[Survival, ...]:
        """Return every term of a kind of solution, asked for or met in a variant (of a family), and how often it is."""
        chosen = self._chosen(kind, family)
        requested = {term for model in self.asked[kind] for term in model}
        met = {term for models in chosen for model in models for term in model}
        terms = sorted(requested | met, key=lambda term: (term not in requested, order(term)))
        return tuple(_survival(term, term in requested, chosen) for term in terms)

    def same(self, kind: Kind, family: str | None = None) -> tuple[int, int]:
        """Count the variants in which the whole set of models is the same, and all variants."""
        chosen = self._chosen(kind, family)
        return sum(set(models) == set(self.asked[kind]) for models in chosen), len(chosen)


def _survival(term: Term, is_requested: bool, chosen: Sequence[tuple[Model, ...]]) -> Survival:
    surely = sum(bool(models) and all(term in model for model in models) for models in chosen)
    perhaps = sum(any(term in model for model in models) for models in chosen)
    narrower = sum(
        not any(term in model for model in models) and any(within(other, term) for model in models for other in model)
        for models in chosen
    )
    return Survival(term, is_requested, len(chosen), surely, perhaps, narrower)


def named_survival(robust: Robustness, kind: Kind, conditions: Sequence[str]) -> dict[str, dict[str, Survival]]:
    """Return survival by the term's name and family; ``all`` for all families together.

    Parameters
    ----------
    robust
        All variants of an analysis.
    kind
        Kind of solution.
    conditions
        Names of the conditions.
    """
    rows: dict[str, dict[str, Survival]] = {}
    for family in (None, *robust.families()):
        for survival in robust.survival(kind, family):
            rows.setdefault(term_name(survival.term, conditions), {})[family or "all"] = survival
    return rows


def models_of(solutions: Solutions) -> dict[Kind, tuple[Model, ...]]:
    """Return all tied models by kind of solution; intermediate ones of all pairs, each once."""
    intermediate = dict.fromkeys(model for pair in solutions.intermediate for model in pair.models)
    return {
        "complex": solutions.cautious.models,
        "parsimonious": solutions.parsimonious.models,
        "intermediate": tuple(intermediate),
    }


def robustness(analysis: QcaAnalysis, recipe: CalibrationRecipe, progress: Progress = silent) -> Robustness:
    """Run every variant of an analysis.

    Parameters
    ----------
    analysis
        The analysis as it was asked for.
    recipe
        The raw columns it came from, how they were calibrated, and other scores.
    progress
        Called with the variants done and the variants in all.
    """
    planned = list(_variants(analysis.settings, recipe))
    variants = []
    for number, variant in enumerate(planned):
        progress(number, len(planned))
        variants.append(_run(*variant))
    progress(len(planned), len(planned))
    return Robustness(models_of(analysis.solutions), tuple(variants))


Planned = tuple[str, str, str, CaseTable, QcaSettings]
"""Family, what is changed, to what, and what is analysed then."""


def _run(family: str, changed: str, value: str, table: CaseTable, settings: QcaSettings) -> AnalyticVariant:
    """Run a variant; without models where its table can be covered in too many ways to look through them."""
    truth = settings.truth_table(table)
    try:
        models = models_of(solve(truth.numbers("1"), truth.numbers("?"), settings.expected))
    except SettingFaults:
        models = dict.fromkeys(KINDS, ())
    members, outcome = settings.memberships(table)
    fits = {
        kind: sufficiency(model_membership(tied[0], members), outcome) if tied else _NOTHING
        for kind, tied in models.items()
    }
    return AnalyticVariant(family, changed, value, models, fits)


def _variants(settings: QcaSettings, recipe: CalibrationRecipe) -> Iterator[Planned]:
    table = calibrated(recipe.table, recipe.calibrations)
    yield from _other_anchors(settings, recipe, table)
    yield from _other_cutoffs(settings, table)
    for position, case in enumerate(table.cases):
        if len(table) > 2:
            yield "cases", case, "", table.where(np.arange(len(table)) != position), settings
    yield from _other_scores(settings, recipe, table)


def _other_anchors(settings: QcaSettings, recipe: CalibrationRecipe, table: CaseTable) -> Iterator[Planned]:
    for name in (settings.outcome, *settings.conditions):
        how = recipe.calibrations.get(name)
        raw = recipe.table.values[name]
        if how is not None:
            for anchors in _moved(how.anchors):
                values = calibrated(recipe.table, {name: replace(how, anchors=anchors)}).values[name]
                written = ", ".join(f"{anchor:g}" for anchor in anchors)
                yield "anchors", name, written, table.having({name: values}), settings
        elif np.any((raw > 0.0) & (raw < 1.0)):
            for shift in LOG_ODDS:
                yield "anchors", name, f"{shift:+g}", table.having({name: _shifted(raw, shift)}), settings


def _moved(anchors: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
    """Yield anchors with one moved, by :data:`SHIFTS` of the way to the nearer neighbour, or of its own size."""
    for position, anchor in enumerate(anchors):
        gaps = [abs(anchor - anchors[other]) for other in (position - 1, position + 1) if 0 <= other < len(anchors)]
        way = min([gap for gap in gaps if gap > 0.0], default=abs(anchor) or 1.0)
        for shift in SHIFTS:
            yield (*anchors[:position], anchor + shift * way, *anchors[position + 1 :])


def _shifted(members: Floats, shift: float) -> Floats:
    """Return memberships with their log-odds moved; full and no membership stay."""
    inner = (members > 0.0) & (members < 1.0)
    safe = np.where(inner, members, 0.5)
    return np.where(inner, 1.0 / (1.0 + (1.0 - safe) / safe * np.exp(-shift)), members)


def _other_cutoffs(settings: QcaSettings, table: CaseTable) -> Iterator[Planned]:
    inclusions = sorted({round(min(1.0, max(0.5, settings.incl_cut + step)), 4) for step in INCL_STEPS})
    reductions = sorted({*PRI_CUTS, settings.pri_cut})
    counts = sorted({*N_CUTS, settings.n_cut})
    own = {"incl": round(settings.incl_cut, 4), "pri": settings.pri_cut, "n": settings.n_cut}
    for incl, pri, n in product(inclusions, reductions, counts):
        moved = [name for name, value in (("incl", incl), ("pri", pri), ("n", n)) if value != own[name]]
        if moved:
            family = moved[0] if len(moved) == 1 else "cutoffs"
            written = f"{incl:g} / {pri:g} / {n}"
            yield family, "incl / PRI / n", written, table, replace(settings, incl_cut=incl, pri_cut=pri, n_cut=n)


def _other_scores(settings: QcaSettings, recipe: CalibrationRecipe, table: CaseTable) -> Iterator[Planned]:
    """Yield each other column in its turn, then the first of each together.

    Where one is missing for some cases, the variant stands on the others, and the scores as asked for are tried on
    these alone too, so that fewer cases and other scores are told apart.
    """
    alternatives = {name: others for name, others in recipe.alternatives.items() if others}
    planned = [{name: other} for name, others in alternatives.items() for other in others]
    if len(alternatives) > 1:
        planned.append({name: others[0] for name, others in alternatives.items()})
    for change in planned:
        columns = {name: recipe.table.values[other] for name, other in change.items()}
        is_complete = np.asarray(np.isfinite(np.column_stack(list(columns.values()))).all(axis=1))
        if is_complete.sum() < 2:
            continue
        names = ", ".join(change)
        written = ", ".join(change.values())
        if not is_complete.all():
            yield "scores", names, f"{names} (n = {int(is_complete.sum())})", table.where(is_complete), settings
            written = f"{written} (n = {int(is_complete.sum())})"
        yield "scores", names, written, table.having(columns).where(is_complete), settings
