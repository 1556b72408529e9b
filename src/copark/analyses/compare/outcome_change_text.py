"""Words and tables of why outcomes change, made by rules from the moves of runs and the accounts behind them.

The document and the page's interactive comparison tell it with these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from copark.analyses.compare.outcome_attribution import MARGINS, AccountLine, Move, OutcomeMoves
from copark.analyses.contract import Texts
from copark.analyses.show import Show
from copark.labels import lowered
from copark.model.outcomes import BY_KEY
from copark.model.variables import catalogue
from copark.presentation.document import Table
from copark.presentation.numbers import money, number, percent
from copark.simulation.outcomes import OUTCOMES
from copark.texts import text

TOLD = 0.05
"""Share of all runs that moved, and of what moved the balance, from which on a move or an account is told."""
MOST_MOVES = 3


def _outcomes(move: Move, lang: str) -> tuple[str, str]:
    before, after = (BY_KEY[name].title(lang) for name in (move.reference, move.scenario))
    return before, after


def cause(move: Move, lang: str) -> str:
    """Describe the rule by which a run's outcome changed, in words."""
    return text(f"compare.moves.{move.cause}", lang)


def account(move: Move, lang: str) -> str:
    """Find the account that is most often the reason, and in how many runs; nothing where no accounts were kept."""
    if not move.reasons:
        return ""
    name, runs = move.reasons[0]
    return text("compare.moves.account", lang, account=text(f"compare.account.{name}", lang), runs=number(runs, 0))


def sentence(moves: OutcomeMoves, lang: str) -> str:
    """Describe the whole change: which outcomes, which runs, and what the accounts of the most frequent move say."""
    if not moves.moved:
        return text("compare.moves.none", lang)
    shares = {name: moves.shares(name) for name in OUTCOMES}
    order = sorted(OUTCOMES, key=lambda name: -abs(shares[name][1] - shares[name][0]))
    changes = _joined(
        (
            text(
                "compare.moves.change",
                lang,
                outcome=lowered(BY_KEY[name].title(lang)),
                before=percent(shares[name][0], 1),
                after=percent(shares[name][1], 1),
            )
            for name in order[:2]
            if shares[name][0] != shares[name][1]
        ),
        lang,
    )
    counts = {"moved": number(moves.moved, 0), "pairs": number(moves.pairs, 0)}
    lead = text("compare.moves.lead" if changes else "compare.moves.lead_even", lang, changes=changes, **counts)
    frequent = [move for move in moves.moves[:MOST_MOVES] if move.runs >= TOLD * moves.moved] or moves.moves[:1]
    return ("" if lang == "zh" else " ").join(
        [lead, *(_move(move, lang, first=move is frequent[0]) for move in frequent)]
    )


def _joined(parts: Iterable[str], lang: str) -> str:
    return text("compare.moves.join", lang).join(filter(None, parts))


def _move(move: Move, lang: str, *, first: bool) -> str:
    before, after = map(lowered, _outcomes(move, lang))
    runs = number(move.runs, 0)
    words = text("compare.moves.move", lang, runs=runs, cause=cause(move, lang), before=before, after=after)
    if not first or not move.reasons:
        return words
    name, count = move.reasons[0]
    lines = _by_account(move)
    # accounts towards the new outcome, and against it, the largest first, small ones left out
    sign = 1.0 if move.better else -1.0
    sums = {key: sign * sum(line.effect for line in own) for key, own in lines.items()}
    least = TOLD * sum(value for value in sums.values() if value > 0.0)
    largest = sorted((key for key in sums if key != name), key=lambda key: -abs(sums[key]))
    sides = {
        "also": [key for key in largest if sums[key] >= least > 0.0],
        "against": [key for key in largest if -sums[key] >= least > 0.0],
    }
    items = _items(lines[name], lang) or text(f"compare.account.{name}", lang)
    kind = "test" if name in MARGINS else "main"
    key = f"compare.moves.{kind}_{'all' if count == move.runs else 'some'}"
    main = text(key, lang, items=items, runs=number(count, 0), of=runs)
    parts = [words, text(f"compare.moves.until_{move.cause}", lang, main=main)]
    for word, names in sides.items():
        items = _joined((_items(lines[key], lang) for key in names), lang)
        if items:
            parts.append(text(f"compare.moves.{word}", lang, items=items))
    return ("" if lang == "zh" else " ").join(parts)


def _by_account(move: Move) -> dict[str, list[AccountLine]]:
    names = dict.fromkeys(line.account for line in move.lines)
    return {name: [line for line in move.lines if line.account == name] for name in names}


def _items(lines: Sequence[AccountLine], lang: str) -> str:
    """Items of an account: "interest US$0 million instead of US$13 million"; those that read the same are left out."""
    amounts = [[money(value, lang) for value in (line.reference, line.scenario)] for line in lines]
    return _joined(
        (
            text("compare.moves.item", lang, title=lowered(_title(line, lang)), scenario=scenario, reference=reference)
            for line, (reference, scenario) in zip(lines, amounts, strict=True)
            if reference != scenario
        ),
        lang,
    )


def _title(line: AccountLine, lang: str) -> str:
    is_test = line.output in MARGINS
    return text(f"compare.margin.{line.output}", lang) if is_test else catalogue().outputs[line.output].title(lang)


def moves_table(scenarios: Sequence[tuple[str, OutcomeMoves]], lang: str) -> Table:
    """Moves of every scenario, a group for each: from, to, runs, share, why, and the most frequent account."""
    rows = [
        (*_outcomes(move, lang), move.runs, move.share, cause(move, lang), account(move, lang))
        for _, moves in scenarios
        for move in moves.moves
    ]
    groups = tuple((name, len(moves.moves)) for name, moves in scenarios)
    columns = "from to runs:count share:share:1 cause:note account:note"
    return Show(Texts("compare", lang)).table("moves", columns, rows, groups=groups)


def accounts_table(scenarios: Sequence[tuple[str, OutcomeMoves]], lang: str) -> Table:
    """Tabulate the items of every move's accounts in both scenarios, and what each adds to the balance, as means."""
    columns = "from to group item unit reference_mean:number:1 scenario_mean:number:1 effect:change:1"
    rows = [
        (
            *_outcomes(move, lang),
            text(f"compare.account.{line.account}", lang),
            _title(line, lang),
            text("compare.moves.money", lang),
            line.reference,
            line.scenario,
            line.effect,
        )
        for _, moves in scenarios
        for move in moves.moves
        for line in move.lines
    ]
    groups = tuple((name, sum(len(move.lines) for move in moves.moves)) for name, moves in scenarios)
    return Show(Texts("compare", lang)).table("accounts", columns, rows, groups=groups, folded=True)
