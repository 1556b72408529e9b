"""Tables of what people of parks wanted, decided and brought, and of what was looked for: evidence alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from copark.cases import load_case
from copark.cases.decisions import load_sought
from copark.cases.types import Record
from copark.data_package.case_tables import PackagedCase, row_key, source_ids
from copark.data_package.casebook_tables import GRADE, ID, OF_PARK, PARK, SOURCES_OF_ROW
from copark.data_package.tables import PART_OF_DATE, DataColumn, DataRow, DataTable, ForeignKey

QUOTED = (DataColumn("quote", is_needed=True), GRADE, SOURCES_OF_ROW, DataColumn("note"))
INTEREST_COLUMNS = (
    ID,
    PARK,
    DataColumn("key", is_needed=True),
    DataColumn("side", codes="wanting_side", is_needed=True),
    DataColumn("want_en", is_needed=True),
    DataColumn("want_zh", is_needed=True),
    DataColumn("served_by", codes="stated_served_by"),
    *QUOTED,
)
DECISION_COLUMNS = (
    ID,
    PARK,
    DataColumn("date", pattern=PART_OF_DATE, is_needed=True),
    DataColumn("until", pattern=PART_OF_DATE),
    DataColumn("decider", codes="decider", is_needed=True),
    DataColumn("instrument", codes="instrument", is_needed=True),
    DataColumn("what_en", is_needed=True),
    DataColumn("what_zh", is_needed=True),
    DataColumn("value", "number"),
    DataColumn("high", "number"),
    DataColumn("bound", codes="bound"),
    DataColumn("unit"),
    DataColumn("currency"),
    DataColumn("how", codes="settled"),
    *QUOTED,
)
TIE_COLUMNS = (
    ID,
    PARK,
    DataColumn("name_en", is_needed=True),
    DataColumn("name_zh", is_needed=True),
    DataColumn("role", codes="tie_role", is_needed=True),
    DataColumn("side", codes="side"),
    DataColumn("country"),
    DataColumn("business", codes="tie_business"),
    DataColumn("since", pattern=PART_OF_DATE),
    DataColumn("until", pattern=PART_OF_DATE),
    DataColumn("share", "number", unit="%"),
    DataColumn("brings_en"),
    DataColumn("brings_zh"),
    DataColumn("reason_in"),
    DataColumn("reason_out"),
    *QUOTED,
)


def evidence(cases: Sequence[PackagedCase], names: Collection[str]) -> list[DataTable]:
    """Return stated interests, decisions and ties of the parks chosen, and what was looked for of them.

    Parameters
    ----------
    cases
        Cases that the package holds.
    names
        Names of all parks chosen.
    """
    loaded = [(case.park, load_case(case.folder)) for case in cases]
    interests = [row for park, case in loaded for row in _rows("stated_interests", park, case.interests_on_record)]
    decisions = [row for park, case in loaded for row in _rows("decisions", park, case.decisions)]
    ties = [row for park, case in loaded for row in _rows("stated_ties", park, case.ties_on_record)]
    sought = [row.model_dump(mode="json", exclude_none=True) for row in load_sought() if row.park in names]
    sought_columns = (
        PARK,
        DataColumn("topic", codes="sought", is_needed=True),
        DataColumn("place", is_needed=True),
        DataColumn("found", codes="found", is_needed=True),
        DataColumn("note"),
    )
    renamed = [{{"what": "topic", "where": "place"}.get(key, key): row[key] for key in row} for row in sought]
    of_country = ForeignKey("country", "countries", "country")
    return [
        DataTable("stated_interests", INTEREST_COLUMNS, tuple(interests), ("id",), (OF_PARK,), group="reference"),
        DataTable("decisions", DECISION_COLUMNS, tuple(decisions), ("id",), (OF_PARK,), group="reference"),
        DataTable("stated_ties", TIE_COLUMNS, tuple(ties), ("id",), (OF_PARK, of_country), group="reference"),
        DataTable("sought", sought_columns, tuple(renamed), ("park", "topic"), (OF_PARK,), group="reference"),
    ]


def _rows(table: str, park: str, records: Iterable[Record]) -> Iterable[DataRow]:
    """Yield records as rows, their sources with their collection."""
    for record in records:
        row: dict[str, Any] = record.model_dump(mode="json", exclude={"source"}, exclude_none=True)
        row |= {"park": park, "sources": source_ids("; ".join(getattr(record, "source")), park)}  # noqa: B009
        yield {"id": row_key(table, park, row), **row}
