"""The command that says what a study will take, and how a plan is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Parameters, Seed, Threads, app
from copark.cli.speech import SpokenCommand


@app.command("plan", cls=SpokenCommand, help="planner.help", rich_help_panel="decide")
def plan(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="planner.help.name")],
    *,
    runs: Annotated[int | None, typer.Option("--runs", min=1, help="planner.help.runs", metavar="N")] = None,
    precision: Annotated[
        float | None, typer.Option("--precision", min=1e-5, max=0.5, help="planner.help.precision", metavar="SHARE")
    ] = None,
    seed: Seed = None,
    parameters: Parameters = None,
    threads: Threads = None,
    as_json: Annotated[bool, typer.Option("--json", help="analyses.option.json")] = False,
    _lang: Lang = None,
    out: Out = OUT,
) -> None:
    """Say what a study will take before it is run."""
    from copark.cli.analyses import print_json
    from copark.cli.progress import Progress
    from copark.workflows.cost import plan_study

    with Progress(ctx.obj) as progress:
        planned = plan_study(
            name, runs=runs, precision=precision, seed=seed, threads=threads, lang=ctx.obj, out=out,
            parameters=parameters, progress=progress,
        )  # fmt: skip
    document = planned.document(ctx.obj)
    if as_json:
        print_json(document)
        return
    print(document.headline)
    for sentence in planned.sentences:
        print(sentence)


def show_plan(sentences: Sequence[str]) -> None:
    """A plan on standard error, before the work begins: what is asked for stays alone on standard output."""
    import sys

    for sentence in sentences:
        print(sentence, file=sys.stderr, flush=True)
