"""Whether the files of a document hold the same numbers: JSON, CSV and the workbook, each read again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import BytesIO
from math import isclose
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image

from copark.presentation import csvs, xlsx
from copark.presentation.document import Chart, Document
from copark.presentation.figures import Charts
from copark.presentation.page import page_of

HEAD = 5
"""Row of a sheet that is the head of its table."""
DIGITS = 1e-14
"""A workbook holds 16 digits of a number; Excel computes with 15."""


class Blank(Charts):
    """Draws nothing: a workbook's figures are not its numbers."""

    def file(self, chart: Chart, kind: str) -> bytes:
        stream = BytesIO()
        Image.new("RGB", (4, 4)).save(stream, "png")
        return stream.getvalue()


def tables_of(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The tables of a document in JSON, those behind charts included."""
    for section in content["sections"]:
        for block in section["blocks"]:
            if block["type"] == "table":
                yield block
            elif block["type"] == "chart" and block["numbers"] is not None:
                yield block["numbers"]


def check(document: Document, folder: Path) -> int:
    """Compare every number of every table in three files, and give how many there were."""
    content = json.loads(json.dumps(page_of(document).model_dump(mode="json")))
    files = csvs.write(document, folder / "csv")
    book = openpyxl.load_workbook(xlsx.write(document, folder / "book.xlsx", Blank()))
    tables = list(tables_of(content))
    assert sorted(path.stem for path in files.iterdir()) == sorted(one["key"] for one in tables)
    count = 0
    for sheet, table in zip(book.worksheets[1:], tables, strict=False):
        with (files / f"{table['key']}.csv").open(encoding="utf-8-sig", newline="") as stream:
            head, *rows = csv.reader(stream)
        assert len(rows) == len(table["rows"]), table["key"]
        for at, (cells, row) in enumerate(zip(table["rows"], rows, strict=True)):
            written = dict(zip(head, row, strict=True))
            shown = dict(zip(head, (cell.value for cell in sheet[HEAD + 1 + at]), strict=False))
            for column, cell in zip(table["columns"], cells, strict=True):
                for name, value in _numbers(column["key"], cell):
                    where = (document.key, table["key"], at, name)
                    assert float(written[name]) == value, where
                    stored = value * 100.0 if column["kind"] == "points" else value
                    assert isclose(shown[name], stored, rel_tol=DIGITS), where
                    count += 1
    return count


def _numbers(key: str, cell: dict[str, Any]) -> Iterator[tuple[str, float]]:
    found = {key: cell["value"], f"{key}_low": cell["low"], f"{key}_high": cell["high"]}
    yield from ((name, value) for name, value in found.items() if type(value) in (int, float))
