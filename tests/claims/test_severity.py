"""How hard a test was: on toys whose answer is known."""

import numpy as np
import pytest

from copark.inference.claims.schema import Part
from copark.inference.claims.severity import RECENTRED, built_in, recentred, severity, steadiness
from copark.inference.claims.verdict import Ridge, weigh
from tests.claims.conftest import MARGINS, rule

SMALLER = rule(
    supported={"of": "size", "below": "-nil"},
    not_supported={"of": "size", "above": "-nil"},
    contradicted={"of": "size", "above": "nil"},
)


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


def weighed(values, kind="log"):
    """A part weighed on draws of one run each."""
    runs = {"size": np.reshape(np.array(values, dtype=float), (-1, 1))}
    ridge = Ridge({"nothing": np.arange(len(values), dtype=float)})
    return weigh(part(kind), runs, ridge, MARGINS)


def test_a_test_that_sees_nothing_refutes_for_certain_and_says_why():
    found = severity(part(), weighed([0.0] * 60), "idle", 1)
    assert (found.share, found.word, found.probability, found.identical) == (1.0, "contradicted", 0.0, True)
    assert found.interval[0] == pytest.approx(0.981, abs=0.001)  # Wilson: 200 of 200


def test_a_test_that_finds_the_effect_in_the_false_world_too_is_no_test():
    found = severity(part(), weighed([-0.5] * 60), "idle", 1)
    assert (found.share, found.word, found.identical) == (0.0, "established", False)


def test_recentred_effects_are_nil_in_the_middle_and_as_wide():
    wide, narrow = (weighed(-0.5 + np.linspace(-half, half, 101)) for half in (0.3, 0.03))
    assert recentred(part(), wide, MARGINS).probability == pytest.approx(42 / 101, abs=0.01)
    assert severity(part(), recentred(part(), wide, MARGINS), RECENTRED, 1).share < 0.2  # too wide to be refuted
    assert severity(part(), recentred(part(), narrow, MARGINS), RECENTRED, 1).share == 1.0
    assert recentred(part("share"), weighed([1.0] * 60, "share"), MARGINS) is None


def test_what_the_prior_alone_holds_is_built_in():
    assert [built_in(share) for share in (1.0, 0.95, 0.5, 0.05, float("nan"))] == [
        "built_in", "built_in", "open", "ruled_out", "unknown",
    ]  # fmt: skip


def test_steadiness_is_how_often_the_same_draws_say_the_same():
    assert steadiness(np.ones(200), 1) == 1.0
    assert 0.3 < steadiness(np.array([1.0] * 143 + [0.0] * 57), 1) < 0.9
    assert np.isnan(steadiness(np.full(3, np.nan), 1))
