"""Sections of a report that are left out of it before it is handed on.

A report is worked on as text: it is one page that copark wrote, with its contents as a list of links.
"""

import re
from collections.abc import Iterable

KEPT = frozenset({"summary", "limits", "evidence", "provenance"})
"""What no report goes out without: what it cannot tell, where its numbers are from, and how to make it again."""
TAG = re.compile(r"<(/?)section\b[^>]*>")


def without(html: str, dropped: Iterable[str]) -> str:
    """Return a report without some of its sections; nothing leads to them any more.

    Sections that every report keeps, and names of which it has no section, are passed over.
    """
    report = html
    for name in sorted(set(dropped) - KEPT):
        place = span(report, name)
        if place is None:
            continue
        start, end = place
        link = f'<a href="#{re.escape(name)}"'
        report = report[:start] + report[end:]
        report = re.sub(rf"<li>\s*{link}>[^<]*</a>\s*</li>\s*", "", report)
        report = re.sub(rf"{link}[^>]*>(.*?)</a>", r"\1", report, flags=re.DOTALL)
    return report


def span(html: str, name: str) -> tuple[int, int] | None:
    """Return where a section begins and ends, sections within it included; ``None`` if there is none."""
    start = html.find(f'<section id="{name}"')
    if start < 0:
        return None
    depth = 0
    for tag in TAG.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return start, tag.end()
    return None
