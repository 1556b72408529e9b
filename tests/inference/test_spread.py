"""Sources of a forecast's variance are told apart, and each can be taken out."""

from __future__ import annotations

import numpy as np
import pytest

from copark.inference.assessment import (
    FUTURE,
    MOVED,
    PAST,
    SHOCKS,
    UNMOVED,
    spread,
    without,
)
from copark.inference.prior import PriorSpace

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
