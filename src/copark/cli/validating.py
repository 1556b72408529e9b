"""``copark validate``: its command, and what a reader sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Threads, app
from copark.cli.calibrating import CaseName, NoReport, Runs, Seed, show_bullets, show_lines, show_took, tell_plan
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from copark.workflows.validating import ScoreRow, Validated

NAIVE = ("persistence", "line", "logistic", "bass")


@app.command("validate", cls=SpokenCommand, help="validation.help.validate")
def validate(
    ctx: typer.Context,
    case: CaseName,
    *,
    cuts: Annotated[
        list[str] | None, typer.Option("--cut", help="validation.help.validate.cuts", metavar="QUARTER")
    ] = None,
    runs: Runs = None,
    seed: Seed = None,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: NoReport = False,
) -> None:
    """Forecast from earlier dates, score against what came, show who wins."""
    from copark.cli.progress import Progress
    from copark.workflows import validating

    planned = validating.plan_validation(case, cuts=cuts, runs=runs, seed=seed, threads=threads, lang=ctx.obj, out=out)
    tell_plan(planned, ctx.obj)
    with Progress(ctx.obj) as progress:
        found = validating.validate(
            case,
            cuts=cuts,
            runs=runs,
            seed=seed,
            threads=threads,
            lang=ctx.obj,
            out=out,
            report=not no_report,
            progress=progress,
        )
    show_validated(found, ctx.obj)


def show_validated(found: Validated, lang: str) -> None:
    """Who wins each row, what that is worth, why, and where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.texts import text

    console = Console(markup=False)
    console.print(Text(text("validation.screen.title", lang, case=found.case), style="bold"))
    console.print(Text(found.development, style="yellow"))
    show_took(console, found.seconds, found.went_on, lang)
    title = text("validation.screen.table", lang, cut=found.cuts[-1])
    _show_scores(console, title, found.last, ("model-blind", *NAIVE), found.methods, lang)
    console.print()
    show_bullets(console, (*found.sentences, *found.why))
    console.print()
    show_lines(console, (("identity", found.identity), ("report", found.report)), lang)


def _show_scores(
    console: Console,
    title: str,
    rows: Sequence[ScoreRow],
    methods: Sequence[str],
    names: Mapping[str, str],
    lang: str,
) -> None:
    """Mean scores, a row for each observable: the model, the best naive curve and its name, the winner."""
    from rich.text import Text

    from copark.cli.screen import blank_table, numbers
    from copark.texts import text

    table = blank_table(console, title)
    table.add_column(text("validation.column.observable", lang), overflow="fold")
    table.add_column(text("validation.column.values", lang), justify="right", no_wrap=True)
    table.add_column(names[methods[0]], justify="right", no_wrap=True)
    table.add_column(text("validation.column.best_naive", lang), justify="right", overflow="fold")
    table.add_column(text("validation.column.winner", lang), overflow="fold")
    for row in rows:
        naive = [name for name in methods[1:] if name in row.crps]
        best = min(naive, key=lambda name: row.crps[name], default=None)
        shown = numbers(row.crps[methods[0]])[0]
        word = "alone" if best is None else "single" if row.values == 1 else "firm" if row.firm else "narrow"
        won = text(f"validation.won.{word}", lang, method=names[row.winner])
        other = "—" if best is None else f"{numbers(row.crps[best])[0]} {names[best]}"
        style = "green" if best is not None and row.winner == methods[0] else ""
        table.add_row(Text(row.title), str(row.values), shown, Text(other), Text(won, style=style))
    console.print(table)
