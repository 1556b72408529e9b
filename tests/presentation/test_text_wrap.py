"""Lines of a screen: no closing mark begins one, no opening mark ends one, and nothing is lost between them."""

import io

import pytest
from rich.console import Console

from copark.presentation import document as doc
from copark.presentation.terminal import show
from copark.presentation.text_wrap import wrapped
from tests.presentation.test_renderers import document

CLOSING = tuple("，。；：、！？）》”’")
OPENING = tuple("（《“‘")
SENTENCES = (
    "园区在44%的模拟中处于脆弱状态（无援助，但账目检验未全部通过）。届时运营企业107家（90%的模拟为52至217家）；",
    "案例库18个园区的占94%（后者只看企业是否运营，不看账目）（`copark reliability`）。“自立”（四项检验）。",
    "其余有损害的选项：“投资国持股自即日起改为20%”、“合作框架自即日起终止（不再续签）”。",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(sentence):
    for width in range(24, 90):
        lines = wrapped(sentence, width)
        assert "".join(lines).replace(" ", "") == sentence.replace(" ", "")
        assert not [line for line in lines if line.startswith(CLOSING) or line.endswith(OPENING)]


def test_a_mark_that_nothing_can_go_with_stands_in_the_margin():
    assert wrapped("programme，再谈", 9) == ["programme，", "再谈"]


@pytest.mark.parametrize("width", range(40, 64, 3))
def test_the_words_beside_a_value_are_broken_as_all_others(width):
    cards = doc.Cards(tuple(doc.Card(sentence[:40], doc.SHARE, 0.5, sentence) for sentence in SENTENCES))
    one = document("zh")
    stream = io.StringIO()
    shown = doc.Document(one.key, "zh", one.title, one.headline, sections=(doc.Section("cards", "卡片", (cards,)),))
    show(shown, Console(file=stream, width=width, color_system=None))
    lines = [line.strip() for line in stream.getvalue().splitlines()]
    assert len(lines) > 8
    assert not [line for line in lines if line.startswith(CLOSING) or line.endswith(OPENING)]
