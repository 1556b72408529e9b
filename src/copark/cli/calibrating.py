"""``copark calibrate --pool``: all parks together, and what a reader sees of the shipped panel made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Threads, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copark.workflows.calibration_answers import Rechecked

POOLED = "calibrate-pool"


def today(given: Sequence[str]) -> list[str]:
    """Arguments with ``calibrate --pool`` as a command of its own."""
    found = list(given)
    if "calibrate" in found and "--pool" in found:
        found.remove("--pool")
        found[found.index("calibrate")] = POOLED
    return found


@app.command(POOLED, cls=SpokenCommand, help="pool.help.calibrate_pool", hidden=True)
def calibrate_pool(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="cli.help.check.case")] = None,
    *,
    cases: Annotated[str | None, typer.Option("--cases", help="pool.help.cases", metavar="A,B,...")] = None,
    runs: Annotated[str | None, typer.Option("--runs", help="calibrate.param.runs", metavar="N")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="analyses.param.seed", metavar="N")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="calibrate.param.check")] = False,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: Annotated[bool, typer.Option("--no-report", help="analyses.option.no_report")] = False,
) -> None:
    """Calibrate all parks together, or those named; or make the shipped panel again and end with 1 if it is another."""
    from copark.cli.pooling import show_pool
    from copark.cli.progress import Progress
    from copark.workflows import pooling

    pooling.check_asked(case, pool=True, cases=cases, others=(), lang=ctx.obj)
    if check:
        with Progress(ctx.obj) as progress:
            found = pooling.check_pool(threads=threads, lang=ctx.obj, out=out, progress=progress)
        show_rechecked(found, ctx.obj)
        raise typer.Exit(0 if found.passed else 1)
    chosen = [name.strip() for name in (cases or "").split(",") if name.strip()]
    with Progress(ctx.obj) as progress:
        answer = pooling.pool(
            cases=chosen, runs=runs, seed=1 if seed is None else seed, threads=threads, lang=ctx.obj, out=out,
            report=not no_report, progress=progress,
        )  # fmt: skip
    show_pool(answer, ctx.obj)


def show_rechecked(found: Rechecked, lang: str) -> None:
    """Whether what ships could be made again, and how long it took."""
    from copark.cli.progress import duration
    from copark.cli.screen import say

    if found.stale:
        say("calibrate.again.stale", lang)
    say(f"calibrate.again.{found.kind}", lang, largest=f"{found.largest:.3g}")
    say("analyses.took", lang, time=duration(found.seconds, lang))
