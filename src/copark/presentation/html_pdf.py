"""A document laid out by a template: one page of HTML that needs nothing else, or pages of PDF, the same everywhere."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from copark.presentation.document import Document, Section, Table
from copark.presentation.figures import Charts
from copark.presentation.fonts import chinese_font_file
from copark.presentation.rendered_document import PRINTED_ROWS, commands, page_of
from copark.presentation.style import PALETTE
from copark.store.files import written_file
from copark.texts import text

TEMPLATES = Path(__file__).parent / "templates"
SMALLER = (
    (1.0, 1.0),
    (0.95, 1.0),
    (0.9, 1.0),
    (0.9, 0.9),
    (0.85, 0.95),
    (0.85, 0.85),
    (0.85, 0.7),
    (0.8, 0.65),
    (0.75, 0.5),
    (0.75, 0.4),
)
"""Sizes of letters and of figures, as shares, at which a document of one page is tried, the first that fits."""


def to_html(document: Document, charts: Charts | None = None) -> str:
    """Return a document as HTML. All words are escaped; only the drawings, whose words are outlines, are not."""
    page = page_of(document, charts or Charts())
    return filled("document.html.j2", document.lang, page=page, palette=PALETTE)


def to_notebook(document: Document, run_id: str, rows: int = 12) -> str:
    """Return what a notebook shows of a document: title, headline, how sure it is, and the first rows of a table.

    Nothing is drawn. The table is the first that is seen without being asked for; else the first there is.

    Parameters
    ----------
    document
        The document, in the language of its words.
    run_id
        Run ID of the result that it shows.
    rows
        Rows of the table that are shown; a note says how many more there are.
    """
    tables = [block for block in document.blocks() if isinstance(block, Table)]
    first = next((table for table in tables if not table.folded), next(document.tables(), None))
    begun = () if first is None else (Section("table", first.title, (_beginning(first, rows, document.lang),)),)
    page = page_of(replace(document, sections=begun))
    table = next((block for section in page.sections for block in section.blocks), None)
    return filled("notebook.html.j2", document.lang, page=page, table=table, run_id=run_id)


def _beginning(table: Table, rows: int, lang: str) -> Table:
    """Return the first rows of a table, with a note of how many more there are."""
    if len(table.rows) <= rows:
        return table
    groups = []
    left = rows
    for title, count in table.groups:
        groups += [(title, min(count, left))] if left > 0 else []
        left -= count
    more = text("presentation.notebook_rows", lang, shown=rows, count=len(table.rows))
    note = f"{table.note} {more}".strip()
    return replace(table, rows=table.rows[:rows], groups=tuple(groups), note=note)


def filled(template: str, lang: str, **values: Any) -> str:
    """Fill a template with values, all words escaped.

    Parameters
    ----------
    template
        Name of its file.
    lang
        Language of what it says by itself.
    values
        What it is filled with.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def say(key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", lang, **values)

    def prose(sentence: str) -> Markup:
        parts = (
            Markup("<code>{}</code>").format(words) if is_command else escape(words)
            for words, is_command in commands(sentence)
        )
        return Markup("").join(parts)

    environment.filters["prose"] = prose
    environment.globals.update(say=say, Markup=Markup)
    return environment.get_template(template).render(html_lang={"zh": "zh-CN"}.get(lang, "en"), **values)


def write_pdf(document: Document, path: Path, charts: Charts | None = None) -> Path:
    """Write a document as PDF/UA-1, and give its path.

    It is tagged for screen readers, figures are drawn as lines, and the letters it uses are embedded.

    Parameters
    ----------
    document
        The document, in the language of its words.
    path
        The file to write.
    charts
        Draws the figures; each is drawn once, however many renderers show it.

    Raises
    ------
    ValueError
        If the font that comes with copark is missing.
    """
    import typst

    lang = document.lang
    font = chinese_font_file()
    if font is None:
        raise ValueError(text("presentation.no_font", lang))
    page = page_of(document, charts or Charts(), inline=False, most=PRINTED_ROWS)
    words = {key: text(f"presentation.{key}", lang) for key in ("caveat", "colon", "evidence", "provenance")}
    words["page"] = text("presentation.page", lang, page="{page}", pages="{pages}")
    fitted = "yes" if document.is_one_page else ""
    inputs = {"page": page.model_dump_json(), "words": json.dumps(words), "fitted": fitted}
    for scale, figures in SMALLER if document.is_one_page else SMALLER[:1]:
        compiler = typst.Compiler(
            TEMPLATES / "document.typ",
            root=TEMPLATES,
            font_paths=[font.parent],
            ignore_system_fonts=True,
            sys_inputs=inputs | {"scale": str(scale), "figures": str(figures)},
        )
        if json.loads(compiler.query("<pages>", field="value", one=True)) == 1:
            break
    content = cast("bytes", compiler.compile(format="pdf", pdf_standards=["ua-1"]))
    with written_file(path) as target:
        target.write_bytes(content)
    return path


@dataclass(frozen=True)
class LiveParts:
    """What a live page has beside its words: script and style, the compiled kernel and the packed park in base64."""

    script: str
    style: str
    licences: str
    module: str
    park: str
    words: Mapping[str, Mapping[str, str]]
    """Words of the page by key and language."""


LIVE_POLICY = (
    "default-src 'none'; script-src 'sha256-{digest}' 'wasm-unsafe-eval'; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""What a live page may load: its own script, by hash, and nothing of any host."""


def to_live_html(documents: Mapping[str, Document], lang: str, parts: LiveParts, charts: Charts) -> str:
    """Return a document in several languages as one page whose reader may move levers.

    Parameters
    ----------
    documents
        The document by language.
    lang
        Language in which the page opens.
    parts
        Script, style and data of the page.
    charts
        Draws the figures.
    """
    pages = {name: page_of(document, charts) for name, document in documents.items()}
    script = parts.script.replace("</script", "<\\/script")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    rendered = {name: filled("live_part.html.j2", name, page=page) for name, page in pages.items()}
    return filled(
        "live.html.j2",
        lang,
        page=pages[lang],
        palette=PALETTE,
        opened=lang,
        rendered=rendered,
        parts=parts,
        script=script,
        policy=LIVE_POLICY.format(digest=digest),
        words=for_script(json.dumps(parts.words, ensure_ascii=False)),
        frame=None,
    )


def for_script(content: str) -> str:
    """Return JSON so that no word of it ends the element it stands in."""
    return content.replace("<", "\\u003c")
