"""One document, every renderer: the same characters for the same number, in both languages, whatever the words."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import docx
import jsonschema
import openpyxl
import pytest
from pypdf import PdfReader
from rich.console import Console

from copark import presentation
from copark.presentation import document as data
from copark.presentation import document_tables, html_pdf, terminal
from copark.presentation import docx as words_file
from copark.presentation.document import Column, Kind
from copark.presentation.figures import FORMATS, Charts
from copark.presentation.numbers import NOTHING
from copark.presentation.rendered_document import Page, chart_of, page_of, table_of, to_json
from copark.texts import LANGUAGES
from tests.presentation.toy import document, hostile

SPACES = re.compile(r"\s+")
TAGS = re.compile(r"<[^>]+>")


def flat(words):
    """Words without blanks, which renderers put where a line ends."""
    return SPACES.sub("", words)


def screen(one, width=200, **files):
    stream = io.StringIO()
    terminal.show(one, Console(file=stream, width=width, color_system=None), files or None)
    return stream.getvalue()


def docx_words(path):
    made = docx.Document(str(path))
    cells = (cell.text for table in made.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in made.paragraphs), *cells])


def pdf_words(path):
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.fixture(scope="module", params=LANGUAGES)
def lang(request):
    return str(request.param)


@pytest.fixture(scope="module")
def files(lang, draw, tmp_path_factory):
    """The toy in every format, its figures drawn."""
    with pytest.MonkeyPatch.context() as patch:
        draw(patch)
        return presentation.write(document(lang), tmp_path_factory.mktemp(lang), presentation.FORMATS)


@pytest.fixture(scope="module")
def rendered(lang, files):
    """All that each renderer shows, as words."""
    page = files["html"].read_text(encoding="utf-8")
    body = page[page.index("<body") :]
    return {
        "terminal": screen(document(lang)),
        "html": html.unescape(TAGS.sub(" ", re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL))),
        "json": "\n".join(texts_in(json.loads(files["json"].read_text(encoding="utf-8")))),
        "docx": docx_words(files["docx"]),
        "pdf": pdf_words(files["pdf"]),
    }


def texts_in(content):
    if isinstance(content, dict):
        return [one for key, value in content.items() if key != "svg" for one in texts_in(value)]
    if isinstance(content, list):
        return [one for value in content for one in texts_in(value)]
    return [content] if isinstance(content, str) else []


def cells_of(page):
    """Every value that is not folded, as characters."""
    found = []
    for section in page.sections:
        for block in section.blocks:
            if section.folded:
                continue
            if block.type == "cards":
                found += [card.cell.text for card in block.cards]
            elif block.type == "table":
                found += [cell.text for row in block.rows for cell in row]
    return found


def test_every_value_has_the_same_characters_everywhere(lang, rendered):
    expected = cells_of(page_of(document(lang)))
    assert len(expected) == 40
    for name, words in rendered.items():
        plain = flat(words)
        # the screen breaks long sentences between other columns
        missing = [one for one in expected if flat(one) not in plain and not (name == "terminal" and len(one) > 20)]
        assert not missing, name


def test_headline_trust_caveat_sources_and_provenance_are_told(lang, rendered):
    page = document(lang)
    caveat = next(block.text for block in page.blocks() if isinstance(block, data.Caveat))
    told = (page.title, page.headline, page.trust, caveat, page.evidence[0].text, "0123456789abcdef")
    for name, words in rendered.items():
        plain = flat(words)
        assert not [said for said in told if flat(said) not in plain], name
        assert plain.index(flat(page.headline)) < plain.index(flat(caveat))


def test_the_screen_fits_and_names_what_it_does_not_show(lang, subtests):
    from rich.cells import cell_len

    for width in (80, 100, 133, 200):
        with subtests.test(width=width):
            said = screen(document(lang), width)
            assert max(cell_len(line) for line in said.split("\n")) <= width
            assert ("Method and detail" if lang == "en" else "方法与细节") in said.split("\n")[-2]
            assert said.count("+4.2") == 2
    where = screen(document(lang), 100, html=Path("/there/toy.html"))
    assert "toy.html" in next(line for line in where.split("\n") if line.startswith(("Figure", "图")))


def test_a_workbook_holds_the_numbers_and_how_to_write_them(lang, files):
    book = openpyxl.load_workbook(files["xlsx"])
    cover, gains = book.worksheets[:2]
    assert gains.title == document(lang).sections[0].blocks[3].title
    cells = [cell.value for row in cover for cell in row]
    assert {document(lang).headline, document(lang).trust, "0123456789abcdef"} <= set(cells)
    assert sum(cell.hyperlink is not None for row in cover for cell in row) == len(book.worksheets) - 1
    heads = [cell.value for cell in gains[5]]
    assert heads[5].endswith("(M USD)" if lang == "en" else "（百万美元）")
    assert gains.freeze_panes == "B6"
    assert gains.auto_filter.ref == "A5:O8"
    row = gains[6]
    assert [cell.value for cell in row[4:13]] == [12000, 1234.5, 36.25, 0.8412, 4.2, 0.067, 134, 56, 399]
    assert [row[at].number_format.split(";")[0] for at in (4, 6, 7, 8, 9)] == [
        "#,##0", "+#,##0", "#,##0.0%", "+#,##0.0", "#,##0.0%",
    ]  # fmt: skip
    assert gains[5][8].comment.text
    assert gains[8][9].value == NOTHING


def test_json_follows_its_schema_and_carries_values_with_their_characters(lang, files):
    content = json.loads(files["json"].read_text(encoding="utf-8"))
    jsonschema.validate(content, Page.model_json_schema(mode="serialization"))
    assert Page.model_validate(content) == page_of(document(lang)).model_copy(
        update={"sections": Page(**content).sections}
    )
    blocks = content["sections"][0]["blocks"]
    cell = blocks[3]["rows"][0][9]
    assert (cell["value"], cell["low"], cell["high"]) == (134, 56, 399)
    assert blocks[4]["svg"].startswith("<svg")
    assert blocks[3]["rows"][1][11]["sources"] == [
        {"key": "report-2021", "text": "report-2021", "listed": True},
        {"key": "judgement", "text": "judgement" if lang == "en" else "判断", "listed": False},
    ]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content | {"headline": 1}, Page.model_json_schema(mode="serialization"))


def test_a_page_without_what_is_folded_says_how_much_there_is_and_gives_each_part(lang):
    whole, light = page_of(document(lang)), page_of(document(lang), whole=False)
    blocks = [block for one in light.sections for block in one.blocks]
    tables = [block for block in blocks if block.type == "table" and block.folded]
    tables += [block.numbers for block in blocks if block.type == "chart"]
    for one in tables:
        found = table_of(document(lang), one.key)
        assert not one.rows
        assert len(found.rows) == one.count > 0
        assert found.model_copy(update={"rows": (), "widths": one.widths}) == one
    assert len(tables) == 2
    assert table_of(document(lang), "none") is None
    seen, told = ([block for block in page.sections[0].blocks if block.type == "table"] for page in (light, whole))
    assert seen == told


@pytest.mark.usefixtures("drawn")
def test_a_chart_of_a_page_is_text_in_its_own_fonts(lang):
    key = next(block.key for block in document(lang).blocks() if isinstance(block, data.Chart))
    text, outlined = (chart_of(document(lang), key, Charts(outlined=one)) for one in (False, True))
    assert "<text " in text.svg
    assert "font-family" not in text.svg
    assert "<text " not in outlined.svg
    assert len(text.svg) < len(outlined.svg)
    assert chart_of(document(lang), "none", Charts()) is None


def test_a_page_of_html_needs_nothing_else_and_can_be_read_by_all(lang, files):
    page = files["html"].read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe)\b", page)
    assert not re.search(r'(src|href)="(?!#|https://example\.org)', page)
    assert page.count("<svg") == page.count('role="img"') == 1
    assert document(lang).sections[0].blocks[4].alternative in page
    assert '<a href="#source-report-2021">' in page
    assert '<li id="source-report-2021">' in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count("<th scope") > 20


def test_a_pdf_brings_the_letters_it_uses(lang, files):
    reader = PdfReader(files["pdf"])
    embedded, largest = set(), 0
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            below = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            program = next(below[key] for key in ("/FontFile2", "/FontFile3") if key in below).get_object()
            embedded.add(str(below["/FontName"]).partition("+")[2].replace("-Identity-H", ""))
            largest = max(largest, len(program.get_data()))
    assert any(name.startswith("NotoSansSC") for name in embedded), embedded
    assert 1_000 < largest < 400_000
    assert reader.metadata.title == document(lang).title
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


def test_a_docx_has_styles_alternative_texts_and_page_numbers(lang, files):
    made = docx.Document(str(files["docx"]))
    assert [one.text for one in made.paragraphs if one.style.name == "Title"] == [document(lang).title]
    assert {table.style.name for table in made.tables} >= {"Light List Accent 1"}
    assert 'descr="' + document(lang).sections[0].blocks[4].alternative in made.element.xml
    assert "NUMPAGES" in made.sections[0].footer._element.xml
    assert len(made.inline_shapes) == 1


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A document of hostile words in every format."""
    return presentation.write(hostile(), tmp_path_factory.mktemp("hostile"), presentation.FORMATS)


def test_no_hostile_word_is_markup_or_a_command(attacked):
    page = attacked["html"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;" in page
    assert not set("\x1b\x00\u202e") & set(screen(hostile()) + page)
    for words in (pdf_words(attacked["pdf"]), docx_words(attacked["docx"])):
        for said in ('<script>alert("x")</script>', "#let x = 1; $ * _", "{{ 7 * 7 }}", "]]>&amp;", "red"):
            assert flat(said) in flat(words)


def test_no_hostile_word_is_a_formula(attacked):
    for sheet in openpyxl.load_workbook(attacked["xlsx"]):
        assert all(cell.data_type != "f" for row in sheet for cell in row), sheet.title
    cells = [
        cell
        for path in attacked["csv"].iterdir()
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        for cell in row
    ]
    assert '\'=HYPERLINK("http://evil.example",1)' in cells
    assert not any(cell.startswith(("=", "+", "@", "-")) for cell in cells)


@pytest.mark.usefixtures("drawn")
def test_a_drawing_with_hostile_words_is_still_one():
    from xml.etree import ElementTree as ET

    one = hostile(("\x1b[31m<script>]]>\x00",))
    page = to_json(one)["sections"][0]["blocks"][-1]["svg"]
    assert ET.fromstring(page).tag == "svg"
    (chart,) = (block for block in one.blocks() if isinstance(block, data.Chart))
    svg, pdf, png = (Charts().file(chart, kind) for kind in FORMATS)
    assert (ET.fromstring(svg).tag.endswith("svg"), pdf[:5], png[1:4]) == (True, b"%PDF-", b"PNG")


def test_a_link_to_elsewhere_than_the_web_is_no_link():
    assert page_of(hostile(("x",))).evidence[0].link == ""


def test_slides_begin_with_the_answer_and_show_each_figure_beside_words(lang, files):
    from pptx import Presentation

    made, told = Presentation(str(files["pptx"])), document(lang)
    words = [" ".join(one.text_frame.text for one in slide.shapes if one.has_text_frame) for slide in made.slides]
    assert told.title in words[0]
    assert told.headline in words[0]
    pictures = [one for slide in made.slides for one in slide.shapes if one.shape_type == 13]
    charts = [one for one in told.blocks() if isinstance(one, data.Chart)]
    assert [one._element.nvPicPr.cNvPr.get("descr") for one in pictures] == [one.alternative for one in charts]


def test_paper_has_the_first_rows_and_says_how_many_more_there_are(tmp_path):
    column = data.Column("n", "N", data.Kind.count)
    table = data.Table("long", "Long", (column,), tuple((at,) for at in range(1234)), (("a", 1000), ("b", 234)))
    one = data.Document("long", "en", "T", "H", sections=(data.Section("s", "S", (table,)),))
    words = pdf_words(html_pdf.write_pdf(one, tmp_path / "long.pdf"))
    assert "934 more rows" in words
    assert "934 more rows" in docx_words(words_file.write(one, tmp_path / "long.docx"))
    assert (
        openpyxl.load_workbook(document_tables.write_workbook(one, tmp_path / "long.xlsx")).worksheets[1].max_row
        == 5 + 1234
    )
    assert len((document_tables.write_csvs(one, tmp_path / "csv") / "long.csv").read_text().splitlines()) == 1235


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_terminal_shows_a_summary_of_a_long_document_and_names_the_rest(lang):
    """The answer, how sure, and the first tables on two screens; the documents of levers and claims had 1,222 lines."""
    one = replace(document(lang), sections=tuple(long_section(f"part-{n}") for n in range(9)))
    stream = io.StringIO()
    terminal.show(one, Console(file=stream, width=80, color_system=None), whole=False)
    lines = stream.getvalue().splitlines()
    assert len(lines) < 140
    plain = flat(stream.getvalue())
    assert flat(one.headline) in plain
    assert flat(one.trust) in plain
    assert "title part-0" in stream.getvalue()
    assert "title part-8" in stream.getvalue().partition("title part-1\n")[2], "what is left out is named"
    assert "row-39" in plain
    assert "row-40" not in plain
    assert "--all" in lines[-1] + lines[-2]
    assert "row-99" in flat(screen(one, width=80)), "all of it is shown to who asks for it"


def long_section(key):
    columns = (
        Column("name", "Name", Kind.text),
        *(Column(f"c{n}", f"column {n} of ten", Kind.number) for n in range(10)),
    )
    rows = tuple((f"row-{n}", *(float(n),) * 10) for n in range(100))
    return data.Section(key, f"title {key}", (data.Table(key, f"title {key}", columns, rows),))
