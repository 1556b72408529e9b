"""What a reader sees of a comparison: how much each arm changes, and what becomes of the park in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from copark.cli.progress import duration
from copark.cli.screen import blank_table, percent, show_trust
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copark.workflows import ArmMoves, Compared, Effect

SHOWN = "operating"
"""The output on the screen; the page has the others."""


def show_compared(compared: Compared, lang: str, *, shares: bool = False) -> None:
    """How much each arm changes on the same luck, the outcomes in both, where the page is."""
    console = Console(markup=False)
    console.print(Text(compared.title, style="bold"))
    words = text("cli.compare.against", lang, reference=compared.reference, pairs=compared.pairs)
    console.print(Text(words))
    console.print(text("cli.compare.took", lang, time=duration(compared.seconds, lang)), highlight=False)
    show_trust(console, compared, lang)
    _show_effects(console, [row for row in compared.effects if row.output == SHOWN and row.log], compared, lang)
    if compared.trust.shows_outcomes or shares:
        _show_outcomes(console, compared, lang)
        _show_moves(console, compared.moves, lang)
    else:
        console.print(f"\n{text('trust.outcomes_hidden', lang)}", highlight=False)
    console.print()
    lines = (("identity", ", ".join(compared.identities)), ("report", compared.report))
    for key, value in lines:
        if value is not None:
            line = text("cli.run.line", lang, label=text(f"cli.run.{key}", lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_effects(console: Console, effects: Sequence[Effect], compared: Compared, lang: str) -> None:
    if not effects:
        return
    title = text("cli.compare.effects", lang, title=effects[0].title, unit=effects[0].unit)
    table = blank_table(console, title)
    table.add_column(text("cli.compare.arm", lang), overflow="fold", min_width=18)
    table.add_column(text("cli.run.quarter", lang), no_wrap=True)
    for key in ("cli.run.median", "cli.compare.band", "cli.compare.above"):
        table.add_column(text(key, lang), justify="right", no_wrap=True)
    since = dict(compared.begins)
    for row in effects:
        again = row is not next(one for one in effects if one.arm == row.arm)
        first = since.get(row.arm)
        when = text("cli.compare.begins", lang, quarter=first) if first else text("cli.compare.never", lang)
        name = Text(f"  {when}", style="dim") if again else Text(row.arm)
        band = f"{row.low:+.2f} – {row.high:+.2f}"
        table.add_row(name, row.quarter, f"{row.median:+.2f}", band, percent(row.above))
    console.print(table)


def _show_outcomes(console: Console, compared: Compared, lang: str) -> None:
    assumed = text("trust.outcomes_assumed", lang, label=compared.trust.label(lang))
    table = blank_table(console, text("cli.compare.outcomes", lang) if compared.trust.shows_outcomes else assumed)
    names = list(dict.fromkeys(row.outcome for row in compared.outcomes))
    table.add_column(text("cli.compare.arm", lang), overflow="fold")
    for name in names:
        table.add_column(text(f"cli.outcome.{name}", lang), justify="right", no_wrap=True)
    arms = list(dict.fromkeys(row.arm for row in compared.outcomes))
    found = {(row.arm, row.outcome): row for row in compared.outcomes}
    if arms:
        shares = (percent(found[arms[0], name].reference_share) for name in names)
        table.add_row(Text(compared.reference), *shares)
    for arm in arms:
        table.add_row(Text(arm), *(percent(found[arm, name].arm_share) for name in names))
    console.print(table)


def _show_moves(console: Console, moves: Sequence[ArmMoves], lang: str) -> None:
    """Why outcomes change: a sentence for each arm, and its moves."""
    for one in moves:
        why = text("compare.section.moves", lang)
        table = blank_table(console, text("compare.moves.of", lang, arm=why, words=one.arm))
        console.print(Text(one.sentence))
        if one.rows:
            for at, head in enumerate(one.heads):
                table.add_column(head, justify="right" if at in (2, 3) else "left", overflow="fold")
            for row in one.rows:
                table.add_row(*map(Text, row))
            console.print(table)


def show_happenings(found: Sequence[tuple[str, str, str]], lang: str) -> None:
    """What happened in a case and can be undone."""
    console = Console(markup=False)
    table = blank_table(console, text("cli.but_for.known", lang))
    table.add_column(text("cli.but_for.key", lang), overflow="fold")
    table.add_column(text("cli.but_for.date", lang), no_wrap=True)
    table.add_column(text("cli.list.title", lang), overflow="fold")
    for key, date, title in found:
        table.add_row(Text(key), date, Text(title))
    console.print(table)
