"""Goal seeking: a lever that acts reaches a low target, nothing reaches an absurd one, and what is told holds anew."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.goal import Params, events_of, levers_of, targets_of
from copark.analyses.goal.future_events import read_events, scenario_of_events
from copark.analyses.goal.lever_sets import LeverSets
from copark.analyses.goal.measures import GoalTarget, read_targets
from copark.analyses.goal.search import ConfirmedSet, ladder
from copark.analyses.registry import REGISTRY
from copark.cases.horizon import seen_from
from copark.cases.quarters import Quarter
from copark.decisions.lever_file import load_levers
from copark.errors import NotFound, RunRefused
from copark.simulation.run import inputs_of
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import baseline
from copark.stats.shares import Share
from tests.levers.conftest import small

GOAL = REGISTRY["goal"]
FEW = 60
"""Enterprises that more than half of futures stay below, and less than six tenths."""
LEVERS = """\
  - key: quota
    title: {en: Quota, zh: 门槛}
    controlled_by: both
    reason: {en: Votes., zh: 表决。}
    now:
      - key: all-now
        title: {en: All, zh: 一致}
        edits: {quota: [{value: 6801, from: 2025Q1}]}
        reason: {en: So., zh: 如此。}
"""


@pytest.fixture(scope="module")
def levers(tmp_path_factory):
    """An entry threshold of 20 M USD, which keeps enterprises out, one of 12, and a voting quota."""
    words = small().replace("value: 0,", "value: 20,")
    lower = words[words.index("      - key: none-now") : words.index("  - key: tax")]
    words = words.replace(lower, lower + lower.replace("none-now", "twelve-now").replace("20,", "12,"))
    path = tmp_path_factory.mktemp("goal") / "levers.yaml"
    path.write_text(words + LEVERS, encoding="utf-8")
    return path


def ask(levers, *targets, **more):
    asked = Params.model_validate(
        {"case": "great-stone", "target": targets, "runs": 400, "file": levers, "parameters": "prior", **more}
    )
    return GOAL.ask.compute(asked, Context(keep_results=False))


@pytest.fixture(scope="module")
def reached(levers):
    return ask(levers, f"P(operating<={FEW}@2032Q2)>=0.6", most=2)


def test_a_lever_that_acts_reaches_a_low_target(reached):
    assert not reached.is_met
    best = reached.reaching[0]
    assert set(best.keys) & {"none-now", "twelve-now"}
    assert best.shares[0].share > 0.6 > reached.before.shares[0].share
    assert [effect.measure for effect in best.effects] == ["home", "host", "developer", "enterprises"]
    for lang in ("en", "zh"):
        told = GOAL.document(reached, lang)
        names = [row[0] for row in next(told.tables()).rows]
        assert len(names) == 1 + len(reached.ladder)


def test_no_set_that_reaches_holds_another_that_does_and_costs_no_more(reached):
    for one in reached.reaching:
        for other in reached.reaching:
            assert not set(other.keys) < set(one.keys) or one.cost_high < other.cost_low


def test_the_probability_told_holds_in_an_independent_run(reached, great_stone, levers):
    best = reached.reaching[0]
    file = load_levers(great_stone, levers)
    first = file.now - great_stone.clock.start
    study = baseline("great-stone").with_changes(runs=600, seed=4711, keep=["operating", "failed"])
    sets = LeverSets(file.options("now"), study.scenarios[0], great_stone, first)
    chosen = sets.none
    for option in reached.options(best):
        (chosen,) = sets.with_more(chosen, [option])
    study = study.model_copy(update={"scenarios": (chosen.scenario,)})
    runs = Context().simulate(study, great_stone, "prior")
    alive = runs["failed"].to_numpy()[0, :, first - 1] < 0.5
    share = float((runs["operating"].to_numpy()[0, alive, -1] <= FEW).mean())
    told = best.shares[0]
    error = sqrt(share * (1 - share) * (1 / alive.sum() + 1 / told.total))
    assert abs(share - told.share) < 4 * error


def test_no_more_runs_are_made_than_are_foreseen(levers):
    told = []
    asked = Params(case="great-stone", target=("registered>=2000@2030",), runs=50, most=2, file=levers)
    GOAL.ask.compute(asked, Context(keep_results=False, progress=lambda _, done, total: told.append((done, total))))
    runs = [one for one in told if one[1]]
    assert 0 < runs[-1][0] <= runs[-1][1], "so that the time left can be told"


def test_an_absurd_target_is_not_reachable(levers):
    found = ask(levers, "registered>=2000@2030", most=1, runs=50)
    assert not found.reaching
    assert all(one.shares[0].count == 0 for one in found.ladder)
    assert "Not reachable with these levers" in GOAL.document(found).headline
    assert "无法达到" in GOAL.document(found, "zh").headline
    assert "the best set" not in GOAL.document(found).headline, "none comes nearer than the park as it is"


@pytest.mark.parametrize(("share", "too_small"), [(0.21, True), (0.26, False)])
def test_a_set_that_comes_hardly_nearer_is_not_told_as_worth_acting_on(reached, share, too_small):
    (target,) = reached.targets
    before, after = (Share("it", round(400 * value), 400, value, value - 0.01, value + 0.01) for value in (0.2, share))
    found = replace(
        reached,
        targets=(replace(target, share=0.9),),
        before=replace(reached.before, shares=(before,)),
        ladder=(replace(reached.ladder[0], shares=(after,)),),
    )
    headline = GOAL.document(found).headline
    assert f"{share:.0%}" in headline.replace(".0%", "%")
    assert ("none comes nearer by enough to act on" in headline) is too_small
    assert ("In most runs" in headline) is not too_small


def test_what_is_met_already_needs_no_lever_and_no_search(levers):
    found = ask(levers, "registered>=1@2030", runs=50)
    assert found.is_met
    assert (found.sets, found.ladder) == (0, ())
    assert "without a lever" in GOAL.document(found).headline


def test_targets_are_read_or_refused(great_stone):
    written = ("registered>=270@2030Q4", "P(self-standing) ≥ 90%", "P(jobs<=5e3@2031)>=0.7", "P(failed)<=0.05")
    first, second, third, fourth = read_targets(written, 0.8, great_stone)
    assert (first.name, first.value, first.quarter, first.share) == ("registered", 270.0, "2030Q4", 0.8)
    assert (second.is_outcome, second.name, second.share) == (True, "self_standing", 0.9)
    assert (third.quarter, third.at_least, third.value) == ("2031Q4", False, 5000.0)
    assert fourth.gap(0.1) == pytest.approx(0.05)
    wrong = ("", "registered", "P(x)>=2", "P(self-standing)>=1.5", "self-standing@2030", "registered>=1@1900", ">=3")
    for one in wrong:
        with pytest.raises((RunRefused, NotFound)):
            read_targets((one,), 0.8, great_stone)
    with pytest.raises(NotFound, match="registered"):
        read_targets(("regist>=5",), 0.8, great_stone)


def test_a_government_that_withdraws_is_committed_to_nothing(great_stone):
    events = read_events(("government-withdraws:home@2027Q1", "shock:pandemic@2027Q1..2027Q4"), great_stone, 50)
    plain = baseline("great-stone").scenarios[0]
    scenario = scenario_of_events(events, great_stone, plain.key, plain.title)
    at = events[0].since
    after, before = inputs_of(great_stone, scenario), inputs_of(great_stone)
    assert (after.governments["framework"][at:] == 0).all()
    assert (after.world["exposure_pandemic"][at : at + 4] == 1).all()
    for submodel in ("world", "governments"):
        for name in getattr(before, submodel).dtype.names:
            assert np.array_equal(getattr(after, submodel)[name][:at], getattr(before, submodel)[name][:at])
    study = baseline("great-stone").with_changes(runs=20, keep=["commitment_home", "commitment_host"])
    runs = Context().simulate(study.model_copy(update={"scenarios": (scenario,)}), great_stone)
    assert (runs["commitment_home"].to_numpy()[0, :, at:] == 0).all()
    assert (runs["commitment_host"].to_numpy()[0, :, at:] > 0).any()
    for wrong in ("government-withdraws:x@2027Q1", "shock@2027Q1", "war@2027Q1", "framework-ends@2010Q1", "x"):
        with pytest.raises((RunRefused, NotFound)):
            read_events((wrong,), great_stone, 50)


def test_examples_offered_for_a_case_are_understood_and_name_nobody_who_has_left(great_stone):
    context, given = Context(keep_results=False), {"case": "great-stone", "file": None}
    targets, events = targets_of(context, given), events_of(context, given)
    seen, now = seen_from(great_stone, Quarter(2026, 4)), Quarter(2026, 4) - great_stone.clock.start
    assert read_targets(tuple(one.value for one in targets), 0.8, seen)
    assert len(read_events(tuple(one.value for one in events), seen, now)) == len(events)
    assert {one.value.split("@")[0] for one in events} >= {"government-withdraws:home", "shock:sanctions"}
    assert not [one for one in events if "duisport" in one.value]
    assert all(one.title.en != one.title.zh for one in (*targets, *events))


def test_a_park_whose_first_twenty_years_are_over_still_has_levers_from_now_on():
    assert levers_of(Context(keep_results=False), {"case": "suzhou", "file": None})


def test_edits_go_together_unless_they_change_the_same_fact():
    def of(**content):
        return Edits.model_validate(content)

    land, rescue = of(depth={"plan": "off", "from": "2025Q1"}), of(depth={"rescue_by_treaty": "off", "from": "2025Q1"})
    both = land.joined(rescue)
    assert (both.depth.plan, both.depth.rescue_by_treaty, both.depth.credit) == (False, False, True)
    assert land.joined(of(depth={"credit": "off"})) is None
    assert of(threshold=5).joined(of(threshold=1)) is None
    assert of(threshold=5).joined(of(quota=5001)) == of(threshold=5, quota=5001)
    assert of().joined(land) == land.joined(of()) == land


def test_the_ladder_leaves_out_a_lever_that_adds_nothing():
    target = (GoalTarget("failed", True, True, 0.0, 79, "2032Q2", 0.5),)

    def confirmed(keys, share, cost):
        shares = (Share("failed", 0, 100, share, share - 0.05, share + 0.05),)
        return ConfirmedSet(tuple(keys), 1.0, shares, cost, cost - 1.0, cost + 1.0, (), ())

    sets = [confirmed(*one) for one in (
        ("a", 0.9, 5.0), ("ab", 0.95, 4.5), ("ac", 0.9, 1.0), ("d", 0.2, 0.0), ("de", 0.2, 0.5), ("df", 0.3, 0.5),
    )]  # fmt: skip
    assert ["".join(one.keys) for one in ladder(sets, target)] == ["ac", "a", "df", "d"]
    assert [one.reach(target) for one in ladder(sets, target)] == ["reached", "reached", "missed", "missed"]
    assert confirmed("e", 0.52, 0.0).reach(target) == "borderline"


def test_a_target_that_has_passed_is_refused(tmp_path):
    asked = {"case": "thilawa", "target": ("operating>=70@2020",)}
    with pytest.raises(RunRefused, match="2020Q4 has passed"):
        answer(REGISTRY["goal"], REGISTRY["goal"].params(**asked), Context(tmp_path))


def test_what_the_record_has_against_the_model_is_said_first():
    """Sets of levers for a park of which the model says otherwise than what happened are to be read so."""
    asked = Params(case="jinfei", target=("operating>=500@2034Q4",), runs=64, most=1)
    found = GOAL.ask.compute(asked, Context(keep_results=False))
    assert found.doubts.contradiction is not None
    for lang in ("en", "zh"):
        assert found.document(lang).headline.startswith(found.doubts.contradiction.text(lang).rstrip(".。"))
