"""One analysis of necessary conditions: each condition's ceilings, effect sizes, p and bottlenecks.

What a reader of an effect size must know: where the empty zone comes from, and which case it hangs on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.errors import Fault
from copark.setmethods.nca.ceilings import (
    CORNERS,
    KINDS,
    NEAR,
    Bottleneck,
    Kind,
    Scope,
    ScopeView,
    bottlenecks,
    observed_scope,
    p_values,
    peer_line,
    peers,
    step_zone,
    steps_of,
    zones,
)
from copark.setmethods.table import CaseTable, SettingFaults, TableFaults, Warned, fault, left_out_warning

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PERMUTATIONS = 1_000_000
EFFECT = (0.1, 0.3, 0.5)
"""Effect sizes from which Dul 2016 speaks of a medium, a large and a very large effect: a convention."""
SIZES = ("small", "medium", "large", "very_large")


@dataclass(frozen=True)
class NcaRequest:
    """What is asked."""

    outcome: str
    conditions: tuple[str, ...]
    """outcome, conditions: columns."""
    corner: int = 1
    """Which corner is expected to be empty, 1 to 4."""
    scope: Scope | None = None
    """Theoretical limits of condition and outcome, for all conditions; by default the observed ones."""
    permutations: int = 0
    """Deals of the test; 0 for none."""
    seed: int = 1
    """Seed of the test."""


@dataclass(frozen=True)
class Ceiling:
    """One ceiling of one condition."""

    kind: Kind
    """``ce_fdh`` or ``cr_fdh``."""
    zone: float
    effect: float
    """zone, effect: the empty area and its share of the scope, d."""
    above: int
    """Cases that stick out of the ceiling."""
    intercept: float
    slope: float
    """intercept, slope: of CR-FDH, in the data's own units; NaN for the step and where there is no line."""
    complexity: int
    """Steps of CE-FDH; 1 for the line."""
    fit: float
    """Effect size over that of CE-FDH, in per cent; NaN where that is 0."""
    accuracy: float
    """Cases on or below the ceiling, in per cent."""
    condition_inefficiency: float
    outcome_inefficiency: float
    """condition_inefficiency, outcome_inefficiency: per cent of the condition's range beyond which no outcome needs
    more, and of the outcome's range that needs nothing."""
    p: float
    """Of the permutation test; NaN without one."""
    bottlenecks: tuple[Bottleneck, ...]
    """What each level of the outcome needs."""


@dataclass(frozen=True)
class Necessity:
    """One condition: its scope, its peers (case, x, y) and its two ceilings."""

    condition: str
    scope: Scope
    peers: tuple[tuple[str, float, float], ...]
    ceilings: Mapping[Kind, Ceiling]


@dataclass(frozen=True)
class Necessities:
    """What an analysis gave."""

    table: CaseTable
    request: NcaRequest
    found: tuple[Necessity, ...]


def size_of(effect: float) -> str:
    """What Dul 2016 calls an effect: ``none``, or one of :data:`SIZES`."""
    return "none" if effect <= 0.0 else SIZES[sum(effect >= limit for limit in EFFECT)]


def request_faults(request: NcaRequest) -> list[Fault]:
    """Everything wrong with what is asked, before a table is read."""
    found = []
    names = request.conditions
    if not names:
        found.append(fault("no_conditions", "--x"))
    found += [fault("twice", "--x", key=one, found=one) for one in sorted(set(names)) if names.count(one) > 1]
    if request.outcome in names:
        found.append(fault("outcome_is_condition", "--y", key=request.outcome, found=request.outcome))
    if request.corner not in CORNERS:
        found.append(fault("corner", "--corner", found=str(request.corner)))
    if not 0 <= request.permutations <= MOST_PERMUTATIONS:
        values: dict[str, Any] = {"found": str(request.permutations), "most": f"{MOST_PERMUTATIONS:,}"}
        found.append(fault("permutations", "--permutations", **values))
    scope = request.scope
    if scope is not None and not (scope.x_low < scope.x_high and scope.y_low < scope.y_high):
        found.append(fault("scope_order", "--scope"))
    return found


def analyse(
    table: CaseTable, request: NcaRequest, progress: Callable[[int, int], None] | None = None
) -> Necessities:  # fmt: skip
    """Look for the empty corner of each condition.

    Raises
    ------
    SettingFaults
        If what is asked cannot be done, or the scope leaves cases outside.
    TableFaults
        If a column never varies: no corner can be empty then.
    KeyError
        If a column is not in the table.
    """
    faults = request_faults(request)
    if faults:
        raise SettingFaults(faults)
    y = table.values[request.outcome]
    for name in (request.outcome, *request.conditions):
        if np.ptp(table.values[name]) == 0.0:
            faults.append(fault("constant_column", table.file, None, name))
    if faults:
        raise TableFaults(faults)
    for name in request.conditions:
        faults.extend(_outside(table, name, request))
    if faults:
        raise SettingFaults(faults)
    found = []
    for at, name in enumerate(request.conditions):
        total = len(request.conditions) * max(1, request.permutations)
        done = at * max(1, request.permutations)
        tell = None if progress is None else _shifted(progress, done, total)
        found.append(_condition(table, name, table.values[name], y, request, tell))
    return Necessities(table, request, tuple(found))


def _shifted(progress: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    def tell(done: int, _: int) -> None:
        progress(before + done, total)

    return tell


def _outside(table: CaseTable, name: str, request: NcaRequest) -> list[Fault]:
    if request.scope is None:
        return []
    seen, given = observed_scope(table.values[name], table.values[request.outcome]), request.scope
    inside = (
        given.x_low <= seen.x_low and seen.x_high <= given.x_high
        and given.y_low <= seen.y_low and seen.y_high <= given.y_high
    )  # fmt: skip
    if inside:
        return []
    found = ", ".join(f"{value:g}" for value in (seen.x_low, seen.x_high, seen.y_low, seen.y_high))
    return [fault("scope_too_small", "--scope", key=name, found=found)]


def _condition(
    table: CaseTable,
    name: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    request: NcaRequest,
    progress: Callable[[int, int], None] | None,
) -> Necessity:
    view = ScopeView(request.corner)
    scope = request.scope or observed_scope(x, y)
    box = view.scope(scope)
    seen_x, seen_y = view.points(x, y)
    steps = steps_of(seen_x)
    tested = {}
    if request.permutations:
        tested = p_values(steps, seen_y, box, request.permutations, request.seed, progress)
    peer_x, peer_y, _ = peers(steps, seen_y)
    on_peers = [
        (table.cases[at], float(x[at]), float(y[at]))
        for at in steps.order
        if np.any((peer_x == seen_x[at]) & (peer_y == seen_y[at]))
    ]
    step = float(zones(steps, seen_y, box, "ce_fdh"))
    ceilings = {}
    for kind in KINDS:
        zone = float(zones(steps, seen_y, box, kind))
        intercept, slope = (float(value) for value in peer_line(steps, seen_y))
        line = kind == "cr_fdh"
        height = intercept + slope * seen_x if line and np.isfinite(slope) else np.full(len(table), np.inf)
        above = int(np.count_nonzero(seen_y > height + NEAR * (box.y_high - box.y_low)))
        own = view.line(intercept, slope) if line else (float("nan"), float("nan"))
        wasted = _inefficiencies(box, (intercept, slope) if line else None, peer_x, peer_y)
        ceilings[kind] = Ceiling(
            kind,
            zone,
            zone / box.area,
            above,
            *own,
            1 if line else len(peer_x),
            100.0 * zone / step if step > 0.0 else float("nan"),
            100.0 * (1.0 - above / len(table)),
            *wasted,
            tested.get(kind, float("nan")),
            bottlenecks(steps, seen_y, box, kind),
        )
    return Necessity(name, scope, tuple(on_peers), ceilings)


def _inefficiencies(
    box: Scope, line: tuple[float, float] | None, peer_x: NDArray[np.float64], peer_y: NDArray[np.float64]
) -> tuple[float, float]:
    """Share of the condition's range beyond the ceiling's top, and of the outcome's below its foot, in per cent."""
    width, height = box.x_high - box.x_low, box.y_high - box.y_low
    if line is None:
        top = float(peer_x[-1]) if peer_y[-1] >= box.y_high else box.x_high
        foot = float(peer_y[0]) if peer_x[0] <= box.x_low else box.y_low
    elif np.isnan(line[1]):
        return float("nan"), float("nan")
    else:
        top = (box.y_high - line[0]) / line[1]
        foot = line[0] + line[1] * box.x_low
    spare_x = float(np.clip((box.x_high - top) / width, 0.0, 1.0))
    spare_y = float(np.clip((foot - box.y_low) / height, 0.0, 1.0))
    return 100.0 * spare_x, 100.0 * spare_y


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
    view = ScopeView(corner)
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
