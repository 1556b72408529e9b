"""Words on resamples of a test's draws: how steady the word is, and how often it would be against a false claim.

The *share refuted* is the share of batches whose word is against the claim where the claim is false. A batch is as many
draws as the test had, taken anew from them with replacement. It is asked first of effects as wide as those found but
nil in the middle (*recentred*), then of null models, in which the claim's mechanism is absent. Between batches only
simulation error differs: it is no severity of a test in Mayo's sense, which asks for data made without the mechanism
and a calibration to them. Where the scenarios of a test differ in nothing but what a null model takes away, it cannot
but refute: that is *by construction* and says little. Where the prior alone holds a claim on nearly every draw, the
model hardly knows another answer, and the claim is nearly built in.

What a result leans on: parameters that move its statistics from draw to draw, and whether the data moved them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from copark.analyses.claims.samples import Sample
from copark.analyses.claims.schema import DIFFERENCES, Part
from copark.analyses.claims.standard import standard
from copark.analyses.claims.verdict import Weighed, mean_of, weigh_expected
from copark.analyses.claims.words import side
from copark.arrays import Floats
from copark.calibration.case_parameters import Source
from copark.calibration.diagnostics import movements
from copark.calibration.parameter_titles import MIX
from copark.model.arrays import Draws
from copark.model.variables import ORIGINS, catalogue
from copark.simulation.sample import varying
from copark.stats.ranks import mean_ranks
from copark.stats.shares import wilson

BATCHES = 200
"""Batches of draws that a test is repeated on."""
RECENTRED = "recentred"
"""Name of the null model in which the effects found are shifted to be nil in the middle."""
BATCHED = 0x736576
"""Second key of the generator: what the numbers are for."""
BUILT_IN = 0.95
"""Share of the prior that holds a claim from which on it is built into the model."""
RULED_OUT = 0.05
"""Share up to which it is ruled out."""


@dataclass(frozen=True)
class Refutation:
    """Frequency with which the rule is against a claim on resamples of the draws in one null model."""

    world: str
    """Key of the null model."""
    word: str
    """Word for the claim there, on all draws."""
    probability: float
    """P of the claim there, on all draws."""
    refuted: int
    """Batches in which it refutes the claim."""
    batches: int
    """Batches in all."""
    identical: bool
    """The scenarios no longer differ at all there: the test cannot but refute, which says little."""

    @property
    def share(self) -> float:
        """Share of batches in which the rule refutes the claim."""
        return self.refuted / self.batches if self.batches else nan

    @property
    def interval(self) -> tuple[float, float]:
        """Monte Carlo interval of it (Wilson, 95 %): what more batches of the same draws might still move."""
        return wilson(self.refuted, self.batches)


def refutation(part: Part, weighed: Weighed, world: str, seed: int) -> Refutation:
    """Count how often a part is refuted on batches of what was measured in a null model.

    Parameters
    ----------
    part
        The part.
    weighed
        The part weighed there.
    world
        Key of the null model.
    seed
        Of the batches.
    """
    words = words_of_batches(weighed.chance, seed)
    names = () if weighed.effects is None else weighed.effects.means
    differences = all(part.statistics[name].kind in DIFFERENCES for name in names)
    return Refutation(
        world=world,
        word=word_of(weighed.chance),
        probability=weighed.probability,
        refuted=sum(side(word) < 0 for word in words),
        batches=len(words),
        identical=bool(names) and differences and not any(weighed.runs[name].any() for name in names),
    )


def recentred(part: Part, weighed: Weighed, margins: Mapping[str, float]) -> Weighed | None:
    """Weigh a part with its effects shifted to be nil in the middle; ``None`` where one of them is no difference.

    Parameters
    ----------
    part
        The part.
    weighed
        The part as it was weighed.
    margins
        Numbers of the margins of its rule.
    """
    if weighed.effects is None or any(part.statistics[name].kind not in DIFFERENCES for name in part.rule_statistics):
        return None
    middle = {name: -float(np.median(means)) for name, means in weighed.effects.means.items()}
    return weigh_expected(part, weighed.effects.shifted(middle), weighed.runs, margins)


def word_of(chance: Floats) -> str:
    """Find the word for the probabilities of draws."""
    return standard().word(mean_of(chance), int(np.isfinite(chance).sum()))


def words_of_batches(chance: Floats, seed: int) -> list[str]:
    """Find the word of every batch; none where nothing was measured."""
    measured = chance[np.isfinite(chance)]
    rng = np.random.default_rng([seed, BATCHED])
    batches = rng.integers(0, measured.size, (BATCHES, measured.size)) if measured.size else ()
    return [word_of(measured[batch]) for batch in batches]


def steadiness(chance: Floats, seed: int) -> float:
    """Compute the share of batches of the test's own draws in which its word is the same."""
    words = words_of_batches(chance, seed)
    return words.count(word_of(chance)) / len(words) if words else nan


def built_in(share: float) -> str:
    """State built_in, ruled_out or open, from the share of the prior that holds it; unknown if nothing is measured."""
    if np.isnan(share):
        return "unknown"
    return "built_in" if share >= BUILT_IN else "ruled_out" if share <= RULED_OUT else "open"


LEANS = 0.10
"""Share of the variance of ranks from which a statistic is said to lean on a parameter."""
CHANCE = 6.63
"""Chi-squared at 1 %: of n draws, a share of CHANCE / n is what chance alone gives one parameter in a hundred."""
MOST = 4
"""Parameters that are named at most."""


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


def drawn_values(draws: Draws) -> dict[str, Floats]:
    """Return what differs between draws, one number for each: parameters, and the shares of the mix of origins.

    Parameters
    ----------
    draws
        One run of each draw of parameters.
    """
    values = dict(varying(draws))
    mix = np.asarray(draws.enterprises[MIX], dtype=np.float64)
    for column, origin in enumerate(ORIGINS):
        if np.ptp(mix[:, column]) > 0.0:
            values[f"{MIX}.{origin}"] = mix[:, column]
    return values


def moved_words(draws: str, source: Source | None) -> dict[str, str]:
    """Describe how far the data moved each parameter: by the posterior, else by the catalogue; a prior is unmoved."""
    if source is not None:
        return {movement.name: movement.verdict for movement in movements(source.space, source.points)}
    words = {name: variable.moved for name, variable in catalogue().parameters.items()}
    words |= {f"{MIX}.{origin}": words[MIX] for origin in ORIGINS}
    return dict.fromkeys(words, "unmoved") if draws == "prior" else words


def leaning(samples: Mapping[str, Sample], values: Mapping[str, Floats], moved: Mapping[str, str]) -> tuple[Lean, ...]:
    """Find the parameters that the statistics of a part lean on, the strongest first.

    Parameters
    ----------
    samples
        Statistics by name.
    values
        Parameters by name, each of shape (draws,).
    moved
        How far the data moved each parameter.

    Returns
    -------
    Each with the statistic it moves most.
    """
    best: dict[str, Lean] = {}
    for name, sample in samples.items():
        threshold = max(LEANS, CHANCE / max(sample.known.size, 1))
        shares, signs = rank_shares(sample.values, np.column_stack(list(values.values())))
        for parameter, share, sign in zip(values, shares.tolist(), signs.tolist(), strict=True):
            if share >= threshold and (parameter not in best or best[parameter].share < share):
                best[parameter] = Lean(parameter, name, share, sign > 0.0, moved.get(parameter, "unmoved"))
    return tuple(sorted(best.values(), key=lambda lean: -lean.share)[:MOST])


def rank_shares(statistic: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Compute squared rank correlations of a statistic with columns, and their signs; 0 where either does not vary."""
    correlations = np.zeros(columns.shape[1])
    is_known = np.isfinite(statistic)
    if len(statistic) == len(columns) and np.count_nonzero(is_known) >= 3:
        own_ranks = mean_ranks(statistic[is_known])
        other_ranks = mean_ranks(columns[is_known].T).T
        own_ranks = own_ranks - own_ranks.mean(axis=0)
        other_ranks = other_ranks - other_ranks.mean(axis=0)
        scale = np.sqrt((own_ranks**2).sum() * (other_ranks**2).sum(axis=0))
        np.divide(own_ranks @ other_ranks, scale, out=correlations, where=scale > 0.0)
    return correlations**2, np.sign(correlations)
