"""Phases of coupling, read off flows.

J is arrivals and N the change of operating companies, both over eight quarters (nothing came before the start, so the
first windows are exact). Decoupling: J below half of its own past maximum and N not above 0, four quarters running.
Recoupling: J above 1.25 times its value at a dated renegotiation, or at the start of a decoupling, within twelve
quarters of it. Coupling: companies operate and neither holds.

Two choices MODEL §3(11) leaves open: where both hold the quarter counts as decoupling, so that a twitch of a few
arrivals is not read as a recovery; and a date counts as a reference only if companies had operated by then, since what
was never coupled cannot be coupled again.

Phases of coupling read off the record, by the rules that are used for runs.

The record has counts on some days, the rule needs every quarter. Registered residents and operating companies are drawn
as straight lines between the counts on record and are not continued beyond them; before the first count of operating
companies none is taken to operate. Arrivals are the rises of the line of residents: the record knows who is registered,
not who came, so that arrivals are too few wherever residents left, and where counts are far apart a swing between them
cannot be seen. Bounds (*at least*) are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from copark.cases.case import Case
    from copark.cases.quarters import Quarter

PHASES = ("before", "coupling", "decoupling", "recoupling")
"""Phases by code. A run that did not finish has code -1."""

WINDOW = 8
PATIENCE = 4
REACH = 12
LOW = 0.5
RISE = 1.25


def flows(arrivals: ArrayLike, operating: ArrayLike, window: int = WINDOW) -> tuple[NDArray[np.float64], ...]:
    """J and N: arrivals within, and change of operating over, the last ``window`` quarters.

    Parameters
    ----------
    arrivals
        Companies per quarter, shape (…, quarter).
    operating
        Companies, shape (…, quarter).
    window
        Quarters.

    Returns
    -------
    tuple of arrays
        J and N, companies, shape (…, quarter).
    """
    inflow = np.cumsum(np.asarray(arrivals, dtype=np.float64), axis=-1)
    stock = np.asarray(operating, dtype=np.float64)
    j, n = inflow.copy(), stock.copy()
    j[..., window:] -= inflow[..., :-window]
    n[..., window:] -= stock[..., :-window]
    return j, n


def running(condition: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Where a condition has held for the last ``length`` quarters, this one included; shape (…, quarter)."""
    held = np.array(condition, dtype=bool)
    for shift in range(1, length):
        held[..., shift:] &= condition[..., :-shift]
        held[..., :shift] = False
    return held


def classify(arrivals: ArrayLike, operating: ArrayLike, renegotiations: Iterable[int] = ()) -> NDArray[np.int8]:
    """Phase of each run in each quarter.

    Parameters
    ----------
    arrivals
        Companies per quarter, shape (run, quarter).
    operating
        Companies, shape (run, quarter).
    renegotiations
        Indices of the quarters with a dated renegotiation; those outside the horizon are ignored.

    Returns
    -------
    array of int8
        Codes of :data:`PHASES`, shape (run, quarter); -1 where the run did not finish.
    """
    stock = np.asarray(operating, dtype=np.float64)
    j, n = flows(arrivals, stock)
    peak = np.fmax.accumulate(j, axis=-1)
    decoupling = running((j < LOW * peak) & (n <= 0.0), PATIENCE)
    onset = decoupling.copy()
    onset[..., 1:] &= ~decoupling[..., :-1]
    coupled = np.fmax.accumulate(stock, axis=-1) > 0.0
    recoupling = np.zeros_like(decoupling)
    quarters = stock.shape[-1]
    marks = np.zeros(quarters, dtype=bool)
    marks[[at for at in renegotiations if 0 <= at < quarters]] = True
    for at in range(quarters):
        reference = (onset[..., at] | marks[at]) & coupled[..., at]
        if reference.any():
            later = slice(at + 1, at + 1 + REACH)
            recoupling[..., later] |= reference[..., None] & (j[..., later] > RISE * j[..., at, None])
    codes = np.where(stock > 0.0, 1, 0)
    codes = np.where(recoupling, 3, codes)
    codes = np.where(decoupling, 2, codes)
    codes = np.where(np.isfinite(j) & np.isfinite(n), codes, -1)
    return codes.astype(np.int8)


def phase_shares(codes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Share of the runs that finished in each phase, shape (phase, quarter); NaN where none finished."""
    total = np.count_nonzero(codes >= 0, axis=0).astype(np.float64)
    total[total == 0.0] = np.nan
    return np.stack([np.count_nonzero(codes == code, axis=0) / total for code in range(len(PHASES))])


def quarters_of(result: xr.Dataset, labels: Iterable[str]) -> tuple[int, ...]:
    """Indices of quarters such as ``2017Q2`` in a result; those outside its horizon are left out."""
    known = {str(label): at for at, label in enumerate(result["label"].to_numpy())}
    return tuple(known[label] for label in labels if label in known)


def phases(result: xr.Dataset, renegotiations: Iterable[str] = (), scenario: int = 0) -> NDArray[np.int8]:
    """Phases of a scenario's runs, shape (run, quarter).

    Parameters
    ----------
    result
        An ensemble that kept ``arrivals`` and ``operating``.
    renegotiations
        Quarters of the dated renegotiations, such as ``2017Q2``.

    Raises
    ------
    KeyError
        If the study kept no ``arrivals`` or no ``operating``.
    """
    chosen = result.isel(scenario=scenario)
    marks = quarters_of(result, renegotiations)
    return classify(chosen["arrivals"].to_numpy(), chosen["operating"].to_numpy(), marks)


LEAST = 3
"""Counts of each kind below which no phase is read."""


@dataclass(frozen=True)
class RecordPhases:
    """Phases of the record."""

    quarters: tuple[Quarter, ...]
    """Quarters from the case's start to the last count of both kinds."""
    codes: NDArray[np.int8]
    """Codes of :data:`copark.simulation.readouts.phases.PHASES`, shape (quarter,)."""
    counts: tuple[int, int]
    """Counts on record that it rests on: of residents and of operating companies."""

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
