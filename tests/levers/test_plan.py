"""A plan of the real case: runs, time and precision before the work begins."""

import numpy as np
import pytest

from copark.simulation.sample_size import Reported
from copark.simulation.study import baseline
from copark.workflows import run_plan


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


class Replay:
    """Eight pairs that have but two pasts."""

    pairs = 8
    pasts = 2.0


class Source:
    replay = Replay()


def test_what_a_posterior_leaves_open_is_the_spread_of_its_pairs_over_its_pasts():
    """Half of the pairs stand in all their futures, half in none: variance between them 2/7, over two pasts."""
    groups = np.tile(np.arange(8), 1000)
    standing = (groups < 4).astype(float)
    one = Reported("as-it-is", standing, standing * 100.0, groups)
    assert run_plan.left_open(one, Source()) == pytest.approx(1.96 * (2 / 7 / 2) ** 0.5, rel=0.001)
    assert run_plan.left_open(one, None) is None
    assert run_plan.pool_of(Source()) == 8
    assert run_plan.groups_of(Source(), np.arange(10), 1).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert run_plan.groups_of(None, np.arange(6), 2).tolist() == [0, 0, 1, 1, 2, 2]
