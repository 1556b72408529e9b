"""Levers from end to end with few runs: on which draws, what is told in both languages, what is read again."""

import dataclasses
from functools import cache, partial

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.levers import Params, asked_of, compute
from copark.analyses.levers.findings import find
from copark.analyses.levers.measures import SIDES
from copark.analyses.levers.runner import carry_out
from copark.cases import load_case
from copark.presentation.document import Cards, Interval
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.study import baseline
from copark.simulation.trust import Trust
from copark.stats.shares import wilson
from tests.asked import table
from tests.levers.conftest import small

LEVERS = REGISTRY["levers"]


@pytest.fixture(scope="module", autouse=True)
def few_times():
    """States are drawn again sixty times, not a thousand: how steady ranks are is tried in test_robust.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.levers.find", partial(find, times=60))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("levers")


@pytest.fixture(scope="module")
def file(place):
    path = place / "small.yaml"
    path.write_text(small(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ask(place, file):
    """Ask with few runs; the answer and its context."""

    def asked(*, keeps=True, threads=1, announcing=None, **changes):
        given = {"case": "great-stone", "draws": 12, "futures": 2, "file": file, "parameters": "prior"}
        context = Context(place, keeps=keeps, threads=threads, announcing=announcing)
        return answer(LEVERS, LEVERS.params(**given | {"since": "start"} | changes), context), context

    return asked


@pytest.fixture(scope="module")
def first(ask):
    return ask()


@pytest.fixture(scope="module")
def shown(first):
    return cache(first[0].document)


def test_runs_are_made_once_and_read_again(first, ask):
    found, context = first
    again, _ = ask(keeps=False, threads=2)
    assert repr(again.document("en").sections) == repr(found.document("en").sections)
    assert ask(levers=("tax",), keeps=False)[0].result.run_id != found.result.run_id
    (context.place / "result.json").unlink()
    assert repr(ask(announcing=pytest.fail)[0].result.gains) == repr(found.result.gains), "measures are read again"


def test_the_answer_has_a_row_for_each_setting_with_its_interval_and_its_sides(shown, first):
    found = first[0].result
    answers = table(shown("en"), "answer")
    assert [row[0] for row in answers.rows] == ["5 M USD for good", "20 %"]
    assert answers.groups == (("Entry threshold — host side", 1), ("Tax — both governments", 1))
    gain = found.gain("tax-20", "self_standing")
    assert answers.rows[1][2] == Interval(gain.low, gain.high, gain.mean)
    assert answers.rows[1][-len(SIDES) + SIDES.index("enterprises")] in ("−", "−−"), "tax takes from enterprises"
    cards = next(block for block in shown("en").blocks() if isinstance(block, Cards))
    assert gain.before not in {card.value for card in cards.cards}, "outcome shares of a park that is not calibrated"
    told = {judgement.setting: judgement.word for judgement in found.recommendation.judgements}
    words = {"recommended": "helps", "avoid": "no advice; does harm in the model", "unchanged": "changes nothing"}
    assert [row[1].partition(":")[0] for row in answers.rows] == [
        words.get(told[key], "not reliable") for key in ("five", "tax-20")
    ]


def test_levels_of_outcome_shares_are_told_of_a_calibrated_park_alone(first):
    found = first[0].result
    assert not found.trust.shows_outcomes
    calibrated = dataclasses.replace(found, trust=Trust("calibrated", "own", "x", "2020Q4", 5))
    for one, told in ((found, False), (calibrated, True)):
        columns = {column.key for column in table(one.document("en"), "self-standing").columns}
        assert "difference" in columns
        assert ({"before", "after"} <= columns) is told


def test_draws_come_from_the_posterior_where_there_is_one(file):
    params = Params(case="great-stone", levers=("tax",), file=file, draws=24, futures=2, since="start")
    asked = asked_of(params, Context())
    assert asked.blocks[0].study.draws == "posterior"
    measured = carry_out(asked, threads=1)
    assert measured.provenance["posterior_cut"] == str(load_case("great-stone").clock.data_end)
    assert measured.provenance["levers_identity"] == asked.identity
    assert np.array_equal(measured.draws, np.repeat(np.arange(24), 2))
    groups = measured.groups.reshape(24, 2)
    assert (groups[:, 0] == groups[:, 1]).all(), "futures of a draw stay together"
    assert 1 < np.unique(groups).size <= 24
    assert measured.parameters
    for values in measured.parameters.values():
        assert np.array_equal(values[::2], values[1::2])


def test_the_chance_told_is_that_of_the_baseline_that_simulate_report_and_brief_run(file, tmp_path):
    context, params = Context(tmp_path, threads=1), Params(case="great-stone", levers=("tax",), file=file, draws=24,
                                                           futures=2, since="start")  # fmt: skip
    study = baseline("great-stone").with_changes(runs=48, now="2025Q1")  # the quarter that the file names
    plain = context.simulate(study, context.case("great-stone"))
    (gain, *_) = compute(params, context).gains
    standing = plain["outcome"].to_numpy()[0] == OUTCOMES.index("self_standing")
    assert (gain.measure.name, gain.pairs) == ("self_standing", 48)
    assert gain.before == standing.mean()
    assert gain.before_interval == wilson(standing.sum(), 48)
