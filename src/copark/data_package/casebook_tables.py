"""Tables of the casebook beside its cases: parks, periods and scores, counts, identifiers, sources, the world."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from copark.analyses.joint.disputed import disputed_values
from copark.cases.access_dates import OF_COUNTS, OF_EVIDENCE, OF_IDENTIFIERS, OF_PARKS, OF_WORLD, OF_ZONES, access_dates
from copark.cases.accounts import load_accounts
from copark.cases.casebook import EVIDENCE_SOURCES
from copark.cases.completed_sources import completed
from copark.cases.identifiers import load_identifiers
from copark.cases.observed_variables import SERIES
from copark.cases.own_words import own_words
from copark.cases.park_counts import CASE_SOURCES, ParkCounts
from copark.cases.parks import Parks
from copark.cases.pydantic_errors import CASE
from copark.cases.source_files import read_sources
from copark.cases.table_schemas import Source
from copark.cases.types import JUDGEMENT, Key
from copark.cases.world import FOLDER as WORLD
from copark.cases.zones import load_failures
from copark.data_package.case_tables import PackagedCase, row_key, source_ids
from copark.data_package.tables import (
    PART_OF_DATE,
    SOURCE_TABLES,
    DataColumn,
    DataRow,
    DataTable,
    ForeignKey,
    number,
)
from copark.texts import LANGUAGES

PARK = DataColumn("park", is_needed=True)
ID = DataColumn("id", is_needed=True)
GRADE = DataColumn("grade", codes="grade", is_needed=True)
SOURCES_OF_ROW = DataColumn("sources", is_list=True)
OF_PARK = ForeignKey("park", "parks", "park")
ADDRESSES = ("given", "withheld", "none")
"""Addresses of sources: given; withheld, where only a copy was read; none."""
COORDINATES = ("about-0.1-degree", "not-recorded")
"""How exact the coordinates of a park are."""
OF_PERIOD = {
    *("id", "park", "first_year", "last_year", "home_share_percent", "host_share_percent"),
    *("outcome", "outcome_grade", "outcome_en", "outcome_zh", "count", "count_of", "count_date"),
}
"""Columns of a period that are as the casebook has them."""
CONDITIONS = ("GOV", "EQUITY", "EQUITY_mech", "NETWORK", "ENTERPRISE")
"""Conditions that parks are scored on, beside the outcome."""


def chinese(words: Any) -> str | None:
    """Return the Chinese of what the casebook says in English alone; nothing where it has none."""
    translated = own_words(str(words or ""), "zh")
    return translated if words and translated != words else None


def _joined(keys: Sequence[str], collection: str) -> str | None:
    return source_ids("; ".join(keys), collection)


PARK_COLUMNS = (
    PARK,
    DataColumn("collection", codes="collection", is_needed=True),
    DataColumn("has_case", "boolean", is_needed=True),
    DataColumn("name_en", is_needed=True),
    DataColumn("name_zh"),
    DataColumn("host", is_needed=True),
    DataColumn("home", is_needed=True),
    DataColumn("type", codes="type", is_needed=True),
    DataColumn("launch", "integer"),
    DataColumn("founded", pattern=PART_OF_DATE),
    DataColumn("offered", pattern=PART_OF_DATE),
    DataColumn("dates_grade", codes="grade"),
    DataColumn("developer"),
    DataColumn("developer_zh"),
    DataColumn("home_share_percent", "number", unit="%"),
    DataColumn("host_share_percent", "number", unit="%"),
    DataColumn("third_share_percent", "number", unit="%"),
    DataColumn("shares_grade", codes="grade"),
    DataColumn("framework", "boolean"),
    DataColumn("committee", "boolean"),
    DataColumn("host_law", "boolean"),
    DataColumn("flags_grade", codes="grade"),
    DataColumn("framework_en"),
    DataColumn("framework_zh"),
    DataColumn("equity_change_en"),
    DataColumn("equity_change_zh"),
    DataColumn("firms", "integer", unit="companies"),
    DataColumn("firms_date", pattern=PART_OF_DATE),
    DataColumn("investment_m_usd", "number", unit="M USD"),
    DataColumn("investment_date", pattern=PART_OF_DATE),
    DataColumn("investment_basis"),
    DataColumn("investment_basis_zh"),
    DataColumn("jobs", "integer", unit="persons"),
    DataColumn("jobs_date", pattern=PART_OF_DATE),
    DataColumn("area_km2", "number", unit="km2"),
    DataColumn("longitude", "number"),
    DataColumn("latitude", "number"),
    DataColumn("coordinates", codes="coordinates", is_needed=True),
    DataColumn("coordinates_grade", codes="grade"),
    DataColumn("place_en"),
    DataColumn("place_zh"),
    replace(GRADE, is_needed=False),
    DataColumn("note"),
    DataColumn("note_zh"),
    DataColumn("dates_note"),
    DataColumn("dates_note_zh"),
    SOURCES_OF_ROW,
    DataColumn("dates_sources", is_list=True),
)
"""Columns of the table of parks."""
PLACE = ("longitude", "latitude", "place_en", "place_zh")
TRANSLATED = ("developer", "investment_basis", "note", "dates_note")
"""Columns that the casebook has in English alone."""


class ParkRows:
    """Rows of the casebook's tables, of the parks that a package holds."""

    def __init__(self, book: Parks, counts: ParkCounts, cases: Sequence[PackagedCase], names: Collection[str]) -> None:
        self.book = book
        self.counts = counts
        self.cases = {case.park: case for case in cases}
        self.contents = {case.park: case.content for case in cases}
        self.names = names

    def collection_of(self, key: str, park: str) -> str:
        """Return the collection that a table of the casebook means by a key: its own, that of parks, or the case's."""
        if key in self.counts.sources:
            return OF_COUNTS
        return OF_PARKS if key in self.book.sources else park

    def sources(self, keys: Sequence[str], park: str) -> str | None:
        """Return the keys of sources of a row of the casebook's tables, as the package has them."""
        words = (source_ids(key, self.collection_of(key, park)) for key in keys)
        return "; ".join(word for word in words if word) or None

    def parks(self) -> DataTable:
        """Return the table of parks: those of the casebook, those known by dates and counts alone, and one's own."""
        rows = [*self._of_casebook(), *self._of_counts(), *self._own()]
        for row in rows:
            for name in TRANSLATED:
                row[f"{name}_zh"] = chinese(row.get(name))
        foreign = (ForeignKey("host", "countries", "country"), ForeignKey("home", "countries", "country"))
        return DataTable("parks", PARK_COLUMNS, tuple(rows), ("park",), foreign)

    def _of_casebook(self) -> Iterator[DataRow]:
        for park in self.book.parks:
            if park.id not in self.names:
                continue
            row = park.model_dump(mode="json", exclude={"id", "case", "source"}, exclude_none=True)
            dot = self.book.places[park.id]
            place = dot.model_dump(mode="json", include=set(PLACE)) | {"coordinates_grade": dot.grade}
            yield {
                "park": park.id,
                "collection": "casebook",
                "has_case": park.case is not None,
                "coordinates": COORDINATES[0],
                "sources": self.sources(park.source, park.id),
                **row,
                **place,
                **self._dates_of(park.id),
            }

    def _dates_of(self, name: str) -> DataRow:
        """Return when a park was founded and had land on offer, where that is on record."""
        dates = self.counts.dates.get(name)
        if dates is None:
            return {}
        row = dates.model_dump(mode="json", include={"founded", "offered", "grade", "note"}, exclude_none=True)
        cells = {name if name in ("founded", "offered") else f"dates_{name}": value for name, value in row.items()}
        return cells | {"dates_sources": self.sources(dates.source, name)}

    def _of_counts(self) -> Iterator[DataRow]:
        in_casebook = {park.id for park in self.book.parks}
        for dates in self.counts.dates.values():
            if dates.park in self.names and dates.park not in in_casebook:
                row = dates.model_dump(mode="json", include={"name_en", "name_zh", "host", "home", "type"})
                row |= {"park": dates.park, "collection": "casebook", "has_case": False, "coordinates": COORDINATES[1]}
                yield row | self._dates_of(dates.park)

    def _own(self) -> Iterator[DataRow]:
        for case in self.cases.values():
            if not case.is_own:
                continue
            tree = self.contents[case.park][CASE]
            title = tree.get("title") or case.park
            names = title if isinstance(title, dict) else dict.fromkeys(LANGUAGES, title)
            row: DataRow = {"park": case.park, "collection": "own", "has_case": True, "type": tree["kind"]}
            row |= {f"name_{lang}": words for lang, words in names.items()}
            row |= {side: tree["sides"][side]["country"] for side in ("host", "home")}
            yield row | {"coordinates": COORDINATES[1]}

    def identifiers(self) -> DataTable:
        """Return what others call the parks."""
        rows: list[DataRow] = []
        for entry in load_identifiers().rows:
            if entry.park in self.names:
                row = entry.model_dump(mode="json", exclude={"source"}, exclude_none=True)
                row["projects"] = None if entry.projects is None else entry.projects.replace(";", "; ")
                row |= {"address": entry.address, "sources": _joined(entry.source, OF_IDENTIFIERS)}
                rows.append({"id": row_key("identifiers", entry.park, row), **row})
        columns = (
            ID,
            PARK,
            DataColumn("scheme", codes="scheme", is_needed=True),
            DataColumn("identifier", is_needed=True),
            DataColumn("address", is_needed=True),
            DataColumn("precision", codes="precision"),
            DataColumn("projects", is_list=True),
            GRADE,
            SOURCES_OF_ROW,
        )
        return DataTable("identifiers", columns, tuple(rows), ("id",), (OF_PARK,), licence="ODC-By-1.0")

    def with_counts(self, observations: DataTable) -> DataTable:
        """Return the observations with the counts of parks without a case, and with what is doubtful of both."""
        rows: list[DataRow] = []
        for count in self.counts.counts:
            if count.park in self.names:
                row = count.model_dump(mode="json", exclude={"source"}, exclude_none=True)
                row |= {"unit": SERIES[count.variable].units()[0], "used": True}
                row |= {"sources": self.sources(count.source, count.park)}
                row |= {"first_day": count.date.first_day.isoformat(), "last_day": count.date.last_day.isoformat()}
                row |= {f"{name}_zh": chinese(row.get(name)) for name in ("basis", "note")}
                rows.append({"id": row_key("counts", count.park, row), **row})
        disputed = {(value.park, value.variable, value.date): value.reason for value in disputed_values()}
        marked: list[DataRow] = []
        for observed in (*observations.rows, *rows):
            reason = disputed.get((str(observed["park"]), str(observed["variable"]), str(observed["date"])))
            is_disputed = reason is not None and bool(observed.get("used"))
            added: DataRow = {"disputed": is_disputed}
            if reason is not None and is_disputed:
                added |= {"dispute_en": reason.en, "dispute_zh": reason.zh}
            marked.append({**observed, **added})
        columns = (
            *observations.columns,
            DataColumn("disputed", "boolean", is_needed=True),
            DataColumn("dispute_en"),
            DataColumn("dispute_zh"),
        )
        return replace(observations, columns=columns, rows=tuple(marked))

    def periods(self) -> DataTable:
        """Return what became of parks, by period."""
        rows: list[DataRow] = []
        for period in self.book.scores:
            if period.park in self.names:
                row = period.model_dump(mode="json", include=OF_PERIOD, exclude_none=True)
                row["outcome_score"] = period.OUTCOME
                rows.append(row | {"sources": self.sources(period.outcome_source, period.park)})
        columns = (
            ID,
            PARK,
            DataColumn("first_year", "integer", is_needed=True),
            DataColumn("last_year", "integer", is_needed=True),
            DataColumn("home_share_percent", "number", unit="%"),
            DataColumn("host_share_percent", "number", unit="%"),
            DataColumn("outcome", codes="outcome"),
            DataColumn("outcome_score", "number"),
            DataColumn("outcome_en", is_needed=True),
            DataColumn("outcome_zh", is_needed=True),
            DataColumn("outcome_grade", codes="grade", is_needed=True),
            DataColumn("count", "integer"),
            DataColumn("count_of", codes="count_of"),
            DataColumn("count_date", pattern=PART_OF_DATE),
            SOURCES_OF_ROW,
        )
        return DataTable("periods", columns, tuple(rows), ("id",), (OF_PARK,))

    def scores(self) -> DataTable:
        """Return the scores of periods, a row for each period and condition."""
        rows: list[DataRow] = []
        for period in self.book.scores:
            if period.park not in self.names:
                continue
            for condition in CONDITIONS:
                score = getattr(period, condition)
                if score is not None:
                    reasons = {f"reason_{lang}": period.reason(condition, lang) or None for lang in LANGUAGES}
                    row = {"period": period.id, "park": period.park, "condition": condition, "score": number(score)}
                    rows.append({**row, **reasons, "grade": period.grade})
        columns = (
            DataColumn("period", is_needed=True),
            PARK,
            DataColumn("condition", is_needed=True),
            DataColumn("score", "number", is_needed=True),
            DataColumn("reason_en"),
            DataColumn("reason_zh"),
            GRADE,
        )
        foreign = (ForeignKey("period", "periods", "id"), OF_PARK, ForeignKey("condition", "conditions", "condition"))
        return DataTable("scores", columns, tuple(rows), ("period", "condition"), foreign)

    def all_sources(self) -> Iterator[tuple[str, Mapping[str, Source]]]:
        """Yield collections of sources, with their sources by key."""
        yield OF_PARKS, self.book.sources
        yield OF_COUNTS, self.counts.sources
        yield OF_IDENTIFIERS, load_identifiers().sources
        yield OF_ZONES, load_failures().sources
        yield OF_EVIDENCE, load_accounts().sources
        yield OF_WORLD, read_sources(WORLD / CASE_SOURCES)
        for case in self.cases.values():
            own = case.folder / EVIDENCE_SOURCES
            yield case.park, {**read_sources(case.folder / CASE_SOURCES), **(read_sources(own) if own.exists() else {})}


def conditions(book: Parks) -> DataTable:
    """Return what the scores are of."""
    rows: list[DataRow] = []
    for name, condition in book.conditions.items():
        if name in CONDITIONS:
            row: DataRow = {"condition": name}
            for field in ("title", "meaning", "anchors", "caveat"):
                words = getattr(condition, field)
                row |= {} if words is None else {f"{field}_{lang}": words.text(lang) for lang in LANGUAGES}
            rows.append(row)
    names = [f"{field}_{lang}" for field in ("title", "meaning", "anchors", "caveat") for lang in LANGUAGES]
    columns = (DataColumn("condition", is_needed=True), *map(DataColumn, names))
    return DataTable("conditions", columns, tuple(rows), ("condition",), group="reference")


def world() -> DataTable:
    """Return the series of countries that the casebook shares."""
    with (WORLD / "macro.csv").open(encoding="utf-8", newline="") as stream:
        rows = tuple(
            {
                **{name: row[name] for name in ("country", "variable", "unit", "indicator")},
                "year": int(row["year"]),
                "value": number(row["value"]),
                "sources": source_ids(row["source"], OF_WORLD),
            }
            for row in csv.DictReader(stream)
        )
    columns = (
        DataColumn("country", is_needed=True),
        DataColumn("year", "integer", is_needed=True),
        DataColumn("variable", is_needed=True),
        DataColumn("value", "number"),
        DataColumn("unit", is_needed=True),
        DataColumn("indicator", is_needed=True),
        SOURCES_OF_ROW,
    )
    foreign = (
        ForeignKey("country", "countries", "country"),
        ForeignKey("variable", "variables", "variable"),
        ForeignKey("unit", "units", "unit"),
    )
    return DataTable("world", columns, rows, ("country", "year", "variable"), foreign, group="reference")


def citations(tables: Sequence[DataTable]) -> DataTable:
    """Return which row rests on which sources: a row for each."""
    rows: dict[tuple[str, str, str], DataRow] = {}
    for table in tables:
        for key, source in _cited_in(table):
            rows[table.name, key, source] = {"table": table.name, "row": key, "source": source}
    columns = tuple(DataColumn(name, is_needed=True) for name in ("table", "row", "source"))
    foreign = (ForeignKey("source", "sources", "source"),)
    return DataTable(
        "citations", columns, tuple(rows.values()), ("table", "row", "source"), foreign, group=SOURCE_TABLES
    )


def _address_state(source: Source) -> str:
    """Return which of :data:`ADDRESSES` a source has."""
    if source.url:
        return ADDRESSES[0]
    return ADDRESSES[1] if source.read == "mirror" else ADDRESSES[2]


def _cited_in(table: DataTable) -> Iterator[tuple[str, str]]:
    """Yield the keys of rows with the sources that they cite."""
    source_columns = [column.name for column in table.columns if column.name.rpartition("_")[2] == "sources"]
    for row in table.rows:
        key = "/".join(str(row[column]) for column in table.key)
        cited = "; ".join(str(row.get(name) or "") for name in source_columns).split("; ")
        yield from ((key, source) for source in cited if source)


def sources(
    collections: Iterator[tuple[str, Mapping[Key, Source]]], cited: Collection[str], own: Collection[str]
) -> DataTable:
    """Return the sources that are cited: who published what and when, where it is, when it was read.

    Parameters
    ----------
    collections
        Collections with their sources by key.
    cited
        Keys of the sources that tables name, as the package has them.
    own
        Collections of parks of one's own, of which the casebook has not noted when they were read.
    """
    accessed = access_dates()
    rows: list[DataRow] = []
    if JUDGEMENT in cited:
        rows.append({"source": JUDGEMENT, "collection": JUDGEMENT, "address": ADDRESSES[2]})
    for collection, sources_by_key in collections:
        shown = sources_by_key if collection in own else completed(collection, sources_by_key)
        for key, source in shown.items():
            if f"{collection}/{key}" not in cited:
                continue
            row = source.model_dump(mode="json", exclude={"note", "url"}, exclude_none=True)
            row |= {"source": f"{collection}/{key}", "collection": collection, "outlet_zh": chinese(source.outlet)}
            row |= {"url": source.url, "address": _address_state(source)}
            row["accessed"] = None if collection in own else accessed.get((collection, key))
            if source.note is not None:
                row |= {"note_en": source.note.en, "note_zh": source.note.zh}
            rows.append(row)
    columns = (
        DataColumn("source", is_needed=True),
        DataColumn("collection", is_needed=True),
        DataColumn("outlet"),
        DataColumn("outlet_zh"),
        DataColumn("title"),
        DataColumn("date", pattern=PART_OF_DATE),
        DataColumn("url"),
        DataColumn("address", codes="address", is_needed=True),
        DataColumn("read", codes="read"),
        DataColumn("accessed", "date"),
        DataColumn("language"),
        DataColumn("note_en"),
        DataColumn("note_zh"),
    )
    return DataTable("sources", columns, tuple(rows), ("source",), group=SOURCE_TABLES)
