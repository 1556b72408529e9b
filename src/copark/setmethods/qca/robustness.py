"""What survives other anchors, cutoffs, cases and scores (Skaaning 2011; Oana & Schneider 2021).

Each variant changes one thing, or several cutoffs together; the terms of each are compared with those of the analysis
as it was asked for. A term survives surely if every tied model of the variant has it, perhaps if some of them have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal

import numpy as np

from copark.setmethods.qca import sets
from copark.setmethods.qca.analysis import QcaAnalysis, QcaSettings
from copark.setmethods.qca.sets import (
    Model,
    SetCalibration,
    Term,
    calibrated,
    model_membership,
    order,
    term_name,
    within,
)
from copark.setmethods.qca.solutions import Solutions, TruthTable, solve, truth_table
from copark.setmethods.table import CaseTable, SettingFaults

Kind = Literal["complex", "parsimonious", "intermediate"]
KINDS: tuple[Kind, ...] = ("complex", "parsimonious", "intermediate")
FAMILIES = ("anchors", "incl", "pri", "n", "cutoffs", "cases", "scores")
SHIFTS = (-0.2, -0.1, 0.1, 0.2)
"""Anchors move by these shares of the way to their neighbour."""
LOG_ODDS = (-0.4, -0.2, 0.2, 0.4)
"""Memberships that came calibrated have their log-odds moved by these: as if the crossover had been set elsewhere."""
INCL_STEPS = (-0.1, -0.05, 0.0, 0.05, 0.1)
PRI_CUTS = (0.0, 0.5, 0.6, 0.7)
N_CUTS = (1, 2, 3)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CalibrationRecipe:
    """How the analysis came from raw columns."""

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
    value: str
    """changed, value: what was changed and to what: a column and its anchors or other column, the three cutoffs, or the
    case left out."""
    models: Mapping[Kind, tuple[Model, ...]]
    """All tied models of each kind of solution."""
    inclusion: Mapping[Kind, float]
    coverage: Mapping[Kind, float]
    """inclusion, coverage: consistency and coverage of the first model of each kind; NaN where there is none."""


@dataclass(frozen=True)
class Survival:
    """How often a term is there again."""

    term: Term
    """The term."""
    asked: bool
    """Whether it is a term of the analysis as it was asked for."""
    variants: int
    """How many variants of the family there are."""
    surely: int
    perhaps: int
    """surely, perhaps: in how many of them all, and at least one, of the tied models have it."""
    narrower: int
    """In how many, of those where no model has it, some model has a term within it: the same path with conditions
    added."""


@dataclass(frozen=True)
class Robustness:
    """All variants of an analysis."""

    asked: Mapping[Kind, tuple[Model, ...]]
    variants: tuple[AnalyticVariant, ...]

    def families(self) -> tuple[str, ...]:
        """The families that have variants, in order."""
        there = {one.family for one in self.variants}
        return tuple(family for family in FAMILIES if family in there)

    def survival(self, kind: Kind, family: str | None = None) -> tuple[Survival, ...]:
        """Every term of a kind of solution, asked for or met in a variant, with how often it is there.

        kind: which solution; family: count the variants of one family only.
        """
        chosen = [one.models[kind] for one in self.variants if family in (None, one.family)]
        asked = {term for model in self.asked[kind] for term in model}
        met = {term for models in chosen for model in models for term in model}
        terms = sorted(asked | met, key=lambda term: (term not in asked, order(term)))
        return tuple(_survival(term, term in asked, chosen) for term in terms)

    def same(self, kind: Kind, family: str | None = None) -> tuple[int, int]:
        """In how many variants the whole set of models is the same, and of how many."""
        chosen = [one for one in self.variants if family in (None, one.family)]
        whole = set(self.asked[kind])
        return sum(set(one.models[kind]) == whole for one in chosen), len(chosen)


def _survival(term: Term, asked: bool, chosen: Sequence[tuple[Model, ...]]) -> Survival:
    surely = sum(bool(models) and all(term in model for model in models) for models in chosen)
    perhaps = sum(any(term in model for model in models) for models in chosen)
    narrower = sum(
        not any(term in model for model in models) and any(within(one, term) for model in models for one in model)
        for models in chosen
    )
    return Survival(term, asked, len(chosen), surely, perhaps, narrower)


def models_of(solutions: Solutions) -> dict[Kind, tuple[Model, ...]]:
    """All tied models by kind of solution; intermediate ones of all pairs, each once."""
    intermediate = dict.fromkeys(model for pair in solutions.intermediate for model in pair.models)
    return {
        "complex": solutions.cautious.models,
        "parsimonious": solutions.parsimonious.models,
        "intermediate": tuple(intermediate),
    }


def robustness(found: QcaAnalysis, recipe: CalibrationRecipe, progress: Progress | None = None) -> Robustness:
    """Run every variant.

    Parameters
    ----------
    found
        The analysis as it was asked for.
    recipe
        How it came from raw columns.
    progress
        Told variants done and variants in all.
    """
    planned = list(_variants(found.settings, recipe))
    made = []
    for at, (family, changed, value, table, settings) in enumerate(planned):
        if progress is not None:
            progress(at, len(planned))
        made.append(_run(family, changed, value, table, settings))
    if progress is not None:
        progress(len(planned), len(planned))
    return Robustness(models_of(found.solutions), tuple(made))


def _models_of(truth: TruthTable, settings: QcaSettings) -> dict[Kind, tuple[Model, ...]]:
    """All models of a variant; none where its table can be covered in too many ways to look through them."""
    try:
        return models_of(solve(truth.numbers("1"), truth.numbers("?"), settings.expected))
    except SettingFaults:
        return dict.fromkeys(KINDS, ())


Planned = tuple[str, str, str, CaseTable, QcaSettings]


def _run(family: str, changed: str, value: str, table: CaseTable, settings: QcaSettings) -> AnalyticVariant:
    members, outcome = table.matrix(settings.conditions), table.values[settings.outcome]
    outcome = 1.0 - outcome if settings.negate else outcome
    truth = truth_table(
        members, outcome, table.cases, incl_cut=settings.incl_cut, pri_cut=settings.pri_cut, n_cut=settings.n_cut
    )
    models = _models_of(truth, settings)
    fits = {
        kind: sets.sufficiency(model_membership(models[kind][0], members), outcome) if models[kind] else None
        for kind in KINDS
    }
    nothing = float("nan")
    return AnalyticVariant(
        family,
        changed,
        value,
        models,
        {kind: nothing if one is None else one.inclusion for kind, one in fits.items()},
        {kind: nothing if one is None else one.coverage for kind, one in fits.items()},
    )


def _variants(settings: QcaSettings, recipe: CalibrationRecipe) -> Iterator[Planned]:
    table = calibrated(recipe.table, recipe.calibrations)
    yield from _other_anchors(settings, recipe, table)
    yield from _other_cutoffs(settings, table)
    for at, case in enumerate(table.cases):
        if len(table) > 2:
            yield "cases", case, "", table.without(at), settings
    yield from _other_scores(settings, recipe, table)


def _other_anchors(settings: QcaSettings, recipe: CalibrationRecipe, table: CaseTable) -> Iterator[Planned]:
    for name in (settings.outcome, *settings.conditions):
        how = recipe.calibrations.get(name)
        raw = recipe.table.values[name]
        if how is not None:
            for anchors in moved_anchors(how.anchors):
                values = calibrated(recipe.table, {name: replace(how, anchors=anchors)}).values[name]
                written = ", ".join(f"{anchor:g}" for anchor in anchors)
                yield "anchors", name, written, table.having({name: values}), settings
        elif np.any((raw > 0.0) & (raw < 1.0)):
            for shift in LOG_ODDS:
                yield "anchors", name, f"{shift:+g}", table.having({name: shifted(raw, shift)}), settings


def moved_anchors(anchors: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
    """Anchors with one of them moved, by :data:`SHIFTS` of the way to the nearer neighbour.

    A single threshold moves by these shares of its own size.
    """
    for at, anchor in enumerate(anchors):
        beside = [abs(anchor - anchors[other]) for other in (at - 1, at + 1) if 0 <= other < len(anchors)]
        way = min([gap for gap in beside if gap > 0.0], default=abs(anchor) or 1.0)
        for shift in SHIFTS:
            yield (*anchors[:at], anchor + shift * way, *anchors[at + 1 :])


def shifted(members: np.ndarray, shift: float) -> np.ndarray:
    """Memberships with their log-odds moved; full and no membership stay."""
    inner = (members > 0.0) & (members < 1.0)
    safe = np.where(inner, members, 0.5)
    return np.where(inner, 1.0 / (1.0 + (1.0 - safe) / safe * np.exp(-shift)), members)


def _other_cutoffs(settings: QcaSettings, table: CaseTable) -> Iterator[Planned]:
    inclusions = sorted({round(min(1.0, max(0.5, settings.incl_cut + step)), 4) for step in INCL_STEPS})
    reductions = sorted({*PRI_CUTS, settings.pri_cut})
    counts = sorted({*N_CUTS, settings.n_cut})
    asked = {"incl": round(settings.incl_cut, 4), "pri": settings.pri_cut, "n": settings.n_cut}
    for incl, pri, n in product(inclusions, reductions, counts):
        moved = [name for name, value in (("incl", incl), ("pri", pri), ("n", n)) if value != asked[name]]
        if moved:
            family = moved[0] if len(moved) == 1 else "cutoffs"
            written = f"{incl:g} / {pri:g} / {n}"
            yield family, "incl / PRI / n", written, table, replace(settings, incl_cut=incl, pri_cut=pri, n_cut=n)


def _other_scores(settings: QcaSettings, recipe: CalibrationRecipe, table: CaseTable) -> Iterator[Planned]:
    """Each other column in its turn, then the first of each together.

    Where one is missing for some cases, the variant stands on the others, and the scores as asked for are tried on
    these alone too, so that fewer cases and other scores are told apart.
    """
    alternatives = {name: others for name, others in recipe.alternatives.items() if others}
    planned = [{name: other} for name, others in alternatives.items() for other in others]
    if len(alternatives) > 1:
        planned.append({name: others[0] for name, others in alternatives.items()})
    for change in planned:
        columns = {name: recipe.table.values[other] for name, other in change.items()}
        there = np.asarray(np.isfinite(np.column_stack(list(columns.values()))).all(axis=1))
        if there.sum() < 2:
            continue
        names, written = ", ".join(change), ", ".join(change.values())
        if not there.all():
            yield "scores", names, f"{names} (n = {int(there.sum())})", table.where(there), settings
            written = f"{written} (n = {int(there.sum())})"
        yield "scores", names, written, table.having(columns).where(there), settings


def named_survival(found: Robustness, kind: Kind, conditions: Sequence[str]) -> dict[str, dict[str, Survival]]:
    """Survival by the term's name and family; ``all`` for all families together."""
    rows: dict[str, dict[str, Survival]] = {}
    for family in (None, *found.families()):
        for one in found.survival(kind, family):
            rows.setdefault(term_name(one.term, conditions), {})[family or "all"] = one
    return rows
