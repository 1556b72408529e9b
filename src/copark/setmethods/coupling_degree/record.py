"""Coupling coordination degrees as plain data, with the keys of the published test vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copark.setmethods.coupling_degree.formulas import GRADES
from copark.setmethods.coupling_degree.weights import entropy
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copark.setmethods.coupling_degree.degree import Coupled, Degrees
    from copark.setmethods.coupling_degree.ensemble import Ensemble
    from copark.setmethods.coupling_degree.null import Null
    from copark.setmethods.coupling_degree.reported import Reported
    from copark.setmethods.table import Warned


def record(
    found: Coupled,
    identity: str = "",
    *,
    null: Null | None = None,
    ensemble: Ensemble | None = None,
    claims: Sequence[Reported] = (),
    warnings: Sequence[Warned] = (),
) -> dict[str, Any]:
    """Everything that was found, ready for JSON. Grades have their Chinese names, with the English ones beside."""
    request = found.request
    return {
        "id": identity,
        "dataset": found.table.file,
        "subsystems": [one.name for one in request.subsystems],
        "formula": request.formula,
        "grades": {"closed": request.closed, "names": [text(f"analysis.grade.{name}", "zh") for name in GRADES]},
        "weights": [float(one) for one in found.alpha],
        "indicators": _indicators(found),
        "rows": [_row(found, at) for at in range(len(found.table))],
        "null": None if null is None else _null(null),
        "ensemble": None if ensemble is None else _ensemble(ensemble, found),
        "reported": [
            {"column": one.column, "what": one.what, "matches": dict(one.matches), "nearest": list(one.nearest)}
            for one in claims
        ],
        "left_out": [{"case": case, "missing": list(columns)} for case, columns in found.table.left_out],
        "warnings": [{"code": one.code, **one.values} for one in warnings],
    }


def _indicators(found: Coupled) -> list[dict[str, Any]]:
    spread = entropy(found.indicator_scores)
    rows = []
    for at, one in enumerate(found.request.indicators):
        own = int(found.request.belongs[at].argmax())
        span = found.ranges[one.column]
        rows.append(
            {
                "column": one.column,
                "subsystem": found.request.subsystems[own].name,
                "positive": one.positive,
                "low": span.low,
                "high": span.high,
                "range": span.source,
                "e": float(spread[at]),
                "w": float(found.shares[at, own]),
            }
        )
    return rows


def _row(found: Coupled, at: int) -> dict[str, Any]:
    chosen = found.chosen
    return {
        "case": found.table.cases[at],
        "U": [float(one) for one in found.scores[at]],
        "T": float(found.development[at]),
        **_form(found.forms["standard"], at, "trad"),
        **_form(found.forms["wang2021"], at, "wang2021"),
        "C": float(chosen.coupling[at]),
        "D": float(chosen.coordination[at]),
        "grade": text(f"analysis.grade.{chosen.grades[at]}", "zh"),
        "grade_en": text(f"analysis.grade.{chosen.grades[at]}", "en"),
    }


def _form(form: Degrees, at: int, name: str) -> dict[str, Any]:
    return {
        f"C_{name}": float(form.coupling[at]),
        f"D_{name}": float(form.coordination[at]),
        f"grade_{name}": text(f"analysis.grade.{form.grades[at]}", "zh"),
    }


def _null(one: Null) -> dict[str, Any]:
    return {
        "permutations": one.deals,
        "observed": dict(one.observed),
        "p": {kind: dict(values) for kind, values in one.p.items()},
        "band": [[float(value) for value in row] for row in one.band],
        "above_band": list(one.outside),
    }


def _ensemble(one: Ensemble, found: Coupled) -> dict[str, Any]:
    rows = zip(found.table.cases, one.levels.T, one.shares, one.met, strict=True)
    return {
        "draws": one.draws,
        "grade_stays": dict(one.stays),
        "rows": [
            {
                "case": case,
                "D": [float(value) for value in levels],
                "grades": {
                    text(f"analysis.grade.{name}", "zh"): float(share)
                    for name, share in zip(GRADES, shares, strict=True)
                    if share > 0.0
                },
                "grades_met": met,
            }
            for case, levels, shares, met in rows
        ],
    }
