"""Dated events of the future, written ``kind[:who]@quarter[..quarter]``, as what a scenario changes.

They are set by the model's own drivers, as closures of the record are, and hold whatever levers are pulled.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from copark.cases.case import Case
from copark.cases.types import suggestion
from copark.errors import NotFound, RunRefused, printable
from copark.inference.goal.targets import quarter_at
from copark.model.axes import PARTNERS
from copark.model.world.equations import ABSENT, FREE, NO_PARTNER
from copark.simulation.case_edits import SIDES
from copark.simulation.scenario_edits import Edits
from copark.simulation.schemas import Title
from copark.simulation.study import Scenario

Kind = Literal["government-withdraws", "framework-ends", "partner-leaves", "shareholder-leaves", "shock"]
KINDS: tuple[str, ...] = get_args(Kind)
SHOCKS = {"pandemic": (1.0, 1.0, 1.0), "sanctions": (0.0, 0.0, 1.0)}
"""Shocks of demand by name, and the origins (home, host, third countries) they fall upon; their size is a parameter."""
PRESENCE = "world.partner_forced"
_WRITTEN = re.compile(r"(?P<kind>[a-z-]+)(?::(?P<who>[\w-]+))?@(?P<since>[^.\s]+)(?:\.\.(?P<until>[^.\s]+))?")


@dataclass(frozen=True)
class FutureEvent:
    """Something that befalls a park from a quarter on."""

    kind: Kind
    """One of :data:`KINDS`."""
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

    Parameters
    ----------
    now
        First quarter that is still open, counted from the start.

    Raises
    ------
    RunRefused
        If one is not written so, or lies in the past.
    NotFound
        If there is no such kind, or nobody of that name.
    """
    return tuple(_event(one, case, now) for one in written)


def _event(written: str, case: Case, now: int) -> FutureEvent:
    parts = _WRITTEN.fullmatch(written.strip())
    if parts is None:
        raise RunRefused.of("goal.bad_event", found=printable(written[:100]), kinds=", ".join(KINDS))
    kind, who = parts["kind"], parts["who"] or ""
    if kind not in KINDS:
        raise NotFound.of("goal.no_event", found=printable(kind[:100]), suggestion=suggestion(kind, KINDS))
    known = _known(kind, case)
    if who not in known:
        one_of = ", ".join(known) or "-"
        raise NotFound.of("goal.no_one", kind=kind, found=printable(who[:100]) or "-", known=one_of)
    since = quarter_at(parts["since"], case)
    until = None if parts["until"] is None else quarter_at(parts["until"], case)
    if since < now or (until is not None and until < since):
        raise RunRefused.of("goal.past_event", found=printable(written[:100]), now=str(case.clock.start + now))
    ends = (str(case.clock.start + since), "" if until is None else str(case.clock.start + until))
    return FutureEvent(cast("Kind", kind), who, since, until, *ends)


def _known(kind: str, case: Case) -> tuple[str, ...]:
    """Whom an event of a kind may befall."""
    return {
        "government-withdraws": SIDES,
        "framework-ends": ("",),
        "partner-leaves": tuple(one.key for one in case.partners),
        "shareholder-leaves": tuple(one.key for one in case.shareholders),
        "shock": tuple(SHOCKS),
    }[kind]


def scenario_with(events: tuple[FutureEvent, ...], case: Case, key: str, title: Title) -> Scenario:
    """The case as it is, and these events.

    A government that withdraws is committed to nothing from then on, ends the framework and pays for no shortfall.
    """
    levers: dict[str, list[dict[str, Any]]] = {}
    stays: dict[str, dict[str, str]] = {}
    for one in events:
        until = None if one.until is None else one.until + 1

        def put(name: str, value: Any, since: int = one.since, until: int | None = until) -> None:
            levers.setdefault(name, []).append({"value": value, "from": since, "to": until})

        if one.kind == "shock":
            put(f"world.exposure_{one.who}", SHOCKS[one.who])
        elif one.kind == "partner-leaves":
            put(PRESENCE, _absent([partner.key for partner in case.partners], one.who))
        elif one.kind == "shareholder-leaves":
            stays[one.who] = {"to": str(case.clock.start + (one.since - 1))}
        else:
            put("governments.framework", 0.0)
        if one.kind == "government-withdraws":
            put("governments.visit", [-1.0 if side == one.who else 0.0 for side in SIDES])
            put("governments.rescue_by_controller", 0.0)
    edits = Edits.model_validate({"shareholders": stays})
    return Scenario.model_validate({"key": key, "title": title, "levers": levers, "edits": edits})


def _absent(partners: Sequence[str], who: str) -> list[float]:
    """Presence of every partner where one is kept away and the others come and go as they do."""
    known = [ABSENT if key == who else FREE for key in partners[:PARTNERS]]
    return [*known, *[NO_PARTNER] * (PARTNERS - len(known))]


def compatible(events: Scenario, setting: Scenario) -> bool:
    """Whether a setting leaves be what the events say: presence of partners is one vector of all of them."""
    return PRESENCE not in events.levers or not (setting.edits.partners or PRESENCE in setting.levers)
