"""A brief tells how large a park is for itself: in its first sentence, on its cards and in its numbers."""

import re
from functools import partial

import pytest

from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.analyses.levers.choice import choose
from copark.analyses.registry import REGISTRY
from copark.decisions.lever_file import wanted_levers
from copark.presentation.numbers import percent_words
from tests.asked import table

BRIEF = REGISTRY["brief"]
WORDS = {"en": ("self-standing", "of the planned land is taken up"), "zh": ("自立", "规划用地占用")}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A small brief of Great Stone, whose land and jobs are both planned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.levers.wanted_levers", lambda *asked: wanted_levers(*asked)[:2])
        patch.setattr("copark.analyses.levers.choose", partial(choose, times=60))
        context = Context(tmp_path_factory.mktemp("brief"))
        return BRIEF.ask.compute(Params(case="great-stone", draws=5, replicates=2), context)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_sentence_says_outcome_companies_and_land(found, lang):
    outcome, land = WORDS[lang]
    sentences = re.split(r"\. |。", BRIEF.document(found, lang).headline)
    (told,) = (sentence for sentence in sentences if land in sentence)
    assert outcome in told
    assert percent_words(found.land.median, lang) in told
    assert f"{found.bands['operating'][2, -1]:,.0f}" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cards_and_numbers_tell_land_and_plan(found, lang):
    document = BRIEF.document(found, lang)
    cards = document.sections[0].blocks[0].cards
    jobs = found.bands["jobs"][2, -1]
    words = {"en": f"{jobs:,.0f} of 14,000 planned (2023-11)", "zh": f"规划14,000人（2023-11），届时{jobs:,.0f}人"}
    assert any(words[lang] in card.note for card in cards)
    assert any(card.value == found.land.median for card in cards)
    rows = {row[0]: row[1] for row in table(document, "figures").rows}
    assert 14_000 in rows.values()
    assert any(getattr(value, "value", None) == pytest.approx(100.0 * found.land.median) for value in rows.values())
