"""How hard a test was: how often it refutes the claim where the claim is false, and whether it could have done so.

*Severity* is the share of batches in which the rule refutes the claim (not supported, or contradicted) when the same
experiment is made in a world where its mechanism is absent. A batch is as many draws as the test had, taken anew from
them with replacement. Where the arms of a test differ in nothing but what that world takes away, it cannot but refute;
how the test would do against an effect that is nil in the middle and as wide as the one found is then asked as well
(*recentred*). *Held by the prior* is the share of draws of the prior on which, each by itself, the rule's
condition of support is met: where it is nearly 1, the model hardly knows another answer, and the claim is nearly built
in; where it is nearly 0, the model can hardly support it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from copark.inference.claims.rules import REFUTED, Judge, Rule, Sample
from copark.inference.claims.schema import DIFFERENCES, Part
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
