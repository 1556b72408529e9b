"""A brief: one page that says of a park what its runs and its levers say, and nothing it may not say."""

from functools import partial

import pytest

from copark.analyses.answer import answer
from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.inference.levers import find
from copark.inference.levers.schema import wanted_levers
from copark.presentation.document import Bullets

BRIEF = REGISTRY["brief"]
FEW = {"draws": 5, "futures": 2}


@pytest.fixture(scope="module", autouse=True)
def few_times():
    """Two levers are tried, and states drawn again sixty times: nothing here depends on how steady ranks are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.levers.wanted_levers", lambda *asked: wanted_levers(*asked)[:2])
        patch.setattr("copark.analyses.levers.find", partial(find, times=60))
        yield


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("briefs")


@pytest.fixture(scope="module")
def levers(out):
    """The levers of Great Stone, asked before its brief is."""
    analysis = REGISTRY["levers"]
    return answer(analysis, analysis.params(case="great-stone", **FEW), Context(out))


@pytest.fixture(scope="module")
def stages():
    """Stages of work that Great Stone's brief told of."""
    return []


@pytest.fixture(scope="module")
def briefs(out, levers, stages):
    told = Context(out, progress=lambda stage, _done, _total: stages.append(stage))
    return {
        case: BRIEF.ask.compute(
            Params(case=case, parameters=how, **FEW), told if case == "great-stone" else Context(out)
        )
        for case, how in (("great-stone", None), ("imip", "borrowed"), ("kaesong", "borrowed"))
    }


def test_its_shares_and_levers_are_those_of_the_analyses_it_quotes(briefs):
    found = briefs["great-stone"]
    assert sum(one.count for one in found.outcomes) == found.runs == 10
    assert found.levers.draws * found.levers.futures == 10
    assert found.bands["operating"].shape[0] == 5
    for lang in ("en", "zh"):
        told = BRIEF.document(found, lang)
        card = next(told.blocks().__iter__()).cards[0]
        assert card.value == found.share("self_standing").share
        assert [one.key for one in told.sections] == ["answer", "findings", "confidence", "open"]


def test_of_a_park_that_is_not_calibrated_no_outcome_is_told(briefs):
    found = briefs["imip"]
    told = BRIEF.document(found, "en")
    assert "cannot be said" in told.headline
    assert all("self-standing" not in card.title for card in next(told.blocks().__iter__()).cards)
    assert "copark calibrate imip" in next(reversed(list(told.blocks()))).text


def test_of_a_closed_park_no_lever_is_told_but_the_closure_and_what_would_be_without_it(briefs):
    found = briefs["kaesong"]
    assert found.levers is None
    assert found.closed.since == "2016Q1"
    assert found.bands["operating"][:, -1].max() == 0.0 < found.closed.bands["operating"][2, -1]
    for lang, words in (("en", "has been closed since 2016Q1"), ("zh", "自2016Q1起关闭")):
        told = BRIEF.document(found, lang)
        assert words in told.headline
        findings = told.sections[1]
        assert findings.key == "findings"
        assert len(next(block for block in findings.blocks if isinstance(block, Bullets)).items) == 3
        assert found.closed.key in next(reversed(list(told.blocks()))).text


def test_levers_answered_before_are_read(levers, briefs, stages):
    assert briefs["great-stone"].levers.run_id == levers.result.run_id
    assert "analyse" not in stages
