"""Coupling coordination degrees as plain data, with the keys of the published test vectors.

Which formula lies behind degrees that someone else computed: the right ones, and the known misprints.

Wang et al. 2021 name four misuses: a wrong formula, a lost coefficient, weights in the wrong place, a model that does
not hold. The first three leave traces that can be looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.setmethods.coupling_degree.degree import GRADES, Coupled, coordination
from copark.setmethods.coupling_degree.indicators import entropy
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from copark.setmethods.coupling_degree.degree import Degrees
    from copark.setmethods.coupling_degree.null import Ensemble, Null
    from copark.setmethods.table import Warned

    Values = NDArray[np.float64]


RIGHT = frozenset(("standard", "wang2021", "root_of_standard", "root_of_wang2021"))
NEAR = 0.0055
"""Largest difference at any case that rounding to two decimals, of scores and degrees, is taken to explain."""


@dataclass(frozen=True)
class Reported:
    """A column of degrees that someone computed."""

    column: str
    """Its name."""
    what: str
    """``C`` or ``D``."""
    matches: tuple[tuple[str, float], ...]
    """Formulas that give it, by name, with the largest difference."""
    nearest: tuple[str, float]
    """The formula that comes nearest, and its largest difference."""

    @property
    def sound(self) -> bool:
        """Whether a right formula gives it."""
        return any(name in RIGHT for name, _ in self.matches)


def couplings(found: Coupled) -> dict[str, Values]:
    """C after every formula, right and wrong."""
    u, alpha = found.scores, found.alpha
    n = u.shape[1]
    total, product = u.sum(axis=1), u.prod(axis=1)
    first, second = np.triu_indices(n, k=1)
    pairs = (u[:, first] + u[:, second]).prod(axis=1)
    weighted = u * alpha
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, by_pairs = product / total**n, product / pairs
        inside = n * weighted.prod(axis=1) ** (1.0 / n) / weighted.sum(axis=1)
    made = {
        "no_coefficient": ratio ** (1.0 / n),
        "no_root": ratio * float(n) ** n,
        "neither": ratio,
        "coefficient_without_root": n * ratio,
        "pair_sums": by_pairs ** (1.0 / n),
        "pair_sums_times_n": n * by_pairs ** (1.0 / n),
        "weights_inside": inside,
    }
    right = {"standard": found.forms["standard"].coupling, "wang2021": found.forms["wang2021"].coupling}
    return {**right, **{name: np.nan_to_num(value) for name, value in made.items()}}


def coordinations(found: Coupled) -> dict[str, Values]:
    """D after every formula, right and wrong: the root of C T of each C, and C T without the root."""
    index = found.development
    each = couplings(found)
    rooted = {f"root_of_{name}": coordination(np.maximum(value, 0.0), index) for name, value in each.items()}
    return {**rooted, "no_square_root": each["standard"] * index, "no_square_root_wang2021": each["wang2021"] * index}


def reported(found: Coupled, column: str, what: str) -> Reported:
    """Find the formula behind a column.

    Parameters
    ----------
    found
        The degrees of the same scores.
    column
        A column of the table.
    what
        ``C`` or ``D``.
    """
    values = found.table.values[column]
    candidates: Mapping[str, Values] = couplings(found) if what == "C" else coordinations(found)
    gaps = {name: float(np.max(np.abs(value - values))) for name, value in candidates.items()}
    nearest = min(gaps.items(), key=lambda pair: pair[1])
    return Reported(column, what, tuple(pair for pair in gaps.items() if pair[1] <= NEAR), nearest)


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
