"""A document as slides: the answer first, then text beside figures, then the rest; tables stay in the workbook."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from copark.presentation.document import Chart as DocumentChart
from copark.presentation.document import Document
from copark.presentation.docx import FONTS, INK, MUTED
from copark.presentation.figures import Charts
from copark.presentation.rendered_document import (
    Block,
    RenderedBullets,
    RenderedCards,
    RenderedCaveat,
    RenderedChart,
    RenderedParagraph,
    commands,
    page_of,
)
from copark.presentation.text_wrap import height_of, width_of
from copark.store.files import written_file
from copark.texts import text

WIDTH = 33.87
"""Width of a slide of 16 to 9, cm."""
HEIGHT = 19.05
"""Height of the same slide, cm."""
EDGE = 1.6
"""Its margin, cm."""
LETTERS = 1500
"""Letters that a slide of text holds; what is more goes on to the next."""
DARK = "22303C"

TITLES = (28, 24, 20, 18, 16, 14)
"""Sizes of the title, points: the largest that its place holds."""
ANSWERS = (20, 18, 16, 14, 12, 11, 10)
"""Sizes of the answer, points: the largest that its place holds."""
AIR = 0.45
"""Space below a paragraph, in sizes of its letters."""
BETWEEN = 30.0
"""Width of a text on the cover, cm: the slide less margins and those of the text's frame."""

Styled = tuple[str, int, str, bool]
"""A paragraph: its words, size in points, colour and whether it is bold."""
Words = tuple[str, str]
"""A paragraph and its kind: ``heading``, ``text`` or ``bullet``."""


def write(document: Document, path: Path, charts: Charts | None = None) -> Path:
    """Write a document as PPTX; its figures are PNG, with their alternative texts.

    Parameters
    ----------
    document
        The document.
    path
        File that is written, whole or not at all.
    charts
        Drawer of its figures; ``None`` to draw them now.

    Returns
    -------
    The file.
    """
    slides = _PptxWriter(document, charts or Charts()).slides()
    with written_file(path) as target:
        slides.save(str(target))
    return path


class _PptxWriter:
    def __init__(self, document: Document, charts: Charts) -> None:
        from pptx import Presentation
        from pptx.util import Cm

        self.page = page_of(document, most=0)
        self.charts = charts
        self.cm = Cm
        self.figures = {block.key: block for block in document.blocks() if isinstance(block, DocumentChart)}
        self.presentation = Presentation()
        self.presentation.slide_width = Cm(WIDTH)
        self.presentation.slide_height = Cm(HEIGHT)
        self.presentation.core_properties.title = self.page.title
        self.presentation.core_properties.author = "copark"

    def slides(self) -> Any:
        self.cover()
        words: list[Words] = []
        for section in self.page.sections:
            words.append((section.title, "heading"))
            for block in section.blocks:
                if isinstance(block, RenderedChart):
                    self.slide(words, block)
                    words = []
                else:
                    words += _words(block)
        self.slide(words, None)
        return self.presentation

    def cover(self) -> None:
        page = self.page
        slide = self.empty()
        title = _largest(TITLES, 2.4, lambda size: [(page.title, size, INK, True)])
        answer = _largest(
            ANSWERS, 7.0, lambda size: [(page.headline, size, DARK, True), (page.trust, min(size, 12), MUTED, False)]
        )
        self.put(slide, title, 1.2, 2.4)
        self.put(slide, answer, 3.8, 7.0)
        blocks = [block for section in page.sections for block in section.blocks]
        cards = [card for block in blocks if isinstance(block, RenderedCards) for card in block.cards]
        room = (WIDTH - 2 * EDGE) / max(1, min(4, len(cards)))
        for n, card in enumerate(cards[:4]):
            words = [(card.cell.text, 28, INK, True), (card.title, 14, DARK, False), (card.note, 11, MUTED, False)]
            self.put(slide, words, 11.0, 5.0, EDGE + n * room, room - 0.6)
        colon = text("presentation.colon", page.lang)
        origin = [f"{entry.title}{colon}{entry.value}" for entry in page.provenance[:1]]
        self.put(slide, [(f"copark · {entry}", 10, MUTED, False) for entry in origin], 17.4, 1.0)

    def slide(self, words: list[Words], chart: RenderedChart | None) -> None:
        """Make slides of words, the last one beside a figure where there is one; none where nothing is to be shown."""
        below = [*words[1:], ("", "heading" if chart is None else "text")]
        pairs = zip(words, below, strict=False)
        filled = [paragraph for paragraph, after in pairs if (paragraph[1], after[1]) != ("heading", "heading")]
        parts: list[list[Words]] = [[]]
        most = LETTERS / 2 if chart is not None else LETTERS
        for n, paragraph in enumerate(filled):
            ahead = _until_heading(filled, n) if paragraph[1] == "heading" else [paragraph]
            splits = _letters([*parts[-1], *ahead]) > most and (_letters(ahead) <= most or len(ahead) == 1)
            if parts[-1] and splits:
                parts.append([])
            parts[-1].append(paragraph)
        for n, part in enumerate(parts):
            last = chart if n == len(parts) - 1 else None
            if part or last is not None:
                self.filled(part, last)

    def filled(self, words: list[Words], chart: RenderedChart | None) -> None:
        slide = self.empty()
        size = {"heading": (20, INK, True), "text": (15, DARK, False), "bullet": (15, DARK, False)}
        paragraphs = [(f"• {part}" if kind == "bullet" else part, *size[kind]) for part, kind in words]
        is_beside = chart is not None and not chart.wide and bool(paragraphs)
        width = (0.44 if is_beside else 1.0) * (WIDTH - 2 * EDGE)
        self.put(slide, paragraphs, 1.2, HEIGHT - 2.4, EDGE, width)
        if chart is not None:
            left = EDGE + width + 0.8 if is_beside else EDGE
            self.picture(slide, chart, left, WIDTH - EDGE - left, 0.5 * HEIGHT if paragraphs and not is_beside else 1.4)

    def picture(self, slide: Any, chart: RenderedChart, left: float, width: float, top: float) -> None:
        """Put a figure on a slide, as large as its place, with its caption below.

        Parameters
        ----------
        slide
            Slide of the presentation that is being made.
        chart
            Figure as it is rendered: caption, and words for those who cannot see it.
        left, width, top
            Place on the slide, centimetres.
        """
        from PIL import Image

        content = self.charts.file(self.figures[chart.key], "png")
        across, down = Image.open(BytesIO(content)).size
        width = min(width, (HEIGHT - top - 3.0) * across / down)
        shape = slide.shapes.add_picture(BytesIO(content), self.cm(left), self.cm(top), width=self.cm(width))
        shape._element.nvPicPr.cNvPr.set("descr", chart.alternative)  # noqa: SLF001 - python-pptx has no name for it
        below = top + 0.4 + width * down / across
        self.put(slide, [(chart.caption or chart.title, 11, MUTED, False)], below, 1.6, left, width)

    def empty(self) -> Any:
        return self.presentation.slides.add_slide(self.presentation.slide_layouts[6])

    def put(
        self,
        slide: Any,
        paragraphs: list[Styled],
        top: float,
        height: float,
        left: float = EDGE,
        width: float = WIDTH - 2 * EDGE,
    ) -> None:
        """Put paragraphs on a slide, those without words left out.

        Parameters
        ----------
        slide
            Slide of the presentation that is being made.
        paragraphs
            Paragraphs in a single box, one below the other.
        top, height, left, width
            Their place, cm.
        """
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        cm = self.cm
        frame = slide.shapes.add_textbox(cm(left), cm(top), cm(width), cm(height)).text_frame
        frame.word_wrap = True
        styled = [paragraph for paragraph in paragraphs if paragraph[0]]
        for n, (words, size, colour, bold) in enumerate(styled):
            paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(size * AIR)
            for part, is_command in commands(words):
                run = paragraph.add_run()
                run.text = part
                run.font.size = Pt(size)
                run.font.bold = bold
                run.font.name = "Consolas" if is_command else FONTS[self.page.lang]
                run.font.color.rgb = RGBColor.from_string(colour)  # type: ignore[no-untyped-call]


def _letters(words: Sequence[Words]) -> int:
    """Count the letters of paragraphs, with their air."""
    return sum(40 + width_of(paragraph) for paragraph, _ in words)


def _until_heading(words: Sequence[Words], first: int) -> list[Words]:
    """Return a heading and what stands under it."""
    end = next((n for n in range(first + 1, len(words)) if words[n][1] == "heading"), len(words))
    return list(words[first:end])


def _largest(sizes: Sequence[int], height: float, make: Callable[[int], list[Styled]]) -> list[Styled]:
    """Return paragraphs in the largest size in which a place of that height (cm) holds them; else in the smallest."""
    for size in sizes:
        paragraphs = make(size)
        needs = (
            height_of(words, points, BETWEEN) + AIR * points * 2.54 / 72.0 for words, points, *_ in paragraphs if words
        )
        if sum(needs) <= height:
            break
    return paragraphs


def _words(block: Block) -> list[Words]:
    """Return the paragraphs of a block; tables and cards have their own place."""
    if isinstance(block, RenderedBullets):
        return [(item, "bullet") for item in block.items]
    return [(block.text, "text")] if isinstance(block, RenderedParagraph | RenderedCaveat) else []
