"""Results of QCA and NCA as plain data, with the keys of the published comparison files."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt
from typing import Any

from copark.setmethods import qca_sets as sets
from copark.setmethods.nca import KINDS, LEVELS, Bottleneck, Ceiling, Necessities, Necessity
from copark.setmethods.qca import QcaAnalysis
from copark.setmethods.qca_sets import Model, Term, model_name, order, term_name
from copark.setmethods.qca_solutions import Minimised, TruthRow


def plain(value: float | None) -> float | None:
    """A number as JSON knows it: nothing where there is none."""
    return value if value is not None and isfinite(value) else None


def qca_record(found: QcaAnalysis) -> dict[str, Any]:
    """Everything an analysis gave, ready for JSON.

    Rows of the truth table are numbered from 1. A model is always a list of terms, and ``solutions`` a list of models,
    even where there is only one.
    """
    settings, solutions = found.settings, found.solutions
    return {
        "outcome": settings.outcome_name,
        "conditions": list(settings.conditions),
        "incl_cut": settings.incl_cut,
        "pri_cut": settings.pri_cut,
        "n_cut": settings.n_cut,
        "n_cases": len(found.table),
        "crossover_cases": len(found.truth.crossover),
        "truth_table": [_qca_row(row, settings.conditions) for row in found.truth.rows],
        "complex": _solution(found, solutions.cautious),
        "parsimonious": _solution(found, solutions.parsimonious),
        "intermediate": _intermediate(found),
        "SA": {f"M{at}": _numbers(rows) for at, rows in enumerate(solutions.assumptions, start=1)},
        "necessity": [
            {"term": one.name, **_necessity(one.fit)} for one in found.necessity
        ],
        "sufficiency": [{"term": name, **_sufficiency(one)} for name, one in found.sufficiency],
        "necessary_expressions": [{"term": one.name, **_necessity(one.fit)} for one in found.expressions],
    }  # fmt: skip


def _numbers(rows: Sequence[int]) -> list[str]:
    return [str(row + 1) for row in rows]


def _qca_row(row: TruthRow, conditions: Sequence[str]) -> dict[str, Any]:
    return {
        **dict(zip(conditions, row.values, strict=True)),
        "OUT": row.out,
        "n": row.n,
        "incl": plain(row.inclusion),
        "PRI": plain(row.pri),
        "cases": ",".join(row.cases),
        "row": row.number,
    }


def _necessity(one: sets.NecessityFit) -> dict[str, Any]:
    return {"inclN": plain(one.inclusion), "RoN": plain(one.relevance), "covN": plain(one.coverage)}


def _sufficiency(one: sets.Sufficiency, *, whole: bool = False) -> dict[str, Any]:
    found = {"inclS": plain(one.inclusion), "PRI": plain(one.pri), "covS": plain(one.coverage)}
    return found if whole else {**found, "covU": plain(one.unique)}


def names_of(model: Model, found: QcaAnalysis) -> list[str]:
    """The terms of a model as they are written."""
    return [term_name(term, found.settings.conditions) for term in model]


def fit_of_model(model: Model, found: QcaAnalysis) -> dict[str, Any]:
    """Fit of a model: of each of its terms and of the whole."""
    each, whole = sets.fit_of_terms(model, found.members, found.outcome)
    terms = zip(names_of(model, found), each, strict=True)
    name = model_name(model, found.settings.conditions)
    return {
        "terms": [{"term": term, **_sufficiency(one)} for term, one in terms],
        "solution": [{"term": name, **_sufficiency(whole, whole=True)}],
    }


def _fit(models: Sequence[Model], found: QcaAnalysis) -> dict[str, Any]:
    """Fit of tied models: of all their terms together, and model by model; of one model alone where there is one."""
    if not models:
        return {"terms": [], "solution": []}
    if len(models) == 1:
        return fit_of_model(models[0], found)
    every: list[Term] = sorted({term for model in models for term in model}, key=order)
    overall = fit_of_model(tuple(every), found)["terms"]
    return {"overall": overall, "individual": [fit_of_model(model, found) for model in models]}


def essential(models: Sequence[Model]) -> tuple[Term, ...]:
    """Terms that every tied model has."""
    if not models:
        return ()
    shared = set(models[0]).intersection(*map(set, models))
    return tuple(term for term in models[0] if term in shared)


def _solution(found: QcaAnalysis, minimised: Minimised) -> dict[str, Any]:
    return {
        "solutions": [names_of(model, found) for model in minimised.models],
        "essential": names_of(essential(minimised.models), found),
        "fit": _fit(minimised.models, found),
    }


def _intermediate(found: QcaAnalysis) -> dict[str, Any]:
    expected = ["-" if one is None else str(one) for one in found.settings.expected]
    models = {
        one.name: {
            "c_solution": names_of(one.complex_model, found),
            "p_solution": names_of(one.parsimonious_model, found),
            "solutions": [names_of(model, found) for model in one.models],
            "EC": _numbers(one.easy),
            "DC": _numbers(one.difficult),
            "NSEC": _numbers(one.unused),
            "fit": _fit(one.models, found),
        }
        for one in found.solutions.intermediate
    }
    return {"dir_exp": expected, "models": models}


def nca_record(analysis: Necessities) -> dict[str, Any]:
    """What the files compare; nothing (null) where a number has no meaning."""
    request = analysis.request
    return {
        "models": [_model(one, analysis) for one in analysis.found],
        "bottlenecks": {
            kind: [
                {
                    request.outcome: f"{level:g}",
                    **{one.condition: written(one.ceilings[kind].bottlenecks[at]) for one in analysis.found},
                }
                for at, level in enumerate(LEVELS)
            ]
            for kind in KINDS
        },
    }


def written(one: Bottleneck) -> str:
    """One decimal, or the mark."""
    return one.mark or f"{one.needed:.1f}"


def _model(one: Necessity, analysis: Necessities) -> dict[str, Any]:
    peers = [{"X": x, "Y": y, "_row": case} for case, x, y in one.peers]
    return {
        "x": one.condition,
        "global": {
            "Number of observations": len(analysis.table),
            "Scope": one.scope.area,
            "Xmin": one.scope.x_low,
            "Xmax": one.scope.x_high,
            "Ymin": one.scope.y_low,
            "Ymax": one.scope.y_high,
        },
        "params": [
            {**_ceiling(one.ceilings[kind], one.scope.area, analysis.request.permutations), "_row": kind}
            for kind in KINDS
        ],
        "ceilings": list(KINDS),
        "peers": dict.fromkeys(KINDS, peers),
    }


def _ceiling(one: Ceiling, area: float, deals: int) -> dict[str, Any]:
    useful = (1.0 - one.condition_inefficiency / 100.0) * (1.0 - one.outcome_inefficiency / 100.0)
    found = {
        "Ceiling zone": one.zone,
        "Effect size": one.effect,
        "# above": one.above,
        "Slope": one.slope,
        "Intercept": one.intercept,
        "p-value": one.p,
        "p-accuracy": p_accuracy(one.p, deals) if deals else float("nan"),
        "Complexity": one.complexity,
        "Fit": one.fit,
        "Ceiling accuracy": one.accuracy,
        "Abs. ineff.": area * (1.0 - useful),
        "Rel. ineff.": 100.0 * (1.0 - useful),
        "Condition ineff.": one.condition_inefficiency,
        "Outcome ineff.": one.outcome_inefficiency,
    }
    return {key: value if isfinite(value) else None for key, value in found.items()}


def p_accuracy(p: float, deals: int) -> float:
    """Half the 95 % Monte Carlo interval of a p: 1.96 sqrt(p (1 - p) / deals)."""
    return 1.96 * sqrt(p * (1.0 - p) / deals)
