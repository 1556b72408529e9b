"""Scores of forecasts put together of model and benchmark curves, on the casebook's parks.

Stacked forecasts of the casebook's parks, each without a say in its weights, beside the model and every curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from copark.analyses.contract import AnalysisParams, Local, Remakeable, by_difference
from copark.analyses.provenance import current_provenance
from copark.analyses.stack.stacking import StackComparison
from copark.calibration.pool.selection import Selection
from copark.identity import hash_content
from copark.json_types import JsonObject
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from copark.analyses.context import Context
    from copark.analyses.stack.stacking import Stack
    from copark.calibration.comparison import Comparison


class Params(AnalysisParams):
    """Parameters of stacked forecasts."""

    check: Annotated[bool, Local()] = False
    """Whether to make the shipped trials again and compare, which takes an hour or more."""


@dataclass(frozen=True)
class Weight:
    """A weight learned from all parks, and the lowest and highest learned without one of them."""

    setting: str
    """Setting it was learned in: ``unseen`` parks, or values ``near`` to the date of a forecast or ``far`` from it."""
    variable: str
    """Observable; empty for the weights of those that have none of their own."""
    method: str
    """Method it is the weight of."""
    value: float
    """The weight learned from all parks, 0 to 1."""
    least: float
    """The lowest learned without one of the parks."""
    most: float
    """The highest learned without one of the parks."""


@dataclass(frozen=True, kw_only=True)
class Answer(Remakeable):
    """Scores of the stacks, or the comparison of the shipped one with one made again."""

    titles: dict[str, LocalizedText]
    """Of the parks, by name."""
    judged: StackComparison
    """Scores of the stack, the model and the curves."""
    weights: tuple[Weight, ...]
    """By setting, observable and method."""
    selection: Selection | None = None
    """What the choice of cases does to forecasts of parks never seen."""

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the mean scores of every method, a row each."""
        import pandas as pd

        return pd.DataFrame(
            {"setting": contest.scheme, "variable": contest.variable, "methods": len(contest.standings), **vars(row)}
            for contest in self.judged.contests
            for row in contest.standings
        )


def depends_on(_params: Params, context: Context) -> JsonObject:
    """Return the shipped stack, and say whether parks and model are still those it was learned from."""
    from copark.analyses.stack.stacking import is_current, shipped
    from copark.calibration.pool.parks import parks_of

    stack = shipped().stack
    return {
        "stack": stack.identity,
        "recipe": hash_content(dict(stack.recipe)),
        "current": is_current(parks_of(tuple(stack.recipe["parks"]), context.lang)),
    }


def anew(params: Params, _context: Context) -> bool:
    """Return whether to work although an answer is stored."""
    return params.check


def compute(params: Params, context: Context) -> Answer:
    """Judge the stack on the trials that ship, or make these again and compare them.

    Raises
    ------
    RunRefused
        Where no panel is to be made: it takes an hour or more.
    """
    from copark.analyses.stack.stacking import is_current, judge, load_trials, shipped
    from copark.calibration.pool.parks import parks_of
    from copark.errors import RunRefused
    from copark.texts import text

    if params.check and not context.may_calibrate:
        raise RunRefused(text("pool.not_here", context.lang))
    stack = shipped().stack
    trials = load_trials()
    parks = parks_of(tuple(stack.recipe["parks"]), context.lang)
    return Answer(
        run_id=context.run_id,
        provenance=current_provenance(),
        titles={park.name: park.case.title for park in parks},
        judged=judge(trials, stack),
        weights=tuple(_weights(stack)),
        selection=shipped().selection,
        again=_again(context) if params.check else None,
        stale=not is_current(parks),
    )


def _weights(stack: Stack) -> Iterator[Weight]:
    for setting, observables in stack.everyone.items():
        for variable, learned in observables.items():
            for method, value in learned.items():
                held_out_weights = [weights[setting][variable].get(method, 0.0) for weights in stack.without.values()]
                yield Weight(setting, variable, method, value, min(held_out_weights), max(held_out_weights))


def _again(context: Context) -> Comparison:
    """Make the trials that ship again, by their recipe."""
    from copark.analyses.stack.stacking import CLOSE, largest_difference, load_trials, shipped, trials_of
    from copark.calibration.pool.panel import PanelSettings, learn
    from copark.calibration.pool.parks import parks_of
    from copark.progress import shares

    recipe = shipped().stack.recipe
    parks = parks_of(tuple(recipe["parks"]), context.lang)
    task = context.panel(parks, PanelSettings(**recipe["settings"]))
    learning, trying = shares(context.stage("pool"), (25, 75))
    with task.alone(context.stage("waiting")):
        trials = trials_of(learn(task, learning), progress=trying)
    largest = largest_difference(trials, load_trials())
    return by_difference(largest, CLOSE)
