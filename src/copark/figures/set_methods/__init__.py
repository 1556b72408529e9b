"""Figures of set methods: truth table, configurations, XY plots, survival, ceilings, coupling, voting power."""

from copark.figures.set_methods.coupling import grade_map, power_bars, trajectory
from copark.figures.set_methods.nca import ceiling_plot, xy_plot
from copark.figures.set_methods.qca import configuration_chart, survival_chart, truth_table_figure

__all__ = [
    "ceiling_plot",
    "configuration_chart",
    "grade_map",
    "power_bars",
    "survival_chart",
    "trajectory",
    "truth_table_figure",
    "xy_plot",
]
