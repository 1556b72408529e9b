"""How hard a test was: how often it refutes the claim where the claim is false, and whether it could have done so.

*Severity* is the share of batches whose word is against the claim where the claim is false. A batch is as many draws
as the test had, taken anew from them with replacement. It is asked first of effects as wide as those found but nil in
the middle (*recentred*), then of worlds in which the claim's mechanism is absent. Where the arms of a test differ in
nothing but what that world takes away, it cannot but refute: that is *by construction* and says little. Where the
prior alone holds a claim on nearly every draw, the model hardly knows another answer, and the claim is nearly built in.

What a result leans on: parameters that move its statistics from draw to draw, and whether the data moved them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from copark.analyses.claims.rules import Sample, side
from copark.analyses.claims.schema import DIFFERENCES, Part
from copark.analyses.claims.standard import standard
from copark.analyses.claims.verdict import Weighed, asked, mean_of
from copark.arrays import Floats
from copark.calibration.case_parameters import Source
from copark.calibration.diagnostics import movements
from copark.calibration.prior import MIX
from copark.model.arrays import Draws
from copark.model.variables import ORIGINS, catalogue
from copark.simulation.counterfactual import varying
from copark.stats.shares import wilson

BATCHES = 200
RECENTRED = "recentred"
"""Name of the world in which the effects found are shifted to be nil in the middle."""
BATCHED = 0x736576
"""Second key of the generator: what the numbers are for."""
BUILT_IN, RULED_OUT = 0.95, 0.05


@dataclass(frozen=True)
class Severity:
    """How the test does in one world in which the claim is false."""

    world: str
    word: str
    probability: float
    """word, probability: word for the claim there, and its P, on all draws."""
    refuted: int
    batches: int
    """refuted, batches: batches in which it refutes the claim, of all."""
    identical: bool
    """The arms no longer differ at all there: the test cannot but refute, which says little."""

    @property
    def share(self) -> float:
        """Severity."""
        return self.refuted / self.batches if self.batches else nan

    @property
    def interval(self) -> tuple[float, float]:
        """Monte Carlo interval of it (Wilson, 95 %): what more batches of the same draws might still move."""
        return wilson(self.refuted, self.batches)


def severity(part: Part, weighed: Weighed, world: str, seed: int) -> Severity:
    """How often a part is refuted on batches of what was measured in a world where it is false."""
    found = words_of_batches(weighed.chance, seed)
    means = () if weighed.effects is None else weighed.effects.means
    differences = all(part.statistics[name].kind in DIFFERENCES for name in means)
    return Severity(
        world=world,
        word=word_of(weighed.chance),
        probability=weighed.probability,
        refuted=sum(side(word) < 0 for word in found),
        batches=len(found),
        identical=bool(means) and differences and not any(weighed.runs[name].any() for name in means),
    )


def recentred(part: Part, weighed: Weighed, margins: Mapping[str, float]) -> Weighed | None:
    """A part weighed with its effects shifted to be nil in the middle; ``None`` where one of them is no difference."""
    if weighed.effects is None or any(part.statistics[name].kind not in DIFFERENCES for name in part.judged):
        return None
    middle = {name: -float(np.median(one)) for name, one in weighed.effects.means.items()}
    return asked(part, weighed.effects.shifted(middle), weighed.runs, margins)


def word_of(chance: Floats) -> str:
    """The word for the probabilities of draws."""
    return standard().word(mean_of(chance), int(np.isfinite(chance).sum()))


def words_of_batches(chance: Floats, seed: int) -> list[str]:
    """The word of every batch; none where nothing was measured."""
    known = chance[np.isfinite(chance)]
    rng = np.random.default_rng([seed, BATCHED])
    batches = rng.integers(0, known.size, (BATCHES, known.size)) if known.size else ()
    return [word_of(known[at]) for at in batches]


def steadiness(chance: Floats, seed: int) -> float:
    """Share of batches of the test's own draws in which its word is the same."""
    found = words_of_batches(chance, seed)
    return found.count(word_of(chance)) / len(found) if found else nan


def built_in(share: float) -> str:
    """built_in, ruled_out or open, from the share of the prior that holds it; unknown where nothing is measured."""
    if np.isnan(share):
        return "unknown"
    return "built_in" if share >= BUILT_IN else "ruled_out" if share <= RULED_OUT else "open"


LEANS = 0.10
"""Share of the variance of ranks from which a statistic is said to lean on a parameter."""
CHANCE = 6.63
"""Chi-squared at 1 %: of n draws, a share of CHANCE / n is what chance alone gives one parameter in a hundred."""
MOST = 4


@dataclass(frozen=True)
class Lean:
    """A parameter that a part of a claim leans on."""

    parameter: str
    """Its name; ``origin_weight.home`` for a share of the mix."""
    statistic: str
    """The statistic it moves most."""
    share: float
    """Share of the variance of ranks (squared rank correlation)."""
    rises: bool
    """Whether the statistic rises with it."""
    moved: str
    """moved, weakly or unmoved by the data."""


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
        least = max(LEANS, CHANCE / max(sample.known.size, 1))
        shares, signs = rank_shares(sample.values, np.column_stack(list(values.values())))
        for parameter, share, sign in zip(values, shares.tolist(), signs.tolist(), strict=True):
            if share >= least and (parameter not in best or best[parameter].share < share):
                best[parameter] = Lean(parameter, name, share, sign > 0.0, moved.get(parameter, "unmoved"))
    return tuple(sorted(best.values(), key=lambda one: -one.share)[:MOST])


def rank_shares(one: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Squared rank correlations of a statistic with columns, and their signs; 0 where either does not vary."""
    from scipy.stats import rankdata

    found = np.zeros(columns.shape[1])
    known = np.isfinite(one)
    if len(one) == len(columns) and np.count_nonzero(known) >= 3:
        ranks = rankdata(one[known]), rankdata(columns[known], axis=0)
        first, second = (rank - rank.mean(axis=0) for rank in ranks)
        scale = np.sqrt((first**2).sum() * (second**2).sum(axis=0))
        np.divide(first @ second, scale, out=found, where=scale > 0.0)
    return found**2, np.sign(found)
