"""Running again what did not end well, and tidying up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Threads, app
from copark.cli.clustering import Mixed, Scheduler, StoreUrl, Workers
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from copark.workflows.resume import Again, Replayed


@app.command("rerun", cls=SpokenCommand, help="cluster.help.rerun")
def rerun(
    ctx: typer.Context,
    identity: Annotated[str | None, typer.Argument(metavar="IDENTITY", help="cluster.help.rerun.identity")] = None,
    *,
    _failed: Annotated[bool, typer.Option("--failed", help="cluster.help.rerun.failed")] = True,
    threads: Threads = None,
    scheduler: Scheduler = None,
    workers: Workers = None,
    store: StoreUrl = None,
    mixed: Mixed = False,
    out: Out = OUT,
    _lang: Lang = None,
) -> None:
    """Go on with executions that failed or were stopped; or replay the runs of a stored run that broke off."""
    from copark.analyses.execution import Means
    from copark.cli.progress import Progress
    from copark.workflows.resume import replay_broken_off, rerun_failed

    if identity is not None:
        with Progress(ctx.obj) as progress:
            replayed = replay_broken_off(identity, out=out, lang=ctx.obj, progress=progress)
        show_replayed(replayed, ctx.obj)
        return
    means = Means(threads, scheduler, workers, store, mixed)
    with Progress(ctx.obj) as progress:
        again = rerun_failed(out=out, lang=ctx.obj, means=means if means.facts() else None, progress=progress)
    show_again(again, ctx.obj)
    if any(one.outcome is None for one in again):
        raise typer.Exit(1)


@app.command("gc", cls=SpokenCommand, help="cluster.help.gc")
def gc(
    ctx: typer.Context,
    *,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="cluster.help.gc.unfinished")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="cluster.help.gc.stale")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="cluster.help.gc.yes")] = False,
    out: Out = OUT,
    _lang: Lang = None,
) -> None:
    """Say what broken-off work has left, and throw it away if asked."""
    from copark.cli.screen import say
    from copark.presentation.numbers import number
    from copark.workflows.runs import tidy

    found = tidy(out, unfinished=unfinished, stale=stale, really=yes)
    for one in found.leavings:
        say(f"cluster.gc.{one.kind}", ctx.obj, path=one.path, megabytes=number(one.bytes / 1e6, 1))
    key = "nothing" if not found.leavings else "gone" if found.gone else "would_go"
    say(f"cluster.gc.{key}", ctx.obj, megabytes=number(found.bytes / 1e6, 1), count=len(found.leavings))


def show_again(again: Sequence[Again], lang: str) -> None:
    """What came of executions that were run again, a line each."""
    from copark.cli.screen import say
    from copark.presentation.numbers import number

    if not again:
        say("cluster.rerun.none", lang)
    for one in again:
        if one.outcome is None:
            say("cluster.rerun.failed", lang, identity=one.identity, study=one.study, trouble=one.trouble)
            continue
        runs = number(one.outcome.runs, 0)
        say("cluster.rerun.done", lang, identity=one.outcome.identity, study=one.study, runs=runs)
        for note in one.outcome.notes:
            print(note)


def show_replayed(replayed: Replayed, lang: str) -> None:
    """How runs broke off: a line each, and where the park stood a quarter before."""
    from copark.cli.screen import plain, say
    from copark.presentation.numbers import number
    from copark.texts import text

    if not replayed.count:
        say("cluster.replay.none", lang, identity=replayed.identity)
        return
    say("cluster.replay.count", lang, count=number(replayed.count, 0), shown=len(replayed.runs))
    for one in replayed.runs:
        status = text(f"store.status.{one.status}", lang)
        same = text(f"cluster.replay.{'same' if one.same else 'other'}", lang)
        room = text(f"database.room.{one.room}", lang) if one.room else ""
        values = {"scenario": one.scenario, "run": one.run, "quarter": one.quarter, "room": room}
        say("cluster.replay.run", lang, status=status, same=same, **values)
        stood = (f"{title} {value:,.6g} {unit}" for title, unit, value in one.last)
        print(plain("    " + "; ".join(stood)))
