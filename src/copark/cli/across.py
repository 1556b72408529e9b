"""What a reader sees of the claims across parks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.texts import text

if TYPE_CHECKING:
    from rich.console import Console

    from copark.workflows.across import AcrossAnswer

AGREEMENT_COLOURS = {"agree": "green", "disagree": "bold red", "not_comparable": "yellow"}


def show_across(answer: AcrossAnswer, lang: str) -> None:
    """Three verdicts of every claim, deviant parks, where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration

    console = Console()
    console.print(Text(text("across.page.title", lang), style="bold"))
    origin = text(f"across.screen.{'read' if answer.read else 'run'}", lang, identity=answer.intervention)
    made = text(
        "across.screen.made", lang, cases=answer.cases, parks=answer.parks, draws=answer.draws, of=answer.kind,
        futures=answer.futures, origin=origin, time=duration(answer.seconds, lang),
    )  # fmt: skip
    console.print(made, highlight=False)
    rules = text("claims.screen.rules", lang, fixed=answer.fixed, name=answer.name, sha256=answer.sha256[:16])
    console.print(rules, highlight=False)
    _show_claims(console, answer, lang)
    _show_deviants(console, answer, lang)
    lines = (("identity", answer.identity), ("report", answer.report), ("workbook", answer.workbook))
    for key, value in lines:
        if value is not None:
            line = text("claims.screen.line", lang, label=text(f"claims.screen.{key}", lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_claims(console: Console, answer: AcrossAnswer, lang: str) -> None:
    from rich.text import Text

    from copark.cli.claims import COLOURS
    from copark.cli.screen import blank_table

    table = blank_table(console, text("across.screen.table", lang))
    table.add_column(text("across.head.claim", lang), overflow="fold")
    for method in ("intervention", "qca", "nca"):
        table.add_column(text(f"across.head.{method}", lang), overflow="fold")
    table.add_column(text("across.head.agreement", lang), overflow="fold")
    for one in answer.claims:
        cells = [Text(one.words[name], style=COLOURS.get(one.verdicts[name], "dim")) for name in one.words]
        style = AGREEMENT_COLOURS.get(one.agreement, "")
        title = text("claims.section.claim", lang, id=one.id, title=one.title)
        table.add_row(Text(title), *cells, Text(one.agreement_words, style=style))
    console.print(table)


def _show_deviants(console: Console, answer: AcrossAnswer, lang: str) -> None:
    from copark.cli.screen import blank_table

    if not answer.deviants:
        return
    table = blank_table(console, text("across.screen.deviants", lang))
    table.add_column(text("across.head.park", lang), overflow="fold")
    for head in ("on", "off", "answer"):
        table.add_column(text(f"across.head.{head}", lang), overflow="fold")
    for one in answer.deviants:
        table.add_row(one.park, one.on, one.off, one.words)
    console.print(table)
