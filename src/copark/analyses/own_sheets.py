"""What a person's own park tells of itself that no run uses: books, a satellite signal, instruments.

It is stored with answers, which have no case when they are shown, and told once under *How sure*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from copark.cases.casebook import casebook_path
from copark.cases.wide_rows import WIDE
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case

SheetName = Literal["books", "signal", "instruments"]


@dataclass(frozen=True)
class OwnSheet:
    """A sheet of the workbook of a park of one's own, filled in."""

    name: SheetName
    """Which."""
    count: int
    """Values of the books or of the signal that are not fitted; decisions."""
    first: int
    """Year of the first."""
    last: int
    """Year of the last."""
    in_force: int = 0
    """Decisions that are in force in the last quarter with data."""
    quarter: str = ""
    """That quarter; empty but of decisions."""


def sheets_of_own(case: Case) -> tuple[OwnSheet, ...]:
    """Return what of books, signal and instruments a park of one's own has; nothing of one of the casebook."""
    if case.folder.parent == casebook_path():
        return ()
    sheets = []
    for name in ("books", "signal"):
        years = [row.date.year for variable in WIDE[name] for row in case.observed(variable) if row.role != "fit"]
        if years:
            sheets.append(OwnSheet(name, len(years), min(years), max(years)))
    if case.decisions:
        end = case.clock.data_end.last_day
        in_force = sum(
            decision.date.first_day <= end and (decision.until is None or decision.until.last_day >= end)
            for decision in case.decisions
        )
        years = [decision.date.year for decision in case.decisions]
        sheet = OwnSheet("instruments", len(years), min(years), max(years), in_force, str(case.clock.data_end))
        sheets.append(sheet)
    return tuple(sheets)


def has_sheet(sheets: Sequence[OwnSheet], name: SheetName) -> bool:
    """Return whether a sheet is among those of a park."""
    return any(sheet.name == name for sheet in sheets)


def sheets_words(sheets: Sequence[OwnSheet], lang: str) -> list[str]:
    """Write of each sheet where it is shown and that no run uses it yet, a sentence each."""
    sentences = []
    for sheet in sheets:
        span = {"first": sheet.first, "last": sheet.last}
        years = str(sheet.first) if sheet.first == sheet.last else text("sure.accounts.years", lang, **span)
        values = {"years": years, "count": sheet.count, "in_force": sheet.in_force, "quarter": sheet.quarter}
        sentences.append(text(f"sure.own.{sheet.name}", lang, **values))
    return sentences
