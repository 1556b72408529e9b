"""Paired scenarios: differences by output and date and over time, and how outcomes change from one to the other.

Shares of runs are shares of simulated worlds, not probabilities of error; no test of significance is made of them,
since more runs could always be made.

Pairing: runs of two arms on the same parameters and random numbers, side by side; what is of other making is refused.

Runs are paired by number: the same parameters, the same luck, another world. A difference is arm less reference.
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
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.outcomes import quarters_apart
from copark.stats import pairs
from copark.stats.pairs import change_interval
from copark.stats.precision import Split, split
from copark.stats.quantiles import band, quantiles

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

MADE_OF = (
    ("case", ("case_hash",)), ("model", ("model_hash", "variables_hash")), ("luck", ("seed",)),
    ("draws", ("study.draws", "study.futures", "draws_hash")),
)  # fmt: skip
"""What two results must share to be paired, and where their provenance says it."""


class NotComparable(FaultsFound):
    """Two results are not of the same case, model, luck or draws; every difference is told."""


@dataclass(frozen=True)
class Pair:
    """Two arms on common random numbers."""

    reference: str
    arm: str
    """reference, arm: keys of the two scenarios."""
    before: xr.Dataset
    after: xr.Dataset
    """before, after: their runs in common, of dimensions (run, quarter); the runs that did not finish in both are left
    out."""
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
        numbers: NDArray[np.int64] = self.before["run"].to_numpy().astype(np.int64) // self.futures
        return numbers

    def difference(self, output: str, *, log: bool = False) -> NDArray[np.float64]:
        """Arm less reference, run by run, shape (run, quarter); of logarithms with a count of 0 taken as 1."""
        before, after = (one[output].to_numpy().astype(np.float64) for one in (self.before, self.after))
        return pairs.difference(before, after, log=log)


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
    """Why two results cannot be paired: another case, model, luck or draws, or nothing in common."""
    names = f"{reference.attrs.get('identity', '?')}, {arm.attrs.get('identity', '?')}"
    first, second = provenance(reference), provenance(arm)
    told = False
    for code, paths in MADE_OF:
        for path in paths:
            values = {"reference": str(_entry(first, path))[:16], "arm": str(_entry(second, path))[:16]}
            if _entry(first, path) != _entry(second, path):
                told = True
                yield Fault(f"compare.{code}", names, None, path, values)
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

    Raises NotComparable if case, model, luck or draws are not the same; it says which; KeyError if there is no such
    scenario.
    """
    if reference is not arm:
        faults = list(differing(reference, arm))
        if faults:
            raise NotComparable(faults)
    before, after = _scenario(reference, reference_scenario), _scenario(arm, arm_scenario)
    runs = np.intersect1d(before["run"].to_numpy(), after["run"].to_numpy())
    labels = set(before["label"].to_numpy().tolist()) & set(after["label"].to_numpy().tolist())
    before, after = (
        one.sel(run=runs).isel(quarter=[at for at, label in enumerate(one["label"].to_numpy()) if label in labels])
        for one in (before, after)
    )
    finished = np.flatnonzero((before["status"].to_numpy() == 0) & (after["status"].to_numpy() == 0))
    return Pair(
        str(before["scenario"].item()),
        str(after["scenario"].item()),
        before.isel(run=finished),
        after.isel(run=finished),
        int(_entry(provenance(reference), "study.futures") or 1),
    )


def _scenario(result: xr.Dataset, scenario: int | str) -> xr.Dataset:
    return result.isel(scenario=scenario) if isinstance(scenario, int) else result.sel(scenario=scenario)


def pairs_of(result: xr.Dataset, reference: int | str = 0) -> tuple[Pair, ...]:
    """Every other scenario of a study against one of them."""
    keys = [str(key) for key in result["scenario"].to_numpy()]
    base = keys[reference] if isinstance(reference, int) else reference
    return tuple(pair(result, result, base, key) for key in keys if key != base)


def pairs_between(reference: xr.Dataset, arm: xr.Dataset | None = None, scenario: int | str = 0) -> tuple[Pair, ...]:
    """Scenarios against a reference scenario: those of the same result, or of another.

    reference, scenario: a result, and key or place of the scenario that the others are compared with; arm: another
    result on the same case, model, random numbers and draws: its scenarios but for the reference's own, or that one
    where it has no other. Raises NotComparable, KeyError as :func:`pair`.
    """
    if arm is None:
        return pairs_of(reference, scenario)
    every = tuple(pair(reference, arm, scenario, str(key)) for key in arm["scenario"].to_numpy())
    return tuple(one for one in every if one.arm != one.reference) or every


def begins(pair: Pair, outputs: Sequence[str] | None = None) -> str | None:
    """The first quarter in which the two arms differ in any run and output; ``None`` where they never do."""
    moved = np.zeros(len(pair.labels), dtype=bool)
    for name in pair.outputs if outputs is None else outputs:
        moved |= pairs.any_differ(pair.before[name].to_numpy(), pair.after[name].to_numpy(), axis=0)
    return pair.labels[int(moved.argmax())] if moved.any() else None


YEARS = (12, 20)
"""Ends of years since the start at which arms are compared unless told."""

MAIN = (
    "operating", "registered", "jobs", "realised_investment", "serviced_area", "service_level", "result_cumulative",
    "benefit_home", "benefit_host", "commitment_home", "commitment_host",
)  # fmt: skip
"""Outputs compared unless told, those of them that were kept."""

DRAWN = ("operating", "jobs", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs whose differences are followed over time, those of them that were kept."""

COUNTS = frozenset(("companies", "persons"))
"""Units of counts; their ratios are compared as well, in log points."""


@dataclass(frozen=True)
class Difference:
    """A paired difference of an output at a date, over runs."""

    arm: str
    reference: str
    """arm, reference: keys of the scenarios."""
    output: str
    unit: str
    quarter: str
    """output, unit, quarter: what is compared, in which unit, at the end of which quarter."""
    log: bool
    """Whether logarithms are compared: the unit then is log points (0.1 is about a tenth more)."""
    pairs: int
    """Pairs of runs."""
    reference_median: float
    arm_median: float
    """reference_median, arm_median: medians of the two arms, in the output's own unit."""
    low: float
    median: float
    high: float
    """low, median, high: 5, 50 and 95 % of the differences; they are not the difference of the medians."""
    above: float
    equal: float
    """above, equal: shares of pairs in which the arm is above, and exactly like, the reference."""
    split: Split | None
    """Variance from parameters and from luck; ``None`` where no draw has two runs."""


@dataclass(frozen=True)
class OutcomeChange:
    """How often an outcome happens in both arms of the same run, in one, in none."""

    arm: str
    reference: str
    outcome: str
    """One of :data:`~copark.simulation.outcomes.OUTCOMES`."""
    pairs: int
    """Pairs of runs."""
    both: int
    gained: int
    lost: int
    neither: int
    """both, gained, lost, neither: pairs with the outcome in both arms, in the arm alone, in the reference alone, in
    none."""
    low: float
    high: float
    """low, high: Monte Carlo interval of the change (95 %): what more runs of the same model might still move."""

    @property
    def reference_share(self) -> float:
        """P(outcome) in the reference."""
        return (self.both + self.lost) / self.pairs if self.pairs else float("nan")

    @property
    def arm_share(self) -> float:
        """P(outcome) in the arm."""
        return (self.both + self.gained) / self.pairs if self.pairs else float("nan")

    @property
    def change(self) -> float:
        """P(outcome) in the arm less that in the reference, on common random numbers."""
        return (self.gained - self.lost) / self.pairs if self.pairs else float("nan")


@dataclass(frozen=True)
class ComparisonTable:
    """What a comparison says: differences by arm, output and date; changes of outcomes by arm."""

    differences: tuple[Difference, ...]
    outcomes: tuple[OutcomeChange, ...]

    def of(self, arm: str, output: str, quarter: str, *, log: bool = False) -> Difference:
        """One of the differences.

        Raises KeyError if it is not in the table.
        """
        for row in self.differences:
            if (row.arm, row.output, row.quarter, row.log) == (arm, output, quarter, log):
                return row
        raise KeyError((arm, output, quarter, log))


@dataclass(frozen=True)
class DifferenceCourse:
    """A paired difference of an output over time."""

    output: str
    unit: str
    log: bool
    """output, unit, log: as of :class:`Difference`."""
    quarters: tuple[str, ...]
    """Labels."""
    levels: Floats
    """5, 25, 50, 75 and 95 % of the differences, shape (levels, quarters); NaN where no pair finished."""
    above: Floats
    """Share of pairs in which the arm is above the reference, shape (quarters,)."""
    begins: str | None
    """First quarter in which any pair differs."""


def course(pair: Pair, output: str, *, log: bool | None = None) -> DifferenceCourse:
    """Follow a difference over time: of logarithms, unless told, where the output is a count.

    Raises KeyError if an arm did not keep the output.
    """
    if output not in pair.outputs:
        raise KeyError(output)
    unit = str(pair.before[output].attrs.get("units", ""))
    log = unit in COUNTS if log is None else log
    found = pair.difference(output, log=log)
    finite = np.isfinite(found).sum(axis=0)
    return DifferenceCourse(
        output, "log points" if log else unit, log, pair.labels, quantiles(found),
        np.where(finite, (found > 0.0).sum(axis=0) / np.maximum(finite, 1), np.nan), begins(pair, [output]),
    )  # fmt: skip


def ends_of_years(result: xr.Dataset, years: Sequence[int] = YEARS) -> tuple[str, ...]:
    """Labels of the last quarters of years since the start; the last quarter kept for those beyond it."""
    labels = [str(label) for label in result["label"].to_numpy()]
    start = Quarter.parse(labels[0]) + (1 - quarters_apart(result))
    ends = [str(start + (4 * year - 1)) for year in years]
    return tuple(dict.fromkeys(end if end in labels else labels[-1] for end in ends))


def compare(
    pairs: Iterable[Pair], outputs: Sequence[str] | None = None, quarters: Sequence[str] | None = None
) -> ComparisonTable:
    """Compare arms with their references, output by output and date by date.

    Parameters
    ----------
    pairs
        Arms on common random numbers.
    outputs
        Outputs; by default those of :data:`MAIN` that were kept. Of counts logarithms are compared as well.
    quarters
        Labels such as ``2024Q2``; by default the ends of years 12 and 20.

    Raises
    ------
    KeyError
        If an output or quarter asked for was not kept.
    """
    differences: list[Difference] = []
    changes: list[OutcomeChange] = []
    for one in pairs:
        names = [name for name in MAIN if name in one.outputs] if outputs is None else list(outputs)
        ends = ends_of_years(one.before) if quarters is None else tuple(quarters)
        for name in names:
            unit = str(one.before[name].attrs.get("units", ""))
            for log in (False, True) if unit in COUNTS else (False,):
                differences += _rows(one, name, unit, ends, log=log)
        first, second = (arm["outcome"].to_numpy() for arm in (one.before, one.after))
        changes += outcome_changes(first, second, one.draws, reference=one.reference, arm=one.arm)
    return ComparisonTable(tuple(differences), tuple(changes))


def _rows(pair: Pair, output: str, unit: str, quarters: Sequence[str], *, log: bool) -> Iterator[Difference]:
    found = pair.difference(output, log=log)
    before, after = (one[output].to_numpy() for one in (pair.before, pair.after))
    for quarter in quarters:
        if quarter not in pair.labels:
            raise KeyError(quarter)
        at = pair.labels.index(quarter)
        column = found[:, at]
        low, median, high = band(column)
        yield Difference(
            arm=pair.arm,
            reference=pair.reference,
            output=output,
            unit="log points" if log else unit,
            quarter=quarter,
            log=log,
            pairs=column.size,
            reference_median=float(quantiles(before[:, at], (0.50,))[0]),
            arm_median=float(quantiles(after[:, at], (0.50,))[0]),
            low=low,
            median=median,
            high=high,
            above=float(np.mean(column > 0.0)) if column.size else float("nan"),
            equal=float(np.mean(column == 0.0)) if column.size else float("nan"),
            split=split(column, pair.draws),
        )


def outcome_changes(
    before: NDArray[np.int8], after: NDArray[np.int8], draws: NDArray[np.int64], *, reference: str, arm: str
) -> tuple[OutcomeChange, ...]:
    """How often each outcome happens in both arms of the same run, in one, in none.

    before, after: codes of the runs that finished in both, shape (pairs,); draws: number of the draw of every pair.
    """
    found = []
    for code, name in enumerate(OUTCOMES):
        had, has = before == code, after == code
        gained, lost = has & ~had, had & ~has
        low, high = change_interval(gained.astype(float) - lost.astype(float), draws)
        change = OutcomeChange(
            arm=arm,
            reference=reference,
            outcome=name,
            pairs=had.size,
            both=int(np.count_nonzero(had & has)),
            gained=int(np.count_nonzero(gained)),
            lost=int(np.count_nonzero(lost)),
            neither=int(np.count_nonzero(~had & ~has)),
            low=low,
            high=high,
        )
        found.append(change)
    return tuple(found)
