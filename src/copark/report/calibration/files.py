"""Tables of a page as files that spreadsheets open."""

from __future__ import annotations

from pathlib import Path

from copark.report.tables import Table


def save_table(found: Table, folder: Path, name: str) -> Path:
    """Write a table beside a page as CSV, as a page shows it, groups in a column of their own; give the file."""
    from copark.store.exports import write_csv
    from copark.store.tables import Cell
    from copark.store.tables import Table as Rows

    header = [*([""] if found.groups else []), *found.columns]
    rows: list[list[Cell]] = [
        [*([head] if found.groups else []), *(str(cell) for cell in row)] for head, part in found.parts for row in part
    ]
    return write_csv(Rows(name, list(header), rows, len(rows)), folder / f"{name}.csv")
