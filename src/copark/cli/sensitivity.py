"""The command of sensitivity."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Seed, Threads, app
from copark.cli.speech import SpokenCommand


class Method(StrEnum):
    """A way to look for what matters."""

    morris = "morris"
    sobol = "sobol"
    given = "given"
    discovery = "discovery"
    all = "all"


class Over(StrEnum):
    """Where designs lie."""

    prior = "prior"
    posterior_box = "posterior-box"


Case = Annotated[str, typer.Argument(metavar="CASE", help="cli.help.check.case")]
NoReport = Annotated[bool, typer.Option("--no-report", help="sensitivity.help.no_report")]
PlanOnly = Annotated[bool, typer.Option("--plan", help="sensitivity.help.plan")]


@app.command("sensitivity", cls=SpokenCommand, help="sensitivity.help.sensitivity")
def sensitivity(
    ctx: typer.Context,
    case: Case,
    *,
    method: Annotated[
        Method, typer.Option("--method", help="sensitivity.help.method", metavar="METHOD", show_default=False)
    ] = Method.all,
    size: Annotated[int | None, typer.Option("--size", min=2, help="sensitivity.help.size", metavar="N")] = None,
    replicates: Annotated[
        int | None, typer.Option("--replicates", min=1, max=1000, help="sensitivity.help.replicates", metavar="R")
    ] = None,
    over: Annotated[
        Over, typer.Option("--over", help="sensitivity.help.over", metavar="WHERE", show_default=False)
    ] = Over.prior,
    seed: Seed = None,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: NoReport = False,
    plan_only: PlanOnly = False,
) -> None:
    """Find out what results hang on and where the park fails; write a page; show the main drivers."""
    from copark.cli.exploring import show_explored, show_foreseen
    from copark.cli.progress import Progress
    from copark.workflows import sensitivity as workflow

    ahead = workflow.plan(case, method=method.value, size=size, replicates=replicates, threads=threads, out=out)
    show_foreseen(ahead, ctx.obj, always=plan_only)
    if plan_only:
        return
    with Progress(ctx.obj) as progress:
        found = workflow.sensitivity(
            case, method=method.value, size=size, replicates=replicates, over=over.value,
            seed=1 if seed is None else seed, threads=threads, lang=ctx.obj, out=out, report=not no_report,
            progress=progress,
        )  # fmt: skip
    show_explored(found, ctx.obj)
