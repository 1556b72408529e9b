"""What is measured on arms, by hand."""

import numpy as np
import pytest

from copark.inference.claims.arm_statistics import averaged, by_run, contrast, sample_of
from copark.inference.claims.scenarios import ArmRuns
from copark.inference.claims.schema import Statistic
from tests.claims.conftest import runs

FAILED, STAGNANT, STANDING = 0, 2, 3


def of(kind, **said):
    return Statistic.model_validate({"kind": kind, **said})


def measure(statistic, case=None, **arms):
    return sample_of(statistic, by_run(statistic, arms.get, case))


def values(statistic, case=None, **arms):
    return measure(statistic, case, **arms).values.tolist()


def at_twelve(kind):
    return of(kind, output="operating", year=12, arm="a", reference="b")


def made(column, futures=1):
    """An arm of which operating enterprises in year twelve are known."""
    column = np.array(column, dtype=float)
    return ArmRuns({("operating", 47): column}, np.full(len(column), 3, np.int8), column, futures)


def test_log_difference_and_ratio():
    a, b = made([20, 40, 0, 10], 2), made([10, 10, 5, 10], 2)
    assert values(at_twelve("log"), a=a, b=b) == pytest.approx([np.log(8) / 2, -np.log(5) / 2])
    assert values(at_twelve("difference"), a=a, b=b) == [20.0, -2.5]
    assert values(at_twelve("ratio"), a=a, b=b) == pytest.approx([3.0, 10 / 15])
    assert values(of("level", output="operating", year=12, arm="a"), a=a) == [30.0, 5.0]


def test_a_run_that_did_not_end_is_left_out():
    a, b = made([20, np.nan, np.nan, np.nan], 2), made([10, 10, 10, 10], 2)
    found = values(at_twelve("log"), a=a, b=b)
    assert found[0] == pytest.approx(np.log(2))
    assert np.isnan(found[1])
    assert averaged(np.array([1.0, np.nan, 3.0]), 3).tolist() == [2.0]


def test_outcomes_are_shares_of_futures():
    a = runs([FAILED, FAILED, STANDING, FAILED], futures=2)
    b = runs([FAILED, STANDING, STANDING, STANDING], futures=2)
    assert values(of("share", outcome="failed", arm="a"), a=a) == [1.0, 0.5]
    assert values(of("change", outcome="failed", arm="a", reference="b"), a=a, b=b) == [0.5, 0.5]


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
    arms = {
        name: runs([STANDING] * round(100 * share) + [FAILED] * round(100 * (1 - share)), futures=100)
        for name, share in zip(("both", "first", "second", "neither"), shares, strict=True)
    }
    statistic = of("interaction", outcome="self_standing", arms=["both", "first", "second", "neither"])
    assert values(statistic, **arms) == pytest.approx([expected])
    assert statistic.over == "mean"


def test_the_interaction_of_three_factors_is_that_of_two_with_and_without_the_third():
    """Arms in the order 111, 110, 101, 100, 011, 010, 001, 000."""
    y = [0.9, 0.7, 0.6, 0.1, 0.5, 0.2, 0.3, 0.0]
    found = contrast([np.array([value]) for value in y])[0]
    with_first, without = (one[0] - one[1] - one[2] + one[3] for one in (y[:4], y[4:]))
    assert found == pytest.approx(with_first - without)
    assert contrast([np.array([a + b + c]) for a in (3, 0) for b in (5, 0) for c in (7, 0)])[0] == pytest.approx(0.0)


def test_jobs_beside_the_host(great_stone):
    jobs = runs(jobs=[1996.553, 3993.106])
    city = of("context", output="jobs", year=12, arm="a", context="city_population")
    assert values(city, great_stone, a=jobs) == pytest.approx([0.001, 0.002])
    unknown = of("context", output="jobs", year=12, arm="a", context="city_employment")
    assert measure(unknown, great_stone, a=jobs).is_empty
    assert measure(of("missing", lacking={"en": "x", "zh": "无"})).is_empty
