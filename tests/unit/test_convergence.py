"""Whether searches found the same is told by ranks: of middles, spreads and tails, and of each search's two halves."""

import numpy as np
import pytest

from copark.stats.convergence import APART, MOST_DRAWS, largest_reduction, scale_reduction

SEARCH = np.repeat(np.arange(4), 500)


@pytest.fixture
def draws():
    return np.random.default_rng(1).normal(size=(2000, 1))


def test_independent_draws_of_one_distribution_agree(draws):
    assert scale_reduction(draws, SEARCH)[0] < 1.01


@pytest.mark.parametrize("shift", [0.5, 1.0])
def test_one_search_aside_is_told_by_how_far(draws, shift):
    """Two of eight halves moved by s standard deviations: between / within = 3/14 s², R̂ about √(1 + 3/14 s²)."""
    aside = draws + shift * (SEARCH == 0)[:, np.newaxis]
    assert scale_reduction(aside, SEARCH)[0] == pytest.approx(np.sqrt(1.0 + 3.0 / 14.0 * shift**2), abs=0.02)


def test_another_spread_is_told_where_middles_agree(draws):
    wide = draws * np.where(SEARCH == 0, 4.0, 1.0)[:, np.newaxis]
    assert scale_reduction(wide, SEARCH)[0] > 1.1


def test_a_search_on_its_way_is_told_by_its_halves(draws):
    """All four drift alike: their means are the same, and none has arrived."""
    drift = np.tile(np.linspace(-1.5, 1.5, 500), 4)[:, np.newaxis]
    assert scale_reduction(draws + drift, SEARCH)[0] > 1.1


def test_ranks_do_not_depend_on_the_scale(draws):
    aside = draws + 0.3 * (SEARCH == 0)[:, np.newaxis]
    assert scale_reduction(np.exp(5.0 * aside), SEARCH) == pytest.approx(scale_reduction(aside, SEARCH))


def test_what_does_not_vary_agrees_and_one_search_says_nothing(draws):
    both = np.hstack([draws, np.full_like(draws, 3.0)])
    assert scale_reduction(both, SEARCH)[1] == 1.0
    assert np.isnan(scale_reduction(draws, np.zeros(2000, np.int64))).all()


def test_long_searches_are_compared_by_draws_from_all_of_them():
    """The second half of one search lies aside: found, though only a part of the draws is compared."""
    count = 3 * MOST_DRAWS
    values = np.random.default_rng(2).normal(size=(4 * count, 1))
    values[count // 2 : count] += 2.0
    assert scale_reduction(values, np.repeat(np.arange(4), count))[0] > 1.1


def test_searches_that_have_nothing_in_common_have_not_converged():
    """Stuck at different places they have no spread of their own; of fewer than four draws nothing is known."""
    population = np.repeat(np.arange(4), 8)
    stuck = scale_reduction(population[:, np.newaxis].astype(float), population)
    few = scale_reduction(np.arange(8.0)[:, np.newaxis], np.repeat(np.arange(4), 2))
    assert largest_reduction(stuck, population) == APART
    assert largest_reduction(few, np.repeat(np.arange(4), 2)) == APART
    assert largest_reduction(np.array([np.nan]), np.zeros(8, np.int64)) == 1.0
    assert largest_reduction(np.array([1.02, 1.2]), population) == 1.2
