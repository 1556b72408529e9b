"""C, T and D of a table of cases, in both forms, with grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.arrays import Floats
from copark.errors import Fault
from copark.setmethods.coupling_degree.formulas import coordination, coupling, coupling_corrected, development, grade
from copark.setmethods.coupling_degree.indicators import Indicator, Range, Ranging, Subsystem, ranges_of, scores_of
from copark.setmethods.coupling_degree.weights import entropy_weights, equal_weights
from copark.setmethods.table import CaseTable, SettingFaults, TableFaults, fault

if TYPE_CHECKING:
    from numpy.typing import NDArray


Formula = Literal["standard", "wang2021"]
Closed = Literal["left", "right"]


@dataclass(frozen=True)
class Request:
    """What is asked.

    Parameters
    ----------
    subsystems
        Two or more.
    weights
        Of the subsystems in T: ``equal``, ``entropy``, or one a subsystem, summing to 1. They have no place in C.
    indicator_weights
        Of the indicators within a subsystem: ``equal`` or ``entropy``.
    formula
        Which form is put forward; both are always computed.
    closed
        Which end of a grade belongs to it: ``left`` for [0.4, 0.5), ``right`` for (0.4, 0.5].
    ranging, ranges
        How scores are made of columns; ranges that are given, by column.
    """

    subsystems: tuple[Subsystem, ...]
    weights: Literal["equal", "entropy"] | tuple[float, ...] = "equal"
    indicator_weights: Literal["equal", "entropy"] = "equal"
    formula: Formula = "standard"
    closed: Closed = "left"
    ranging: Ranging = "auto"
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

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
    """What a table gave.

    Parameters
    ----------
    table, request
        What it was made from.
    ranges
        The range of each column.
    indicator_scores
        Scores of the indicators, shape (case, indicator); NaN where one never varies.
    shares
        Weight of each indicator in each subsystem, shape (indicator, subsystem), columns summing to 1.
    alpha
        Weight of each subsystem in T.
    scores
        U, shape (case, subsystem).
    development
        T, shape (case,).
    forms
        C, D and grades in each form.
    """

    table: CaseTable
    request: Request
    ranges: Mapping[str, Range]
    indicator_scores: Floats
    shares: Floats
    alpha: Floats
    scores: Floats
    development: Floats
    forms: Mapping[Formula, Degrees]

    @property
    def chosen(self) -> Degrees:
        """The form put forward."""
        return self.forms[self.request.formula]


def request_faults(request: Request) -> list[Fault]:
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
            mended = ",".join(f"{one / total:.6g}" for one in request.weights) if total > 0.0 else ""
            found.append(fault("weight_sum", "--weights", found=f"{total:g}", mended=mended))
    for column, (low, high) in request.ranges.items():
        if column not in columns:
            found.append(fault("range_of_nothing", "--ranges", key=column, found=column))
        elif not low < high:
            found.append(fault("range_order", "--ranges", key=column))
    return found


def couple(table: CaseTable, request: Request) -> Coupled:
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
    scores: Floats, alpha: Floats, request: Request
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


def _shares(scores: Floats, request: Request) -> Floats:
    """Weight of each indicator in each subsystem."""
    weigh = entropy_weights if request.indicator_weights == "entropy" else equal_weights
    shares = np.zeros((scores.shape[1], len(request.subsystems)))
    for at, mine in enumerate(request.belongs.T):
        shares[mine, at] = weigh(scores[:, mine]) if not np.isnan(scores[:, mine]).all() else 0.0
    return shares


def _alpha(subsystems: Floats, request: Request) -> Floats:
    count = len(request.subsystems)
    if request.weights == "equal":
        return np.full(count, 1.0 / count)
    if request.weights == "entropy":
        return entropy_weights(subsystems)
    given = np.array(request.weights, dtype=np.float64)
    alpha: Floats = given / given.sum()
    return alpha
