"""Set data for other programs: a plain CSV with row names, whose names survive being read by R.

R changes column names that are not its own kind of names, reads a byte order mark as a part of the first one, and
takes doubled names for an error. So columns are renamed here, once, and the table of names says how.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from copark.setmethods.names import LABEL, clean_names, unique_labels
from copark.setmethods.table import CaseTable
from copark.store.atomic import written_file


def write_set_data(table: CaseTable, columns: Sequence[str], target: Path) -> dict[str, str]:
    """Write columns of a table; give their names in the file by their names in the table.

    UTF-8 without byte order mark, comma, point, numbers with all their digits, names of cases in the first column:
    ``read.csv("set-data.csv", row.names = 1)`` reads it.
    """
    names = clean_names(columns)
    with written_file(target) as path, path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([LABEL, *names.values()])
        for at, label in enumerate(unique_labels(table.cases)):
            writer.writerow([label, *(repr(float(table.values[name][at])) for name in columns)])
    return names
