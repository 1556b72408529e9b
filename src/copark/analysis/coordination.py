"""The coupling coordination degree (耦合协调度): a read-out, which never feeds back.

Two forms of the coupling degree C of n scores in [0, 1]: the standard one, geometric over arithmetic mean, and the
corrected one of Wang Shujia et al. 2021 (王淑佳等, 国内耦合协调度模型的误区及修正, 自然资源学报 36(3): 793-810).
D = sqrt(C T) with T the weighted mean. The scores of the four scales have fixed ranges, set beforehand by judgement and
declared in :data:`COMPONENTS`; they are never rescaled to a sample, or D would change when a year or a run is added.
The grades are a convention: no theory or loss function stands behind their boundaries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

GRADES = (
    "extreme_imbalance", "severe_imbalance", "moderate_imbalance", "mild_imbalance", "near_imbalance",
    "barely_coordinated", "primary_coordination", "intermediate_coordination", "good_coordination",
    "quality_coordination",
)  # fmt: skip
"""Ten grades of D, each 0.1 wide, from the lowest."""

BOUNDARIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

SCALES = ("global", "intergovernmental", "park", "enterprise")


@dataclass(frozen=True)
class Component:
    """One indicator of a scale's score: ``clip((x - low) / (high - low), 0, 1)``.

    Parameters
    ----------
    scale
        The scale whose score it enters, with equal weight beside the scale's other components.
    name
        Name of the component; its title is the text ``analysis.component.<name>``.
    numerator, denominator
        Outputs of the model; the value is their ratio, or the first alone where there is no second.
    low, high
        The fixed range, in the value's unit. Judgement.
    unit
        The value's unit.
    """

    scale: str
    name: str
    numerator: str
    low: float
    high: float
    unit: str
    denominator: str | None = None

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


def _checked(scores: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(scores, dtype=np.float64)
    if found.shape[-1] < 2:
        raise ValueError("coupling needs at least two scores")
    with np.errstate(invalid="ignore"):
        if np.any((found < 0.0) | (found > 1.0)):
            raise ValueError("scores must lie in [0, 1]")
    return found


def _relative(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores over the largest of them, 0 where all are 0: C stays, and products of small scores do not vanish."""
    top = scores.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = np.where(np.isnan(scores), np.nan, 0.0)
    np.divide(scores, top, out=found, where=top > 0.0)
    return found


def coupling(scores: ArrayLike) -> NDArray[np.float64]:
    """Standard coupling degree, ``C = (Π U)^(1/n) / (Σ U / n)``; 0 where every score is 0.

    Parameters
    ----------
    scores
        U in [0, 1], shape (…, n), n ≥ 2.

    Returns
    -------
    array
        C in [0, 1], shape (…).

    Raises
    ------
    ValueError
        If a score leaves [0, 1] or there is only one.
    """
    relative = _relative(_checked(scores))
    mean = relative.mean(axis=-1)
    geometric = np.prod(relative, axis=-1) ** (1.0 / relative.shape[-1])
    degree: NDArray[np.float64] = np.where(np.isnan(mean), np.nan, 0.0)
    np.divide(geometric, mean, out=degree, where=mean > 0.0)
    return degree


def coupling_corrected(scores: ArrayLike) -> NDArray[np.float64]:
    """Corrected coupling degree of Wang et al. 2021; 0 where every score is 0.

    ``C' = sqrt{ [1 - Σ_{i>j} |U_i - U_j| / (n(n-1)/2)] · (Π U_i / max U)^(1/(n-1)) }``. The formula was taken from the
    vignette of the R package *coupling* and agrees with the article's table 8; the article was not seen in print.

    Parameters
    ----------
    scores
        U in [0, 1], shape (…, n), n ≥ 2.

    Raises
    ------
    ValueError
        If a score leaves [0, 1] or there is only one.
    """
    found = _checked(scores)
    n = found.shape[-1]
    first, second = np.triu_indices(n, k=1)
    spread = np.abs(found[..., first] - found[..., second]).sum(axis=-1) / (n * (n - 1) / 2.0)
    evenness = np.prod(_relative(found), axis=-1) ** (1.0 / (n - 1))
    degree: NDArray[np.float64] = np.sqrt(np.maximum(1.0 - spread, 0.0) * evenness)
    return degree


def development(scores: ArrayLike, weights: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Development index ``T = Σ α U``, α equal unless given.

    Raises
    ------
    ValueError
        If the weights are not as many as the scores, negative, or do not sum to 1.
    """
    found = _checked(scores)
    n = found.shape[-1]
    alpha = np.full(n, 1.0 / n) if weights is None else np.asarray(weights, dtype=np.float64)
    if alpha.shape != (n,) or np.any(alpha < 0.0) or abs(float(alpha.sum()) - 1.0) > 1e-9:
        raise ValueError("one weight a score is needed, none negative, that sum to 1")
    total: NDArray[np.float64] = found @ alpha
    return total


def coordination(coupling_degree: ArrayLike, index: ArrayLike) -> NDArray[np.float64]:
    """Coordination degree ``D = sqrt(C T)``."""
    degree: NDArray[np.float64] = np.sqrt(np.asarray(coupling_degree) * np.asarray(index))
    return degree


def grade(degree: float, closed: Literal["left", "right"] = "left") -> str:
    """The grade of D.

    Parameters
    ----------
    degree
        D in [0, 1].
    closed
        Papers differ on the boundaries: ``left`` reads [0.4, 0.5) as one grade, ``right`` reads (0.4, 0.5].

    Raises
    ------
    ValueError
        If D leaves [0, 1].
    """
    if not 0.0 <= degree <= 1.0:
        raise ValueError("a coordination degree lies in [0, 1]")
    return GRADES[int(np.searchsorted(BOUNDARIES, degree, side="right" if closed == "left" else "left"))]


@dataclass(frozen=True)
class ReadOut:
    """Scores and degrees of one scenario's runs, each of shape (run, quarter).

    Parameters
    ----------
    scores
        The four scores by scale.
    development, coupling, coordination
        T, C and D in the standard form.
    coupling_corrected, coordination_corrected
        C' and D' after Wang et al. 2021.
    """

    scores: dict[str, NDArray[np.float64]]
    development: NDArray[np.float64]
    coupling: NDArray[np.float64]
    coupling_corrected: NDArray[np.float64]
    coordination: NDArray[np.float64]
    coordination_corrected: NDArray[np.float64]


def apart(found: ReadOut, seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both coordination degrees with every scale taken from another run: D and D' of shape (run, quarter).

    A permutation null. Each score keeps its course and its spread over runs; only that the four belong to one run is
    undone. What D has beyond this is due to scales moving together within a run; what remains is their common trend.

    Parameters
    ----------
    found
        Scores of a scenario's runs.
    seed
        Of the permutations, one for each scale, the same in all quarters.
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

    Raises
    ------
    KeyError
        If the study did not keep an output the scores need (see :func:`needed`).
    """
    chosen = result.isel(scenario=scenario)
    scores = {
        scale: np.mean([component_score(item, chosen) for item in COMPONENTS if item.scale == scale], axis=0)
        for scale in SCALES
    }
    stacked = np.stack(list(scores.values()), axis=-1)
    index, standard, corrected = development(stacked), coupling(stacked), coupling_corrected(stacked)
    return ReadOut(scores, index, standard, corrected, coordination(standard, index), coordination(corrected, index))
