"""Why a curve is ahead: by its centre, by its width, or by what it was told; and what honest bands would reach.

Sources of a forecast's variance are told apart, and each can be taken out.
"""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.quarters import Quarter
from copark.inference.prior import PriorSpace
from copark.inference.rolling_origin import Origin
from copark.inference.validation_study import (
    AHEAD,
    BOTH,
    CENTRE,
    FUTURE,
    MOVED,
    PAST,
    SHOCKS,
    UNMOVED,
    WIDTH,
    honesty,
    spread,
    swap,
    without,
)
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


PAIRS, FUTURES = 3000, 4
NAMES = {SHOCKS: ("market_shift",), MOVED: ("hurdle", "start_rate"), UNMOVED: ("agglomeration",)}


@pytest.fixture(scope="module")
def space(great_stone):
    return PriorSpace.of(great_stone)


@pytest.fixture(scope="module")
def made(space):
    """A forecast with a fifth of its variance from each source."""
    random = np.random.default_rng(1)
    points = random.random((PAIRS, space.axes))
    z = np.log(points / (1 - points)) / (np.pi / np.sqrt(3.0))
    groups = {source: [space.names.index(name) for name in names] for source, names in NAMES.items()}
    by_parameters = sum(z[:, groups[source][0]] for source in NAMES)
    past, future = random.normal(size=PAIRS), random.normal(size=(PAIRS, FUTURES))
    return points, groups, (by_parameters + past)[:, np.newaxis] + future


def test_five_sources_are_told_apart(space, made) -> None:
    found = spread(space, *made)
    assert found.shares == pytest.approx(dict.fromkeys((SHOCKS, MOVED, UNMOVED, PAST, FUTURE), 0.2), abs=0.03)
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.sd == pytest.approx(np.sqrt(5.0), rel=0.03)
    assert {name for name, _ in found.leading[:3]} == {"market_shift", "hurdle", "agglomeration"}
    assert [share for _, share in found.leading[:3]] == pytest.approx([0.2] * 3, abs=0.03)


def test_taking_a_source_out_takes_its_variance_out(made) -> None:
    points, groups, values = made
    found = without(points, groups, values)
    for source in (SHOCKS, MOVED, UNMOVED, PAST):
        assert found[source].var() == pytest.approx(4.0, rel=0.06), source
    assert found[FUTURE].var() == pytest.approx(4.0 + 1.0 / FUTURES, rel=0.06)


def test_parameters_are_held_at_their_medians(space) -> None:
    """With one parameter as the only source, holding it leaves the value at its median."""
    random = np.random.default_rng(2)
    points = random.random((500, space.axes)) * 0.5 + 0.3
    z = np.log(points / (1 - points))
    values = np.repeat((10.0 + 3.0 * z[:, 0])[:, np.newaxis], 2, axis=1)
    held = without(points, {SHOCKS: [0], MOVED: [1], UNMOVED: []}, values)[SHOCKS]
    assert held == pytest.approx(10.0 + 3.0 * np.median(z[:, 0]), abs=1e-6)
