"""Commands of ``copark``: one function a command, each a call of a workflow and a word on what came of it."""

import json
import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copark.cli.app import (
    OUT,
    Cut,
    Draws,
    Form,
    Identity,
    Now,
    Out,
    Outcomes,
    OutputFile,
    Parameters,
    Runs,
    Scheduler,
    Seed,
    Threads,
    Workers,
    app,
    form_of,
    formats_of,
)
from copark.cli.completion import case_names, formats, study_names, study_names_and_run_ids
from copark.cli.help import SpokenCommand
from copark.cli.output import output
from copark.cli.screen import (
    ProgressBar,
    duration,
    give,
    listed,
    say,
    show_answer,
    show_checked,
    show_faults,
    show_listing,
    show_outcome,
    show_plan,
    show_verdict,
)
from copark.cli.streams import is_stream, readable, writable
from copark.texts import text


class SchemaOf(StrEnum):
    """Files and records that a JSON Schema is written of."""

    case = "case"
    reply = "reply"


@app.command("run", cls=SpokenCommand, help="cli.help.run")
def run(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="cli.help.run.name", autocompletion=study_names)],
    *,
    runs: Runs = None,
    seed: Seed = None,
    draws: Draws = None,
    parameters: Parameters = None,
    cut: Cut = None,
    now: Now = None,
    outcomes: Outcomes = False,
    threads: Threads = None,
    out: Out = OUT,
    overwrite: Annotated[bool, typer.Option("--overwrite", "--fresh", help="cli.help.run.overwrite")] = False,
    scheduler: Scheduler = None,
    workers: Workers = None,
    listed_formats: Annotated[
        str | None,
        typer.Option("--format", help="cli.help.run.format", metavar="A,B", show_default=False, autocompletion=formats),
    ] = None,
    file: OutputFile = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="cli.help.run.no_report")] = False,
) -> None:
    """Run a study, store its runs, write its report, show the answer.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    name
        Name or file of a study, or name or folder of a case, which means its baseline.
    runs
        Runs of each scenario; ``None`` for those of the study.
    seed
        Seed of the random numbers; ``None`` for that of the study.
    draws
        What is drawn; ``None`` for what the case has.
    parameters
        Parameters to use in place of the best there are; ``None`` for these.
    cut
        Last quarter that the calibration used may know; ``None`` for the usual one.
    now
        Quarter the park is looked at from; ``None`` for the present one.
    outcomes
        True to show the shares of outcomes too.
    threads
        Threads; ``None`` for as many as the processors that may be used.
    out
        Folder of results.
    overwrite
        True to make the runs again where they are stored already.
    scheduler
        Address of a Dask scheduler; ``None`` to run here.
    workers
        Processes to start here instead of threads; ``None`` for none.
    listed_formats
        Formats of the report, with commas between them; ``None`` for HTML, or with ``--json`` for no report.
    file
        One file to write the report to in the place of those; ``None`` for none.
    no_report
        True to write no report.
    """
    from copark import workflows

    written = formats_of(listed_formats, ctx.obj, "html") if file is None else []
    form = "" if file is None else form_of(file, listed_formats, ctx.obj)
    is_unasked = no_report or file is not None or (output().is_json and listed_formats is None)
    with ExitStack() as files, ProgressBar(ctx.obj) as progress:
        path = None if file is None else files.enter_context(writable(file, f".{form}"))
        outcome = workflows.run_study(
            str(readable(Path(name), ".yaml")) if is_stream(name) else name,
            runs=runs,
            seed=seed,
            draws=draws,
            parameters=parameters,
            cut=cut,
            now=now,
            lang=ctx.obj,
            out=out,
            overwrite=overwrite,
            execution=workflows.ExecutionOptions(threads, scheduler, workers),
            announce=show_plan,
            formats=written,
            progress=progress,
            report=not is_unasked,
        )
        if path is not None:
            outcome.save(path, lang=ctx.obj, form=form)
    show_outcome(outcome, ctx.obj, shares=outcomes)
    if file is not None and not is_stream(file):
        give(files={form: file})
        say("cli.written", ctx.obj, path=file)


@app.command("check", cls=SpokenCommand, help="cli.help.check")
def check(
    ctx: typer.Context,
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="cli.help.check.case_or_all", autocompletion=case_names)
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="cli.check.all")] = False,
) -> None:
    """Check a case, or the whole casebook; show every fault, and what a light case lacks.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    case
        Name or folder of a case, or a workbook; ``None`` for the whole casebook.
    everything
        True for the whole casebook, whatever is named.

    Raises
    ------
    typer.Exit
        With 1 if anything has a fault.
    """
    from copark.workflows import case_commands

    if case is None or everything:
        if not show_checked(case_commands.check_casebook(ctx.obj), ctx.obj):
            raise typer.Exit(1)
        return
    checked = case_commands.check_with_notes(readable(Path(case), "") if is_stream(case) else case, ctx.obj)
    give(checked=[{"name": case, "fault_count": len(checked.faults), "notes": (*checked.notes, *checked.growth)}])
    if checked.faults:
        show_faults(checked.faults, ctx.obj)
        raise typer.Exit(1)
    say("cli.check.sound", ctx.obj, name=case)
    for note in (*checked.notes, *checked.growth):
        say("cli.check.note", ctx.obj, note=note)


@app.command("new", cls=SpokenCommand, help="cli.help.new")
def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="cli.help.new.name", show_default=False)] = "",
    folder: Annotated[
        Path, typer.Option("--in", help="cli.help.new.folder", metavar="DIR", show_default=False)
    ] = Path(),
    source: Annotated[Path | None, typer.Option("--from", help="cli.help.new.from", metavar="FILE.xlsx")] = None,
    workbook: Annotated[
        Path | None, typer.Option("--workbook", help="cli.help.new.workbook", metavar="FILE.xlsx")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", help="cli.help.new.of", metavar="CASE", autocompletion=case_names)
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="cli.help.new.example")] = False,
) -> None:
    """Make the skeleton of a case, a workbook to fill in, or a case of a workbook.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    name
        Name of the case; of a workbook to fill in it may be empty.
    folder
        Folder that the case's folder goes into.
    source
        Workbook to make the case of; ``None`` for an empty skeleton.
    workbook
        File of a workbook to write in the place of a case; ``None`` for none.
    of
        Case that the workbook is filled in with; ``None`` for an empty one.
    example
        True to fill the workbook in with an example.
    """
    from copark.workflows import case_commands

    if workbook is not None:
        with writable(workbook, ".xlsx") as path:
            case_commands.new_workbook(path, ctx.obj, name=name, of=of, example=example)
        if not is_stream(workbook):
            give(path=workbook)
            say("cli.new.workbook", ctx.obj, path=workbook)
    elif source is not None:
        path = case_commands.new_from_workbook(readable(source, ".xlsx"), folder, name)
        give(path=path)
        say("cli.new.taken", ctx.obj, path=path)
        for note in case_commands.check_with_notes(str(path), ctx.obj).growth:
            say("cli.check.note", ctx.obj, note=note)
    else:
        path = case_commands.new(name, folder)
        give(path=path)
        say("cli.new.made", ctx.obj, path=path)


@app.command("list", cls=SpokenCommand, help="cli.help.list")
def list_all(ctx: typer.Context) -> None:
    """List cases and studies; stored runs are listed by ``copark runs``.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    """
    from copark import workflows

    tables = {key: (text(f"cli.list.{key}", ctx.obj), rows) for key, rows in workflows.catalogue(ctx.obj).items()}
    show_listing(listed("list", ctx.obj, ("name", "title"), tables))


@app.command("show", cls=SpokenCommand, help="cli.help.show")
def show(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="cli.help.show.name", autocompletion=study_names_and_run_ids)
    ],
    *,
    out: Out = OUT,
) -> None:
    """Show a case, a study or a stored run.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    name
        Name of a case or study, or run ID.
    out
        Folder of results.
    """
    from copark import workflows

    entries = workflows.show(name, out, ctx.obj)
    show_listing(listed("show", ctx.obj, ("entry", "value"), {"entries": entries}))


@app.command("export", cls=SpokenCommand, help="cli.help.export")
def export(
    ctx: typer.Context,
    identity: Identity,
    to: Annotated[Path, typer.Option("--to", "-o", help="cli.help.export.to", metavar="PATH")],
    *,
    form: Annotated[Form | None, typer.Option("--format", help="cli.help.export.format", metavar="FORMAT")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="cli.help.export.overwrite")] = False,
    out: Out = OUT,
) -> None:
    """Export a stored run.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    identity
        Run ID, or the beginning of one.
    to
        File or folder that is written.
    form
        Form of the file; ``None`` for what its name ends in.
    overwrite
        True to replace what is there.
    out
        Folder of results.
    """
    from copark import workflows

    chosen = workflows.form_of_run(to, None if form is None else form.value)
    ending = ".nc" if chosen == Form.netcdf else f".{chosen}"
    with writable(to, ending) as path, ProgressBar(ctx.obj) as progress:
        written = workflows.export(
            identity, chosen, path, out=out, overwrite=overwrite, lang=ctx.obj, progress=progress
        )
    if not is_stream(to):
        give(path=written)
        say("cli.written", ctx.obj, path=written)


@app.command("verify", cls=SpokenCommand, help="cli.help.verify")
def verify(ctx: typer.Context, identity: Identity, *, out: Out = OUT, threads: Threads = None) -> None:
    """Replay a stored run and compare.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    identity
        Run ID, or the beginning of one.
    out
        Folder of results.
    threads
        Threads; ``None`` for as many as the processors that may be used.

    Raises
    ------
    typer.Exit
        With 1 if the numbers are not the same.
    """
    from copark import workflows

    with ProgressBar(ctx.obj) as progress:
        verdict = workflows.verify(identity, out=out, threads=threads, progress=progress)
    show_verdict(verdict, ctx.obj)
    if not verdict.passed:
        raise typer.Exit(1)


@app.command("schema", cls=SpokenCommand, help="cli.help.schema")
def schema(
    ctx: typer.Context,
    of: Annotated[SchemaOf, typer.Argument(metavar="case|reply", help="cli.help.schema.of")] = SchemaOf.case,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="cli.help.schema.to", metavar="PATH")] = None,
) -> None:
    """Write a JSON Schema: of case files, or of what every command prints with ``--json``.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    of
        What is described.
    to
        File to write; ``None`` to print the schema.
    """
    from copark.workflows import case_commands

    content = case_commands.json_schema(of.value)
    if to is None or is_stream(to):
        output().content(content, json_schema=json.loads(content))
        return
    path = case_commands.write_schema(of.value, to)
    give(path=path)
    say("cli.written", ctx.obj, path=path)


@app.command("plan", cls=SpokenCommand, help="planner.help", rich_help_panel="decide")
def plan(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="planner.help.name", autocompletion=study_names)],
    *,
    runs: Annotated[int | None, typer.Option("--runs", min=1, help="planner.help.runs", metavar="N")] = None,
    precision: Annotated[
        float | None, typer.Option("--precision", min=1e-5, max=0.5, help="planner.help.precision", metavar="SHARE")
    ] = None,
    seed: Seed = None,
    parameters: Parameters = None,
    cut: Cut = None,
    now: Now = None,
    threads: Threads = None,
    out: Out = OUT,
) -> None:
    """Describe what a study will take before it is run.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    name
        Name or file of a study, or name or folder of a case.
    runs
        Runs of each scenario; ``None`` for those of the study.
    precision
        Half-width of the interval of a share that is to be reached, 0 to 0.5; ``None`` to ask about the runs alone.
    seed
        Seed of the random numbers; ``None`` for that of the study.
    parameters
        Parameters to use in place of the best there are; ``None`` for these.
    cut
        Last quarter that the calibration used may know; ``None`` for the usual one.
    now
        Quarter the park is looked at from; ``None`` for the present one.
    threads
        Threads; ``None`` for as many as the processors that may be used.
    out
        Folder of results.
    """
    from copark.workflows.run_plan import plan_study

    with ProgressBar(ctx.obj) as progress:
        planned = plan_study(
            str(readable(Path(name), ".yaml")) if is_stream(name) else name,
            runs=runs,
            precision=precision,
            seed=seed,
            threads=threads,
            lang=ctx.obj,
            out=out,
            parameters=parameters,
            cut=cut,
            now=now,
            progress=progress,
        )
    document = planned.document(ctx.obj)
    if output().is_json:
        show_answer(document)
        return
    title = () if output().is_quiet else (document.headline,)
    for sentence in (*title, *planned.sentences):
        output().content(sentence)


@app.command("serve", cls=SpokenCommand, help="web.help.serve", rich_help_panel="serve")
def serve(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option("--host", help="web.help.host", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="web.help.port", metavar="N")] = 8765,
    token: Annotated[str | None, typer.Option("--token", help="web.help.token", metavar="WORD")] = None,
    data: Annotated[Path, typer.Option("--out", "--data", help="web.help.data", metavar="DIR")] = OUT,
    proxy: Annotated[list[str] | None, typer.Option("--proxy", help="web.help.proxy", metavar="ADDRESS")] = None,
    threads: Threads = None,
    memory: Annotated[int, typer.Option("--memory", min=16, help="web.help.memory", metavar="MB")] = 480,
) -> None:
    """Serve until somebody stops it.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    host
        Address to listen at; others than this computer need a token.
    port
        Port, 0 for one that is free.
    token
        Word that clients must bring; ``None`` for none.
    data
        Folder of results, and of the server's database.
    proxy
        Addresses of reverse proxies whose headers are believed; ``None`` for none.
    threads
        Threads; ``None`` for as many as the processors that may be used.
    memory
        Megabytes for runs that are held ready for the page.
    """
    from copark.analyses.progress import is_compiled
    from copark.extras import need

    need("server", "`copark serve`")
    from copark.web.server import is_built, settings_of
    from copark.web.server import serve as run

    settings = settings_of(host, port, token, data, ctx.obj, threads=threads, memory=memory, proxies=proxy or ())
    say("web.starting", ctx.obj)
    if not is_compiled():
        say("web.compiling", ctx.obj)

    def ready(address: str) -> None:
        give(address=address, folder=data)
        if output().is_quiet and not output().is_json:
            output().content(address)
        say("web.ready", ctx.obj, address=address, folder=data)
        if is_built(settings.site):
            say("web.documentation", ctx.obj, address=f"{address}docs/{ctx.obj}/index.html")
        if not is_built(settings.dist):
            say("web.no_page", ctx.obj)
        output().end(0)  # who waits for the address is told it now
        sys.stdout.flush()

    sys.stdout.flush()
    run(settings, ctx.obj, ready)


@app.command("docs", cls=SpokenCommand, help="web.help.docs", rich_help_panel="serve")
def docs(
    ctx: typer.Context,
    *,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="web.help.no_browser")] = False,
) -> None:
    """Open the documentation in the browser, in the reader's language, or say how to get it.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    no_browser
        Print where it is, and open nothing.
    """
    import webbrowser

    from copark.errors import RunRefused
    from copark.web.places import SITE

    page = SITE / ctx.obj / "index.html"
    if not page.is_file():
        raise RunRefused(text("web.no_documentation", ctx.obj))
    is_opened = not no_browser and webbrowser.open(page.as_uri())
    give(address=page.as_uri(), opened=is_opened)
    if output().is_quiet and not is_opened and not output().is_json:
        output().content(page.as_uri())
    say("web.documentation_opened" if is_opened else "web.documentation", ctx.obj, address=page.as_uri())


@app.command("site", cls=SpokenCommand, help="site.help.site", rich_help_panel="serve")
def site(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="site.help.folder", show_default=False)],
    *,
    park: Annotated[list[Path] | None, typer.Option("--park", help="site.help.park", metavar="FOLDER")] = None,
    only: Annotated[str | None, typer.Option("--only", help="site.help.only", metavar="A,B")] = None,
    now: Annotated[str | None, typer.Option("--now", help="site.help.now", metavar="QUARTER")] = None,
    threads: Threads = None,
    out: Annotated[Path, typer.Option("--out", help="site.help.out", metavar="DIR", show_default=False)] = OUT,
) -> None:
    """Build a static site, or bring one up to date.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    folder
        Folder of the site.
    park
        Folders of own parks; ``None`` for none.
    only
        Names of parks of the casebook, with commas between them; ``None`` for all.
    now
        Quarter the parks are looked at from; ``None`` for that of the release.
    threads
        Threads; ``None`` for as many as the processors that may be used.
    out
        Folder of results.
    """
    from copark.web.places import DIST, SITE
    from copark.workflows.site import SiteInputs, build_site

    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    inputs = SiteInputs(DIST / "icon.svg", SITE)
    options = {"only": names, "own": park or (), "now": now, "lang": ctx.obj, "out": out, "threads": threads}
    with ProgressBar(ctx.obj) as progress:
        built = build_site(folder, inputs, **options, progress=progress)
    counts = {"parks": built.parks, "files": built.files, "made": built.parts_made, "kept": built.parts_kept}
    sizes = {"size": f"{built.size / 1e6:.1f}", "documentation": f"{built.documentation / 1e6:.1f}"}
    give(path=str(built.root), **counts, bytes=built.size)
    say("site.done", ctx.obj, path=built.root, time=duration(built.seconds, ctx.obj), **counts, **sizes)
    if not built.documentation:
        say("site.no_documentation" if built.has_documents else "site.no_documents_at_all", ctx.obj)
    say("site.open", ctx.obj, path=(built.root / "index.html").resolve().as_uri())
