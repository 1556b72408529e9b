"""A document for a word processor: real headings, tables and captions, to be edited and handed on."""

from io import BytesIO
from pathlib import Path
from typing import Any

from copark.presentation.document import Chart as DocumentChart
from copark.presentation.document import Document
from copark.presentation.figures import Charts
from copark.presentation.rendered_document import (
    PRINTED_ROWS,
    Block,
    Page,
    RenderedCard,
    RenderedCards,
    RenderedChart,
    RenderedTable,
    commands,
    page_of,
)
from copark.presentation.text_wrap import height_of, width_of
from copark.store.files import written_file
from copark.texts import text

FONTS = {"en": "Calibri", "zh": "Microsoft YaHei"}
"""Word's own fonts, with their stand-ins where it lacks them; nothing is embedded."""
STYLE = "Light List Accent 1"
LETTERS = 120
"""Letters of a line of a table: one that needs more gets a page on its side."""
KEPT = 12
"""Rows of a table that is not broken over two pages."""
PORTRAIT = 16.6
"""Width of an upright page between its margins, cm."""
LANDSCAPE = 25.3
"""Width of a page on its side between its margins, cm."""
PAGE = 25.8
"""Height of a page between its margins, cm, less a line."""
PICTURE = 15.0
"""Width of a wide figure, cm."""
NARROW = 9.0
"""Least width of a figure in a document of one page, cm."""
BODY = (10.0, 9.5, 9.0, 8.5)
"""Sizes of letters, points, that a document of one page may have: the first with which its figures are wide."""
LONG_TITLE = 70
"""Letters of a title that one line holds."""
TWIPS = 1440 / 2.54
"""Word's unit of length: how many make a centimetre."""
INK = "1D5B8C"
MUTED = "65717C"


def write(document: Document, path: Path, charts: Charts | None = None) -> Path:
    """Write a document as DOCX; its figures are PNG, with their alternative texts.

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
    content = _DocxWriter(document, charts or Charts()).document()
    with written_file(path) as target:
        content.save(str(target))
    return path


class _DocxWriter:
    def __init__(self, document: Document, charts: Charts) -> None:
        import docx

        self.page: Page = page_of(document, most=PRINTED_ROWS)
        self.charts = charts
        self.figures = {block.key: block for block in document.blocks() if isinstance(block, DocumentChart)}
        self.file = docx.Document()
        self.body = 10.0
        self.picture_width = PICTURE
        if document.is_one_page:
            self.fit()

    def fit(self) -> None:
        """Choose sizes of letters and figures with which the document is about a page long."""
        from PIL import Image

        ratio = 0.0
        for figure in self.figures.values():
            across, down = Image.open(BytesIO(self.charts.file(figure, "png"))).size
            ratio += down / across
        for size in BODY:
            room = PAGE - _height(self.page, size)
            self.body = size
            if ratio:
                self.picture_width = min(PICTURE, max(NARROW, room / ratio))
            if room >= ratio * PICTURE:
                return

    def say(self, key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", self.page.lang, **values)

    def document(self) -> Any:
        from docx.shared import Pt

        page = self.page
        self.set_up()
        self.file.add_heading(page.title, 0)
        headline = self.file.add_paragraph().add_run(page.headline)
        headline.font.size = Pt(self.body + 2)
        headline.bold = True
        if page.trust:
            self.quiet(page.trust)
        for section in page.sections:
            self.turn(sideways=is_wide(section.blocks[0]) if section.blocks else False)
            self.file.add_heading(section.title, 1)
            for block in section.blocks:
                self.turn(sideways=is_wide(block))
                self.block(block, section.title)
        self.turn(sideways=False)
        if page.evidence:
            self.file.add_heading(self.say("evidence"), 1)
        for source in page.evidence:
            self.labelled(source.key, f"{source.text} {source.link}".strip())
        if page.provenance:
            colon = self.say("colon")
            entries = (f"{entry.title}{colon}{entry.value}" for entry in page.provenance)
            self.quiet(f"{self.say('provenance')}{colon}{' · '.join(entries)}", 7)
        return self.file

    def set_up(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt, RGBColor

        file = self.file
        lang = self.page.lang
        file.core_properties.title = self.page.title
        file.core_properties.author = "copark"
        file.core_properties.language = "zh-CN" if lang == "zh" else "en-GB"
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption"):
            style = file.styles[name]
            style.font.name = FONTS["en"] if lang == "en" else FONTS["zh"]
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:eastAsia"), FONTS["zh"])
        file.styles["Normal"].font.size = Pt(self.body)
        file.styles["Normal"].paragraph_format.space_after = Pt(3)
        file.styles["Heading 1"].paragraph_format.space_before = Pt(8)
        file.styles["Title"].font.size = Pt(_title_size(self.page.title))
        caption = file.styles["Caption"].font
        caption.bold = False
        caption.color.rgb = RGBColor.from_string(MUTED)
        section = file.sections[0]
        section.page_width = Cm(21)
        section.page_height = Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(1.6)
        before, between, after = self.say("page", page="\0", pages="\0").split("\0")
        footer = section.footer.paragraphs[0]
        for words, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
            footer.add_run(words)
            if field:
                _field(footer, field)

    def block(self, block: Block, above: str) -> None:
        if isinstance(block, RenderedTable):
            self.table(block, above)
        elif isinstance(block, RenderedChart):
            self.chart(block)
        elif isinstance(block, RenderedCards):
            self.cards(block)
        elif block.type == "bullets":
            for item in block.items:
                _prose(self.file.add_paragraph(style="List Bullet"), item)
        elif block.type == "caveat":
            self.labelled(self.say("caveat"), block.text)
        else:
            _prose(self.file.add_paragraph(), block.text)

    def quiet(self, words: str, size: float = 9) -> None:
        _quiet(self.file.add_paragraph(), words, size)

    def labelled(self, label: str, words: str) -> None:
        paragraph = self.file.add_paragraph()
        paragraph.add_run(f"{label}  ").bold = True
        _prose(paragraph, words)

    def cards(self, block: RenderedCards) -> None:
        from docx.shared import Pt, RGBColor

        across = block.across
        table = self.file.add_table(-(-len(block.cards) // across), across)
        for n, card in enumerate(block.cards):
            cell = table.cell(n // across, n % across)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
            run = cell.paragraphs[0].add_run(card.cell.text)
            run.bold = True
            run.font.size = Pt(13)
            run.font.color.rgb = RGBColor.from_string(INK)
            words = cell.add_paragraph(card.title)
            if card.note:
                words.add_run("\n")
                _quiet(words, card.note)

    def table(self, block: RenderedTable, above: str = "") -> None:
        if block.empty and block.count:
            self.quiet(f"{block.title}{self.say('colon')}{block.empty}")
            return
        if block.title != above:
            self.file.add_heading(block.title, 2)
        if block.empty:
            self.file.add_paragraph(block.empty)
        else:
            self.grid(block, LANDSCAPE if is_wide(block) else PORTRAIT)
        notes = [block.note]
        if not block.empty:
            notes += [f"{column.title}{self.say('colon')}{column.meaning}" for column in block.meanings]
        for words in filter(None, notes):
            self.quiet(words)

    def turn(self, *, sideways: bool) -> None:
        """Go on on a page that lies on its side, or stands: a new one only where the last is not of that kind."""
        from docx.enum.section import WD_ORIENT

        orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
        if self.file.sections[-1].orientation == orientation:
            return
        section = self.file.add_section()
        section.orientation = orientation
        section.page_width, section.page_height = section.page_height, section.page_width

    def grid(self, block: RenderedTable, width: float) -> None:
        from docx.oxml.ns import qn

        table = self.file.add_table(0, len(block.columns), style=STYLE)
        table.autofit = False
        look = table._tbl.tblPr.find(qn("w:tblLook"))  # noqa: SLF001 - python-docx has no name for it
        look.set(qn("w:firstColumn"), "0")
        look.set(qn("w:val"), "0420")  # the same as bits: a head row, no bands
        letters = [max(width + 3, 9) for width in block.widths]
        size = 9.0 if sum(letters) <= 80 else 7.5 if sum(letters) <= 200 else 6.0
        widths = [min(width / sum(letters), 0.21) * count for count in letters]
        numeric = [column.numeric for column in block.columns]
        put = _Filler(table, widths, numeric, size, whole=len(block.rows) <= KEPT)
        put.row([column.head for column in block.columns], head=True)
        for title, rows in block.parts:
            if title:
                put.row([title], span=len(widths))
            for row in rows:
                put.row([cell.text for cell in row])
        self.file.add_paragraph()

    def chart(self, block: RenderedChart) -> None:
        from docx.shared import Cm

        picture = BytesIO(self.charts.file(self.figures[block.key], "png"))
        self.file.add_picture(picture, width=Cm(self.picture_width if block.wide else 11))
        self.file.paragraphs[-1].paragraph_format.keep_with_next = True
        shape = self.file.inline_shapes[-1]._inline.docPr  # noqa: SLF001 - python-docx has no name for it
        shape.set("descr", block.alternative)
        shape.set("title", block.title)
        self.file.add_paragraph(block.caption or block.title, style="Caption")
        if block.numbers:
            self.turn(sideways=is_wide(block.numbers))
            self.table(block.numbers)


def _title_size(title: str) -> float:
    """Return the size of a title, points: a long one has smaller letters."""
    return 18.0 if width_of(title) <= LONG_TITLE else 13.0


def _height(page: Page, body: float) -> float:
    """Estimate the height of a document without its figures, cm."""
    needs = height_of(page.title, _title_size(page.title), PORTRAIT) + 0.8
    needs += height_of(page.headline, body + 2, PORTRAIT) + height_of(page.trust, 9, PORTRAIT) + 0.2
    for section in page.sections:
        needs += 1.0
        for block in section.blocks:
            if isinstance(block, RenderedCards):
                needs += max(_card_height(card, body, PORTRAIT / block.across - 0.4) for card in block.cards)
            elif isinstance(block, RenderedChart):
                needs += height_of(block.caption or block.title, 9, PORTRAIT) + 0.6
            elif block.type == "bullets":
                needs += sum(height_of(item, body, PORTRAIT - 0.7) + 0.1 for item in block.items)
            elif block.type in ("paragraph", "caveat"):
                needs += height_of(block.text, body, PORTRAIT) + 0.1
    words = " · ".join(f"{entry.title}: {entry.value}" for entry in page.provenance)
    return needs + height_of(words, 7, PORTRAIT)


def _card_height(card: RenderedCard, body: float, width: float) -> float:
    """Estimate the height of a card, cm."""
    words = height_of(card.cell.text, 13, width) + height_of(card.title, body, width)
    return words + 0.1 + height_of(card.note, 9, width)


def is_wide(block: Block) -> bool:
    """Return whether a block is a table that needs a page on its side."""
    return isinstance(block, RenderedTable) and not block.empty and sum(block.widths) + 2 * len(block.widths) > LETTERS


class _Filler:
    """Writes rows of a table, as XML: through python-docx's own cells 300 rows take ten seconds.

    A ``whole`` table is kept on one page, with the blank line below it.
    """

    def __init__(
        self, table: Any, widths: list[float], numeric: list[bool], size: float, *, whole: bool = False
    ) -> None:
        self.table = table
        self.size = size
        self.whole = whole
        self.widths = [round(width * TWIPS) for width in widths]
        for column, width in zip(table.columns, self.widths, strict=True):
            column.width = width * 635  # English metric units
        self.sides = ["right" if is_number else "left" for is_number in numeric]

    def row(self, words: list[str], *, head: bool = False, span: int = 1) -> None:
        """Add a row; a head stands again on each page, and one cell that spans all columns is the head of a group.

        Parameters
        ----------
        words
            What stands in each cell.
        head
            True for the head of the table.
        span
            Columns that the one cell takes, where there is one.
        """
        from docx.oxml import parse_xml
        from docx.oxml.ns import nsdecls

        places = zip(self.widths, self.sides, strict=True) if span == 1 else [(sum(self.widths), "left")]
        cells = "".join(self._cell(*place, part, span=span) for place, part in zip(places, words, strict=True))
        again = "<w:tblHeader/>" if head else ""
        row = f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{again}</w:trPr>{cells}</w:tr>"
        self.table._tbl.append(parse_xml(row))  # noqa: SLF001

    def _cell(self, width: int, side: str, words: str, *, span: int = 1) -> str:
        from xml.sax.saxutils import escape

        bold = "<w:b/>" if span > 1 else ""
        stays = "<w:keepNext/>" if span > 1 or self.whole else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{span}"/></w:tcPr>'
            f'<w:p><w:pPr>{stays}<w:spacing w:after="20"/><w:jc w:val="{side}"/></w:pPr>'
            f'<w:r><w:rPr>{bold}<w:sz w:val="{round(2 * self.size)}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p></w:tc>'
        )


def _prose(paragraph: Any, sentence: str) -> list[Any]:
    """Add a sentence, and return its runs; commands in it are set in a font of equal widths."""
    runs = []
    for words, is_command in commands(sentence):
        runs.append(paragraph.add_run(words))
        if is_command:
            runs[-1].font.name = "Consolas"
    return runs


def _quiet(paragraph: Any, words: str, size: float = 9) -> None:
    """Add words in small grey letters; Chinese has no italics."""
    from docx.shared import Pt, RGBColor

    for run in _prose(paragraph, words):
        run.font.size = Pt(size)
        run.font.color.rgb = RGBColor.from_string(MUTED)


def _field(paragraph: Any, name: str) -> None:
    """Add a field that the word processor fills, such as the number of the page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    field.append(OxmlElement("w:r"))
    field[0].append(OxmlElement("w:t"))
    field[0][0].text = "1"  # until the word processor has counted
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no name for it
