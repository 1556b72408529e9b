"""Commands on stored runs (list, check, export, clean) and on workspaces."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Out, Threads, app
from copark.cli.completion import case_names, run_ids, study_names
from copark.cli.help import SpokenCommand, SpokenGroup
from copark.cli.output import output
from copark.cli.screen import ProgressBar, duration, give, listing, say, show_faults, show_listing
from copark.cli.streams import readable, writable
from copark.errors import NotFound, printable
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copark.presentation.document import Table
    from copark.workflows.runs import BookedRun
    from copark.workflows.workspaces import WorkspaceFindings

runs = typer.Typer(cls=SpokenGroup, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(runs, name="runs", help="database.help.runs")


@runs.callback(invoke_without_command=True)
def listed(
    ctx: typer.Context,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="database.help.failed")] = False,
    out: Out = OUT,
) -> None:
    """List what is stored, and what is being made or was interrupted.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    failed
        True to list only interrupted runs, and stored ones in which single runs did not finish.
    out
        Folder of results.
    """
    if ctx.invoked_subcommand is not None:
        return
    from copark.workflows.runs import books

    booked = books(out, failed=failed)
    give(runs=booked, folder=out)
    if booked:
        show_listing(listing("runs", ctx.obj, _booked(booked, out, ctx.obj)))
    else:
        say("database.none_failed" if failed else "database.none", ctx.obj, folder=out)


@runs.command("check", cls=SpokenCommand, help="database.help.check")
def check(
    ctx: typer.Context,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="database.help.quick")] = False,
    out: Out = OUT,
) -> None:
    """Check that stored runs are whole and where they belong.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    quick
        True to skip checksums of large files and to decode no arrays.
    out
        Folder of results.

    Raises
    ------
    typer.Exit
        With 1 if there is a fault.
    """
    from copark.workflows import runs

    with ProgressBar(ctx.obj) as progress:
        faults = runs.check_books(out, quick=quick, progress=progress)
    if faults:
        show_faults(faults, ctx.obj)
        raise typer.Exit(1)
    say("database.agree_quick" if quick else "database.agree", ctx.obj)
    say("database.vouches", ctx.obj)


@app.command("gc", cls=SpokenCommand, help="cluster.help.gc")
def gc(
    ctx: typer.Context,
    *,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="cluster.help.gc.unfinished")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="cluster.help.gc.stale")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="cluster.help.gc.yes")] = False,
    out: Out = OUT,
) -> None:
    """Describe what broken-off work has left, and throw it away if asked.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    unfinished
        True to delete shards and checkpoints too, from which an interrupted command would resume.
    stale
        True to delete stored runs of other model versions too.
    yes
        True to delete; else leftovers are only listed.
    out
        Folder of results.
    """
    from copark.presentation.numbers import number
    from copark.workflows.runs import tidy

    leftovers = tidy(out, unfinished=unfinished, stale=stale, really=yes)
    give(leftovers=leftovers, deleted=yes)
    for leftover in leftovers:
        say(f"cluster.gc.{leftover.kind}", ctx.obj, path=leftover.path, megabytes=number(leftover.bytes / 1e6, 1))
    key = "nothing" if not leftovers else "gone" if yes else "would_go"
    size = sum(leftover.bytes for leftover in leftovers)
    say(f"cluster.gc.{key}", ctx.obj, megabytes=number(size / 1e6, 1), count=len(leftovers))


def _booked(booked: Sequence[BookedRun], out: Path, lang: str) -> Table:
    from copark.presentation.document import Column, Kind, Table
    from copark.presentation.numbers import number

    columns = [
        Column("identity", text("cli.run.identity", lang), Kind.quarter),
        *(Column(key, text(f"database.column.{key}", lang)) for key in ("state", "study")),
        Column("when", text("database.column.when", lang), Kind.quarter),
        Column("runs", text("database.column.runs", lang)),
        Column("size", text("database.column.size", lang), Kind.number, "MB", 1),
        Column("failed", text("database.column.failed", lang), Kind.count),
    ]
    rows = []
    for run in booked:
        count = number(run.total, 0)
        count = count if run.done == run.total else f"{number(run.done, 0)} / {count}"
        rows.append(
            (
                run.identity,
                text(f"database.state.{run.state}", lang),
                ", ".join(filter(None, (run.study, run.case))),
                run.when[:16].replace("T", " "),
                count,
                run.bytes / 1e6 if run.bytes else None,
                run.failed,
            )
        )
    return Table("runs", text("database.title", lang, folder=out), tuple(columns), tuple(rows))


@app.command("results", cls=SpokenCommand, help="analyses.shipped.help", hidden=True)
def results(
    ctx: typer.Context,
    only: Annotated[
        list[str] | None, typer.Argument(metavar="[ANALYSIS|CASE]…", help="analyses.shipped.help.only")
    ] = None,
    *,
    make: Annotated[Path | None, typer.Option(metavar="DIR", help="analyses.shipped.help.make")] = None,
    check: Annotated[bool, typer.Option("--check", help="analyses.shipped.help.check")] = False,
    threads: Threads = None,
) -> None:
    """List the results that ship with copark, or make them again.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    only
        Names of analyses or cases; ``None`` for all.
    make
        Folder to make results in again; ``None`` not to.
    check
        True to make results again and compare them with those that ship.
    threads
        Threads; ``None`` for as many as the processors that may be used.

    Raises
    ------
    copark.errors.NotFound
        If there is no such analysis or case
    typer.Exit
        With 1 if a result is not the same.
    """
    from copark.analyses import shipped

    names = dict.fromkeys(word for name, params in shipped.asked() for word in (name, str(params.get("case", name))))
    passed = True
    for name in only or ():
        if name not in names:
            raise NotFound.of("analyses.shipped.unknown", found=printable(name), known=", ".join(names))
    checks = []
    with ProgressBar(ctx.obj) as progress:
        if make is not None:
            for folder in shipped.make(make, only or (), threads, progress):
                say("cli.written", ctx.obj, path=folder)
        if check:
            for checked in shipped.check(only or (), threads, progress):
                checks.append(checked)
                took = duration(checked.seconds, ctx.obj)
                say(f"analyses.shipped.{checked.state}", ctx.obj, **vars(checked), time=took)
                passed = passed and checked.state == "same"
    give(**({"checks": checks} if check else {}))
    if make is None and not check:
        stored_results = list(shipped.shipped(only or ()))
        give(results=stored_results)
        for result in stored_results:
            say(f"analyses.shipped.{result.state}", ctx.obj, **vars(result))
        to_make = [result for result in stored_results if result.state != "listed"]
        if to_make:
            say("analyses.shipped.to_make", ctx.obj, count=len(to_make), total=len(stored_results))
    if not passed:
        raise typer.Exit(1)


workspace = typer.Typer(cls=SpokenGroup, add_completion=False)
File = Annotated[Path, typer.Argument(metavar="FILE", help="workspace.help.file")]


@workspace.command("pack", cls=SpokenCommand, help="workspace.help.pack")
def pack(
    ctx: typer.Context,
    file: File,
    *,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", help="workspace.help.case", metavar="NAME|PATH", autocompletion=case_names),
    ] = None,
    study: Annotated[
        list[str] | None,
        typer.Option("--study", help="workspace.help.study", metavar="NAME|PATH", autocompletion=study_names),
    ] = None,
    run: Annotated[
        list[str] | None, typer.Option("--run", help="workspace.help.run", metavar="RUN_ID", autocompletion=run_ids)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="workspace.help.all")] = False,
    creator: Annotated[
        list[str] | None, typer.Option("--creator", help="workspace.help.creator", metavar="NAME")
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="workspace.help.licence", metavar="URL")] = "",
    out: Out = OUT,
) -> None:
    """Pack cases, studies and runs.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    file
        File of the workspace.
    case
        Cases that go in, by name or folder.
    study
        Studies that go in, by name or file.
    run
        Run IDs of stored runs that go in.
    everything
        True for every stored run of the folder of results.
    creator
        Names of who made it, for its description.
    licence
        Address of the licence; empty for none.
    out
        Folder of results.

    Raises
    ------
    typer.Exit
        With 1 if anything had to be left out.
    """
    from copark.presentation.numbers import number
    from copark.workflows import workspaces

    with ExitStack() as files, ProgressBar(ctx.obj) as progress:
        packed = workspaces.pack(
            files.enter_context(writable(file, ".zip")),
            cases=case or (),
            studies=study or (),
            runs=run or (),
            everything=everything,
            creators=creator or (),
            licence=licence,
            out=out,
            progress=progress,
        )
    give(workspace=packed)
    counts = {"cases": len(packed.cases), "studies": len(packed.studies), "runs": len(packed.runs)}
    say("workspace.packed", ctx.obj, path=file, size=number(packed.bytes / 1e6, 1), **counts)
    say("workspace.checksum", ctx.obj, sha256=packed.sha256)
    if packed.left_out:
        show_faults(packed.left_out, ctx.obj)
        output().remark(text("workspace.left_out", ctx.obj, count=len(packed.left_out)))
        raise typer.Exit(1)


@workspace.command("open", cls=SpokenCommand, help="workspace.help.open")
def open_(
    ctx: typer.Context,
    file: File,
    to: Annotated[Path, typer.Option("--to", help="workspace.help.to", metavar="DIR")],
) -> None:
    """Open a workspace into a folder.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    file
        File of the workspace.
    to
        Folder that is not there yet, or empty.
    """
    from copark.workflows import workspaces

    with ProgressBar(ctx.obj) as progress:
        findings = workspaces.open_(readable(file, ".zip"), to, progress=progress)
    give(path=to)
    _show(findings, ctx.obj)
    say("workspace.opened", ctx.obj, path=to)


@workspace.command("verify", cls=SpokenCommand, help="workspace.help.verify")
def verify(ctx: typer.Context, file: File) -> None:
    """See whether a workspace is what it says.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    file
        File of the workspace.

    Raises
    ------
    typer.Exit
        With 1 if it is not what it says.
    """
    from copark.workflows import workspaces

    with ProgressBar(ctx.obj) as progress:
        findings = workspaces.verify(readable(file, ".zip"), progress=progress)
    give(passed=not findings.faults)
    if findings.faults:
        show_faults(findings.faults, ctx.obj)
        raise typer.Exit(1)
    _show(findings, ctx.obj)
    say("workspace.whole", ctx.obj)
    say("workspace.vouches", ctx.obj)


def _show(findings: WorkspaceFindings, lang: str) -> None:
    from copark.presentation.numbers import number

    give(cases=findings.cases, studies=findings.studies, runs=findings.runs, files=findings.files, bytes=findings.bytes)
    for key, names in (("cases", findings.cases), ("studies", findings.studies), ("runs", findings.runs)):
        if names:
            say(f"workspace.{key}", lang, count=len(names), names=", ".join(names))
    say("workspace.files", lang, count=findings.files, size=number(findings.bytes / 1e6, 1))
    for note in findings.notes:
        say("workspace.note", lang, place=note.place(), cause=note.cause(lang), repair=note.repair(lang))


app.add_typer(workspace, name="workspace", help="workspace.help.workspace", rich_help_panel="workspaces")
