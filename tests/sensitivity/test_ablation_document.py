"""Ablations from end to end with few runs: the document in both languages, the command, what is refused and resumed."""

from math import exp

import pytest

from copark.analyses import REGISTRY
from copark.analyses.ablate import Answer
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.errors import CoparkError
from copark.inference import ablations as ablate
from copark.presentation.document import Bullets, Cards, Caveat
from copark.simulation.trust import Trust
from tests.asked import table

ABLATE = REGISTRY["ablate"]


@pytest.fixture(scope="module")
def found(ablations):
    return Answer(**vars(ablations), trust=Trust.without("great-stone", "prior"))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(ablate, "RUNS_WITHOUT_POSTERIOR", 20)


def blocks(document, kind):
    return [one for one in document.blocks() if isinstance(one, kind)]


def test_the_answer_is_told_first(found):
    document = found.document("en")
    last = found.quarters[-1]
    first = max(found.rows, key=lambda row: abs(row.effect.of("operating", last).median))
    assert first.title.en in document.headline
    card = blocks(document, Cards)[0].cards[0]
    assert card.value == exp(first.effect.of("operating", last).median) - 1.0
    assert any("other explanation" in one.text for one in blocks(document, Caveat))
    assert [one.key for one in document.sections] == ["summary", "mechanism", "link", "scores", "reading"]


def test_tables_hold_every_mechanism_in_both_languages(found):
    for lang in ("en", "zh"):
        document = found.document(lang)
        rows = [*table(document, "mechanism").rows, *table(document, "link").rows]
        assert {row[0] for row in rows} == {getattr(row.title, lang) for row in found.rows}
        assert len(table(document, "scores").rows) == len(found.rows)
    assert len(found.to_frame()) == sum(len(row.effect.differences) for row in found.rows)


def test_what_does_nothing_is_said_to_do_nothing(found):
    said = [item for one in blocks(found.document("en"), Bullets) for item in one.items]
    idle = [row.title.en for row in found.idle()]
    assert idle
    for title in idle:
        assert any("without any effect" in item and title in item for item in said)


def test_what_cannot_be_asked_is_refused_before_anything_is_run():
    for asked, word in (({"size": 1000}, "power of two"), ({"only": ("nothing",)}, "“nothing”")):
        with pytest.raises(CoparkError, match=word):
            answer(ABLATE, ABLATE.params(case="great-stone", **asked), Context())


def test_stopped_work_goes_on(tmp_path, few):
    params = ABLATE.params(case="great-stone", parameters="prior", only=("plan", "tax-pull", "visits"))
    told = []

    def stops(stage, done, total):
        told.append(stage)
        if told.count("simulate") == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(ABLATE, params, Context(tmp_path, threads=1, progress=stops))
    context = Context(tmp_path, threads=1)
    again = answer(ABLATE, params, context)
    assert (context.tally.done, context.tally.whole) == (2, 3)
    assert repr(again.document("en").sections) == repr(
        answer(ABLATE, params, Context(threads=2)).document("en").sections
    )
