"""Defaults that stand in the place of what a case does not hold, and what the checklist of services tells.

A light case names in ``not_known`` the keys of which nothing is known, or the parts of a key: ``land`` as a whole, or
``land.block``. In their place stands the documented default below, which is chosen to do as little as possible, and is
marked as a judgement with its reason: it is no fact of the park.

Each service promised by a date is one trial of the park's level of service: did it stand at the end of the year in
which it was due? Of n services due in a year the share k / n that did is the observation, with the error

    sqrt(p (1 - p) / n + BESIDE²),   p = (k + 1) / (n + 2),

of which the first part is chance: in the model a service stands in time with the probability Q, the level of service (p
is the rule of succession, so that 1 of 1 is no certainty). A service counts once, in the year in which it was due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, get_args

from copark.cases.dates import first_month
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import CapTable, Holding, Observation
from copark.cases.types import JUDGEMENT, Grade
from copark.json_types import JsonObject
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    from copark.cases.dated_events import Service

Whole = Literal["shareholders", "equity", "events", "quota", "finance", "land", "regime", "capability"]
"""What a case may leave out, if it says that it is not known."""
Part = Literal[
    "finance.registered_capital",
    "finance.paid_in_at_start",
    "finance.credit",
    "land.plan",
    "land.first_area",
    "land.block",
    "regime.threshold",
    "regime.profit_tax",
    "regime.reference_tax",
]
"""Parts of a key that may be left out by themselves, where the rest of the key is known."""
Unknown = Literal[Whole, Part]

MAY_BE_UNKNOWN: tuple[str, ...] = get_args(Whole)
PARTS_MAY_BE_UNKNOWN: tuple[str, ...] = get_args(Part)
TABLES_UNKNOWN = {"equity": "equity.csv", "events": "events.csv"}
"""Tables that may be left out, by the word that says so."""

HALF = 5000
"""Half of all shares, in basis points."""
MORE_THAN_HALF = 5001
NO_LIMIT = 100_000.0
"""Registered capital that never binds, M USD: the upper end of the model's range."""
BLOCK = 70.0
"""Hectares serviced at a time where nothing is known, as at Great Stone."""
EARLIEST = "1000"
LEVEL = "service_level"
BESIDE = 0.15
"""How far the share of promises kept may lie from the level of service, but for chance; a judgement: that a service
stands says nothing of how well it is run, and promises are made with a margin."""


def completed(data: Any) -> Any:
    """Return the content of ``case.yaml`` with defaults in the place of what it says is not known.

    What is given is never touched, so that a completed content may be completed again; what is no mapping neither.
    """
    if not isinstance(data, Mapping):
        return data
    named = data.get("not_known")
    words = [word for word in named if isinstance(word, str)] if isinstance(named, (list, tuple)) else []
    since = _since(data.get("clock"))
    content = {**data, **{word: _MAKERS[word](since) for word in words if word in _MAKERS and word not in data}}
    for key, _, part in (word.partition(".") for word in words if word in PARTS_MAY_BE_UNKNOWN):
        section = content.get(key)
        default = _MAKERS[key](since)
        if isinstance(section, Mapping) and part in default and part not in section:
            content[key] = {**section, part: _part(key, part, default[part], section)}
    return content


def even_table(start: Quarter) -> CapTable:
    """Return the cap table of a park whose shares are not known: half each, so that neither side is above the other."""
    holdings = tuple(
        Holding(
            holder=side,
            side=side,
            basis_points=HALF,
            basis=text("cases.default.basis"),
            grade="judgement",
            source=(JUDGEMENT,),
            note=text("cases.default.equity"),
        )
        for side in ("home", "host")
    )
    return CapTable(table="not-known", date=first_month(start), use=True, holdings=holdings)


def _since(clock: Any) -> str:
    written = clock.get("start") if isinstance(clock, Mapping) else getattr(clock, "start", None)
    try:
        return str(first_month(Quarter.parse(str(written))))
    except ValueError:
        return EARLIEST


def _part(key: str, part: str, default: Any, section: Mapping[Any, Any]) -> Any:
    """Explain the default of a part of a key; the tax to compare with is the park's own, so that it does nothing."""
    taxes = section.get("profit_tax")
    if part == "reference_tax" and isinstance(taxes, (list, tuple)) and taxes and isinstance(taxes[0], Mapping):
        default = {**default, "value": taxes[0].get("value"), "unit": taxes[0].get("unit")}
    note = {lang: text(f"cases.default.{key}.{part}", lang) for lang in LANGUAGES}
    return [{**fact, "note": note} for fact in default] if isinstance(default, list) else {**default, "note": note}


def _fact(word: str, since: str, value: float, unit: str) -> JsonObject:
    return {
        "date": since,
        "value": value,
        "unit": unit,
        "basis": text("cases.default.basis"),
        "grade": "judgement",
        "source": JUDGEMENT,
        "note": {lang: text(f"cases.default.{word}", lang) for lang in LANGUAGES},
    }


_MAKERS: dict[str, Callable[[str], Any]] = {
    "shareholders": lambda _: [],
    "quota": lambda since: [_fact("quota", since, MORE_THAN_HALF, "bp")],
    "finance": lambda since: {
        "registered_capital": [_fact("finance", since, NO_LIMIT, "M USD")],
        "paid_in_at_start": _fact("finance", since, 0.0, "M USD"),
    },
    "land": lambda since: {
        "plan": [],
        "first_area": _fact("land", since, 0.0, "ha"),
        "block": _fact("land", since, BLOCK, "ha"),
    },
    "regime": lambda since: {
        "threshold": [_fact("regime", since, 0.0, "M USD")],
        "profit_tax": [_fact("regime", since, 0.0, "1")],
        "reference_tax": _fact("regime", since, 0.0, "1"),
    },
    "capability": lambda since: [_fact("capability", since, 1.0, "1")],
}


def checklist(
    services: Iterable[Service], observations: Sequence[Observation], data_end: Quarter
) -> tuple[Observation, ...]:
    """Return the level of service that the services due in each year tell, by year, beside what ``series.csv`` told.

    A year has none if it is not over by the end of data, or if a used value of its own is told for its level. Where
    values are kept for scoring, what is fitted by the cut of validation was fixed before there was a checklist: its
    values are for looking, and count where all values do.

    Parameters
    ----------
    services
        The services promised by a date.
    observations
        Rows of ``series.csv``.
    data_end
        Last quarter with observations.
    """
    years_given = {row.date.year for row in observations if row.variable == LEVEL and row.use}
    role = "check" if any(row.role == "score" and row.use for row in observations) else "fit"
    levels = []
    for year, group in groupby(
        sorted(services, key=lambda service: service.due.year), key=lambda service: service.due.year
    ):
        end = Quarter(year, 4)
        if year in years_given or end > data_end:
            continue
        due = [service for service in group if service.grade != "background"]
        if due:
            levels.append(_observation(year, due, role))
    return tuple(levels)


def _observation(year: int, due: Sequence[Service], role: str) -> Observation:
    stood = sum(service.stands is not None and service.stands.last_day <= Quarter(year, 4).last_day for service in due)
    return Observation.model_validate(
        {
            "date": str(year),
            "variable": LEVEL,
            "value": stood / len(due),
            "bound": "exact",
            "unit": "1",
            "error": round(error_of_share(stood, len(due)), 4),
            "basis": text("cases.checklist"),
            "grade": max((service.grade for service in due), key=get_args(Grade).index),
            "source": tuple(dict.fromkeys(key for service in due for key in service.source)),
            "use": True,
            "role": role,
        }
    )


def error_of_share(stood: float, due: int) -> float:
    """Return the standard deviation between the share of promises kept and the level of service."""
    p = (stood + 1.0) / (due + 2.0)
    return float((p * (1.0 - p) / due + BESIDE**2) ** 0.5)
