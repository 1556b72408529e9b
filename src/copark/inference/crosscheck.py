"""A second opinion on the parameter posterior by another method: neural posterior estimation with the optional `sbi`.

The neighbours' posterior is local: it looks at the runs nearest to the record and moves them by a straight line. A
neural posterior estimator (a masked autoregressive flow; Papamakarios et al. 2019, Greenberg et al. 2019) looks at the
whole batch and bends. Both read the same learned summaries of the same prior batch, so that they differ by method
alone. Nothing that ships depends on it: it needs the extra ``sbi``, which brings PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from copark.inference.posterior import Neighbours, ParameterPosterior
from copark.inference.prior import expit, logit
from copark.stats.quantiles import weighted_quantiles

Floats = NDArray[np.float64]
LEVELS = (0.05, 0.5, 0.95)
TRAINED_ON = 1 << 14
"""Runs the estimator is trained on: on a toy of six parameters 40,000 were no better than 10,000."""
DRAWS = 4000
TELLING = 0.05
"""Share of a parameter's prior variance a summary must explain to be shown to the estimator."""


@dataclass(frozen=True)
class Opinion:
    """What two methods say of one parameter."""

    name: str
    own: tuple[float, ...]
    other: tuple[float, ...]
    """own, other: 5, 50 and 95 % by the neighbours and by the neural estimator, in the parameter's unit."""
    shift: float
    """Distance of the medians, as a share of the width of the neighbours' 90 % interval."""
    width: float
    """Width of the other's 90 % interval in that of the neighbours'."""


def available() -> bool:
    """Whether `sbi` is installed."""
    return find_spec("sbi") is not None


def neural_posterior(z: Floats, summaries: Floats, recorded: Floats, seed: int = 1, draws: int = DRAWS) -> Floats:
    """Draws of the posterior of z given a record, by a flow trained on pairs of z and summaries.

    Parameters
    ----------
    z, summaries
        Shape (runs, axes) and (runs, summaries).
    recorded
        Summaries of the record.

    Returns
    -------
    ndarray
        Shape (draws, axes).
    """
    import warnings

    import torch
    from sbi.inference import NPE

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            estimator = NPE(density_estimator="maf", show_progress_bars=False)
            estimator.append_simulations(_tensor(z), _tensor(summaries)).train()
            posterior = estimator.build_posterior()
            found = posterior.sample((draws,), x=_tensor(recorded), show_progress_bars=False)
    finally:
        torch.set_num_threads(threads)
    return np.asarray(found.numpy(), dtype=np.float64)


def _tensor(values: Floats) -> object:
    import torch

    return torch.as_tensor(np.ascontiguousarray(values), dtype=torch.float32)


def opinions(
    own: ParameterPosterior, neighbours: Neighbours, explained: Floats, recorded: Floats, seed: int = 1
) -> tuple[Opinion, ...]:
    """Set the neural estimator's posterior beside the neighbours', most different first.

    Parameters
    ----------
    explained
        Share of each axis's prior variance that its summary explains.
    recorded
        Summaries of the record, shape (axes,).
    """
    told = np.flatnonzero(explained >= TELLING)
    whole = np.flatnonzero(np.isfinite(neighbours.summaries).all(axis=1))[:TRAINED_ON]
    z = logit(neighbours.points[whole].astype(np.float64))
    summaries = neighbours.summaries[whole][:, told].astype(np.float64)
    points = expit(neural_posterior(z, summaries, recorded[told], seed))
    mine, theirs = own.space.table(own.points), own.space.table(points)
    equal = np.full(len(points), 1.0 / len(points))
    found = [opinion(name, mine[name], own.weights, theirs[name], equal) for name in mine]
    return tuple(sorted(found, key=lambda one: -one.shift))


def opinion(name: str, mine: Floats, weights: Floats, theirs: Floats, equal: Floats) -> Opinion:
    """Compare weighted samples of one parameter."""
    own, other = weighted_quantiles(mine, weights, LEVELS), weighted_quantiles(theirs, equal, LEVELS)
    reach = max(float(own[2] - own[0]), 1e-300)
    return Opinion(
        name=name,
        own=tuple(float(value) for value in own),
        other=tuple(float(value) for value in other),
        shift=float(abs(other[1] - own[1])) / reach,
        width=float(other[2] - other[0]) / reach,
    )
