"""Commands on the casebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copark.cli.app import app
from copark.cli.completion import case_names
from copark.cli.help import SpokenCommand, SpokenGroup
from copark.cli.screen import give, say, show_answer
from copark.cli.streams import is_stream, writable

casebook = typer.Typer(cls=SpokenGroup, add_completion=False)


@casebook.command("export", cls=SpokenCommand, help="casebook.help.export", rich_help_panel="parks")
def export(
    ctx: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE.zip|-", help="casebook.help.target")],
    *,
    park: Annotated[
        list[str] | None,
        typer.Option("--park", help="casebook.help.park", metavar="NAME|PATH", autocompletion=case_names),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="casebook.help.overwrite")] = False,
) -> None:
    """Write the casebook as a data package.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    target
        Folder, archive, or ``-`` for an archive on standard output.
    park
        Only these parks, by name or folder; ``None`` for the whole casebook.
    overwrite
        True to replace an earlier package.
    """
    from copark.workflows.casebook_export import make_package, write_package

    package = make_package(park or ())
    with writable(target, ".zip") as place:
        path = write_package(package, place, overwrite=overwrite)
    if is_stream(target):
        return
    counts = {name: len(package.table(name).rows) for name in ("parks", "sources")}
    rows = sum(len(table.rows) for table in package.tables)
    give(path=path, hash=package.hash, tables=len(package.tables), rows=rows, own=list(package.own), **counts)
    say("casebook.written", ctx.obj, path=path, tables=len(package.tables), rows=rows, **counts)
    if package.own:
        say("casebook.own_written", ctx.obj, parks=", ".join(package.own))


@casebook.command("evidence", cls=SpokenCommand, help="casebook.help.evidence", rich_help_panel="parks")
def evidence(
    ctx: typer.Context,
    park: Annotated[
        str | None,
        typer.Argument(metavar="[PARK]", help="casebook.help.evidence_park", autocompletion=case_names),
    ] = None,
) -> None:
    """List the evidence that enters no fit, of all parks or the rows of one.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    park
        Name or folder of a park; ``None`` for all of the casebook.
    """
    from copark.workflows.evidence_listing import evidence_of_park, evidence_of_parks

    show_answer(evidence_of_parks(ctx.obj) if park is None else evidence_of_park(park, ctx.obj), whole=True)


app.add_typer(casebook, name="casebook", help="casebook.help.casebook", rich_help_panel="parks")
