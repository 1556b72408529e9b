"""Figures of set methods in both languages, and names that other programs can read."""

from __future__ import annotations

import numpy as np
import pytest

from copark.figures.coupling import grade_map, power_bars, trajectory
from copark.figures.nca import ceiling_plot, xy_plot
from copark.figures.qca import configuration_chart, survival_chart, truth_table_figure
from copark.presentation.figures import render
from copark.setmethods.coupling_chance import ensemble, null
from copark.setmethods.coupling_degree import CouplingRequest, Indicator, Subsystem, couple
from copark.setmethods.nca import NcaRequest
from copark.setmethods.nca import analyse as analyse_nca
from copark.setmethods.power import power
from copark.setmethods.qca import CalibrationRecipe, QcaSettings, analyse, robustness
from copark.setmethods.table import table_of

LUCK = np.random.default_rng(11)
CASES = [f"park <{at}> & co" for at in range(14)]
A, B, C = LUCK.random((3, 14)).round(2)
Y = np.clip(0.7 * A + 0.4 * B - 0.2 * C + 0.1, 0.0, 1.0).round(2)
TABLE = table_of({"A": A, "B": B, "C": C, "Y": Y}, CASES, "parks.csv")


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
    found = analyse(TABLE, QcaSettings("Y", ("A", "B", "C"), incl_cut=0.75, expectations=(1, 1, 0)))
    robust = robustness(found, CalibrationRecipe(TABLE))
    models = found.solutions.parsimonious.models
    request = CouplingRequest(tuple(Subsystem(name, (Indicator(name),)) for name in "ABC"))
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


# Names for R
