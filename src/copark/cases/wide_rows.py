"""Rows of ``series.csv`` that a row of a wide sheet or frame stands for: a year a row, a variable a column.

``books`` has what the company's accounts say of a year, ``signal`` what satellites saw inside the park's boundary. Both
are evidence that stands beside the model and enters no fit (decision 0128): the model's ledger is tested by them.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from copark.cases.types import JUDGEMENT
from copark.texts import text

WIDE: Mapping[str, tuple[str, ...]] = {
    "books": ("land_sales", "fees", "operating_cost", "land_cost", "interest"),
    "signal": ("night_light", "built_up_area"),
}
"""Variables that have a column, by sheet."""
NEXT_TO: Mapping[str, tuple[str, ...]] = {
    "books": ("per_usd", "source", "grade", "note"),
    "signal": ("error", "source", "grade", "note"),
}
"""Columns that hold for all variables of a year, by sheet; ``date`` is before them."""
NEEDED = ("date", "source")
"""Columns that a row must have."""
NUMBERS = ("per_usd", "error")
"""Columns of numbers, beside the variables."""
_GRADES = {"books": "high", "signal": "medium"}
"""Grades where none is written: accounts are an original record, a signal is an estimate."""
_UNITS = {"built_up_area": "ha"}
"""Units of variables that may have several."""


class WideFault(NamedTuple):
    """What is wrong with a row as such."""

    code: str
    column: str
    values: Mapping[str, Any]


def columns_of_wide(key: str) -> tuple[str, ...]:
    """Return the columns of a wide sheet, in their order."""
    return ("date", *WIDE[key], *NEXT_TO[key])


def observations_in(key: str, cells: Mapping[str, str], lang: str, faults: list[WideFault]) -> Iterator[dict[str, str]]:
    """Yield the rows of ``series.csv`` that a row stands for, as far as it says them.

    An amount that is no number is passed on as it is, so that the check of the table tells it.

    Parameters
    ----------
    key
        Key of the sheet.
    cells
        Its cells by column; empty ones are left out.
    lang
        Language in which the note names an amount in another currency.
    faults
        List to which faults are added that no row of the table could show.
    """
    rate_words = cells.get("per_usd", "")
    rate = _number(rate_words)
    if rate_words and (rate is None or rate <= 0):
        code = "not_a_number" if rate is None else "limit"
        faults.append(WideFault(code, "per_usd", {"found": rate_words, "relation": ">", "limit": 0}))
        rate = None
    judged = cells.get("source") == JUDGEMENT
    shared = {name: cells[name] for name in ("date", "source", "note") if name in cells}
    shared["grade"] = cells.get("grade") or ("judgement" if judged else _GRADES[key])
    for variable in WIDE[key]:
        if variable not in cells:
            continue
        words = cells[variable]
        row = {**shared, "variable": variable, "value": words, "role": "context"}
        if variable in _UNITS:
            row["unit"] = _UNITS[variable]
        amount = _number(words)
        if amount is not None and rate is not None:
            row["value"] = _written(amount / rate)
            original = text("workbook.converted", lang, amount=words, rate=rate_words)
            row["note"] = "; ".join(filter(None, [cells.get("note"), original]))
        if "error" in cells:
            row |= _error(cells["error"], amount)
        yield row


def _error(words: str, amount: float | None) -> dict[str, str]:
    """Return the error in the value's unit, of one written as a share of it; of nothing there is no share."""
    share = _number(words)
    if share is None or amount is None:
        return {"error": words}
    if amount == 0 and share > 0:
        return {}
    error = share * abs(amount) if amount else share
    return {"error": _written(error)}


def _number(words: str) -> float | None:
    try:
        value = float(words)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _written(value: float) -> str:
    return format(Decimal(repr(float(f"{value:.10g}"))), "f")


def append(table: list[list[str]], rows: Iterable[Mapping[str, str]]) -> list[int]:
    """Append rows to a table whose first row has its columns; what it lacks of them is added.

    Returns
    -------
    Lines of the rows, counted from 1.
    """
    head, *earlier_rows = table
    added = list(rows)
    lacking = [name for name in dict.fromkeys(name for row in added for name in row) if name not in head]
    head.extend(lacking)
    for earlier in filter(None, earlier_rows):
        earlier.extend("" for _ in lacking)
    first = len(table) + 1
    table.extend([row.get(name, "") for name in head] for row in added)
    return list(range(first, len(table) + 1))
