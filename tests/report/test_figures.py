"""Figures draw on every kind of data, say what they show, save themselves whole, and have a glyph for every word."""

import re
from functools import partial
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.markers import CARETDOWNBASE, CARETUPBASE
from matplotlib.text import Text

from copark import figures
from copark.cases.load import load_case
from copark.errors import NotFound
from copark.figures.frame import observed_key, observed_mark
from copark.model.variables import catalogue
from copark.presentation import fonts
from copark.presentation.figures import FORMATS, inline, render, save
from copark.presentation.fonts import chinese_font
from copark.presentation.style import PALETTE, SIDES
from copark.texts import entries
from copark.units import UNITS
from tests.report.conftest import make_case, make_result

OF_RESULTS = {
    "fan": lambda result, case, lang: figures.fan(result, "registered", case, lang),
    "fan_cash": lambda result, case, lang: figures.fan(result, "cash", case, lang),
    "outcome_bars": lambda result, case, lang: figures.outcome_bars(result, lang),
    "ledger_land": figures.ledger_land,
    "ledger_money": lambda result, case, lang: figures.ledger_money(result, lang),
    "coordination": lambda result, case, lang: figures.coordination(result, lang),
    "phases": figures.phases,
}
OF_CASES = {name: getattr(figures, name) for name in ("network", "timeline", "equity")}
ODD = {
    "one run": {"runs": 1},
    "two quarters": {"runs": 3, "quarters": 2},
    "one quarter": {"runs": 3, "quarters": 1},
    "all failed": {"runs": 4, "failed": "all"},
    "some failed": {"runs": 15, "failed": "some"},
    "three scenarios": {"runs": 12, "scenarios": ("baseline", "other", "third")},
    "long": {"runs": 2, "quarters": 200},
}

FAST = ("one quarter", "three scenarios")


def words_of(figure):
    """Every word drawn in a figure."""
    return " ".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", OF_RESULTS)
def test_figures_of_results_draw(name, lang, result, case):
    figure = OF_RESULTS[name](result, case, lang)
    assert "0123456789abcdef" in words_of(figure)
    for kind in FORMATS if name == "fan" else ("svg",):
        assert len(render(figure, kind)) > 5000


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", OF_CASES)
def test_figures_of_cases_draw(name, lang, case):
    assert len(render(OF_CASES[name](case, lang), "svg")) > 5000


@pytest.mark.parametrize("odd", [odd if odd in FAST else pytest.param(odd, marks=pytest.mark.long) for odd in ODD])
def test_figures_draw_on_tiny_and_odd_data(odd, case, subtests):
    made = ODD[odd]
    result = make_result(**made)
    for name, draw in OF_RESULTS.items():
        with subtests.test(name=name):
            assert render(draw(result, case, "en"), "svg")


def test_fan_marks_observations_by_what_they_say(result, case):
    """A bar for a range, a caret at a bound, a dot for a value; what is not used is grey."""
    axes = figures.fan(result, "operating", case).axes[0]
    drawn = [np.asarray(line.get_ydata()).tolist() for line in axes.lines]
    assert [17.0, 20.0] in drawn
    carets = [line for line in figures.fan(result, "jobs", case).axes[0].lines if line.get_marker() == CARETUPBASE]
    assert [np.asarray(line.get_ydata()).tolist() for line in carets] == [[1000.0]]
    dots = [line for line in figures.fan(result, "registered", case).axes[0].lines if line.get_marker() == "o"]
    assert sorted(str(line.get_color()) for line in dots) == sorted([PALETTE["ink"], PALETTE["ink"], PALETTE["muted"]])


KINDS = {
    "exact": ("o", PALETTE["ink"]), "about": ("o", PALETTE["paper"]), "more-than": (CARETUPBASE, None),
    "at-least": (CARETUPBASE, None), "at-most": (CARETDOWNBASE, None), "range": (None, None),
}  # fmt: skip


def test_every_kind_of_bound_has_a_mark_of_its_own_and_a_place_in_the_key(subtests):
    for bound, (marker, face) in KINDS.items():
        with subtests.test(bound):
            axes = Figure().add_subplot()
            observed_mark(axes, 2020.0, 50.0, {"range": 55.0, "more-than": 55.0}.get(bound), bound)
            last = axes.lines[-1]
            drawn = np.asarray(last.get_ydata()).tolist()
            if marker is None:
                assert drawn == [50.0, 55.0]
            else:
                assert last.get_marker() == marker
                assert drawn == [50.0], "of more than 50 the 50 is drawn, not how far it reaches"
            assert face is None or last.get_markerfacecolor() == face
            assert all(len(observed_key([bound, bound], lang)) == 1 for lang in ("en", "zh"))
    assert len(observed_key(KINDS, "en", unused=True)) == 6


def test_bands_hold_the_shares_of_runs_they_claim(result):
    tops = [
        np.asarray(band.get_paths()[0].vertices)[:, 1].max() for band in figures.fan(result, "jobs").axes[0].collections
    ]
    last = result["jobs"].isel(scenario=0, quarter=-1).to_numpy()
    finished = last[np.isfinite(last)]
    assert tops[0] == pytest.approx(np.quantile(finished, 0.95))
    assert tops[1] == pytest.approx(np.quantile(finished, 0.75))


def test_equity_bars_stack_to_a_hundred(case):
    axes = figures.equity(case).axes[0]
    tops = {}
    for bar in axes.patches:
        x = round(bar.get_x(), 4)
        tops[x] = tops.get(x, 0.0) + bar.get_height()
    assert list(tops.values()) == pytest.approx([100.0] * 2)
    assert len(SIDES) * 2 == len(axes.patches)


def test_network_shows_who_left_and_every_layer(case):
    drawn = words_of(figures.network(case))
    for words in ("Port", "Home", "Host", "Council", "Builder", "Oblast", "Hub"):
        assert words in drawn.replace("\n", " ")
    patches = figures.network(case).axes[0].patches
    assert sum(patch.get_linestyle() != "solid" for patch in patches) >= 1, "the one who left is dashed"


def test_a_case_with_little_in_it_draws(case):
    bare = case.model_copy(
        update=dict.fromkeys(
            ("events", "partners", "institutions", "anchors", "equity", "shocks", "visits", "renegotiations",
             "observations", "host_context"), (),
        )
    )  # fmt: skip
    for draw in OF_CASES.values():
        assert render(draw(bare, "en"), "svg")


def test_text_of_a_case_is_never_mathematics_and_never_breaks_a_figure():
    hostile = "$\\frac{a}{$ <script>alert(1)</script> & \u202e\u0007 😀 " + "w" * 300
    made = make_case(en="Park " + hostile[:40], zh="园区$_{$")
    owners = tuple(
        owner.model_copy(update={"title": owner.title.model_copy(update={"en": hostile, "zh": "汉字" * 80})})
        for owner in made.shareholders
    )
    made = made.model_copy(update={"shareholders": owners})
    for draw, kind, lang in zip(OF_CASES.values(), FORMATS, ("zh", "en", "en"), strict=True):
        shown = inline(render(draw(made, lang), "svg").decode(), "fan", hostile[:40], hostile[:40])
        elements = list(ET.fromstring(shown).iter())
        assert not [one.tag for one in elements if one.tag.rpartition("}")[2] in ("script", "foreignObject", "a")]
        assert not [name for one in elements for name in one.attrib if name.lower().startswith("on")]
        assert render(draw(made, "en"), kind)


@pytest.mark.usefixtures("drawn")
def test_files_are_made_in_every_kind_and_say_what_made_them(tmp_path, result):
    drawing = save(figures.fan(result), tmp_path / "fan-en", "Registered", "0123456789abcdef")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fan-en.pdf", "fan-en.png", "fan-en.svg"]
    assert (tmp_path / "fan-en.svg").read_text(encoding="utf-8") == drawing
    for path in tmp_path.iterdir():
        assert b"0123456789abcdef" in path.read_bytes(), path.name


def test_a_drawing_in_a_page_has_a_name_its_own_ids_and_no_address(result):
    shown = inline(render(figures.fan(result), "svg").decode(), "fan-registered", "A <title>", "A & description")
    assert "http" not in shown
    assert "A &lt;title&gt;" in shown
    assert 'role="img"' in shown
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert ids
    assert all(name.startswith("fan-registered-") for name in ids)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'(?:href="|url\()#([^")]+)', shown)
    assert set(targets) <= set(ids)
    assert f"var(--model, {PALETTE['model']})" in shown
    with pytest.raises(ValueError, match="view box"):
        inline("<svg></svg>", "x", "t", "d")


def glyphs(family):
    """Characters a font has."""
    path = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    return set(font_manager.get_font(path).get_charmap())


def chinese_words():
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
def test_every_chinese_character_of_every_figure_has_a_glyph_in_the_chosen_font():
    chosen = chinese_font()
    known = glyphs(chosen)
    missing = {
        where: letters
        for where, words in chinese_words()
        if (letters := {letter for letter in words if ord(letter) not in known and not letter.isspace()})
    }
    assert not missing


def test_a_machine_without_a_chinese_font_has_the_one_copark_brings(monkeypatch, caplog):
    known = font_manager.fontManager.ttflist
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [one for one in known if one.name not in fonts.CHINESE])
    chinese_font.cache_clear()
    try:
        assert chinese_font() == "Noto Sans SC"
        assert ord("园") in glyphs("Noto Sans SC")
        font_manager.findfont(font_manager.FontProperties(family=["Noto Sans SC"], weight="black"))
        assert not caplog.records, "the terminal is for the user"
    finally:
        chinese_font.cache_clear()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_cannot_be_drawn_is_told_with_what_can(lang, result, case, monkeypatch):
    """Every public figure checks its arguments in one place; the nearest name is suggested."""
    bare = result[["status", "outcome", "cash"]]
    refused = [
        (lambda: figures.fan(result, "registred", case, lang), "registered"),
        (lambda: figures.fan(result, "cash", case, lang, scenario="x"), "baseline"),
        (lambda: figures.fan(result, "cash", case, lang, scenario=7), "baseline"),
        (lambda: figures.fan(result, "cash", "蒂拉瓦", lang), "thilawa"),
        (lambda: figures.fan(result, "cash", 7, lang), "int"),
        (lambda: figures.fan(case, "cash", lang=lang), "Case"),
        (lambda: figures.ledger_land(bare, lang=lang), "serviced_area"),
        (lambda: figures.ledger_money(result[["status", "outcome"]], lang), "land_sales"),
        (lambda: figures.coordination(bare, lang), "demand_home"),
        (lambda: figures.phases(bare, None, lang), "arrivals"),
        (lambda: figures.outcome_bars(result, "fr"), "en"),
        *((partial(getattr(figures, name), "lekky", lang), "lekki") for name in OF_CASES),
        *((partial(getattr(figures, name), None, lang), "NoneType") for name in OF_CASES),
    ]
    for draw, word in refused:
        with pytest.raises(NotFound, match=word) as told:
            draw()
        assert bool(re.search("[一-鿿]", str(told.value).replace("蒂拉瓦", ""))) is (lang == "zh" and word != "en")


def test_a_scenario_is_drawn_by_its_key_and_a_case_by_its_name(result):
    many = make_result(runs=3, scenarios=("baseline", "other"))
    by_key, by_place = (render(figures.fan(many, "cash", scenario=one), "svg") for one in ("other", 1))
    assert len(by_key) == len(by_place)
    assert words_of(figures.equity("suzhou")) == words_of(figures.equity(load_case("suzhou")))
