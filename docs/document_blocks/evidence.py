"""Blocks on the evidence that enters no fit: how much is known of each park, and what was not found, and where."""

from __future__ import annotations

from copark.cases.decisions import Sought
from copark.cases.parks import load_parks
from copark.presentation.document import Table
from copark.texts import text
from copark.workflows.evidence_listing import (
    counts_table,
    evidence_of_parks,
    fitted_table,
    known_of_parks,
    weighed_table,
)
from document_blocks.shipped_answers import row

NOT_SHOWN = 1
"""Place of the column of names in commands, which a reader of a document does not need."""


def evidence_known(lang: str) -> str:
    """Count what is known of each park."""
    table = counts_table(lang)
    titles = [column.title for column in table.columns]
    lines = [evidence_of_parks(lang).headline, "", row(_without_names(titles))]
    lines.append("|---|" + "---:|" * (len(titles) - 2))
    lines += [row(_without_names([_cell(value) for value in values])) for values in _rows(table)]
    return "\n".join(lines)


def evidence_fitted(lang: str) -> str:
    """Count, by park, what is shown of the sources of fitted rows."""
    table = fitted_table(lang)
    lines = [row([column.title for column in table.columns]), "|---|" + "---:|" * (len(table.columns) - 1)]
    lines += [row([str(value) for value in values]) for values in _rows(table)]
    return "\n".join(lines)


def _rows(table: Table) -> list[tuple[object, ...]]:
    return [tuple(values) for values in table.rows]


def _without_names(cells: list[str]) -> list[str]:
    return [cell for place, cell in enumerate(cells) if place != NOT_SHOWN]


def _cell(value: object) -> str:
    return "–" if value in (None, "") else str(value).replace("|", "/")


def evidence_weighed(lang: str) -> str:
    """Return the table of tax, threshold, quota and capital that cases assume, beside what sources tell."""
    table = weighed_table((known.case for known in known_of_parks()), lang)
    lines = [row([column.title for column in table.columns]), "|---" * len(table.columns) + "|"]
    lines += [row([_cell(value) for value in values]) for values in _rows(table)]
    return "\n".join(lines)


def evidence_sought(lang: str) -> str:
    """Return a table of each park that was searched: what was found in part or not."""
    lines: list[str] = []
    heads = [text(f"casebook.column.{key}", lang) for key in ("topic", "found", "sought.place", "note")]
    colon, stop = {"en": (": ", "."), "zh": ("：", "。")}[lang]
    for known in known_of_parks():
        missing = [entry for entry in known.sought if entry.found != "yes"]
        if not missing:
            continue
        lines += [f"### {load_parks()[known.park].name(lang)}", ""]
        for found in ("no", "partly"):
            topics = known.topics(found, lang)
            if topics:
                lines += [f"{text(f'casebook.evidence.column.{found}', lang)}{colon}{topics}{stop}", ""]
        lines += [row(heads), "|---|---|---|---|", *(row(_sought(entry, lang)) for entry in missing), ""]
    return "\n".join(lines).rstrip()


def _sought(entry: Sought, lang: str) -> list[str]:
    topic, found = (
        text(f"casebook.code.{codes}.{code}", lang) for codes, code in (("sought", entry.what), ("found", entry.found))
    )
    return [topic, found, _cell(entry.where), _cell(entry.note)]
