"""Diagnostics tell moved parameters from unmoved ones, honest posteriors from narrow ones, and say it in words."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from copark.inference.diagnostics import (
    LIMITS,
    Note,
    Ranks,
    Tie,
    health,
    judged,
    movement,
    movements,
    predictive_checks,
    simulated_ranks,
    ties,
    verdict,
)
from copark.inference.posterior import Neighbours
from copark.inference.prior import PriorSpace
from copark.inference.summaries import learn
from tests.inference.toys import model, normal, target

SAMPLE = 4000
ONES = np.ones(SAMPLE)


@pytest.fixture(scope="module")
def uniform():
    return (np.arange(SAMPLE) + 0.5) / SAMPLE


def test_a_posterior_that_is_the_prior_is_unmoved(uniform) -> None:
    found = movement("return_mean", uniform, uniform, ONES)
    assert found.verdict == "unmoved"
    assert found.shrink == pytest.approx(0.0, abs=0.01)
    assert found.overlap == pytest.approx(1.0, abs=0.01)


def test_half_the_range_is_half_the_overlap(uniform) -> None:
    found = movement("return_mean", uniform, 0.25 + 0.5 * uniform, ONES)
    assert found.verdict == "moved"
    assert found.shrink == pytest.approx(0.5, abs=0.01)
    assert found.overlap == pytest.approx(0.5, abs=0.01)


def test_moved_aside_without_shrinking_counts_as_moved(uniform) -> None:
    """Half of the weight at each end: the interquartile range grows, the overlap falls."""
    found = movement("return_mean", uniform, np.where(uniform < 0.5, 0.2 * uniform, 1 - 0.2 * uniform), ONES)
    assert found.shrink < 0
    assert found.overlap < 0.3
    assert found.verdict == "moved"


def test_units_play_no_part(uniform) -> None:
    plain = movement("return_mean", uniform, uniform**2, ONES)
    stretched = movement("return_mean", np.exp(9 * uniform), np.exp(9 * uniform**2), ONES)
    assert (plain.shrink, plain.overlap) == pytest.approx((stretched.shrink, stretched.overlap), abs=1e-6)


def test_words_have_fixed_rules() -> None:
    assert [verdict(s, o) for s, o in ((0.2, 1.0), (0.0, 0.74), (0.1, 0.95), (0.0, 0.87), (0.09, 0.89))] == [
        "moved", "moved", "weakly", "weakly", "unmoved",
    ]  # fmt: skip


def test_every_verdict_is_said_in_both_languages(great_stone) -> None:
    space = PriorSpace.of(great_stone)
    points = space.sobol(0, 512, 1)
    points[:, space.names.index("return_mean")] *= 0.1
    found = {one.name: one for one in movements(space, points)}
    assert len(found) == space.axes + 1
    assert found["return_mean"].verdict == "moved"
    assert found["agglomeration"].verdict == "unmoved"
    assert "informed by the data" in found["return_mean"].sentence("en")
    assert "not informed" in found["agglomeration"].sentence("en")
    assert "数据无约束" in found["agglomeration"].sentence("zh")
    assert "第三国" in found["origin_weight.third"].sentence("zh")


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
        assert found.histogram(0).sum() == 200


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
        futures=7.0,
        disagreement=lambda: np.array([1.0, 1.3]),
    )
    assert health(replay) == {"pairs": 10.0, "pasts": 5.0, "futures": 7.0, "disagreement": 1.3, "misfit": 2.0}


def test_what_chance_allows_is_a_binomial_band() -> None:
    ranks = Ranks(("a", "b"), np.stack([np.linspace(0.0, 1.0, 200), np.full(200, 0.5)], axis=1))
    assert ranks.expected(0.9) == pytest.approx((0.855, 0.94), abs=0.006)
    assert ranks.outside(0.9) == ("b",)
    assert ranks.histogram().sum() == 400


def test_places_of_the_posterior_are_on_the_scale_of_the_priors_ranks(uniform) -> None:
    found = movement("return_mean", uniform, 0.5 + 0.5 * uniform, ONES)
    assert found.places == pytest.approx((0.525, 0.625, 0.75, 0.875, 0.975), abs=0.01)


def test_numbers_of_health_have_words_by_fixed_limits() -> None:
    good = {"ess": 900.0, "pasts": 500.0, "disagreement": 1.02, "forecasts": 1.01, "misfit": 1.0, "pairs": 7.0}
    assert [(note.key, note.word) for note in judged(good)] == [(key, "good") for key in LIMITS]
    assert [note.word for note in judged({"pasts": 50.0, "disagreement": 1.2})] == ["fair", "fair"]
    assert [note.word for note in judged({"pasts": 5.0, "disagreement": 1.5, "misfit": 9.0})] == ["poor"] * 3
    assert judged({"disagreement": float("nan")}) == ()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_and_word_has_a_sentence(lang) -> None:
    said = {Note(key, 12.0, word).sentence(lang) for key in LIMITS for word in ("good", "fair", "poor")}
    assert len(said) == 3 * len(LIMITS)
    assert all("12" in sentence for sentence in said)


def test_what_is_nothing_beside_the_priors_width_is_shown_as_0(uniform) -> None:
    found = movement("hurdle", uniform - 0.5001, uniform - 0.3, ONES)
    assert found.prior[2] == 0.0
    assert found.posterior[2] == pytest.approx(0.2, abs=0.01)
