"""Names of columns and rows that survive being read by R and by spreadsheets.

R changes column names that are not its own kind of names and takes doubled names for an error. So columns are renamed
here, once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
