"""Luck in spans: which quarter has whose luck, and that the model's addresses say the same."""

from __future__ import annotations

import numpy as np
import pytest

from copark.inference.prior import PriorSpace
from copark.inference.rng_segments import (
    MOST,
    different_pasts,
    effective_count,
    one_span,
    places,
    present,
    runs_by_quarter,
    with_lucks,
)
from copark.model.arrays import make_draws
from copark.model.luck import NEVER
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of


def row(*spans):
    return np.array([spans], dtype=np.int64)


def test_every_quarter_has_the_luck_of_the_span_begun_last() -> None:
    luck = row((0, 5), (4, 7), (2, 6))
    assert runs_by_quarter(luck, 6).tolist() == [[5, 5, 6, 6, 7, 7]]
    assert places(luck, 6).tolist() == [[0, 0, 2, 2, 1, 1]]


def test_of_spans_begun_together_the_later_counts_and_the_other_is_hidden() -> None:
    luck = row((0, 5), (2, 6), (2, 7))
    assert runs_by_quarter(luck, 4).tolist() == [[5, 5, 7, 7]]
    assert present(luck, 4).tolist() == [[True, False, True]]


def test_a_span_that_begins_behind_the_record_is_not_present() -> None:
    assert present(row((0, 5), (4, 6)), 4).tolist() == [[True, False]]
    assert present(row((0, 5), (4, 6)), 5).tolist() == [[True, True]]


def test_one_span_is_one_runs_luck_however_it_is_parted() -> None:
    luck = one_span(np.array([3, 9]), 4, np.array([[1, 5, 2], [7, 7, 1]]))
    assert luck.shape == (2, 4, 2)
    assert (runs_by_quarter(luck, 8) == np.array([[3], [9]])).all()


def test_pasts_are_counted_by_quarter() -> None:
    lucks = np.concatenate([row((0, 1), (2, 7)), row((0, 1), (2, 8)), row((0, 2), (3, 7)), row((0, 2), (3, 7))])
    assert different_pasts(lucks, 4).tolist() == pytest.approx([2.0, 2.0, 8 / 3, 1 / (0.75**2 + 0.25**2)])
    assert effective_count(np.array([1, 1, 2, 2])) == 2.0


def test_addresses_have_the_spans_in_the_order_of_their_quarters() -> None:
    draws = with_lucks(make_draws(1), row((0, 5), (9, 7), (3, 6)), seed=2)
    luck = draws.luck[0]
    assert (int(luck.seed), int(luck.run), int(luck.cut)) == (2, 5, NEVER)
    assert luck.since.tolist()[:3] == [3, 9, 0]
    assert luck.span_run.tolist()[:2] == [6, 7]
    with pytest.raises(ValueError, match="room"):
        with_lucks(draws, np.zeros((1, MOST + 1, 2), np.int64), seed=2)


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
