"""What a reader sees of sensitivity: the main drivers, and boxes in words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from copark.cli.progress import duration
from copark.cli.screen import blank_table
from copark.texts import text

if TYPE_CHECKING:
    from pathlib import Path

    from copark.workflows.sensitivity import Explored, Foreseen

MOST = 6
"""Drivers shown of each read-out; the page has all."""


def show_foreseen(ahead: Foreseen, lang: str, *, always: bool) -> None:
    """How much work is ahead, on standard error, if it takes long or was asked for."""
    if always or ahead.worth_telling:
        time = duration(ahead.seconds, lang)
        words = text(
            "sensitivity.foreseen", lang, runs=ahead.runs, quarters=ahead.quarters, time=time, threads=ahead.threads
        )
        print(words, file=sys.stdout if always else sys.stderr, flush=True)


def show_explored(found: Explored, lang: str) -> None:
    """The main drivers of each read-out, boxes in words, where the page is."""
    console = Console(markup=False)
    console.print(Text(found.title, style="bold"))
    _show_took(console, found, lang)
    for one in found.drivers:
        table = blank_table(console, one.readout)
        table.add_column(text("sensitivity.column.factor", lang), overflow="fold")
        for key in ("total", "interval", "moved"):
            table.add_column(text(f"sensitivity.column.{key}", lang), justify="right", no_wrap=True)
        for driver in one.drivers[:MOST]:
            moved = text(f"sensitivity.moved.{driver.moved}", lang) if driver.moved else "—"
            band = f"{driver.low:.2f} – {driver.high:.2f}"
            table.add_row(Text(driver.title), f"{driver.total:.2f}", band, moved)
        table.add_row(Text(text("sensitivity.dummy", lang), style="dim"), f"{one.dummy:.2f}", "", "")
        console.print(table)
        console.print(text("sensitivity.unclear", lang, count=one.unclear, all=one.factors), highlight=False)
    if not found.drivers:
        for readout, titles in found.screened:
            shown = (
                text("sensitivity.none_clear", lang)
                if not titles
                else text("report.join.list", lang).join(titles[:MOST])
            )
            line = text("cli.run.line", lang, label=readout, value=shown)
            console.print(Text(line))
    if not found.drivers and not found.screened:
        for sentence in found.sampled:
            console.print(Text(f"- {sentence}"))
    if found.sentences:
        console.print()
        console.print(Text(text("sensitivity.section.discovery", lang), style="bold"))
    for sentence in found.sentences:
        console.print(Text(f"- {sentence}"))
    _show_places(console, found.identity, found.report, found.files, lang)


def _show_places(console: Console, identity: str, report: Path | None, files: tuple[Path, ...], lang: str) -> None:
    console.print()
    tables = files[-1] if files else None
    lines = (("cli.run.identity", identity), ("cli.run.report", report), ("sensitivity.tables", tables))
    for key, value in lines:
        if value is not None:
            line = text("cli.run.line", lang, label=text(key, lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_took(console: Console, found: Explored, lang: str) -> None:
    took = text("cli.compare.took", lang, time=duration(found.seconds, lang))
    console.print(f"{took} {found.went_on}".strip(), highlight=False)
