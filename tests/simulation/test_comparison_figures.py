"""Figures of comparisons: they draw on every kind of data, in both languages, and say what they show."""

import numpy as np

from copark.figures import comparison
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.simulation.readouts.compare import course, pairs_of
from copark.stats.quantiles import LEVELS
from tests.simulation.test_compare import made_up

OUTPUTS = ("operating", "jobs", "serviced_area", "cash")


def words_of(figure):
    import matplotlib.text

    return " ".join(found.get_text() for found in figure.findobj(matplotlib.text.Text))


def bands(pair, output="operating", lang="en"):
    return comparison.difference_bands(course(pair, output), pair.arm, pair.reference, "the foot", lang)


def dots(pairs, output="operating", quarter="2024Q2", lang="en"):
    courses = [(pair.arm, course(pair, output)) for pair in pairs]
    return comparison.arms(courses, quarter, "as-it-is", "the foot", lang)


@styled
def test_figures_draw():
    pairs = pairs_of(made_up())
    for lang in ("en", "zh"):
        for output in OUTPUTS:
            for figure in (bands(pairs[0], output, lang), dots(pairs, output, lang=lang)):
                assert "the foot" in words_of(figure)
                assert len(render(figure, "svg")) > 3000


def test_a_course_is_the_quantiles_of_paired_differences():
    better, same = pairs_of(made_up())
    found = course(better, "operating", log=False)
    assert np.array_equal(found.levels, np.quantile(better.difference("operating"), LEVELS, axis=0))
    assert found.above.tolist() == [0.0] * 10 + [1.0] * 70
    assert (found.begins, course(same, "operating").begins) == ("2015Q1", None)
    assert course(better, "operating").unit == "log points"


def test_the_chart_of_scenarios_has_a_row_and_a_share_for_each():
    figure = dots(pairs_of(made_up()), quarter="2032Q2")
    assert "100%" in words_of(figure)
    assert "0%" in words_of(figure)
    assert len([line for line in figure.axes[0].lines if line.get_marker() == "o"]) == 2
