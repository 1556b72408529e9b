"""Arms of a result: outcomes and bands of each, and paired differences between arms on common random numbers.

Runs are paired by number: the same parameters, the same random numbers, another world. A difference is arm less
reference. Shares of runs are shares of simulated worlds, not probabilities of error; no test of significance is made of
them, since more runs could always be made. What is of other making is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Floats
from copark.cases.quarters import Quarter
from copark.errors import Fault, FaultsFound
from copark.simulation.outcomes import OUTCOMES, YEAR_TWENTY, reclassify
from copark.stats.effects import LOG_POINTS, Effect, Effects, place_of
from copark.stats.precision import any_differ, change_interval, difference
from copark.stats.quantiles import LEVELS, quantiles
from copark.stats.shares import Share, shares

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

MADE_OF = (
    ("case", ("case_hash", "world_hash")), ("model", ("model_version",)), ("seed", ("seed",)),
    ("draws", ("study.draws", "study.futures", "draws_hash")),
)  # fmt: skip
"""What two results must share to be paired, and where their provenance says it."""
THRESHOLDS = (15.0, 50.0, 100.0)
"""S*: companies operating at the horizon from which on a park that lives unaided is self-standing (MODEL §3.11)."""
EARLY_YEAR = 12
"""Year since the start at whose end arms are compared, beside the quarter in which outcomes are judged."""
MAIN = (
    "operating", "registered", "jobs", "realised_investment", "serviced_area", "service_level", "result_cumulative",
    "benefit_home", "benefit_host", "commitment_home", "commitment_host",
)  # fmt: skip
"""Outputs compared unless told, those of them that were kept."""
DRAWN = ("operating", "jobs", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs whose differences are followed over time, those of them that were kept."""
COUNTS = frozenset(("companies", "persons"))
"""Units of counts; their ratios are compared as well, in log points."""


def quarters_apart(result: xr.Dataset) -> int:
    """Quarters from one column of a result to the next: 1, or 4 where a study kept the ends of years only."""
    labels = [Quarter.parse(str(label)) for label in result["label"].to_numpy()[:2]]
    return labels[1] - labels[0] if len(labels) > 1 else 1


def judged_column(result: xr.Dataset) -> int:
    """Give the column in which outcomes are judged: the last of a study that looks ahead, else that of year twenty."""
    columns = result.sizes["quarter"]
    if provenance(result).get("study", {}).get("now") is not None:
        return columns - 1
    return min(YEAR_TWENTY // quarters_apart(result), columns) - 1


def sweep(
    result: xr.Dataset, scenario: int = 0, thresholds: tuple[float, ...] = THRESHOLDS
) -> dict[float, tuple[Share, ...]]:
    """Outcome shares of a scenario under each S*; empty where the study did not keep ``operating``."""
    if "operating" not in result:
        return {}
    codes = result["outcome"].isel(scenario=scenario).to_numpy()
    final = result["operating"].isel(scenario=scenario, quarter=judged_column(result)).to_numpy()
    return {value: shares(reclassify(codes, final, value), OUTCOMES) for value in thresholds}


def bands(result: xr.Dataset, variable: str, scenario: int = 0, levels: Sequence[float] = LEVELS) -> Floats:
    """Quantiles of an output over a scenario's runs, shape (level, quarter); KeyError if it was not kept."""
    return quantiles(result[variable].isel(scenario=scenario).to_numpy(), levels)


class NotComparable(FaultsFound):
    """Two results are not of the same case, model, random numbers or draws; every difference is told."""


@dataclass(frozen=True)
class Pair:
    """Two arms on common random numbers: the runs that finished in both, of dimensions (run, quarter)."""

    reference: str
    arm: str
    before: xr.Dataset
    after: xr.Dataset
    futures: int
    """Runs that share a draw of parameters."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Quarters in common."""
        return tuple(str(label) for label in self.before["label"].to_numpy())

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that both kept."""
        return tuple(
            str(name)
            for name in self.before.data_vars
            if self.before.variables[name].dims == ("run", "quarter") and name in self.after.data_vars
        )

    @property
    def draws(self) -> NDArray[np.int64]:
        """Number of the parameter draw of every run."""
        return self.before["run"].to_numpy().astype(np.int64) // self.futures

    def difference(self, output: str, *, log: bool = False) -> Floats:
        """Arm less reference, run by run, shape (run, quarter); of logarithms with a count of 0 taken as 1."""
        before, after = (one[output].to_numpy().astype(np.float64) for one in (self.before, self.after))
        return difference(before, after, log=log)


def provenance(result: xr.Dataset) -> dict[str, Any]:
    """What made a result."""
    made: dict[str, Any] = json.loads(result.attrs.get("provenance", "{}"))
    return made


def _entry(made: dict[str, Any], path: str) -> Any:
    """An entry of a provenance; of a study from before it had futures, 1."""
    found: Any = made
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return 1 if found is None and path == "study.futures" else found


def differing(reference: xr.Dataset, arm: xr.Dataset) -> Iterator[Fault]:
    """Why two results cannot be paired: another case, model, random numbers or draws, or nothing in common."""
    names = f"{reference.attrs.get('identity', '?')}, {arm.attrs.get('identity', '?')}"
    first, second = provenance(reference), provenance(arm)
    told = False
    for code, paths in MADE_OF:
        for path in paths:
            here, there = _entry(first, path), _entry(second, path)
            if here != there:
                told = True
                yield Fault(f"compare.{code}", names, None, path, {"reference": str(here)[:16], "arm": str(there)[:16]})
                break
    for code in ("run", "label"):
        if not set(reference[code].to_numpy().tolist()) & set(arm[code].to_numpy().tolist()):
            told = True
            yield Fault(f"compare.no_{code}", names)
    if not told and not _same_draws(reference, arm):
        yield Fault("compare.draws", names, None, "draws", {"reference": "", "arm": ""})


def _same_draws(reference: xr.Dataset, arm: xr.Dataset) -> bool:
    if "draws" not in reference or "draws" not in arm:
        return True
    if reference["parameter"].to_numpy().tolist() != arm["parameter"].to_numpy().tolist():
        return False
    runs = np.intersect1d(reference["run"].to_numpy(), arm["run"].to_numpy())
    return np.array_equal(reference["draws"].sel(run=runs).to_numpy(), arm["draws"].sel(run=runs).to_numpy())


def pair(
    reference: xr.Dataset, arm: xr.Dataset, reference_scenario: int | str = 0, arm_scenario: int | str = 0
) -> Pair:
    """Pair a scenario of a result with one of another, or of the same.

    Raises NotComparable if case, model, random numbers or draws are not the same; KeyError if there is no such
    scenario.
    """
    if reference is not arm:
        faults = list(differing(reference, arm))
        if faults:
            raise NotComparable(faults)
    before, after = (
        one.isel(scenario=key) if isinstance(key, int) else one.sel(scenario=key)
        for one, key in ((reference, reference_scenario), (arm, arm_scenario))
    )
    runs = np.intersect1d(before["run"].to_numpy(), after["run"].to_numpy())
    labels = np.intersect1d(before["label"].to_numpy(), after["label"].to_numpy())
    before, after = (
        one.sel(run=runs).isel(quarter=np.flatnonzero(np.isin(one["label"].to_numpy(), labels)))
        for one in (before, after)
    )
    finished = np.flatnonzero((before["status"].to_numpy() == 0) & (after["status"].to_numpy() == 0))
    keys = [str(one["scenario"].item()) for one in (before, after)]
    futures = int(_entry(provenance(reference), "study.futures") or 1)
    return Pair(keys[0], keys[1], before.isel(run=finished), after.isel(run=finished), futures)


def pairs_of(result: xr.Dataset, reference: int | str = 0) -> tuple[Pair, ...]:
    """Every other scenario of a study against one of them."""
    keys = [str(key) for key in result["scenario"].to_numpy()]
    base = keys[reference] if isinstance(reference, int) else reference
    return tuple(pair(result, result, base, key) for key in keys if key != base)


def pairs_between(reference: xr.Dataset, arm: xr.Dataset | None = None, scenario: int | str = 0) -> tuple[Pair, ...]:
    """Scenarios against one of the same result, or those of another result against it.

    Of another those but the reference's own, if it has others. Raises as :func:`pair`.
    """
    if arm is None:
        return pairs_of(reference, scenario)
    every = tuple(pair(reference, arm, scenario, str(key)) for key in arm["scenario"].to_numpy())
    return tuple(one for one in every if one.arm != one.reference) or every


def begins(pair: Pair, outputs: Sequence[str] | None = None) -> str | None:
    """The first quarter in which the two arms differ in any run and output; ``None`` where they never do."""
    moved = np.zeros(len(pair.labels), dtype=bool)
    for name in pair.outputs if outputs is None else outputs:
        moved |= any_differ(pair.before[name].to_numpy(), pair.after[name].to_numpy(), axis=0)
    return pair.labels[int(moved.argmax())] if moved.any() else None


@dataclass(frozen=True)
class OutcomeChange:
    """How often an outcome happens in both arms of the same run, in the arm alone, in the reference alone, in none."""

    arm: str
    reference: str
    outcome: str
    pairs: int
    both: int
    gained: int
    lost: int
    neither: int
    low: float
    high: float
    """low, high: Monte Carlo interval of the change (95 %): what more runs of the same model might still move."""

    def _share(self, count: int) -> float:
        return count / self.pairs if self.pairs else float("nan")

    @property
    def reference_share(self) -> float:
        """P(outcome) in the reference."""
        return self._share(self.both + self.lost)

    @property
    def arm_share(self) -> float:
        """P(outcome) in the arm."""
        return self._share(self.both + self.gained)

    @property
    def change(self) -> float:
        """P(outcome) in the arm less that in the reference, on common random numbers."""
        return self._share(self.gained - self.lost)


@dataclass(frozen=True)
class ComparisonTable:
    """What a comparison says: differences by arm, output and date; changes of outcomes by arm."""

    differences: tuple[Effect, ...]
    outcomes: tuple[OutcomeChange, ...]

    def of(self, arm: str, output: str, quarter: str, *, log: bool = False) -> Effect:
        """One of the differences; raises KeyError if it is not in the table."""
        rows = {(row.scenario, row.measure, row.quarter, row.log): row for row in self.differences}
        return rows[arm, output, quarter, log]


@dataclass(frozen=True)
class DifferenceCourse:
    """A paired difference of an output over time."""

    output: str
    unit: str
    log: bool
    quarters: tuple[str, ...]
    levels: Floats
    """5, 25, 50, 75 and 95 % of the differences, shape (levels, quarters); NaN where no pair finished."""
    above: Floats
    """Share of pairs in which the arm is above the reference, shape (quarters,)."""
    begins: str | None
    """First quarter in which any pair differs."""


def course(pair: Pair, output: str, *, log: bool | None = None) -> DifferenceCourse:
    """Follow a difference over time: of logarithms, unless told, where it is of counts; KeyError if not kept."""
    if output not in pair.outputs:
        raise KeyError(output)
    unit = str(pair.before[output].attrs.get("units", ""))
    log = unit in COUNTS if log is None else log
    found = pair.difference(output, log=log)
    finite = np.isfinite(found).sum(axis=0)
    above = np.where(finite, (found > 0.0).sum(axis=0) / np.maximum(finite, 1), np.nan)
    unit = LOG_POINTS if log else unit
    return DifferenceCourse(output, unit, log, pair.labels, quantiles(found), above, begins(pair, [output]))


def dates_compared(result: xr.Dataset) -> tuple[str, ...]:
    """Give the quarters at which arms are compared unless told: the end of year 12, and when outcomes are judged."""
    judged = str(result["label"].to_numpy()[judged_column(result)])
    return tuple(dict.fromkeys((*ends_of_years(result, (EARLY_YEAR,)), judged)))


def ends_of_years(result: xr.Dataset, years: Sequence[int]) -> tuple[str, ...]:
    """Give the last quarters of years since the start; the last quarter kept for those beyond it."""
    labels = [str(label) for label in result["label"].to_numpy()]
    start = Quarter.parse(labels[0]) + (1 - quarters_apart(result))
    ends = [str(start + (4 * year - 1)) for year in years]
    return tuple(dict.fromkeys(end if end in labels else labels[-1] for end in ends))


def compare(
    pairs: Iterable[Pair], outputs: Sequence[str] | None = None, quarters: Sequence[str] | None = None
) -> ComparisonTable:
    """Compare arms with their references, output by output and date by date; of counts logarithms as well.

    outputs: by default those of :data:`MAIN` that were kept; quarters: labels such as ``2024Q2``, by default the ends
    of year 12 and of the horizon or year 20. Raises KeyError if an output or quarter asked for was not kept.
    """
    differences: list[Effect] = []
    changes: list[OutcomeChange] = []
    for one in pairs:
        names = [name for name in MAIN if name in one.outputs] if outputs is None else list(outputs)
        ends = dates_compared(one.before) if quarters is None else tuple(quarters)
        for name in names:
            effects = effects_of(one, [name], ends)
            for log in (False, True) if effects.units[0] in COUNTS else (False,):
                differences += effects.rows(log=log)
        first, second = (arm["outcome"].to_numpy() for arm in (one.before, one.after))
        changes += outcome_changes(first, second, one.draws, reference=one.reference, arm=one.arm)
    return ComparisonTable(tuple(differences), tuple(changes))


def effects_of(pair: Pair, outputs: Sequence[str], quarters: Sequence[str]) -> Effects:
    """Read a pair of stored scenarios as effects.

    Parameters
    ----------
    pair
        The two.
    outputs
        Outputs that both kept.
    quarters
        Labels of quarters that both kept.

    Raises
    ------
    KeyError
        If an output or a quarter was not kept.
    """
    columns = [place_of(quarter, pair.labels) for quarter in quarters]
    before, after = (
        np.stack([kept[name].to_numpy().astype(np.float64)[:, columns] for name in outputs], axis=1)
        for kept in (pair.before, pair.after)
    )
    return Effects(
        measures=tuple(outputs),
        units=tuple(str(pair.before[name].attrs.get("units", "")) for name in outputs),
        quarters=tuple(quarters),
        reference=pair.reference,
        reference_values=before,
        values={pair.arm: after},
        finished={pair.arm: np.ones(len(after), dtype=np.bool_)},
        draws=pair.draws,
    )


def outcome_changes(
    before: NDArray[np.int8], after: NDArray[np.int8], draws: NDArray[np.int64], *, reference: str, arm: str
) -> tuple[OutcomeChange, ...]:
    """How each outcome changes, of codes of the runs that finished in both arms, shape (pairs,), by their draws."""
    found = []
    for code, name in enumerate(OUTCOMES):
        had, has = before == code, after == code
        gained, lost = has & ~had, had & ~has
        both, alone, only, none = (int(np.count_nonzero(each)) for each in (had & has, gained, lost, ~had & ~has))
        low, high = change_interval(gained.astype(float) - lost.astype(float), draws)
        found.append(OutcomeChange(arm, reference, name, had.size, both, alone, only, none, low, high))
    return tuple(found)
