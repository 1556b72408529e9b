"""Commands about levers and plans, and what a reader sees of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Parameters, Seed, Threads, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from rich.console import Console

    from copark.workflows.levers import LeverAnswer, SettingRow


class Since(StrEnum):
    """From when levers are pulled."""

    start = "start"
    now = "now"


@app.command("levers", cls=SpokenCommand, help="levers.help")
def levers(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="cli.help.check.case")],
    *,
    draws: Annotated[
        int, typer.Option("--draws", min=1, max=100_000, help="levers.help.draws", metavar="N", show_default=False)
    ] = 200,
    futures: Annotated[
        int, typer.Option("--futures", min=1, max=10_000, help="levers.help.futures", metavar="N", show_default=False)
    ] = 5,
    names: Annotated[str | None, typer.Option("--levers", help="levers.help.levers", metavar="A,B")] = None,
    since: Annotated[
        Since, typer.Option("--from", help="levers.help.from", metavar="start|now", show_default=False)
    ] = Since.start,
    file: Annotated[Path | None, typer.Option("--file", help="levers.help.file", metavar="PATH")] = None,
    parameters: Parameters = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="levers.help.seed", metavar="N", show_default=False)] = 1,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: Annotated[bool, typer.Option("--no-report", help="levers.help.no_report")] = False,
) -> None:
    """Try every setting of a case's levers, write the page and the tables, show what came of it."""
    from copark.cli.progress import Progress
    from copark.workflows.levers import try_levers

    with Progress(ctx.obj) as progress:
        answer = try_levers(
            case,
            draws=draws,
            futures=futures,
            only=[name.strip() for name in (names or "").split(",") if name.strip()],
            since=since.value,
            seed=seed,
            threads=threads,
            lang=ctx.obj,
            out=out,
            file=file,
            parameters=parameters,
            report=not no_report,
            announce=show_plan,
            progress=progress,
        )
    show_levers(answer, ctx.obj)


@app.command("plan", cls=SpokenCommand, help="planner.help")
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
    _lang: Lang = None,
    out: Out = OUT,
) -> None:
    """Say what a study will take before it is run."""
    from copark.cli.progress import Progress
    from copark.texts import text
    from copark.workflows.planning import plan_study

    with Progress(ctx.obj) as progress:
        planned = plan_study(
            name, runs=runs, precision=precision, seed=seed, threads=threads, lang=ctx.obj, out=out,
            parameters=parameters, progress=progress,
        )  # fmt: skip
    print(text("planner.title", ctx.obj, study=planned.title))
    for sentence in planned.sentences:
        print(sentence)


def show_plan(sentences: Sequence[str]) -> None:
    """A plan on standard error, before the work begins: what is asked for stays alone on standard output."""
    import sys

    for sentence in sentences:
        print(sentence, file=sys.stderr, flush=True)


SIGNS = {
    "gains_surely": "++", "gains_mostly": "+", "gains_at_times": "+", "unclear": "?", "nothing": "·",
    "loses_at_times": "−", "loses_mostly": "−", "loses_surely": "−−", "unknown": "—",
}  # fmt: skip


def show_levers(answer: LeverAnswer, lang: str) -> None:
    """What each setting changes and for whom, which does well enough in most states, where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration
    from copark.cli.screen import show_trust
    from copark.texts import text

    console = Console(markup=False)
    since = text(f"levers.screen.since.{answer.since}", lang, quarter=answer.pulled)
    title = text(
        "levers.screen.title", lang, title=answer.title, since=since, draws=answer.draws, futures=answer.futures,
        structures=answer.structures,
    )  # fmt: skip
    console.print(Text(title, style="bold"))
    if answer.reused:
        console.print(text("levers.screen.reused", lang))
    console.print(text("levers.screen.took", lang, time=duration(answer.seconds, lang)), highlight=False)
    show_trust(console, answer, lang)
    _show_settings(console, answer.rows, lang)
    console.print(Text(text("levers.screen.signs", lang), style="dim"))
    _show_robust(console, answer, lang)
    for key, path in (("report", answer.report), ("tables", answer.tables)):
        if path is not None:
            console.print(
                text(f"levers.screen.{key}", lang, path=path), highlight=False, markup=False, soft_wrap=True
            )  # fmt: skip


def _show_settings(console: Console, rows: Sequence[SettingRow], lang: str) -> None:
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    table = blank_table(console, text("levers.screen.gains", lang))
    table.add_column(text("levers.screen.setting", lang), overflow="fold", min_width=16)
    for key in ("standing", "operating"):
        table.add_column(text(f"levers.screen.{key}", lang), justify="right", no_wrap=True)
    for side, _ in rows[0].verdicts if rows else ():
        table.add_column(text(f"levers.screen.{side}", lang), justify="center", no_wrap=True)
    last = ""
    for row in rows:
        if row.lever != last:
            last = row.lever
            table.add_row(Text(row.lever, style="bold"))
        half = 50.0 * (row.high - row.low)
        standing = f"{100.0 * row.standing:+.1f} ±{half:.1f}" if isfinite(row.standing) else "—"
        operating = f"{row.operating:+.2f}" if isfinite(row.operating) else "—"
        signs = (Text(SIGNS[verdict], style=_style(verdict)) for _, verdict in row.verdicts)
        table.add_row(Text(f"  {row.setting}"), standing, operating, *signs)
    console.print(table)


def _style(verdict: str) -> str:
    return {"gains": "green", "loses": "red"}.get(verdict.partition("_")[0], "")


def _show_robust(console: Console, answer: LeverAnswer, lang: str) -> None:
    from copark.cli.screen import percent
    from copark.texts import text

    if not answer.enough:
        return
    first = [
        text("levers.screen.ranked", lang, title=title, share=percent(share)) for title, share in answer.enough[:3]
    ]
    words = text(
        "levers.screen.robust", lang, first=text("levers.screen.join", lang).join(first),
        as_it_is=percent(answer.as_it_is),
    )  # fmt: skip
    console.print(words, highlight=False)
