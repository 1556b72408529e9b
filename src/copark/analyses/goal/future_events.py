"""Dated events of the future, written ``kind[:who]@quarter[..quarter]``, as what a scenario changes.

They are set by the model's own drivers, as closures of the record are, and hold whatever levers are pulled.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast, get_args

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.types import suggestion
from copark.errors import NotFound, WrongUsage, printable
from copark.json_types import JsonObject
from copark.model.dimensions import PARTNERS
from copark.model.world.records import ABSENT, FREE, NO_PARTNER
from copark.simulation.case_edits import SIDES
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import Scenario
from copark.simulation.study_entries import Title

EventKind = Literal["government-withdraws", "framework-ends", "partner-leaves", "shareholder-leaves", "shock"]
KINDS: tuple[str, ...] = get_args(EventKind)
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
        raise WrongUsage.of("goal.bad_quarter", found=printable(written[:40]), first=first, last=last)
    return place


@dataclass(frozen=True)
class FutureEvent:
    """Something that befalls a park from a quarter on."""

    kind: EventKind
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
        raise WrongUsage.of("goal.bad_event", found=printable(written[:100]), kinds=", ".join(KINDS))
    kind = parts["kind"]
    who = parts["who"] or ""
    if kind not in KINDS:
        raise NotFound.of("goal.no_event", found=printable(kind[:100]), suggestion=suggestion(kind, KINDS))
    affected = _known(case)[kind]
    if who not in affected:
        names = ", ".join(affected) or "-"
        raise NotFound.of("goal.no_one", kind=kind, found=printable(who[:100]) or "-", known=names)
    since = quarter_at(parts["since"], case)
    until = None if parts["until"] is None else quarter_at(parts["until"], case)
    if since < now or (until is not None and until < since):
        raise WrongUsage.of("goal.past_event", found=printable(written[:100]), now=str(start + now))
    last = "" if until is None else str(start + until)
    return FutureEvent(cast("EventKind", kind), who, since, until, str(start + since), last)


def _known(case: Case) -> dict[str, tuple[str, ...]]:
    """Describe whom an event of each kind may befall."""
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
    for kind, affected in _known(case).items():
        yield from (f"{kind}{':' if who else ''}{who}@{since}" for who in affected if who not in gone)


def scenario_of_events(events: tuple[FutureEvent, ...], case: Case, key: str, title: Title) -> Scenario:
    """Make the scenario of the case as it is, with events.

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
    dated_inputs: dict[str, list[JsonObject]] = {}
    stays: dict[str, dict[str, str]] = {}
    for event in events:
        values: JsonObject = {}
        if event.kind == "shock":
            values[f"world.exposure_{event.who}"] = SHOCKS[event.who]
        elif event.kind == "partner-leaves":
            presence = [ABSENT if partner.key == event.who else FREE for partner in case.partners[:PARTNERS]]
            values[PRESENCE] = [*presence, *[NO_PARTNER] * (PARTNERS - len(presence))]
        elif event.kind == "shareholder-leaves":
            stays[event.who] = {"to": str(case.clock.start + (event.since - 1))}
        else:
            values["governments.framework"] = 0.0
        if event.kind == "government-withdraws":
            values["governments.visit"] = [-1.0 if side == event.who else 0.0 for side in SIDES]
            values["governments.rescue_alone"] = [0.0 if side == event.who else 1.0 for side in SIDES]
        until = None if event.until is None else event.until + 1
        for name, value in values.items():
            dated_inputs.setdefault(name, []).append({"value": value, "from": event.since, "to": until})
    edits = Edits.model_validate({"shareholders": stays})
    return Scenario.model_validate({"key": key, "title": title, "inputs": dated_inputs, "edits": edits})
