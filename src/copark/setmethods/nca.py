"""Necessary condition analysis after Dul 2016 and Dul, van der Laan & Kuik 2020: the empty corner of a scatter.

Corner 1 (upper left empty): a high outcome needs a high condition. 2 (upper right): a high outcome needs a low
condition. 3 (lower left): a low outcome needs a high condition. 4 (lower right): a low outcome needs a low condition.
Each is corner 1 of mirrored data.

Two ceilings lie over a scatter seen from corner 1. CE-FDH is the step that never falls and lies on or above every point
(free disposal hull). CR-FDH is the least-squares line through the peers, the points where the step rises; a peer weighs
as often as it is observed. The effect size d is the empty zone above a ceiling over the scope.

Test: the outcome is dealt out anew to the cases; p = (1 + number of deals with a zone at least as large) / (1 + deals),
the form that is never zero (Phipson & Smyth 2010).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.errors import Fault
from copark.progress import Progress, part_of
from copark.setmethods.table import CaseTable, SettingFaults, TableFaults, Warned, fault, left_out_warning

Kind = Literal["ce_fdh", "cr_fdh"]
KINDS: tuple[Kind, ...] = ("ce_fdh", "cr_fdh")
CORNERS = (1, 2, 3, 4)
NEAR = 1e-9
"""Share of the outcome's range by which a point may stick out of a ceiling and still count as below it."""
TIE = 1e-12
"""Effect sizes this near count as equal: many deals leave the very same zone."""
CHUNK = 500
MOST_PERMUTATIONS = 1_000_000
LEVELS = tuple(float(level) for level in range(0, 101, 10))
"""Levels of the outcome in the bottleneck table, in per cent of its range."""
EFFECT = (0.1, 0.3, 0.5)
"""Effect sizes from which Dul 2016 speaks of a medium, a large and a very large effect: a convention."""
SIZES = ("small", "medium", "large", "very_large")
MOST_UNSEEN = 0.5
"""Share of an empty zone that may lie where nothing was observed before it is told."""
FRAGILE = 0.1
"""Change of d by one case from which it is told."""


@dataclass(frozen=True)
class Scope:
    """The box of what is possible, in the data's own units; the observed ranges unless theory gives wider ones."""

    x_low: float
    """Least value of the condition."""
    x_high: float
    """Largest value of the condition."""
    y_low: float
    """Least value of the outcome."""
    y_high: float
    """Largest value of the outcome."""

    @property
    def area(self) -> float:
        """Area of the box."""
        return (self.x_high - self.x_low) * (self.y_high - self.y_low)


def observed_scope(x: Floats, y: Floats) -> Scope:
    """Return the box the data fill."""
    return Scope(float(x.min()), float(x.max()), float(y.min()), float(y.max()))


@dataclass(frozen=True)
class ScopeView:
    """A view of a corner: with the condition, the outcome, or both mirrored."""

    corner: int

    @property
    def x_sign(self) -> float:
        """-1 where a low condition is needed."""
        return -1.0 if self.corner in (2, 4) else 1.0

    @property
    def y_sign(self) -> float:
        """-1 where a low outcome is explained."""
        return -1.0 if self.corner in (3, 4) else 1.0

    def scope(self, scope: Scope) -> Scope:
        """Return a box as it is seen."""
        xs = sorted((self.x_sign * scope.x_low, self.x_sign * scope.x_high))
        ys = sorted((self.y_sign * scope.y_low, self.y_sign * scope.y_high))
        return Scope(xs[0], xs[1], ys[0], ys[1])

    def points(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return points as they are seen; seen twice they are as they were."""
        return self.x_sign * x + 0.0, self.y_sign * y + 0.0


@dataclass(frozen=True)
class Steps:
    """A scatter sorted by the condition, as the ceilings need it."""

    x: Floats
    """Distinct values of the condition, rising."""
    starts: NDArray[np.intp]
    """Place of the first case of each among all cases in this order."""
    order: NDArray[np.intp]
    """Places of the cases in the order of the condition."""

    def tops(self, y: Floats) -> tuple[Floats, Floats]:
        """Return the highest outcome at each x, and how many cases reach it where the step rises, else 0.

        Parameters
        ----------
        y
            Outcome of each case, shape (…, case).
        """
        ranked = y[..., self.order]
        highest: Floats = np.maximum.reduceat(ranked, self.starts, axis=-1)
        sizes = np.diff(np.append(self.starts, self.order.size))
        reached = ranked >= np.repeat(highest, sizes, axis=-1)
        counts = np.add.reduceat(reached.astype(np.intp), self.starts, axis=-1)
        lowest = np.full((*highest.shape[:-1], 1), -np.inf)
        before = np.concatenate([lowest, np.maximum.accumulate(highest, axis=-1)[..., :-1]], axis=-1)
        return highest, np.where(highest > before, counts, 0).astype(np.float64)


def steps_of(x: Floats) -> Steps:
    """Sort a condition."""
    order = np.argsort(x, kind="stable")
    distinct, starts = np.unique(x[order], return_index=True)
    return Steps(distinct, starts, order)


def peers(steps: Steps, y: Floats) -> tuple[Floats, Floats]:
    """Return x and y of the points where the step rises; ``y`` of shape (case,)."""
    highest, counts = steps.tops(y)
    return steps.x[counts > 0.0], highest[counts > 0.0]


def step_zone(steps: Steps, y: Floats, scope: Scope) -> Floats:
    """Return the area above CE-FDH within the scope.

    Parameters
    ----------
    steps
        The scatter, sorted by the condition.
    y
        Outcome of each case, shape (…, case).
    scope
        The box of what is possible.

    Returns
    -------
    Areas, in the product of both units, shape (…).
    """
    ceiling = np.maximum.accumulate(steps.tops(y)[0], axis=-1)
    widths = np.diff(np.append(steps.x, scope.x_high))
    # Left of the first case nothing was observed at all, so the whole height is empty there.
    first = (steps.x[0] - scope.x_low) * (scope.y_high - scope.y_low)
    above = np.clip(scope.y_high - ceiling, 0.0, scope.y_high - scope.y_low)
    return first + above @ widths


def peer_line(steps: Steps, y: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slope of CR-FDH, NaN with fewer than two distinct peers; ``y`` of shape (…, case)."""
    highest, weights = steps.tops(y)
    total = weights.sum(axis=-1)
    mean_x = (weights @ steps.x) / total
    mean_y = (weights * highest).sum(axis=-1) / total
    gap_x = steps.x - mean_x[..., None]
    gap_y = highest - mean_y[..., None]
    spread = (weights * gap_x**2).sum(axis=-1)
    enough = (weights > 0.0).sum(axis=-1) > 1
    slope = np.full(total.shape, np.nan)
    np.divide((weights * gap_x * gap_y).sum(axis=-1), spread, out=slope, where=enough)
    return np.asarray(mean_y - slope * mean_x), slope


def line_zone(intercept: Floats, slope: Floats, scope: Scope) -> Floats:
    """Return the area above a rising line within the scope, the line cut at the box; 0 where there is no line.

    Parameters
    ----------
    intercept, slope
        The line, shape (…); NaN where there is none.
    scope
        The box of what is possible.

    Returns
    -------
    Areas, in the product of both units, shape (…).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        enters = np.clip((scope.y_low - intercept) / slope, scope.x_low, scope.x_high)
        leaves = np.clip((scope.y_high - intercept) / slope, scope.x_low, scope.x_high)
        at_entry = np.clip(intercept + slope * enters, scope.y_low, scope.y_high)
        at_exit = np.clip(intercept + slope * leaves, scope.y_low, scope.y_high)
    below = (enters - scope.x_low) * (scope.y_high - scope.y_low)
    inside = (leaves - enters) * (scope.y_high - (at_entry + at_exit) / 2.0)
    return np.where(np.isnan(slope), 0.0, below + inside)


def zones(steps: Steps, y: Floats, scope: Scope, kind: Kind) -> Floats:
    """Return the ceiling zone of one kind.

    Parameters
    ----------
    steps
        The scatter, sorted by the condition.
    y
        Outcome of each case, shape (…, case).
    scope
        The box of what is possible.
    kind
        Kind of the ceiling.

    Returns
    -------
    Areas, in the product of both units, shape (…).
    """
    return step_zone(steps, y, scope) if kind == "ce_fdh" else line_zone(*peer_line(steps, y), scope)


@dataclass(frozen=True)
class Bottleneck:
    """The condition that a level of the outcome needs."""

    level: float
    """Per cent of the outcome's range, seen from the corner: 100 is the best, or lowest, value."""
    needed: float | None
    """Per cent of the condition's range, seen likewise; ``None`` where nothing is needed or it is out of reach."""
    mark: str = ""
    """``NN`` where nothing is needed, ``NA`` where the ceiling puts the level out of reach of the scope, else empty."""


def bottlenecks(steps: Steps, y: Floats, scope: Scope, kind: Kind) -> tuple[Bottleneck, ...]:
    """Return the smallest condition under whose ceiling each level fits, as the scatter is seen.

    Parameters
    ----------
    steps
        The scatter, sorted by the condition.
    y
        Outcome of each case, shape (case,).
    scope
        The box of what is possible.
    kind
        Kind of the ceiling.
    """
    height = scope.y_high - scope.y_low
    width = scope.x_high - scope.x_low
    rows = []
    for level in LEVELS:
        height_needed = scope.y_low + level / 100.0 * height
        condition = _smallest(steps, y, kind, height_needed, NEAR * height)
        if condition <= scope.x_low + NEAR * width or height_needed <= scope.y_low + NEAR * height:
            rows.append(Bottleneck(level, None, "NN"))
        elif not condition <= scope.x_high + NEAR * width:
            rows.append(Bottleneck(level, None, "NA"))
        else:
            rows.append(Bottleneck(level, 100.0 * (condition - scope.x_low) / width))
    return tuple(rows)


def _smallest(steps: Steps, y: Floats, kind: Kind, target: float, slack: float) -> float:
    """Return where a ceiling first reaches a height; infinity if nowhere, minus infinity where there is no ceiling."""
    if kind == "ce_fdh":
        reached = np.flatnonzero(np.maximum.accumulate(steps.tops(y)[0]) >= target - slack)
        return float(steps.x[reached[0]]) if reached.size else float("inf")
    intercept, slope = (float(value) for value in peer_line(steps, y))
    return float("-inf") if np.isnan(slope) else (target - intercept) / slope


def p_values(
    steps: Steps, y: Floats, scope: Scope, deals: int, seed: int, progress: Progress | None = None
) -> dict[Kind, float]:
    """Return the p of both ceilings over the same deals.

    Parameters
    ----------
    steps
        The scatter, sorted by the condition.
    y
        Outcome of each case, shape (case,).
    scope
        The box of what is possible.
    deals
        How often the outcome is dealt out anew.
    seed
        Seed of the deals.
    progress
        Called with the deals done and the deals in all.
    """
    rng = np.random.default_rng(seed)
    observed = {kind: float(zones(steps, y, scope, kind)) for kind in KINDS}
    reached = dict.fromkeys(KINDS, 0)
    for done in range(0, deals, CHUNK):
        count = min(CHUNK, deals - done)
        dealt = rng.permuted(np.broadcast_to(y, (count, y.size)), axis=1)
        for kind in KINDS:
            dealt_zones = zones(steps, dealt, scope, kind)
            # Deals often leave the very same zone, with other rounding; a tie counts against the claim.
            reached[kind] += int(np.count_nonzero(dealt_zones >= observed[kind] - TIE * scope.area))
        if progress is not None:
            progress(done + count, deals)
    return {kind: (1 + reached[kind]) / (1 + deals) for kind in KINDS}


@dataclass(frozen=True)
class NcaRequest:
    """Settings of an analysis."""

    outcome: str
    """Column of the outcome."""
    conditions: tuple[str, ...]
    """Columns of the conditions."""
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

    zone: float
    """The empty area, in the product of both units."""
    effect: float
    """That area as a share of the scope, d, 0 to 1."""
    above: int
    """Cases that stick out of the ceiling."""
    intercept: float
    """Intercept of the line of CR-FDH, in the data's own units; NaN for the step and where there is no line."""
    slope: float
    """Slope of the same line; NaN likewise."""
    accuracy: float
    """Cases on or below the ceiling, in per cent."""
    condition_inefficiency: float
    """Per cent of the condition's range beyond which no outcome needs more."""
    outcome_inefficiency: float
    """Per cent of the outcome's range that needs nothing."""
    p: float
    """Of the permutation test; NaN without one."""
    bottlenecks: tuple[Bottleneck, ...]
    """What each level of the outcome needs."""


@dataclass(frozen=True)
class Necessity:
    """One condition and its ceilings."""

    condition: str
    """Column of the condition."""
    scope: Scope
    """The box of what is possible."""
    peers: tuple[tuple[str, float, float], ...]
    """Cases that the step ceiling rests on: label, condition and outcome."""
    ceilings: Mapping[Kind, Ceiling]
    """The two ceilings, by kind."""


@dataclass(frozen=True)
class Necessities:
    """Results of an analysis."""

    table: CaseTable
    """The table it was read from."""
    request: NcaRequest
    """What was asked."""
    found: tuple[Necessity, ...]
    """What was found of each condition."""


def size_of(effect: float) -> str:
    """Return the word of Dul 2016 for an effect size: ``none``, or one of :data:`SIZES`."""
    return "none" if effect <= 0.0 else SIZES[sum(effect >= limit for limit in EFFECT)]


def request_faults(request: NcaRequest) -> list[Fault]:
    """Return everything wrong with the settings, before a table is read."""
    faults = []
    names = request.conditions
    if not names:
        faults.append(fault("no_conditions", "--conditions"))
    faults += [
        fault("twice", "--conditions", key=name, found=name) for name in sorted(set(names)) if names.count(name) > 1
    ]
    if request.outcome in names:
        faults.append(fault("outcome_is_condition", "--outcome", key=request.outcome, found=request.outcome))
    if request.corner not in CORNERS:
        faults.append(fault("corner", "--corner", found=str(request.corner)))
    if not 0 <= request.permutations <= MOST_PERMUTATIONS:
        values: dict[str, Any] = {"found": str(request.permutations), "most": f"{MOST_PERMUTATIONS:,}"}
        faults.append(fault("permutations", "--permutations", **values))
    scope = request.scope
    if scope is not None and not (scope.x_low < scope.x_high and scope.y_low < scope.y_high):
        faults.append(fault("scope_order", "--scope"))
    return faults


def analyse(table: CaseTable, request: NcaRequest, progress: Progress | None = None) -> Necessities:
    """Look for the empty corner of each condition.

    Parameters
    ----------
    table
        The cases.
    request
        Settings of the analysis.
    progress
        Called with the deals done and the deals in all.

    Raises
    ------
    SettingFaults
        If what is asked cannot be done, or the scope leaves cases outside.
    TableFaults
        If a column never varies: no corner can be empty then.
    """
    faults = request_faults(request)
    if faults:
        raise SettingFaults(faults)
    columns = (request.outcome, *request.conditions)
    faults = [fault("constant_column", table.file, None, name) for name in columns if not np.ptp(table.values[name])]
    if faults:
        raise TableFaults(faults)
    faults = [problem for name in request.conditions for problem in _outside(table, name, request)]
    if faults:
        raise SettingFaults(faults)
    deals = max(1, request.permutations)
    necessities = []
    for number, name in enumerate(request.conditions):
        condition_progress = part_of(progress, number * deals, len(request.conditions) * deals)
        necessities.append(_condition(table, name, request, condition_progress))
    return Necessities(table, request, tuple(necessities))


def _outside(table: CaseTable, name: str, request: NcaRequest) -> Iterator[Fault]:
    observed = observed_scope(table.values[name], table.values[request.outcome])
    scope = request.scope
    if scope is not None and not (
        scope.x_low <= observed.x_low
        and observed.x_high <= scope.x_high
        and scope.y_low <= observed.y_low
        and observed.y_high <= scope.y_high
    ):
        limits = ", ".join(f"{value:g}" for value in (observed.x_low, observed.x_high, observed.y_low, observed.y_high))
        yield fault("scope_too_small", "--scope", key=name, found=limits)


def _condition(table: CaseTable, name: str, request: NcaRequest, progress: Progress) -> Necessity:
    view = ScopeView(request.corner)
    x = table.values[name]
    y = table.values[request.outcome]
    scope = request.scope or observed_scope(x, y)
    box = view.scope(scope)
    seen_x, seen_y = view.points(x, y)
    steps = steps_of(seen_x)
    tested: Mapping[Kind, float] = {}
    if request.permutations:
        tested = p_values(steps, seen_y, box, request.permutations, request.seed, progress)
    peer_x, peer_y = peers(steps, seen_y)
    on_peers = [
        (table.cases[case], float(x[case]), float(y[case]))
        for case in steps.order
        if np.any((peer_x == seen_x[case]) & (peer_y == seen_y[case]))
    ]
    nothing = float("nan")
    ceilings: dict[Kind, Ceiling] = {}
    for kind in KINDS:
        zone = float(zones(steps, seen_y, box, kind))
        if kind == "ce_fdh":
            own = (nothing, nothing)
            above = 0
            top = float(peer_x[-1]) if peer_y[-1] >= box.y_high else box.x_high
            foot = float(peer_y[0]) if peer_x[0] <= box.x_low else box.y_low
        else:
            intercept, slope = (float(value) for value in peer_line(steps, seen_y))
            own = view.y_sign * intercept, view.y_sign * view.x_sign * slope
            # Peers lie on the line but for rounding, and must not count as sticking out of it.
            height = intercept + slope * seen_x + NEAR * (box.y_high - box.y_low)
            above = int(np.count_nonzero(seen_y > height))
            top = (box.y_high - intercept) / slope if slope else nothing
            foot = intercept + slope * box.x_low
        ceilings[kind] = Ceiling(
            zone,
            zone / box.area,
            above,
            *own,
            100.0 * (1.0 - above / len(table)),
            100.0 * float(np.clip((box.x_high - top) / (box.x_high - box.x_low), 0.0, 1.0)),
            100.0 * float(np.clip((foot - box.y_low) / (box.y_high - box.y_low), 0.0, 1.0)),
            tested.get(kind, nothing),
            bottlenecks(steps, seen_y, box, kind),
        )
    return Necessity(name, scope, tuple(on_peers), ceilings)


def warnings_of(analysis: Necessities) -> tuple[Warned, ...]:
    """Return everything a reader must be warned of: where the empty zone comes from, and which case it hangs on."""
    warned = list(left_out_warning(analysis.table))
    if not analysis.request.permutations:
        warned.append(Warned("untested"))
    for necessity in analysis.found:
        warned.extend(_unseen(analysis, necessity))
        warned.extend(_fragile(analysis, necessity))
    return tuple(warned)


def _zone(x: Floats, y: Floats, corner: int, scope: Scope) -> float:
    view = ScopeView(corner)
    seen_x, seen_y = view.points(x, y)
    return float(step_zone(steps_of(seen_x), seen_y, view.scope(scope)))


def _unseen(analysis: Necessities, necessity: Necessity) -> Iterator[Warned]:
    """Warn of an empty zone mostly outside the observed ranges: it is made by the scope, not by the cases."""
    x = analysis.table.values[necessity.condition]
    y = analysis.table.values[analysis.request.outcome]
    whole = necessity.ceilings["ce_fdh"].zone
    inside = _zone(x, y, analysis.request.corner, observed_scope(x, y))
    if whole > 0.0 and 1.0 - inside / whole > MOST_UNSEEN:
        yield Warned("unseen", {"condition": necessity.condition, "share": f"{100.0 * (1.0 - inside / whole):.0f}"})


def _fragile(analysis: Necessities, necessity: Necessity) -> Iterator[Warned]:
    """Warn of the case without which d changes most; only cases on the step can change it."""
    x = analysis.table.values[necessity.condition]
    y = analysis.table.values[analysis.request.outcome]
    before = necessity.ceilings["ce_fdh"].effect
    after = {}
    for case in dict.fromkeys(case for case, _, _ in necessity.peers):
        is_other = np.array(analysis.table.cases) != case
        if is_other.sum() > 1:
            after[case] = (
                _zone(x[is_other], y[is_other], analysis.request.corner, necessity.scope) / necessity.scope.area
            )
    if after:
        case, effect = max(after.items(), key=lambda pair: abs(pair[1] - before))
        if abs(effect - before) > FRAGILE:
            values = {
                "condition": necessity.condition,
                "case": case,
                "before": f"{before:.2f}",
                "after": f"{effect:.2f}",
            }
            yield Warned("fragile", values)
