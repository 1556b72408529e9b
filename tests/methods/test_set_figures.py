"""Figures of set methods: what a ceiling leaves empty is drawn within the axes, in every corner."""

import numpy as np

from copark.figures.set_methods import ceiling_plot, xy_plot
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.setmethods.nca import NcaRequest, analyse
from copark.setmethods.table import table_of

X, Y = np.random.default_rng(11).random((2, 14)).round(2)
CASES = [f"park <{number}> & co" for number in range(14)]


@styled
def test_figures_draw_and_the_empty_zone_lies_within_the_axes():
    figures = [xy_plot(np.round(X), np.round(Y), tuple(CASES), ("A", "Y"), "fit", "zh", "necessity")]
    for corner in (1, 2, 3, 4):
        analysis = analyse(table_of({"A": X, "Y": Y}, CASES), NcaRequest("Y", ("A",), corner))
        figures.append(ceiling_plot(analysis, analysis.found[0], "en"))
        zone = np.concatenate([path.vertices[:, 1] for path in figures[-1].axes[0].collections[0].get_paths()])
        low, high = figures[-1].axes[0].get_ylim()
        assert low <= zone.min() <= zone.max() <= high
    assert all(len(render(figure, "svg")) > 2500 for figure in figures)
