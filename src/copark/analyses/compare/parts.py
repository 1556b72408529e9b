"""Why P(outcome) changes between two scenarios: the runs it is shared out with, and what the company's books show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.analysis.compare import Pair, provenance
from copark.analysis.outcome_parts import GROUPS, Indicators, OutcomeParts, parts_of
from copark.simulation.outcomes import OUTCOMES, RESCUED_WITHIN, judged_at

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.contract import Wanted
    from copark.cases import Case
    from copark.simulation.study import Scenario, Study

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
    from copark.analysis.outcomes import quarters_apart

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
