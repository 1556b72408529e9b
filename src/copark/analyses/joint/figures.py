"""Figure of the joint posterior: where each mechanism lies within its prior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.analyses.calibrate.figures import places_on_prior
from copark.presentation import style
from copark.presentation.numbers import number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.joint.findings import AxisFinding


def places(parameters: Sequence[AxisFinding], names: Sequence[str], lang: str = "en") -> Figure:
    """Draw the posterior of each parameter as ranks of its prior, with the R² of simulated panels beside it.

    Parameters
    ----------
    parameters
        In the order in which they are drawn.
    names
        Titles of the parameters, in the same order.
    lang
        Language of the figure.
    """
    titles = [text(f"joint.figure.{part}", lang) for part in ("title", "subtitle")]
    rows = [
        (name, parameter.word if parameter.can_be_found else "unmoved", parameter.places, number(parameter.r2, 2))
        for parameter, name in zip(parameters, names, strict=True)
    ]
    figure = places_on_prior(rows, titles, "joint", lang)
    style.corner(figure.axes[0], text("joint.figure.r2", lang))
    return figure
