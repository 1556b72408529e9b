"""Attribution of changes of outcomes: on paired runs, from which outcome to which, through which account and links.

Outcomes are judged by three rules in order: failed, helped lately, fails a test of accounts. A run whose outcome
changes does so by the first rule that is answered otherwise in the scenario, so that every move has one cause. What
stands behind the first two is read from an account that closes. Cash is what flowed in less what flowed out,
``paid-in equity + (sales + fees + grants + funding + draws + rescue - costs - interest - principal - dividends)/4``,
summed over quarters. The paired differences of the items add up to the difference of the balance. The account that
moves it most towards the run's new outcome is the run's reason; where the scenario that is not helped is short of cash
all the same, the reason is the rescue. Behind the third stands a test: the first that the fragile scenario fails.

The change of P(outcome) is shared out among groups of links: v(S) is the change where the links in S are as they are
and the other groups are cut in both scenarios, from the quarter on in which the two begin to differ. A group's part is
its Shapley value, the mean over all orders in which groups may be restored of what its restoring changes (Shapley
1953). What is left with all groups cut, v(∅), is due to the other links and to what happens inside the scales. The
parts and this rest sum to the whole, run by run. All coalitions are run on common random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.types import renamed
from copark.model import outcomes as catalogue
from copark.model.clock import DT, QUARTERS_PER_YEAR
from copark.simulation import accounts
from copark.simulation.accounts import THRESHOLDS
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import provenance
from copark.stats.effects import Effects
from copark.stats.shares import z_of

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.context import Context
    from copark.analyses.contract import Wanted
    from copark.cases import Case
    from copark.simulation.study import Scenario, Study

Outputs = Mapping[str, Floats]
"""Outputs by name, each of shape (runs, quarters)."""
CAUSES = tuple(cause for outcome in catalogue.OUTCOMES[:-1] for cause in (outcome.left, outcome.reached))
"""Per rule, in the order of the rules: the scenario is on the better side of it, or on the worse."""
AIDED_WITHIN = THRESHOLDS.aid_years * QUARTERS_PER_YEAR
"""Quarters before outcomes are judged in which help makes a park dependent."""
SHORT = -1e-9
"""Cash below which the company is short, M USD (as in the ledger)."""


class Item(NamedTuple):
    """An entry of an account."""

    account: str
    """Account it is an entry of."""
    sign: float
    """1 where it adds to the balance, -1 where it is taken off."""
    flow: bool
    """Whether it is a flow, summed over quarters; else a stock."""


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
    "state_funding": Item("state_funding", 1.0, True),
    "rescue": Item("rescue", 1.0, True),
}
"""What the developer's cash is made of."""
LEDGER_TESTS = ("alive", "unaided")
"""Tests whose answer is read from the ledger of cash, up to the quarter that decided."""
MARGINS = ("earns", "pays_back", "holds")
"""Tests of accounts that have a margin, the money by which they are passed."""
NEEDED = tuple(dict.fromkeys((*CASH, *accounts.NEEDED)))
"""Outputs the accounts are read from."""


@dataclass(frozen=True)
class AccountLine:
    """An item of cash, or margin of a test, in both scenarios: means over a move's runs, to the deciding quarter."""

    account: str
    """Account it is an item of, or the test."""
    output: str
    """The output it is read from, or the test."""
    reference: float
    """Mean in the reference: a sum of flows, a stock or a margin; M USD."""
    scenario: Annotated[float, renamed("scenario", "arm")]
    """Mean in the scenario, likewise."""
    effect: float
    """What the item adds to the balance of the scenario less that of the reference."""


@dataclass(frozen=True)
class Move:
    """Runs that go from one outcome to another."""

    reference: str
    """Outcome in the reference."""
    scenario: Annotated[str, renamed("scenario", "arm")]
    """Outcome in the scenario."""
    runs: int
    """Pairs of runs that go this way."""
    share: float
    """Of all pairs."""
    cause: str
    """One of :data:`CAUSES`."""
    reasons: tuple[tuple[str, int], ...]
    """Accounts and of how many of the runs each is the reason, the most frequent first; they add up to ``runs``. Empty
    where the accounts were not kept."""
    lines: tuple[AccountLine, ...]
    """The items of the accounts."""

    @property
    def better(self) -> bool:
        """True if the scenario is on the better side of the rule that decided."""
        return CAUSES.index(self.cause) % 2 == 0


@dataclass(frozen=True)
class OutcomeMoves:
    """Changes of the outcomes of paired runs."""

    counts: tuple[tuple[int, ...], ...]
    """Runs by outcome in the reference (rows) and in the scenario (columns), in the order of
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
        """Return P(outcome) in the reference and in the scenario; NaN where there is no pair."""
        place = OUTCOMES.index(outcome)
        before = sum(self.counts[place])
        after = sum(row[place] for row in self.counts)
        return (before / self.pairs, after / self.pairs) if self.pairs else (float("nan"), float("nan"))


def outcome_codes(outcomes: Effects, scenario: str) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return codes of the outcomes of reference and scenario, of runs that finished in both, each of shape (pairs,).

    Parameters
    ----------
    outcomes
        Effects on the shares of outcomes, as of :func:`copark.simulation.outcomes.outcome_effects`.
    scenario
        Key of the scenario.
    """
    before, after = (
        np.stack([read(scenario, name)[:, -1] for name in OUTCOMES]).argmax(axis=0).astype(np.int8)
        for read in (outcomes.before, outcomes.after)
    )
    return before, after


def moves_of(effects: Effects, outcomes: Effects, scenario: str, judged: int) -> OutcomeMoves:
    """Read how outcomes change from the reference to a scenario.

    Parameters
    ----------
    effects
        Effects on outputs in every quarter; without those :data:`NEEDED`, moves have no accounts.
    outcomes
        Effects on the shares of outcomes.
    scenario
        Key of the scenario.
    judged
        Quarter in which outcomes are judged, counted from 0.
    """
    names = NEEDED if set(NEEDED) <= set(effects.measures) else ()
    before = {name: effects.before(scenario, name) for name in names}
    after = {name: effects.after(scenario, name) for name in names}
    return outcome_moves(*outcome_codes(outcomes, scenario), before, after, judged)


def outcome_moves(
    reference: NDArray[np.int8], scenario: NDArray[np.int8], before: Outputs, after: Outputs, judged: int
) -> OutcomeMoves:
    """Count how outcomes change, run by run.

    Parameters
    ----------
    reference, scenario
        Outcomes by code, of runs that finished in both, shape (runs,).
    before, after
        Outputs :data:`NEEDED` of the reference and of the scenario; nothing where they were not kept.
    judged
        Quarter in which outcomes are judged, counted from 0.
    """
    counts = np.zeros((len(OUTCOMES), len(OUTCOMES)), np.int64)
    np.add.at(counts, (reference, scenario), 1)
    moves = []
    for i, j in np.argwhere(counts):
        if i != j:
            rows = np.flatnonzero((reference == i) & (scenario == j))
            part = ({name: out[name][rows, : judged + 1] for name in out} for out in (before, after))
            moves.append(_move(int(i), int(j), len(rows), len(reference), *part))
    moves.sort(key=lambda move: -move.runs)
    return OutcomeMoves(tuple(map(tuple, counts.tolist())), tuple(moves))


def _move(i: int, j: int, runs: int, pairs: int, before: Outputs, after: Outputs) -> Move:
    rule = min(i, j)
    fields = (OUTCOMES[i], OUTCOMES[j], runs, runs / pairs, CAUSES[2 * rule + (j == rule)])
    if not set(NEEDED) <= before.keys() & after.keys():
        return Move(*fields, (), ())
    worse, better = (after, before) if j == rule else (before, after)
    test = catalogue.OUTCOMES[rule].lacks
    if test not in LEDGER_TESTS:
        tests = (test,) if test in MARGINS else MARGINS
        return Move(*fields, _counted(_first_failed(worse, tests)), tuple(_margin_lines(before, after)))
    quarters = _decided(test, worse)
    first, second = (_balance(out, quarters) for out in (before, after))
    effects = {name: item.sign * (second[name] - first[name]) for name, item in CASH.items()}
    lines = []
    for name, item in CASH.items():
        reference, scenario = (float(out[name].mean()) for out in (first, second))
        lines.append(AccountLine(item.account, name, reference, scenario, item.sign * (scenario - reference)))
    groups = np.array(list(dict.fromkeys(item.account for item in CASH.values())), dtype=object)
    moved = np.array([sum(effects[name] for name, item in CASH.items() if item.account == group) for group in groups])
    names = groups[((-1.0 if j == rule else 1.0) * moved).argmax(axis=0)]
    if test == "unaided":
        names[better["cash"][:, -AIDED_WITHIN:].min(axis=1) < SHORT] = "rescue"
    return Move(*fields, _counted(names), tuple(lines))


def _counted(names: NDArray[np.object_]) -> tuple[tuple[str, int], ...]:
    """Count how often each reason is given, the most frequent first."""
    reasons, counts = np.unique(names, return_counts=True)
    return tuple((str(reasons[n]), int(counts[n])) for n in np.argsort(-counts, kind="stable"))


def _first_failed(worse: Outputs, tests: Sequence[str]) -> NDArray[np.object_]:
    """Name the first of some tests that each run fails in its last quarter, shape (runs,)."""
    margins = accounts.margins(worse, _last(worse))
    failed = np.stack([getattr(margins, name) < 0.0 for name in tests])
    return np.array(tests, dtype=object)[failed.argmax(axis=0)]


def _margin_lines(before: Outputs, after: Outputs) -> list[AccountLine]:
    """Describe by how much the tests are passed in both scenarios, on average."""
    margins = [accounts.margins(out, _last(out)) for out in (before, after)]
    lines = []
    for name in MARGINS:
        reference, scenario = (float(getattr(margin, name).mean()) for margin in margins)
        lines.append(AccountLine(name, name, reference, scenario, scenario - reference))
    return lines


def _last(out: Outputs) -> int:
    """Return the last quarter of outputs, counted from 0."""
    return int(out["cash"].shape[1]) - 1


def _decided(test: str, worse: Outputs) -> NDArray[np.int64]:
    """Find the quarter that decided each run: of failure, or of the last help; shape (runs,)."""
    if test == "alive":
        return (worse["failed"] > 0.5).argmax(axis=1)
    aid = worse["rescue"] + worse["state_funding"]
    return _last(worse) - (aid[:, ::-1] > 0.0).argmax(axis=1)


def _balance(out: Outputs, quarters: NDArray[np.int64]) -> dict[str, Floats]:
    """Sum up what each item of cash came to by a quarter of each run, shape (runs,)."""
    rows = np.arange(len(quarters))
    return {
        name: out[name].cumsum(axis=1)[rows, quarters] * DT if item.flow else out[name][rows, quarters]
        for name, item in CASH.items()
    }


GROUPS: Mapping[str, tuple[str, ...]] = {
    "credit": ("credit_to_ledger",),
    "plan": ("plan_to_land",),
    "rescue": ("rescue_to_ledger", "shortfall_to_bargain", "control_to_bargain"),
    "commitment": (
        "commitment_to_votes",
        "council_to_votes",
        "commitment_to_effort",
        "commitment_to_hurdle",
        "commitment_to_arrivals",
        "commitment_to_partners",
    ),
    "rules": ("regime_to_arrivals", "tax_to_returns"),
    "service": (
        "network_to_arrivals",
        "network_to_returns",
        "service_to_arrivals",
        "service_to_starts",
        "service_to_returns",
        "land_to_starts",
        "price_to_arrivals",
        "opening_to_enterprises",
    ),
    "closure": ("closing_to_company", "closing_to_enterprises"),
}
"""Groups of links, by what they carry."""
REST = "rest"
MOST = 4
"""Groups the change is shared out among at most: those that matter most."""
NOTABLE = 0.01
"""Share of runs whose outcome a group must move for the change to be shared out to it."""
SCREENED = 200
"""Runs in which groups are chosen."""
MOST_RUNS = 1000
"""Pairs of runs that are run again with links cut."""
Indicators = NDArray[np.int8]
Change = Callable[[Sequence[tuple[str, ...]], int], Sequence[Indicators]]
"""Told the groups cut in each coalition, and how many runs: gives the change of each outcome in each run, scenario less
reference (-1, 0 or 1), shape (runs, outcomes)."""


@dataclass(frozen=True)
class OutcomePart:
    """Part of a change that passes through a group of links; of :data:`REST` what passes through none of the groups."""

    group: str
    """The group of links; ``rest`` is what passes through none."""
    change: tuple[float, ...]
    """Its part of the change of P(outcome), in the order of the outcomes."""
    error: tuple[float, ...]
    """Half the width of its Monte Carlo interval (95 %)."""

    def of(self, outcome: str) -> float:
        """Return its part of the change of an outcome's share."""
        return self.change[OUTCOMES.index(outcome)]


@dataclass(frozen=True)
class OutcomeParts:
    """The change of P(outcome) and its parts."""

    since: str
    """Quarter from which on links are cut."""
    runs: int
    """Pairs of runs."""
    before: tuple[float, ...]
    """P(outcome) in the reference, in the order of the outcomes."""
    after: tuple[float, ...]
    """P(outcome) in the scenario, in the order of the outcomes."""
    parts: tuple[OutcomePart, ...]
    """They sum to ``after - before``; the rest last."""

    def share(self, outcome: str) -> tuple[float, float]:
        """Return P(outcome) in the reference and in the scenario."""
        place = OUTCOMES.index(outcome)
        return self.before[place], self.after[place]


def shapley(values: Floats) -> Floats:
    """Shapley values of a game, φ_g = Σ_{S ∌ g} |S|! (n - |S| - 1)! / n! [v(S ∪ g) - v(S)].

    values: v of every coalition, whose number has bit g set where player g is in it, along the first axis of 2ⁿ.
    Returns: a value for each player along the first axis; they sum to v of all less v of none.
    """
    players = len(values).bit_length() - 1
    shares = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        for coalition in range(len(values)):
            if not coalition >> player & 1:
                size = coalition.bit_count()
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                shares[player] += weight * (values[coalition | 1 << player] - values[coalition])
    return shares


def _chosen(change: Change) -> tuple[str, ...]:
    """Groups that matter: cutting one alone, or leaving it alone uncut, moves outcomes; the strongest, in order."""
    names = tuple(GROUPS)
    others = [tuple(other for other in names if other != name) for name in names]
    coalitions = [(), names, *((name,) for name in names), *others]
    whole, none, *rest = (differences.mean(axis=0) for differences in change(coalitions, SCREENED))
    both = zip(rest[: len(names)], rest[len(names) :], strict=True)
    moved = [max(np.abs(whole - cut).max(), np.abs(alone - none).max()) for cut, alone in both]
    order = sorted(range(len(names)), key=lambda place: -moved[place])
    return tuple(names[place] for place in sorted(order[:MOST]) if moved[place] >= NOTABLE)


def parts_of(change: Change, runs: int) -> tuple[OutcomePart, ...]:
    """Share the change out among the groups that matter."""
    groups = _chosen(change)
    cut = [
        tuple(name for bit, name in enumerate(groups) if not coalition >> bit & 1)
        for coalition in range(2 ** len(groups))
    ]
    values = np.stack([differences.astype(np.float64) for differences in change(cut, runs)])
    parts = []
    for name, part in (*zip(groups, shapley(values), strict=True), (REST, values[0])):
        spread = part.std(axis=0, ddof=1) if len(part) > 1 else np.full(len(OUTCOMES), np.nan)
        half = z_of() * spread / np.sqrt(len(part))
        parts.append(OutcomePart(name, tuple(part.mean(axis=0).tolist()), tuple(half.tolist())))
    return tuple(parts)


def outcome_parts(
    reference: xr.Dataset,
    scenarios: xr.Dataset,
    outcomes: Effects,
    scenario: str,
    case: Case,
    context: Context,
    parameters: Wanted,
) -> OutcomeParts | None:
    """Share out the change of P(outcome).

    Parameters
    ----------
    reference, scenarios
        Stored runs, as of :func:`copark.simulation.readouts.compare.paired`.
    outcomes
        Effects on the shares of outcomes.
    scenario
        Key of the scenario whose change is shared out.
    case
        Their case.
    context
        Runs them again with links cut.
    parameters
        Which parameters.

    Returns
    -------
    The parts, or ``None`` where nothing changes, or the runs cannot be made again as they were.
    """
    from copark.simulation.counterfactual import without_links
    from copark.simulation.study import Study

    first, second = (Study.model_validate(provenance(result)["study"]) for result in (reference, scenarios))
    before = next(own for own in first.scenarios if own.key == outcomes.reference)
    after = next(own for own in second.scenarios if own.key == scenario)
    codes_before, codes_after = outcome_codes(outcomes, scenario)
    if case.hash != provenance(reference).get("case_hash", case.hash) or np.array_equal(codes_before, codes_after):
        return None
    since = apart_from(first, case, before, after)
    numbers = reference["run"].to_numpy()[outcomes.finished[scenario]]

    def change(coalitions: Sequence[tuple[str, ...]], runs: int) -> list[Indicators]:
        cut = []
        for number, groups in enumerate(coalitions):
            links = [link for name in groups for link in GROUPS[name]]
            for word, own in (("before", before), ("after", after)):
                cut.append(without_links(own, f"{word}-{number}", links, since))
        chosen_runs = numbers[numbers < min(runs, first.runs)]
        changes = {"runs": int(chosen_runs[-1]) + 1, "keep": ("operating",), "name": "outcome-parts"}
        study = first.model_copy(update={**changes, "scenarios": tuple(cut)})
        codes = context.simulate(study, case, *parameters, announced_studies=0)["outcome"].to_numpy()
        return [
            change_of_outcomes(codes[place][chosen_runs], codes[place + 1][chosen_runs])
            for place in range(0, len(cut), 2)
        ]

    (whole,) = change([()], MOST_RUNS)
    count = len(whole)
    if not np.array_equal(whole, change_of_outcomes(codes_before, codes_after)[:count]):
        return None
    shares = shares_of_codes(codes_before[:count]), shares_of_codes(codes_after[:count])
    return OutcomeParts(str(case.clock.start + since), count, *shares, parts_of(change, MOST_RUNS))


def shares_of_codes(codes: NDArray[np.int8]) -> tuple[float, ...]:
    """Return P(outcome), in the order of the outcomes, of codes of shape (runs,)."""
    return tuple(float((codes == code).mean()) for code in range(len(OUTCOMES)))


def apart_from(study: Study, case: Case, before: Scenario, after: Scenario) -> int:
    """Return the quarter, counted from 0, from which on two scenarios of a study differ; 0 where they do all along.

    Parameters
    ----------
    study
        The study, which decides from when its case is seen.
    case
        Its case.
    before, after
        The two scenarios.
    """
    from copark.simulation.run import facts_of, inputs_of
    from copark.simulation.shared_past import first_apart

    facts = [facts_of(study, case, scenario) for scenario in (before, after)]
    if before.parameters != after.parameters or facts[0].keys() != facts[1].keys():
        return 0
    return first_apart(*(inputs_of(study.seen(case), scenario) for scenario in (before, after)))


def change_of_outcomes(reference: NDArray[np.int8], scenario: NDArray[np.int8]) -> Indicators:
    """Return the change of each outcome in each run: 1 gained, -1 lost, 0 otherwise; shape (runs, outcomes).

    Parameters
    ----------
    reference, scenario
        Codes of outcomes, shape (runs,).
    """
    codes = np.arange(len(OUTCOMES))
    return (scenario[:, None] == codes).astype(np.int8) - (reference[:, None] == codes).astype(np.int8)


@dataclass(frozen=True)
class Books:
    """Entries of the company's books in reference and scenario, in this order."""

    quarter: str
    """In which outcomes are judged."""
    rescued: tuple[float, float]
    """Share of runs with a bail-out in the two years before it."""
    ever: tuple[float, float]
    """Share of runs with a bail-out at any time."""
    debt: tuple[float, float]
    """Median over runs of the largest debt up to then, M USD."""


def books_of(effects: Effects, scenario: str, judged: int) -> Books | None:
    """Read bail-outs and debts of the reference and a scenario.

    Parameters
    ----------
    effects
        Effects on outputs in every quarter.
    scenario
        Key of the scenario.
    judged
        Quarter in which outcomes are judged, counted from 0.

    Returns
    -------
    Books of both, or ``None`` where they were not kept, or no pair finished.
    """
    if not {"rescue", "debt"} <= set(effects.measures) or not effects.pairs(scenario):
        return None
    sides: list[tuple[float, float, float]] = []
    for read in (effects.before, effects.after):
        rescued = read(scenario, "rescue")[:, : judged + 1] > 0.0
        owed = read(scenario, "debt")[:, : judged + 1]
        late = rescued[:, -AIDED_WITHIN:].any(axis=1).mean()
        sides.append((float(late), float(rescued.any(axis=1).mean()), float(np.median(owed.max(axis=1)))))
    late, ever, debt = zip(*sides, strict=True)
    return Books(effects.quarters[judged], late, ever, debt)
