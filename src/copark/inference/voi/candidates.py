"""Candidate observations: what could still be found out of a park, when, and how precisely.

A family is a thing that may be asked: which outputs of the model answer it, and with which error. A candidate is a
family at one date or several. What a candidate would report of a run is a set of *columns*: an output at a quarter, or
a parameter that a study elsewhere estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from copark.inference.observations import error_scales

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from copark.cases.case import Case

Floats = NDArray[np.float64]
When = Literal["middle", "now", "middle and now", "soon", "late", "yearly", "five"]
SOON, LATE = 8, 20
"""Quarters after the end of data of the two later dates."""
MIDDLE = 2 / 3
"""Place of the middle date in the time with data."""
DATES = 5
RESIDENTS = "registered"
"""Output that a count's error is a share of."""
LITERATURE = "literature"


@dataclass(frozen=True)
class Family:
    """Something that may be asked."""

    key: str
    """Its name; the words are ``observation.<key>`` in the texts of the analysis."""
    outputs: tuple[str, ...]
    """Outputs of the model that answer it."""
    dates: tuple[When, ...]
    """When it is asked."""
    grade: str = ""
    """Its error is that of an official or a published value of this grade, relative to the median over runs."""
    absolute: float = 0.0
    """Or its error, in the outputs' unit."""
    residents: float = 0.0
    """Or its error, as a share of the median number of residents, in whole enterprises and at least one."""
    adds_up: bool = False
    """Whether flows are counted since the founding."""


FAMILIES = (
    Family(
        "attribution", ("arrivals_partner", "arrivals_incumbent", "arrivals_own"),
        ("middle", "now", "middle and now", "soon"), residents=0.04, adds_up=True,
    ),
    Family("size", ("registered", "operating"), ("now", "soon", "late"), grade="high"),
    Family(
        "origins",
        ("registered_home", "registered_host", "registered_third", "operating_home", "operating_host",
         "operating_third"),
        ("now", "soon", "yearly"), grade="medium",
    ),
    Family("churn", ("lapses", "exits"), ("now", "soon"), grade="medium", adds_up=True),
    Family("jobs", ("jobs",), ("now", "soon", "late"), grade="high"),
    Family("investment", ("realised_investment",), ("now", "soon", "late"), grade="high"),
    Family("profit", ("profit",), ("now", "soon", "yearly"), grade="medium"),
    Family("land", ("serviced_area", "occupied_area"), ("now", "soon", "late"), grade="high"),
    Family("ledger", ("cash", "debt", "result_cumulative"), ("now", "soon", "yearly"), grade="medium"),
    Family("service", ("service_level",), ("now", "soon", "five"), absolute=0.1),
    Family("commitment", ("commitment_home", "commitment_host"), ("now", "soon", "five"), absolute=0.1),
)  # fmt: skip
"""What may be asked of a park: attribution ±4 % of residents is three of 68 in 2020; service and commitment ±0.1 is
what several people who know a park and rate it by anchored descriptions may reach (judgement)."""
ESTIMATED: Mapping[str, float] = {"home_contribution": 0.08, "network_strength": 0.1}
"""Parameters that studies elsewhere estimate, and the standard deviation with which: the weight of home effort from the
share at which joint ventures do best (Greenaway et al. 2014, 0.53 with 0.42 to 0.64, widened for being an analogue),
the strength of ties from co-ethnic networks and trade (0.14 to 0.47 log points: Felbermayr et al. 2009; Rauch &
Trindade 2002)."""


@dataclass(frozen=True)
class ReportColumn:
    """One number of a report."""

    name: str
    """Output, or parameter."""
    quarter: int
    """Counted from the start; -1 of a parameter."""
    adds_up: bool = False
    """Whether the output is summed since the founding."""

    def read(self, out: Floats, names: Sequence[str]) -> Floats:
        """Its value in runs: outputs of shape (runs, names, quarters) to shape (runs,)."""
        row = out[:, names.index(self.name), : self.quarter + 1]
        found: Floats = row.sum(axis=1) if self.adds_up else row[:, -1]
        return found


@dataclass(frozen=True)
class Candidate:
    """An observation that may be made."""

    family: str
    """Key of its family."""
    quarters: tuple[int, ...]
    """When, counted from the start; empty of an estimate from elsewhere."""
    columns: tuple[ReportColumn, ...]
    """What it reports."""
    parameter: str = ""
    """What an estimate is of; empty of an observation of the park."""


def candidates(case: Case, varying: Sequence[str]) -> tuple[Candidate, ...]:
    """Candidates of a case.

    varying: parameters that are not known: of others an estimate tells nothing.
    """
    made: dict[tuple[str, tuple[int, ...]], Candidate] = {}
    for family in FAMILIES:
        for when in family.dates:
            quarters = dates(case, when)
            columns = tuple(ReportColumn(name, at, family.adds_up) for at in quarters for name in family.outputs)
            if quarters:
                made.setdefault((family.key, quarters), Candidate(family.key, quarters, columns))
    known = (
        Candidate(LITERATURE, (), (ReportColumn(name, -1),), parameter=name) for name in ESTIMATED if name in varying
    )  # fmt: skip
    return (*made.values(), *known)


def dates(case: Case, when: When) -> tuple[int, ...]:
    """Quarters of a date, counted from the start; none where it lies beyond the case's time."""
    now = min(case.clock.data_end - case.clock.start, case.clock.quarters - 1)
    middle = round(MIDDLE * now)
    found = {
        "middle": (middle,),
        "now": (now,),
        "middle and now": (middle, now),
        "soon": (now + SOON,),
        "late": (now + LATE,),
        "yearly": tuple(range(now % 4, now + 1, 4)),
        "five": tuple(round((n + 1) * now / DATES) for n in range(DATES)),
    }[when]
    distinct = tuple(dict.fromkeys(found))
    return distinct if distinct and distinct[0] > 0 and distinct[-1] < case.clock.quarters else ()


def outputs() -> tuple[str, ...]:
    """Outputs of the model that are needed."""
    return tuple(dict.fromkeys((RESIDENTS, *(name for family in FAMILIES for name in family.outputs))))


def columns_of(found: Sequence[Candidate]) -> tuple[ReportColumn, ...]:
    """Every column of some candidates, once."""
    return tuple(dict.fromkeys(column for one in found for column in one.columns))


def family_of(key: str) -> Family:
    """A family by its key."""
    return next(one for one in FAMILIES if one.key == key)


def errors(candidate: Candidate, values: Floats, residents: Mapping[int, float]) -> Floats:
    """Standard deviation of the error of each column.

    values: what runs have in the columns, shape (runs, columns); residents: median number of residents by quarter.
    """
    if candidate.parameter:
        return np.array([ESTIMATED[candidate.parameter]])
    family = family_of(candidate.family)
    if family.residents:
        return np.array([max(round(family.residents * residents[one.quarter]), 1.0) for one in candidate.columns])
    if family.absolute:
        return np.full(len(candidate.columns), family.absolute)
    return np.maximum(_graded(candidate.columns, family.grade, values), 1e-9)


def _graded(columns: Sequence[ReportColumn], grade: str, values: Floats) -> Floats:
    """Errors as of reported values of a grade, with the floors that are declared for outputs."""
    scales = error_scales()
    relative = scales["grades"][grade]["relative"]
    floors = np.array([scales["floors"].get(one.name, {"value": 0.0})["value"] for one in columns])
    found: Floats = np.maximum(floors, relative * np.median(np.abs(values), axis=0))
    return found


def precision(candidate: Candidate, found: Floats) -> Iterator[float]:
    """How precise it is, as it is told: its error by date, or the relative error of its grade."""
    family = None if candidate.parameter else family_of(candidate.family)
    if family is not None and family.grade:
        yield float(error_scales()["grades"][family.grade]["relative"])
    else:
        yield from dict.fromkeys(found.tolist())
