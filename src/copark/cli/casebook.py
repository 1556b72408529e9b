"""Commands on the casebook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from copark.cli.app import Lang, app
from copark.cli.help import SpokenCommand, SpokenGroup
from copark.cli.screen import say

casebook = typer.Typer(cls=SpokenGroup, add_completion=False, no_args_is_help=True)
app.add_typer(casebook, name="casebook", help="casebook.help.casebook", rich_help_panel="parks")


@casebook.callback()
def _casebook(_lang: Lang = None) -> None:
    """Take the option that comes before the command."""


@casebook.command("export", cls=SpokenCommand, help="casebook.help.export", rich_help_panel="parks")
def export(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="DIR|FILE.zip|-", help="casebook.help.target")],
    *,
    park: Annotated[list[str] | None, typer.Option("--park", help="casebook.help.park", metavar="NAME|PATH")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="casebook.help.overwrite")] = False,
    _lang: Lang = None,
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
    _lang
        Language of help and answers; it was read before the command was.
    """
    from copark.workflows.casebook_export import make_package, pipe_package, write_package

    package = make_package(park or ())
    if target == "-":
        pipe_package(package, sys.stdout.buffer)
        return
    path = write_package(package, Path(target), overwrite=overwrite)
    counts = {name: len(package.table(name).rows) for name in ("parks", "sources")}
    rows = sum(len(table.rows) for table in package.tables)
    say("casebook.written", ctx.obj, path=path, tables=len(package.tables), rows=rows, **counts)
    if package.own:
        say("casebook.own_written", ctx.obj, parks=", ".join(package.own))
