"""What is shown: a document as data, and what turns it into a terminal, a page, a sheet or a file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text

if TYPE_CHECKING:
    from copark.presentation.document import Document
    from copark.presentation.figures import Charts

FORMATS = ("html", "xlsx", "csv", "docx", "pdf", "pptx", "json")


def write(document: Document, folder: Path, formats: Sequence[str]) -> dict[str, Path]:
    """Write a document in some of :data:`FORMATS`, each figure drawn once, and give the path of each.

    folder: where ``<document>-<lang>.<format>`` goes; made if missing. For ``csv`` it is a folder
    ``<document>-<lang>-csv`` of a file for each table. Raises ValueError if there is no such format.
    """
    from copark.presentation.figures import Charts

    for name in formats:
        if name not in FORMATS:
            raise ValueError(text("presentation.unknown_format", document.lang, name=name, known=", ".join(FORMATS)))
    charts, stem = Charts(), f"{document.key}-{document.lang}"
    found = {}
    for name in formats:
        path = folder / f"{stem}{'-' if name == 'csv' else '.'}{name}"
        if name in _WRITERS:
            module, function = _WRITERS[name]
            getattr(import_module(f"copark.presentation.{module}"), function)(document, path, charts)
        else:
            _write_text(document, path, charts)
        found[name] = path
    return found


_WRITERS = {
    "xlsx": ("document_tables", "write_workbook"), "csv": ("document_tables", "write_csvs"), "docx": ("docx", "write"),
    "pdf": ("html_pdf", "write_pdf"), "pptx": ("pptx", "write"),
}  # fmt: skip


def _write_text(document: Document, path: Path, charts: Charts) -> None:
    """Write HTML or JSON."""
    import json

    from copark.presentation.html_pdf import to_html
    from copark.presentation.rendered_document import to_json
    from copark.store.files import written_file

    if path.suffix == ".html":
        content = to_html(document, charts)
    else:
        content = json.dumps(to_json(document, charts), ensure_ascii=False, indent=1) + "\n"
    with written_file(path) as target:
        target.write_text(content, encoding="utf-8", newline="\n")
