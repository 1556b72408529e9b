"""Exploring the model: common luck, the dummy's other luck, boxes of posteriors, samples."""

import numpy as np
import pytest

from copark.inference.exploration import designs, explore
from copark.inference.prior import PriorSpace
from copark.simulation.study import Scenario
from copark.store import checkpoints
from copark.store.checkpoints import Stages, Tally
from tests.sensitivity.conftest import SMALL, few_samples


@pytest.fixture(scope="module")
def cube(great_stone):
    return designs.prior_factors(great_stone)


@pytest.fixture(scope="module")
def asked(great_stone):
    return designs.readouts_of(great_stone)


@pytest.fixture(scope="module")
def points(cube):
    return cube.sobol(4, 1)


def test_what_is_asked_is_read_at_the_ends_of_years_twelve_and_twenty(asked):
    assert [one.key for one in asked][:3] == ["operating-12", "operating-20", "failed-20"]
    assert {one.quarter for one in asked} == {"2024Q2", "2032Q2"}


def test_a_short_horizon_is_read_at_its_end(great_stone):
    short = designs.readouts_of(great_stone, 20)
    assert {one.at for one in short} == {19}
    assert len(short) == len({one.output for one in short})


def test_the_same_point_has_the_same_answer_and_other_luck_another(cube, points, asked):
    twice = np.concatenate([points[:1], points[:1], points[:1]])
    other = np.array([False, False, True])
    found = designs.answers(cube, twice, asked, replicates=3, seed=1, other=other)
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_an_answer_is_the_mean_of_its_replicates(cube, points, asked):
    one, two = (designs.answers(cube, points, asked, replicates=r, seed=1) for r in (1, 2))
    other = designs.answers(cube, points, asked, replicates=1, seed=1, other=np.ones(len(points), dtype=bool))
    assert np.allclose(two, (one + other) / 2.0)


def test_answers_do_not_depend_on_pieces_or_threads(cube, points, asked, monkeypatch):
    whole = designs.answers(cube, points, asked, replicates=2, seed=1)
    monkeypatch.setattr(designs, "AT_ONCE", 3)
    told = []
    parts = designs.answers(
        cube, points, asked, replicates=2, seed=1, threads=2, progress=lambda *done: told.append(done)
    )
    assert np.array_equal(whole, parts)
    assert told[-1] == (4, 4)


def test_the_box_of_a_posterior_holds_nine_tenths_of_each_axis(great_stone):
    space = PriorSpace.of(great_stone)
    points = 0.25 + 0.5 * np.random.default_rng(0).random((2000, space.axes))
    box = designs.posterior_box(space, points)
    assert np.allclose(box.low, 0.275, atol=0.02)
    assert np.allclose(box.high, 0.725, atol=0.02)


def test_a_sample_is_a_table_of_runs_and_what_came_of_them(cube, asked):
    found = explore.drawn_sample(cube, asked, 64, 1)
    assert found.matrix.shape == (64, cube.count + 1)
    assert found.values.shape == (64, len(asked))
    assert set(found.values[:, [one.output for one in asked].index("failed")]) <= {0.0, 1.0}


def test_an_exploration_has_every_part(exploration):
    count = len(exploration.names) + 1
    assert len(exploration.indices) == len(exploration.readouts)
    assert all(one.total.shape == (count,) for one in exploration.indices)
    assert [one.kind for one in exploration.given] == ["prior", "posterior", "batch"]
    assert set(exploration.moved) >= set(exploration.names) - {"origin_weight.home", "origin_weight.host"}


def test_the_sample_of_a_batch_is_read_at_its_cut(exploration):
    kept = exploration.given[2]
    assert {one.quarter for one in kept.readouts} == {"2020Q4"}
    assert kept.runs == SMALL.sample


def test_an_exploration_is_known_by_what_made_it(exploration, great_stone):
    other = explore.explore(great_stone, explore.ExplorationSettings(methods=("sobol",), size=2, replicates=1))
    assert other.run_id != exploration.run_id
    assert exploration.provenance["settings"]["size"] == SMALL.size
    assert other.moved == {}


def test_the_work_ahead_is_counted(great_stone, exploration):
    factors_ = len(exploration.names) + 1
    found = explore.workload(great_stone, SMALL, 32)
    assert found.runs == 8 * (factors_ + 2) * 2 + 256 + 32
    assert found.quarters_in_all == found.runs * 80


def test_the_box_needs_a_posterior(great_stone):
    with pytest.raises(ValueError, match="posterior"):
        explore.explore(great_stone, explore.ExplorationSettings(over="posterior-box"))


def test_designs_may_lie_in_the_box(great_stone, calibration):
    wanted = explore.ExplorationSettings(methods=("sobol",), over="posterior-box", size=2, replicates=1)
    found = explore.explore(great_stone, wanted, parameters=calibration.parameters)
    assert found.indices[0].rows == 2


def test_a_scenario_may_be_explored(cube, points, asked):
    """With nothing enquiring nothing operates, whatever the rest."""
    dead = Scenario(key="dead", title={"en": "x", "zh": "x"}, parameters={"enquiry_rate": 0.1, "pool_years": 1.0})
    found = designs.answers(cube, points, asked, replicates=1, seed=1, scenario=dead)
    plain = designs.answers(cube, points, asked, replicates=1, seed=1)
    assert np.array_equal(found, plain)  # draws are of the points; a scenario edits the case alone


@pytest.mark.long
def test_a_stopped_exploration_goes_on_with_the_answers_it_has(
    great_stone, calibration, source, exploration, monkeypatch, tmp_path
):
    def explored(kept):
        return explore.explore(
            great_stone, SMALL, parameters=calibration.parameters, source=source, batch=calibration.batch, stages=kept
        )

    def stops(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(explore, "given_set", stops)
        with pytest.raises(KeyboardInterrupt):
            explored(Stages(tmp_path, "work"))
    monkeypatch.setattr(designs, "Ensemble", stops)  # no design is run again
    again = Stages(tmp_path, "work")
    with few_samples():
        found = explored(again)
    assert again.tally() == Tally(2, begun=False, whole=2)
    for one, other in zip(found.indices, exploration.indices, strict=True):
        assert np.array_equal(one.total, other.total)
    assert repr(found.given) == repr(exploration.given)


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
