"""Exploring the model: common luck, the dummy's other luck, boxes of posteriors, samples."""

import numpy as np
import pytest

from copark.inference import exploration as explore
from copark.inference.prior import PriorSpace
from copark.store import checkpoints
from copark.store.checkpoints import Stages


@pytest.fixture(scope="module")
def cube(great_stone):
    return explore.prior_factors(great_stone)


@pytest.fixture(scope="module")
def asked(great_stone):
    return explore.readouts_of(great_stone)


@pytest.fixture(scope="module")
def points(cube):
    return cube.sobol(4, 1)


def test_what_is_asked_is_read_at_the_ends_of_years_twelve_and_twenty(asked):
    assert [one.key for one in asked][:3] == ["operating-12", "operating-20", "failed-20"]
    assert {one.quarter for one in asked} == {"2024Q2", "2032Q2"}


def test_the_same_point_has_the_same_answer_and_other_luck_another(cube, points, asked):
    twice = np.concatenate([points[:1], points[:1], points[:1]])
    other = np.array([False, False, True])
    found = explore.answers(cube, twice, asked, replicates=3, seed=1, other=other)
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_an_answer_is_the_mean_of_its_replicates(cube, points, asked):
    one, two = (explore.answers(cube, points, asked, replicates=r, seed=1) for r in (1, 2))
    other = explore.answers(cube, points, asked, replicates=1, seed=1, other=np.ones(len(points), dtype=bool))
    assert np.allclose(two, (one + other) / 2.0)


def test_the_box_of_a_posterior_holds_nine_tenths_of_each_axis(great_stone):
    space = PriorSpace.of(great_stone)
    points = 0.25 + 0.5 * np.random.default_rng(0).random((2000, space.axes))
    box = explore.posterior_box(space, points)
    assert np.allclose(box.low, 0.275, atol=0.02)
    assert np.allclose(box.high, 0.725, atol=0.02)


def test_a_sample_is_a_table_of_runs_and_what_came_of_them(cube, asked):
    found = explore.drawn_sample(cube, asked, 64, 1)
    assert found.matrix.shape == (64, cube.space.axes + 1)
    assert found.values.shape == (64, len(asked))
    assert set(found.values[:, [one.output for one in asked].index("failed")]) <= {0.0, 1.0}


def test_an_exploration_has_every_part(exploration):
    count = len(exploration.names) + 1
    assert len(exploration.indices) == len(exploration.readouts)
    assert all(one.total.shape == (count,) for one in exploration.indices)
    assert [one.kind for one in exploration.given] == ["prior", "posterior"]
    assert set(exploration.moved) >= set(exploration.names) - {"origin_weight.home", "origin_weight.host"}


def test_a_sample_goes_on_within(cube, asked, monkeypatch, tmp_path):
    monkeypatch.setattr(explore, "AT_ONCE", 16)
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    whole, made = explore.Ensemble, []

    def counted(*arguments, **options):
        made.append(1)
        if len(made) == 3:
            raise KeyboardInterrupt
        return whole(*arguments, **options)

    monkeypatch.setattr(explore, "Ensemble", counted)
    with pytest.raises(KeyboardInterrupt):
        explore.drawn_sample(cube, asked, 64, 1, stage=Stages(tmp_path, "work").stage("sample"))
    found = explore.drawn_sample(cube, asked, 64, 1, stage=Stages(tmp_path, "work").stage("sample"))
    assert len(made) == 5
    again = explore.drawn_sample(cube, asked, 64, 1)
    assert np.array_equal(found.values, again.values, equal_nan=True)
