"""Phases of coupling read off the record, by the rules that are used for runs.

The record has counts on some days, the rule needs every quarter. Registered residents and operating companies are drawn
as straight lines between the counts on record and are not continued beyond them; before the first count of operating
companies none is taken to operate. Arrivals are the rises of the line of residents: the record knows who is registered,
not who came, so that arrivals are too few wherever residents left, and where counts are far apart a swing between them
cannot be seen. Bounds (*at least*) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from copark.analysis.phases import classify

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.cases.case import Case
    from copark.cases.quarters import Quarter

LEAST = 3
"""Counts of each kind below which no phase is read."""


@dataclass(frozen=True)
class RecordPhases:
    """Phases of the record.

    Parameters
    ----------
    quarters
        Quarters from the case's start to the last count of both kinds.
    codes
        Codes of :data:`copark.analysis.phases.PHASES`, shape (quarter,).
    counts
        Counts on record that it rests on: of residents and of operating companies.
    """

    quarters: tuple[Quarter, ...]
    codes: NDArray[np.int8]
    counts: tuple[int, int]

    def spans(self) -> tuple[tuple[Quarter, Quarter, int], ...]:
        """First and last quarter of each unbroken phase, and its code."""
        edges = [0, *(np.flatnonzero(np.diff(self.codes)) + 1).tolist(), len(self.codes)]
        return tuple(
            (self.quarters[low], self.quarters[high - 1], int(self.codes[low])) for low, high in pairwise(edges)
        )


def phases_of_record(case: Case) -> RecordPhases | None:
    """Read the phases of a case's record; ``None`` where there are too few counts of either kind."""
    known = {name: _counts(case, name) for name in ("registered", "operating")}
    if min(len(one) for one in known.values()) < LEAST:
        return None
    end = min(max(one) for one in known.values())
    residents, operating = (_line(one, end + 1) for one in known.values())
    arrivals = np.maximum(np.diff(residents, prepend=0.0), 0.0)
    start = case.clock.start
    marks = [entry.date.quarter("event") - start for entry in case.renegotiations]
    codes = classify(arrivals[np.newaxis], operating[np.newaxis], marks)[0]
    return RecordPhases(
        tuple(start + at for at in range(end + 1)), codes, (len(known["registered"]), len(known["operating"]))
    )


def _counts(case: Case, variable: str) -> dict[int, float]:
    """Counts by quarter from the start; the last of a quarter stands for it."""
    found: dict[int, float] = {}
    for row in case.observed(variable):
        at = row.quarter - case.clock.start
        if row.bound in ("exact", "about", "range") and 0 <= at < case.clock.quarters:
            found[at] = row.value if row.high is None else (row.value + row.high) / 2.0
    return found


def _line(counts: dict[int, float], quarters: int) -> NDArray[np.float64]:
    """Straight lines between counts; nothing before the first."""
    at = np.arange(quarters, dtype=np.float64)
    known = sorted(counts)
    made: NDArray[np.float64] = np.interp(at, known, [counts[one] for one in known], left=0.0)
    return made
