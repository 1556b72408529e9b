"""Read-outs of coupling, which never feed back: phases, of runs and of the record, and the coordination degree.

*Phases* are read off flows: J is arrivals and N the change of operating companies, both over eight quarters (nothing
came before the start, so the first windows are exact). Decoupling: J below half of its own past maximum and N not above
0, four quarters running. Recoupling: J above 1.25 times its value at a dated renegotiation, or at the start of a
decoupling, within twelve quarters of it. Coupling: companies operate and neither holds. Two choices MODEL §3(11) leaves
open: where both hold the quarter counts as decoupling, so that a twitch of a few arrivals is not read as a recovery;
and a date counts as a reference only if companies had operated by then, since what was never coupled cannot be coupled
again.

*Phases of the record* are read by the same rules. Registered residents and operating companies are drawn as straight
lines between the counts on record and are not continued beyond them; before the first count of operating companies none
is taken to operate. Arrivals are the rises of the line of residents: the record knows who is registered, not who came,
so that arrivals are too few wherever residents left, and where counts are far apart a swing between them cannot be
seen. Bounds (*at least*) are left out.

*Coordination degree* (耦合协调度): the scores of the four scales have fixed ranges, set beforehand by judgement and
declared in :data:`COMPONENTS`; they are never rescaled to a sample, or D would change when a year or a run is added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.coupling_degree import coordination, coupling, coupling_corrected, development

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from copark.cases.case import Case
    from copark.cases.quarters import Quarter

PHASES = ("before", "coupling", "decoupling", "recoupling")
"""Phases by code. A run that did not finish has code -1."""
WINDOW = 8
"""Quarters over which J and N are taken."""
PATIENCE = 4
"""Quarters running that make a decoupling."""
REACH = 12
"""Quarters within which a recoupling follows its reference."""
LOW = 0.5
"""Share of its own past maximum below which J counts as low."""
RISE = 1.25
"""Multiple of its value at the reference above which J counts as recoupled."""
LEAST = 3
"""Counts of each kind below which no phases are read."""
SCALES = ("global", "intergovernmental", "park", "enterprise")


def flows(arrivals: ArrayLike, operating: ArrayLike, window: int = WINDOW) -> tuple[NDArray[np.float64], ...]:
    """Return J and N: arrivals within, and change of operating over, the last ``window`` quarters.

    Parameters
    ----------
    arrivals
        Companies that arrive in each quarter, shape (…, quarter).
    operating
        Operating companies at the end of each quarter, of the same shape.
    window
        Quarters.

    Returns
    -------
    J and N, companies, each of the same shape.
    """
    inflow = np.cumsum(np.asarray(arrivals, dtype=np.float64), axis=-1)
    stock = np.asarray(operating, dtype=np.float64)
    j = inflow.copy()
    n = stock.copy()
    j[..., window:] -= inflow[..., :-window]
    n[..., window:] -= stock[..., :-window]
    return j, n


def running(condition: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Mark quarters in which a condition has held for the last ``length``, this one included; shape (…, quarter)."""
    held = np.array(condition, dtype=bool)
    for shift in range(1, length):
        held[..., shift:] &= condition[..., :-shift]
        held[..., :shift] = False
    return held


def classify(arrivals: ArrayLike, operating: ArrayLike, renegotiations: Iterable[int] = ()) -> NDArray[np.int8]:
    """Return the phase of each run in each quarter: codes of :data:`PHASES`, -1 where the run did not finish.

    Parameters
    ----------
    arrivals
        Companies that arrive, shape (run, quarter).
    operating
        Operating companies, of the same shape.
    renegotiations
        Quarters of dated ones; those outside the horizon are ignored.

    Returns
    -------
    Codes, shape (run, quarter).
    """
    stock = np.asarray(operating, dtype=np.float64)
    j, n = flows(arrivals, stock)
    peak = np.fmax.accumulate(j, axis=-1)
    # Against its own past maximum: parks differ in size, and a run is compared with what it once was.
    decoupling = running((j < LOW * peak) & (n <= 0.0), PATIENCE)
    # A recoupling is measured from where the decoupling began, not from its depth, where a few arrivals would do.
    onset = decoupling.copy()
    onset[..., 1:] &= ~decoupling[..., :-1]
    coupled = np.fmax.accumulate(stock, axis=-1) > 0.0
    recoupling = np.zeros_like(decoupling)
    quarters = stock.shape[-1]
    marks = np.zeros(quarters, dtype=bool)
    marks[[quarter for quarter in renegotiations if 0 <= quarter < quarters]] = True
    for t in range(quarters):
        reference = (onset[..., t] | marks[t]) & coupled[..., t]
        if reference.any():
            later = slice(t + 1, t + 1 + REACH)
            recoupling[..., later] |= reference[..., None] & (j[..., later] > RISE * j[..., t, None])
    finished = np.isfinite(j) & np.isfinite(n)
    # The first that holds counts: where both hold it is a decoupling, so that a twitch of a few arrivals is no
    # recovery.
    codes = np.select([~finished, decoupling, recoupling, stock > 0.0], [-1, 2, 3, 1], 0)
    return codes.astype(np.int8)


def phase_shares(codes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the share of the runs that finished in each phase, shape (phase, quarter); NaN where none finished."""
    total = np.count_nonzero(codes >= 0, axis=0).astype(np.float64)
    total[total == 0.0] = np.nan
    return np.stack([np.count_nonzero(codes == code, axis=0) / total for code in range(len(PHASES))])


def quarters_of(result: xr.Dataset, labels: Iterable[str]) -> tuple[int, ...]:
    """Return the indices of quarters such as ``2017Q2`` in a result; those outside its horizon are left out."""
    positions = {str(label): position for position, label in enumerate(result["label"].to_numpy())}
    return tuple(positions[label] for label in labels if label in positions)


def phases(result: xr.Dataset, renegotiations: Iterable[str] = (), scenario: int = 0) -> NDArray[np.int8]:
    """Return the phases of a scenario's runs, shape (run, quarter); KeyError if it kept no flows.

    Parameters
    ----------
    result
        The runs.
    renegotiations
        Quarters of dated ones, such as ``2017Q2``.
    scenario
        Place of the scenario in the result.
    """
    chosen = result.isel(scenario=scenario)
    marks = quarters_of(result, renegotiations)
    return classify(chosen["arrivals"].to_numpy(), chosen["operating"].to_numpy(), marks)


@dataclass(frozen=True)
class RecordPhases:
    """Observed phases, by quarter from the case's start to the last count of both kinds."""

    quarters: tuple[Quarter, ...]
    """The quarters."""
    codes: NDArray[np.int8]
    """Codes of :data:`PHASES`, shape (quarter,)."""
    counts: tuple[int, int]
    """Observed counts that it rests on: of residents and of operating companies."""

    def spans(self) -> tuple[tuple[Quarter, Quarter, int], ...]:
        """Return the first and last quarter of each unbroken phase, and its code."""
        edges = [0, *(np.flatnonzero(np.diff(self.codes)) + 1).tolist(), len(self.codes)]
        return tuple(
            (self.quarters[low], self.quarters[high - 1], int(self.codes[low])) for low, high in pairwise(edges)
        )


def phases_of_record(case: Case) -> RecordPhases | None:
    """Read the observed phases of a case; ``None`` where there are too few counts of either kind."""
    residents = _counts(case, "registered")
    operating = _counts(case, "operating")
    if min(len(residents), len(operating)) < LEAST:
        return None
    times = np.arange(min(max(residents), max(operating)) + 1)
    lines = [
        np.interp(times, sorted(counts), [counts[t] for t in sorted(counts)], left=0.0)
        for counts in (residents, operating)
    ]
    # Reports count residents, not arrivals; where the count falls nobody is taken to have come.
    arrivals = np.maximum(np.diff(lines[0], prepend=0.0), 0.0)
    start = case.clock.start
    marks = [entry.date.quarter("event") - start for entry in case.renegotiations]
    codes = classify(arrivals[np.newaxis], lines[1][np.newaxis], marks)[0]
    return RecordPhases(tuple(start + int(t) for t in times), codes, (len(residents), len(operating)))


def _counts(case: Case, variable: str) -> dict[int, float]:
    """Return counts by quarter from the start; the last of a quarter stands for it."""
    counts: dict[int, float] = {}
    for row in case.observed(variable):
        quarter = row.quarter - case.clock.start
        if row.bound in ("exact", "about", "range") and 0 <= quarter < case.clock.quarters:
            counts[quarter] = row.value if row.high is None else (row.value + row.high) / 2.0
    return counts


@dataclass(frozen=True)
class Component:
    """One indicator of a scale's score, of equal weight in it: ``clip((x - low) / (high - low), 0, 1)``.

    Its title is the text ``analysis.component.<name>``.
    """

    scale: str
    """Scale that it is of."""
    name: str
    """Name of the indicator."""
    numerator: str
    """Output of the model: the value, or the numerator of it."""
    low: float
    """Value with a score of 0, in its unit; a judgement."""
    high: float
    """Value with a score of 1, in its unit; a judgement."""
    unit: str
    """Unit of the value."""
    denominator: str | None = None
    """Output of the model that the numerator is divided by; ``None`` for none."""

    def outputs(self) -> tuple[str, ...]:
        """Return the outputs of the model it needs."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


COMPONENTS = (
    Component("global", "demand_home", "demand_home", -1.0, 1.0, "log points"),
    Component("global", "demand_host", "demand_host", -1.0, 1.0, "log points"),
    Component("global", "demand_third", "demand_third", -1.0, 1.0, "log points"),
    Component("global", "partners", "partners", 0.0, 5.0, "partners"),
    Component("intergovernmental", "commitment_home", "commitment_home", 0.0, 1.0, "1"),
    Component("intergovernmental", "commitment_host", "commitment_host", 0.0, 1.0, "1"),
    Component("park", "occupied_share", "occupied_area", 0.0, 1.0, "1", denominator="serviced_area"),
    Component("park", "vote_pass", "vote_pass", 0.0, 1.0, "1"),
    Component("park", "service_level", "service_level", 0.0, 1.0, "1"),
    Component("enterprise", "operating", "operating", 0.0, 50.0, "companies"),
    Component("enterprise", "mean_return", "mean_return", -0.05, 0.15, "1/yr"),
)


@dataclass(frozen=True)
class ReadOut:
    """Scores and degrees of one scenario's runs, each of shape (run, quarter)."""

    scores: dict[str, NDArray[np.float64]]
    """U of each scale."""
    development: NDArray[np.float64]
    """T."""
    coupling: NDArray[np.float64]
    """C in the standard form."""
    coupling_corrected: NDArray[np.float64]
    """C' after Wang et al. 2021."""
    coordination: NDArray[np.float64]
    """D in the standard form."""
    coordination_corrected: NDArray[np.float64]
    """D' after Wang et al. 2021."""


def apart(readout: ReadOut, seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute both coordination degrees with every scale from another run: D and D' of shape (run, quarter).

    A permutation null. Each score keeps its course and its spread over runs; only that the four belong to one run is
    undone. What D has beyond this is due to scales moving together within a run; what remains is their common trend.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    stacked = np.stack([rng.permutation(score, axis=0) for score in readout.scores.values()], axis=-1)
    index = development(stacked)
    return coordination(coupling(stacked), index), coordination(coupling_corrected(stacked), index)


def needed() -> tuple[str, ...]:
    """Return the outputs a study must keep for the coordination degree."""
    return tuple(dict.fromkeys(name for component in COMPONENTS for name in component.outputs()))


def component_score(component: Component, chosen: xr.Dataset) -> NDArray[np.float64]:
    """Score one indicator in [0, 1], (run, quarter); 0 where no land is serviced or no company operates yet."""
    value = chosen[component.numerator].to_numpy().astype(np.float64)
    if component.denominator is not None:
        base = chosen[component.denominator].to_numpy()
        value = np.divide(value, base, out=np.where(np.isnan(base), np.nan, 0.0), where=base > 0.0)
    score: NDArray[np.float64] = np.clip((value - component.low) / (component.high - component.low), 0.0, 1.0)
    if component.name == "mean_return":
        score = np.where(chosen["operating"].to_numpy() == 0.0, 0.0, score)
    return score


def read_out(result: xr.Dataset, scenario: int = 0) -> ReadOut:
    """Read scores and both coordination degrees of a scenario's runs; KeyError if the study kept not all it needs."""
    chosen = result.isel(scenario=scenario)
    scores = {
        scale: np.mean([component_score(item, chosen) for item in COMPONENTS if item.scale == scale], axis=0)
        for scale in SCALES
    }
    stacked = np.stack(list(scores.values()), axis=-1)
    index = development(stacked)
    standard = coupling(stacked)
    corrected = coupling_corrected(stacked)
    return ReadOut(scores, index, standard, corrected, coordination(standard, index), coordination(corrected, index))
