"""The command for cascades, and what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Parameters, Seed, Threads, app
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from copark.workflows.cascading import CascadeOutcome


@app.command("cascade", cls=SpokenCommand, help="cascade.help")
def cascade(
    ctx: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="cli.help.check.case")],
    *,
    links: Annotated[str | None, typer.Option("--links", help="cascade.help.links", metavar="A,B")] = None,
    since: Annotated[str | None, typer.Option("--from", help="cascade.help.since", metavar="QUARTER")] = None,
    draws: Annotated[int, typer.Option("--draws", min=2, max=100_000, help="cascade.help.draws", metavar="N")] = 200,
    seed: Seed = None,
    parameters: Parameters = None,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: Annotated[bool, typer.Option("--no-report", help="cli.help.compare.no_report")] = False,
) -> None:
    """Cut every arrow on the same luck and tell who feels it."""
    from copark.cli.plan import show_plan
    from copark.cli.progress import Progress
    from copark.workflows.cascading import cascade as find

    names = [name.strip() for name in links.split(",") if name.strip()] if links else None
    with Progress(ctx.obj) as progress:
        found = find(
            case,
            names,
            since=since,
            draws=draws,
            seed=1 if seed is None else seed,
            parameters=parameters,
            threads=threads,
            lang=ctx.obj,
            out=out,
            report=not no_report,
            announce=show_plan,
            progress=progress,
        )
    show_cascade(found, ctx.obj)


def show_cascade(found: CascadeOutcome, lang: str) -> None:
    """The arrows felt in operating companies, strongest first, and where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration
    from copark.cli.screen import blank_table, show_trust
    from copark.texts import text

    console = Console(markup=False)
    console.print(Text(found.title, style="bold"))
    console.print(text("cli.compare.took", lang, time=duration(found.seconds, lang)), highlight=False)
    show_trust(console, found, lang)
    table = blank_table(console, text("cascade.screen.lead", lang, end=found.end))
    table.add_column(text("cascade.column.link", lang), overflow="fold", min_width=24)
    for head in ("size", "band", "lag"):
        table.add_column(text(f"cascade.column.{head}", lang), justify="right", no_wrap=True)
    for one in found.arrows:
        if one.lag is not None:
            table.add_row(Text(one.title), f"{one.size:+.2f}", f"{one.low:+.2f} – {one.high:+.2f}", str(one.lag))
    console.print(table)
    for words in found.words:
        console.print(Text(words))
    console.print()
    for key, value in (("identity", ", ".join(found.identities)), ("report", found.report)):
        if value is not None:
            line = text("cli.run.line", lang, label=text(f"cli.run.{key}", lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)
