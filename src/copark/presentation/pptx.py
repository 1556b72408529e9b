"""A document as slides: the answer first, then text beside figures, then the rest; tables stay in the workbook."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from copark.presentation.document import Chart as DocumentChart
from copark.presentation.document import Document
from copark.presentation.docx import FONTS, INK, MUTED
from copark.presentation.figures import Charts
from copark.presentation.rendered_document import Block, Bullets, Cards, Caveat, Chart, Paragraph, commands, page_of
from copark.presentation.text_wrap import height_of, width_of
from copark.store.files import written_file
from copark.texts import text

WIDTH, HEIGHT, EDGE = 33.87, 19.05, 1.6
"""A slide of 16 to 9, and its margin, cm."""
LETTERS = 1500
"""Letters that a slide of text holds; what is more goes on to the next."""
DARK = "22303C"

TITLES, ANSWERS = (28, 24, 20, 18, 16, 14), (20, 18, 16, 14, 12, 11, 10)
"""Sizes of the title and of the answer, points: the largest that their place holds."""
AIR = 0.45
"""Space below a paragraph, in sizes of its letters."""
BETWEEN = 30.0
"""Width of a text on the cover, cm: the slide less margins and those of the text's frame."""

Styled = tuple[str, int, str, bool]
"""A paragraph: its words, size in points, colour and whether it is bold."""
Words = tuple[str, str]
"""A paragraph and its kind: ``heading``, ``text`` or ``bullet``."""


def write(document: Document, path: Path, charts: Charts | None = None) -> Path:
    """Write a document as PPTX; its figures are PNG, with their alternative texts."""
    made = _Writer(document, charts or Charts()).slides()
    with written_file(path) as target:
        made.save(str(target))
    return path


class _Writer:
    def __init__(self, document: Document, charts: Charts) -> None:
        from pptx import Presentation
        from pptx.util import Cm

        self.page = page_of(document, most=0)
        self.charts, self.cm = charts, Cm
        self.figures = {block.key: block for block in document.blocks() if isinstance(block, DocumentChart)}
        self.made = Presentation()
        self.made.slide_width, self.made.slide_height = Cm(WIDTH), Cm(HEIGHT)
        self.made.core_properties.title, self.made.core_properties.author = self.page.title, "copark"

    def slides(self) -> Any:
        self.cover()
        words: list[Words] = []
        for section in self.page.sections:
            words.append((section.title, "heading"))
            for block in section.blocks:
                if isinstance(block, Chart):
                    self.slide(words, block)
                    words = []
                else:
                    words += _words(block)
        self.slide(words, None)
        return self.made

    def cover(self) -> None:
        page, slide = self.page, self.empty()
        title = _largest(TITLES, 2.4, lambda size: [(page.title, size, INK, True)])
        answer = _largest(
            ANSWERS, 7.0, lambda size: [(page.headline, size, DARK, True), (page.trust, min(size, 12), MUTED, False)]
        )
        self.put(slide, title, 1.2, 2.4)
        self.put(slide, answer, 3.8, 7.0)
        blocks = [block for one in page.sections for block in one.blocks]
        cards = [card for block in blocks if isinstance(block, Cards) for card in block.cards]
        room = (WIDTH - 2 * EDGE) / max(1, min(4, len(cards)))
        for at, card in enumerate(cards[:4]):
            told = [(card.cell.text, 28, INK, True), (card.title, 14, DARK, False), (card.note, 11, MUTED, False)]
            self.put(slide, told, 11.0, 5.0, EDGE + at * room, room - 0.6)
        made = [f"{entry.title}{text('presentation.colon', page.lang)}{entry.value}" for entry in page.provenance[:1]]
        self.put(slide, [(f"copark · {one}", 10, MUTED, False) for one in made], 17.4, 1.0)

    def slide(self, words: list[Words], chart: Chart | None) -> None:
        """Slides of words, the last one beside a figure where there is one; none where there is nothing to show."""
        below = [*words[1:], ("", "heading" if chart is None else "text")]
        filled = [one for one, after in zip(words, below, strict=False) if (one[1], after[1]) != ("heading", "heading")]
        parts: list[list[Words]] = [[]]
        most = LETTERS / 2 if chart is not None else LETTERS
        for at, one in enumerate(filled):
            ahead = _until_heading(filled, at) if one[1] == "heading" else [one]
            splits = _letters([*parts[-1], *ahead]) > most and (_letters(ahead) <= most or len(ahead) == 1)
            if parts[-1] and splits:
                parts.append([])
            parts[-1].append(one)
        for at, part in enumerate(parts):
            last = chart if at == len(parts) - 1 else None
            if part or last is not None:
                self.filled(part, last)

    def filled(self, words: list[Words], chart: Chart | None) -> None:
        slide = self.empty()
        size = {"heading": (20, INK, True), "text": (15, DARK, False), "bullet": (15, DARK, False)}
        told = [(f"• {one}" if kind == "bullet" else one, *size[kind]) for one, kind in words]
        beside = chart is not None and not chart.wide and bool(told)
        width = (0.44 if beside else 1.0) * (WIDTH - 2 * EDGE)
        self.put(slide, told, 1.2, HEIGHT - 2.4, EDGE, width)
        if chart is not None:
            left = EDGE + width + 0.8 if beside else EDGE
            self.picture(slide, chart, left, WIDTH - EDGE - left, 0.5 * HEIGHT if told and not beside else 1.4)

    def picture(self, slide: Any, chart: Chart, left: float, width: float, top: float) -> None:
        """A figure as large as its place, with its caption below."""
        from PIL import Image

        content = self.charts.file(self.figures[chart.key], "png")
        across, down = Image.open(BytesIO(content)).size
        width = min(width, (HEIGHT - top - 3.0) * across / down)
        shape = slide.shapes.add_picture(BytesIO(content), self.cm(left), self.cm(top), width=self.cm(width))
        shape._element.nvPicPr.cNvPr.set("descr", chart.alternative)  # noqa: SLF001 - python-pptx has no name for it
        below = top + 0.4 + width * down / across
        self.put(slide, [(chart.caption or chart.title, 11, MUTED, False)], below, 1.6, left, width)

    def empty(self) -> Any:
        return self.made.slides.add_slide(self.made.slide_layouts[6])

    def put(
        self, slide: Any, told: list[Styled], top: float, height: float, left: float = EDGE,
        width: float = WIDTH - 2 * EDGE,
    ) -> None:  # fmt: skip
        """Paragraphs, each with its size in points, its colour and whether it is bold."""
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        cm = self.cm
        frame = slide.shapes.add_textbox(cm(left), cm(top), cm(width), cm(height)).text_frame
        frame.word_wrap = True
        for at, (words, size, colour, bold) in enumerate(one for one in told if one[0]):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(size * AIR)
            for part, is_command in commands(words):
                run = paragraph.add_run()
                run.text = part
                run.font.size, run.font.bold = Pt(size), bold
                run.font.name = "Consolas" if is_command else FONTS[self.page.lang]
                run.font.color.rgb = RGBColor.from_string(colour)  # type: ignore[no-untyped-call]


def _letters(words: Sequence[Words]) -> int:
    """Letters of paragraphs, with their air."""
    return sum(40 + width_of(paragraph) for paragraph, _ in words)


def _until_heading(words: Sequence[Words], at: int) -> list[Words]:
    """A heading and what stands under it."""
    end = next((n for n in range(at + 1, len(words)) if words[n][1] == "heading"), len(words))
    return list(words[at:end])


def _largest(sizes: Sequence[int], height: float, made: Callable[[int], list[Styled]]) -> list[Styled]:
    """Paragraphs in the largest size in which a place of that height (cm) holds them; else in the smallest."""
    for size in sizes:
        paragraphs = made(size)
        needs = (
            height_of(words, points, BETWEEN) + AIR * points * 2.54 / 72.0 for words, points, *_ in paragraphs if words
        )
        if sum(needs) <= height:
            break
    return paragraphs


def _words(block: Block) -> list[Words]:
    """The paragraphs of a block; tables and cards have their own place."""
    if isinstance(block, Bullets):
        return [(item, "bullet") for item in block.items]
    return [(block.text, "text")] if isinstance(block, Paragraph | Caveat) else []
