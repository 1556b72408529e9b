"""Targets: what a park shall reach, and in how large a share of runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.types import suggestion
from copark.errors import NotFound, RunRefused, printable
from copark.model.outputs import NAMES
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.outcomes import OUTCOMES

_SIGN = r"\s*(?P<{0}>>=|≥|<=|≤)\s*"
_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_EVENT = re.compile(
    rf"(?P<name>[A-Za-z_-]+)(?:{_SIGN.format('sign')}(?P<value>{_NUMBER}))?(?:\s*@\s*(?P<quarter>\S+))?", re.ASCII
)
_CHANCE = re.compile(rf"[Pp]\((?P<event>[^()]+)\){_SIGN.format('sign')}(?P<share>{_NUMBER})(?P<percent>\s*%)?")
_YEAR = re.compile(r"[12][0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class Target:
    """Something that either happens in a run or does not, and in how large a share of runs it shall."""

    name: str
    """An output of the model, or an outcome."""
    is_outcome: bool
    """Whether it is an outcome."""
    at_least: bool
    """Whether the output shall be at least the value; otherwise at most."""
    value: float
    """The value, in the output's unit; 0 of an outcome."""
    at: int
    quarter: str
    """at, quarter: the quarter it is judged in, counted from the start, and its label; of an outcome the one all are
    judged in."""
    share: float
    """The share of runs asked for."""
    in_most: bool = True
    """Whether at least that share is asked for; otherwise at most, as of a failure."""

    def met(self, runs: ScenarioRuns) -> NDArray[np.bool_]:
        """Whether it happens in each run, shape (runs,)."""
        if self.is_outcome:
            found: NDArray[np.bool_] = runs.outcome == OUTCOMES.index(self.name)
        else:
            reached = runs[self.name][:, self.at]
            found = reached >= self.value if self.at_least else reached <= self.value
        return found

    def gap(self, share: float) -> float:
        """How far a share of runs is from the one asked for; 0 or less where the target is reached."""
        return self.share - share if self.in_most else share - self.share


def read_targets(written: tuple[str, ...], probability: float, case: Case) -> tuple[Target, ...]:
    """Targets as they are written: ``registered>=270@2030Q4``, ``P(self-standing)>=0.9``, ``P(jobs>=5000)>=0.8``.

    Parameters
    ----------
    probability
        Share of runs asked for where a target does not say.

    Raises
    ------
    RunRefused
        If none is given, or one is not written so, or asks for a time or a share there is not.
    NotFound
        If there is no such output or outcome.
    """
    if not written:
        raise RunRefused.of("goal.no_target")
    return tuple(_target(one, probability, case) for one in written)


def _target(written: str, probability: float, case: Case) -> Target:
    from copark.simulation.outcomes import judged_at

    words, share, in_most = written.strip(), probability, True
    chance = _CHANCE.fullmatch(words)
    if chance is not None:
        words, in_most = chance["event"].strip(), chance["sign"] in (">=", "≥")
        share = float(chance["share"]) / (100.0 if chance["percent"] else 1.0)
    event = _EVENT.fullmatch(words)
    if event is None or not 0.0 <= share <= 1.0:
        raise RunRefused.of("goal.bad_target", found=printable(written[:100]))
    name = event["name"].lower().replace("-", "_")
    is_outcome = name in OUTCOMES and event["value"] is None
    if not is_outcome and name not in NAMES:
        known = (*NAMES, *(one.replace("_", "-") for one in OUTCOMES))
        near = suggestion(name, known)
        raise NotFound.of("goal.no_output", found=printable(event["name"][:100]), suggestion=near)
    if is_outcome == (event["value"] is not None) or (is_outcome and event["quarter"]):
        raise RunRefused.of("goal.bad_target", found=printable(written[:100]))
    judged = judged_at(case.clock.quarters)
    at = judged if event["quarter"] is None else quarter_at(event["quarter"], case)
    value = 0.0 if is_outcome else float(event["value"])
    above = event["sign"] in (">=", "≥")
    return Target(name, is_outcome, above, value, at, str(case.clock.start + at), share, in_most)


def quarter_at(written: str, case: Case) -> int:
    """A quarter (``2030Q4``) or the end of a year (``2030``), counted from the start of the case's time.

    Raises
    ------
    RunRefused
        If it is not written so, or lies outside that time.
    """
    clock = case.clock
    try:
        at = Quarter.parse(f"{written}Q4" if _YEAR.fullmatch(written) else written) - clock.start
    except ValueError:
        at = -1
    if not 0 <= at < clock.quarters:
        told = {"first": str(clock.start), "last": str(clock.start + (clock.quarters - 1))}
        raise RunRefused.of("goal.bad_quarter", found=printable(written[:40]), **told)
    return at
