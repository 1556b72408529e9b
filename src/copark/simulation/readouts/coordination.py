"""The coupling coordination degree (耦合协调度): a read-out, which never feeds back.

The scores of the four scales have fixed ranges, set beforehand by judgement and declared in :data:`COMPONENTS`; they
are never rescaled to a sample, or D would change when a year or a run is added. The formulas are those of
:mod:`copark.setmethods.coupling_degree`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.coupling_degree import coordination, coupling, coupling_corrected, development

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

SCALES = ("global", "intergovernmental", "park", "enterprise")


@dataclass(frozen=True)
class Component:
    """One indicator of a scale's score: ``clip((x - low) / (high - low), 0, 1)``."""

    scale: str
    """The scale whose score it enters, with equal weight beside the scale's other components."""
    name: str
    """Name of the component; its title is the text ``analysis.component.<name>``."""
    numerator: str
    low: float
    high: float
    """low, high: the fixed range, in the value's unit. Judgement."""
    unit: str
    """The value's unit."""
    denominator: str | None = None
    """numerator, denominator: outputs of the model; the value is their ratio, or the first alone where there is no
    second."""

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
"""Every indicator of the read-out with its fixed range. All ranges are judgement (grade *judgement*)."""


@dataclass(frozen=True)
class ReadOut:
    """Scores and degrees of one scenario's runs, each of shape (run, quarter)."""

    scores: dict[str, NDArray[np.float64]]
    """The four scores by scale."""
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

    found: scores of a scenario's runs; seed: of the permutations, one for each scale, the same in all quarters.
    """
    luck = np.random.Generator(np.random.Philox(key=seed))
    stacked = np.stack([luck.permutation(score, axis=0) for score in found.scores.values()], axis=-1)
    index = development(stacked)
    return coordination(coupling(stacked), index), coordination(coupling_corrected(stacked), index)


def needed() -> tuple[str, ...]:
    """The outputs a study must keep for the read-out."""
    names = [name for component in COMPONENTS for name in component.outputs()]
    return tuple(dict.fromkeys(names))


def component_score(component: Component, chosen: xr.Dataset) -> NDArray[np.float64]:
    """One indicator in [0, 1], shape (run, quarter).

    No land serviced, or no company operating, scores 0: there is nothing yet at that scale.
    """
    value = chosen[component.numerator].to_numpy().astype(np.float64)
    if component.denominator is not None:
        base = chosen[component.denominator].to_numpy()
        value = np.divide(value, base, out=np.where(np.isnan(base), np.nan, 0.0), where=base > 0.0)
    score: NDArray[np.float64] = np.clip((value - component.low) / (component.high - component.low), 0.0, 1.0)
    if component.name == "mean_return":
        none = chosen["operating"].to_numpy() == 0.0
        score = np.where(none, 0.0, score)
    return score


def read_out(result: xr.Dataset, scenario: int = 0) -> ReadOut:
    """Four scores and both coordination degrees of a scenario's runs.

    Raises KeyError if the study did not keep an output the scores need (see :func:`needed`).
    """
    chosen = result.isel(scenario=scenario)
    scores = {
        scale: np.mean([component_score(item, chosen) for item in COMPONENTS if item.scale == scale], axis=0)
        for scale in SCALES
    }
    stacked = np.stack(list(scores.values()), axis=-1)
    index, standard, corrected = development(stacked), coupling(stacked), coupling_corrected(stacked)
    return ReadOut(scores, index, standard, corrected, coordination(standard, index), coordination(corrected, index))
