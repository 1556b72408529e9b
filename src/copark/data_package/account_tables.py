"""Table of published accounts of park companies, of parks and of companies without a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copark.cases import load_case
from copark.cases.access_dates import OF_EVIDENCE
from copark.cases.accounts import ASSUMED, Account, load_accounts
from copark.data_package.case_tables import PackagedCase, row_key, source_ids
from copark.data_package.casebook_tables import GRADE, ID, OF_PARK, SOURCES_OF_ROW
from copark.data_package.tables import PART_OF_DATE, DataColumn, DataRow, DataTable

COLUMNS = (
    ID,
    DataColumn("park"),
    DataColumn("company", is_needed=True),
    DataColumn("estates", is_needed=True),
    DataColumn("since", pattern=PART_OF_DATE),
    DataColumn("until", pattern=PART_OF_DATE, is_needed=True),
    DataColumn("fiscal_year", "boolean", is_needed=True),
    DataColumn("basis", codes="account_basis", is_needed=True),
    DataColumn("quantity", codes="account_quantity", is_needed=True),
    DataColumn("value", "number", is_needed=True),
    DataColumn("high", "number"),
    DataColumn("bound", codes="bound", is_needed=True),
    DataColumn("unit", is_needed=True),
    DataColumn("currency"),
    DataColumn("per_usd", "number"),
    DataColumn("rate_assumed", "boolean"),
    DataColumn("rate_sources", is_list=True),
    DataColumn("quote", is_needed=True),
    DataColumn("checked", "boolean", is_needed=True),
    GRADE,
    SOURCES_OF_ROW,
    DataColumn("note"),
)
"""Columns of the table."""


def accounts(cases: Sequence[PackagedCase], *, is_whole: bool) -> DataTable:
    """Return the accounts of the parks chosen and, with the whole casebook, of companies without a case.

    Parameters
    ----------
    cases
        Cases that the package holds.
    is_whole
        Whether it is of the whole casebook.
    """
    rows = [_row(account, case.park, case.park) for case in cases for account in load_case(case.folder).accounts]
    if is_whole:
        rows += [_row(account, None, OF_EVIDENCE) for account in load_accounts().rows]
    return DataTable("accounts", COLUMNS, tuple(rows), ("id",), (OF_PARK,), group="reference")


def _row(account: Account, park: str | None, collection: str) -> DataRow:
    """Return an account as a row, its sources with their collection."""
    row: dict[str, Any] = account.model_dump(mode="json", exclude={"source", "rate_source"}, exclude_none=True)
    row |= {"park": park, "fiscal_year": account.is_fiscal_year}
    row["sources"] = source_ids("; ".join(account.source), collection)
    if account.rate_source is not None:
        row["rate_assumed"] = account.rate_source == ASSUMED
    if account.rate_source not in (None, ASSUMED):
        row["rate_sources"] = source_ids(account.rate_source, collection)
    return {"id": row_key("accounts", park or "", row), **row}
