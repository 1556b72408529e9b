"""Stored runs compared: scenarios of a result, or of two, as effects on common random numbers.

Runs are paired by number: the same parameters, the same random numbers, another scenario. An effect is the scenario
less the reference. Shares of runs are shares of simulated parks, not probabilities of error; no test of significance is
made of them, since more runs could always be made. Results that differ in more than their scenarios are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Floats, Integers
from copark.cases.quarters import Quarter
from copark.errors import Fault, FaultsFound
from copark.json_types import JsonObject
from copark.model.outcomes import ENDED
from copark.simulation.accounts import NEEDED, VARIANTS
from copark.simulation.outcomes import OUTCOMES, YEAR_TWENTY, outcome_effects, outcomes
from copark.simulation.unfinished import OK
from copark.stats.effects import Effect, Effects
from copark.stats.quantiles import LEVELS, quantiles
from copark.stats.shares import Share, shares

if TYPE_CHECKING:
    import xarray as xr

MADE_OF = (
    ("case", ("case_hash", "world_hash")),
    ("model", ("model_version",)),
    ("seed", ("seed",)),
    ("draws", ("study.draws", "study.futures", "draws_hash")),
)
"""What two results must share to be paired, and where their provenance says it."""
EARLY_YEAR = 12
"""Year since the start at whose end scenarios are compared, beside the quarter in which outcomes are judged."""
MAIN = (
    "operating",
    "registered",
    "jobs",
    "realised_investment",
    "serviced_area",
    "service_level",
    "result_cumulative",
    "benefit_home",
    "benefit_host",
    "commitment_home",
    "commitment_host",
)
"""Outputs compared unless told, those of them that were kept."""
DRAWN = ("operating", "jobs", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs whose differences are followed over time, those of them that were kept."""
COUNTS = frozenset(("companies", "persons"))
"""Units of counts; their ratios are compared as well, in log points."""


def quarters_apart(result: xr.Dataset) -> int:
    """Count the quarters from one column of a result to the next: 4 where a study kept the ends of years only."""
    labels = [Quarter.parse(str(label)) for label in result["label"].to_numpy()[:2]]
    return labels[1] - labels[0] if len(labels) > 1 else 1


def judged_column(result: xr.Dataset) -> int:
    """Return the column in which outcomes are judged: the last of a forward study, else that of year twenty."""
    columns = result.sizes["quarter"]
    if provenance(result).get("study", {}).get("now") is not None:
        return columns - 1
    return min(YEAR_TWENTY // quarters_apart(result), columns) - 1


def sweep(result: xr.Dataset, scenario: int = 0) -> dict[str, tuple[Share, ...]]:
    """Return the outcome shares of a scenario under other thresholds of the tests of accounts.

    Parameters
    ----------
    result
        Stored runs.
    scenario
        Place of the scenario in the result.

    Returns
    -------
    Shares of the outcomes by name of the thresholds (:data:`copark.simulation.accounts.VARIANTS`); failed is the same
    in all. None where the study did not keep every quarter of the outputs that outcomes are judged by.
    """
    if not set(NEEDED) <= set(result.data_vars) or quarters_apart(result) > 1:
        return {}
    codes = result["outcome"].isel(scenario=scenario).to_numpy()
    paths = {name: result[name].isel(scenario=scenario).to_numpy() for name in NEEDED}
    status = np.zeros(len(codes), dtype=np.int64)
    judged = judged_column(result)
    # What has failed, was closed or did not finish is so by any threshold.
    is_alive = codes > ENDED.code
    shares_by_variant = {}
    for name, thresholds in VARIANTS.items():
        other_codes = outcomes(paths, status, judged, thresholds=thresholds)
        shares_by_variant[name] = shares(np.where(is_alive, other_codes, codes), OUTCOMES)
    return shares_by_variant


def bands(result: xr.Dataset, variable: str, scenario: int = 0, levels: Sequence[float] = LEVELS) -> Floats:
    """Return quantiles of an output over a scenario's runs, shape (level, quarter); KeyError if it was not kept.

    Parameters
    ----------
    result
        Stored runs.
    variable
        Name of an output.
    scenario
        Place of the scenario in the result.
    levels
        Levels of the quantiles, 0 to 1.

    Returns
    -------
    Quantiles in the output's unit, shape (levels, quarters); NaN where no run has a value.

    Raises
    ------
    KeyError
        If the output was not kept.
    """
    return quantiles(result[variable].isel(scenario=scenario).to_numpy(), levels)


class NotComparable(FaultsFound):
    """Two results are not of the same case, model, random numbers or draws; every difference is told."""


def provenance(result: xr.Dataset) -> JsonObject:
    """Read what made a result."""
    entries: JsonObject = json.loads(result.attrs.get("provenance", "{}"))
    return entries


def _entry(entries: JsonObject, path: str) -> Any:
    """Look up an entry of a provenance; a study from before there were replicates has 1."""
    entry: Any = entries
    for step in path.split("."):
        entry = entry.get(step) if isinstance(entry, dict) else None
    return 1 if entry is None and path == "study.futures" else entry


def differing(reference: xr.Dataset, other: xr.Dataset) -> Iterator[Fault]:
    """Describe why two results cannot be paired: another case, model, random numbers or draws, or nothing in common."""
    names = f"{reference.attrs.get('identity', '?')}, {other.attrs.get('identity', '?')}"
    first = provenance(reference)
    second = provenance(other)
    is_refused = False
    for code, paths in MADE_OF:
        for path in paths:
            reference_entry = _entry(first, path)
            other_entry = _entry(second, path)
            if reference_entry != other_entry:
                is_refused = True
                yield Fault(
                    f"compare.{code}",
                    names,
                    None,
                    path,
                    {"reference": str(reference_entry)[:16], "scenario": str(other_entry)[:16]},
                )
                break
    for code in ("run", "label"):
        if not set(reference[code].to_numpy().tolist()) & set(other[code].to_numpy().tolist()):
            is_refused = True
            yield Fault(f"compare.no_{code}", names)
    if not is_refused and not _same_draws(reference, other):
        yield Fault("compare.draws", names, None, "draws", {"reference": "", "scenario": ""})


def _same_draws(reference: xr.Dataset, other: xr.Dataset) -> bool:
    if "draws" not in reference or "draws" not in other:
        return True
    if reference["parameter"].to_numpy().tolist() != other["parameter"].to_numpy().tolist():
        return False
    runs = np.intersect1d(reference["run"].to_numpy(), other["run"].to_numpy())
    return np.array_equal(reference["draws"].sel(run=runs).to_numpy(), other["draws"].sel(run=runs).to_numpy())


def paired(
    result: xr.Dataset, other: xr.Dataset | None = None, scenario: int | str = 0
) -> tuple[xr.Dataset, xr.Dataset]:
    """Put scenarios beside the one they are compared with, in the runs and quarters that all have.

    Parameters
    ----------
    result
        Has the reference.
    other
        Has what is compared with it: its scenarios without the reference's key, or that one if it has no other. By
        default it is the result itself.
    scenario
        Place or key of the reference.

    Returns
    -------
    reference, scenarios
        Of dimensions (run, quarter) and (scenario, run, quarter); there may be no scenario.

    Raises
    ------
    NotComparable
        If case, model, random numbers or draws are not the same.
    KeyError
        If there is no such reference.
    """
    if other is not None and other is not result:
        faults = list(differing(result, other))
        if faults:
            raise NotComparable(faults)
    reference = result.isel(scenario=scenario) if isinstance(scenario, int) else result.sel(scenario=scenario)
    compared = result if other is None else other
    is_another = compared["scenario"].to_numpy() != reference["scenario"].item()
    if other is None or is_another.any():
        compared = compared.isel(scenario=np.flatnonzero(is_another))
    for dimension, name in (("run", "run"), ("quarter", "label")):
        reference_labels = reference[name].to_numpy()
        compared_labels = compared[name].to_numpy()
        if not np.array_equal(reference_labels, compared_labels):
            reference = reference.isel({dimension: np.flatnonzero(np.isin(reference_labels, compared_labels))})
            compared = compared.isel({dimension: np.flatnonzero(np.isin(compared_labels, reference_labels))})
    return reference, compared


def outputs_of(reference: xr.Dataset, scenarios: xr.Dataset) -> tuple[str, ...]:
    """Name the outputs that both kept."""
    return tuple(
        str(name)
        for name in reference.data_vars
        if reference.variables[name].dims == ("run", "quarter") and name in scenarios.data_vars
    )


def effects_of(reference: xr.Dataset, scenarios: xr.Dataset, outputs: Sequence[str]) -> Effects:
    """Read stored scenarios as effects on outputs, in all quarters.

    Parameters
    ----------
    reference, scenarios
        As of :func:`paired`.
    outputs
        Outputs that both kept; KeyError if one was not.
    """
    keys = [str(key) for key in scenarios["scenario"].to_numpy()]
    finished = scenarios["status"].to_numpy() == OK
    finished &= reference["status"].to_numpy() == OK
    return Effects(
        measures=tuple(outputs),
        units=tuple(str(reference[name].attrs.get("units", "")) for name in outputs),
        quarters=tuple(str(label) for label in reference["label"].to_numpy()),
        reference=str(reference["scenario"].item()),
        reference_values=_paths(reference, outputs),
        values={key: _paths(scenarios.isel(scenario=place), outputs) for place, key in enumerate(keys)},
        finished=dict(zip(keys, finished, strict=True)),
        draw_of_run=_draw_of_run(reference),
    )


def _paths(scenario: xr.Dataset, outputs: Sequence[str]) -> Floats:
    """Read outputs of a scenario, one after the other, shape (runs, outputs, quarters)."""
    paths = np.empty((scenario.sizes["run"], len(outputs), scenario.sizes["quarter"]))
    for place, name in enumerate(outputs):
        # A view is read, so that the dataset does not keep what was read.
        paths[:, place] = scenario[name].isel(run=slice(None)).to_numpy()
    return paths


def _draw_of_run(reference: xr.Dataset) -> Integers:
    """Return the number of the parameter draw of every run, shape (runs,)."""
    replicates = int(_entry(provenance(reference), "study.futures") or 1)
    runs: Integers = reference["run"].to_numpy().astype(np.int64)
    return runs // replicates


def outcome_effects_of(reference: xr.Dataset, scenarios: xr.Dataset) -> Effects:
    """Read stored scenarios as effects on the shares of outcomes; the two are as of :func:`paired`."""
    keys = [str(key) for key in scenarios["scenario"].to_numpy()]
    return outcome_effects(
        str(reference["scenario"].item()),
        reference["outcome"].to_numpy(),
        dict(zip(keys, scenarios["outcome"].to_numpy(), strict=True)),
        _draw_of_run(reference),
        str(reference["label"].to_numpy()[judged_column(reference)]),
    )


def differences(effects: Effects, outputs: Sequence[str], quarters: Sequence[str]) -> Iterator[Effect]:
    """Return effects on outputs in some quarters, of counts also those on logarithms.

    Parameters
    ----------
    effects
        Effects on outputs, as of :func:`effects_of`.
    outputs
        Names of outputs among their measures.
    quarters
        Labels of quarters among theirs, such as ``2035Q4``.

    Returns
    -------
    Effects by output, scenario and quarter; of a count those in its unit come first, then those in log points.

    Raises
    ------
    KeyError
        If there is no such output or quarter.
    """
    for output in outputs:
        chosen = effects.select(measures=[output], quarters=quarters)
        for log in (False, True) if chosen.units[0] in COUNTS else (False,):
            yield from chosen.rows(log=log)


def dates_compared(result: xr.Dataset) -> tuple[str, ...]:
    """Return the quarters at which scenarios are compared: the end of year 12, and when outcomes are judged."""
    judged = str(result["label"].to_numpy()[judged_column(result)])
    return tuple(dict.fromkeys((*ends_of_years(result, (EARLY_YEAR,)), judged)))


def ends_of_years(result: xr.Dataset, years: Sequence[int]) -> tuple[str, ...]:
    """Return the last quarters of years since the start; the last quarter kept for those beyond it."""
    labels = [str(label) for label in result["label"].to_numpy()]
    start = Quarter.parse(labels[0]) + (1 - quarters_apart(result))
    ends = [str(start + (4 * year - 1)) for year in years]
    return tuple(dict.fromkeys(end if end in labels else labels[-1] for end in ends))
