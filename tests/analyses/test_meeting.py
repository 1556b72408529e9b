"""Five questions to a room, of any brief: each has an answer, says how sure it is, and gives no other away."""

import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.brief.meeting import COUNT, meeting_questions
from copark.analyses.registry import REGISTRY
from copark.texts import LANGUAGES

BRIEF = REGISTRY["brief"]
BRIEFS = [run_id for run_id, _ in listed(SHIPPED, BRIEF)]


@pytest.fixture(scope="module")
def briefs():
    stored = [load(place_of(SHIPPED, BRIEF, run_id), BRIEF) for run_id in BRIEFS]
    return [one.result for one in stored if one is not None]


def test_every_brief_that_ships_has_five_questions(briefs, subtests):
    assert len(briefs) > 10
    for brief in briefs:
        questions = meeting_questions(brief)
        with subtests.test(case=brief.case):
            assert len({question.key for question in questions}) == COUNT
            for question in questions:
                for lang in LANGUAGES:
                    said = [getattr(question, name).text(lang) for name in ("ask", "answer")]
                    assert all(said)
                    assert not any(mark in words for words in said for mark in "{}")
                assert question.sure.en or question.open is not None, (
                    "an answer says how sure it is, or that it is open"
                )
                assert (question.guess == "choice") == bool(question.choices)
                assert all(place < len(question.choices) for place in question.right)


def test_a_question_says_what_the_brief_says(briefs):
    brief = next(brief for brief in briefs if brief.case == "lekki")
    by_key = {question.key: question for question in meeting_questions(brief)}
    share = brief.share("self_standing")
    low, high = by_key["chance"].span
    assert low <= 100 * share.low <= 100 * share.high <= high
    assert f"{100 * share.share:.0f}%" in by_key["chance"].answer.en
    assert by_key["operating"].span == tuple(float(brief.bands["operating"][row, -1]) for row in (0, 4))
    lever = by_key["lever"]
    right = [lever.choices[place].en for place in lever.right]
    best = max(
        brief.levers.recommendation.distinct, key=lambda one: brief.levers.effect(one.option, "self_standing").mean
    )
    effect = brief.levers.effect(best.option, "self_standing")
    assert (right == ["None of these"]) == (effect.monte_carlo_low <= 0.0)
    assert lever.open is not None
    assert set(by_key["assumed"].right) == {1, 2, 3, 4, 5}
