"""An analysis of necessary conditions as plain data, with the keys of the published comparison files."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from copark.setmethods.nca.bottleneck import LEVELS
from copark.setmethods.nca.ceilings import KINDS
from copark.setmethods.nca.permutation import p_accuracy

if TYPE_CHECKING:
    from copark.setmethods.nca.analysis import Ceiling, Necessities, Necessity
    from copark.setmethods.table import Warned


def record(analysis: Necessities, identity: str = "", warnings: Sequence[Warned] = ()) -> dict[str, Any]:
    """Everything an analysis gave, ready for JSON; nothing (null) where a number has no meaning."""
    request = analysis.request
    scope = request.scope
    return {
        "id": identity,
        "dataset": analysis.table.file,
        "x": list(request.conditions),
        "y": request.outcome,
        "corner": request.corner,
        "scope": None if scope is None else [scope.x_low, scope.x_high, scope.y_low, scope.y_high],
        "test_rep": request.permutations,
        "seed": request.seed,
        "models": [_model(one, analysis) for one in analysis.found],
        "bottlenecks": {
            kind: [
                {
                    request.outcome: f"{level:g}",
                    **{one.condition: one.ceilings[kind].bottlenecks[at].written for one in analysis.found},
                }
                for at, level in enumerate(LEVELS)
            ]
            for kind in KINDS
        },
        "warnings": [{"code": one.code, **one.values} for one in warnings],
        "left_out": [{"case": case, "missing": list(columns)} for case, columns in analysis.table.left_out],
    }


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
        "params": [_ceiling(one.ceilings[kind], one.scope.area, analysis.request.permutations) for kind in KINDS],
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
    return {**{key: value if isfinite(value) else None for key, value in found.items()}, "_row": one.kind}
