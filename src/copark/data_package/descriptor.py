"""The description of a package that machines read: Data Package 2.0 (https://datapackage.org).

Titles and descriptions are in English; beside each stands the Chinese (``title_zh``, ``description_zh``). Columns have
their ``unit`` and the list of their ``codes`` as in the tables of these names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from copark.data_package.reference_tables import codes_of
from copark.data_package.tables import DataColumn, DataTable
from copark.json_types import JsonObject
from copark.texts import text

if TYPE_CHECKING:
    from copark.data_package.package import CasebookPackage

NAME = "copark-casebook"
PROFILES = "https://datapackage.org/profiles/2.0"
LICENCES = {
    "CC-BY-4.0": {
        "name": "CC-BY-4.0",
        "title": "Creative Commons Attribution 4.0 International",
        "path": "https://creativecommons.org/licenses/by/4.0/",
    },
    "ODC-By-1.0": {
        "name": "ODC-By-1.0",
        "title": "Open Data Commons Attribution License 1.0",
        "path": "https://opendatacommons.org/licenses/by/1-0/",
    },
}
NOTICES = ("worldbank", "aiddata", "facts")
"""Notices that belong to the data, by their key in the texts."""
SOURCES = (
    {
        "title": "The World Bank: World Development Indicators (NY.GDP.MKTP.KD.ZG, NY.GDP.MKTP.CD), CC BY 4.0",
        "path": "https://databank.worldbank.org/source/world-development-indicators",
    },
    {
        "title": "AidData: Geospatial Global Chinese Development Finance Dataset, version 3.0, ODC-By 1.0",
        "path": "https://github.com/aiddata/gcdf-geospatial-data",
    },
)


def descriptor(package: CasebookPackage) -> JsonObject:
    """Return the description of a package."""
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": NAME,
        "id": f"sha256:{package.hash}",
        "title": text("casebook.title"),
        "title_zh": text("casebook.title", "zh"),
        "description": package.description("en"),
        "description_zh": package.description("zh"),
        "version": package.version,
        "languages": ["en", "zh"],
        "keywords": text("casebook.keywords").split("; "),
        "keywords_zh": text("casebook.keywords", "zh").split("；"),
        **({} if package.own else {"licenses": [LICENCES["CC-BY-4.0"]]}),
        "contributors": [{"title": name, "roles": ["creator"]} for name in package.contributors],
        "sources": list(SOURCES),
        "notices": [text(f"casebook.notice.{key}") for key in NOTICES],
        "notices_zh": [text(f"casebook.notice.{key}", "zh") for key in NOTICES],
        "resources": [*(_resource(package, table) for table in package.tables), _map(package)],
    }


def _file(package: CasebookPackage, path: str) -> JsonObject:
    content = package.contents[path]
    return {"path": path, "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _resource(package: CasebookPackage, table: DataTable) -> JsonObject:
    licences = [] if package.holds_own_rows(table) else [LICENCES[table.licence or "CC-BY-4.0"]]
    return {
        "name": table.name.replace("_", "-"),
        "type": "table",
        **_file(package, f"data/{table.name}.csv"),
        "title": table.title("en"),
        "title_zh": table.title("zh"),
        "description": table.meaning("en"),
        "description_zh": table.meaning("zh"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **({"licenses": licences} if licences else {}),
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": [_field(table, column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": list(_foreign_keys(table)),
        },
    }


def _foreign_keys(table: DataTable) -> Iterator[JsonObject]:
    for tie in table.foreign:
        yield {
            "fields": [tie.column],
            "reference": {"resource": tie.table.replace("_", "-"), "fields": [tie.to]},
        }


def _field(table: DataTable, column: DataColumn) -> JsonObject:
    constraints: JsonObject = {"required": True} if column.is_needed else {}
    if column.codes:
        constraints["enum"] = list(codes_of(column.codes))
    if column.pattern:
        constraints["pattern"] = column.pattern
    return {
        "name": column.name,
        "type": column.type,
        "title": table.column_title(column, "en"),
        "title_zh": table.column_title(column, "zh"),
        "description": table.column_meaning(column, "en"),
        "description_zh": table.column_meaning(column, "zh"),
        **({"unit": column.unit} if column.unit else {}),
        **({"codes": column.codes} if column.codes else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _map(package: CasebookPackage) -> JsonObject:
    return {
        "name": "parks-map",
        **_file(package, "parks.geojson"),
        "title": text("casebook.table.parks"),
        "title_zh": text("casebook.table.parks", "zh"),
        "description": text("casebook.dictionary.map"),
        "description_zh": text("casebook.dictionary.map", "zh"),
        "format": "geojson",
        "mediatype": "application/geo+json",
        "encoding": "utf-8",
    }
