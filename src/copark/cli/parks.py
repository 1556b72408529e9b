"""The command ``parks``, and what a check of the casebook shows."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from copark.workflows.parks import Checked, ParkList


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
