"""``copark pool``: its command, and what a reader sees of a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Threads, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from rich.console import Console

    from copark.workflows.pooling import PoolAnswer


@app.command("pool", cls=SpokenCommand, help="pool.help.pool")
def pool(
    ctx: typer.Context,
    *,
    cases: Annotated[str | None, typer.Option("--cases", help="pool.help.cases", metavar="A,B,...")] = None,
    runs: Annotated[str | None, typer.Option("--runs", help="pool.help.runs", metavar="N")] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**62 - 1, help="pool.help.seed", metavar="N", show_default=False)
    ] = 1,
    forecast: Annotated[str | None, typer.Option("--forecast", help="pool.help.forecast", metavar="CASE")] = None,
    to: Annotated[str | None, typer.Option("--to", help="pool.help.to", metavar="QUARTER")] = None,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: Annotated[bool, typer.Option("--no-report", help="pool.help.no_report")] = False,
) -> None:
    """Pool the parks of the casebook, let every method forecast them, and show what came of it."""
    from copark.cli.progress import Progress
    from copark.workflows import pooling

    with Progress(ctx.obj) as progress:
        answer = pooling.pool(
            cases=[name.strip() for name in (cases or "").split(",") if name.strip()],
            runs=runs,
            seed=seed,
            forecast=forecast,
            to=to,
            threads=threads,
            lang=ctx.obj,
            out=out,
            report=not no_report,
            progress=progress,
        )
    show_pool(answer, ctx.obj)


def show_pool(answer: PoolAnswer, lang: str) -> None:
    """What the panel moved, who forecasts best, a park without a history, and where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration
    from copark.texts import text

    console = Console(markup=False)
    made = text(
        "pool.screen.made", lang, parks=answer.parks, values=answer.values, runs=f"{answer.runs:,}", seed=answer.seed,
        time=duration(answer.seconds, lang),
    )  # fmt: skip
    console.print(Text(made, style="bold"))
    for sentence in answer.answers:
        console.print(Text(sentence))
    _show_moved(console, answer, lang)
    _show_contests(console, answer, lang)
    if answer.outlook:
        _show_outlook(console, answer, lang)
    for key, value in (("identity", answer.identity), ("folder", answer.folder), ("report", answer.report)):
        if value is not None:
            line = text("pool.screen.line", lang, label=text(f"pool.screen.{key}", lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_moved(console: Console, answer: PoolAnswer, lang: str) -> None:
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    table = blank_table(console, text("pool.screen.moved", lang))
    for key in ("parameter", "group", "alone", "mean", "band"):
        table.add_column(text(f"pool.column.{key}", lang), overflow="fold")
    for row in answer.moved:
        table.add_row(*(Text(words) for words in (row.title, row.group, row.alone, row.mean, row.band)))
    console.print(table)


def _show_contests(console: Console, answer: PoolAnswer, lang: str) -> None:
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    for one in answer.contests:
        sure = text("pool.firm" if one.firm else "pool.not_firm", lang)
        over = text("pool.over", lang, values=one.values, parks=one.parks)
        title = text("pool.screen.contest", lang, title=one.title, over=over, sure=sure)
        table = blank_table(console, title)
        for key in ("method", "log_crps", "crps", "coverage"):
            table.add_column(text(f"pool.column.{key}", lang), justify="left" if key == "method" else "right")
        for row in one.standings:
            table.add_row(Text(row.method), f"{row.log_crps:.3f}", f"{row.crps:,.1f}", f"{100 * row.coverage:.0f}%")
        console.print(table)


def _show_outlook(console: Console, answer: PoolAnswer, lang: str) -> None:
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    table = blank_table(console, text("pool.section.outlook", lang, park=answer.outlook_title))
    for key in ("observable", "quarter", "low", "median", "high"):
        right = key not in ("observable", "quarter")
        table.add_column(text(f"pool.column.{key}", lang), justify="right" if right else "left")
    for row in answer.outlook:
        table.add_row(Text(row.title), row.quarter, *(f"{x:,.0f}" for x in (row.low, row.median, row.high)))
    console.print(table)
    for sentence in (answer.borrowed, *answer.rates):
        console.print(Text(sentence))
