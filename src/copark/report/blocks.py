"""The pieces a page is made of. The template shows each kind; it decides nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copark.report.tables import Table
from copark.texts import LANGUAGES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Words:
    """A paragraph, or a heading below the section's own."""

    text: str
    kind: Literal["paragraph", "heading", "caveat"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences; folded under a line of words where ``summary`` is given."""

    items: tuple[str, ...]
    summary: str = ""
    kind: str = "bullets"


@dataclass(frozen=True)
class Cards:
    """A few numbers to be seen first: the number, and what it is, and how wide."""

    cards: tuple[tuple[str, str, str], ...]
    kind: str = "cards"


@dataclass(frozen=True)
class Numbers:
    """A table; folded under a line of words where ``summary`` is given, and open from the start if ``unfolded``."""

    table: Table
    summary: str = ""
    unfolded: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Drawing:
    """A figure in the page: its SVG, what is said below it, and the numbers behind it."""

    key: str
    svg: str
    caption: str = ""
    wide: bool = False
    numbers: Table | None = None
    kind: str = "drawing"


@dataclass(frozen=True)
class Grid:
    """Small figures side by side."""

    drawings: tuple[Drawing, ...]
    kind: str = "grid"


@dataclass(frozen=True)
class References:
    """The list of sources, each with an anchor that cells link to."""

    rows: tuple[dict[str, str], ...]
    kind: str = "references"


Block = Words | Bullets | Cards | Numbers | Drawing | Grid | References


@dataclass(frozen=True)
class Section:
    """A section of the page; folded under a line of words where ``folded`` is given."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    folded: str = ""


@dataclass
class Studio:
    """Draws figures, saves them as files and hands them to the page.

    Parameters
    ----------
    folder
        Where the files go.
    lang
        Language of the page; part of the files' names.
    identity
        Identity of the run, written into every file.
    told
        Called after each figure.
    drawn
        Keys of the figures drawn so far.
    """

    folder: Path
    lang: str
    identity: str
    told: Callable[[], None]
    drawn: list[str] = field(default_factory=list)

    def draw(
        self,
        key: str,
        build: Callable[[], Figure],
        title: str,
        description: str,
        *,
        caption: str = "",
        wide: bool = True,
        numbers: Table | None = None,
    ) -> Drawing:
        """Draw a figure, save it as SVG, PDF and PNG, and give it back for the page."""
        from copark.presentation.figures import inline, save

        drawing = save(build(), self.folder / f"{key}-{self.lang}", title, self.identity)
        self.drawn.append(key)
        self.told()
        name = key.replace("_", "-")
        return Drawing(name, inline(drawing, name, title, description), caption, wide, numbers)


def open_studio(
    out_dir: Path, lang: str, identity: str, progress: Callable[[int, int], None] | None = None, figures: int = 0
) -> Studio:
    """Make the folder of a page's figures, and what draws them.

    Parameters
    ----------
    out_dir
        Folder of the page; the figures go to ``figures/`` in it.
    progress, figures
        Called with figures drawn and how many there will be.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}: one of {', '.join(LANGUAGES)}")
    folder = Path(out_dir) / "figures"
    folder.mkdir(parents=True, exist_ok=True)

    def told() -> None:
        if progress is not None:
            progress(min(len(studio.drawn), figures), figures)

    studio = Studio(folder, lang, identity, told)
    return studio
