"""The commands ``parks`` and ``suzhou``, and what a check of the casebook shows."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Runs, Seed, Threads, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from copark.workflows.parks import Checked, ParkList
    from copark.workflows.suzhou import Band, SuzhouAnswer


class ParkForm(StrEnum):
    """A form a list of parks can be given in."""

    table = "table"
    csv = "csv"
    xlsx = "xlsx"
    json = "json"
    html = "html"


@app.command("parks", cls=SpokenCommand, help="parks.help.parks")
def parks(
    ctx: typer.Context,
    *,
    type_: Annotated[str | None, typer.Option("--type", help="parks.help.type", metavar="TYPE")] = None,
    country: Annotated[str | None, typer.Option("--country", help="parks.help.country", metavar="COUNTRY")] = None,
    status: Annotated[str | None, typer.Option("--status", help="parks.help.status", metavar="STATUS")] = None,
    sort: Annotated[str, typer.Option("--sort", help="parks.help.sort", metavar="KEY")] = "name",
    form: Annotated[ParkForm, typer.Option("--format", help="parks.help.format", metavar="FORM")] = ParkForm.table,
    to: Annotated[Path | None, typer.Option("--to", help="parks.help.to", metavar="FILE")] = None,
    _lang: Lang = None,
) -> None:
    """List parks, on the screen or into a file."""
    from copark.cli.screen import say
    from copark.errors import NotFound
    from copark.texts import text
    from copark.workflows import parks as workflow

    found = workflow.list_parks(type_=type_, country=country, status=status, sort=sort, lang=ctx.obj)
    if form is ParkForm.table:
        show_parks(found, ctx.obj)
    elif form is ParkForm.html:
        page = workflow.write_parks_page(found, to or OUT / "reports" / "parks" / f"parks-{ctx.obj}.html")
        say("parks.written", ctx.obj, count=len(found.rows), path=page)
    elif to is not None:
        say("parks.written", ctx.obj, count=len(found.rows), path=workflow.export_parks(found, form.value, to))
    elif form is ParkForm.json:
        print(workflow.as_json(found))
    elif form is ParkForm.csv:
        print(workflow.as_csv(found), end="")
    else:
        raise NotFound(text("parks.needs_file", ctx.obj))


def show_parks(found: ParkList, lang: str) -> None:
    """Parks as a table; what is not known is left empty."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    console = Console(markup=False)
    table = blank_table(console, text("parks.title", lang, count=len(found.rows), total=found.total))
    table.add_column(text("parks.column.id", lang), no_wrap=True, style="cyan")
    table.add_column(text("parks.column.name", lang), overflow="fold", min_width=14)
    table.add_column(text("parks.column.type", lang), no_wrap=True)
    for key in ("shares", "firms"):
        table.add_column(text(f"parks.short.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("parks.column.status", lang), no_wrap=True)
    for row in found.rows:
        shares = "" if row.home_share is None else f"{row.home_share:.0f}/{row.host_share:.0f}"
        firms = "" if row.firms is None else f"{row.firms:,} ({row.firms_date[:4]})"
        type_ = text(f"parks.short_type.{row.type_key}", lang)
        table.add_row(row.id, Text(row.name), type_, shares, firms, row.status)
    console.print(table)
    console.print(text("parks.legend", lang), highlight=False)


@app.command("suzhou", cls=SpokenCommand, help="parks.help.suzhou")
def suzhou(
    ctx: typer.Context,
    *,
    runs: Runs = None,
    seed: Seed = None,
    threads: Threads = None,
    as_json: Annotated[bool, typer.Option("--json", help="parks.help.json")] = False,
    out: Out = OUT,
    no_report: Annotated[bool, typer.Option("--no-report", help="parks.help.no_report")] = False,
    _lang: Lang = None,
) -> None:
    """Run the natural experiment of Suzhou and set the developer's result beside the record."""
    import json
    from dataclasses import asdict

    from copark.cli.progress import Progress
    from copark.workflows.suzhou import suzhou as experiment

    with Progress(ctx.obj) as progress:
        answer = experiment(
            runs=runs, seed=seed, threads=threads, lang=ctx.obj, out=out, report=not no_report, progress=progress
        )
    if as_json:
        print(json.dumps(asdict(answer), ensure_ascii=False, indent=1, default=str))
    else:
        show_suzhou(answer, ctx.obj)


def show_suzhou(answer: SuzhouAnswer, lang: str) -> None:
    """Arms beside the record, differences between arms, and what all that is worth."""
    from rich.console import Console

    from copark.cli.screen import blank_table, percent
    from copark.texts import text

    console = Console(markup=False)
    table = blank_table(console, text("parks.suzhou.title", lang, runs=answer.runs, accepted=answer.accepted))
    table.add_column(text("parks.suzhou.arm", lang), overflow="fold")
    for key in ("loss_1999", "y2000", "y2001", "result_2003", "turned"):
        table.add_column(text(f"parks.suzhou.{key}", lang), justify="right", no_wrap=True)
    record = (text(f"parks.suzhou.record.{key}", lang) for key in ("loss_1999", "y2000", "y2001", "result_2003"))
    table.add_row(text("parks.suzhou.record", lang), *record, "", style="bold")
    for arm in answer.arms:
        years = dict(arm.years)
        medians = (f"{years[year].median:+.0f}" for year in (2000, 2001))
        first, last = told(arm.loss_1999, lang), told(arm.result_2003, lang)
        table.add_row(text(f"parks.suzhou.short.{arm.key}", lang), first, *medians, last, percent(arm.turned))
    console.print(table)
    contrasts = blank_table(console, text("parks.suzhou.contrasts", lang))
    contrasts.add_column(text("parks.suzhou.contrast", lang), overflow="fold")
    contrasts.add_column(text("parks.suzhou.difference", lang), justify="right", no_wrap=True)
    contrasts.add_column(text("parks.suzhou.above", lang), justify="right", no_wrap=True)
    for one in answer.contrasts:
        contrasts.add_row(text(f"parks.suzhou.contrast.{one.key}", lang), told(one.band, lang), percent(one.above))
    console.print(contrasts)
    console.print()
    console.print(text("parks.suzhou.worth", lang), highlight=False)
    console.print(text("parks.suzhou.made", lang, identity=answer.identity, seed=answer.seed), highlight=False)
    if answer.report is not None:
        words = text("parks.suzhou.page", lang, path=answer.report)
        console.print(words, highlight=False, markup=False, soft_wrap=True)


def told(band: Band, lang: str) -> str:
    """A median with its band."""
    from copark.texts import text

    return text("parks.suzhou.band", lang, median=band.median, low=band.low, high=band.high)


def show_checked(found: tuple[Checked, ...], lang: str) -> bool:
    """Show what a check of the casebook found, faults of each part and notes on light cases; whether all is sound."""
    from copark.cli.screen import say, show_faults

    for part in found:
        if part.faults:
            say("parks.checked_faults", lang, name=part.name, count=len(part.faults))
            show_faults(part.faults, lang)
            continue
        say("parks.checked_notes" if part.notes else "parks.checked", lang, name=part.name, count=len(part.notes))
        if len(found) == 1:
            show_notes(part.notes, lang)
    return not any(part.faults for part in found)


def show_notes(notes: tuple[str, ...], lang: str) -> None:
    """Show what a light case lacks."""
    from copark.cli.screen import say

    for note in notes:
        say("parks.note", lang, note=note)
