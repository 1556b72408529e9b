"""Figures and page of a comparison: they draw on every kind of data, in both languages, and say what they show."""

import re

import pytest

from copark.analysis.pairing import pairs_of
from copark.presentation.figures import render
from copark.report.comparison import compare, write_comparison
from copark.report.figures.comparison import arms, difference_bands
from tests.simulation.test_compare import made_up

OUTPUTS = ("operating", "jobs", "serviced_area", "cash")


def words_of(figure):
    import matplotlib.text

    return " ".join(found.get_text() for found in figure.findobj(matplotlib.text.Text))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_figures_draw(output, lang):
    pairs = pairs_of(made_up())
    bands, dots = difference_bands(pairs[0], output, lang), arms(pairs, output, "2024Q2", lang)
    for figure in (bands, dots):
        assert "0123456789abcdef" in words_of(figure)
        assert len(render(figure, "svg")) > 3000
    assert "2024Q2" in words_of(dots)


def test_figures_say_where_arms_begin_to_differ():
    better, same = pairs_of(made_up())
    assert "differs from 2015Q1 on" in words_of(difference_bands(better, "operating"))
    assert "never differs" in words_of(difference_bands(same, "operating"))


def test_the_chart_of_arms_has_a_row_and_a_share_for_each():
    figure = arms(pairs_of(made_up()), "operating")
    assert "100%" in words_of(figure)
    assert "0%" in words_of(figure)
    assert len([line for line in figure.axes[0].lines if line.get_marker() == "o"]) == 2


ODD = {
    "one run": {"runs": 1},
    "two quarters": {"runs": 4, "quarters": 2},
    "one quarter": {"runs": 4, "quarters": 1},
}


@pytest.mark.parametrize("odd", ODD)
def test_figures_draw_on_tiny_data(odd):
    pairs = pairs_of(made_up(**ODD[odd]))
    assert render(difference_bands(pairs[0], "operating"), "svg")
    assert render(arms(pairs, "operating"), "svg")


def test_figures_draw_where_no_pair_finished():
    result = made_up()
    result["status"].values[:] = 1
    pairs = pairs_of(result)
    assert "no pair" in words_of(difference_bands(pairs[0], "operating"))
    assert "no pair" in words_of(arms(pairs, "operating"))


def test_what_was_not_kept_is_an_error():
    pairs = pairs_of(made_up())
    with pytest.raises(KeyError):
        difference_bands(pairs[0], "nothing")
    with pytest.raises(KeyError):
        arms(pairs, "operating", "2099Q1")
    with pytest.raises(ValueError, match="no arms"):
        arms((), "operating")


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_figures_and_tables(lang, tmp_path):
    told = []
    found = compare(made_up(), outputs=["operating", "cash"], quarters=["2024Q2"])
    page = write_comparison(found, "<Arms & all>", lang, tmp_path, lambda done, total: told.append((done, total)))
    written = page.read_text(encoding="utf-8")
    assert page.name == f"comparison-{lang}.html"
    assert "&lt;Arms &amp; all&gt;" in written
    assert written.count("<svg") == 2
    assert "better" in written
    assert "2015Q1" in written
    assert not re.search(r"\bnan\b|\{[a-z_]+\}", re.sub(r"<style>.*?</style>", "", written, flags=re.DOTALL))
    assert {path.suffix for path in (tmp_path / "figures").iterdir()} == {".svg", ".pdf", ".png"}
    assert told[-1][1] == 2


def test_one_arm_has_bands_over_time(tmp_path):
    found = compare(made_up(), arm_scenario="better", outputs=["operating"])
    assert set(found.figures) == {"difference_operating"}
    assert "<svg" in write_comparison(found, "one", "en", tmp_path).read_text(encoding="utf-8")


def test_two_results_are_compared_scenario_by_scenario():
    """Of the second result the arms that are not the reference's own; itself where there is nothing else."""
    found = compare(made_up(), made_up())
    assert [one.arm for one in found.pairs] == ["better", "same"]
    alone = compare(made_up(), made_up().isel(scenario=[0]))
    assert [one.arm for one in alone.pairs] == ["as-it-is"]
    assert not any(row.median for row in alone.table.differences)


def test_a_page_of_no_arm_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no arms"):
        write_comparison(compare(made_up().isel(scenario=[0])), "none", "en", tmp_path)
    with pytest.raises(ValueError, match="no language"):
        write_comparison(compare(made_up()), "none", "fr", tmp_path)
