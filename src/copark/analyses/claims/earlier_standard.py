"""The standard of 24 November 2026, by which claims were judged before the present one: still shown beside it.

A simple condition is met where its statistic meets it with a probability (0.95 unless it says another): over draws, or
over what their mean may be. The first that is met counts, in the order contradicted, supported, not supported; where
none is, the data do not tell. A statistic without values makes its condition unknown (Kleene's logic): what cannot be
measured decides nothing. The standard in force is :mod:`~copark.analyses.claims.standard` (decision 0057).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from copark.analyses.claims.rules import Rule, RuleCondition, resolve
from copark.analyses.claims.samples import Sample

CONTRADICTED = "contradicted"
SUPPORTED = "supported"
NOT_SUPPORTED = "not_supported"
NOT_IDENTIFIED = "not_identified"


@dataclass(frozen=True)
class EarlierStandard:
    """Applies rules to samples, with the margins of a claims file."""

    margins: Mapping[str, float]
    """Numbers of the margins that rules name."""

    def holds(self, condition: RuleCondition, samples: Mapping[str, Sample]) -> bool | None:
        """Return whether a condition is met; ``None`` where that cannot be known."""
        if condition.of is not None:
            return self._simple(condition, samples[condition.of])
        parts = [self.holds(part, samples) for part in condition.parts]
        if condition.every is not None:
            return False if False in parts else None if None in parts else True
        if condition.some is not None:
            return True if True in parts else None if None in parts else False
        return None if parts[0] is None else not parts[0]

    def _simple(self, condition: RuleCondition, sample: Sample) -> bool | None:
        if sample.is_empty:
            return None
        relation, written_bound = condition.relation
        bound = resolve(written_bound, self.margins)
        needed = condition.probability - 1e-12
        if relation in ("above", "below"):
            return bool(getattr(sample, relation)(bound) >= needed)
        below = sample.below(-bound)
        above = sample.above(bound)
        return max(below, above) >= needed if relation == "beyond" else min(1.0 - below, 1.0 - above) >= needed

    def verdict(self, rule: Rule, samples: Mapping[str, Sample]) -> str:
        """Apply a rule: contradicted, supported, not supported or, where none of these is met, not identified."""
        for name, condition in (
            (CONTRADICTED, rule.contradicted),
            (SUPPORTED, rule.supported),
            (NOT_SUPPORTED, rule.not_supported),
        ):
            if condition is not None and self.holds(condition, samples):
                return name
        return NOT_IDENTIFIED
