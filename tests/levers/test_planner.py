"""Planning a study: formulas against known numbers of the binomial and samples drawn many times; the real case."""

from types import SimpleNamespace

import numpy as np
import pytest

from copark.simulation.sample_size import Reported, precisions
from copark.simulation.study import baseline
from copark.stats import precision
from copark.stats.precision import Split, error, half_width, runs_for
from copark.workflows import run_plan


def test_a_share_of_one_half_takes_9604_runs_to_a_point():
    """The number of every opinion poll: 1.96² · 0.25 / 0.01² = 9604."""
    assert runs_for(Split(0.0, 0.25), 0.01) == 9604
    assert runs_for(Split(0.0, 0.25), 0.03) == 1068
    assert runs_for(Split(0.0, 0.09), 0.01) == 3458, "at a share of 0.9"


def test_a_share_no_run_contradicts_is_not_exact():
    """Wilson's interval of 100 of 100 begins at n/(n + z²) = 0.963: half of what is missing to 1."""
    assert half_width(0.0, 100) == pytest.approx(0.5 * (1 - 100 / (100 + 1.959964**2)), rel=1e-5)
    assert runs_for(Split(0.0, 0.0), 0.01) == 189
    assert half_width(0.0, 189) <= 0.01 < half_width(0.0, 188)


def test_runs_that_share_draws_tell_less():
    """All of the variance between draws: a draw's second run adds nothing, so that 9604 *draws* are needed."""
    found = Split(0.25, 0.0)
    assert runs_for(found, 0.01, replicates=5) == 5 * 9604
    assert runs_for(Split(0.125, 0.125), 0.01, replicates=2) == 2 * 7203, "0.125/D + 0.125/2D = (0.01/z)²"


def test_a_pool_used_whole_leaves_chance_alone():
    """Of 400 pairs all used alike what differs between them is no error; the rest falls with runs."""
    found = Split(0.05, 0.05)
    assert error(found, 400, precision.planned_concentration(400, 1, 400), 400) == pytest.approx((0.05 / 400) ** 0.5)
    assert error(found, 100, precision.planned_concentration(100, 1, 400), 400) == pytest.approx(
        (0.05 / 100 + 0.05 * (1 / 100 - 1 / 400)) ** 0.5
    )
    needed = runs_for(found, 0.01, pool=400)
    assert needed == 2000, "0.05 (z/0.01)² = 1921 runs, in whole rounds of 400"
    assert runs_for(Split(0.05, 0.0), 0.01, pool=400) == 332, "1/D = 1/400 + (0.01/z)²/0.05"


def test_components_of_a_table_worked_by_hand():
    """Two draws of two runs, 0 and 2 against 4 and 6: within (1 + 1 + 1 + 1)/2 = 2, between (16 - 2)/2 = 7."""
    found = precision.components(np.array([0.0, 2.0, 4.0, 6.0]), np.array([0, 0, 1, 1]))
    assert (found.parameters, found.chance) == (7.0, 2.0)
    alone = precision.components(np.array([0.0, 2.0, 4.0, 6.0]), np.arange(4))
    assert (alone.parameters, alone.chance) == (0.0, pytest.approx(20 / 3))
    assert precision.components(np.array([1.0]), np.array([0])) == Split(0.0, 0.0)


def test_the_error_told_is_the_error_made():
    """Draw a study a thousand times; the spread of its shares is the error that is told on average."""
    rng = np.random.default_rng(5)
    draws, futures = 40, 5
    chances = rng.beta(2.0, 2.0, size=(1000, draws))
    runs = rng.random((1000, draws, futures)) < chances[:, :, np.newaxis]
    groups = np.repeat(np.arange(draws), futures)
    told = []
    for one in runs.reshape(1000, -1).astype(float):
        found = precision.components(one, groups)
        told.append(error(found, one.size, 1 / draws))
    assert np.sqrt(np.mean(np.square(told))) == pytest.approx(runs.mean(axis=(1, 2)).std(), rel=0.05)


def test_intervals_of_a_median_hold_as_often_as_they_say():
    """Woodruff's interval on 400 independent runs covers the true median in about 95 of 100 samples."""
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(500):
        sample = rng.exponential(1.0, 400)
        low, high = precision.quantile_interval(sample, 0.5, half_width(error(Split(0.0, 0.25), 400, 1 / 400), 400))
        inside += low <= np.log(2.0) <= high
    assert 0.92 < inside / 500 < 0.98


def reported(runs, share, seed=1, scenario="as-it-is"):
    rng = np.random.default_rng(seed)
    return Reported(scenario, (rng.random(runs) < share).astype(float), rng.poisson(120, runs) * 1.0, np.arange(runs))


def test_what_a_study_reports_is_told_for_every_scenario():
    found = precisions([reported(500, 0.5), reported(500, 0.9, scenario="other")])
    assert [one.quantity for one in found[:4]] == ["self_standing", "operating_05", "operating_50", "operating_95"]
    assert found[0].half == pytest.approx(1.96 * 0.5 / 500**0.5, rel=0.01)
    assert found[1].half == pytest.approx(1.96 * (0.05 * 0.95 / 500) ** 0.5, rel=0.01)
    assert found[1].low <= found[1].estimate <= found[1].high
    assert found[4].scenario == "other"
    assert precisions([Reported("empty", np.array([]), np.array([]), np.array([], dtype=int))]) == ()


@pytest.fixture(scope="module")
def study():
    return baseline("great-stone").with_changes(draws="unsettled", keep=["operating", "jobs"], seed=3)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_plan_says_runs_time_and_precision(lang, study):
    found = run_plan.plan_study(study, precision=0.02, threads=1, lang=lang)
    plan = found.plan
    assert plan.needed == plan.runs
    assert plan.seconds > 0.0
    assert plan.of("self_standing").half <= 0.021
    words = " ".join(found.sentences)
    assert f"{plan.runs:,}" in words
    assert not set("{}") & set(words)


def test_how_many_runs_are_made_is_told_without_making_some(study, monkeypatch):
    """A pilot that says but how long the work takes is itself work."""
    monkeypatch.setattr("copark.simulation.run.simulate", None)
    (words,) = run_plan.worth_telling(study.with_changes(runs=10_000), studies=2)
    assert "10,000" in words
    assert run_plan.worth_telling(study.with_changes(runs=100)) == ()


SOURCE = SimpleNamespace(replay=SimpleNamespace(pairs=8, pasts=2.0))
"""Eight pairs that have but two pasts."""


def test_what_a_posterior_leaves_open_is_the_spread_of_its_pairs_over_its_pasts():
    """Half of the pairs stand in all their futures, half in none: variance between them 2/7, over two pasts."""
    groups = np.tile(np.arange(8), 1000)
    standing = (groups < 4).astype(float)
    one = Reported("as-it-is", standing, standing * 100.0, groups)
    assert run_plan.left_open(one, SOURCE) == pytest.approx(1.96 * (2 / 7 / 2) ** 0.5, rel=0.001)
    assert run_plan.left_open(one, None) is None
    assert run_plan.pool_of(SOURCE) == 8
    assert run_plan.groups_of(SOURCE, np.arange(10), 1).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert run_plan.groups_of(None, np.arange(6), 2).tolist() == [0, 0, 1, 1, 2, 2]
