"""What a reader sees of parks learned together: of ``copark calibrate --pool``, and of a forecast without a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from copark.workflows.pool_answers import PoolAnswer


def show_pool(answer: PoolAnswer, lang: str) -> None:
    """What the panel moved and who forecasts best, or a park without a history; and where the page is."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration
    from copark.cli.screen import TRUST_STYLES
    from copark.texts import text

    console = Console(markup=False)
    made = text(
        "pool.screen.made", lang, parks=answer.parks, values=answer.values, runs=f"{answer.runs:,}", seed=answer.seed,
        time=duration(answer.seconds, lang),
    )  # fmt: skip
    console.print(Text(made, style="bold"))
    if answer.trust is not None:
        label = text("trust.line", lang, label=answer.trust.label(lang))
        console.print(Text(label, style=TRUST_STYLES[answer.trust.state]))
    if answer.outlook:
        _show_outlook(console, answer, lang)
    else:
        for sentence in answer.answers:
            console.print(Text(sentence))
        _show_moved(console, answer, lang)
        _show_contests(console, answer, lang)
    if answer.frozen is not None:
        file, identity = answer.frozen
        words = text("validation.screen.frozen", lang, file=file, identity=identity)
        console.print(Text(words, style="green"), soft_wrap=True)
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

    table = blank_table(console, text("pool.page.outlook", lang, park=answer.outlook_title))
    for key in ("observable", "quarter", "low", "median", "high"):
        right = key not in ("observable", "quarter")
        table.add_column(text(f"pool.column.{key}", lang), justify="right" if right else "left")
    for row in answer.outlook:
        table.add_row(Text(row.title), row.quarter, *(f"{x:,.0f}" for x in (row.low, row.median, row.high)))
    console.print(table)
    for sentence in (*answer.borrowed, *answer.rates):
        console.print(Text(sentence))
