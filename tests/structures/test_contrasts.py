"""A factorial on paper: effects, interactions, and errors that what cells have in common cancels from."""

import numpy as np
import pytest

from copark.analyses.structures.contrasts import Grid, MonteCarloEstimate, interaction, main_effect

SIDES = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
"""Two choices crossed."""


def grid(means, runs=40, weights=None, spread=0.0):
    """Give cells with these means whose runs differ alike in all of them."""
    shared = spread * np.linspace(-1.0, 1.0, runs)
    values = np.asarray(means, dtype=float)[:, np.newaxis] + shared
    return Grid(values, np.ones_like(values) if weights is None else weights, np.arange(runs))


def test_effects_and_interaction_of_a_worked_table():
    """Cells 10, 12, 13, 21: the first adds (3 + 9)/2, the second (2 + 8)/2; the first adds 6 more where both are on."""
    found = grid([10.0, 12.0, 13.0, 21.0])
    assert found.contrast(main_effect(SIDES, 0)).value == pytest.approx(6.0)
    assert found.contrast(main_effect(SIDES, 1)).value == pytest.approx(5.0)
    assert found.contrast(interaction(SIDES, 0, 1)).value == pytest.approx(6.0)
    assert found.contrast(interaction(SIDES, 1, 0)).value == pytest.approx(6.0)


def test_what_cells_have_in_common_adds_no_error():
    found = grid([0.0, 1.0, 2.0, 3.0], spread=5.0)
    effect = found.contrast(main_effect(SIDES, 0))
    assert (effect.low, effect.high) == pytest.approx((2.0, 2.0))
    assert found.contrast((1.0, 0.0, 0.0, 0.0)).high > 0.5, "a cell alone has all of its error"


def test_the_error_is_the_textbook_one_of_a_paired_difference():
    differences = np.array([0.0, 0.0, 1.0, 1.0, 1.0, -1.0, 0.0, 1.0])
    values = np.stack([np.zeros(8), differences])
    found = Grid(values, np.ones_like(values), np.arange(8)).contrast((-1.0, 1.0))
    error = differences.std(ddof=1) / np.sqrt(8)
    assert found.value == differences.mean()
    assert (found.high - found.low) / 2.0 == pytest.approx(1.959964 * error)


def test_runs_of_one_draw_count_as_one():
    """Four draws, each in two runs that are alike: as much error as four runs have."""
    once = np.array([[0.0, 1.0, 1.0, 0.0]])
    alone = Grid(once, np.ones_like(once), np.arange(4)).contrast((1.0,))
    twice = np.repeat(once, 2, axis=1)
    shared = Grid(twice, np.ones_like(twice), np.arange(8) // 2).contrast((1.0,))
    assert (shared.low, shared.high) == pytest.approx((alone.low, alone.high))


def test_weights_of_a_cell_move_its_mean_alone():
    values = np.array([[0.0, 1.0], [0.0, 1.0]])
    found = Grid(values, np.array([[1.0, 1.0], [0.5, 1.5]]), np.arange(2))
    assert found.means.tolist() == [0.5, 0.75]


def test_a_share_stays_between_0_and_1_and_is_not_sure_where_no_run_says_otherwise():
    found = grid([1.0]).share(0)
    assert found.value == found.high == 1.0
    assert 0.9 < found.low < 1.0


def test_an_effect_is_beyond_error_only_if_its_interval_leaves_zero_out():
    for ends, beyond in (((0.1, 0.3), True), ((-0.3, -0.1), True), ((-0.1, 0.3), False), ((0.0, 0.0), False)):
        assert MonteCarloEstimate(sum(ends) / 2.0, *ends).is_beyond_error is beyond
