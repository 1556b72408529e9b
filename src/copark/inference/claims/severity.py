"""How hard a test was: how often it refutes the claim where the claim is false, and whether it could have done so.

*Severity* is the share of batches in which the rule refutes the claim (not supported, or contradicted) when the same
experiment is made in a world where its mechanism is absent. A batch is as many draws as the test had, taken anew from
them with replacement. Where the arms of a test differ in nothing but what that world takes away, it cannot but refute;
how the test would do against an effect that is nil in the middle and as wide as the one found is then asked as well
(*recentred*). *Held by the prior* is the share of draws of the prior on which, each by itself, the rule's
condition of support is met: where it is nearly 1, the model hardly knows another answer, and the claim is nearly built
in; where it is nearly 0, the model can hardly support it.

What a result leans on: parameters that move its statistics from draw to draw, and whether the data moved them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.inference.case_parameters import Source
from copark.inference.claims.rules import REFUTED, Judge, Rule, Sample
from copark.inference.claims.schema import DIFFERENCES, Part
from copark.inference.diagnostics import movements
from copark.inference.prior import MIX
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
STRONG, FAIR = 0.8, 0.5


@dataclass(frozen=True)
class Severity:
    """How the test does in one world in which the claim is false.

    Parameters
    ----------
    world
        Its key.
    verdict
        What the rule says there, on all draws.
    refuted, batches
        Batches in which it refutes the claim, of all.
    identical
        The arms no longer differ at all there: the test cannot but refute, which says little.
    """

    world: str
    verdict: str
    refuted: int
    batches: int
    identical: bool

    @property
    def share(self) -> float:
        """Severity."""
        return self.refuted / self.batches if self.batches else nan

    @property
    def interval(self) -> tuple[float, float]:
        """Monte Carlo interval of it (Wilson, 95 %): what more batches of the same draws might still move."""
        return wilson(self.refuted, self.batches)

    @property
    def word(self) -> str:
        """strong, fair or weak."""
        return "strong" if self.share >= STRONG else "fair" if self.share >= FAIR else "weak"


def batches(draws: int, seed: int, count: int = BATCHES) -> NDArray[np.int64]:
    """Numbers of draws in every batch, shape (batches, draws)."""
    made: NDArray[np.int64] = np.random.default_rng([seed, BATCHED]).integers(0, draws, (count, draws))
    return made


def severity(
    judge: Judge, part: Part, samples: Mapping[str, Sample], world: str, seed: int, count: int = BATCHES
) -> Severity:
    """Try the rule of a part on batches of what was measured in a world where the part is false."""
    rule = part.rule
    found = verdicts_of_batches(judge, rule, samples, seed, count)
    differences = all(part.statistics[name].kind in DIFFERENCES for name in part.judged)
    values = [samples[name].known for name in part.judged if differences and not samples[name].is_empty]
    return Severity(
        world=world,
        verdict=judge.verdict(rule, samples),
        refuted=sum(verdict in REFUTED for verdict in found),
        batches=len(found),
        identical=bool(values) and not any(one.any() for one in values),
    )


def recentred(part: Part, samples: Mapping[str, Sample]) -> dict[str, Sample] | None:
    """The samples of a part's rule, shifted so that their middle is 0; ``None`` where one of them is no difference."""
    judged = [name for name in part.judged if not samples[name].is_empty]
    if not judged or any(part.statistics[name].kind not in DIFFERENCES for name in judged):
        return None
    middle = {name: samples[name].band()[1] for name in judged}
    return {name: Sample(one.values - middle.get(name, 0.0), one.over) for name, one in samples.items()}


def steadiness(judge: Judge, rule: Rule, samples: Mapping[str, Sample], seed: int, count: int = BATCHES) -> float:
    """Share of batches of the test's own draws in which its verdict is the same."""
    found = verdicts_of_batches(judge, rule, samples, seed, count)
    return found.count(judge.verdict(rule, samples)) / len(found) if found else nan


def verdicts_of_batches(
    judge: Judge, rule: Rule, samples: Mapping[str, Sample], seed: int, count: int = BATCHES
) -> list[str]:
    """The verdict of every batch; none where nothing was measured."""
    sizes = {sample.values.size for sample in samples.values() if sample.values.size}
    if not sizes:
        return []
    taken = batches(min(sizes), seed, count)
    return [judge.verdict(rule, {name: _taken(sample, at) for name, sample in samples.items()}) for at in taken]


def _taken(sample: Sample, at: NDArray[np.int64]) -> Sample:
    return sample.take(at) if sample.values.size else sample


def held(judge: Judge, rule: Rule, samples: Mapping[str, Sample]) -> float:
    """Share of draws on which, each by itself, the condition of support is met; NaN where nothing is measured."""
    sizes = {sample.values.size for sample in samples.values() if sample.values.size}
    if not sizes:
        return nan
    met = []
    for n in range(min(sizes)):
        one = {name: _taken(sample, np.array([n])) for name, sample in samples.items()}
        answer = judge.holds(rule.supported, one)
        if answer is not None:
            met.append(answer)
    return float(np.mean(met)) if met else nan


def built_in(share: float) -> str:
    """built_in, ruled_out or open, from the share of the prior that holds it; unknown where nothing is measured."""
    if np.isnan(share):
        return "unknown"
    return "built_in" if share >= BUILT_IN else "ruled_out" if share <= RULED_OUT else "open"


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
