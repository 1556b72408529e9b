"""Figures of set methods in both languages."""

import numpy as np
import pytest

from copark.figures.set_methods import ceiling_plot, trajectory, xy_plot
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.setmethods.coupling_chance import ensemble, null
from copark.setmethods.coupling_degree import CouplingRequest, Indicator, Subsystem, couple
from copark.setmethods.nca import NcaRequest, analyse
from copark.setmethods.table import table_of

ADDRESS = np.random.default_rng(11)
CASES = [f"park <{at}> & co" for at in range(14)]
A, B, C = ADDRESS.random((3, 14)).round(2)
Y = np.clip(0.7 * A + 0.4 * B - 0.2 * C + 0.1, 0.0, 1.0).round(2)
TABLE = table_of({"A": A, "B": B, "C": C, "Y": Y}, CASES, "parks.csv")


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
@styled
def test_every_figure_draws(lang):
    request = CouplingRequest(tuple(Subsystem(name, (Indicator(name),)) for name in "ABC"))
    degree = couple(TABLE, request)
    figures = [
        xy_plot(A, Y, TABLE.cases, ("A", "Y"), "fit", lang),
        xy_plot(np.round(A), np.round(Y), TABLE.cases, ("A", "Y"), "fit", lang, "necessity"),
        trajectory(degree, null(degree, 30, 1), ensemble(degree, 30, 1), lang),
        trajectory(degree, lang=lang),
    ]
    for corner in (1, 2, 3, 4):
        found = analyse(TABLE, NcaRequest("Y", ("A",), corner))
        figures.append(ceiling_plot(found, found.found[0], lang))
        zone = np.concatenate([path.vertices[:, 1] for path in figures[-1].axes[0].collections[0].get_paths()])
        low, high = figures[-1].axes[0].get_ylim()
        assert low <= zone.min() <= zone.max() <= high
    for figure in figures:
        assert len(render(figure, "svg")) > 2500
