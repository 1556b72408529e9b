"""Figures of set methods: truth table, configurations, XY plots, survival, ceilings, coupling, voting power."""

from copark.figures.set_methods.ceilings import ceiling_plot
from copark.figures.set_methods.configurations import configuration_chart
from copark.figures.set_methods.coupling import grade_map, trajectory
from copark.figures.set_methods.power import power_bars
from copark.figures.set_methods.survival import survival_chart
from copark.figures.set_methods.truth_table import truth_table_figure
from copark.figures.set_methods.xy import xy_plot

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
