"""Tables of zones that failed or never began, of dates of distress, and of rates of lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from copark.cases.access_dates import OF_ZONES
from copark.cases.parks import Parks
from copark.cases.types import Record
from copark.cases.zones import Failures
from copark.data_package.case_tables import row_key, source_ids
from copark.data_package.casebook_tables import GRADE, ID, SOURCES_OF_ROW
from copark.data_package.tables import PART_OF_DATE, Cell, DataColumn, DataRow, DataTable, ForeignKey

ZONE = ForeignKey("zone", "zones", "zone")


def _row(record: Record, named: Mapping[str, str]) -> DataRow:
    """Return a record as a row: some columns with another name, sources with their collection."""
    content: dict[str, Cell] = record.model_dump(mode="json", exclude={"source"}, exclude_none=True)
    row: DataRow = {named.get(name, name): value for name, value in content.items()}
    return row | {"sources": source_ids("; ".join(getattr(record, "source", None) or ()), OF_ZONES)}


def zones(failures: Failures) -> DataTable:
    """Return the zones, with fate and outcome as coded twice."""
    rows = tuple(_row(zone, {"id": "zone", "list": "drawn_from"}) for zone in failures.zones)
    columns = (
        DataColumn("zone", is_needed=True),
        DataColumn("name_en", is_needed=True),
        DataColumn("name_zh", is_needed=True),
        DataColumn("host", is_needed=True),
        DataColumn("home", is_needed=True),
        DataColumn("other_home"),
        DataColumn("type", codes="type", is_needed=True),
        DataColumn("drawn_from", codes="drawn_from", is_needed=True),
        DataColumn("agreement", pattern=PART_OF_DATE),
        DataColumn("start", pattern=PART_OF_DATE),
        DataColumn("planned_km2", "number", unit="km2"),
        DataColumn("registered", "integer"),
        DataColumn("operating", "integer"),
        DataColumn("jobs", "integer"),
        DataColumn("occupied_km2", "number", unit="km2"),
        DataColumn("count_date", pattern=PART_OF_DATE),
        DataColumn("state_date", pattern=PART_OF_DATE),
        DataColumn("fate", codes="fate", is_needed=True),
        DataColumn("outcome", codes="outcome"),
        DataColumn("fate_again", codes="fate", is_needed=True),
        DataColumn("outcome_again", codes="outcome"),
        DataColumn("reason_en", is_needed=True),
        DataColumn("reason_zh", is_needed=True),
        DataColumn("quote", is_needed=True),
        GRADE,
        SOURCES_OF_ROW,
    )
    foreign = tuple(ForeignKey(name, "countries", "country") for name in ("host", "home", "other_home"))
    return DataTable("zones", columns, rows, ("zone",), foreign, group="reference")


def distress(failures: Failures, book: Parks, names: Collection[str]) -> DataTable:
    """Return the dates of distress of the zones and of the parks chosen.

    Parameters
    ----------
    failures
        Tables of zones.
    book
        Parks of the casebook.
    names
        Parks that the package is of.
    """
    chosen = {park.id for park in book.parks}.intersection(names)
    rows = []
    for entry in failures.distress:
        if entry.zone or entry.park in chosen:
            row = _row(entry, {})
            rows.append({"id": row_key("distress", entry.place, row), **row})
    columns = (
        ID,
        DataColumn("park"),
        DataColumn("zone"),
        DataColumn("date", pattern=PART_OF_DATE),
        DataColumn("bound", codes="date_bound"),
        DataColumn("kind", codes="distress", is_needed=True),
        DataColumn("what_en", is_needed=True),
        DataColumn("what_zh", is_needed=True),
        DataColumn("looked", codes="looked", is_needed=True),
        DataColumn("quote"),
        DataColumn("grade", codes="grade"),
        SOURCES_OF_ROW,
    )
    foreign = (ForeignKey("park", "parks", "park"), ZONE)
    return DataTable("distress", columns, tuple(rows), ("id",), foreign, group="reference")


def base_rates(failures: Failures) -> DataTable:
    """Return how many zones, or how much land, of countries' lists are in a state."""
    rows = tuple(_row(rate, {"id": "rate"}) for rate in failures.base_rates)
    columns = (
        DataColumn("rate", is_needed=True),
        DataColumn("country", is_needed=True),
        DataColumn("date", pattern=PART_OF_DATE, is_needed=True),
        DataColumn("unit", codes="listed_unit", is_needed=True),
        DataColumn("listed_as", codes="listed_as", is_needed=True),
        DataColumn("listed", "number"),
        DataColumn("measure", codes="measure", is_needed=True),
        DataColumn("counted", "number", is_needed=True),
        DataColumn("share_percent", "number", unit="%"),
        DataColumn("quote", is_needed=True),
        GRADE,
        SOURCES_OF_ROW,
        DataColumn("note_en"),
        DataColumn("note_zh"),
    )
    foreign = (ForeignKey("country", "countries", "country"),)
    return DataTable("base_rates", columns, rows, ("rate",), foreign, group="reference")
