"""The list of sources of a case, for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case


def source_table(case: Case, lang: str) -> tuple[dict[str, str], ...]:
    """Every source: key, outlet, title, date, how it was read, address (empty where there is none), note."""
    rows = []
    for key in sorted(case.sources):
        entry = case.sources[key]
        url = entry.url or ""
        rows.append(
            {
                "key": key,
                "outlet": entry.outlet,
                "title": entry.title or "",
                "date": "" if entry.date is None else str(entry.date),
                "read": text(f"report.sources.{entry.read}", lang),
                "url": url if url.startswith(("https://", "http://")) else "",
                "note": "" if entry.note is None else entry.note.get(lang),
            }
        )
    return tuple(rows)
