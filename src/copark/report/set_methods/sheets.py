"""Tables of set methods: their heads and titles are texts of the area ``set_methods``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from copark.report import sheets
from copark.report.sheets import Sheet
from copark.store.tables import Cell

AREA = "set_methods"


def heads(lang: str, *keys: str) -> tuple[str, ...]:
    """Heads of columns."""
    return sheets.heads(AREA, lang, *keys)


def sheet(
    key: str, lang: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], **more: Any
) -> Sheet:  # fmt: skip
    """A table whose heads are texts ``set_methods.column.<column>``."""
    return Sheet(key, heads(lang, *columns), tuple(tuple(row) for row in rows), **more)


def write_sheets(found: Sequence[Sheet], folder: Path, name: str, lang: str) -> tuple[Path, ...]:
    """Write tables as CSV files in ``tables/`` and as one workbook."""
    return sheets.write_sheets(found, folder, name, lang, AREA)
