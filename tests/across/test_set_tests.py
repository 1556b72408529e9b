"""A claim's implication for sets and degrees, on tables where the answer is plain; every verdict can be reached."""

import numpy as np
import pytest

from copark.inference.cross_park.qca import try_need, try_sets
from tests.across.conftest import SEED, part, scores

NAN = float("nan")


def verdict(one, table, cuts):
    return try_sets(one, table, cuts, "OUTCOME").verdict


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        # the outcome never exceeds the condition, and the condition is absent where the outcome is
        ([1, 1, 0.67, 0.33, 0, 0], [1, 0.67, 0.67, 0.33, 0, 0], "supported"),
        # success without the condition, and with it
        ([1, 1, 0, 0, 0, 1], [1, 1, 1, 1, 0, 0], "not_supported"),
        # always there: consistent, and trivial
        ([1, 1, 1, 1, 1, 1], [1, 1, 0.33, 0.33, 0, 0], "not_supported"),
        # success wherever the condition is absent, and nowhere else
        ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0], "contradicted"),
        # no success at all: consistency has no denominator
        ([1, 0, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0], "not_identified"),
    ],
)
def test_necessary(x, y, expected, cuts):
    assert verdict(part("necessary"), scores(EQUITY=x, OUTCOME=y), cuts) == expected


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1, 1, 1, 0], [1, 0, 0, 0], "supported"),
        # nine in ten succeed: sufficient by custom, though one case shows that it is no guarantee
        ([1] * 10 + [0], [1] * 9 + [0, 0], "not_supported"),
        ([1, 1, 1, 0], [1, 1, 1, 0], "contradicted"),
        # below the cutoff, yet no case has the condition and fails
        ([0.4, 0.4, 0.4, 0.4], [0.1, 0.1, 0.1, 0.1], "not_identified"),
        ([0, 0, 0, 0], [1, 0, 1, 0], "not_identified"),
    ],
)
def test_guarantee(x, y, expected, cuts):
    assert verdict(part("guarantee", "GOV"), scores(GOV=x, OUTCOME=y), cuts) == expected


CORNERS = {
    "GOV": [0, 0, 0, 0, 1, 1, 1, 1],
    "EQUITY": [0, 0, 1, 1, 0, 0, 1, 1],
    "NETWORK": [0, 1, 0, 1, 0, 1, 0, 1],
}
"""Every combination of three conditions, once: nothing is left to counterfactuals."""


@pytest.mark.parametrize(
    ("outcome", "expected", "models"),
    [
        ([0, 0, 1, 1, 0, 0, 1, 1], "supported", ("EQUITY",)),
        ([0, 0, 0, 0, 1, 1, 1, 1], "not_supported", ("GOV",)),
        ([1, 1, 0, 0, 1, 1, 0, 0], "contradicted", ("~EQUITY",)),
        ([1] * 8, "not_identified", ()),
        ([0] * 8, "not_identified", ()),
    ],
)
def test_core(outcome, expected, models, cuts):
    found = try_sets(part("core"), scores(**CORNERS, OUTCOME=outcome), cuts, "OUTCOME")
    assert (found.verdict, found.models) == (expected, models)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], "supported"),
        ([1, 1, 1, 1, 0, 1, 1, 1, 1, 0], "not_supported"),
    ],
)
def test_apart(x, expected, cuts):
    kinds = ["intergovernmental"] * 5 + ["enterprise-led"] * 5
    table = scores(types=kinds, EQUITY=x, OUTCOME=[1] * 10)
    assert verdict(part("apart", types=["intergovernmental", "enterprise-led"]), table, cuts) == expected


STEPS = np.linspace(0.0, 1.0, 24)
LUCK = np.random.default_rng(3).uniform(size=24)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (STEPS, STEPS * LUCK, "supported"),  # nothing above the diagonal
        (1.0 - STEPS, STEPS * LUCK, "contradicted"),  # nothing where both are large
        ([0, 1, 0, 1], [1, 1, 0, 0], "not_supported"),  # no corner is empty
        ([0, 0.5, 1], [0, 0, 1], "not_identified"),  # a corner is empty, and with three cases often would be
        ([0.5, 0.5, 0.5], [0, 0, 1], "not_identified"),  # the condition does not vary
    ],
)
def test_needed(x, y, expected, cuts):
    table = scores(EQUITY=list(x), OUTCOME=list(y))
    assert try_need(part("needed"), table, cuts, "OUTCOME", 2_000, SEED).verdict == expected


def test_cases_without_a_score_are_left_out_and_the_rest_is_counted(cuts):
    table = scores(EQUITY=[1, NAN, 0, 1], OUTCOME=[1, 1, 0, NAN])
    assert try_sets(part("necessary"), table, cuts, "OUTCOME").cases == 2
    assert try_need(part("needed"), table, cuts, "OUTCOME", 10, SEED).cases == 2
