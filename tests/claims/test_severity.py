"""How hard a test was: on toys whose answer is known."""

import numpy as np
import pytest

from copark.inference.claims.rules import Judge, Sample, combined, flips, inside_block
from copark.inference.claims.schema import Part
from copark.inference.claims.severity import batches, built_in, held, recentred, severity, steadiness
from tests.claims.conftest import MARGINS, rule, sample, spread

SMALLER = rule(
    supported={"of": "size", "below": "-nil"},
    not_supported={"of": "size", "above": "-nil"},
    contradicted={"of": "size", "above": "nil"},
)
JUDGE = Judge(MARGINS)


def part(kind="log"):
    statistic = {"kind": "log", "output": "operating", "year": 12, "arm": "a", "reference": "b"}
    if kind == "share":
        statistic = {"kind": "share", "outcome": "failed", "arm": "a"}
    words = {"en": "x", "zh": "无"}
    return Part.model_validate(
        {
            "key": "size", "title": words, "says": words, "reason": words, "statistics": {"size": statistic},
            "rule": SMALLER.model_dump(by_alias=True, exclude_none=True),
        }
    )  # fmt: skip


def test_a_test_that_sees_nothing_refutes_for_certain_and_says_why():
    found = severity(JUDGE, part(), {"size": sample(*[0.0] * 50)}, "idle", 1)
    assert (found.share, found.verdict, found.identical, found.word) == (1.0, "not_supported", True, "strong")
    assert found.interval[0] == pytest.approx(0.981, abs=0.001)  # Wilson: 200 of 200


def test_a_level_of_nothing_is_no_sameness_of_arms():
    values = {"size": sample(*[0.0] * 50)}
    assert not severity(JUDGE, part("share"), values, "idle", 1).identical


def test_a_test_that_finds_the_effect_in_the_false_world_too_is_no_test():
    found = severity(JUDGE, part(), {"size": spread(-0.5, 0.1)}, "idle", 1)
    assert (found.share, found.verdict, found.identical, found.word) == (0.0, "supported", False, "weak")


def test_severity_is_the_chance_of_refuting():
    """A hundred draws, of which 4 lie below the bound: a batch refutes if it has at most 5 of them (binomial)."""
    values = {"size": sample(*[-1.0] * 4, *[0.0] * 96)}
    found = severity(JUDGE, part(), values, "idle", 1, count=4000)
    assert found.share == pytest.approx(0.788, abs=0.02)


def test_batches_are_the_same_for_the_same_seed_and_others_for_another():
    assert np.array_equal(batches(20, 1), batches(20, 1))
    assert not np.array_equal(batches(20, 1), batches(20, 2))
    assert batches(20, 1).shape == (200, 20)
    assert batches(20, 1).max() == 19


def test_recentred_effects_are_nil_in_the_middle_and_as_wide():
    found = recentred(part(), {"size": spread(-0.5, 0.3)})
    assert found["size"].band() == pytest.approx((-0.27, 0.0, 0.27))
    assert severity(JUDGE, part(), found, "recentred", 1).share == 0.0  # too wide to be refuted
    narrow = recentred(part(), {"size": spread(-0.5, 0.03)})
    assert severity(JUDGE, part(), narrow, "recentred", 1).share == 1.0
    assert recentred(part("share"), {"size": spread(0.5, 0.3)}) is None


def test_a_claim_is_built_in_where_every_draw_of_the_prior_holds_it():
    assert held(JUDGE, SMALLER, {"size": spread(-0.5, 0.4)}) == 1.0
    assert held(JUDGE, SMALLER, {"size": sample(-1.0, -1.0, 0.0, 1.0)}) == 0.5
    assert np.isnan(held(JUDGE, SMALLER, {"size": sample()}))
    assert [built_in(share) for share in (1.0, 0.95, 0.5, 0.05, float("nan"))] == [
        "built_in", "built_in", "open", "ruled_out", "unknown",
    ]  # fmt: skip


def test_steadiness_is_how_often_the_same_draws_say_the_same():
    assert steadiness(JUDGE, SMALLER, {"size": spread(-0.5, 0.1)}, 1) == 1.0
    edge = Sample(np.array([-1.0] * 95 + [0.0] * 5), "draws")
    assert 0.4 < steadiness(JUDGE, SMALLER, {"size": edge}, 1) < 0.8


FLIPS = [
    ("supported", ["supported"] * 3, "supported"),
    ("supported", ["supported", "not_identified"], "undetermined"),
    ("supported", ["supported", "contradicted"], "undetermined"),
    ("not_supported", ["supported"], "undetermined"),
    ("not_supported", ["contradicted"], "not_supported"),
    ("contradicted", ["not_supported"], "not_supported"),
    ("contradicted", ["contradicted"], "contradicted"),
    ("contradicted", ["not_identified"], "undetermined"),
    ("not_identified", ["supported", "contradicted"], "not_identified"),
    ("supported", [], "supported"),
]


def test_a_verdict_that_flips_inside_the_block_is_undetermined(subtests):
    for verdict, variants, left in FLIPS:
        with subtests.test(verdict=verdict, variants=variants, left=left):
            assert inside_block(verdict, variants) == left
            assert any(flips(verdict, other) for other in variants) == (left == "undetermined")


def test_a_headline_is_the_weakest_of_all_or_the_strongest_of_any():
    from copark.inference.claims.schema import Headline

    parts = {"a": "supported", "b": "not_identified", "c": "contradicted"}
    every, some = Headline.model_validate({"all": ["a", "b"]}), Headline.model_validate({"any": ["b", "c"]})
    assert (combined(every, parts), combined(some, parts)) == ("not_identified", "not_identified")
    assert combined(Headline.model_validate({"all": ["a", "c"]}), parts) == "contradicted"
    assert combined(Headline.model_validate({"any": ["a", "c"]}), parts) == "supported"
