"""A verdict that some variant turns is undetermined, and what turned it is named."""

from copark.inference.cross_park.sweeps import try_part
from tests.across.conftest import SEED, part, scores

COUNT = 20


def plain(**more):
    """Ten successes, all with equity, and ten failures, all without: nothing turns it."""
    same = [1.0] * 10 + [0.0] * 10
    return scores(**{"EQUITY": same, "EQUITY_mech": same, "OUTCOME": same, **more})


def test_what_holds_everywhere_stays(rules):
    found = try_part(part("necessary"), plain(), rules, SEED)
    assert found.verdict == found.tried.verdict == "supported"
    assert found.families == ()
    assert {one.family for one in found.variants} == {"anchors", "cutoffs", "cases", "scores"}
    assert found.counts("cases") == (0, COUNT)


def test_other_scores_turn_a_verdict(rules):
    found = try_part(part("necessary"), plain(EQUITY_mech=[0.0] * 10 + [1.0] * 10), rules, SEED)
    assert found.tried.verdict == "supported"
    assert found.verdict == "undetermined"
    assert found.families == ("scores",)
    assert [one.value for one in found.turning] == ["EQUITY_mech"]


def test_one_case_turns_a_verdict(rules):
    # of eleven failures ten lack the condition; the one success without it is all that is against necessity
    table = scores(EQUITY=[1] * 7 + [0] + [0] * 11, OUTCOME=[1] * 8 + [0] * 11)
    found = try_part(part("necessary"), table, rules, SEED)
    assert found.tried.verdict == "not_supported"
    assert found.verdict == "undetermined"
    assert [one.changed for one in found.turning if one.family == "cases"] == ["8"]


def test_one_period_a_park_and_low_grades_turn_a_verdict(rules):
    twice = [*(str(at) for at in range(18)), "again", "again"]
    table = scores(
        parks=twice, grades=["high"] * 19 + ["low"], EQUITY=[1] * 8 + [0] * 11 + [0], OUTCOME=[1] * 8 + [0] * 11 + [1]
    )
    found = try_part(part("necessary"), table, rules, SEED)
    assert found.tried.verdict == "not_supported"
    assert {"dependent", "grades", "cases"} <= set(found.families)
    assert found.counts("dependent") == (1, 2)
    assert found.counts("grades") == (1, 1)
