"""A rule says beforehand which numbers lead to which verdict; by hand, every verdict there is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.inference.claims.rules import Condition, Judge, Sample, measured
from tests.claims.conftest import MARGINS, judged, rule, sample, spread

SMALLER = {
    "supported": {"of": "size", "below": "-nil"},
    "not_supported": {"of": "size", "above": "-nil"},
    "contradicted": {"of": "size", "above": "nil"},
}


VERDICTS = [
    (spread(-0.30, 0.20), "supported"),
    (spread(0.0, 0.04), "not_supported"),
    (spread(0.02, 0.06), "not_supported"),  # the claimed effect is excluded, a small opposite one is not
    (spread(0.30, 0.20), "contradicted"),
    (spread(-0.05, 0.20), "not_identified"),
    (sample(), "not_identified"),
    (sample(np.nan, np.nan), "not_identified"),
]


def test_every_verdict_of_a_rule(subtests):
    for values, verdict in VERDICTS:
        with subtests.test(values=values, verdict=verdict):
            assert judged(SMALLER, size=values) == verdict


@pytest.mark.parametrize(("below", "verdict"), [(95, "supported"), (94, "not_identified")])
def test_support_wants_ninety_five_in_a_hundred(below, verdict):
    assert judged(SMALLER, size=sample(*[-1.0] * below, *[0.0] * (100 - below))) == verdict


def test_outcomes_are_judged_by_their_mean():
    """Half of the draws fail: no single draw tells, their mean does, the better the more draws there are."""
    more = {"supported": {"of": "failed", "above": "risk"}, "not_supported": {"of": "failed", "below": "risk"}}
    halves = np.tile([0.0, 1.0], 100)
    assert judged(more, failed=Sample(halves, "mean")) == "supported"
    assert judged(more, failed=Sample(halves, "draws")) == "not_identified"
    assert judged(more, failed=Sample(np.array([0.0, 0.0, 0.0, 1.0]), "mean")) == "not_identified"
    assert judged(more, failed=sample(0.0, 0.0, 0.0, over="mean")) == "not_supported"


def test_the_interval_of_a_mean_is_normal():
    """0.2 with a standard error of 0.04: 5 to 95 % is 0.2 ± 1.645 · 0.04, and 0.1 lies 2.5 errors below."""
    values = np.tile([0.0, 1.0, 0.0, 0.0, 0.0], 20)
    one = Sample(values, "mean")
    assert one.error == pytest.approx(0.4 * np.sqrt(100 / 99) / 10)
    assert one.band() == pytest.approx((0.2 - 1.6449 * one.error, 0.2, 0.2 + 1.6449 * one.error), abs=1e-4)
    assert one.below(0.1) == pytest.approx(0.0064, abs=5e-4)
    assert one.above(0.1) == pytest.approx(1.0 - one.below(0.1))


def test_within_and_beyond():
    shape = {"supported": {"of": "x", "beyond": "risk"}, "not_supported": {"of": "x", "within": "risk"}}
    assert judged(shape, x=spread(0.0, 0.09)) == "not_supported"
    assert judged(shape, x=spread(-0.5, 0.09)) == "supported"
    assert judged(shape, x=spread(0.5, 0.09)) == "supported"
    assert judged(shape, x=sample(*[-1.0] * 50, *[1.0] * 50)) == "not_identified"  # large, of either sign
    assert judged(shape, x=spread(0.0, 0.5)) == "not_identified"


def test_what_cannot_be_measured_decides_nothing():
    """Unknown and false is false, unknown or true is true, all else unknown."""
    true, false, unknown = ({"of": name, "above": 0} for name in ("yes", "no", "nothing"))
    samples = {"yes": sample(1.0), "no": sample(-1.0), "nothing": sample()}
    judge = Judge({})
    for written, answer in (
        ({"all": [true, unknown]}, None), ({"all": [false, unknown]}, False),
        ({"any": [true, unknown]}, True), ({"any": [false, unknown]}, None), ({"not": unknown}, None),
    ):  # fmt: skip
        assert judge.holds(Condition.model_validate(written), samples) is answer


numbers = st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=60)


@given(numbers)
def test_a_rule_never_supports_and_refutes_at_once(values):
    one = {"size": sample(*values)}
    judge, written = Judge(MARGINS), rule(**SMALLER)
    assert not (judge.holds(written.supported, one) and judge.holds(written.not_supported, one))


def test_what_is_told_of_a_sample_is_its_band_and_its_chances_at_the_bounds_of_the_rule():
    written = rule(
        supported={"of": "a", "above": "nil"}, not_supported={"of": "a", "within": 0.2},
        contradicted={"of": "b", "below": 0},
    )  # fmt: skip
    one = measured(sample(-0.3, 0.1, 0.1, 0.4), "a", written, MARGINS)
    assert [(each.bound, each.relation, each.share) for each in one.beyond] == [
        (0.05, "above", 0.75), (-0.2, "below", 0.25), (0.2, "above", 0.25),
    ]  # fmt: skip
    assert (one.draws, one.middle, one.is_empty) == (4, pytest.approx(0.1), False)
    nothing = measured(sample(), "a", written, MARGINS)
    assert nothing.is_empty
    assert nothing.beyond == ()
