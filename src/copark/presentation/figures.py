"""Saves figures to files and embeds them in pages.

SVG text is written as outlines: a file then looks the same on a machine without a Chinese font. A server's page has
text in its own fonts instead, a sixth of the size in Chinese. Every file says in its metadata which run made it, and
the same figure gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from copark.presentation.clean_words import clean
from copark.presentation.document import Chart
from copark.presentation.style import PALETTE, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "pdf", "png")
RESOLUTION = 200

_ROOT = re.compile(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>")
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_FAMILY = re.compile(r"font-family: [^;\"]*;? ?")
_COLOURS = re.compile("|".join(PALETTE.values()))
_PART = {colour: part for part, colour in PALETTE.items()}


def metadata(kind: str, title: str, identity: str) -> dict[str, str | None]:
    """Return what a file of a kind says about itself: title, and the identity of the run that made it.

    Parameters
    ----------
    kind
        Form of the file: svg, pdf or png.
    title
        Title of the figure.
    identity
        Run ID, or run IDs, that the figure is of.

    Returns
    -------
    Entries by name as the form knows them. A date is left out on purpose (``None`` where one is written by default), so
    that the same figure is the same file.
    """
    origin = f"copark run {identity}"
    if kind == "svg":
        return {"Title": title, "Identifier": identity, "Source": origin, "Creator": "copark", "Date": None}
    if kind == "pdf":
        return {"Title": title, "Subject": origin, "Creator": "copark", "CreationDate": None}
    return {"Title": title, "Source": origin, "Software": "copark"}


@styled
def render(figure: Figure, kind: str, title: str = "", identity: str = "", *, outlined: bool = True) -> bytes:
    """Return a figure as the bytes of a file.

    Parameters
    ----------
    figure
        The figure.
    kind
        svg, pdf or png.
    title, identity
        What the file says about itself: see :func:`metadata`.
    outlined
        Whether the letters of an SVG are outlines; else text.
    """
    import matplotlib as mpl

    stream = BytesIO()
    mpl.rcParams["svg.fonttype"] = "path" if outlined else "none"
    figure.savefig(stream, format=kind, dpi=RESOLUTION, metadata=metadata(kind, title, identity))
    return stream.getvalue()


def save(figure: Figure, stem: Path, title: str, identity: str, kinds: Iterable[str] | None = None) -> str:
    """Save a figure as files, and return its SVG; empty where none was wanted.

    Parameters
    ----------
    figure
        The figure.
    stem
        Path of the files without their endings.
    title, identity
        What the files say about themselves: see :func:`metadata`.
    kinds
        Some of :data:`FORMATS`; all by default.
    """
    drawing = ""
    for kind in FORMATS if kinds is None else kinds:
        content = render(figure, kind, title, identity)
        stem.with_suffix(f".{kind}").write_bytes(content)
        if kind == "svg":
            drawing = content.decode("utf-8")
    return drawing


def inline(drawing: str, key: str, title: str, description: str) -> str:
    """Make an SVG that stands inside a page.

    It is named for readers who do not see it, its ids are its own, it refers to nothing outside, and its colours are
    the page's, so that a dark page has light ink.

    Parameters
    ----------
    drawing
        A whole SVG file as matplotlib writes it.
    key
        A name no other drawing of the page has.
    title, description
        Plain words.
    """
    root = _ROOT.search(drawing)
    if root is None:
        raise ValueError("not an SVG drawing with a view box")
    body = drawing[root.end() :]
    body = _FAMILY.sub("", _STYLE.sub("", _METADATA.sub("", body)))
    body = body.replace("xlink:href=", "href=")
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'href="#', f'href="#{key}-', body).replace("url(#", f"url(#{key}-")
    body = _COLOURS.sub(lambda match: f"var(--{_PART[match.group()]}, {match.group()})", body)
    head = (
        f'<svg viewBox="{root.group(1)}" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'preserveAspectRatio="xMidYMid meet"><title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(description)}</desc>'
    )
    return head + body.strip()


class Charts:
    """Figures of a document, each drawn once, however many renderers show it.

    Parameters
    ----------
    outlined
        Draw letters as outlines; else as text in the fonts of the page they stand in.
    """

    def __init__(self, *, outlined: bool = True) -> None:
        self.outlined = outlined
        self._figures: dict[int, tuple[Chart, Figure]] = {}
        self._files: dict[tuple[int, str], bytes] = {}

    def file(self, chart: Chart, kind: str) -> bytes:
        """Return a chart as the bytes of a file, ``kind`` being svg, pdf or png."""
        number = id(chart)
        if number not in self._figures:
            self._figures[number] = (chart, styled(chart.figure)())  # kept, so that no other chart gets its id
        if (number, kind) not in self._files:
            _, figure = self._figures[number]
            self._files[number, kind] = render(figure, kind, clean(chart.title), chart.key, outlined=self.outlined)
        return self._files[number, kind]

    def inline(self, chart: Chart) -> str:
        """Return a chart as an SVG to stand inside a page."""
        words = clean(chart.title), clean(chart.alternative)
        return inline(self.file(chart, "svg").decode("utf-8"), f"chart-{chart.key}", *words)
