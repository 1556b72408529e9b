"""C, T and D of a table of cases, in both forms, with grades.

The coupling degree C, the development index T and the coordination degree D of scores, and the grades of D.

Two forms of C of n scores in [0, 1]: the standard one, geometric over arithmetic mean, and the corrected one of Wang
Shujia et al. 2021 (王淑佳等, 国内耦合协调度模型的误区及修正, 自然资源学报 36(3): 793-810). D = sqrt(C T) with T the
weighted mean. The grades are a convention: no theory or loss function stands behind their boundaries.

Warnings for each known misuse that data and settings give away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.arrays import Floats
from copark.errors import Fault
from copark.setmethods.coupling_degree.indicators import (
    Indicator,
    Range,
    Ranging,
    Subsystem,
    bootstrap_weights,
    entropy_weights,
    equal_weights,
    ranges_of,
    scores_of,
)
from copark.setmethods.table import CaseTable, SettingFaults, TableFaults, Warned, fault, left_out_warning

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from copark.setmethods.coupling_degree.record import Null, Reported, WeightEnsemble


GRADES = (
    "extreme_imbalance", "severe_imbalance", "moderate_imbalance", "mild_imbalance", "near_imbalance",
    "barely_coordinated", "primary_coordination", "intermediate_coordination", "good_coordination",
    "quality_coordination",
)  # fmt: skip
"""Ten grades of D, each 0.1 wide, from the lowest."""

BOUNDARIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def _checked(scores: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(scores, dtype=np.float64)
    if found.shape[-1] < 2:
        raise ValueError("coupling needs at least two scores")
    with np.errstate(invalid="ignore"):
        if np.any((found < 0.0) | (found > 1.0)):
            raise ValueError("scores must lie in [0, 1]")
    return found


def _relative(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores over the largest of them, 0 where all are 0: C stays, and products of small scores do not vanish."""
    top = scores.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = np.where(np.isnan(scores), np.nan, 0.0)
    np.divide(scores, top, out=found, where=top > 0.0)
    return found


def coupling(scores: ArrayLike) -> NDArray[np.float64]:
    """Standard coupling degree, ``C = (Π U)^(1/n) / (Σ U / n)``; 0 where every score is 0.

    scores: U in [0, 1], shape (…, n), n ≥ 2. Returns: C in [0, 1], shape (…). Raises ValueError if a score leaves [0,
    1] or there is only one.
    """
    relative = _relative(_checked(scores))
    mean = relative.mean(axis=-1)
    geometric = np.prod(relative, axis=-1) ** (1.0 / relative.shape[-1])
    degree: NDArray[np.float64] = np.where(np.isnan(mean), np.nan, 0.0)
    np.divide(geometric, mean, out=degree, where=mean > 0.0)
    return degree


def coupling_corrected(scores: ArrayLike) -> NDArray[np.float64]:
    """Corrected coupling degree of Wang et al. 2021; 0 where every score is 0.

    ``C' = sqrt{ [1 - Σ_{i>j} |U_i - U_j| / (n(n-1)/2)] · (Π U_i / max U)^(1/(n-1)) }``. The formula was taken from the
    vignette of the R package *coupling* and agrees with the article's table 8; the article was not seen in print.

    scores: U in [0, 1], shape (…, n), n ≥ 2. Raises ValueError if a score leaves [0, 1] or there is only one.
    """
    found = _checked(scores)
    n = found.shape[-1]
    first, second = np.triu_indices(n, k=1)
    spread = np.abs(found[..., first] - found[..., second]).sum(axis=-1) / (n * (n - 1) / 2.0)
    evenness = np.prod(_relative(found), axis=-1) ** (1.0 / (n - 1))
    degree: NDArray[np.float64] = np.sqrt(np.maximum(1.0 - spread, 0.0) * evenness)
    return degree


def development(scores: ArrayLike, weights: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Development index ``T = Σ α U``, α equal unless given.

    Raises ValueError if the weights are not as many as the scores, negative, or do not sum to 1.
    """
    found = _checked(scores)
    n = found.shape[-1]
    alpha = np.full(n, 1.0 / n) if weights is None else np.asarray(weights, dtype=np.float64)
    if alpha.shape != (n,) or np.any(alpha < 0.0) or abs(float(alpha.sum()) - 1.0) > 1e-9:
        raise ValueError("one weight a score is needed, none negative, that sum to 1")
    total: NDArray[np.float64] = found @ alpha
    return total


def coordination(coupling_degree: ArrayLike, index: ArrayLike) -> NDArray[np.float64]:
    """Coordination degree ``D = sqrt(C T)``."""
    degree: NDArray[np.float64] = np.sqrt(np.asarray(coupling_degree) * np.asarray(index))
    return degree


def grade(degree: float, closed: Literal["left", "right"] = "left") -> str:
    """The grade of D.

    degree: D in [0, 1]; closed: papers differ on the boundaries: ``left`` reads [0.4, 0.5) as one grade, ``right``
    reads (0.4, 0.5]. Raises ValueError if D leaves [0, 1].
    """
    if not 0.0 <= degree <= 1.0:
        raise ValueError("a coordination degree lies in [0, 1]")
    return GRADES[int(np.searchsorted(BOUNDARIES, degree, side="right" if closed == "left" else "left"))]


Formula = Literal["standard", "wang2021"]
Closed = Literal["left", "right"]


@dataclass(frozen=True)
class CouplingRequest:
    """What is asked."""

    subsystems: tuple[Subsystem, ...]
    """Two or more."""
    weights: Literal["equal", "entropy"] | tuple[float, ...] = "equal"
    """Of the subsystems in T: ``equal``, ``entropy``, or one a subsystem, summing to 1. They have no place in C."""
    indicator_weights: Literal["equal", "entropy"] = "equal"
    """Of the indicators within a subsystem: ``equal`` or ``entropy``."""
    formula: Formula = "standard"
    """Which form is put forward; both are always computed."""
    closed: Closed = "left"
    """Which end of a grade belongs to it: ``left`` for [0.4, 0.5), ``right`` for (0.4, 0.5]."""
    ranging: Ranging = "auto"
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """ranging, ranges: how scores are made of columns; ranges that are given, by column."""

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, subsystem by subsystem."""
        return tuple(one for subsystem in self.subsystems for one in subsystem.indicators)

    @property
    def belongs(self) -> NDArray[np.bool_]:
        """Which indicator is of which subsystem, shape (indicator, subsystem)."""
        owner = np.array([at for at, one in enumerate(self.subsystems) for _ in one.indicators])
        belongs: NDArray[np.bool_] = owner[:, None] == np.arange(len(self.subsystems))
        return belongs


@dataclass(frozen=True)
class Degrees:
    """One form: C and D, shape (case,), and the grade of each D."""

    coupling: Floats
    coordination: Floats
    grades: tuple[str, ...]


@dataclass(frozen=True)
class Coupled:
    """What a table gave."""

    table: CaseTable
    request: CouplingRequest
    """table, request: what it was made from."""
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


def request_faults(request: CouplingRequest) -> list[Fault]:
    """Everything wrong with what is asked, before a table is read."""
    names = [one.name for one in request.subsystems]
    columns = [one.column for one in request.indicators]
    found = []
    if len(names) < 2:
        found.append(fault("few_subsystems", "--subsystems", found=len(names)))
    for group in (names, columns):
        twice = sorted({one for one in group if group.count(one) > 1})
        found += [fault("twice", "--subsystems", key=one, found=one) for one in twice]
        if any(not one for one in group):
            found.append(fault("empty_name", "--subsystems"))
    if not isinstance(request.weights, str):
        if len(request.weights) != len(names):
            found.append(fault("weight_count", "--weights", found=len(request.weights), expected=len(names)))
        elif any(one < 0.0 for one in request.weights) or abs(sum(request.weights) - 1.0) > 1e-6:
            total = sum(request.weights)
            scaled = ",".join(f"{one / total:.6g}" for one in request.weights) if total > 0.0 else ""
            found.append(fault("weight_sum", "--weights", found=f"{total:g}", scaled=scaled))
    for column, (low, high) in request.ranges.items():
        if column not in columns:
            found.append(fault("range_of_nothing", "--ranges", key=column, found=column))
        elif not low < high:
            found.append(fault("range_order", "--ranges", key=column))
    return found


def couple(table: CaseTable, request: CouplingRequest) -> Coupled:
    """Scores, weights and degrees of every case.

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
    ranges = ranges_of(table, request.indicators, request.ranging, request.ranges)
    scores = scores_of(table, request.indicators, ranges)
    shares = _shares(scores, request)
    for at, one in enumerate(request.subsystems):
        if not shares[:, at].sum() > 0.0:
            columns = ", ".join(indicator.column for indicator in one.indicators)
            faults.append(fault("constant_subsystem", table.file, None, one.name, columns=columns))
    if faults:
        raise TableFaults(faults)
    subsystems = np.clip(np.nan_to_num(scores) @ shares, 0.0, 1.0)
    alpha = _alpha(subsystems, request)
    return Coupled(table, request, ranges, scores, shares, alpha, subsystems, *degrees(subsystems, alpha, request))


def degrees(
    scores: Floats, alpha: Floats, request: CouplingRequest
) -> tuple[Floats, dict[Formula, Degrees]]:  # fmt: skip
    """T and both forms of C and D of scores of shape (case, subsystem)."""
    index = development(scores, tuple(float(one) for one in alpha))
    found: dict[Formula, Degrees] = {}
    for form, formula in (("standard", coupling), ("wang2021", coupling_corrected)):
        closeness = np.clip(formula(scores), 0.0, 1.0)
        degree = np.clip(coordination(closeness, index), 0.0, 1.0)
        grades = tuple(grade(rounded(float(one)), request.closed) for one in degree)
        found[form] = Degrees(closeness, degree, grades)  # type: ignore[index]
    return index, found


def rounded(degree: float) -> float:
    """A degree without the last digits, in which 0.5 and 0.49999999999999994 differ but should not in grade."""
    return round(degree, 12)


def _shares(scores: Floats, request: CouplingRequest) -> Floats:
    """Weight of each indicator in each subsystem."""
    weigh = entropy_weights if request.indicator_weights == "entropy" else equal_weights
    shares = np.zeros((scores.shape[1], len(request.subsystems)))
    for at, mine in enumerate(request.belongs.T):
        shares[mine, at] = weigh(scores[:, mine]) if not np.isnan(scores[:, mine]).all() else 0.0
    return shares


def _alpha(subsystems: Floats, request: CouplingRequest) -> Floats:
    count = len(request.subsystems)
    if request.weights == "equal":
        return np.full(count, 1.0 / count)
    if request.weights == "entropy":
        return entropy_weights(subsystems)
    given = np.array(request.weights, dtype=np.float64)
    alpha: Floats = given / given.sum()
    return alpha


FEW = 10
"""Cases below which entropy weights are mostly luck."""
WIDE = 0.2
"""Width of the 90 % bootstrap interval from which an entropy weight is called unstable."""
HIGH, LOW = 0.9, 0.5
TWIN = 0.99
SHOWN = 8
"""Cases that a warning names before it only counts."""


def _misuse(code: str, values: dict[str, str] | None = None) -> Warned:
    return Warned(code, values or {}, "misuse")


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """The first names of a list, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" (+{rest})" if rest > 0 else "")


def warnings_of(
    found: Coupled,
    seed: int = 1,
    *,
    null: Null | None = None,
    ensemble: WeightEnsemble | None = None,
    claims: Sequence[Reported] = (),
) -> tuple[Warned, ...]:
    """Everything a reader must be warned of.

    Parameters
    ----------
    seed
        Seed of the bootstrap of entropy weights.
    null, ensemble
        What they gave, if they were asked for.
    claims
        Columns of degrees that someone computed.
    """
    warned = [
        *left_out_warning(found.table),
        *_of_ranges(found),
        *_of_weights(found, seed),
        *_of_degrees(found),
        *_of_scores(found),
        *_of_claims(claims),
    ]
    if null is None:
        warned.append(_misuse("no_null"))
    elif null.p["shuffle"]["mean_coupling"] > 0.05:
        warned.append(_misuse("chance", {"p": f"{null.p['shuffle']['mean_coupling']:.3g}"}))
    elif null.p["shift"]["mean_coupling"] > 0.05:
        warned.append(_misuse("common_growth", {"p": f"{null.p['shift']['mean_coupling']:.3g}"}))
    if ensemble is not None and ensemble.stays["both"] < 0.5:
        warned.append(_misuse("grade_moves", {"share": f"{100.0 * ensemble.stays['both']:.0f}"}))
    return tuple(warned)


def _of_ranges(found: Coupled) -> Iterator[Warned]:
    sample = [name for name, one in found.ranges.items() if one.source == "sample"]
    if sample:
        yield _misuse("sample_range", {"columns": listed(sample), "cases": str(len(found.table))})
    for name, one in found.ranges.items():
        if one.clipped:
            yield _misuse("clipped", {"column": name, "cases": listed(one.clipped)})
    constant = [
        one.column for at, one in enumerate(found.request.indicators) if np.isnan(found.indicator_scores[:, at]).all()
    ]
    if constant:
        yield _misuse("constant", {"columns": listed(constant)})


def _of_weights(found: Coupled, seed: int) -> Iterator[Warned]:
    request = found.request
    by_entropy = request.weights == "entropy" or (
        request.indicator_weights == "entropy" and any(len(one.indicators) > 1 for one in request.subsystems)
    )
    if by_entropy and len(found.table) < FEW:
        yield _misuse("few_for_entropy", {"cases": str(len(found.table))})
    if by_entropy:
        scores = found.scores if request.weights == "entropy" else found.indicator_scores
        names = [one.name for one in request.subsystems]
        if request.weights != "entropy":
            names = [one.column for one in request.indicators]
        low, high = bootstrap_weights(scores, seed)
        wide = [
            f"{name} {start:.2f}–{stop:.2f}"
            for name, start, stop in zip(names, low, high, strict=True)
            if stop - start > WIDE
        ]
        if wide:
            yield _misuse("entropy_unstable", {"weights": listed(wide)})
    if not np.allclose(found.alpha, found.alpha[0]):
        yield _misuse("weights_in_t_only")


def _of_scores(found: Coupled) -> Iterator[Warned]:
    zero = [case for case, row in zip(found.table.cases, found.scores, strict=True) if np.any(row == 0.0)]
    if zero:
        yield _misuse("zero_score", {"cases": listed(zero)})
    for one, other in combinations(range(found.scores.shape[1]), 2):
        pair = found.scores[:, [one, other]]
        if len(pair) > 2 and np.all(np.ptp(pair, axis=0) > 0.0) and float(np.asarray(np.corrcoef(pair.T))[0, 1]) > TWIN:
            names = found.request.subsystems[one].name, found.request.subsystems[other].name
            yield _misuse("twins", {"first": names[0], "second": names[1]})


def _of_degrees(found: Coupled) -> Iterator[Warned]:
    cases, standard = found.table.cases, found.forms["standard"]
    hollow = [
        case
        for case, closeness, degree in zip(cases, found.chosen.coupling, found.chosen.coordination, strict=True)
        if closeness >= HIGH and degree < LOW
    ]
    if hollow:
        yield _misuse("high_coupling_low_coordination", {"cases": listed(hollow)})
    share = float(np.mean(standard.coupling > HIGH))
    if found.request.formula == "standard" and share >= 0.5:
        yield _misuse("saturated", {"share": f"{100.0 * share:.0f}"})
    other = found.forms["wang2021"].grades
    differ = [case for case, one, two in zip(cases, standard.grades, other, strict=True) if one != two]
    if differ:
        yield _misuse("forms_differ", {"count": str(len(differ)), "cases": listed(differ)})
    near = [
        case
        for case, degree in zip(cases, found.chosen.coordination, strict=True)
        if min(abs(degree - edge) for edge in BOUNDARIES) < 1e-9
    ]
    if near:
        yield _misuse("on_a_boundary", {"cases": listed(near)})


def _of_claims(claims: Sequence[Reported]) -> Iterator[Warned]:
    for one in claims:
        values = {"column": one.column, "what": one.what}
        if not one.matches:
            yield _misuse("reported_unknown", {**values, "gap": f"{one.nearest[1]:.3f}"})
        elif not one.sound:
            name = one.matches[0][0].removeprefix("root_of_").removesuffix("_wang2021")
            yield _misuse(f"reported_{name}", values)
