"""Pages and exports of set methods: both languages, every figure, files that other programs can read."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font
from openpyxl import load_workbook

from copark.presentation.figures import render
from copark.presentation.style import chinese_font
from copark.report.figures.set_methods import (
    ceiling_plot,
    configuration_chart,
    grade_map,
    power_bars,
    survival_chart,
    trajectory,
    truth_table_figure,
    xy_plot,
)
from copark.report.set_methods.pages import Desk, Origin
from copark.report.set_methods.set_data import write_set_data
from copark.setmethods.coupling_degree import Indicator, Request, Subsystem, couple, ensemble, null
from copark.setmethods.names import clean_label, clean_names, unique_labels
from copark.setmethods.nca import Request as NcaRequest
from copark.setmethods.nca import analyse as analyse_nca
from copark.setmethods.power import power
from copark.setmethods.qca import Settings, analyse, robustness
from copark.setmethods.qca.robustness import Recipe
from copark.setmethods.table import table_of
from copark.texts import entries, text
from copark.workflows import set_methods as doors

LUCK = np.random.default_rng(11)
CASES = [f"park <{at}> & co" for at in range(14)]
A, B, C = LUCK.random((3, 14)).round(2)
Y = np.clip(0.7 * A + 0.4 * B - 0.2 * C + 0.1, 0.0, 1.0).round(2)
TABLE = table_of({"A": A, "B": B, "C": C, "Y": Y}, CASES, "parks.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("sets")
    with (path / "parks.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["案例", "A", "B 2", "C", "结果", "other"])
        for at, case in enumerate(CASES):
            writer.writerow([case, A[at], B[at], C[at], Y[at], "" if at == 3 else A[at]])
    return path


def whole(page):
    content = page.read_text(encoding="utf-8")
    body = re.sub(r"<style>.*?</style>", "", content, flags=re.DOTALL)
    assert not re.search(r"\bnan\b|\{[a-z_]+\}|set_methods\.", body)
    assert "park <" not in body
    return content


MADE = {}


def made(method, folder, lang):
    """The answer of a method with its page; made once."""
    if (method, lang) not in MADE:
        MADE[method, lang] = make(method, folder, lang)
    return MADE[method, lang]


def make(method, folder, lang):
    out, common = folder / f"{method}-{lang}", {"lang": lang}
    parks = folder / "parks.csv"
    return doors.qca(parks, "结果", "A,B 2,C", dir_exp="1,1,0", robust=True, alternative=["A=other"], out=out, **common)


KINDS = {
    "qca": {"truth_table", "solutions", "necessity", "counterfactuals", "survival", "variants", "data", "settings"},
}


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
@pytest.mark.parametrize("method", KINDS)
def test_a_page_its_figures_tables_and_record(method, lang, folder):
    answer = made(method, folder, lang)
    assert answer.page.name == f"{method}-{lang}.html"
    content = whole(answer.page)
    assert content.count("<svg") >= 1
    assert "park &lt;3&gt; &amp; co" in content
    assert text(f"set_methods.page.subtitle_{method}", lang) in content.replace("&#x27;", "'")
    assert text("report.page.subtitle", lang) not in content
    assert 'id="summary"' in content
    assert answer.record["id"] in content
    out = answer.page.parent
    figures = {path.suffix for path in (out / "figures").iterdir()}
    assert figures == {".svg"}
    tables = {path.name.removesuffix(f"-{lang}.csv") for path in (out / "tables").iterdir()}
    assert tables == KINDS[method]
    for path in (out / "tables").iterdir():
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    book = load_workbook(out / f"{method}-{lang}.xlsx", read_only=True)
    assert len(book.sheetnames) == len(KINDS[method])
    book.close()
    assert json.loads((out / f"{method}.json").read_text(encoding="utf-8")) == json.loads(answer.json)
    assert all(path.is_file() for path in answer.files)


def test_numbers_in_tables_are_whole_and_foreign_texts_harmless(folder):
    out = made("qca", folder, "en").page.parent
    with (out / "tables" / "truth_table-en.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0][:4] == ["Row", "A", "B 2", "C"]
    assert len(rows) == 1 + 8
    consistent = [float(row[6]) for row in rows[1:] if row[6]]
    assert consistent
    assert any(len(str(one)) > 8 for one in consistent)


def test_a_table_without_luck_or_expectations_has_a_page_too(folder):
    answer = doors.qca(folder / "parks.csv", "~结果", ["A", "C"], incl_cut=0.99, out=folder / "plain")
    assert "Add --robust" in whole(answer.page)
    assert answer.record["outcome"] == "~结果"


@pytest.mark.parametrize("corner", [1, 2, 3, 4])
@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_ceilings_draw_in_every_corner(corner, lang):
    found = analyse_nca(TABLE, NcaRequest("Y", ("A",), corner))
    figure = ceiling_plot(found, found.found[0], lang, "made by a test")
    assert len(render(figure, "svg")) > 3000
    low, high = figure.axes[0].get_ylim()
    for patch in figure.axes[0].patches:
        _, y = patch.get_xy()
        assert low <= y <= y + patch.get_height() <= high + 1e-9


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_every_figure_draws(lang):
    found = analyse(TABLE, Settings("Y", ("A", "B", "C"), incl_cut=0.75, expectations=(1, 1, 0)))
    robust = robustness(found, Recipe(TABLE))
    models = found.solutions.parsimonious.models
    request = Request(tuple(Subsystem(name, (Indicator(name),)) for name in "ABC"))
    degree = couple(TABLE, request)
    figures = [
        truth_table_figure(found, lang, "f"),
        configuration_chart(found, models, "parsimonious", lang, "f"),
        configuration_chart(found, [((2, 2, 2),)], "complex", lang, "f"),
        xy_plot(A, Y, TABLE.cases, ("A", "Y"), "fit", lang, "f"),
        xy_plot(np.round(A), np.round(Y), TABLE.cases, ("A", "Y"), "fit", lang, "f", "necessity"),
        survival_chart(robust, "intermediate", ("A", "B", "C"), lang, "f"),
        trajectory(degree, null(degree, 30, 1), ensemble(degree, 30, 1), lang, "f"),
        trajectory(degree, lang=lang),
        grade_map(degree, ensemble(degree, 30, 1), lang, "f"),
        power_bars(power([3, 2, 1], 4), ("a", "b", "c"), lang, "f"),
    ]
    for figure in figures:
        assert len(render(figure, "svg")) > 2500


def test_figures_draw_on_next_to_nothing():
    one = table_of({"A": [0.6], "B": [0.4], "Y": [0.7]}, ["x" * 80])
    found = analyse(one, Settings("Y", ("A", "B")))
    request = Request((Subsystem("A", (Indicator("A"),)), Subsystem("B", (Indicator("B"),))))
    degree = couple(one, request)
    for figure in (truth_table_figure(found), trajectory(degree, null(degree, 5, 1), ensemble(degree, 5, 1)),
                   grade_map(degree, ensemble(degree, 5, 1))):  # fmt: skip
        assert render(figure, "png")
    nothing = analyse(table_of({"A": [0.5, 0.5], "Y": [0.1, 0.9]}), Settings("Y", ("A",)))
    assert render(truth_table_figure(nothing), "svg")


@pytest.mark.skipif(chinese_font() is None, reason="no font with Chinese characters is on this machine")
def test_every_chinese_character_of_these_words_has_a_glyph():
    path = findfont(FontProperties(family=[chinese_font()]), fallback_to_default=False)
    known = set(get_font(path).get_charmap())
    words = "".join(
        entry["zh"] for key, entry in entries("set_methods").items() if key.startswith(("figure", "column", "kind"))
    )
    assert not {letter for letter in words if ord(letter) not in known and not letter.isspace()}


# Set data for R


def test_names_that_r_keeps():
    names = clean_names(["GOV", "B 2", "结果", "2nd", "B-2", "if", "_x", "~A", "TRUE", "case", "a.b"])
    assert list(names.values()) == ["GOV", "B_2", "V3", "V2nd", "B_2_2", "if_", "x", "A", "TRUE_", "case_", "a_b"]
    assert len(set(names.values())) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in names.values())


def test_row_names_are_unique_single_lines_and_no_formulas():
    assert clean_label("=1+1") == "_=1+1"
    assert clean_label("a\nb\tc\x00") == "a b c"
    assert unique_labels(["x", "x ", "x"]) == ["x", "x (2)", "x (3)"]


def test_set_data_as_a_strict_reader_reads_them(tmp_path):
    """As read.csv(file, row.names = 1): no byte order mark, one name a column, one row a case, numbers with points."""
    table = table_of({"园区": [0.1, 0.2], "B": [1 / 3, 1.0]}, ['a,"b"', "-c"])
    names = write_set_data(table, ["园区", "B"], tmp_path / "set-data.csv")
    raw = (tmp_path / "set-data.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    with (tmp_path / "set-data.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream, strict=True))
    assert header == ["case", "V1", "B"]
    assert names == {"园区": "V1", "B": "B"}
    assert [row[0] for row in rows] == ['a,"b"', "_-c"]
    assert [[float(cell) for cell in row[1:]] for row in rows] == [[0.1, 1 / 3], [0.2, 1.0]]


def test_pages_name_the_columns_that_were_renamed(folder):
    page = made("qca", folder, "zh").page
    content = whole(page)
    assert "V1" in content
    with (page.parent / "set-data.csv").open(encoding="utf-8", newline="") as stream:
        assert next(csv.reader(stream)) == ["case", "V1", "A", "B_2", "C"]


def test_an_origin_says_what_made_a_figure():
    origin = Origin("nca", "abc", "parks.csv", 5, 7)
    assert "abc" in origin.footer("en")
    assert "7" in origin.footer("zh")
    assert "parks.csv" in origin.made("zh")
    with pytest.raises(ValueError, match="no language"):
        Desk(Path("nowhere"), "fr", origin)
