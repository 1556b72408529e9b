"""The coupling coordination degree (耦合协调度) of any table of cases, with what it takes to trust it.

Indicators are scored in [0, 1] as (x - low) / (high - low), turned where less is better, and weighed into subsystems:
equally, or by entropy (熵值法): an indicator weighs more the less evenly it is spread. p_ij = x_ij / Σ_i x_ij,
e_j = -(1 / ln m) Σ_i p_ij ln p_ij with 0 ln 0 = 0, w_j = (1 - e_j) / Σ (1 - e_j), over all m cases together. No small
number is added to the scores: the customary shift by 0.0001 changes weights and degrees.

The coupling degree C of n scores has two forms: the standard one, geometric over arithmetic mean, and the corrected one
of Wang Shujia et al. 2021 (王淑佳等, 国内耦合协调度模型的误区及修正, 自然资源学报 36(3): 793-810). The coordination
degree is D = sqrt(C T) with T the weighted mean. The grades of D are a convention: no theory or loss function stands
behind their boundaries. :mod:`copark.setmethods.coupling_warnings` warns of each known misuse that data and settings
give away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.arrays import Booleans, Floats
from copark.errors import Fault
from copark.setmethods.table import CaseTable, SettingFaults, TableFaults, fault

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

GRADES = (
    "extreme_imbalance",
    "severe_imbalance",
    "moderate_imbalance",
    "mild_imbalance",
    "near_imbalance",
    "barely_coordinated",
    "primary_coordination",
    "intermediate_coordination",
    "good_coordination",
    "quality_coordination",
)
"""Ten grades of D, each 0.1 wide, from the lowest."""
BOUNDARIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
RESAMPLES = 500

Formula = Literal["standard", "wang2021"]
Weights = Literal["equal", "entropy"]
Ranging = Literal["auto", "minmax", "none"]


@dataclass(frozen=True)
class Indicator:
    """A column as an indicator."""

    column: str
    """Name of the column."""
    positive: bool = True
    """Whether more of it is better."""


@dataclass(frozen=True)
class Subsystem:
    """A subsystem and what it is measured by."""

    name: str
    """Name of the subsystem."""
    indicators: tuple[Indicator, ...]
    """What it is measured by."""


@dataclass(frozen=True)
class Range:
    """The range a column is scored over."""

    low: float
    """Where the score is 0 (1 where less is better), in the column's unit."""
    high: float
    """Where the score is 1 (0 where less is better), in the column's unit."""
    source: Literal["given", "unit", "sample"]
    """``given`` by the user, the ``unit`` interval for columns that lie in it, or the ``sample``'s own extremes."""
    clipped: tuple[str, ...] = ()
    """Labels of cases beyond the range, whose score was set to its end."""


@dataclass(frozen=True)
class CouplingRequest:
    """Settings of a coupling analysis."""

    subsystems: tuple[Subsystem, ...]
    """Two or more."""
    weights: Weights | tuple[float, ...] = "equal"
    """Of the subsystems in T: ``equal``, ``entropy``, or one a subsystem, summing to 1. They have no place in C."""
    indicator_weights: Weights = "equal"
    """Of the indicators within a subsystem."""
    formula: Formula = "standard"
    """Which form is put forward; both are always computed."""
    closed: Literal["left", "right"] = "left"
    """Which end of a grade belongs to it, for papers differ: ``left`` for [0.4, 0.5), ``right`` for (0.4, 0.5]."""
    ranging: Ranging = "auto"
    """How columns without a given range are scored: ``minmax`` over the extremes of the whole table, ``none`` as they
    are, ``auto`` as they are where they lie in [0, 1]."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Ranges that are given, by column."""

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, subsystem by subsystem."""
        return tuple(indicator for subsystem in self.subsystems for indicator in subsystem.indicators)

    @property
    def belongs(self) -> Booleans:
        """Membership of each indicator in each subsystem, shape (indicator, subsystem)."""
        owner = np.array([number for number, subsystem in enumerate(self.subsystems) for _ in subsystem.indicators])
        return np.asarray(owner[:, None] == np.arange(len(self.subsystems)))


@dataclass(frozen=True)
class Degrees:
    """One form: C and D, shape (case,), and the grade of each D."""

    coupling: Floats
    """C of each case, 0 to 1."""
    coordination: Floats
    """D of each case, 0 to 1."""
    grades: tuple[str, ...]
    """Grade of each D."""


@dataclass(frozen=True)
class Coupled:
    """Degrees of a table, and what they are made of."""

    table: CaseTable
    """The table it was read from."""
    request: CouplingRequest
    """What was asked."""
    ranges: Mapping[str, Range]
    """The range of each column."""
    indicator_scores: Floats
    """Scores of the indicators, shape (case, indicator); NaN where one never varies."""
    shares: Floats
    """Weight of each indicator in each subsystem, shape (indicator, subsystem), columns summing to 1."""
    alpha: Floats
    """Weight of each subsystem in T."""
    scores: Floats
    """U, shape (case, subsystem)."""
    development: Floats
    """T, shape (case,)."""
    forms: Mapping[Formula, Degrees]
    """C, D and grades in each form."""

    @property
    def chosen(self) -> Degrees:
        """The form put forward."""
        return self.forms[self.request.formula]


def _checked(scores: ArrayLike) -> Floats:
    values = np.asarray(scores, dtype=np.float64)
    if values.shape[-1] < 2:
        raise ValueError("coupling needs at least two scores")
    with np.errstate(invalid="ignore"):
        if np.any((values < 0.0) | (values > 1.0)):
            raise ValueError("scores must lie in [0, 1]")
    return values


def _relative(scores: Floats) -> Floats:
    """Divide scores by the largest of them, 0 where all are 0: C stays, and products of small scores do not vanish."""
    top = scores.max(axis=-1, keepdims=True)
    relative: Floats = np.where(np.isnan(scores), np.nan, 0.0)
    np.divide(scores, top, out=relative, where=top > 0.0)
    return relative


def coupling(scores: ArrayLike) -> Floats:
    """Return the standard coupling degree, ``C = (Π U)^(1/n) / (Σ U / n)``; 0 where every score is 0.

    Parameters
    ----------
    scores
        U in [0, 1], shape (…, n), n ≥ 2.

    Returns
    -------
    C in [0, 1], shape (…).

    Raises
    ------
    ValueError
        If a score leaves [0, 1] or there is only one.
    """
    relative = _relative(_checked(scores))
    mean = relative.mean(axis=-1)
    geometric = np.prod(relative, axis=-1) ** (1.0 / relative.shape[-1])
    degree: Floats = np.where(np.isnan(mean), np.nan, 0.0)
    np.divide(geometric, mean, out=degree, where=mean > 0.0)
    return degree


def coupling_corrected(scores: ArrayLike) -> Floats:
    """Return the corrected degree of Wang et al. 2021 of scores as :func:`coupling` takes; 0 where every score is 0.

    ``C' = sqrt{ [1 - Σ_{i>j} |U_i - U_j| / (n(n-1)/2)] · (Π U_i / max U)^(1/(n-1)) }``. The formula was taken from the
    vignette of the R package *coupling* and agrees with the article's table 8; the article was not seen in print.
    """
    values = _checked(scores)
    n = values.shape[-1]
    first, second = np.triu_indices(n, k=1)
    spread = np.abs(values[..., first] - values[..., second]).sum(axis=-1) / (n * (n - 1) / 2.0)
    evenness = np.prod(_relative(values), axis=-1) ** (1.0 / (n - 1))
    return np.sqrt(np.maximum(1.0 - spread, 0.0) * evenness)


FORMS = {"standard": coupling, "wang2021": coupling_corrected}


def development(scores: ArrayLike, weights: Sequence[float] | Floats | None = None) -> Floats:
    """Return the development index ``T = Σ α U``, α equal unless given.

    Raises
    ------
    ValueError
        If the weights are not as many as the scores, negative, or do not sum to 1.
    """
    values = _checked(scores)
    n = values.shape[-1]
    alpha = np.full(n, 1.0 / n) if weights is None else np.asarray(weights, dtype=np.float64)
    if alpha.shape != (n,) or np.any(alpha < 0.0) or abs(float(alpha.sum()) - 1.0) > 1e-9:
        raise ValueError("one weight a score is needed, none negative, that sum to 1")
    return values @ alpha


def coordination(coupling_degree: ArrayLike, index: ArrayLike) -> Floats:
    """Return the coordination degree ``D = sqrt(C T)``."""
    return np.sqrt(np.asarray(coupling_degree) * np.asarray(index))


def grade(degree: float, closed: Literal["left", "right"] = "left") -> str:
    """Return the grade of D in [0, 1]; see :attr:`CouplingRequest.closed`. Raises ValueError if D leaves [0, 1]."""
    if not 0.0 <= degree <= 1.0:
        raise ValueError("a coordination degree lies in [0, 1]")
    return GRADES[int(np.searchsorted(BOUNDARIES, degree, side="right" if closed == "left" else "left"))]


def ranges_of(table: CaseTable, request: CouplingRequest) -> dict[str, Range]:
    """Return the range of each column; raises TableFaults if values taken as scores lie outside [0, 1]."""
    ranges = {}
    faults = []
    for indicator in request.indicators:
        values = table.values[indicator.column]
        low = float(values.min())
        high = float(values.max())
        inside = low >= 0.0 and high <= 1.0
        if indicator.column in request.ranges:
            start, stop = request.ranges[indicator.column]
            ranges[indicator.column] = Range(
                start, stop, "given", table.where((values < start) | (values > stop)).cases
            )
        elif request.ranging == "none" and not inside:
            faults.append(fault("not_a_score", table.file, None, indicator.column, low=f"{low:g}", high=f"{high:g}"))
        elif request.ranging == "none" or (request.ranging == "auto" and inside):
            ranges[indicator.column] = Range(0.0, 1.0, "unit")
        else:
            ranges[indicator.column] = Range(low, high, "sample")
    if faults:
        raise TableFaults(faults)
    return ranges


def scored(values: Floats, low: Floats, high: Floats, positive: Booleans) -> Floats:
    """Score values over ranges, NaN over one without width.

    Parameters
    ----------
    values
        Values, in the columns' units, shape (…, indicator).
    low, high
        Ends of the ranges, in the same units, of shapes that stretch to fit the values.
    positive
        Whether more is better, shape (indicator,).

    Returns
    -------
    Scores in [0, 1], of the shape to which the others stretch.
    """
    values, low, high = np.broadcast_arrays(values, low, high)
    share = np.full(values.shape, np.nan)
    np.divide(values - low, high - low, out=share, where=high > low)
    share = np.clip(share, 0.0, 1.0)
    return np.asarray(np.where(positive, share, 1.0 - share))


def entropy(scores: Floats) -> Floats:
    """Return the entropy of each indicator in [0, 1]; 1, that is no information, for one that never varies or is 0.

    Parameters
    ----------
    scores
        Shape (…, case, indicator), not negative; NaN columns never vary.
    """
    count = scores.shape[-2]
    clean = np.nan_to_num(scores)
    total = clean.sum(axis=-2, keepdims=True)
    share = np.divide(clean, total, out=np.zeros_like(clean), where=total > 0.0)
    logarithm = np.log(np.where(share > 0.0, share, 1.0))
    entropies = -(share * logarithm).sum(axis=-2) / np.log(max(count, 2))
    return np.where(total[..., 0, :] > 0.0, np.minimum(entropies, 1.0), 1.0)


def entropy_weights(scores: Floats) -> Floats:
    """Return entropy weights, shape (…, indicator), summing to 1; equal where no indicator tells anything apart."""
    divergence = 1.0 - entropy(scores)
    divergence = np.where(np.isnan(scores).all(axis=-2), 0.0, np.maximum(divergence, 0.0))
    total = divergence.sum(axis=-1, keepdims=True)
    even = np.full_like(divergence, 1.0 / divergence.shape[-1])
    np.divide(divergence, total, out=even, where=total > 1e-12)
    return even


def equal_weights(scores: Floats) -> Floats:
    """Return equal weights of the indicators that vary, shape (indicator,); a NaN column has none."""
    # An indicator that never varies has no range to be scored over, and tells no case from another.
    varies = ~np.isnan(scores).all(axis=0)
    return np.asarray(varies / max(1, int(varies.sum())))


def bootstrap_weights(scores: Floats, seed: int) -> Floats:
    """Return 5 % and 95 % of the entropy weights over resamples of the cases, shape (2, indicator)."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, scores.shape[0], (RESAMPLES, scores.shape[0]))
    return np.asarray(np.quantile(entropy_weights(scores[chosen]), (0.05, 0.95), axis=0))


def request_faults(request: CouplingRequest) -> list[Fault]:
    """Return everything wrong with the settings, before a table is read."""
    names = [subsystem.name for subsystem in request.subsystems]
    columns = [indicator.column for indicator in request.indicators]
    faults = []
    if len(names) < 2:
        faults.append(fault("few_subsystems", "--subsystems", found=len(names)))
    for group in (names, columns):
        twice = sorted({name for name in group if group.count(name) > 1})
        faults += [fault("twice", "--subsystems", key=name, found=name) for name in twice]
        if any(not name for name in group):
            faults.append(fault("empty_name", "--subsystems"))
    if not isinstance(request.weights, str):
        if len(request.weights) != len(names):
            faults.append(fault("weight_count", "--weights", found=len(request.weights), expected=len(names)))
        elif any(weight < 0.0 for weight in request.weights) or abs(sum(request.weights) - 1.0) > 1e-6:
            total = sum(request.weights)
            scaled = ",".join(f"{weight / total:.6g}" for weight in request.weights) if total > 0.0 else ""
            faults.append(fault("weight_sum", "--weights", found=f"{total:g}", scaled=scaled))
    for column, (low, high) in request.ranges.items():
        if column not in columns:
            faults.append(fault("range_of_nothing", "--ranges", key=column, found=column))
        elif not low < high:
            faults.append(fault("range_order", "--ranges", key=column))
    return faults


def couple(table: CaseTable, request: CouplingRequest) -> Coupled:
    """Score, weigh and grade every case.

    Raises
    ------
    SettingFaults
        If what is asked cannot be done.
    TableFaults
        If values taken as scores lie outside [0, 1], or all indicators of a subsystem never vary.
    """
    faults = request_faults(request)
    if faults:
        raise SettingFaults(faults)
    indicators = request.indicators
    ranges = ranges_of(table, request)
    scores = scored(
        table.matrix([indicator.column for indicator in indicators]),
        np.array([ranges[indicator.column].low for indicator in indicators]),
        np.array([ranges[indicator.column].high for indicator in indicators]),
        np.array([indicator.positive for indicator in indicators]),
    )
    weigh = entropy_weights if request.indicator_weights == "entropy" else equal_weights
    shares = np.zeros((scores.shape[1], len(request.subsystems)))
    for number, (subsystem, mine) in enumerate(zip(request.subsystems, request.belongs.T, strict=True)):
        if np.isnan(scores[:, mine]).all():
            columns = ", ".join(indicator.column for indicator in subsystem.indicators)
            faults.append(fault("constant_subsystem", table.file, None, subsystem.name, columns=columns))
        else:
            shares[mine, number] = weigh(scores[:, mine])
    if faults:
        raise TableFaults(faults)
    subsystems = np.clip(np.nan_to_num(scores) @ shares, 0.0, 1.0)
    alpha = _alpha(subsystems, request)
    index = development(subsystems, alpha)
    forms = {form: _degrees(formula(subsystems), index, request) for form, formula in FORMS.items()}
    return Coupled(table, request, ranges, scores, shares, alpha, subsystems, index, forms)  # type: ignore[arg-type]


def _degrees(closeness: Floats, index: Floats, request: CouplingRequest) -> Degrees:
    """Return C, D and grades; grades ignore the last digits: 0.5 and 0.49999999999999994 do not differ in grade."""
    closeness = np.clip(closeness, 0.0, 1.0)
    degree = np.clip(coordination(closeness, index), 0.0, 1.0)
    return Degrees(closeness, degree, tuple(grade(round(float(value), 12), request.closed) for value in degree))


def _alpha(subsystems: Floats, request: CouplingRequest) -> Floats:
    count = len(request.subsystems)
    if request.weights == "equal":
        return np.full(count, 1.0 / count)
    if request.weights == "entropy":
        return entropy_weights(subsystems)
    weights = np.array(request.weights, dtype=np.float64)
    return np.asarray(weights / weights.sum())
