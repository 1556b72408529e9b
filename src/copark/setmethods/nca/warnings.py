"""What a reader of an effect size must know: where the empty zone comes from, and which case it hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.nca.ceilings import step_zone, steps_of
from copark.setmethods.nca.corners import Scope, View, observed_scope
from copark.setmethods.table import Warned, left_out_warning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.setmethods.nca.analysis import Necessities, Necessity

MOST_UNSEEN = 0.5
"""Share of an empty zone that may lie where nothing was observed before it is told."""
FRAGILE = 0.1
"""Change of d by one case from which it is told."""


def warnings_of(analysis: Necessities) -> tuple[Warned, ...]:
    """Everything a reader must be warned of."""
    found = list(left_out_warning(analysis.table))
    if not analysis.request.permutations:
        found.append(Warned("untested"))
    for one in analysis.found:
        found.extend(_unseen(analysis, one))
        found.extend(_fragile(analysis, one))
    return tuple(found)


def _zone(x: NDArray[np.float64], y: NDArray[np.float64], corner: int, scope: Scope) -> float:
    view = View(corner)
    seen_x, seen_y = view.points(x, y)
    return float(step_zone(steps_of(seen_x), seen_y, view.scope(scope)))


def _unseen(analysis: Necessities, one: Necessity) -> Iterator[Warned]:
    """An empty zone that lies mostly outside the observed ranges is made by the scope, not by the cases."""
    x, y = analysis.table.values[one.condition], analysis.table.values[analysis.request.outcome]
    whole = one.ceilings["ce_fdh"].zone
    inside = _zone(x, y, analysis.request.corner, observed_scope(x, y))
    if whole > 0.0 and 1.0 - inside / whole > MOST_UNSEEN:
        share = f"{100.0 * (1.0 - inside / whole):.0f}"
        yield Warned("unseen", {"condition": one.condition, "share": share})


def _fragile(analysis: Necessities, one: Necessity) -> Iterator[Warned]:
    """The case without which d changes most; only cases on the step can change it."""
    x, y = analysis.table.values[one.condition], analysis.table.values[analysis.request.outcome]
    before = one.ceilings["ce_fdh"].effect
    after = {}
    for case in dict.fromkeys(case for case, _, _ in one.peers):
        kept = np.array(analysis.table.cases) != case
        if kept.sum() > 1:
            after[case] = _zone(x[kept], y[kept], analysis.request.corner, one.scope) / one.scope.area
    if after:
        case, effect = max(after.items(), key=lambda pair: abs(pair[1] - before))
        if abs(effect - before) > FRAGILE:
            values = {"condition": one.condition, "case": case, "before": f"{before:.2f}", "after": f"{effect:.2f}"}
            yield Warned("fragile", values)
