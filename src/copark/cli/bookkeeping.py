"""``copark runs``: what was executed and is stored, and the database that remembers it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from copark.cli.app import OUT, Lang, Out, Threads, app
from copark.cli.speech import SpokenCommand, SpokenGroup
from copark.errors import NotFound, RunRefused, printable

if TYPE_CHECKING:
    from collections import Counter

    from copark.workflows.runs import BookedRun, Books, FailedRun

COLOURS = {"finished": "green", "running": "cyan", "failed": "bold red", "interrupted": "yellow", "gone": "yellow",
           "misplaced": "bold red"}  # fmt: skip
MOST_SHOWN = 40
"""Single runs that are shown; all of them are in the JSON."""
WIDEST = 3
"""Parameters that are shown of a single run."""
To = Annotated[Path, typer.Argument(metavar="FILE", help="database.help.file")]

runs = typer.Typer(cls=SpokenGroup, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(runs, name="runs", help="database.help.runs")


@runs.callback(invoke_without_command=True)
def listed(
    ctx: typer.Context,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="database.help.failed")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="database.help.json")] = False,
    out: Out = OUT,
    _lang: Lang = None,
) -> None:
    """List what was executed and is stored."""
    if ctx.invoked_subcommand is not None:
        return
    from copark.cli.progress import Progress
    from copark.workflows import runs

    with Progress(ctx.obj) as progress:
        found = runs.books(out, failed=failed, progress=progress)
    if as_json:
        content = {"runs": [asdict(one) for one in found.runs], "database": found.database, "unlisted": found.unlisted}
        if failed:
            content["failed_runs"] = [asdict(one) for one in found.failed_runs]
        print(json.dumps(content, ensure_ascii=False, indent=1))
    else:
        show_books(found, ctx.obj, failed=failed)


@runs.command("check", cls=SpokenCommand, help="database.help.check")
def check(
    ctx: typer.Context,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="database.help.quick")] = False,
    out: Out = OUT,
    _lang: Lang = None,
) -> None:
    """Compare the database with the folders, both ways."""
    from copark.cli.progress import Progress
    from copark.cli.screen import say, show_faults
    from copark.workflows import runs

    with Progress(ctx.obj) as progress:
        faults = runs.check_books(out, quick=quick, progress=progress)
    if faults:
        show_faults(faults, ctx.obj)
        raise typer.Exit(1)
    say("database.agree", ctx.obj)


@runs.command("repair", cls=SpokenCommand, help="database.help.repair")
def repair(ctx: typer.Context, *, out: Out = OUT, _lang: Lang = None) -> None:
    """Make the database say what the folders say."""
    from copark.cli.progress import Progress
    from copark.cli.screen import say, show_faults
    from copark.workflows import runs

    with Progress(ctx.obj) as progress:
        done = runs.repair_books(out, progress)
    console = Console(markup=False)
    for one in done.aside:
        console.print(one.sentence(ctx.obj), highlight=False, soft_wrap=True)
    for path in done.extras:
        say("database.extras", ctx.obj, path=path)
    for name in done.home:
        say("database.home", ctx.obj, identity=name)
    for key, names in (("entered", done.entered), ("renewed", done.renewed), ("forgotten", done.forgotten)):
        for name in names:
            say(f"database.{key}", ctx.obj, identity=name)
    say("database.repaired", ctx.obj, entered=len(done.entered), renewed=len(done.renewed), gone=len(done.forgotten))
    if done.left:
        show_faults(done.left, ctx.obj)
        raise typer.Exit(1)


@runs.command("export", cls=SpokenCommand, help="database.help.export")
def export(ctx: typer.Context, to: To, *, out: Out = OUT, _lang: Lang = None) -> None:
    """Write what the database holds into a file."""
    from copark.cli.screen import say
    from copark.workflows import runs

    show_counts(runs.export_books(to, out), ctx.obj)
    say("cli.written", ctx.obj, path=to)


@runs.command("import", cls=SpokenCommand, help="database.help.import")
def import_(ctx: typer.Context, file: To, *, out: Out = OUT, _lang: Lang = None) -> None:
    """Enter what such a file holds."""
    from copark.cli.screen import say
    from copark.workflows import runs

    show_counts(runs.import_books(file, out), ctx.obj)
    say("database.imported", ctx.obj)


@runs.command("forget", cls=SpokenCommand, help="database.help.forget")
def forget(
    ctx: typer.Context,
    *,
    before: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="database.help.before")],
    yes: Annotated[bool, typer.Option("--yes", help="cluster.help.gc.yes")] = False,
    out: Out = OUT,
    _lang: Lang = None,
) -> None:
    """Forget executions that ended before a day; stored runs stay."""
    from copark.cli.screen import say
    from copark.texts import text
    from copark.workflows import runs

    try:
        day = date.fromisoformat(before).isoformat()
    except ValueError:
        raise RunRefused(text("database.no_day", ctx.obj, found=before)) from None
    count = runs.forget_executions(day, out, really=yes)
    say(f"database.{'forgot' if yes else 'would_forget'}", ctx.obj, count=count, day=day)


def show_counts(counts: Counter[str], lang: str) -> None:
    """How many rows of each table."""
    from copark.cli.screen import say

    for name, count in counts.items():
        say(f"database.count.{name}", lang, count=count)


def show_books(found: Books, lang: str, *, failed: bool) -> None:
    """What was executed and is stored, in a table; and single runs that failed."""
    from copark.cli.screen import blank_table
    from copark.texts import text

    console = Console(markup=False)
    if not found.runs:
        key = "database.none_failed" if failed else "database.none"
        console.print(text(key, lang, folder=found.folder), highlight=False, soft_wrap=True)
    else:
        some_failed = any(one.failed for one in found.runs)
        table = blank_table(console, text("database.title", lang, database=found.database))
        table.add_column(text("cli.run.identity", lang), no_wrap=True)
        table.add_column(text("database.column.state", lang), no_wrap=True)
        table.add_column(text("database.column.study", lang), overflow="fold", min_width=16)
        for key in ("when", "runs", "size", *(("failed",) if some_failed else ())):
            table.add_column(text(f"database.column.{key}", lang), justify="right", overflow="fold")
        for one in found.runs:
            state = Text(text(f"database.state.{one.state}", lang), style=COLOURS[one.state])
            table.add_row(one.identity, state, *(Text(cell) for cell in _cells(one, with_failed=some_failed)))
        console.print(table)
        for one in found.runs:
            if one.trouble and failed:
                console.print(Text(printable(f"{one.identity}: {one.trouble}")), soft_wrap=True)
    if found.failed_runs:
        _show_failed(console, found.failed_runs, lang)
    if found.unlisted:
        console.print(text("database.unlisted_note", lang, count=found.unlisted), highlight=False, soft_wrap=True)


def _cells(one: BookedRun, *, with_failed: bool) -> list[str]:
    """What was run, when, how much of it."""
    made = f"{one.total:,}" if one.done == one.total else f"{one.done:,} / {one.total:,}"
    size = f"{one.bytes / 1e6:,.1f} MB" if one.bytes else ""
    cells = [f"{printable(one.study)}\n{printable(one.case)}", one.when[:16].replace("T", " "), made, size]
    return [*cells, f"{one.failed:,}" if one.failed else ""] if with_failed else cells


def _show_failed(console: Console, found: tuple[FailedRun, ...], lang: str) -> None:
    """Single runs that failed: where, why, and what was drawn."""
    from copark.cli.screen import blank_table
    from copark.texts import has_text, text

    table = blank_table(console, text("database.failed_runs", lang, count=len(found)))
    for key in ("result", "scenario", "run", "seed", "end", "quarter", "room", "parameters"):
        table.add_column(text(f"database.column.{key}", lang), overflow="fold")
    for one in found[:MOST_SHOWN]:
        drawn = ", ".join(f"{name} = {value:g}" for name, value in list(one.parameters.items())[:WIDEST])
        more = text("database.more", lang, count=len(one.parameters) - WIDEST) if len(one.parameters) > WIDEST else ""
        key = f"database.status.{one.status}"
        end = text(key if has_text(key) else "database.status.other", lang)
        cells = (one.identity[:8], one.scenario, str(one.run), str(one.seed), end, one.quarter,
                 text(f"database.room.{one.room}", lang), f"{drawn}{more}")  # fmt: skip
        table.add_row(*map(Text, cells))
    console.print(table)
    if len(found) > MOST_SHOWN:
        console.print(text("database.not_all", lang, count=len(found) - MOST_SHOWN), highlight=False, soft_wrap=True)


@app.command("results", cls=SpokenCommand, help="analyses.shipped.help", hidden=True)
def results(
    ctx: typer.Context,
    only: Annotated[list[str] | None, typer.Argument(metavar="[ANALYSIS]…", help="analyses.shipped.help.only")] = None,
    *,
    make: Annotated[Path | None, typer.Option(metavar="DIR", help="analyses.shipped.help.make")] = None,
    check: Annotated[bool, typer.Option("--check", help="analyses.shipped.help.check")] = False,
    threads: Threads = None,
    _lang: Lang = None,
) -> None:
    """List the results that ship with copark, or make them again."""
    from copark.analyses import shipped
    from copark.cli.progress import Progress, duration
    from copark.cli.screen import say

    known, passed = [name for name, _ in shipped.QUESTIONS], True
    for name in only or ():
        if name not in known:
            raise NotFound.of("analyses.shipped.unknown", found=printable(name), known=", ".join(known))
    with Progress(ctx.obj) as progress:
        if make is not None:
            for folder in shipped.make(make, only or (), threads, progress):
                say("cli.written", ctx.obj, path=folder)
        if check:
            for one in shipped.check(only or (), threads, progress):
                took = duration(one.seconds, ctx.obj)
                say(f"analyses.shipped.{one.state}", ctx.obj, **vars(one), time=took)
                passed = passed and one.state == "same"
    if make is None and not check:
        for found in shipped.shipped(only or ()):
            say(f"analyses.shipped.{found.state}", ctx.obj, **vars(found))
    if not passed:
        raise typer.Exit(1)
