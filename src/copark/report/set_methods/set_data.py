"""Set data for other programs: a plain CSV with row names, whose names survive being read by R.

R changes column names that are not its own kind of names, reads a byte order mark as a part of the first one, and
takes doubled names for an error. So columns are renamed here, once, and the table of names says how.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from copark.setmethods.table import CaseTable
from copark.store.atomic import written_file

RESERVED = frozenset(
    (
        "if", "else", "repeat", "while", "function", "for", "next", "break", "TRUE", "FALSE", "NULL", "Inf", "NaN",
        "NA", "NA_integer_", "NA_real_", "NA_character_", "in", "T", "F",
    )
)  # fmt: skip
FORMULA = "=+-@"
LABEL = "case"


def clean_names(names: Sequence[str]) -> dict[str, str]:
    """Names that R reads as they are: ASCII letters, digits and underscores, a letter first, each once.

    What has no such letters becomes a numbered name (``V3``).
    """
    found: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        base = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        if not base or not base[0].isalpha():
            base = f"V{place}" if not base else f"V{base}"
        if base in RESERVED or base == LABEL:
            base = f"{base}_"
        unique, turn = base, 2
        while unique in found.values():
            unique, turn = f"{base}_{turn}", turn + 1
        found[name] = unique
    return found


def clean_label(label: str) -> str:
    """A row name on one line that no spreadsheet runs as a formula."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in label).split())
    return f"_{plain}" if plain.startswith(tuple(FORMULA)) else plain


def unique_labels(labels: Sequence[str]) -> list[str]:
    """Row names, each once."""
    found: list[str] = []
    for label in map(clean_label, labels):
        unique, turn = label, 2
        while unique in found:
            unique, turn = f"{label} ({turn})", turn + 1
        found.append(unique)
    return found


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
