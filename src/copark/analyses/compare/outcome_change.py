"""Why outcomes change: on paired runs, which run went from which outcome to which, and through which account.

Outcomes are judged by three rules in order: failed, rescued lately, fewer than S* operating. A run whose outcome
changes does so by the first rule that is answered otherwise in the arm, so that every move has one cause. What stands
behind it is read from accounts that close. Cash is what flowed in less what flowed out,
``paid-in equity + (sales + fees + grants + draws + rescue - costs - interest - principal - dividends)/4``, summed over
quarters; operating enterprises are those ever registered less lapses, exits, and those not yet at work. The paired
differences of the items add up to the difference of the balance. The account that moves it most towards the run's new
outcome is the run's reason; where the arm that is not rescued is short of cash all the same, the reason is the rescue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.model.clock import DT
from copark.simulation.outcomes import OUTCOMES, RESCUED_WITHIN, YEAR_TWENTY
from copark.simulation.readouts.compare import Pair, quarters_apart

Outputs = Mapping[str, Floats]
"""Outputs by name, each of shape (runs, quarters)."""

CAUSES = ("survives", "fails", "not_rescued", "rescued", "reaches", "below")
"""Per rule, in the order of the rules: the arm is on the better side of it, or on the worse."""

WAITING = "waiting"
"""Registered and not yet operating: no output of its own."""

SHORT = -1e-9
"""Cash below which the company is short, M USD (as in the ledger)."""


class Item(NamedTuple):
    """An entry of an account: whether it adds to the balance or is taken off, and whether it is a flow per year."""

    account: str
    sign: float
    flow: bool


CASH = {
    "land_cost": Item("land", -1.0, True),
    "operating_cost": Item("running", -1.0, True),
    "land_sales": Item("sales", 1.0, True),
    "fees": Item("sales", 1.0, True),
    "draws_credit": Item("credit", 1.0, True),
    "principal": Item("credit", -1.0, True),
    "interest": Item("credit", -1.0, True),
    "paid_in_equity": Item("equity", 1.0, False),
    "grants": Item("grants", 1.0, True),
    "dividends": Item("dividends", -1.0, True),
    "rescue": Item("rescue", 1.0, True),
}
"""What the developer's cash is made of."""

ENTERPRISES = {
    "registered_ever": Item("entries", 1.0, False),
    "lapses": Item("lapses", -1.0, True),
    "exits": Item("exits", -1.0, True),
    WAITING: Item("waiting", -1.0, False),
}
"""What the number of operating enterprises is made of; lapses and exits are counted by the quarter."""

NEEDED = (*CASH, "cash", "failed", "registered_ever", "lapses", "exits", "registered", "operating")
"""Outputs the accounts are read from."""


@dataclass(frozen=True)
class AccountLine:
    """An item in both arms: means over the runs of a move, up to the quarter that decided."""

    account: str
    output: str
    """account, output: the account, and the output (or :data:`WAITING`) it is read from."""
    reference: float
    arm: float
    """reference, arm: sums of flows, or stocks: M USD or enterprises."""
    effect: float
    """What the item adds to the balance of the arm less that of the reference."""


@dataclass(frozen=True)
class Move:
    """Runs that go from one outcome to another."""

    reference: str
    arm: str
    """reference, arm: the two outcomes."""
    runs: int
    share: float
    """runs, share: how many runs, and of all pairs how large a share."""
    cause: str
    """One of :data:`CAUSES`."""
    reasons: tuple[tuple[str, int], ...]
    """Accounts and of how many of the runs each is the reason, the most frequent first; they add up to ``runs``. Empty
    where the accounts were not kept."""
    lines: tuple[AccountLine, ...]
    """The items of the accounts."""

    @property
    def better(self) -> bool:
        """Whether the arm is on the better side of the rule that decided."""
        return CAUSES.index(self.cause) % 2 == 0


@dataclass(frozen=True)
class OutcomeMoves:
    """How outcomes of paired runs change."""

    counts: tuple[tuple[int, ...], ...]
    """Runs by outcome in the reference (rows) and in the arm (columns), in the order of
    :data:`~copark.simulation.outcomes.OUTCOMES`."""
    moves: tuple[Move, ...]
    """Those off the diagonal that happen, the most frequent first."""

    @property
    def pairs(self) -> int:
        """Pairs of runs."""
        return sum(map(sum, self.counts))

    @property
    def moved(self) -> int:
        """Runs whose outcome changes."""
        return sum(move.runs for move in self.moves)

    def shares(self, outcome: str) -> tuple[float, float]:
        """P(outcome) in the reference and in the arm; NaN where there is no pair."""
        at = OUTCOMES.index(outcome)
        before, after = sum(self.counts[at]), sum(row[at] for row in self.counts)
        return (before / self.pairs, after / self.pairs) if self.pairs else (float("nan"), float("nan"))


def moves_of(pair: Pair) -> OutcomeMoves:
    """How outcomes change from a pair's reference to its arm; without accounts where quarters were not all kept."""
    kept = quarters_apart(pair.before) == 1 and set(NEEDED) <= set(pair.outputs)
    names = NEEDED if kept else ()
    before, after = ({name: one[name].to_numpy() for name in names} for one in (pair.before, pair.after))
    return outcome_moves(pair.before["outcome"].to_numpy(), pair.after["outcome"].to_numpy(), before, after)


def outcome_moves(reference: NDArray[np.int8], arm: NDArray[np.int8], before: Outputs, after: Outputs) -> OutcomeMoves:
    """How outcomes change, run by run.

    Parameters
    ----------
    reference, arm
        Outcomes by code, of runs that finished in both, shape (runs,).
    before, after
        Outputs :data:`NEEDED` of the reference and of the arm; nothing where they were not kept.
    """
    counts = np.zeros((len(OUTCOMES), len(OUTCOMES)), np.int64)
    np.add.at(counts, (reference, arm), 1)
    found = []
    for i, j in np.argwhere(counts):
        if i != j:
            rows = np.flatnonzero((reference == i) & (arm == j))
            part = ({name: out[name][rows, :YEAR_TWENTY] for name in out} for out in (before, after))
            found.append(_move(int(i), int(j), len(rows), len(reference), *part))
    found.sort(key=lambda move: -move.runs)
    return OutcomeMoves(tuple(map(tuple, counts.tolist())), tuple(found))


def _move(i: int, j: int, runs: int, pairs: int, before: Outputs, after: Outputs) -> Move:
    rule = min(i, j)
    cause = CAUSES[2 * rule + (j == rule)]
    reasons: tuple[tuple[str, int], ...] = ()
    lines: tuple[AccountLine, ...] = ()
    if set(NEEDED) <= before.keys() & after.keys():
        worse, better = (after, before) if j == rule else (before, after)
        items = ENTERPRISES if rule == OUTCOMES.index("stagnant") else CASH
        at = _decided(OUTCOMES[rule], worse)
        balances = [dict(_balance(out, items, at)) for out in (before, after)]
        lines = tuple(_lines(items, balances[0], balances[1]))
        names = _reasons(items, balances[0], balances[1], -1.0 if j == rule else 1.0)
        if OUTCOMES[rule] == "dependent":
            unpaid = better["cash"][:, -RESCUED_WITHIN:].min(axis=1) < SHORT
            names[unpaid] = "rescue"
        accounts, counted = np.unique(names, return_counts=True)
        order = np.argsort(-counted, kind="stable")
        reasons = tuple((str(accounts[n]), int(counted[n])) for n in order)
    return Move(OUTCOMES[i], OUTCOMES[j], runs, runs / pairs, cause, reasons, lines)


def _decided(rule: str, worse: Outputs) -> NDArray[np.int64]:
    """The quarter that decided, by run: of the failure, of the last rescue, or the last one judged; shape (runs,)."""
    last = worse["cash"].shape[1] - 1
    found = np.full(len(worse["cash"]), last)
    if rule == "failed":
        found = (worse["failed"] > 0.5).argmax(axis=1)
    elif rule == "dependent":
        found = last - (worse["rescue"][:, ::-1] > 0.0).argmax(axis=1)
    return found


def _balance(out: Outputs, items: Mapping[str, Item], at: NDArray[np.int64]) -> Iterator[tuple[str, Floats]]:
    """What each item came to by a quarter, by run."""
    rows = np.arange(len(at))
    for name, item in items.items():
        if name == WAITING:
            yield name, (out["registered"] - out["operating"])[rows, at]
        elif item.flow:
            yield name, out[name].cumsum(axis=1)[rows, at] * (DT if items is CASH else 1.0)
        else:
            yield name, out[name][rows, at]


def _lines(items: Mapping[str, Item], before: Outputs, after: Outputs) -> Iterator[AccountLine]:
    for name, item in items.items():
        first, second = float(before[name].mean()), float(after[name].mean())
        yield AccountLine(item.account, name, first, second, item.sign * (second - first))


def _reasons(items: Mapping[str, Item], before: Outputs, after: Outputs, sign: float) -> NDArray[np.object_]:
    """The account that moves the balance most in a direction, by run."""
    accounts = tuple(dict.fromkeys(item.account for item in items.values()))
    effects = np.zeros((len(accounts), *next(iter(before.values())).shape))
    for name, item in items.items():
        effects[accounts.index(item.account)] += sign * item.sign * (after[name] - before[name])
    names: NDArray[np.object_] = np.array(accounts, dtype=object)[effects.argmax(axis=0)]
    return names
