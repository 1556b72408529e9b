"""The claims of Great Stone: sound, complete, and no part of any arm says what it does not do.

None of these tests looks at a verdict: the rules are fixed before the run that uses them.
"""

import re

import numpy as np
import pytest

from copark.inference.claims.rules import Judge, Sample
from tests.claims.conftest import SEED

CLAIMS = ("1", "2", "3", "4a", "4b", "5", "6", "7", "8")
RIVALS = ("R-decree", "R-rivalry", "R-market", "R-tax", "R-rescue", "R-operator")
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_claim_of_the_source_is_there(shipped):
    assert tuple(one.id for one in shipped.claims.claims) == CLAIMS + RIVALS
    assert [one.kind for one in shipped.claims.claims] == ["claim"] * len(CLAIMS) + ["rival"] * len(RIVALS)


def test_no_arm_undoes_a_judgement_unseen(shipped):
    """Where a variant and an arm set the same thing the arm has it; then the variant says nothing of that arm."""
    allowed = {("veto-stays", arm) for arm in shipped.claims.arms if "quota" in shipped.claims.arms[arm].content().get(
        "edits", {})}  # fmt: skip
    met = set()
    for variant in shipped.claims.judgement:
        for key, arm in shipped.claims.arms.items():
            for name in ("parameters", "levers", "links", "times", "scale"):
                if set(getattr(variant, name)) & set(getattr(arm, name)):
                    met.add((variant.key, key))
            if set(variant.content().get("edits", {})) & set(arm.content().get("edits", {})):
                met.add((variant.key, key))
            drops = {one.partition("/")[0] for one in arm.edits.drop}
            assert not drops & set(variant.content().get("edits", {})), (variant.key, key)
    assert met == allowed


def test_chinese_is_chinese_and_english_is_english(shipped):
    def walk(content):
        if isinstance(content, dict):
            if set(content) == {"en", "zh"}:
                yield content["en"], content["zh"]
            else:
                for one in content.values():
                    yield from walk(one)
        elif isinstance(content, (list, tuple)):
            for one in content:
                yield from walk(one)

    pairs = list(walk(shipped.claims.model_dump(mode="json")))
    assert len(pairs) > 300
    assert not [pair for pair in pairs if CHINESE.search(pair[0]) or not CHINESE.search(pair[1])]


def samples_of(part, low, high, rng):
    """Any statistics at all: draws around a random middle, large or small, wide or narrow."""
    size, scale = int(rng.integers(2, 40)), float(rng.choice([0.05, 0.3, 1.0]))
    return {
        name: Sample(
            scale * (rng.uniform(low, high) + rng.uniform(0.0, 0.4) * rng.standard_normal(size)), statistic.over
        )
        for name, statistic in part.statistics.items()
    }


@pytest.mark.long
def test_no_rule_supports_and_refutes_the_same_numbers(shipped):
    """And each can come out supported and refuted: there is no rule that cannot fail."""
    rng, judge = np.random.default_rng(SEED), Judge(shipped.claims.sizes)
    for _, part in shipped.claims.of(shipped.claims.claims):
        seen = set()
        for _ in range(900):
            samples = samples_of(part, -1.2, 1.2, rng)
            supported, refuted = (
                judge.holds(getattr(part.rule, name), samples) for name in ("supported", "not_supported")
            )
            assert not (supported and refuted), part.key
            opposite = part.rule.contradicted is not None and judge.holds(part.rule.contradicted, samples)
            assert not (supported and opposite), part.key
            seen.add(judge.verdict(part.rule, samples))
        assert "supported" in seen, part.key
        assert {"not_supported", "contradicted"} & seen, part.key
