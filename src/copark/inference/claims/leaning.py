"""What a result leans on: parameters that move its statistics from draw to draw, and whether the data moved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.inference.case_parameters import Source
from copark.inference.claims.rules import Sample
from copark.inference.diagnostics import movements
from copark.inference.prior import MIX
from copark.model.arrays import Draws
from copark.model.variables import ORIGINS, catalogue
from copark.simulation.counterfactual import varying

Floats = NDArray[np.float64]
LEANS = 0.10
"""Share of the variance of ranks from which a statistic is said to lean on a parameter."""
CHANCE = 6.63
"""Chi-squared at 1 %: of n draws, a share of CHANCE / n is what luck alone gives one parameter in a hundred."""
MOST = 4


@dataclass(frozen=True)
class Lean:
    """A parameter that a part of a claim leans on.

    Parameters
    ----------
    parameter
        Its name; ``origin_weight.home`` for a share of the mix.
    statistic
        The statistic it moves most.
    share
        Share of the variance of ranks (squared rank correlation).
    rises
        Whether the statistic rises with it.
    moved
        moved, weakly or unmoved by the data.
    """

    parameter: str
    statistic: str
    share: float
    rises: bool
    moved: str


def drawn_values(draws: Draws, futures: int) -> dict[str, Floats]:
    """Values of what differs between draws, one for every draw: parameters, and the shares of the mix of origins."""
    found = {name: values[::futures] for name, values in varying(draws).items()}
    mix = np.asarray(draws.enterprises[MIX], dtype=np.float64)[::futures]
    for at, origin in enumerate(ORIGINS):
        if np.ptp(mix[:, at]) > 0.0:
            found[f"{MIX}.{origin}"] = mix[:, at]
    return found


def moved_words(draws: str, source: Source | None) -> dict[str, str]:
    """How far the data moved each parameter: from the posterior, else as the catalogue has it; a prior is unmoved."""
    if source is not None:
        return {one.name: one.verdict for one in movements(source.space, source.points)}
    words = {name: variable.moved for name, variable in catalogue().parameters.items()}
    words |= {f"{MIX}.{origin}": words[MIX] for origin in ORIGINS}
    return dict.fromkeys(words, "unmoved") if draws == "prior" else words


def leaning(samples: Mapping[str, Sample], values: Mapping[str, Floats], moved: Mapping[str, str]) -> tuple[Lean, ...]:
    """Parameters that the statistics of a part lean on, the strongest first, each with the statistic it moves most."""
    best: dict[str, Lean] = {}
    for name, sample in samples.items():
        for parameter, column in values.items():
            share, rises = rank_share(sample.values, column)
            if share >= max(LEANS, CHANCE / max(sample.known.size, 1)):
                one = Lean(parameter, name, share, rises, moved.get(parameter, "unmoved"))
                if parameter not in best or best[parameter].share < share:
                    best[parameter] = one
    return tuple(sorted(best.values(), key=lambda one: -one.share)[:MOST])


def rank_share(first: Floats, second: Floats) -> tuple[float, bool]:
    """Squared rank correlation of two columns, and whether it is positive; 0 where either does not vary."""
    from scipy.stats import rankdata

    if first.size != second.size:
        return 0.0, False
    known = np.isfinite(first) & np.isfinite(second)
    if np.count_nonzero(known) < 3:
        return 0.0, False
    ranks = [rankdata(column[known]) for column in (first, second)]
    if any(np.ptp(column) == 0.0 for column in ranks):
        return 0.0, False
    found = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    return found**2, found > 0.0
