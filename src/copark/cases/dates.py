"""Dates as sources give them: a year, a month of a year, or a day."""

from __future__ import annotations

import calendar
import re
import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from copark.cases.quarters import Quarter
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_WRITTEN = re.compile(r"([12][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)

Precision = Literal["year", "month", "day"]
Timing = Literal["stock", "event"]
"""How a date that names only a year is placed: a *stock* (or a year's flow) at its end, an *event* at its middle."""


@dataclass(frozen=True)
class Date:
    """A date no more precise than its source: ``2012``, ``2012-08`` or ``2012-08-27``; ValueError if there is none."""

    year: int
    """Calendar year."""
    month: int | None = None
    """The month, 1 to 12; ``None`` where only the year is known."""
    day: int | None = None
    """The day of the month; ``None`` where it is not known."""

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs a month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, written: str) -> Date:
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ValueError if it is not written so, or there is no such day."""
        match = _WRITTEN.fullmatch(written.strip())
        if match is None:
            raise ValueError(f"not a date: {written!r}")
        year, month, day = (None if part is None else int(part) for part in match.groups())
        return cls(year or 0, month, day)

    @property
    def precision(self) -> Precision:
        """Precision of the date: year, month or day."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def first_day(self) -> date:
        """The earliest day it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date:
        """The latest day it may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def quarter(self, timing: Timing = "event") -> Quarter:
        """Return the quarter of the date; see :func:`quarter_of`."""
        return quarter_of(self, timing)

    def __str__(self) -> str:
        parts = [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join([f"{self.year:04d}", *parts])

    def __lt__(self, other: Date) -> bool:
        return (self.first_day, self.last_day) < (other.first_day, other.last_day)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        return {
            "anyOf": [
                {"type": "string", "pattern": "^[12][0-9]{3}(-[0-9]{2}(-[0-9]{2})?)?$"},
                {"type": "integer", "minimum": 1000, "maximum": 2999},
            ],
            "examples": ["2012-08-27", "2012-08", 2012],
        }

    @classmethod
    def _validate(cls, value: Any) -> Date:
        from copark.cases.types import wrong

        if isinstance(value, Date):
            return value
        written = str(value).strip()
        if _WRITTEN.fullmatch(written) is None:
            raise wrong("bad_date", found=value)
        try:
            return cls.parse(written)
        except ValueError:
            raise wrong("no_such_day", found=value) from None


CASEBOOK_KNOWN = date(2026, 11, 29)
"""Day on which the casebook was last brought up to date. A clock that is set to an earlier one is wrong."""


def today() -> date:
    """Return the present day, as this computer's clock has it, and at least that of the casebook."""
    now = time.localtime()
    return max(date(now.tm_year, now.tm_mon, now.tm_mday), CASEBOOK_KNOWN)


@lru_cache(maxsize=1 << 12)
def first_month(quarter: Quarter) -> Date:
    """Return the month a quarter begins with."""
    return Date(quarter.year, 3 * quarter.quarter - 2)


def quarter_of(when: Date, timing: Timing = "event") -> Quarter:
    """Place a date in a quarter.

    A month or a day lies in one quarter. Of a bare year the quarter is not known, so a convention places it: a *stock*
    (a count, an area, a sum so far) and a year's *flow* are those of the year's end, Q4; an *event* (and a fact that
    holds from a date on) is placed at the middle of the year, Q2, where the expected error is least.
    """
    if when.month is None:
        return Quarter(when.year, 4 if timing == "stock" else 2)
    return Quarter.of_day(when.first_day)
