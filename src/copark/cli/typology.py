"""``copark typology``: types of parks in the record and in model twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Runs, Seed, Threads, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from copark.workflows.typology import TypologyAnswer


@app.command("typology", cls=SpokenCommand, help="typology.help.typology")
def typology(
    ctx: typer.Context,
    *,
    runs: Runs = None,
    seed: Seed = None,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: Annotated[bool, typer.Option("--no-report", help="typology.help.no_report")] = False,
) -> None:
    """Compare types of parks in the record and in twins, and show what came of it."""
    from copark.cli.progress import Progress
    from copark.workflows.typology import typology as compare_types

    with Progress(ctx.obj) as progress:
        answer = compare_types(
            runs=runs, seed=seed, threads=threads, lang=ctx.obj, out=out, report=not no_report, progress=progress
        )
    show_typology(answer, ctx.obj)


def show_typology(answer: TypologyAnswer, lang: str) -> None:
    """Measures, factors, both side by side, and where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    def say(key: str) -> str:
        return text(f"typology.{key}", lang)

    console = Console()
    console.print(Text(say("screen.title"), style="bold"))
    for words in answer.words:
        console.print(Text(words))
    table = blank_table(console, say("screen.measures"))
    table.add_column(say("column.measure"), overflow="fold", min_width=20)
    for head in ("parks", "superiority", "deals"):
        table.add_column(say(f"column.{head}"), justify="right", no_wrap=True)
    table.add_column(say("column.verdict"), overflow="fold", min_width=15)
    for row in answer.measures:
        known = row.superiority == row.superiority
        cells = (f"{row.superiority:.2f} [{row.low:.2f}, {row.high:.2f}]", f"{row.deals:.3f}") if known else ("", "")
        table.add_row(row.title, f"{row.first} + {row.second}", *cells, row.verdict)
    console.print(table)
    table = blank_table(console, say("screen.factors"))
    table.add_column(say("column.reading"), overflow="fold", min_width=20)
    table.add_column(say("column.age"), justify="right")
    for head in ("whole", "owner", "plan", "framework"):
        table.add_column(say(f"factor.{head}"), justify="right", no_wrap=True)
    for one in answer.factors:
        table.add_row(one.title, str(one.year), one.whole, one.owner, one.plan, one.framework)
    console.print(table)
    table = blank_table(console, say("screen.together"))
    for head in ("measure", "reading", "age", "agreement"):
        table.add_column(say(f"column.{head}"), overflow="fold")
    for pair in answer.together:
        table.add_row(pair.measure, pair.reading, str(pair.year), pair.verdict)
    console.print(table)
    for key, value in (("identity", ", ".join(answer.identities)), ("report", answer.report)):
        if value is not None:
            line = text("typology.screen.line", lang, label=say(f"screen.{key}"), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)
