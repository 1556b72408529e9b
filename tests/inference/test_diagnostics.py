"""Diagnostics tell moved parameters from unmoved ones, honest posteriors from narrow ones, and say it in words."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from copark.inference.diagnostics import (
    Ranks,
    Tie,
    health,
    movement,
    predictive_checks,
    simulated_ranks,
    ties,
)
from copark.inference.posterior import Neighbours, learn
from copark.inference.prior import PriorSpace
from tests.inference.toys import model, normal, target

SAMPLE = 4000
ONES = np.ones(SAMPLE)


@pytest.fixture(scope="module")
def uniform():
    return (np.arange(SAMPLE) + 0.5) / SAMPLE


def test_what_is_moved_shrinks_or_overlaps_less_with_its_prior(uniform) -> None:
    """The prior itself; half its range; half of the weight at each end, where the interquartile range grows."""
    same = movement("return_mean", uniform, uniform, ONES)
    assert (same.verdict, same.shrink, same.overlap) == (
        "unmoved",
        pytest.approx(0.0, abs=0.01),
        pytest.approx(1.0, abs=0.01),
    )
    half = movement("return_mean", uniform, 0.25 + 0.5 * uniform, ONES)
    assert (half.verdict, half.shrink, half.overlap) == (
        "moved",
        pytest.approx(0.5, abs=0.01),
        pytest.approx(0.5, abs=0.01),
    )
    ends = movement("return_mean", uniform, np.where(uniform < 0.5, 0.2 * uniform, 1 - 0.2 * uniform), ONES)
    assert ends.verdict == "moved"
    assert ends.shrink < 0 < ends.overlap < 0.3
    upper = movement("return_mean", uniform, 0.5 + 0.5 * uniform, ONES)
    assert upper.places == pytest.approx((0.525, 0.625, 0.75, 0.875, 0.975), abs=0.01)


def test_tied_parameters_are_found_and_named(great_stone) -> None:
    space = PriorSpace.of(great_stone)
    points = space.sobol(0, 1024, 1)
    first, second = space.names.index("no_land_discount"), space.names.index("narrow_list_drag")
    points[:, second] = np.clip(1.0 - points[:, first] + 0.1 * (points[:, second] - 0.5), 0.01, 0.99)
    found = ties(space, points)
    assert [(tie.first, tie.second) for tie in found] == [("no_land_discount", "narrow_list_drag")]
    assert found[0].correlation < -0.9
    for lang in ("en", "zh"):
        assert found[0].sentence(lang)
        assert Tie("hurdle", "origin_weight.home", 0.5).sentence(lang)


def batch_of(points):
    return SimpleNamespace(runs=len(points), space=SimpleNamespace(axes=points.shape[1], names=("a", "b")))


@pytest.fixture(scope="module")
def world():
    seen = model(target(date="1", error=0.5), target("other", date="2", error=0.5))
    points = np.random.default_rng(8).random((12_000, 2))
    reports = seen.reports(normal(points), seed=4)
    learned = learn(seen, reports, points)
    return points, learned, Neighbours(points, learned(reports), learned.residual)


@pytest.mark.long
def test_an_honest_posterior_covers_what_it_says(world) -> None:
    points, learned, near = world
    for where in (None, learned(np.array([[0.5, -0.5]]))[0]):
        found = simulated_ranks(batch_of(points), near, records=200, accepted=500, near=where)
        assert found.ranks.shape == (200, 2)
        assert 0.85 <= found.overall() <= 0.95
        assert found.histogram().sum() == 400


@pytest.mark.long
def test_a_posterior_that_is_too_narrow_is_found_out(world) -> None:
    """Ranks pushed to the ends, as of intervals half as wide as they should be."""
    points, _, near = world
    honest = simulated_ranks(batch_of(points), near, records=200, accepted=500)
    narrow = Ranks(honest.names, np.clip(0.5 + 2.0 * (honest.ranks - 0.5), 0.0, 1.0))
    assert narrow.overall() < 0.6


def test_predictive_checks_know_bounds() -> None:
    seen = model(target(value=0.0, error=0.1), target(bound="at-least", value=0.0, error=0.1, date="2"))
    found = predictive_checks(seen, np.tile(np.linspace(1.0, 2.0, 400)[:, np.newaxis], 2))
    assert [check.inside for check in found] == [False, True]
    assert found[0].percentiles.number == 0.0
    assert found[0].median == pytest.approx(1.5, abs=0.05)


def test_health_of_a_replay() -> None:
    seen = model(target(value=0.0, error=2.0))
    replay = SimpleNamespace(
        model=seen,
        seen=np.full((10, 1), 4.0),
        pairs=10,
        pasts=5.0,
        disagreement=lambda: np.array([1.0, 1.3]),
    )
    assert health(replay) == {"pairs": 10.0, "pasts": 5.0, "disagreement": 1.3, "misfit": 2.0}
