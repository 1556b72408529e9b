"""The command about claims, and what a reader sees of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copark.cli.app import OUT, Lang, Out, Parameters, Threads, app
from copark.cli.speech import SpokenCommand
from copark.texts import text

if TYPE_CHECKING:
    from rich.console import Console

    from copark.workflows.claims import ClaimsAnswer, ClaimVerdict, ListedClaim, PartVerdict

COLOURS = {
    "supported": "green",
    "not_supported": "red",
    "contradicted": "bold red",
    "not_identified": "yellow",
    "undetermined": "magenta",
}


@app.command("claims", cls=SpokenCommand, help="claims.help")
def claims(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="cli.help.check.case")] = None,
    *,
    all_parks: Annotated[bool, typer.Option("--all-parks", help="across.help.all_parks")] = False,
    claim: Annotated[list[str] | None, typer.Option("--claim", help="claims.help.claim", metavar="ID")] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=2, max=100_000, help="claims.help.draws", metavar="N", show_default=False)
    ] = 200,
    futures: Annotated[
        int, typer.Option("--futures", min=1, max=10_000, help="claims.help.futures", metavar="N", show_default=False)
    ] = 5,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**62 - 1, help="claims.help.seed", metavar="N", show_default=False)
    ] = 1,
    threads: Threads = None,
    _lang: Lang = None,
    out: Out = OUT,
    listed: Annotated[bool, typer.Option("--list", help="claims.help.list")] = False,
    prior: Annotated[bool, typer.Option("--prior", help="claims.help.prior")] = False,
    parameters: Parameters = None,
    file: Annotated[Path | None, typer.Option("--file", help="claims.help.file", metavar="PATH")] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="claims.help.no_report")] = False,
    runs: Annotated[
        int | None, typer.Option("--runs", min=64, max=1_000_000, help="across.help.runs", metavar="N")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="across.help.json")] = False,
) -> None:
    """Try the claims about a case, or hold them against all parks; write the page and the tables, show the verdicts."""
    from copark.cli.plan import show_plan
    from copark.cli.progress import Progress
    from copark.workflows.claims import list_claims, try_claims

    size: dict[str, Any] = {
        "draws": draws, "futures": futures, "seed": seed, "threads": threads, "prior": prior, "out": out, "file": file,
        "report": not no_report, "lang": ctx.obj,
    }  # fmt: skip
    if all_parks:
        asked = {"CASE": case, "--claim": claim, "--list": listed}
        _refuse(ctx, [name for name, given in asked.items() if given])
        _across(size, runs, as_json=as_json)
        return
    if case is None:
        ctx.fail(text("across.screen.one_or_all", ctx.obj))
    if runs is not None:
        ctx.fail(text("across.screen.runs_alone", ctx.obj))
    if listed:
        title, found = list_claims(case, ctx.obj, file)
        show_list(title, found, ctx.obj)
        return
    with Progress(ctx.obj) as progress:
        answer = try_claims(
            case, only=claim or (), parameters=parameters, announce=show_plan, progress=progress, **size
        )
    if as_json:
        typer.echo(answer.json)
    else:
        show_claims(answer, ctx.obj)


def _refuse(ctx: typer.Context, given: list[str]) -> None:
    if given:
        ctx.fail(text("across.screen.not_with_all", ctx.obj, options=", ".join(given)))


def _across(size: dict[str, Any], runs: int | None, *, as_json: bool) -> None:
    """Hold the claims against all parks."""
    from copark.cli.across import show_across
    from copark.cli.plan import show_plan
    from copark.cli.progress import Progress
    from copark.workflows.across import RUNS, claims_across_parks

    with Progress(size["lang"]) as progress:
        answer = claims_across_parks(runs=runs or RUNS, announce=show_plan, progress=progress, **size)
    if as_json:
        typer.echo(answer.json)
    else:
        show_across(answer, size["lang"])


def show_list(title: str, found: tuple[ListedClaim, ...], lang: str) -> None:
    """Claims and what each says."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.screen import blank_table

    console = Console(markup=False)
    table = blank_table(console, text("claims.screen.list", lang, case=title))
    table.add_column(text("claims.column.claim", lang), no_wrap=True)
    table.add_column(text("claims.column.statement", lang), overflow="fold")
    for one in found:
        table.add_row(Text(one.id, style="bold"), Text(one.statement))
        for part, says in one.parts:
            table.add_row("", Text(f"{part}: {says}", style="dim"))
    console.print(table)


def show_claims(answer: ClaimsAnswer, lang: str) -> None:
    """Verdicts, how hard the tests were, what they lean on, where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration
    from copark.cli.screen import show_trust

    console = Console(markup=False)
    console.print(Text(answer.title, style="bold"))
    made = text(
        "claims.screen.made", lang, draws=answer.draws, of=answer.trust.label(lang), futures=answer.futures,
        seed=answer.seed, runs=f"{answer.runs:,}", time=duration(answer.seconds, lang),
    )  # fmt: skip
    console.print(f"{made} {answer.went_on}".strip(), highlight=False)
    rules = text("claims.screen.rules", lang, fixed=answer.fixed, name=answer.name, sha256=answer.sha256[:16])
    console.print(rules, highlight=False)
    show_trust(console, answer, lang)
    _show_table(console, answer.claims, lang)
    console.print(text("claims.screen.by_construction", lang), highlight=False)
    lines = (("identity", answer.identity), ("report", answer.report), ("workbook", answer.workbook))
    for key, value in lines:
        if value is not None:
            line = text("claims.screen.line", lang, label=text(f"claims.screen.{key}", lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _because(part: PartVerdict, join: str, lang: str) -> str:
    """What flips a part or, where nothing does, what it leans on that the data did not move."""
    if part.flipped:
        names = join.join(part.flipped[:2]) + ("…" if len(part.flipped) > 2 else "")
        return text("claims.screen.flips", lang, names=names)
    return text("claims.screen.leans", lang, names=join.join(part.leans)) if part.leans else ""


def _show_table(console: Console, found: tuple[ClaimVerdict, ...], lang: str) -> None:
    from rich.text import Text

    from copark.cli.screen import blank_table

    table = blank_table(console, text("claims.screen.table", lang))
    table.add_column(text("claims.column.claim", lang), overflow="fold", ratio=3)
    table.add_column(text("claims.column.verdict", lang), no_wrap=True)
    table.add_column(text("claims.column.severity", lang), justify="right", no_wrap=True)
    table.add_column(text("claims.column.leans", lang), overflow="fold", ratio=2)
    join = text("report.join.clause", lang)
    for one in found:
        title = text("claims.section.claim", lang, id=one.id, title=one.title)
        style = COLOURS.get(one.verdict, "")
        table.add_row(Text(title, style="bold"), Text(one.words, style=style), one.severity, "")
        for part in one.parts:
            style = COLOURS.get(part.verdict, "")
            said = _because(part, join, lang)
            table.add_row(Text(f"  {part.title}", style="dim"), Text(part.words, style=style), part.severity, said)
    console.print(table)
