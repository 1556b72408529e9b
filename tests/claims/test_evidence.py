"""By hand: what is measured on scenarios, which verdict a rule gives, and how hard the test was."""

import numpy as np
import pytest

from copark.analyses.claims.earlier_standard import EarlierStandard
from copark.analyses.claims.expected import Ridge
from copark.analyses.claims.resamples import RECENTRED, built_in, recentred, refutation, steadiness
from copark.analyses.claims.rules import RuleCondition
from copark.analyses.claims.samples import Sample
from copark.analyses.claims.scenario_statistics import averaged, by_run, contrast, sample_of
from copark.analyses.claims.schema import Part, Statistic
from copark.analyses.claims.verdict import weigh
from tests.claims.conftest import MARGINS, judged, read, runs, sample, spread

FAILED, STANDING = 0, 3


def of(kind, **said):
    return Statistic.model_validate({"kind": kind, **said})


def measure(statistic, case=None, replicates=1, **scenarios):
    return sample_of(statistic, by_run(statistic, read(scenarios, replicates), case))


def values(statistic, case=None, replicates=1, **scenarios):
    return measure(statistic, case, replicates, **scenarios).values.tolist()


def at_twelve(kind):
    return of(kind, output="operating", year=12, scenario="a", reference="b")


def test_log_difference_and_ratio():
    scenarios = {"a": runs(operating=[20, 40, 0, 10]), "b": runs(operating=[10, 10, 5, 10])}
    assert values(at_twelve("log"), replicates=2, **scenarios) == pytest.approx([np.log(8) / 2, -np.log(5) / 2])
    assert values(at_twelve("difference"), replicates=2, **scenarios) == [20.0, -2.5]
    assert values(at_twelve("ratio"), replicates=2, **scenarios) == pytest.approx([3.0, 10 / 15])
    assert values(of("level", output="operating", year=12, scenario="a"), replicates=2, **scenarios) == [30.0, 5.0]


def test_a_run_that_did_not_end_is_left_out():
    scenarios = {"a": runs(operating=[20, np.nan, np.nan, np.nan]), "b": runs(operating=[10, 10, 10, 10])}
    found = values(at_twelve("log"), replicates=2, **scenarios)
    assert found[0] == pytest.approx(np.log(2))
    assert np.isnan(found[1])
    assert averaged(np.array([[1.0, np.nan, 3.0]])).tolist() == [2.0]


def test_outcomes_are_shares_of_futures():
    scenarios = {
        "a": runs([FAILED, FAILED, STANDING, FAILED]),
        "b": runs([FAILED, STANDING, STANDING, STANDING]),
    }
    assert values(of("share", outcome="failed", scenario="a"), replicates=2, **scenarios) == [1.0, 0.5]
    assert values(of("change", outcome="failed", scenario="a", reference="b"), replicates=2, **scenarios) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.9, 0.6, 0.5, 0.2), 0.0),  # additive: 0.3 and 0.4, together 0.7
        ((0.9, 0.85, 0.8, 0.1), -0.65),  # substitutes: one suffices
        ((0.9, 0.1, 0.1, 0.1), 0.8),  # complements: both are needed
    ],
)
def test_the_interaction_of_two_factors(shares, expected):
    """y11 - y10 - y01 + y00, on shares of a hundred runs."""
    scenarios = {
        name: runs([STANDING] * round(100 * share) + [FAILED] * round(100 * (1 - share)))
        for name, share in zip(("both", "first", "second", "neither"), shares, strict=True)
    }
    statistic = of("interaction", outcome="self_standing", scenarios=["both", "first", "second", "neither"])
    assert values(statistic, replicates=100, **scenarios) == pytest.approx([expected])
    assert statistic.over == "mean"


def test_the_interaction_of_three_factors_is_that_of_two_with_and_without_the_third():
    """Scenarios in the order 111, 110, 101, 100, 011, 010, 001, 000."""
    y = [0.9, 0.7, 0.6, 0.1, 0.5, 0.2, 0.3, 0.0]
    found = contrast([np.array([value]) for value in y])[0]
    with_first, without = (one[0] - one[1] - one[2] + one[3] for one in (y[:4], y[4:]))
    assert found == pytest.approx(with_first - without)
    assert contrast([np.array([a + b + c]) for a in (3, 0) for b in (5, 0) for c in (7, 0)])[0] == pytest.approx(0.0)


def test_jobs_beside_the_host(great_stone):
    jobs = runs(jobs=[1996.553, 3993.106])
    city = of("context", output="jobs", year=12, scenario="a", context="city_population")
    assert values(city, great_stone, a=jobs) == pytest.approx([0.001, 0.002])
    unknown = of("context", output="jobs", year=12, scenario="a", context="city_employment")
    assert measure(unknown, great_stone, a=jobs).is_empty
    assert measure(of("missing", lacking={"en": "x", "zh": "无"})).is_empty


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
    judge = EarlierStandard({})
    for written, answer in (
        ({"all": [true, unknown]}, None), ({"all": [false, unknown]}, False),
        ({"any": [true, unknown]}, True), ({"any": [false, unknown]}, None), ({"not": unknown}, None),
    ):  # fmt: skip
        assert judge.holds(RuleCondition.model_validate(written), samples) is answer


def part(kind="log"):
    statistic = {"kind": "log", "output": "operating", "year": 12, "scenario": "a", "reference": "b"}
    if kind == "share":
        statistic = {"kind": "share", "outcome": "failed", "scenario": "a"}
    words = {"en": "x", "zh": "无"}
    return Part.model_validate(
        {
            "key": "size", "title": words, "says": words, "reason": words, "statistics": {"size": statistic},
            "rule": SMALLER,
        }
    )  # fmt: skip


def weighed(values, kind="log"):
    """A part weighed on draws of one run each."""
    runs = {"size": np.reshape(np.array(values, dtype=float), (-1, 1))}
    ridge = Ridge({"nothing": np.arange(len(values), dtype=float)})
    return weigh(part(kind), runs, ridge, MARGINS)


def test_a_test_that_sees_nothing_refutes_for_certain_and_says_why():
    found = refutation(part(), weighed([0.0] * 60), "idle", 1)
    assert (found.share, found.word, found.probability, found.identical) == (1.0, "contradicted", 0.0, True)
    assert found.interval[0] == pytest.approx(0.981, abs=0.001)  # Wilson: 200 of 200


def test_a_test_that_finds_the_effect_in_the_false_world_too_is_no_test():
    found = refutation(part(), weighed([-0.5] * 60), "idle", 1)
    assert (found.share, found.word, found.identical) == (0.0, "established", False)


def test_recentred_effects_are_nil_in_the_middle_and_as_wide():
    wide, narrow = (weighed(-0.5 + np.linspace(-half, half, 101)) for half in (0.3, 0.03))
    assert recentred(part(), wide, MARGINS).probability == pytest.approx(42 / 101, abs=0.01)
    assert refutation(part(), recentred(part(), wide, MARGINS), RECENTRED, 1).share < 0.2  # too wide to be refuted
    assert refutation(part(), recentred(part(), narrow, MARGINS), RECENTRED, 1).share == 1.0
    assert recentred(part("share"), weighed([1.0] * 60, "share"), MARGINS) is None


def test_what_the_prior_alone_holds_is_built_in():
    assert [built_in(share) for share in (1.0, 0.95, 0.5, 0.05, float("nan"))] == [
        "built_in", "built_in", "open", "ruled_out", "unknown",
    ]  # fmt: skip


def test_steadiness_is_how_often_the_same_draws_say_the_same():
    assert steadiness(np.ones(200), 1) == 1.0
    assert 0.3 < steadiness(np.array([1.0] * 143 + [0.0] * 57), 1) < 0.9
    assert np.isnan(steadiness(np.full(3, np.nan), 1))
