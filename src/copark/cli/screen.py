"""What a reader sees: results on standard output, progress and errors on standard error; 80 columns are enough."""

from __future__ import annotations

import sys
import time
from math import isfinite
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copark.errors import Fault, FaultsFound
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copark.workflows import Catalogue, Description, RunOutcome, Verdict

PATIENCE = 2.0
"""Seconds before progress is shown."""
BETWEEN_LINES = 5.0
"""Seconds between lines of progress where there is no terminal."""


def say(key: str, lang: str, **values: Any) -> None:
    """One line on standard output, not broken, so that it can be copied or piped."""
    print(text(key, lang, **values))


def number(value: float) -> str:
    """A number of three or four digits that matter, with separators; a dash where there is none."""
    if not isfinite(value):
        return "—"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def duration(seconds: float, lang: str) -> str:
    """A span of time in words."""
    whole = max(0, round(seconds))
    if whole < 60:
        return text("cli.seconds", lang, seconds=whole)
    if whole < 3600:
        return text("cli.minutes", lang, minutes=whole // 60, seconds=whole % 60)
    return text("cli.hours", lang, hours=whole // 3600, minutes=whole % 3600 // 60)


class Progress:
    """Tells how far a stage is and how long it will still take, once it takes longer than ``PATIENCE``.

    On a terminal a bar; elsewhere a plain line every ``BETWEEN_LINES`` seconds. All on standard error.
    """

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._console = Console(stderr=True)
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        self._stage = ""
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to count time."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the screen as it was found."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of how far a stage is; a total of 0 means that nobody can tell."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began = stage, now
        if self._console.is_terminal:
            self._draw(stage, done, total, now)
        elif now - self._told > (BETWEEN_LINES if total else PATIENCE) and done < max(total, 1):
            self._told = now
            self._print_line(stage, done, total, now)

    def _print_line(self, stage: str, done: int, total: int, now: float) -> None:
        words = text(f"cli.stage.{stage}", self._lang)
        if not total or not done:
            line = text("cli.progress.start", self._lang, stage=words)
        else:
            left = duration((now - self._began) * (total - done) / done, self._lang)
            line = text("cli.progress.line", self._lang, stage=words, done=done, total=total, left=left)
        print(line, file=sys.stderr, flush=True)

    def _draw(self, stage: str, done: int, total: int, now: float) -> None:
        if self._bar is None and now - self._began < PATIENCE and total:
            return
        if self._bar is None:
            self._bar = _bar(self._console, self._lang)
            self._bar.start()
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._bar.update(task, visible=False)
            self._tasks[stage] = self._bar.add_task(text(f"cli.stage.{stage}", self._lang), total=total or None)
        self._bar.update(self._tasks[stage], completed=done)


def _bar(console: Console, lang: str) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn(text("cli.progress.left", lang)),
        console=console,
        transient=True,
    )


def show_error(error: Exception, lang: str) -> None:
    """An error that was foreseen: every fault it carries, or its message."""
    if isinstance(error, FaultsFound):
        show_faults(error.faults, lang)
    else:
        Console(stderr=True).print(str(error), highlight=False, markup=False, soft_wrap=True)


def show_faults(faults: Iterable[Fault], lang: str) -> None:
    """Each fault on standard error: where, what is wrong, how to mend it."""
    console = Console(stderr=True)
    found = list(faults)
    for fault in found:
        place = Text(fault.place(), style="bold")
        if fault.key:
            place.append(f": {fault.key}", style="cyan")
        console.print(place, soft_wrap=True)
        console.print(Text(f"  {fault.cause(lang)}"), soft_wrap=True)
        console.print(Text(f"  {text('cli.label.repair', lang)}: {fault.repair(lang)}", style="green"), soft_wrap=True)
    console.print(Text(text("cli.error.faults", lang, count=len(found)), style="bold red"), soft_wrap=True)


def show_outcome(outcome: RunOutcome, lang: str) -> None:
    """What a run gave: the table beside the observations, the outcomes, where everything is."""
    console = Console()
    title = text("cli.run.title", lang, case=outcome.case, study=outcome.study, runs=outcome.runs, seed=outcome.seed)
    console.print(Text(title, style="bold"))
    if outcome.reused:
        console.print(text("cli.run.reused", lang), highlight=False)
    else:
        console.print(text("cli.run.took", lang, time=duration(outcome.seconds, lang)), highlight=False)
    if outcome.failed:
        failed = text("cli.run.failed", lang, count=outcome.failed, total=outcome.runs * len(outcome.outcomes))
        console.print(Text(failed, style="bold red"))
    if outcome.kept < outcome.runs:
        console.print(text("cli.run.summarised", lang, runs=outcome.runs, kept=outcome.kept), highlight=False)
    _show_table(console, outcome, lang)
    _show_shares(console, outcome, lang)
    for key, value in (("identity", outcome.identity), ("stored", outcome.path), ("report", outcome.report)):
        if value is not None:
            console.print(f"{text(f'cli.run.{key}', lang)}: {value}", highlight=False, markup=False, soft_wrap=True)


def _show_table(console: Console, outcome: RunOutcome, lang: str) -> None:
    if not outcome.table:
        console.print(text("cli.run.no_observations", lang))
        return
    table = _table(text("cli.run.table", lang))
    table.add_column(text("cli.run.variable", lang), overflow="fold", min_width=16)
    for key in ("quarter", "observed", "median", "band"):
        table.add_column(text(f"cli.run.{key}", lang), justify="left" if key == "quarter" else "right", no_wrap=True)
    table.add_column(text("cli.run.beside", lang), no_wrap=True)
    for row in outcome.table:
        name = f"{row.title} ({row.unit})" if row.unit else row.title
        observed = number(row.observed) if row.high is None else f"{number(row.observed)}–{number(row.high)}"
        band = f"{number(row.low)} – {number(row.upper)}"
        beside = Text(text(f"cli.side.{row.side}", lang), style="green" if row.side == "inside" else "yellow")
        table.add_row(Text(name), row.quarter, f"{row.bound}{observed}", number(row.median), band, beside)
    console.print(table)
    misses = text(
        "cli.run.misses", lang, missed=outcome.missed, total=outcome.compared, scenario=outcome.outcomes[0].scenario
    )
    console.print(misses, highlight=False)


def _show_shares(console: Console, outcome: RunOutcome, lang: str) -> None:
    table = _table(text("cli.run.outcomes", lang))
    table.add_column(text("cli.run.scenario", lang), overflow="fold")
    for name, _ in outcome.outcomes[0].shares:
        table.add_column(text(f"cli.outcome.{name}", lang), justify="right")
    for shares in outcome.outcomes:
        table.add_row(Text(shares.scenario), *(_percent(share) for _, share in shares.shares))
    console.print(table)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if isfinite(share) else "—"


def _table(title: str) -> Table:
    from rich import box

    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def show_catalogue(catalogue: Catalogue, lang: str) -> None:
    """All cases, studies and stored runs."""
    console = Console()
    for key, entries in (("cases", catalogue.cases), ("studies", catalogue.studies)):
        table = _table(text(f"cli.list.{key}", lang))
        table.add_column(text("cli.list.name", lang), no_wrap=True)
        table.add_column(text("cli.list.title", lang), overflow="fold")
        for name, title in entries:
            table.add_row(Text(name), Text(title))
        console.print(table)
    _show_runs(console, catalogue, lang)
    if catalogue.unfinished:
        words = text("cli.list.unfinished", lang, count=catalogue.unfinished, folder=catalogue.folder)
        console.print(words, highlight=False, soft_wrap=True)
    if catalogue.damaged:
        show_faults(catalogue.damaged, lang)


def _show_runs(console: Console, catalogue: Catalogue, lang: str) -> None:
    if not catalogue.runs:
        console.print(text("cli.list.no_runs", lang, folder=catalogue.folder), highlight=False, soft_wrap=True)
        return
    table = _table(text("cli.list.runs", lang, folder=catalogue.folder))
    table.add_column(text("cli.run.identity", lang), no_wrap=True)
    for key in ("study", "runs_column", "seed", "failed", "size"):
        right = key not in {"study"}
        table.add_column(text(f"cli.list.{key}", lang), justify="right" if right else "left", overflow="fold")
    table.add_column(text("cli.list.created", lang), overflow="fold")
    for run in catalogue.runs:
        size = f"{run.bytes / 1e6:,.1f} MB"
        cells = (run.study, f"{run.runs:,}", str(run.seed), f"{run.failed:,}", size, run.created[:16].replace("T", " "))
        table.add_row(run.identity, *map(Text, cells))
    console.print(table)


def show_description(description: Description, lang: str) -> None:
    """What a case, a study or a stored run holds."""
    console = Console()
    table = _table(description.title)
    table.add_column(text("cli.show.entry", lang), no_wrap=True)
    table.add_column(text("cli.show.value", lang), overflow="fold")
    for entry, value in description.entries:
        table.add_row(Text(entry), Text(value))
    console.print(table)


def show_verdict(verdict: Verdict, lang: str) -> None:
    """Whether a replay gave what is stored, and what has changed if it did not."""
    console = Console()
    values: dict[str, Any] = {"count": verdict.runs, "largest": verdict.largest}
    if verdict.first is not None:
        values |= vars(verdict.first)
    words = text(f"cli.verify.{verdict.kind}", lang, **values)
    console.print(Text(words, style="bold green" if verdict.passed else "bold red"), soft_wrap=True)
    if verdict.kind == "identical":
        return
    console.print(text("cli.verify.changed" if verdict.changes else "cli.verify.unchanged", lang), highlight=False)
    for name, stored, now in verdict.changes:
        line = text("cli.verify.was", lang, name=name, stored=stored, now=now)
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    if verdict.kind != "other_inputs":
        console.print(text("cli.verify.promise", lang), highlight=False)
