"""Why outcomes change, in words and tables: made by rules from the moves of runs and the accounts behind them.

The document, the page's interactive comparison and exports of runs all tell it with these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from copark.analyses.compare.outcome_change import (
    CASH,
    WAITING,
    AccountLine,
    Move,
    OutcomeMoves,
    moves_of,
    outcome_moves,
)
from copark.analyses.contract import Texts
from copark.analyses.show import Show
from copark.model.variables import catalogue
from copark.presentation.document import Table
from copark.presentation.exports import PlainTable
from copark.presentation.numbers import money, number, percent
from copark.presentation.tables import flat
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import pairs_of
from copark.texts import text

if TYPE_CHECKING:
    from copark.store import RunRecord, RunStore

TOLD = 0.05
"""Share of all runs that moved, and of what moved the balance, from which on a move or an account is told."""
MOST_MOVES = 3
NAMES = ("moves", "accounts")
"""Tables of an export: their sheets are ``store.sheet.<name>``."""


def title(output: str, lang: str) -> str:
    """What an item of an account is called."""
    if output == WAITING:
        return text("compare.moves.waiting", lang)
    return str(getattr(catalogue().outputs[output], lang))


def outcome(name: str, lang: str) -> str:
    """An outcome in a sentence."""
    found = text(f"analysis.outcome.{name}", lang)
    return found[:1].lower() + found[1:]


def ends(move: Move, lang: str) -> tuple[str, str]:
    """The two outcomes of a move."""
    before, after = (text(f"analysis.outcome.{name}", lang) for name in (move.reference, move.arm))
    return before, after


def way(move: Move, lang: str) -> str:
    """A move: "Dependent → Self-standing"."""
    before, after = ends(move, lang)
    return text("compare.moves.ends", lang, before=before, after=after)


def cause(move: Move, lang: str) -> str:
    """The rule by which a run's outcome changed, in words."""
    return text(f"compare.moves.{move.cause}", lang)


def account(move: Move, lang: str) -> str:
    """The account that is most often the reason, and in how many runs; nothing where no accounts were kept."""
    if not move.reasons:
        return ""
    name, runs = move.reasons[0]
    words = text(f"compare.account.{name}", lang)
    return text("compare.moves.account", lang, account=words, runs=number(runs, 0))


def sentence(found: OutcomeMoves, lang: str) -> str:
    """The whole change: which outcomes, which runs, and what the accounts of the most frequent move say."""
    if not found.moved:
        return text("compare.moves.none", lang)
    apart = {name: found.shares(name) for name in OUTCOMES}
    order = sorted(OUTCOMES, key=lambda name: -abs(apart[name][1] - apart[name][0]))
    changes = text("compare.moves.join", lang).join(
        text(
            "compare.moves.change", lang, outcome=outcome(name, lang), before=percent(apart[name][0], 1),
            after=percent(apart[name][1], 1),
        )
        for name in order[:2]
        if apart[name][0] != apart[name][1]
    )  # fmt: skip
    counts = {"moved": number(found.moved, 0), "pairs": number(found.pairs, 0)}
    lead = text("compare.moves.lead" if changes else "compare.moves.lead_even", lang, changes=changes, **counts)
    told = [move for move in found.moves[:MOST_MOVES] if move.runs >= TOLD * found.moved] or found.moves[:1]
    return _spaced([lead, *(_move(move, lang, first=move is told[0]) for move in told)], lang)


def _move(move: Move, lang: str, *, first: bool) -> str:
    both = {"before": outcome(move.reference, lang), "after": outcome(move.arm, lang)}
    runs = number(move.runs, 0)
    words = text("compare.moves.move", lang, runs=runs, cause=cause(move, lang), **both)
    if not first or not move.reasons:
        return words
    name, count = move.reasons[0]
    towards, against = _accounts(move)
    key = "all" if count == move.runs else "some"
    items = _items(towards[name], lang) or text(f"compare.account.{name}", lang)
    main = text(f"compare.moves.main_{key}", lang, items=items, runs=number(count, 0), of=runs)
    parts = [words, text(f"compare.moves.until_{move.cause}", lang, main=main)]
    for word, group in (("also", {k: v for k, v in towards.items() if k != name}), ("against", against)):
        items = text("compare.moves.join", lang).join(filter(None, (_items(lines, lang) for lines in group.values())))
        if items:
            parts.append(text(f"compare.moves.{word}", lang, items=items))
    return _spaced(parts, lang)


def _spaced(sentences: Sequence[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(sentences)


def _accounts(move: Move) -> tuple[dict[str, list[AccountLine]], dict[str, list[AccountLine]]]:
    """Accounts that move the balance towards the new outcome, and against it, the largest first; small ones left out.

    The most frequent reason is always among the first, even where its mean is small.
    """
    sign = 1.0 if move.better else -1.0
    names = dict.fromkeys(line.account for line in move.lines)
    sums = {name: sign * sum(line.effect for line in move.lines if line.account == name) for name in names}
    least = TOLD * sum(value for value in sums.values() if value > 0.0)
    main = move.reasons[0][0]

    def group(names: Sequence[str]) -> dict[str, list[AccountLine]]:
        ordered = sorted(names, key=lambda name: -abs(sums[name]))
        return {name: [line for line in move.lines if line.account == name] for name in ordered}

    towards = [name for name in names if name == main or sums[name] >= least > 0.0]
    return group(towards), group([name for name in names if name != main and -sums[name] >= least > 0.0])


def _items(lines: Sequence[AccountLine], lang: str) -> str:
    """Items of an account: "interest US$0 million instead of US$13 million"; those that read the same are left out."""
    return text("compare.moves.join", lang).join(
        text(
            "compare.moves.item", lang, title=lowered(title(line.output, lang)), arm=_amount(line, line.arm, lang),
            reference=_amount(line, line.reference, lang),
        )
        for line in lines
        if _amount(line, line.reference, lang) != _amount(line, line.arm, lang)
    )  # fmt: skip


def lowered(words: str) -> str:
    """A title inside a sentence."""
    return words[:1].lower() + words[1:]


def _amount(line: AccountLine, value: float, lang: str) -> str:
    return money(value, lang) if line.output in CASH else number(value, 1)


def moves_table(found: Sequence[tuple[str, OutcomeMoves]], lang: str) -> Table:
    """Moves of every scenario, a group for each: from, to, runs, share, why, and the most frequent account."""
    show = Show(Texts("compare", lang))
    columns = show.columns("from to runs:count share:share:1 cause:note account:note")
    rows = [
        (*ends(move, lang), move.runs, move.share, cause(move, lang), account(move, lang))
        for _, one in found
        for move in one.moves
    ]
    return show.table("moves", columns, rows, groups=tuple((name, len(one.moves)) for name, one in found))


def accounts_table(found: Sequence[tuple[str, OutcomeMoves]], lang: str) -> Table:
    """The items of every move's accounts in both scenarios, means over its runs, and what each adds to the balance."""
    show = Show(Texts("compare", lang))
    columns = show.columns("from to group item unit reference_mean:number:1 arm_mean:number:1 effect:change:1")
    rows = [
        (*ends(move, lang), text(f"compare.account.{line.account}", lang), title(line.output, lang), unit(move, lang),
         line.reference, line.arm, line.effect)
        for _, one in found
        for move in one.moves
        for line in move.lines
    ]  # fmt: skip
    groups = tuple((name, sum(len(move.lines) for move in one.moves)) for name, one in found)
    return show.table("accounts", columns, rows, groups=groups, folded=True)


def unit(move: Move, lang: str) -> str:
    """What the accounts of a move are counted in."""
    key = "money" if move.lines and move.lines[0].output in CASH else "enterprises"
    return text(f"compare.moves.{key}", lang)


def sheets(found: Sequence[tuple[str, OutcomeMoves]], lang: str) -> tuple[PlainTable, ...]:
    """Moves and their accounts for exports of runs, by the key of the scenario."""
    tables = (moves_table(found, lang), accounts_table(found, lang))
    return tuple(map(partial(_sheet, lang=lang), tables))


def _sheet(table: Table, lang: str) -> PlainTable:
    spread = flat(table, lang)
    heads = [one.title for one in spread.columns]
    if table.groups:
        heads[0] = text("compare.column.scenario", lang)
    else:
        heads.insert(0, text("compare.column.scenario", lang))
    return PlainTable(table.key, heads, [list(row) for row in spread.rows], len(spread.rows))


def sheets_of(store: RunStore, record: RunRecord, lang: str) -> tuple[PlainTable, ...]:
    """A stored run's scenarios against the first; none of one scenario, no accounts where paths are not kept.

    store, record: the run.
    """
    if len(record.scenarios) < 2:
        return ()
    if record.kept == record.runs:
        return sheets([(pair.arm, moves_of(pair)) for pair in pairs_of(store.load(record.identity))], lang)
    every = store.load_every_run(record.identity)
    codes, status = every["outcome"].to_numpy(), every["status"].to_numpy()
    found = []
    for n, key in enumerate(record.scenarios[1:], start=1):
        finished = (status[0] == 0) & (status[n] == 0)
        found.append((key, outcome_moves(codes[0, finished], codes[n, finished], {}, {})))
    return sheets(found, lang)
