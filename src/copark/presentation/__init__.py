"""Presentation: a document as data, and what turns it into a terminal, a page, a sheet or a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from copark.extras import need_form
from copark.texts import text

if TYPE_CHECKING:
    from copark.presentation.document import Document
    from copark.presentation.figures import Charts

FORMATS = ("html", "xlsx", "csv", "docx", "pdf", "pptx", "md", "json")


def dated_name(document: Document) -> str:
    """Name a document after what it is about and the day it is made, such as ``brief-thilawa-2026-11-29``."""
    return f"{document.key}-{datetime.now(UTC).date().isoformat()}"


def write(document: Document, folder: Path, formats: Sequence[str], name: str = "") -> dict[str, Path]:
    """Write a document in some formats, each figure drawn once, and give the path of each.

    Parameters
    ----------
    document
        The document, in the language of its words.
    folder
        Where ``<name>-<lang>.<format>`` goes; made if missing. For ``csv`` it is a folder ``<name>-<lang>-csv`` of a
        file for each table.
    formats
        Some of :data:`FORMATS`.
    name
        By default the document's key.

    Raises
    ------
    ValueError
        If there is no such format.
    copark.extras.NotInstalled
        If an extra that brings the writer of one is not installed; nothing is written then.
    """
    from copark.presentation.figures import Charts

    for kind in formats:
        if kind not in FORMATS:
            raise ValueError(text("presentation.unknown_format", document.lang, name=kind, known=", ".join(FORMATS)))
        need_form(kind)
    charts = Charts()
    stem = f"{name or document.key}-{document.lang}"
    paths = {}
    for kind in formats:
        path = folder / f"{stem}{'-' if kind == 'csv' else '.'}{kind}"
        write_file(document, path, kind, charts)
        paths[kind] = path
    return paths


def write_file(document: Document, path: Path, kind: str, charts: Charts | None = None) -> Path:
    """Write a document to a file in one of :data:`FORMATS`, and give its path.

    Parameters
    ----------
    document
        The document, in the language of its words.
    path
        The file, or for ``csv`` the folder.
    kind
        The format.
    charts
        Draws the figures; each is drawn once, however many formats show it.

    Raises
    ------
    copark.extras.NotInstalled
        If an extra that brings its writer is not installed.
    """
    need_form(kind)
    if kind in _WRITERS:
        module, function = _WRITERS[kind]
        getattr(import_module(f"copark.presentation.{module}"), function)(document, path, charts)
    else:
        _write_text(document, path, kind, charts)
    return path


_WRITERS = {
    "xlsx": ("document_tables", "write_workbook"),
    "csv": ("document_tables", "write_csvs"),
    "docx": ("docx", "write"),
    "pdf": ("html_pdf", "write_pdf"),
    "pptx": ("pptx", "write"),
}


def _write_text(document: Document, path: Path, kind: str, charts: Charts | None) -> None:
    """Write HTML, Markdown or JSON."""
    import json

    from copark.presentation.html_pdf import to_html
    from copark.presentation.markdown import to_markdown
    from copark.presentation.rendered_document import to_json
    from copark.store.files import written_file

    if kind == "html":
        content = to_html(document, charts)
    elif kind == "md":
        content = to_markdown(document)
    else:
        content = json.dumps(to_json(document, charts), ensure_ascii=False, indent=1) + "\n"
    with written_file(path) as target:
        target.write_text(content, encoding="utf-8", newline="\n")
