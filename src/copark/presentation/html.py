"""A document as one page of HTML that needs nothing else: readable on a telephone, on paper, in the dark."""

from pathlib import Path
from typing import Any

from copark.presentation.document import Document
from copark.presentation.figures import Charts
from copark.presentation.page import commands, page_of
from copark.texts import text

TEMPLATES = Path(__file__).parent / "templates"
HTML_LANGUAGE = {"en": "en", "zh": "zh-CN"}


def to_html(document: Document, charts: Charts | None = None) -> str:
    """A document as HTML. All words are escaped; only the drawings, whose words are outlines, are not."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    from copark.presentation.style import PALETTE

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip

    def say(key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", document.lang, **values)

    def prose(sentence: str) -> Markup:
        return Markup("").join(Markup("<code>{}</code>").format(words) if is_command else escape(words)
                               for words, is_command in commands(sentence))  # fmt: skip

    environment.filters["prose"] = prose
    environment.globals.update(say=say, Markup=Markup)
    return environment.get_template("document.html.j2").render(
        page=page_of(document, charts or Charts()), html_lang=HTML_LANGUAGE[document.lang], palette=PALETTE
    )
