"""The quarter: the model's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from copark.errors import WrongUsage, printable
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_WRITTEN = re.compile(r"([12][0-9]{3})Q([1-4])", re.ASCII)
_MEANT = re.compile(
    r"(?P<year>[12][0-9]{3})\s*年?(?:[\s-]*[Qq]\s*(?P<quarter>[1-4])|第?(?P<word>[1-4])季度?"
    r"|[-/.]?(?P<month>1[0-2]|0?[1-9])月?(?:[-/.].*)?)?"
)
_DIGITS = str.maketrans("一二三四", "1234")
EXAMPLE = "2030Q4"
"""A quarter as it is written."""
LONGEST = 40
"""Characters within which a quarter is looked for: matching takes the square of their number."""


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year, written ``2012Q3``; quarters are ordered, and a whole number may be added."""

    year: int
    """Calendar year, 1000 to 2999."""
    quarter: int
    """1 to 4."""

    def __post_init__(self) -> None:
        if not 1 <= self.quarter <= 4:
            raise ValueError(f"a year has four quarters, not {self.quarter}")

    @classmethod
    def parse(cls, written: str) -> Quarter:
        """Read ``2012Q3``; ValueError if it is not written so."""
        match = _WRITTEN.fullmatch(written.strip())
        if match is None:
            raise ValueError(f"not a quarter: {written!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def asked(cls, written: str, option: str) -> Quarter:
        """Read a quarter that was asked for by an option; WrongUsage, with the form, if it is not written as one."""
        try:
            return cls.parse(written)
        except ValueError:
            values = {"found": printable(written[:LONGEST]), "suggestion": cls.meant(written)}
            raise WrongUsage.of("cases.no_quarter", option=option, **values) from None

    @classmethod
    def meant(cls, written: Any) -> str:
        """Return the quarter that a date or year written otherwise lies in or ends with, or else an example.

        ``2030Q4`` of ``2030-12``, ``2030``, ``2030 q4`` and ``2030年第四季度``.
        """
        words = str(written).strip()[:LONGEST].translate(_DIGITS)
        match = _MEANT.fullmatch(words)
        if match is None:
            return EXAMPLE
        month = int(match["month"] or 12)
        return f"{match['year']}Q{match['quarter'] or match['word'] or (month + 2) // 3}"

    @classmethod
    def from_index(cls, index: int) -> Quarter:
        """Return the quarter of an index, the inverse of :attr:`index`."""
        return cls(index // 4, index % 4 + 1)

    @classmethod
    def of_day(cls, day: date) -> Quarter:
        """Return the quarter a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def index(self) -> int:
        """Quarters counted from the year 0: differences of indices are durations in quarters."""
        return 4 * self.year + self.quarter - 1

    @property
    def first_day(self) -> date:
        """The first day of the quarter."""
        return date(self.year, 3 * self.quarter - 2, 1)

    @property
    def last_day(self) -> date:
        """The last day of the quarter."""
        return (self + 1).first_day - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"

    def __add__(self, quarters: int) -> Quarter:
        return Quarter.from_index(self.index + quarters)

    def __sub__(self, other: Quarter) -> int:
        return self.index - other.index

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        return {"type": "string", "pattern": "^[12][0-9]{3}Q[1-4]$", "examples": ["2012Q3"]}

    @classmethod
    def _validate(cls, value: Any) -> Quarter:
        from copark.cases.types import wrong

        if isinstance(value, Quarter):
            return value
        try:
            return cls.parse(str(value))
        except ValueError:
            raise wrong("bad_quarter", found=value, suggestion=cls.meant(value)) from None


def asked_quarter(written: str | None, option: str) -> Quarter | None:
    """Read a quarter that may be asked for by an option, as :meth:`Quarter.asked`; ``None`` where it is not."""
    return None if written is None else Quarter.asked(written, option)


def quarters_from(start: Quarter, count: int) -> Iterator[Quarter]:
    """Return ``count`` quarters one after the other, the first being ``start``."""
    return (start + step for step in range(count))
