"""What a reader sees of sensitivity and ablations: the main drivers, boxes in words, what each mechanism does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from copark.cli.progress import duration
from copark.cli.screen import blank_table
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from copark.workflows.ablations import Ablated, AblationAnswer
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


def show_ablated(found: AblationAnswer, lang: str) -> None:
    """What each mechanism and arrow does, and where the page is."""
    console = Console(markup=False)
    console.print(Text(found.title, style="bold"))
    _show_took(console, found, lang)
    for kind in ("mechanism", "link"):
        rows = [row for row in found.rows if row.kind == kind]
        if rows:
            _show_rows(console, rows, found, kind, lang)
    if found.noise == found.noise:
        console.print(text("sensitivity.noise", lang, noise=f"{2.0 * found.noise:.2f}"), highlight=False)
    _show_places(console, found.identity, found.report, found.files, lang)


def _show_took(console: Console, found: Explored | AblationAnswer, lang: str) -> None:
    took = text("cli.compare.took", lang, time=duration(found.seconds, lang))
    console.print(f"{took} {found.went_on}".strip(), highlight=False)


def _show_rows(console: Console, rows: Iterable[Ablated], found: AblationAnswer, kind: str, lang: str) -> None:
    title = text(f"sensitivity.screen.{kind}", lang, pairs=found.pairs)
    table = blank_table(console, title)
    table.add_column(text("sensitivity.column.off", lang), overflow="fold", min_width=24)
    for quarter in found.quarters:
        table.add_column(quarter, justify="right", no_wrap=True)
    for key in ("failed", "refitted", "verdict"):
        table.add_column(text(f"sensitivity.short.{key}", lang), justify="right", overflow="fold")
    for row in sorted(rows, key=lambda row: -abs(row.last)):
        score = "" if row.refitted is None else f"{row.refitted:+.2f}"
        if row.refitted_verdict in {"worse", "better"}:
            score += f" {text(f'sensitivity.score.{row.refitted_verdict}', lang)}"
        ends = [f"{row.first:+.2f}", f"{row.last:+.2f}"][-len(found.quarters) :]
        verdict = text(f"sensitivity.verdict.{row.verdict}", lang)
        table.add_row(Text(row.title), *ends, f"{100.0 * row.failed:+.1f}", score, verdict)
    console.print(table)
