"""Morris's screen: the mean size of one-at-a-time steps from many places of the unit cube (Morris 1991).

The last factor is the dummy. Where the model answers a step of it with other luck, its effect is what luck alone does.
``mu_star`` ranks; it is not a share of anything.
Source: Morris, Technometrics 33 (1991), 161-174; Campolongo, Cariboni and Saltelli, Environmental Modelling & Software
22 (2007), 1509-1518. Trajectories and effects by SALib.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.arrays import Booleans, Floats

LEVELS = 4
DELTA = LEVELS / (2.0 * (LEVELS - 1.0))
"""A step, as a share of a factor's range: two thirds on four levels."""
RESAMPLES = 1000


@dataclass(frozen=True)
class Screen:
    """What a screen of one output found; all of shape (factors,) with the dummy last."""

    mu: Floats
    """Mean effect of moving a factor over its whole range, in the output's unit."""
    mu_star: Floats
    """Mean size of the effect."""
    sigma: Floats
    """Spread of the effect over the cube: interactions and curvature."""
    error: Floats
    """Half width of the 95 % interval of ``mu_star``, by bootstrap over trajectories."""
    clear: Booleans
    """Whether ``mu_star`` is above the dummy's by more than both errors together."""
    trajectories: int
    """Trajectories that were whole."""


def problem(factors: int) -> dict[str, Any]:
    """Give SALib's description of a cube."""
    return {"num_vars": factors, "names": [f"x{n}" for n in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def design(factors: int, trajectories: int, seed: int) -> Floats:
    """Points of the trajectories, shape (trajectories · (factors + 1), factors); the last factor is the dummy."""
    from SALib.sample.morris import sample

    found: Floats = sample(problem(factors), trajectories, num_levels=LEVELS, seed=np.random.default_rng(seed))
    return found


def screen(points: Floats, values: Floats, seed: int = 1) -> Screen:
    """Read the effects off a design and its answers.

    Parameters
    ----------
    points
        As :func:`design` gives them.
    values
        Answers, shape (points,); a trajectory with an answer that is not a number is left out.
    """
    from SALib.analyze.morris import analyze

    factors = points.shape[1]
    whole = np.isfinite(values.reshape(-1, factors + 1)).all(axis=1)
    kept = np.repeat(whole, factors + 1)
    count = int(whole.sum())
    if count < 2:
        nothing = np.full(factors, np.nan)
        return Screen(nothing, nothing, nothing, nothing, np.zeros(factors, dtype=bool), count)
    found = analyze(
        problem(factors), points[kept], np.ascontiguousarray(values[kept], dtype=np.float64),
        num_resamples=RESAMPLES, num_levels=LEVELS, seed=np.random.default_rng(seed),
    )  # fmt: skip
    mu, mu_star, sigma, error = (np.array(found[key], float) for key in ("mu", "mu_star", "sigma", "mu_star_conf"))
    for part in (mu, mu_star, sigma, error):
        part[-1] *= DELTA  # a step of the dummy is all of it: another luck, however long the step
    clear = mu_star - mu_star[-1] > np.hypot(error, error[-1])
    return Screen(mu, mu_star, sigma, error, clear, count)
