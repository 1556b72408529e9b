"""Why a curve is ahead: by its centre, by its width, or by what it was told; and what honest bands would reach."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.quarters import Quarter
from copark.inference.assessment import AHEAD, BOTH, CENTRE, WIDTH, honesty, swap
from copark.inference.validate import Origin
from tests.inference.conftest import CUT
from tests.inference.toys import target

PLACES = (np.arange(400) + 0.5) / 400 - 0.5


def origin_of(value, model, line, variable="toy"):
    return Origin(CUT, (target(variable, value=value),), {"model-blind": {0: model}, "line": {0: line}})


@pytest.mark.parametrize(
    ("model", "line", "reason"),
    [
        (10.0 + PLACES, 20.0 + PLACES, AHEAD),
        (10.0 + 40.0 * PLACES, 10.0 + 2.0 * PLACES, WIDTH),
        (16.0 + 4.0 * PLACES, 10.0 + 4.0 * PLACES, CENTRE),
        (13.0 + 24.0 * PLACES, 10.0 + 6.0 * PLACES, BOTH),
    ],
)
def test_the_reason_is_found_by_swapping(model, line, reason) -> None:
    found = swap(origin_of(10.0, model, line), "toy", "line")
    assert found.reason == reason
    if reason == WIDTH:
        assert found.naive_centre == pytest.approx(found.model)
        assert found.naive_band == pytest.approx(found.naive)


def together(members, factor, truth):
    """A forecast of eight values that all hang on one thing, with bands too wide by a factor."""
    shared = np.linspace(-1.0, 1.0, members)[:, np.newaxis]
    own = np.random.default_rng(1).normal(scale=0.05, size=(members, 8))
    forecast = 100.0 + factor * 10.0 * (shared + own)
    made = tuple(target("toy", date=str(n), value=truth) for n in range(8))
    return Origin(Quarter(2020, 4), made, {"model": {n: forecast[:, n] for n in range(8)}})


def test_values_that_hang_together_are_all_reached_most_of_the_time() -> None:
    """Full coverage of a 90 % band is no sign that it is too wide where all values are one."""
    found = honesty(together(1000, 1.0, 101.0), "model")
    assert (found.values, found.covered) == (8, 1.0)
    assert found.all_covered > 0.8


def test_truth_nearer_than_the_model_expects_speaks_for_bands_too_wide() -> None:
    wide, right, beside = (
        honesty(together(1000, *parts), "model") for parts in ((10.0, 100.5), (1.0, 104.0), (1.0, 160.0))
    )
    assert wide.as_good < 0.1
    assert wide.score < 0.5 * wide.expected
    assert 0.1 < right.as_good < 0.95
    assert beside.as_good == 1.0
    assert beside.covered == 0.0
