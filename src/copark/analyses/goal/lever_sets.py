"""Sets of levers: settings pulled together, whether they go together, and how far each moves its lever.

Dated events of the future, written ``kind[:who]@quarter[..quarter]``, as what a scenario changes. They are set by the
model's own drivers, as closures of the record are, and hold whatever levers are pulled.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np

from copark.analyses.levers.schema import LeverFile, Setting, Since, scenario_of
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.types import suggestion
from copark.errors import NotFound, RunRefused, printable
from copark.model.arrays import Inputs
from copark.model.dimensions import PARTNERS
from copark.model.world.equations import ABSENT, FREE, NO_PARTNER
from copark.simulation.case_edits import SIDES, edited
from copark.simulation.run import DATED, inputs_of
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import Scenario
from copark.simulation.study_entries import Title

Kind = Literal["government-withdraws", "framework-ends", "partner-leaves", "shareholder-leaves", "shock"]
KINDS: tuple[str, ...] = get_args(Kind)
SHOCKS = {"pandemic": (1.0, 1.0, 1.0), "sanctions": (0.0, 0.0, 1.0)}
"""Shocks of demand by name, and the origins (home, host, third countries) they fall upon; their size is a parameter."""
PRESENCE = "world.partner_forced"
_YEAR = re.compile(r"[12][0-9]{3}", re.ASCII)
_WRITTEN = re.compile(r"(?P<kind>[a-z-]+)(?::(?P<who>[\w-]+))?@(?P<since>[^.\s]+)(?:\.\.(?P<until>[^.\s]+))?")


def quarter_at(written: str, case: Case) -> int:
    """A quarter (``2030Q4``) or the end of a year (``2030``), counted from the start of the case's time.

    Raises RunRefused if it is not written so, or lies outside that time.
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


@dataclass(frozen=True)
class FutureEvent:
    """Something that befalls a park from a quarter on."""

    kind: Kind
    who: str
    """The side, partner, shareholder or shock; empty where there is nobody to name."""
    since: int
    until: int | None
    """since, until: first and last quarter, counted from the start; until the end where there is no last."""
    first: str
    last: str
    """first, last: their labels."""


def read_events(written: tuple[str, ...], case: Case, now: int) -> tuple[FutureEvent, ...]:
    """Events as they are written.

    now: first quarter that is still open, counted from the start. Raises RunRefused if one is not written so, or lies
    in the past; NotFound if there is no such kind, or nobody of that name.
    """
    return tuple(_event(one, case, now) for one in written)


def _event(written: str, case: Case, now: int) -> FutureEvent:
    start, parts = case.clock.start, _WRITTEN.fullmatch(written.strip())
    if parts is None:
        raise RunRefused.of("goal.bad_event", found=printable(written[:100]), kinds=", ".join(KINDS))
    kind, who = parts["kind"], parts["who"] or ""
    if kind not in KINDS:
        raise NotFound.of("goal.no_event", found=printable(kind[:100]), suggestion=suggestion(kind, KINDS))
    known = _known(case)[kind]
    if who not in known:
        one_of = ", ".join(known) or "-"
        raise NotFound.of("goal.no_one", kind=kind, found=printable(who[:100]) or "-", known=one_of)
    since = quarter_at(parts["since"], case)
    until = None if parts["until"] is None else quarter_at(parts["until"], case)
    if since < now or (until is not None and until < since):
        raise RunRefused.of("goal.past_event", found=printable(written[:100]), now=str(start + now))
    last = "" if until is None else str(start + until)
    return FutureEvent(cast("Kind", kind), who, since, until, str(start + since), last)


def _known(case: Case) -> dict[str, tuple[str, ...]]:
    """Whom an event of each kind may befall."""
    return {
        "government-withdraws": SIDES,
        "framework-ends": ("",),
        "partner-leaves": tuple(one.key for one in case.partners),
        "shareholder-leaves": tuple(one.key for one in case.shareholders),
        "shock": tuple(SHOCKS),
    }


def example_events(case: Case, first: int) -> Iterator[str]:
    """Events as they are written: each kind for everyone still there, two years after a quarter counted from 0."""
    since = case.clock.start + min(first + 8, case.clock.quarters - 1)
    gone = {one.key for one in case.shareholders if one.until is not None}
    gone |= {one.key for one in case.partners if one.presence and one.presence[-1].until is not None}
    for kind, known in _known(case).items():
        yield from (f"{kind}{':' if who else ''}{who}@{since}" for who in known if who not in gone)


def scenario_with(events: tuple[FutureEvent, ...], case: Case, key: str, title: Title) -> Scenario:
    """The case as it is, and these events.

    A government that withdraws is committed to nothing from then on, ends the framework and pays for no shortfall.
    """
    levers: dict[str, list[dict[str, Any]]] = {}
    stays: dict[str, dict[str, str]] = {}
    for one in events:
        found: dict[str, Any] = {}
        if one.kind == "shock":
            found[f"world.exposure_{one.who}"] = SHOCKS[one.who]
        elif one.kind == "partner-leaves":
            known = [ABSENT if partner.key == one.who else FREE for partner in case.partners[:PARTNERS]]
            found[PRESENCE] = [*known, *[NO_PARTNER] * (PARTNERS - len(known))]
        elif one.kind == "shareholder-leaves":
            stays[one.who] = {"to": str(case.clock.start + (one.since - 1))}
        else:
            found["governments.framework"] = 0.0
        if one.kind == "government-withdraws":
            found["governments.visit"] = [-1.0 if side == one.who else 0.0 for side in SIDES]
            found["governments.rescue_by_controller"] = 0.0
        until = None if one.until is None else one.until + 1
        for name, value in found.items():
            levers.setdefault(name, []).append({"value": value, "from": one.since, "to": until})
    edits = Edits.model_validate({"shareholders": stays})
    return Scenario.model_validate({"key": key, "title": title, "levers": levers, "edits": edits})


@dataclass(frozen=True)
class LeverSet:
    """Settings of different levers, pulled together."""

    keys: tuple[str, ...]
    levers: tuple[str, ...]
    """keys, levers: keys of the settings in the order of the file, and of their levers; none for the case as it is."""
    scenario: Scenario
    """What they change, events of the future included."""
    effort: float
    """How far the levers are moved, summed: see :func:`efforts`."""


class LeverSettings:
    """The settings of a case's levers, from which sets are made.

    Parameters
    ----------
    file, since, only
        Levers, the variant, and keys of those that may be pulled.
    events
        The case as it is, with what the future brings. Presence of partners is one vector of all of them: where events
        set it, settings that do are left out.
    case, first
        The case, and the quarter levers are pulled, counted from the start.
    """

    def __init__(
        self, file: LeverFile, since: Since, only: Sequence[str], events: Scenario, case: Case, first: int
    ) -> None:
        self.case = case
        self.none = LeverSet((), (), events, 0.0)
        taken = PRESENCE in events.levers
        found = [
            (lever.key, one) for lever, one in file.settings(since, only)
            if not (taken and (one.edits.partners or PRESENCE in one.levers))
        ]  # fmt: skip
        self.order = [setting.key for _, setting in found]
        self._found = {setting.key: (lever, setting) for lever, setting in found}
        self._effort = efforts(case, found, first)

    def with_more(self, one: LeverSet, keys: Iterable[str]) -> list[LeverSet]:
        """The set and one more setting of a lever it does not pull; those that do not go together are left out."""
        made = (self._added(one, key) for key in keys if self._found[key][0] not in one.levers)
        return [found for found in made if found is not None]

    def _added(self, one: LeverSet, key: str) -> LeverSet | None:
        setting = self._found[key][1]
        edits = one.scenario.edits.joined(setting.edits)
        levers = dict(one.scenario.levers)
        for name, changes in setting.levers.items():
            if name in levers and name not in self.none.scenario.levers:
                return None
            levers[name] = (*changes, *levers.get(name, ()))  # events come last, and hold
        if edits is None or edited(self.case, edits)[1]:
            return None
        keys = tuple(sorted((*one.keys, key), key=self.order.index))
        scenario = one.scenario.model_copy(update={"key": "-".join(keys)[:64], "edits": edits, "levers": levers})
        effort = sum(self._effort[name] for name in keys)
        return LeverSet(keys, tuple(self._found[name][0] for name in keys), scenario, effort)


def efforts(case: Case, settings: Sequence[tuple[str, Setting]], first: int) -> dict[str, float]:
    """How far a setting moves its lever: a share of the farthest that any setting on offer moves it, above 0 to 1.

    Of each input of the model the mean over the quarters from ``first`` on of the absolute change is taken, as a share
    of the largest among the settings of the lever; the largest share over the inputs counts.
    """
    before = inputs_of(case)
    arms = {setting.key: scenario_of(setting, None, setting.title) for _, setting in settings}
    moves = {key: _moves(before, inputs_of(case, arm), first) for key, arm in arms.items()}
    found: dict[str, float] = {}
    for lever, setting in settings:
        mine = [moves[one.key] for name, one in settings if name == lever]
        shares = [
            size / max(move.get(name, 0.0) for move in mine) for name, size in moves[setting.key].items() if size > 0.0
        ]
        found[setting.key] = max(shares, default=1.0)
    return found


def _moves(before: Inputs, after: Inputs, first: int) -> dict[str, float]:
    """Mean absolute change of every dated input."""
    found = {}
    for room in DATED:
        one, other = np.asarray(getattr(before, room)), np.asarray(getattr(after, room))
        for name in one.dtype.names or ():
            change = np.abs(other[name][first:] - one[name][first:])
            found[f"{room}.{name}"] = float(change.reshape(len(change), -1).max(axis=1).mean())
    return found
