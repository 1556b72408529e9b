"""Choosing under deep uncertainty, on tables small enough to be worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.stats import robust_choice
from copark.stats.robust_choice import average, greatest, ranks, regret

TABLE = np.array([[5.0, 0.0, 3.0], [4.0, 4.0, 1.0], [0.0, 5.0, 3.0]])
"""Three options in three states. Best in the states: 5, 5, 3."""


def test_regret_is_what_an_option_falls_short_of_the_best_of_the_state():
    """The second option is never best and has the least greatest regret."""
    assert regret(TABLE).tolist() == [[0, 5, 0], [1, 1, 2], [5, 0, 0]]
    most = greatest(regret(TABLE))
    assert most.tolist() == [5, 2, 5]
    assert np.allclose(average(regret(TABLE)), [5 / 3, 4 / 3, 5 / 3])
    assert ranks(most, most_is_best=False).tolist() == [2, 1, 2]


def test_satisficing_is_the_share_of_states_in_which_all_is_met():
    assert np.allclose(average(TABLE >= 3.0), [2 / 3, 2 / 3, 2 / 3])
    assert np.allclose(average(TABLE >= 4.0), [1 / 3, 2 / 3, 1 / 3])


def test_equals_share_the_best_rank_and_the_next_is_told_after_them():
    """Sums in another order make no winner."""
    assert ranks(np.array([0.3, 0.7, 0.3, 0.1])).tolist() == [2, 1, 2, 4]
    assert ranks(np.array([[1.0, 2.0], [2.0, 1.0]])).tolist() == [[2, 1], [1, 2]]
    assert ranks(np.array([0.1 + 0.2, 0.3])).tolist() == [1, 1]


def test_the_pareto_set_by_hand():
    """The first is dominated by the second; third and fourth are best in one thing each; twins do not dominate."""
    values = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 0.0], [0.0, 3.0], [2.0, 1.0]])
    assert robust_choice.non_dominated(values).tolist() == [False, True, True, True, True]


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=8))
def test_somebody_is_never_dominated_and_whoever_is_has_a_dominator_in_the_set(rows):
    values = np.array(rows, dtype=float)
    chosen = robust_choice.non_dominated(values)
    assert chosen.any()
    for lost in values[~chosen]:
        assert ((values[chosen] >= lost).all(axis=1) & (values[chosen] > lost).any(axis=1)).any()


def test_groups_come_whole_and_a_replicate_is_as_large_as_the_sample():
    groups = np.array([0, 0, 0, 1, 1, 2])
    weights = robust_choice.resampled_weights(groups, 500, seed=3)
    assert weights.shape == (500, 6)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, [0, 3, 5]].sum(axis=1) == 3).all()
    assert np.allclose(weights.mean(axis=0), 1.0, atol=0.15)
    assert np.array_equal(weights, robust_choice.resampled_weights(groups, 500, seed=3))


def test_a_rank_that_every_state_agrees_on_stands_firm():
    values = np.array([[3.0, 3.0, 3.0, 3.0], [2.0, 2.0, 2.0, 2.0], [0.0, 5.0, 0.0, 0.0]])
    weights = robust_choice.resampled_weights(np.arange(4), 4000)
    firm = robust_choice.stability(lambda given: np.average(values, axis=1, weights=given), weights)
    assert firm.rank.tolist() == [1, 2, 3]
    assert (firm.low[1], firm.high[1]) == (2, 3)
    assert firm.high[2] == 3
    assert firm.best[1] == 0.0
    assert firm.best[0] + firm.best[2] == pytest.approx(1.0)
    often_enough = 4 * 0.25**3 * 0.75 + 0.25**4
    assert firm.best[2] == pytest.approx(often_enough, abs=0.012), "the one good state drawn three times of four"


def test_the_chance_of_the_pareto_set_counts_replicates():
    """Two states: the second option is better for the first side in one and worse in the other, always worse else."""
    first = np.array([[0.0, 0.0], [1.0, -1.0]])
    second = np.array([[0.0, 0.0], [-1.0, -1.0]])
    weights = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0], [2.0, 0.0]])
    assert robust_choice.chance_non_dominated([first, second], weights).tolist() == [1.0, 0.5]


def made(structures, draws, futures, sizes, seed=1):
    """Gains with known spreads of structure, parameters and chance."""
    rng = np.random.default_rng(seed)
    of_structure, of_draw, of_chance = sizes
    effects = np.linspace(-1.0, 1.0, structures)
    effects *= of_structure / effects.std() if structures > 1 else 0.0
    by_draw = rng.normal(0.0, of_draw, draws)
    numbers = np.repeat(np.arange(draws), futures)
    gains = [effects[s] + by_draw[numbers] + rng.normal(0.0, of_chance, draws * futures) for s in range(structures)]
    return gains, [numbers] * structures


def test_variance_is_told_apart_by_structure_parameters_and_chance():
    found = robust_choice.sources(*made(5, 4000, 4, (0.5, 0.8, 1.2)))
    assert found.structure == pytest.approx(0.25, rel=0.05)
    assert found.parameters == pytest.approx(0.64, rel=0.07)
    assert found.chance == pytest.approx(1.44, rel=0.03)
    assert sum(found.shares) == pytest.approx(1.0)
