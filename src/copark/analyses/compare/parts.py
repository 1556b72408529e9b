"""Why P(outcome) changes from one scenario to another: the change shared out among groups of links between scales.

v(S) is the change of P(outcome) where the links in S are as they are and the other groups are cut in both scenarios,
from the quarter on in which the two begin to differ. A group's part is its Shapley value,

    φ_g = Σ_{S ∌ g} |S|! (n - |S| - 1)! / n! [v(S ∪ g) - v(S)],

the mean over all orders in which groups may be restored of what its restoring changes (Shapley 1953). What is left with
all groups cut, v(∅), is due to the other links and to what happens inside the scales. The parts and this rest sum to
the whole, run by run. All coalitions are run on common random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.simulation.outcomes import OUTCOMES, RESCUED_WITHIN, judged_at
from copark.simulation.readouts.compare import Pair, provenance
from copark.stats.shares import z_of

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.contract import Wanted
    from copark.cases import Case
    from copark.simulation.study import Scenario, Study

GROUPS: Mapping[str, tuple[str, ...]] = {
    "credit": ("credit_to_ledger",),
    "plan": ("plan_to_land",),
    "rescue": ("rescue_to_ledger", "shortfall_to_bargain", "control_to_bargain"),
    "commitment": ("commitment_to_votes", "council_to_votes", "commitment_to_effort", "commitment_to_hurdle"),
    "rules": ("regime_to_arrivals", "tax_to_returns"),
    "service": (
        "network_to_arrivals", "service_to_arrivals", "service_to_starts", "service_to_returns", "land_to_starts",
        "opening_to_enterprises",
    ),
}  # fmt: skip
"""Groups of links, by what they carry."""
REST = "rest"
MOST = 4
"""Groups the change is shared out among at most: those that matter most."""
NOTABLE = 0.01
"""Share of runs whose outcome a group must move for the change to be shared out to it."""
SCREENED = 200
"""Runs in which groups are chosen."""

Indicators = NDArray[np.int8]
Change = Callable[[Sequence[tuple[str, ...]], int], Sequence[Indicators]]
"""Told the groups cut in each coalition, and how many runs: gives the change of each outcome in each run, arm less
reference (-1, 0 or 1), shape (runs, outcomes)."""


@dataclass(frozen=True)
class OutcomePart:
    """What passes through a group of links; of :data:`REST` what passes through none of the groups."""

    group: str
    """One of :data:`GROUPS`, or :data:`REST`."""
    change: tuple[float, ...]
    """Its part of the change of P(outcome), in the order of the outcomes."""
    error: tuple[float, ...]
    """Half the width of its Monte Carlo interval (95 %)."""

    def of(self, outcome: str) -> float:
        """Its part of the change of an outcome's share."""
        return self.change[OUTCOMES.index(outcome)]


@dataclass(frozen=True)
class OutcomeParts:
    """The change of P(outcome) and its parts."""

    since: str
    """Quarter from which on links are cut."""
    runs: int
    """Pairs of runs."""
    before: tuple[float, ...]
    after: tuple[float, ...]
    """before, after: p(outcome) in the reference and in the arm, in the order of the outcomes."""
    parts: tuple[OutcomePart, ...]
    """They sum to ``after - before``; the rest last."""

    def share(self, outcome: str) -> tuple[float, float]:
        """P(outcome) in the reference and in the arm."""
        at = OUTCOMES.index(outcome)
        return self.before[at], self.after[at]


def shapley(values: Floats) -> Floats:
    """Shapley values of a game.

    values: v of every coalition, whose number has bit g set where player g is in it, along the first axis of 2ⁿ.
    Returns: a value for each player along the first axis; they sum to v of all less v of none.
    """
    players = len(values).bit_length() - 1
    found = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        for coalition in range(len(values)):
            if not coalition >> player & 1:
                size = coalition.bit_count()
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                found[player] += weight * (values[coalition | 1 << player] - values[coalition])
    return found


def chosen(change: Change) -> tuple[str, ...]:
    """Groups that matter: cutting one alone, or leaving it alone uncut, moves outcomes; the strongest, in order."""
    names = tuple(GROUPS)
    others = [tuple(one for one in names if one != name) for name in names]
    coalitions = [(), names, *((name,) for name in names), *others]
    whole, none, *rest = (found.mean(axis=0) for found in change(coalitions, SCREENED))
    cut, alone = rest[: len(names)], rest[len(names) :]
    moved = [
        max(np.abs(whole - one).max(), np.abs(other - none).max()) for one, other in zip(cut, alone, strict=True)
    ]  # fmt: skip
    order = sorted(range(len(names)), key=lambda at: -moved[at])
    return tuple(names[at] for at in sorted(order[:MOST]) if moved[at] >= NOTABLE)


def parts_of(change: Change, runs: int) -> tuple[OutcomePart, ...]:
    """Share the change out among the groups that matter."""
    groups = chosen(change)
    coalitions = range(2 ** len(groups))
    cut = [tuple(name for at, name in enumerate(groups) if not one >> at & 1) for one in coalitions]
    values = np.stack([found.astype(np.float64) for found in change(cut, runs)])
    every = [*zip(groups, shapley(values), strict=True), (REST, values[0])]
    return tuple(_part(name, found) for name, found in every)


def _part(name: str, found: Floats) -> OutcomePart:
    """A part from its value in each run, shape (runs, outcomes)."""
    half = (
        z_of() * found.std(axis=0, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.full(len(OUTCOMES), np.nan)
    )
    return OutcomePart(name, tuple(found.mean(axis=0).tolist()), tuple(half.tolist()))


MOST_RUNS = 1000
"""Pairs of runs that are run again with links cut."""


@dataclass(frozen=True)
class Books:
    """What the company's books show in reference and arm, in this order."""

    quarter: str
    """In which outcomes are judged."""
    rescued: tuple[float, float]
    """Share of runs with a bail-out in the two years before it."""
    ever: tuple[float, float]
    """Share of runs with a bail-out at any time."""
    debt: tuple[float, float]
    """Median over runs of the largest debt up to then, M USD."""


def books_of(pair: Pair) -> Books | None:
    """Bail-outs and debts of both; none where they were not kept quarter by quarter, or no pair finished."""
    from copark.simulation.readouts.compare import quarters_apart

    if not {"rescue", "debt"} <= set(pair.outputs) or quarters_apart(pair.before) != 1 or not pair.before.sizes["run"]:
        return None
    last = judged_at(len(pair.labels))
    both = [
        (one["rescue"].to_numpy()[:, : last + 1] > 0.0, one["debt"].to_numpy()) for one in (pair.before, pair.after)
    ]
    late, ever, debt = (
        (float(told[0]), float(told[1]))
        for told in (
            [rescued[:, -RESCUED_WITHIN:].any(axis=1).mean() for rescued, _ in both],
            [rescued.any(axis=1).mean() for rescued, _ in both],
            [np.median(owed[:, : last + 1].max(axis=1)) for _, owed in both],
        )
    )
    return Books(pair.labels[last], late, ever, debt)


def outcome_parts(pair: Pair, case: Case, context: Context, wanted: Wanted) -> OutcomeParts | None:
    """Share out the change of P(outcome); none where nothing changes, or the runs cannot be made again as they were."""
    from copark.simulation.study import Study

    first, second = (Study.model_validate(provenance(one)["study"]) for one in (pair.before, pair.after))
    before = next(one for one in first.scenarios if one.key == pair.reference)
    after = next(one for one in second.scenarios if one.key == pair.arm)
    reference, arm = (one["outcome"].to_numpy() for one in (pair.before, pair.after))
    if not (reference != arm).any() or case.hash != provenance(pair.before).get("case_hash", case.hash):
        return None
    since, numbers = _apart(before, after, first, case), pair.before["run"].to_numpy()
    again = _Again(first, before, after, case, context, wanted, since, numbers)
    (whole,) = again.change([()], MOST_RUNS)
    codes, count = range(len(OUTCOMES)), len(whole)
    if not np.array_equal(whole, _difference(reference, arm)[:count]):
        return None
    shares = [tuple(float((one[:count] == code).mean()) for code in codes) for one in (reference, arm)]
    label = str(case.clock.start + since)
    return OutcomeParts(label, count, shares[0], shares[1], parts_of(again.change, MOST_RUNS))


def _difference(reference: NDArray[np.int8], arm: NDArray[np.int8]) -> Indicators:
    """The change of each outcome in each run: 1 gained, -1 lost, 0 otherwise; shape (runs, outcomes)."""
    codes = np.arange(len(OUTCOMES))
    found: Indicators = (arm[:, None] == codes).astype(np.int8) - (reference[:, None] == codes).astype(np.int8)
    return found


def _apart(before: Scenario, after: Scenario, study: Study, case: Case) -> int:
    """First quarter in which what the model is told differs, counted from the start."""
    from copark.simulation.run import facts_of, first_apart, inputs_of

    facts = [facts_of(study, case, one) for one in (before, after)]
    if before.parameters != after.parameters or facts[0].keys() ^ facts[1].keys():
        return 0
    return first_apart(*(inputs_of(case, one, study.quarters) for one in (before, after)))


@dataclass(frozen=True)
class _Again:
    """Two scenarios run again, with links cut in both."""

    study: Study
    before: Scenario
    after: Scenario
    case: Case
    context: Context
    wanted: Wanted
    since: int
    numbers: NDArray[np.int64]

    def change(self, coalitions: Sequence[tuple[str, ...]], runs: int) -> list[Indicators]:
        """The change of each outcome in each run, groups of links cut as told."""
        from copark.simulation.link_cuts import without_links

        scenarios = []
        for number, groups in enumerate(coalitions):
            links = [link for name in groups for link in GROUPS[name]]
            for word, one in (("before", self.before), ("after", self.after)):
                scenarios.append(without_links(one, f"{word}-{number}", links, self.since))
        kept = self.numbers[self.numbers < min(runs, self.study.runs)]
        changes = {"runs": int(kept[-1]) + 1, "keep": ("operating",), "name": "outcome-parts"}
        study = self.study.model_copy(update={**changes, "scenarios": tuple(scenarios)})
        found = self.context.simulate(study, self.case, *self.wanted, times=0)["outcome"].to_numpy()
        return [_difference(found[at][kept], found[at + 1][kept]) for at in range(0, len(scenarios), 2)]
