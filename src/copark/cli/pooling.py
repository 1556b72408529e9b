"""What a reader sees of parks learned together: ``copark calibrate --pool``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from copark.workflows.pool_answers import PoolAnswer


def show_pool(answer: PoolAnswer, lang: str) -> None:
    """What the panel moved and who forecasts best, and where the page is."""
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
