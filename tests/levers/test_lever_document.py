"""Levers from end to end with few runs: on which draws, what is told in both languages, what is read again."""

import dataclasses
from functools import cache, partial

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.levers import Params, compute, options_of
from copark.analyses.levers.choice import choose
from copark.cases import load_case
from copark.decisions.experiment import draw_groups, measures_of, study_of
from copark.decisions.measures import FOUR_SIDES
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
        patch.setattr("copark.analyses.levers.choose", partial(choose, times=60))
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
        given = {"case": "great-stone", "draws": 24, "replicates": 2, "file": file, "parameters": "prior"}
        context = Context(place, keep_results=keeps, threads=threads, on_study=announcing)
        return answer(LEVERS, LEVERS.params(**given | {"since": "start"} | changes), context), context

    return asked


@pytest.fixture(scope="module")
def first(ask):
    return ask()


@pytest.fixture(scope="module")
def shown(first):
    return cache(first[0].document)


def test_the_same_question_has_the_same_answer_and_leaves_nothing_else_behind(first, ask):
    found, context = first
    again, _ = ask(keeps=False, threads=2)
    assert repr(again.document("en").sections) == repr(found.document("en").sections)
    assert ask(levers=("tax",), keeps=False)[0].result.run_id != found.result.run_id
    assert not list(context.out.glob("stages-*")), "nothing is left of the work but its result"


def test_the_answer_has_a_row_for_each_setting_with_its_interval_and_its_sides(shown, first):
    found = first[0].result
    answers = table(shown("en"), "answer")
    assert [row[0] for row in answers.rows] == ["5 M USD for good", "20 %"]
    assert answers.groups == (("Entry threshold — host side", 1), ("Tax — both governments", 1))
    effect = found.effect("tax-20", "self_standing")
    assert answers.rows[1][2] == Interval(effect.monte_carlo_low, effect.monte_carlo_high, effect.mean)
    assert answers.rows[1][-len(FOUR_SIDES) + FOUR_SIDES.index("enterprises")] in ("−", "−−"), (
        "tax takes from enterprises"
    )
    cards = next(block for block in shown("en").blocks() if isinstance(block, Cards))
    assert effect.before not in {card.value for card in cards.cards}, "outcome shares of a park that is not calibrated"
    told = {judgement.option: judgement.word for judgement in found.recommendation.judgements}
    words = {"recommended": "helps", "avoid_doubt": "no advice; does harm in the model", "unchanged": "changes nothing"}
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
    params = Params(case="great-stone", levers=("tax",), file=file, draws=24, replicates=2, since="start")
    context = Context()
    case = context.case(params.case)
    levers, since, options = options_of(params, context)
    study = study_of(levers, since, options, runs=48, replicates=2)
    experiment = context.experiment(study, case, measures_of(levers, case, since))
    assert experiment.study.draws == "posterior"
    assert experiment.provenance["posterior_cut"] == str(load_case("great-stone").clock.data_end)
    assert 1 < np.unique(draw_groups(experiment.source, 24)).size <= 24
    effects = experiment.effects(experiment.study.scenarios[1:], against=experiment.study.scenarios[0])
    assert np.array_equal(effects.draw_of_run, np.repeat(np.arange(24), 2))
    drawn = experiment.drawn_parameters()
    assert drawn
    assert {values.shape for values in drawn.values()} == {(24,)}


class Stopped(Exception):
    """Somebody presses Ctrl-C."""


def test_what_was_run_before_a_stop_is_found_again(file, tmp_path):
    params = Params(case="great-stone", levers=("tax",), file=file, draws=12, replicates=2, since="start")
    runs = 24 * 2 * 4  # as modelled, under two structures, and once more as modelled with a draw for each run
    counts = []
    context = Context(tmp_path / "whole", threads=1, progress=lambda _, done, total: counts.append((done, total)))
    whole = answer(LEVERS, params, context).result
    assert max(counts) == (runs, runs), "both experiments count as one piece of work"

    def stop(_stage, done, total):
        if total and done > 3 / 4 * runs:
            raise Stopped

    with pytest.raises(Stopped):
        answer(LEVERS, params, Context(tmp_path / "own", threads=1, progress=stop))
    context = Context(tmp_path / "own", threads=1)
    again = answer(LEVERS, params, context).result
    assert (context.earlier_work.done, context.earlier_work.whole) == (1, 2)
    assert repr(again.effects) == repr(whole.effects)


def test_the_chance_told_is_that_of_the_baseline_that_simulate_report_and_brief_run(file, tmp_path):
    context, params = Context(tmp_path, threads=1), Params(case="great-stone", levers=("tax",), file=file, draws=24,
                                                           replicates=2, since="start")  # fmt: skip
    study = baseline("great-stone").with_changes(runs=48, now="2025Q1")  # the quarter that the file names
    plain = context.simulate(study, context.case("great-stone"))
    (effect, *_) = compute(params, context).effects
    standing = plain["outcome"].to_numpy()[0] == OUTCOMES.index("self_standing")
    assert (effect.measure, effect.pairs) == ("self_standing", 48)
    assert effect.before == standing.mean()
    assert effect.before_interval == wilson(standing.sum(), 48)
