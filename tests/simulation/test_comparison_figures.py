"""Figures of comparisons: they draw on every kind of data, in both languages, and say what they show."""

import matplotlib.text
import numpy as np
import pytest

from copark.analyses.compare import answer_of
from copark.analyses.compare import figures as comparison
from copark.analyses.context import Context
from copark.cases.load import load_case
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.simulation.readouts.compare import effects_of, paired
from copark.stats.quantiles import LEVELS
from tests.simulation.test_compare import made_up

END = "2032Q2"


@pytest.fixture(scope="module")
def compared():
    result = made_up()
    return answer_of(*paired(result), [result], load_case("great-stone"), Context())[0]


def words_of(figure):
    return " ".join(found.get_text() for found in figure.findobj(matplotlib.text.Text))


def dots(compared, output="operating", quarter=END, lang="en"):
    place = compared.quarters.index(quarter)
    effects = [(scenario.key, scenario.drawn(output, quarter)) for scenario in compared.scenarios]
    halves = [scenario.courses[output][[1, 3], place].tolist() for scenario in compared.scenarios]
    return comparison.scenario_effects(effects, halves, "as-it-is", "the foot", lang)


def bands(compared, scenario, output, lang="en"):
    return comparison.difference_bands(
        scenario.courses[output],
        compared.quarters,
        scenario.first_differences.get(output),
        scenario.drawn(output, END),
        (scenario.key, "as-it-is"),
        "the foot",
        lang,
    )


@styled
def test_figures_draw(compared):
    for lang in ("en", "zh"):
        for output in compared.scenarios[0].courses:
            figures = bands(compared, compared.scenarios[0], output, lang), dots(compared, output, "2024Q2", lang)
            for figure in figures:
                assert "the foot" in words_of(figure)
                assert len(render(figure, "svg")) > 3000


def test_a_course_is_the_quantiles_of_effects_and_a_scenario_has_a_row_and_a_share(compared):
    better, same = compared.scenarios
    effects = effects_of(*paired(made_up()), ["operating"])
    differences = effects.differences("better", "operating", log=True)
    assert np.array_equal(better.courses["operating"], np.quantile(differences, LEVELS, axis=0))
    assert (better.first_differences, better.begins) == ({"operating": "2015Q1"}, "2015Q1")
    assert (same.first_differences, same.begins) == ({}, None)
    assert better.drawn("operating", END).unit == "log points"
    figure = dots(compared)
    assert {"100%", "0%"} <= set(words_of(figure).split())
    assert len([line for line in figure.axes[0].lines if line.get_marker() == "o"]) == 2
