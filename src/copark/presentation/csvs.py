"""The tables of a document as CSV files: a table a file, names of columns the same in every language."""

from pathlib import Path
from typing import Any

from copark.presentation.document import Document
from copark.presentation.exports import write_csv
from copark.presentation.flat import flat
from copark.presentation.run_tables import PlainTable


def write(document: Document, folder: Path, _charts: Any = None) -> Path:
    """Write every table as ``<table>.csv`` into a folder, and give the folder.

    Numbers are whole, shares 0 to 1, yes and no 1 and 0; where there is no value, nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in document.tables():
        found = flat(table, document.lang)
        rows = [[int(cell) if isinstance(cell, bool) else cell for cell in row] for row in found.rows]
        write_csv(
            PlainTable(table.key, [column.key for column in found.columns], rows, len(rows)),
            folder / f"{table.key}.csv",
        )
    return folder
