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
PATIENCE = 4
REACH = 12
LOW = 0.5
RISE = 1.25
LEAST = 3
"""Counts of each kind below which no phase of a record is read."""
SCALES = ("global", "intergovernmental", "park", "enterprise")


def flows(arrivals: ArrayLike, operating: ArrayLike, window: int = WINDOW) -> tuple[NDArray[np.float64], ...]:
    """J and N: arrivals within, and change of operating over, the last ``window`` quarters; companies, (…, quarter)."""
    inflow = np.cumsum(np.asarray(arrivals, dtype=np.float64), axis=-1)
    stock = np.asarray(operating, dtype=np.float64)
    j = inflow.copy()
    n = stock.copy()
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
    """Phase of each run in each quarter: codes of :data:`PHASES`, -1 where the run did not finish.

    arrivals, operating: shape (run, quarter), as what is returned; renegotiations: quarters of dated ones, of which
    those outside the horizon are ignored.
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
    finished = np.isfinite(j) & np.isfinite(n)
    codes = np.select([~finished, decoupling, recoupling, stock > 0.0], [-1, 2, 3, 1], 0)
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
    """Phases of a scenario's runs, (run, quarter), renegotiations as ``2017Q2``; KeyError if it kept no flows."""
    chosen = result.isel(scenario=scenario)
    marks = quarters_of(result, renegotiations)
    return classify(chosen["arrivals"].to_numpy(), chosen["operating"].to_numpy(), marks)


@dataclass(frozen=True)
class RecordPhases:
    """Phases of the record, by quarter from the case's start to the last count of both kinds."""

    quarters: tuple[Quarter, ...]
    codes: NDArray[np.int8]
    """Codes of :data:`PHASES`, shape (quarter,)."""
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
    residents, operating = known = [_counts(case, name) for name in ("registered", "operating")]
    if min(map(len, known)) < LEAST:
        return None
    at = np.arange(min(max(residents), max(operating)) + 1)
    lines = [np.interp(at, sorted(one), [one[t] for t in sorted(one)], left=0.0) for one in known]
    arrivals = np.maximum(np.diff(lines[0], prepend=0.0), 0.0)
    start = case.clock.start
    marks = [entry.date.quarter("event") - start for entry in case.renegotiations]
    codes = classify(arrivals[np.newaxis], lines[1][np.newaxis], marks)[0]
    return RecordPhases(tuple(start + int(t) for t in at), codes, (len(residents), len(operating)))


def _counts(case: Case, variable: str) -> dict[int, float]:
    """Counts by quarter from the start; the last of a quarter stands for it."""
    found: dict[int, float] = {}
    for row in case.observed(variable):
        at = row.quarter - case.clock.start
        if row.bound in ("exact", "about", "range") and 0 <= at < case.clock.quarters:
            found[at] = row.value if row.high is None else (row.value + row.high) / 2.0
    return found


@dataclass(frozen=True)
class Component:
    """One indicator of a scale's score, of equal weight in it: ``clip((x - low) / (high - low), 0, 1)``.

    Its title is the text ``analysis.component.<name>``.
    """

    scale: str
    name: str
    numerator: str
    low: float
    high: float
    unit: str
    """low, high: the fixed range, in the value's unit. Judgement."""
    denominator: str | None = None
    """numerator, denominator: outputs of the model; the value is their ratio, or the first alone."""

    def outputs(self) -> tuple[str, ...]:
        """The outputs of the model it needs."""
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
    development: NDArray[np.float64]
    coupling: NDArray[np.float64]
    coupling_corrected: NDArray[np.float64]
    coordination: NDArray[np.float64]
    """development, coupling, coordination: T, C and D in the standard form."""
    coordination_corrected: NDArray[np.float64]
    """coupling_corrected, coordination_corrected: C' and D' after Wang et al. 2021."""


def apart(found: ReadOut, seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both coordination degrees with every scale taken from another run: D and D' of shape (run, quarter).

    A permutation null. Each score keeps its course and its spread over runs; only that the four belong to one run is
    undone. What D has beyond this is due to scales moving together within a run; what remains is their common trend.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    stacked = np.stack([rng.permutation(score, axis=0) for score in found.scores.values()], axis=-1)
    index = development(stacked)
    return coordination(coupling(stacked), index), coordination(coupling_corrected(stacked), index)


def needed() -> tuple[str, ...]:
    """The outputs a study must keep for the coordination degree."""
    return tuple(dict.fromkeys(name for component in COMPONENTS for name in component.outputs()))


def component_score(component: Component, chosen: xr.Dataset) -> NDArray[np.float64]:
    """One indicator in [0, 1], (run, quarter); 0 where no land is serviced or no company operates yet."""
    value = chosen[component.numerator].to_numpy().astype(np.float64)
    if component.denominator is not None:
        base = chosen[component.denominator].to_numpy()
        value = np.divide(value, base, out=np.where(np.isnan(base), np.nan, 0.0), where=base > 0.0)
    score: NDArray[np.float64] = np.clip((value - component.low) / (component.high - component.low), 0.0, 1.0)
    if component.name == "mean_return":
        score = np.where(chosen["operating"].to_numpy() == 0.0, 0.0, score)
    return score


def read_out(result: xr.Dataset, scenario: int = 0) -> ReadOut:
    """Four scores and both coordination degrees of a scenario's runs; KeyError if the study kept not all it needs."""
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
