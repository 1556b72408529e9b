"""What is shown: a document as data, and what turns it into a terminal, a page, a sheet or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.texts import text

if TYPE_CHECKING:
    from copark.presentation.document import Document

FORMATS = ("html", "xlsx", "csv", "docx", "pdf", "pptx", "json")


def write(document: Document, folder: Path, formats: Sequence[str]) -> dict[str, Path]:
    """Write a document in some formats, each figure drawn once.

    Parameters
    ----------
    document
        What is written.
    folder
        Where ``<document>-<lang>.<format>`` goes; made if missing. For ``csv`` it is a folder ``<document>-<lang>-csv``
        of a file for each table.
    formats
        Some of :data:`FORMATS`.

    Returns
    -------
    dict
        The path of each format.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    from copark.presentation.figures import Charts

    for name in formats:
        if name not in FORMATS:
            raise ValueError(text("presentation.unknown_format", document.lang, name=name, known=", ".join(FORMATS)))
    charts = Charts()
    stem = f"{document.key}-{document.lang}"
    return {
        name: _WRITERS[name](document, folder / f"{stem}{'-' if name == 'csv' else '.'}{name}", charts)
        for name in formats
    }


def _html(document: Document, path: Path, charts: Any) -> Path:
    from copark.presentation.html import to_html

    return _text(to_html(document, charts), path)


def _json(document: Document, path: Path, charts: Any) -> Path:
    import json

    from copark.presentation.page import to_json

    return _text(json.dumps(to_json(document, charts), ensure_ascii=False, indent=1) + "\n", path)


def _text(content: str, path: Path) -> Path:
    from copark.store.files import written_file

    with written_file(path) as target:
        target.write_text(content, encoding="utf-8", newline="\n")
    return path


def _module(name: str) -> Callable[[Document, Path, Any], Path]:
    def written(document: Document, path: Path, charts: Any) -> Path:
        found: Path = import_module(f"copark.presentation.{name}").write(document, path, charts)
        return found

    return written


_WRITERS: dict[str, Callable[[Document, Path, Any], Path]] = {
    "html": _html,
    "json": _json,
    "xlsx": _module("xlsx"),
    "csv": _module("csvs"),
    "docx": _module("docx"),
    "pdf": _module("pdf"),
    "pptx": _module("pptx"),
}
