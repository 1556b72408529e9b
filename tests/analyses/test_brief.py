"""A brief: one page that says of a park what its runs and its levers say, and nothing it may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from copark.analyses.brief.ask import Answer, Params
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.presentation.document import Bullets

BRIEF = REGISTRY["brief"]


@pytest.fixture(scope="module")
def briefs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    out = tmp_path_factory.mktemp("briefs")
    return {
        case: BRIEF.ask.compute(Params(case=case, draws=20, futures=2), Context(out))
        for case in ("great-stone", "jinfei", "kaesong")
    }


def test_its_shares_and_levers_are_those_of_the_analyses_it_quotes(briefs: dict[str, Answer]) -> None:
    found = briefs["great-stone"]
    assert sum(one.count for one in found.outcomes) == found.runs == 40
    assert found.levers is not None
    assert found.levers.draws * found.levers.futures == 40
    assert found.bands["operating"].shape[0] == 5
    for lang in ("en", "zh"):
        told = BRIEF.document(found, lang)
        card = next(told.blocks().__iter__()).cards[0]
        assert card.value == found.share("self_standing").share
        assert [one.key for one in told.sections] == ["answer", "findings", "confidence", "open"]


def test_of_a_park_that_is_not_calibrated_no_outcome_is_told(briefs: dict[str, Answer]) -> None:
    found = briefs["jinfei"]
    told = BRIEF.document(found, "en")
    assert "cannot be said" in told.headline
    assert all("self-standing" not in card.title for card in next(told.blocks().__iter__()).cards)
    assert "copark calibrate jinfei" in next(reversed(list(told.blocks()))).text


def test_of_a_closed_park_no_lever_is_told_but_the_closure_and_what_would_be_without_it(
    briefs: dict[str, Answer],
) -> None:
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


def test_levers_answered_before_are_read(tmp_path: Path) -> None:
    from copark.analyses.answer import answer

    levers = REGISTRY["levers"]
    first = answer(levers, levers.params(case="great-stone", draws=4, futures=1), Context(tmp_path))
    stages: list[str] = []
    context = Context(tmp_path, progress=lambda stage, _done, _total: stages.append(stage))
    found = BRIEF.ask.compute(Params(case="great-stone", draws=4, futures=1), context)
    assert found.levers.run_id == first.result.run_id
    assert "analyse" not in stages
