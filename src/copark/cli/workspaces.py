"""``copark workspace``: pack what a group has, open it elsewhere, verify it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, app
from copark.cli.help import SpokenCommand, SpokenGroup
from copark.cli.screen import Progress, say, show_faults

if TYPE_CHECKING:
    from copark.errors import Fault
    from copark.workflows.workspaces import WorkspaceFindings

workspace = typer.Typer(cls=SpokenGroup, add_completion=False, no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="workspace.help.file")]


@workspace.callback()
def _workspace(_lang: Lang = None) -> None:
    """Take the option that comes before the command."""


@workspace.command("pack", cls=SpokenCommand, help="workspace.help.pack")
def pack(
    ctx: typer.Context,
    file: File,
    *,
    case: Annotated[list[str] | None, typer.Option("--case", help="workspace.help.case", metavar="NAME|PATH")] = None,
    study: Annotated[
        list[str] | None, typer.Option("--study", help="workspace.help.study", metavar="NAME|PATH")
    ] = None,
    run: Annotated[list[str] | None, typer.Option("--run", help="workspace.help.run", metavar="RUN_ID")] = None,
    everything: Annotated[bool, typer.Option("--all", help="workspace.help.all")] = False,
    creator: Annotated[
        list[str] | None, typer.Option("--creator", help="workspace.help.creator", metavar="NAME")
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="workspace.help.licence", metavar="URL")] = "",
    _lang: Lang = None,
    out: Out = OUT,
) -> None:
    """Pack cases, studies and runs."""
    from copark.presentation.numbers import number
    from copark.workflows import workspaces

    with Progress(ctx.obj) as progress:
        packed = workspaces.pack(
            file, cases=case or (), studies=study or (), runs=run or (),
            everything=everything, creators=creator or (), licence=licence, out=out, progress=progress,
        )  # fmt: skip
    counts = {"cases": len(packed.cases), "studies": len(packed.studies), "runs": len(packed.runs)}
    say("workspace.packed", ctx.obj, path=packed.path, size=number(packed.bytes / 1e6, 1), **counts)
    say("workspace.checksum", ctx.obj, sha256=packed.sha256)


@workspace.command("open", cls=SpokenCommand, help="workspace.help.open")
def open_(
    ctx: typer.Context,
    file: File,
    to: Annotated[Path, typer.Option("--to", help="workspace.help.to", metavar="DIR")],
    _lang: Lang = None,
) -> None:
    """Open a workspace into a folder."""
    from copark.workflows import workspaces

    with Progress(ctx.obj) as progress:
        found = workspaces.open_(file, to, progress=progress)
    _show(found, ctx.obj)
    say("workspace.opened", ctx.obj, path=to)


@workspace.command("verify", cls=SpokenCommand, help="workspace.help.verify")
def verify(ctx: typer.Context, file: File, _lang: Lang = None) -> None:
    """See whether a workspace is what it says."""
    from copark.workflows import workspaces

    with Progress(ctx.obj) as progress:
        found = workspaces.verify(file, progress=progress)
    if found.faults:
        show_faults(found.faults, ctx.obj)
        raise typer.Exit(1)
    _show(found, ctx.obj)
    say("workspace.whole", ctx.obj)


def _show(found: WorkspaceFindings, lang: str) -> None:
    """What a workspace holds, and what is to be known of it."""
    from copark.presentation.numbers import number

    size = number(found.bytes / 1e6, 1)
    for key, names in (
        ("cases", found.cases),
        ("studies", found.studies),
        ("runs", found.runs),
    ):
        if names:
            say(f"workspace.{key}", lang, count=len(names), names=", ".join(names))
    say("workspace.files", lang, count=found.files, size=size)
    _tell(found.notes, lang)


def _tell(notes: Iterable[Fault], lang: str) -> None:

    for note in notes:
        say("workspace.note", lang, place=note.place(), cause=note.cause(lang), repair=note.repair(lang))


app.add_typer(workspace, name="workspace", help="workspace.help.workspace")
