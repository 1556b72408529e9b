"""Figures of comparisons: they draw on every kind of data, in both languages, and say what they show."""

import matplotlib.text
import numpy as np

from copark.analyses.compare import figures as comparison
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.simulation.readouts.compare import course, pairs_of
from copark.stats.quantiles import LEVELS
from tests.simulation.test_compare import made_up


def words_of(figure):
    return " ".join(found.get_text() for found in figure.findobj(matplotlib.text.Text))


def dots(pairs, output="operating", quarter="2032Q2", lang="en"):
    courses = [(pair.arm, course(pair, output)) for pair in pairs]
    return comparison.arms(courses, quarter, "as-it-is", "the foot", lang)


@styled
def test_figures_draw():
    pairs = pairs_of(made_up())
    one = pairs[0]
    for lang in ("en", "zh"):
        for output in ("operating", "jobs", "serviced_area", "cash"):
            bands = comparison.difference_bands(course(one, output), one.arm, one.reference, "the foot", lang)
            for figure in (bands, dots(pairs, output, "2024Q2", lang)):
                assert "the foot" in words_of(figure)
                assert len(render(figure, "svg")) > 3000


def test_a_course_is_the_quantiles_of_paired_differences_and_a_scenario_has_a_row_and_a_share():
    better, same = pairs_of(made_up())
    found = course(better, "operating", log=False)
    assert np.array_equal(found.levels, np.quantile(better.difference("operating"), LEVELS, axis=0))
    assert found.above.tolist() == [0.0] * 10 + [1.0] * 70
    assert (found.begins, course(same, "operating").begins) == ("2015Q1", None)
    assert course(better, "operating").unit == "log points"
    figure = dots((better, same))
    assert {"100%", "0%"} <= set(words_of(figure).split())
    assert len([line for line in figure.axes[0].lines if line.get_marker() == "o"]) == 2
