"""A document on paper, as PDF: the same on every machine, with the Chinese font copark brings."""

import json
from pathlib import Path

from copark.presentation.document import Document
from copark.presentation.figures import Charts
from copark.presentation.html import TEMPLATES
from copark.presentation.page import PRINTED_ROWS, page_of
from copark.presentation.style import chinese_font_file
from copark.store.files import written_file
from copark.texts import text

WORDS = ("caveat", "colon", "evidence", "provenance")


def write(document: Document, path: Path, charts: Charts | None = None) -> Path:
    """Write a document as PDF/UA-1: tagged for screen readers, figures drawn as lines, the letters it uses embedded.

    Raises ValueError if the font that comes with copark is missing.
    """
    import typst

    lang = document.lang
    font = chinese_font_file()
    if font is None:
        raise ValueError(text("presentation.no_font", lang))
    page = page_of(document, charts or Charts(), inline=False, most=PRINTED_ROWS)
    words = {key: text(f"presentation.{key}", lang) for key in WORDS}
    words["page"] = text("presentation.page", lang, page="{page}", pages="{pages}")
    inputs = {"page": page.model_dump_json(), "words": json.dumps(words)}
    made = typst.compile(
        TEMPLATES / "document.typ", root=TEMPLATES, font_paths=[font.parent], ignore_system_fonts=True,
        sys_inputs=inputs, format="pdf", pdf_standards=["ua-1"],
    )  # fmt: skip
    with written_file(path) as target:
        target.write_bytes(made)
    return path
