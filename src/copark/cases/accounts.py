"""Published accounts of companies that develop parks: what they earned, sold, charged, owed and paid out.

A park's accounts stand in ``accounts.csv`` of its case, those of companies without a case in a table of the same form
beside the tables of parks; each table has its sources in ``evidence-sources.yaml``. They are evidence and enter no
fit, so they are no part of a case's content: what a case is, and every number computed from it, stays as it is when
another account is found. Decision 0128.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from copark.cases.casebook import ACCOUNT_TABLES, ACCOUNTS, EVIDENCE_SOURCES, casebook_path
from copark.cases.dates import Date
from copark.cases.evidence import (
    Currency,
    Quote,
    check_currency,
    check_last_year,
    check_order,
    check_range,
    records_of,
    told_twice,
)
from copark.cases.files import fault, in_reading_order, read_text
from copark.cases.source_files import sources_in
from copark.cases.table_schemas import Bound, Source
from copark.cases.tables import SoundTable, faults_of_rows, read_table
from copark.cases.types import Grade, Number, Record, SourceKeys, Words, YesNo, suggestion, wrong
from copark.errors import CaseFaults, Fault
from copark.texts import text

ASSUMED = "assumed"
"""Stands in the place of the source of an exchange rate that nobody published."""

AccountBasis = Literal["company", "group", "holder", "holder-share", "estate", "market", "state"]
"""Whose figure it is: the company that develops the park; a group with more than the park; a shareholder of the
company; that shareholder's share of the company's figure; an estate's list of prices; a survey of several estates; or
a state, what it spent or owes for the park."""
AccountUnit = Literal["M", "per m2", "per m2/yr", "per m2/month", "ha", "m2", "%", "ratio", "yr", "companies"]
"""Unit of an account: millions of a currency, a currency per area (and time), an area, a share, years, a count."""


@dataclass(frozen=True)
class Quantity:
    """What an account is of: its unit, and the least and most it can be."""

    unit: AccountUnit
    low: float | None = None
    high: float | None = None


_AMOUNT = Quantity("M", 0.0)
_RESULT = Quantity("M")
_AREA = Quantity("ha", 0.0)
_PART = Quantity("%", 0.0, 100.0)
_CHANGE = Quantity("%", -100.0)

QUANTITIES: Mapping[str, Quantity] = {
    "revenue": _AMOUNT,
    "land_revenue": _AMOUNT,
    "presales": _AMOUNT,
    "recurring_income": _AMOUNT,
    "cost_of_sales": _AMOUNT,
    "administration_cost": _AMOUNT,
    "other_operating_cost": _AMOUNT,
    "finance_cost": _AMOUNT,
    "gross_profit": _RESULT,
    "operating_result": _RESULT,
    "result_before_tax": _RESULT,
    "result_after_tax": _RESULT,
    "associates_result": _RESULT,
    "accumulated_loss": _AMOUNT,
    "dividends": _AMOUNT,
    "payout": Quantity("%", 0.0),
    "dividend_on_par": Quantity("%", 0.0),
    "return_on_equity": Quantity("%"),
    "result_change": Quantity("%"),
    "administration_change": _CHANGE,
    "equity": _RESULT,
    "liabilities": _AMOUNT,
    "liabilities_to_equity": Quantity("ratio", 0.0),
    "bonds": _AMOUNT,
    "bond_interest": _AMOUNT,
    "assets": _AMOUNT,
    "net_current_liabilities": _RESULT,
    "capital": _AMOUNT,
    "capital_raised": _AMOUNT,
    "holder_funding": _AMOUNT,
    "funding_due": _AMOUNT,
    "loan": _AMOUNT,
    "loan_term": Quantity("yr", 0.0),
    "grace_period": Quantity("yr", 0.0),
    "interest_rate": Quantity("%", 0.0),
    "interest_income": _AMOUNT,
    "prepaid_rent": _AMOUNT,
    "land_sold": _AREA,
    "land_sold_change": _CHANGE,
    "land_let": _AREA,
    "land_let_share": _PART,
    "order_book": _AREA,
    "order_value": _AMOUNT,
    "land_price": Quantity("per m2", 0.0),
    "lease_term": Quantity("yr", 0.0),
    "land_fee": Quantity("per m2/yr", 0.0),
    "service_fee": Quantity("per m2/yr", 0.0),
    "factory_rent": Quantity("per m2/month", 0.0),
    "rent_change": _CHANGE,
    "occupancy": _PART,
    "revenue_share": _PART,
    "servicing_cost": _AMOUNT,
    "park_investment": _AMOUNT,
    "serviced_area": _AREA,
    "park_area": _AREA,
    "saleable_area": _AREA,
    "saleable_share": _PART,
    "developed_share": _PART,
    "floor_area": Quantity("m2", 0.0),
    "tenants": Quantity("companies", 0.0),
    "years_of_loss": Quantity("yr", 0.0),
    "state_outlay": _AMOUNT,
}
"""What accounts are of: a controlled list; the titles are ``account.<name>`` in ``texts/cases.yaml``."""


def quantity_title(name: str, lang: str = "en") -> str:
    """Return the name of a quantity as it stands inside a sentence."""
    return text(f"cases.account.{name}", lang)


def _known(name: str) -> str:
    if name not in QUANTITIES:
        raise wrong("unknown_quantity", found=name, suggestion=suggestion(name, QUANTITIES))
    return name


def _rate_source(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name, re.ASCII):
        raise wrong("bad_source", found=name)
    return name


class Account(Record):
    """A row of ``accounts.csv``: a figure that a company, or somebody who knows it, published. It enters no fit."""

    company: Words
    """Company whose figure it is, in Latin letters."""
    estates: Words
    """Parks or estates that the figure is of."""
    since: Date | None = None
    """First day, month or year of the period; empty for what is known at a date, as equity or a price."""
    until: Date
    """Last day, month or year of the period, or the date; not after 2024."""
    basis: AccountBasis
    """Whose figure it is: company, group, holder, holder-share, estate, market or state."""
    quantity: Annotated[Words, AfterValidator(_known)]
    """What it is of: one of a controlled list."""
    value: Number
    """The value, in its unit; the lower end of a range."""
    high: Number | None = None
    """Upper end of a range, in the same unit; empty where it is a single value."""
    bound: Bound = "exact"
    """What it says: exact, about, more-than, at-least, at-most or range."""
    unit: AccountUnit
    """Unit of the quantity: M (millions), per m2, per m2/yr, per m2/month, ha, m2, %, ratio, yr or companies."""
    currency: Currency | None = None
    """Currency of an amount or a price, ISO 4217; empty for what is none."""
    per_usd: Annotated[Number, Field(gt=0)] | None = None
    """Rate of exchange, units of the currency for one US dollar; empty where none was found."""
    rate_source: Annotated[Words, AfterValidator(_rate_source)] | None = None
    """Key of the source of the rate, or assumed."""
    source: SourceKeys
    """Keys of evidence-sources.yaml, or of sources.yaml of the case."""
    quote: Quote
    """Words of the source that say it, as they stand there; … marks what was left out."""
    checked: YesNo
    """Whether a page of one of its sources was read once more and says it."""
    grade: Grade
    """How far it is trusted."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    def _check(self) -> None:
        quantity = QUANTITIES[self.quantity]
        if self.unit != quantity.unit:
            raise wrong("unit_misfit", at="unit", found=self.unit, expected=quantity.unit)
        check_currency(self.unit, self.currency)
        ends = [end for end in (self.value, self.high) if end is not None]
        low, high = quantity.low, quantity.high
        if any((low is not None and end < low) or (high is not None and end > high) for end in ends):
            limits = {"low": "-∞" if low is None else f"{low:g}", "high": "∞" if high is None else f"{high:g}"}
            raise wrong("out_of_range", at="value", found=f"{self.value:g}", **limits)
        check_range(self.bound, self.value, self.high)
        check_last_year("until", self.until)
        check_order(self.since, self.until)
        if (self.per_usd is None) != (self.rate_source is None):
            raise wrong("half_given", at="per_usd", found="per_usd", other="rate_source")

    @property
    def is_fiscal_year(self) -> bool:
        """True for twelve months that are no calendar year."""
        if self.since is None:
            return False
        first, last = self.since.first_day, self.until.last_day
        months = 12 * (last.year - first.year) + last.month - first.month + 1
        return months == 12 and first.month != 1

    @property
    def period(self) -> str:
        """The period as a table shows it: ``2016-04/2017-03``, or the date alone."""
        return str(self.until) if self.since in (None, self.until) else f"{self.since}/{self.until}"

    @property
    def in_usd(self) -> float | None:
        """The value in US dollars (millions of them, or for each unit of area), where there is a rate of exchange."""
        if self.currency == "USD":
            return self.value
        return None if self.currency is None or self.per_usd is None else self.value / self.per_usd


@dataclass(frozen=True)
class Accounts:
    """Accounts of companies without a case, read."""

    rows: tuple[Account, ...]
    """The rows."""
    sources: Mapping[str, Source]
    """Their sources, by key."""


def faults_of_accounts(table: SoundTable[Account], sources: Iterable[str] | None) -> Iterator[Fault]:
    """Yield what is wrong between the rows of ``accounts.csv``: a figure told twice, a source that is not there.

    Parameters
    ----------
    table
        The rows.
    sources
        Keys of sources that they may name; ``None`` if not known.
    """
    known = None if sources is None else {*sources}
    yield from faults_of_rows(ACCOUNTS, table.rows, known, None)
    columns = ("company", "estates", "since", "until", "basis", "quantity", "currency", "source")
    yield from told_twice(ACCOUNTS, table.rows, columns, "quantity")
    for line, row in table.rows:
        rate = row.rate_source
        if known is not None and rate not in (None, ASSUMED, *known):
            near = suggestion(rate, {ASSUMED, *known})
            yield fault("unknown_source", ACCOUNTS, line, "rate_source", found=rate, suggestion=near)


def examine_accounts(folder: Path | None = None) -> tuple[Accounts | None, list[Fault]]:
    """Read the accounts of companies without a case; ``None`` and all faults in reading order if there are any.

    Parameters
    ----------
    folder
        Folder of the tables, that of the casebook by default.
    """
    place = casebook_path() if folder is None else Path(folder)
    faults: list[Fault] = []
    content = read_text(place, ACCOUNTS, faults)
    nothing: SoundTable[Account] = SoundTable([], [])
    table = nothing if content is None else read_table(content, ACCOUNTS, Account, faults)
    sources = sources_in(place, EVIDENCE_SOURCES, faults)
    faults.extend(faults_of_accounts(table, sources))
    ordered = in_reading_order(faults, ACCOUNT_TABLES)
    return (None, ordered) if ordered else (Accounts(records_of(table.rows), sources), [])


@cache
def load_accounts() -> Accounts:
    """Load the accounts of companies without a case that ship; CaseFaults with all their faults if they have any."""
    accounts, faults = examine_accounts()
    if accounts is None:
        raise CaseFaults(faults)
    return accounts
