"""The data dictionary of a package, in a language: what the tables and their columns say, and what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from copark import units
from copark.data_package.casebook_tables import ADDRESSES, COORDINATES
from copark.data_package.descriptor import NOTICES
from copark.data_package.tables import SOURCE_TABLES, DataColumn, DataTable
from copark.presentation.numbers import number
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    from copark.data_package.package import CasebookPackage

READING = ("files", "tidy", "dates", "keys", "sources", "formulas")
GROUPS = ("parks", SOURCE_TABLES, "reference")
LETTERS_OF_HASH = 16
"""Letters of the hash of the content that the dictionary shows."""


def readme(package: CasebookPackage) -> str:
    """Return what a package is, in both languages."""
    parts = []
    for lang in LANGUAGES:
        lines = [f"# {text('casebook.title', lang)}", package.description(lang), text("casebook.readme", lang)]
        parts += [*lines, _licensed(package, lang), *_notices(lang)]
    return "\n\n".join(parts) + "\n"


def dictionary(package: CasebookPackage, lang: str) -> str:
    """Return the dictionary of a package, as Markdown."""

    def say(key: str, /, **values: object) -> str:
        return text(f"casebook.dictionary.{key}", lang, **values)

    lines = [f"# {text('casebook.title', lang)}{': ' if lang == 'en' else '：'}{say('title')}", ""]
    lines += [package.description(lang), ""]
    lines += [say("version", version=package.version, hash=package.hash[:LETTERS_OF_HASH]), ""]
    lines += [f"## {say('licence')}", "", _licensed(package, lang), ""]
    lines += [*(f"- {notice}" for notice in _notices(lang)), ""]
    lines += [f"## {say('reading')}", "", *(f"- {say(f'reading.{key}')}" for key in READING), f"- {say('map')}", ""]
    lines += [f"## {say('unknown')}", "", *(f"- {sentence}" for sentence in _unknown(package, lang)), ""]
    for group in GROUPS:
        lines += [f"## {say(f'group.{group}')}", ""]
        for table in package.tables:
            if table.group == group:
                lines += [*_table(table, lang), ""]
    return "\n".join(lines).rstrip() + "\n"


def _licensed(package: CasebookPackage, lang: str) -> str:
    contributors = ", ".join(package.contributors)
    return text("casebook.dictionary.licensed", lang, contributors=contributors, title=text("casebook.title", lang))


def _notices(lang: str) -> list[str]:
    return [text(f"casebook.notice.{key}", lang) for key in NOTICES]


def _unknown(package: CasebookPackage, lang: str) -> Iterator[str]:
    """Yield sentences on what is not there, with how much it is."""

    def say(key: str, /, **values: object) -> str:
        return text(f"casebook.dictionary.unknown.{key}", lang, **values)

    sources = [row for row in package.table("sources").rows if row["collection"] != row["source"]]
    parks = package.table("parks").rows
    by_state = {state: sum(row["address"] == state for row in sources) for state in ADDRESSES}
    yield say("addresses", total=number(len(sources), 0), **{key: number(n, 0) for key, n in by_state.items()})
    yield say("accessed", own=say("accessed.own") if package.own else "")
    schemes: dict[str, set[object]] = {"aiddata": set(), "osm": set()}
    for row in package.table("identifiers").rows:
        schemes[str(row["scheme"])].add(row["park"])
    yield say("identifiers", total=len(parks), **{scheme: len(names) for scheme, names in schemes.items()})
    missing = sum(row["coordinates"] == COORDINATES[1] for row in parks)
    yield say("coordinates", words=text("casebook.coordinates", lang), missing=missing, total=len(parks))
    yield say("names")


def _table(table: DataTable, lang: str) -> Iterator[str]:
    def say(key: str, /, **values: object) -> str:
        return text(f"casebook.dictionary.{key}", lang, **values)

    key = ", ".join(f"`{name}`" for name in table.key)
    between = " " if lang == "en" else ""
    yield (
        f"### {table.title(lang)}（`{table.name}.csv`）"
        if lang == "zh"
        else f"### {table.title(lang)} (`{table.name}.csv`)"
    )
    yield ""
    yield f"{table.meaning(lang)}{between}{say('rows', rows=len(table.rows), columns=key)}"
    yield ""
    yield _row(say("column"), say("name"), say("type"), say("unit"), say("meaning"))
    yield _row(*["---"] * 5)
    for column in table.columns:
        unit = units.title(column.unit, lang) if column.unit else ""
        meaning = _whole_meaning(table, column, lang)
        yield _row(f"`{column.name}`", table.column_title(column, lang), column.type, unit, meaning)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _whole_meaning(table: DataTable, column: DataColumn, lang: str) -> str:
    """Return what a column says, where it leads, and whether it is always given."""

    def say(key: str, /, **values: object) -> str:
        return text(f"casebook.dictionary.{key}", lang, **values)

    remarks = [say("tie", table=tie.table, column=tie.to) for tie in table.foreign if tie.column == column.name]
    remarks += [say("list")] if column.is_list else []
    remarks += [say("codes", codes=column.codes)] if column.codes else []
    remarks += [say("needed")] if column.is_needed else []
    words = table.column_meaning(column, lang)
    if not remarks:
        return words
    return say("remarks", meaning=words, remarks=text("analyses.option.and", lang).join(remarks))
