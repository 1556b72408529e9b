"""Sets of levers: options chosen together, whether they go together, and how far each moves its lever.

Dated events of the future, written ``kind[:who]@quarter[..quarter]``, as what a scenario changes. They are set by the
model's own drivers, as closures of the record are, and hold whatever levers are pulled.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.types import suggestion
from copark.decisions.lever_file import LeverOption, scenario_of
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
    """Read a quarter (``2030Q4``) or the end of a year (``2030``), counted from the start of the case's time.

    Raises
    ------
    RunRefused
        If it is not written so, or lies outside that time.
    """
    clock = case.clock
    try:
        place = Quarter.parse(f"{written}Q4" if _YEAR.fullmatch(written) else written) - clock.start
    except ValueError:
        place = -1
    if not 0 <= place < clock.quarters:
        first = str(clock.start)
        last = str(clock.start + (clock.quarters - 1))
        raise RunRefused.of("goal.bad_quarter", found=printable(written[:40]), first=first, last=last)
    return place


@dataclass(frozen=True)
class FutureEvent:
    """Something that befalls a park from a quarter on."""

    kind: Kind
    """What befalls it."""
    who: str
    """The side, partner, shareholder or shock; empty where there is nobody to name."""
    since: int
    """First quarter, counted from the start."""
    until: int | None
    """Last quarter, counted from the start; until the end where there is none."""
    first: str
    """Label of the first quarter."""
    last: str
    """Label of the last quarter; empty where there is none."""


def read_events(written: tuple[str, ...], case: Case, now: int) -> tuple[FutureEvent, ...]:
    """Read events.

    Parameters
    ----------
    written
        Events as they are written.
    case
        The case as it is seen from now.
    now
        First quarter that is still open, counted from the start.

    Raises
    ------
    RunRefused
        If one is not written so, or lies in the past.
    NotFound
        If there is no such kind, or nobody of that name.
    """
    return tuple(_event(event, case, now) for event in written)


def _event(written: str, case: Case, now: int) -> FutureEvent:
    """Read one event; see :func:`read_events`."""
    start = case.clock.start
    parts = _WRITTEN.fullmatch(written.strip())
    if parts is None:
        raise RunRefused.of("goal.bad_event", found=printable(written[:100]), kinds=", ".join(KINDS))
    kind = parts["kind"]
    who = parts["who"] or ""
    if kind not in KINDS:
        raise NotFound.of("goal.no_event", found=printable(kind[:100]), suggestion=suggestion(kind, KINDS))
    known = _known(case)[kind]
    if who not in known:
        names = ", ".join(known) or "-"
        raise NotFound.of("goal.no_one", kind=kind, found=printable(who[:100]) or "-", known=names)
    since = quarter_at(parts["since"], case)
    until = None if parts["until"] is None else quarter_at(parts["until"], case)
    if since < now or (until is not None and until < since):
        raise RunRefused.of("goal.past_event", found=printable(written[:100]), now=str(start + now))
    last = "" if until is None else str(start + until)
    return FutureEvent(cast("Kind", kind), who, since, until, str(start + since), last)


def _known(case: Case) -> dict[str, tuple[str, ...]]:
    """Say whom an event of each kind may befall."""
    return {
        "government-withdraws": SIDES,
        "framework-ends": ("",),
        "partner-leaves": tuple(partner.key for partner in case.partners),
        "shareholder-leaves": tuple(shareholder.key for shareholder in case.shareholders),
        "shock": tuple(SHOCKS),
    }


def example_events(case: Case, first: int) -> Iterator[str]:
    """Write each kind of event for everyone still there, two years after a quarter counted from 0."""
    since = case.clock.start + min(first + 8, case.clock.quarters - 1)
    gone = {shareholder.key for shareholder in case.shareholders if shareholder.until is not None}
    gone |= {partner.key for partner in case.partners if partner.presence and partner.presence[-1].until is not None}
    for kind, known in _known(case).items():
        yield from (f"{kind}{':' if who else ''}{who}@{since}" for who in known if who not in gone)


def scenario_with(events: tuple[FutureEvent, ...], case: Case, key: str, title: Title) -> Scenario:
    """Make the scenario of the case as it is, and events.

    A government that withdraws is committed to nothing from then on, ends the framework and pays for no shortfall.

    Parameters
    ----------
    events
        What befalls the park.
    case
        The case as it is seen from now.
    key, title
        Of the scenario.
    """
    levers: dict[str, list[dict[str, Any]]] = {}
    stays: dict[str, dict[str, str]] = {}
    for event in events:
        switches: dict[str, Any] = {}
        if event.kind == "shock":
            switches[f"world.exposure_{event.who}"] = SHOCKS[event.who]
        elif event.kind == "partner-leaves":
            known = [ABSENT if partner.key == event.who else FREE for partner in case.partners[:PARTNERS]]
            switches[PRESENCE] = [*known, *[NO_PARTNER] * (PARTNERS - len(known))]
        elif event.kind == "shareholder-leaves":
            stays[event.who] = {"to": str(case.clock.start + (event.since - 1))}
        else:
            switches["governments.framework"] = 0.0
        if event.kind == "government-withdraws":
            switches["governments.visit"] = [-1.0 if side == event.who else 0.0 for side in SIDES]
            switches["governments.rescue_by_controller"] = 0.0
        until = None if event.until is None else event.until + 1
        for name, value in switches.items():
            levers.setdefault(name, []).append({"value": value, "from": event.since, "to": until})
    edits = Edits.model_validate({"shareholders": stays})
    return Scenario.model_validate({"key": key, "title": title, "levers": levers, "edits": edits})


@dataclass(frozen=True)
class LeverSet:
    """Options of different levers, chosen together."""

    options: tuple[LeverOption, ...]
    """The options, in the order of the file; none for the case as it is."""
    scenario: Scenario
    """What they change, events of the future included."""
    effort: float
    """How far the levers are moved, summed: see :func:`efforts`."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of its options."""
        return tuple(option.key for option in self.options)


class LeverSets:
    """The options of a case's levers, and the sets that are made of them.

    Presence of partners is one vector of all of them: where events set it, options that do are left out.

    Parameters
    ----------
    options
        Options that may be chosen.
    events
        The case as it is, with what the future brings.
    case
        The case.
    first
        Quarter levers are pulled, counted from the start.
    """

    def __init__(self, options: Sequence[LeverOption], events: Scenario, case: Case, first: int) -> None:
        self.case = case
        self.none = LeverSet((), events, 0.0)
        sets_presence = PRESENCE in events.dated_inputs
        self.options = [
            option
            for option in options
            if not (sets_presence and (option.entry.edits.partners or PRESENCE in option.entry.dated_inputs))
        ]
        self._order = {option.key: place for place, option in enumerate(self.options)}
        self._effort = efforts(case, self.options, first)

    def with_more(self, lever_set: LeverSet, options: Iterable[LeverOption]) -> list[LeverSet]:
        """Make the sets of one option more, of a lever that is not pulled yet, that go together."""
        pulled = {option.lever.key for option in lever_set.options}
        larger = [self._added(lever_set, option) for option in options if option.lever.key not in pulled]
        return [joined for joined in larger if joined is not None]

    def _added(self, lever_set: LeverSet, option: LeverOption) -> LeverSet | None:
        """Add an option to a set; ``None`` if they do not go together."""
        edits = lever_set.scenario.edits.joined(option.entry.edits)
        dated_inputs = dict(lever_set.scenario.dated_inputs)
        for name, changes in option.entry.dated_inputs.items():
            if name in dated_inputs and name not in self.none.scenario.dated_inputs:
                return None
            dated_inputs[name] = (*changes, *dated_inputs.get(name, ()))  # events come last, and hold
        if edits is None or edited(self.case, edits)[1]:
            return None
        options = tuple(sorted((*lever_set.options, option), key=lambda chosen: self._order[chosen.key]))
        key = "-".join(chosen.key for chosen in options)[:64]
        scenario = lever_set.scenario.model_copy(update={"key": key, "edits": edits, "dated_inputs": dated_inputs})
        return LeverSet(options, scenario, sum(self._effort[chosen.key] for chosen in options))


def efforts(case: Case, options: Sequence[LeverOption], first: int) -> dict[str, float]:
    """Compute how far an option moves its lever: a share of the farthest that any on offer moves it, above 0 to 1.

    Of each input of the model the mean over the quarters from ``first`` on of the absolute change is taken, as a share
    of the largest among the options of the lever; the largest share over the inputs counts.

    Parameters
    ----------
    case
        The case.
    options
        Options on offer.
    first
        Quarter levers are pulled, counted from the start.

    Returns
    -------
    Efforts by key of the option.
    """
    before = inputs_of(case)
    moves = {option.key: _moves(before, inputs_of(case, scenario_of(option.entry)), first) for option in options}
    effort: dict[str, float] = {}
    for option in options:
        of_lever = [moves[other.key] for other in options if other.lever.key == option.lever.key]
        shares = [
            size / max(move.get(name, 0.0) for move in of_lever)
            for name, size in moves[option.key].items()
            if size > 0.0
        ]
        effort[option.key] = max(shares, default=1.0)
    return effort


def _moves(before: Inputs, after: Inputs, first: int) -> dict[str, float]:
    """Compute the mean absolute change of every dated input.

    Parameters
    ----------
    before, after
        Inputs of two scenarios.
    first
        Quarter from which changes count, counted from the start.
    """
    moves = {}
    for submodel in DATED:
        reference = np.asarray(getattr(before, submodel))
        changed = np.asarray(getattr(after, submodel))
        for name in reference.dtype.names or ():
            change = np.abs(changed[name][first:] - reference[name][first:])
            moves[f"{submodel}.{name}"] = float(change.reshape(len(change), -1).max(axis=1).mean())
    return moves
