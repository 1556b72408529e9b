"""Icons of a static site as pictures of dots, drawn of the one drawing there is: phones take no SVG for an app."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, cast
from xml.etree import ElementTree as ET

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path

if TYPE_CHECKING:
    from matplotlib.patches import Patch

SIZES = (192, 512)
"""Widths of the icons that the manifest names, as browsers ask for them before they install an app."""
MASKED_SIZE = 512
"""Width of the icon that a phone cuts into a shape of its own."""
APPLE_SIZE = 180
"""Width of the icon that an iPhone or iPad puts on its first screen."""
DOTS_PER_INCH, POINTS_PER_INCH = 100, 72
SAFE = 0.8
"""Width of what no shape cuts off, beside that of the icon: the circle of the manifest's standard."""
CODES = {"moveTo": 1, "lineTo": 2, "curveTo": 4, "endPath": 0}
"""What matplotlib calls the steps of a path; endPath has no places."""


def site_icons(drawing: str) -> dict[str, bytes]:
    """Return the icons as PNG by their names.

    Parameters
    ----------
    drawing
        The icon as SVG: a rectangle that is its ground, and paths.
    """
    icons = {f"icon-{size}.png": _picture(drawing, size) for size in SIZES}
    # A phone rounds the corners itself, and fills what is transparent with black.
    icons["icon-masked.png"] = _picture(drawing, MASKED_SIZE, fills=True)
    icons["icon-apple.png"] = _picture(drawing, APPLE_SIZE, fills=True)
    return icons


def _picture(drawing: str, size: int, *, fills: bool = False) -> bytes:
    """Draw the icon; where it fills its square, its ground has no rounded corners, and its paths lie well inside."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    tree = ET.fromstring(drawing)  # noqa: S314 - a file of the package
    *_, width, height = map(float, tree.attrib["viewBox"].split())
    figure = Figure(figsize=(size / DOTS_PER_INCH, size / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    figure.patch.set_alpha(0)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    points = POINTS_PER_INCH * size / DOTS_PER_INCH / width
    for element in tree:
        if element.tag.endswith("rect"):
            axes.add_patch(_ground(element.attrib, fills=fills))
        else:
            axes.add_patch(_shape(element.attrib, points, SAFE if fills else 1.0, (width / 2, height / 2)))
    stream = io.BytesIO()
    # The name and version of the library that draws would make other bytes of the same dots.
    FigureCanvasAgg(figure)
    figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _ground(said: Mapping[str, str], *, fills: bool) -> Patch:
    from matplotlib.patches import BoxStyle, FancyBboxPatch

    radius = 0.0 if fills else float(said["rx"])
    style = BoxStyle.Round(pad=0.0, rounding_size=radius)
    return FancyBboxPatch(
        (0.0, 0.0), float(said["width"]), float(said["height"]), boxstyle=style, facecolor=said["fill"], linewidth=0
    )


def _shape(said: Mapping[str, str], points: float, scale: float, middle: tuple[float, float]) -> Patch:
    """Return a path of the drawing, smaller by a scale around the middle; a unit of the drawing is so many points."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    pen = RecordingPen()
    parse_path(said["d"], pen)
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    for step, places in pen.value:
        if step == "closePath":
            vertices.append(vertices[0])
            codes.append(int(Path.CLOSEPOLY))
            continue
        vertices.extend(places)
        codes.extend([CODES[step]] * len(places))
    x, y = middle
    path = Path(vertices, codes).transformed(Affine2D().translate(-x, -y).scale(scale).translate(x, y))
    return PathPatch(
        path,
        facecolor=said["fill"],
        edgecolor=said.get("stroke", "none"),
        linewidth=float(said.get("stroke-width", 0)) * points * scale,
        capstyle=cast("Literal['butt', 'round']", said.get("stroke-linecap", "butt")),
    )
