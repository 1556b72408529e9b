"""A table of cases as columns of numbers, the faults a table or a setting may have, and names that R can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from copark.arrays import Floats
from copark.errors import Fault, FaultsFound
from copark.identity import hash_content
from copark.texts import text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LONGEST_SHOWN = 60
"""Characters of a foreign text that a message repeats."""


class TableFaults(FaultsFound):
    """A table cannot be used as asked; every fault is here."""


class SettingFaults(FaultsFound):
    """Settings of a method (conditions, cutoffs, anchors) that cannot be used; every fault is here."""


def fault(code: str, file: str, line: int | None = None, key: str = "", **values: Any) -> Fault:
    """Make a fault whose words are ``set_methods.fault.<code>``.

    Parameters
    ----------
    code
        Last part of the key of its words.
    file
        Name of the file, or the option, at fault.
    line
        Its line, where there is one.
    key
        Column, or another name, at fault.
    **values
        What the words name; what a file held is cut to a readable length.
    """
    named = {name: shown(value) if isinstance(value, str) else value for name, value in values.items()}
    return Fault(f"set_methods.fault.{code}", file, line, shown(key), named)


def shown(value: str) -> str:
    """Return a foreign text on one line, without control characters, cut where it is long."""
    plain = "".join(letter if letter.isprintable() else " " for letter in value).strip()
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 1] + "…"


@dataclass(frozen=True)
class Warned:
    """Something a reader must know."""

    code: str
    """Key of its words: ``set_methods.<area>.<code>``."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the words name."""
    area: Literal["warning", "misuse"] = "warning"
    """``warning`` for what an analysis met, ``misuse`` for a known misuse of a method."""

    def sentence(self, lang: str) -> str:
        """Return the warning in words."""
        return text(f"set_methods.{self.area}.{self.code}", lang, **self.values)


def left_out_warning(table: CaseTable) -> tuple[Warned, ...]:
    """Return the warning that cases were left out for missing values; nothing if none were."""
    if not table.left_out:
        return ()
    names = ", ".join(case for case, _ in table.left_out)
    return (Warned("left_out", {"count": str(len(table.left_out)), "cases": names}),)


@dataclass(frozen=True)
class CaseTable:
    """Cases with one number in every column that was asked for."""

    file: str
    """Name of the file it was read from; empty for a table made in memory."""
    cases: tuple[str, ...]
    """Labels of the cases, each once."""
    values: Mapping[str, Floats]
    """Columns by name, each of shape (case,); finite, but in columns that were read as optional."""
    left_out: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Labels of cases left out for a missing value, each with the columns that were empty."""
    digest: str = ""
    """SHA-256 of the file, or of the content for a table made in memory."""

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Return some columns side by side, shape (case, column)."""
        if not names:
            return np.empty((len(self), 0))
        return np.column_stack([self.values[name] for name in names])

    def where(self, chosen: NDArray[np.bool_]) -> CaseTable:
        """Return the table of some of its cases; ``chosen`` of shape (case,)."""
        cases = tuple(case for case, is_chosen in zip(self.cases, chosen, strict=True) if is_chosen)
        return replace(self, cases=cases, values={name: column[chosen] for name, column in self.values.items()})

    def having(self, changed: Mapping[str, ArrayLike]) -> CaseTable:
        """Return the table with some columns in the place of those of the same name."""
        new = {name: np.asarray(column, dtype=np.float64) for name, column in changed.items()}
        return replace(self, values={**self.values, **new})


def table_of(columns: Mapping[str, ArrayLike], cases: Sequence[str] | None = None, file: str = "") -> CaseTable:
    """Make a table in memory.

    Parameters
    ----------
    columns
        Columns by name, each of shape (case,).
    cases
        Labels of the cases; without them cases are numbered from 1.
    file
        Name of a file that the table stands for.

    Raises
    ------
    ValueError
        If lengths differ, a value is missing or not finite, or a label is repeated.
    """
    values = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    sizes = {column.shape for column in values.values()}
    if len(sizes) != 1 or len(next(iter(sizes))) != 1:
        raise ValueError("all columns need one length")
    count = next(iter(sizes))[0]
    labels = tuple(str(place + 1) for place in range(count)) if cases is None else tuple(cases)
    if len(labels) != count or len(set(labels)) != count:
        raise ValueError("one label a case is needed, each once")
    if not all(np.isfinite(column).all() for column in values.values()):
        raise ValueError("a value is missing or not finite")
    content = {"cases": list(labels), "values": {name: column.tolist() for name, column in values.items()}}
    return CaseTable(file, labels, values, digest=hash_content(content))


RESERVED = frozenset(
    (
        "if",
        "else",
        "repeat",
        "while",
        "function",
        "for",
        "next",
        "break",
        "TRUE",
        "FALSE",
        "NULL",
        "Inf",
        "NaN",
        "NA",
        "NA_integer_",
        "NA_real_",
        "NA_character_",
        "in",
        "T",
        "F",
    )
)
FORMULA = "=+-@"
LABEL = "case"


def clean_names(names: Sequence[str]) -> dict[str, str]:
    """Return names that R, which renames others, reads as they are: ASCII letters, digits, underscores, a letter first.

    Each is there once; what has no such letters becomes a numbered name (``V3``).
    """
    names_for_r: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        base = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
        if not base or not base[0].isalpha():
            base = f"V{place}" if not base else f"V{base}"
        if base in RESERVED or base == LABEL:
            base = f"{base}_"
        unique = base
        turn = 2
        while unique in names_for_r.values():
            unique = f"{base}_{turn}"
            turn = turn + 1
        names_for_r[name] = unique
    return names_for_r


def unique_labels(labels: Sequence[str]) -> list[str]:
    """Return row names, each once, on one line, that no spreadsheet runs as a formula."""
    unique_rows: list[str] = []
    for label in labels:
        plain = " ".join("".join(letter if letter.isprintable() else " " for letter in label).split())
        plain = f"_{plain}" if plain.startswith(tuple(FORMULA)) else plain
        unique = plain
        turn = 2
        while unique in unique_rows:
            unique = f"{plain} ({turn})"
            turn = turn + 1
        unique_rows.append(unique)
    return unique_rows
