"""Luck in spans: which quarter has whose luck, and that the model's addresses say the same."""

from __future__ import annotations

import numpy as np

from copark.inference.prior import PriorSpace
from copark.inference.rng_segments import (
    one_span,
    places,
    runs_by_quarter,
    with_lucks,
)
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of


def row(*spans):
    return np.array([spans], dtype=np.int64)


def test_every_quarter_has_the_luck_of_the_span_begun_last() -> None:
    luck = row((0, 5), (4, 7), (2, 6))
    assert runs_by_quarter(luck, 6).tolist() == [[5, 5, 6, 6, 7, 7]]
    assert places(luck, 6).tolist() == [[0, 0, 2, 2, 1, 1]]


def test_one_span_is_one_runs_luck_however_it_is_parted() -> None:
    luck = one_span(np.array([3, 9]), 4, np.array([[1, 5, 2], [7, 7, 1]]))
    assert luck.shape == (2, 4, 2)
    assert (runs_by_quarter(luck, 8) == np.array([[3], [9]])).all()


def test_the_model_runs_with_the_luck_of_its_spans(great_stone) -> None:
    """A run pieced together of one run's luck is that run; of two, it follows the first until the second begins."""
    space = PriorSpace.of(great_stone)
    inputs = inputs_of(great_stone, quarters=34)
    names = ("registered", "operating", "realised_investment", "demand_home")

    def run(*spans):
        draws = with_lucks(space.draws(np.full((1, space.axes), 0.5), 1), row(*spans), 1)
        runs = Ensemble(inputs, draws, names).run()
        assert runs.finished.all()
        return runs.out[0]

    one, other = run((0, 11)), run((0, 12))
    assert np.array_equal(run((0, 11), (20, 11), (7, 11)), one)
    assert np.array_equal(run((0, 12), (1, 11), (34, 12))[:, 0], other[:, 0])
    pieced = run((0, 11), (20, 12), (34, 11))
    assert np.array_equal(pieced[:, :20], one[:, :20])
    assert (pieced[3, 20:] != one[3, 20:]).all()
    back = run((0, 11), (20, 12), (21, 11))
    assert np.array_equal(back[:, :20], one[:, :20])
    assert not np.array_equal(back[:, 20:], one[:, 20:])
    assert np.array_equal(run((0, 11), (20, 12), (20, 11)), one)
