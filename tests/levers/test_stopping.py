"""Planning and early stopping on the real case: the same command makes the same runs, whatever chunks and threads."""

import numpy as np
import pytest

from copark.analyses.execution import Means
from copark.errors import RunRefused
from copark.simulation.planner import Reported, looks, widest
from copark.simulation.results import study_identity
from copark.simulation.run import simulate
from copark.simulation.study import baseline
from copark.store import RunStore
from copark.workflows import cost, precision
from copark.workflows.running import run_study

HALF = 0.025


@pytest.fixture(scope="module")
def study():
    return baseline("great-stone").with_changes(draws="unsettled", keep=["operating", "jobs"], seed=3)


@pytest.fixture(scope="module")
def stopped(study, great_stone):
    return precision.run_until(study, great_stone, half=HALF, most=6000, threads=1)


def whole(found):
    import xarray as xr

    return xr.concat(list(found.chunks()), dim="run", data_vars="minimal")


def test_it_stops_at_a_look_and_not_before(stopped):
    schedule = looks(6000)
    assert [seen.runs for seen in stopped.looks] == list(schedule[: len(stopped.looks)])
    assert [seen.stop for seen in stopped.looks] == [False] * (len(stopped.looks) - 1) + [True]
    assert widest(stopped.looks[-1].precisions) <= HALF < widest(stopped.looks[0].precisions)
    assert stopped.reached
    assert 1000 < stopped.study.runs < 6000


@pytest.mark.parametrize(("threads", "chunk"), [(2, 333), pytest.param(1, 5000, marks=pytest.mark.long)])
def test_chunks_and_threads_do_not_change_which_runs_are_made(chunk, threads, stopped, study, great_stone, monkeypatch):
    monkeypatch.setattr(precision, "CHUNK", chunk)
    again = precision.run_until(study, great_stone, half=HALF, most=6000, threads=threads)
    assert again.study == stopped.study
    assert [seen.precisions for seen in again.looks] == [seen.precisions for seen in stopped.looks]
    assert np.array_equal(whole(again)["operating"].to_numpy(), whole(stopped)["operating"].to_numpy())


def test_what_is_stopped_early_is_the_result_of_a_study_of_so_many_runs(stopped, study, great_stone):
    asked = study.with_changes(runs=stopped.study.runs)
    plain, early = simulate(asked, great_stone, threads=1), whole(stopped)
    assert early.attrs["identity"] == plain.attrs["identity"] == study_identity(asked, great_stone)
    for name in ("operating", "jobs", "outcome", "draws"):
        assert np.array_equal(plain[name].to_numpy(), early[name].to_numpy()), name
    assert early["run"].to_numpy().tolist() == list(range(asked.runs))


def test_a_study_stopped_early_is_found_again(study, great_stone, tmp_path):
    first = precision.stop_early(study, great_stone, None, half=HALF, most=6000, out=tmp_path, threads=1)
    again = precision.stop_early(study, great_stone, None, half=HALF, most=6000, out=tmp_path, threads=1, lang="zh")
    assert (first.reused, again.reused) == (False, True)
    assert first.record.identity == again.record.identity
    assert first.study == again.study
    assert f"{first.study.runs:,}" in first.sentences[0]
    assert "停止" in again.sentences[0]
    looser = precision.stop_early(study, great_stone, None, half=0.2, most=6000, out=tmp_path, threads=1)
    assert looser.study.runs == 1000
    assert {record.runs for record in RunStore(tmp_path / "runs").records()[0]} == {1000, first.study.runs}
    finer = precision.stop_early(study, great_stone, None, half=1e-4, most=1200, out=tmp_path, threads=1)
    assert "1,200" in finer.sentences[0]


@pytest.mark.parametrize(("lang", "reason"), [("en", "not known in advance"), ("zh", "无法预知")])
@pytest.mark.parametrize(
    ("means", "option"),
    [
        (Means(workers=2), "--workers"),
        (Means(scheduler="tcp://host:1"), "--scheduler"),
        (Means(store="s3://b"), "--store"),
    ],
)
def test_others_are_not_asked_for_an_unknown_number_of_runs(tmp_path, lang, reason, means, option):
    with pytest.raises(RunRefused, match=f"{option}.*{reason}"):
        run_study("great-stone", until=0.05, means=means, out=tmp_path, lang=lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_plan_says_runs_time_disk_and_precision(lang, study):
    found = cost.plan_study(study, precision=0.02, threads=1, lang=lang)
    plan = found.plan
    assert plan.needed == plan.runs
    assert plan.seconds > 0.0
    assert plan.bytes > 0
    assert plan.of("self_standing").half <= 0.021
    words = " ".join(found.sentences)
    assert f"{plan.runs:,}" in words
    assert "MB" in words
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
    assert cost.left_open(one, Source()) == pytest.approx(1.96 * (2 / 7 / 2) ** 0.5, rel=0.001)
    assert cost.left_open(one, None) is None
    assert cost.pool_of(Source()) == 8
    assert cost.groups_of(Source(), np.arange(10), 1).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert cost.groups_of(None, np.arange(6), 2).tolist() == [0, 0, 1, 1, 2, 2]
