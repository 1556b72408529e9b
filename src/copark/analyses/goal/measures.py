"""Measures of a goal: which targets a run meets, and what it costs the public."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.analyses.goal.future_events import quarter_at
from copark.arrays import Booleans, Floats
from copark.cases.case import Case
from copark.cases.types import suggestion
from copark.decisions.measures import LeverMeasures, discounting, summed
from copark.errors import NotFound, WrongUsage, printable
from copark.model.outcomes import BY_KEY
from copark.model.outputs import NAMES
from copark.simulation.ensemble import ScenarioRuns
from copark.stats.rounding import reaches

_SIGN = r"\s*(?P<{0}>>=|≥|<=|≤)\s*"
_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_EVENT = re.compile(
    rf"(?P<name>[A-Za-z_-]+)(?:{_SIGN.format('sign')}(?P<value>{_NUMBER}))?(?:\s*@\s*(?P<quarter>\S+))?", re.ASCII
)
_CHANCE = re.compile(rf"[Pp]\((?P<event>[^()]+)\){_SIGN.format('sign')}(?P<share>{_NUMBER})(?P<percent>\s*%)?")
AT_LEAST = (">=", "≥")
"""Signs that ask for a value or more."""


@dataclass(frozen=True)
class GoalTarget:
    """An event that either happens in a run or does not, and in how large a share of runs it shall."""

    name: str
    """An output of the model, or an outcome."""
    is_outcome: bool
    """Whether it is an outcome."""
    at_least: bool
    """Whether the output shall be at least the value; otherwise at most."""
    value: float
    """The value, in the output's unit; 0 of an outcome."""
    at: int
    """Quarter it is judged in, counted from the start; by default, and of an outcome, the horizon."""
    quarter: str
    """Label of that quarter."""
    share: float
    """The share of runs asked for."""
    in_most: bool = True
    """Whether at least that share is asked for; otherwise at most, as of a failure."""

    def met(self, runs: ScenarioRuns) -> Booleans:
        """Return whether it happens in each run, shape (runs,)."""
        if self.is_outcome:
            return np.asarray(runs.outcome == BY_KEY[self.name].code)
        reached = runs[self.name][:, self.at]
        return reaches(reached, self.value) if self.at_least else reaches(-reached, -self.value)

    def gap(self, share: float) -> float:
        """Compute how far a share of runs is from the one asked for; 0 or less where the target is reached."""
        return self.share - share if self.in_most else share - self.share


def read_targets(written: tuple[str, ...], probability: float, case: Case) -> tuple[GoalTarget, ...]:
    """Read targets: ``registered>=270@2030Q4``, ``P(self-standing)>=0.9``, ``P(jobs>=5000)>=0.8``.

    Parameters
    ----------
    written
        Targets as they are written.
    probability
        Share of runs asked for where a target does not say.
    case
        The case as it is seen from now.

    Raises
    ------
    RunRefused
        If none is given, or one is not written so, or asks for a time or a share there is not.
    NotFound
        If there is no such output or outcome.
    """
    if not written:
        raise WrongUsage.of("goal.no_target")
    return tuple(_target(target, probability, case) for target in written)


def _target(written: str, probability: float, case: Case) -> GoalTarget:
    """Read one target; see :func:`read_targets`."""
    words = written.strip()
    share = probability
    in_most = True
    chance = _CHANCE.fullmatch(words)
    if chance is not None:
        words = chance["event"].strip()
        in_most = chance["sign"] in AT_LEAST
        share = float(chance["share"]) / (100.0 if chance["percent"] else 1.0)
    event = _EVENT.fullmatch(words)
    if event is None or not 0.0 <= share <= 1.0:
        raise WrongUsage.of("goal.bad_target", found=printable(written[:100]))
    name = event["name"].lower().replace("-", "_")
    is_outcome = name in BY_KEY and event["value"] is None
    if not is_outcome and name not in NAMES:
        near = suggestion(name, (*NAMES, *(outcome.spelled for outcome in BY_KEY.values())))
        raise NotFound.of("goal.no_output", found=printable(event["name"][:100]), suggestion=near)
    if is_outcome == (event["value"] is not None) or (is_outcome and event["quarter"]):
        raise WrongUsage.of("goal.bad_target", found=printable(written[:100]))
    quarter = case.clock.quarters - 1 if event["quarter"] is None else quarter_at(event["quarter"], case)
    return GoalTarget(
        name=name,
        is_outcome=is_outcome,
        at_least=event["sign"] in AT_LEAST,
        value=0.0 if is_outcome else float(event["value"]),
        at=quarter,
        quarter=str(case.clock.start + quarter),
        share=share,
        in_most=in_most,
    )


PAID = ("contribution_home", "contribution_host", "calls")
"""Money that governments and shareholders pay into the company: bail-outs and calls of capital, M USD a year."""
RECEIVED = "taxes"
"""Money the public side receives for it: tax on profits, M USD a year."""
COST = "public_cost"
"""Measure: net public cost, what governments and shareholders pay in less the tax on profits, discounted."""


@dataclass(frozen=True)
class GoalMeasures:
    """Measures of an experiment with sets of levers: targets met, net public cost, and the measures of levers."""

    targets: tuple[GoalTarget, ...]
    """What is aimed at."""
    levers: LeverMeasures
    """Measures of levers, and the quarter they are pulled."""

    @property
    def met(self) -> tuple[str, ...]:
        """Names of the measures that are 1 where a target is met and 0 where it is not, by target."""
        return tuple(f"target_{number}" for number, _ in enumerate(self.targets, start=1))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""
        return (*self.met, COST, *self.levers.names)

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        return (*("1" for _ in self.targets), "M USD", *self.levers.units)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs they are read of."""
        judged = (target.name for target in self.targets if not target.is_outcome)
        return tuple(dict.fromkeys((*self.levers.outputs, *PAID, RECEIVED, *judged)))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, for all measures."""
        return self.levers.quarters(labels)

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs of a set, shape (runs, measures, 1)."""
        weights = discounting(runs.out.shape[2], self.levers.first, self.levers.rate)
        cost = summed(sum(runs[name] for name in PAID) - runs[RECEIVED], weights)
        met = [target.met(runs).astype(np.float64) for target in self.targets]
        own = runs.of_finished(np.stack([*met, cost], axis=1))
        return np.concatenate([own[:, :, np.newaxis], self.levers.read(runs)], axis=1)
