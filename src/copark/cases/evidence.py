"""What all evidence of a park has in common: whose quote it is, of which period, in which unit and currency.

Evidence stands in tables of its own in a case: ``accounts.csv``, ``interests.csv``, ``decisions.csv`` and ``ties.csv``,
with ``evidence-sources.yaml``. It enters no fit and is no part of a case's content: what a case is, and every number
computed from it, stays as it is when more is found. Decision 0128.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from copark.cases.casebook import EVIDENCE_SOURCES
from copark.cases.dates import Date
from copark.cases.files import fault
from copark.cases.tables import TableRow
from copark.cases.types import Words, wrong
from copark.errors import Fault

LAST_YEAR = 2024
"""Nothing later is read: what came after is kept for scoring forecasts."""
LONGEST_QUOTE = 300
"""Characters of a quote: more is no quote."""
PRICES = ("M", "per m2", "per m2/yr", "per m2/month")
"""Units that are of a currency."""

Currency = Literal[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD",
    "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP",
    "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR",
    "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF",
    "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW",
    "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD",
    "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK",
    "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB",
    "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC",
    "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD",
    "UYU", "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW",
    "ZWG",
]  # fmt: skip
"""Currency of an amount or a price, ISO 4217: those that countries use."""


def _short(quote: str) -> str:
    if len(quote) > LONGEST_QUOTE:
        raise wrong("long_text", found=quote, limit=LONGEST_QUOTE)
    return quote


Quote = Annotated[Words, AfterValidator(_short)]
"""Words of a source, as they stand there; … marks what was left out."""


def check_currency(unit: str | None, currency: str | None) -> None:
    """Raise :func:`wrong` where an amount or a price is of no currency, or what is none has one."""
    if (unit in PRICES) != (currency is not None):
        raise wrong("currency_misfit", at="currency", found=currency or "", unit=unit or "")


def check_range(bound: str | None, value: float, high: float | None) -> None:
    """Raise :func:`wrong` where a range has no upper end, what is none has one, or the ends are in the wrong order."""
    if (bound == "range") != (high is not None):
        raise wrong("range_high", at="high", found=bound or "")
    if high is not None and high <= value:
        raise wrong("range_order", at="high", found=f"{high:g}", low=f"{value:g}")


def check_last_year(at: str, when: Date) -> None:
    """Raise :func:`wrong` of a date after :data:`LAST_YEAR`."""
    if when.last_day.year > LAST_YEAR:
        raise wrong("evidence_after_last", at=at, found=when, last=LAST_YEAR)


def check_order(since: Date | None, until: Date | None, at: str = "since") -> None:
    """Raise :func:`wrong` of a period that ends before it begins."""
    if since is not None and until is not None and since.first_day > until.last_day:
        raise wrong("period_order", at=at, found=since, until=until)


def repeated_sources(own: Iterable[str], of_case: Iterable[str]) -> Iterator[Fault]:
    """Yield the keys of ``evidence-sources.yaml`` that a case's other sources have, too."""
    for key in sorted({*own} & {*of_case}):
        yield fault("duplicate", EVIDENCE_SOURCES, None, key, found=key)


def told_twice(file: str, rows: Iterable[TableRow[Any]], columns: tuple[str, ...], at: str) -> Iterator[Fault]:
    """Yield the rows that are the same as an earlier one in all of some columns.

    Parameters
    ----------
    file
        Name of the file.
    rows
        Its rows.
    columns
        Columns that tell rows apart.
    at
        Column that the fault names.
    """
    lines: dict[tuple[object, ...], int] = {}
    for line, row in rows:
        first = lines.setdefault(tuple(getattr(row, column) for column in columns), line)
        if first != line:
            yield fault("told_twice", file, line, at, found=getattr(row, at), other=first)


def records_of(rows: Iterable[TableRow[Any]]) -> tuple[Any, ...]:
    """Return the records of rows, in the order they are written."""
    return tuple(row.record for row in rows)
