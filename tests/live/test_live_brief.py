"""A live brief is one file that asks nobody for anything, and says what the brief says."""

import html
import re

import pytest

from copark.analyses.answer import answer
from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.browser.live_page import MOST_BYTES, built_page, live_brief, packer_of
from copark.browser.payload import KEPT
from copark.decisions.measures import OUTPUTS_READ
from copark.errors import NotFound
from copark.simulation.accounts import NEEDED


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    context = Context(tmp_path_factory.mktemp("out"))
    params = Params(case="lekki")
    return answer(REGISTRY["brief"], params, context), params, context


def test_runs_are_those_of_the_brief(asked):
    answered, params, context = asked
    packer = packer_of(params, context)
    assert packer.study.runs == answered.result.runs
    assert str(packer.case.clock.start + packer.study.judged_in(len(packer.inputs.world))) == answered.result.horizon
    assert {*NEEDED, *OUTPUTS_READ} <= set(KEPT)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_live_brief_is_one_file_with_the_words_of_the_brief(kernel_module, asked, lang):
    try:
        built_page()
    except NotFound:
        pytest.skip("the page of live briefs is not built (make page)")
    answered, params, context = asked
    page = live_brief(answered.result, params, context, lang)
    assert len(page.encode()) <= MOST_BYTES
    assert f'data-opened="{lang}"' in page
    for each in ("en", "zh"):
        document = answered.document(each)
        assert html.escape(document.headline, quote=False) in html.unescape(page) or document.headline in html.unescape(
            page
        )
        assert document.trust in html.unescape(page)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "http" not in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!.*rel="noreferrer)', page)
