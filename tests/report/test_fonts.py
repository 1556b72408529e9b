"""Chinese in figures: every character has a glyph, and a machine without one is told so instead of shown boxes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matplotlib import font_manager

from copark.cases.load import load_case
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.style import chinese_font
from copark.texts import entries
from copark.units import UNITS


def glyphs(family: str) -> set[int]:
    """Characters a font has."""
    path = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    return set(font_manager.get_font(path).get_charmap())


def chinese_words() -> Iterator[tuple[str, str]]:
    """Every Chinese text that a figure may show: where it is from, and the text."""
    for area in ("report", "analysis", "cases"):
        for key, entry in entries(area).items():
            yield f"{area}.{key}", entry["zh"]
    for output in catalogue().outputs.values():
        yield f"output {output.name}", output.title("zh")
    for unit in UNITS.values():
        yield f"unit {unit.symbol}", unit.zh
    case = load_case("great-stone")
    for part in (case.shareholders, case.institutions, case.partners, case.anchors, case.visits, case.shocks):
        for one in part:
            yield f"case {one.title.en}", one.title.zh


@pytest.mark.skipif(chinese_font() is None, reason="no font with Chinese characters is on this machine")
def test_every_chinese_character_of_every_figure_has_a_glyph_in_the_chosen_font() -> None:
    chosen = chinese_font()
    assert chosen is not None
    known = glyphs(chosen)
    missing = {
        where: letters
        for where, words in chinese_words()
        if (letters := {letter for letter in words if ord(letter) not in known and not letter.isspace()})
    }
    assert not missing


def test_a_machine_without_a_chinese_font_has_the_one_copark_brings(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = font_manager.fontManager.ttflist
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [one for one in known if one.name not in style.CHINESE])
    chinese_font.cache_clear()
    try:
        assert chinese_font() == "Noto Sans SC"
        assert ord("园") in glyphs("Noto Sans SC")
        font_manager.findfont(font_manager.FontProperties(family=["Noto Sans SC"], weight="black"))
        assert not caplog.records, "the terminal is for the user"
    finally:
        chinese_font.cache_clear()
