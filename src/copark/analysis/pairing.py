"""Pairing: runs of two arms on the same parameters and luck, side by side; what is of other making is refused.

Runs are paired by number: the same parameters, the same luck, another world. A difference is arm less reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.errors import Fault, FaultsFound
from copark.stats import pairs

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
    """Two arms on the same luck.

    Parameters
    ----------
    reference, arm
        Keys of the two scenarios.
    before, after
        Their runs in common, of dimensions (run, quarter); the runs that did not finish in both are left out.
    futures
        Runs that share a draw of parameters.
    """

    reference: str
    arm: str
    before: xr.Dataset
    after: xr.Dataset
    futures: int

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

    Raises
    ------
    NotComparable
        If case, model, luck or draws are not the same; it says which.
    KeyError
        If there is no such scenario.
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

    Parameters
    ----------
    reference, scenario
        A result, and key or place of the scenario that the others are compared with.
    arm
        Another result on the same case, model, random numbers and draws: its scenarios but for the reference's own, or
        that one where it has no other.

    Raises
    ------
    NotComparable, KeyError
        As :func:`pair`.
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
