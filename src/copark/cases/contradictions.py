"""Contradictions between the files of a case: values that are sound one by one and cannot all be true.

Each key and row is checked where its type is, and what keys of ``case.yaml`` leave of one another in
:mod:`copark.cases.cross_checks`. Here stands what a case says against itself across its files. It is asked of the files
of a case alone, not of the edits of a scenario, which may suppose what never was (decision 0008).
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from copark import units
from copark.cases import dates
from copark.cases.cross_checks import CaseProblem, mappings
from copark.cases.dates import Date
from copark.cases.facts import Fact, in_force
from copark.cases.files import KeyPath, fault
from copark.cases.table_schemas import UNALLOCATED, Enterprise, EquityRow, Observation, Source
from copark.cases.tables import CONTEXT, ENTERPRISES, EQUITY, EVENTS, SERIES, SoundTable, TableRow
from copark.cases.types import suggestion
from copark.errors import Fault
from copark.model.variables import catalogue

FIRST_YEAR = 1900
LAST_YEAR = 2100
"""Years in which anything of a park may be dated, plans included."""
_DATED = ("date", "from", "to", "registered", "started", "operating", "due", "stands", "narrow_until", "start")
_YEAR = re.compile(r"([12][0-9]{3})(?:-[0-9]{2}(?:-[0-9]{2})?|Q[1-4])?", re.ASCII)
_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)
ROUNDED = 1.001
"""How far a part may exceed its whole, since sources round areas and money in different units."""

PARTS: tuple[tuple[str, str], ...] = (
    ("operating", "registered"),
    ("operating", "registered_ever"),
    ("registered", "registered_ever"),
    *((f"{whole}_{side}", whole) for whole in ("registered", "operating") for side in ("home", "host", "third")),
    ("usable_area", "serviced_area"),
    ("occupied_area", "serviced_area"),
    ("serviced_area", "planned_area"),
)
"""Variables that count a part of what another one counts."""
_LAND = ("serviced_area", "usable_area", "occupied_area")
_EMPTY_WHEN_CLOSED = ("registered", "operating", "jobs")

Sections = Mapping[str, Any]
Tables = Mapping[str, SoundTable[Any]]


def is_beyond(year: int) -> bool:
    """Return whether a year is none in which anything of a park may be dated."""
    return not FIRST_YEAR <= year <= LAST_YEAR


def _beyond(found: object) -> dict[str, Any]:
    return {"found": found, "first": FIRST_YEAR, "last": LAST_YEAR}


def problems_of_dates(tree: Any) -> Iterator[CaseProblem]:
    """Find dates in ``case.yaml`` that lie outside the years in which parks are recorded."""
    for path, entry in mappings(tree, ()):
        for name in _DATED:
            match = _YEAR.fullmatch(str(entry.get(name, "")).strip())
            if match is not None and is_beyond(int(match[1])):
                yield CaseProblem((*path, name), "beyond_years", _beyond(entry[name]))


def problems_between(sections: Sections) -> Iterator[CaseProblem]:
    """Find what keys of ``case.yaml`` say against one another.

    Parameters
    ----------
    sections
        Sound top-level values of the case, by name.
    """
    yield from _before_the_park(sections)
    yield from _anchors_elsewhere(sections)
    yield from _land_beyond_plan(sections)
    yield from _paid_beyond_registered(sections)
    yield from _parameters_beyond_model(sections)
    yield from _shocks_beyond_full(sections)
    for name in ("visits", "renegotiations"):
        entries = enumerate(sections.get(name, ()))
        named = ((place, (str(entry.date), entry.title.text("en")), entry.date) for place, entry in entries)
        for place, found in _repeated(named):
            yield CaseProblem((name, place, "date"), "duplicate", {"found": found})


def _repeated(named: Iterable[tuple[Any, Hashable, object]]) -> Iterator[tuple[Any, object]]:
    """Find what stands earlier in a list: place and name of each (place, what it is known by, what it is called)."""
    known: set[Hashable] = set()
    for place, mark, called in named:
        if mark in known:
            yield place, called
        known.add(mark)


def _before_the_park(sections: Sections) -> Iterator[CaseProblem]:
    """Find residents and closures of a park before its first quarter."""
    clock = sections.get("clock")
    if clock is None:
        return
    dated = [
        *((("anchors", n, "registered"), entry.registered) for n, entry in enumerate(sections.get("anchors", ()))),
        *((("certificates", n, "date"), entry.date) for n, entry in enumerate(sections.get("certificates", ()))),
    ]
    path: KeyPath
    for path, when in dated:
        if when.last_day < clock.start.first_day:
            yield CaseProblem(path, "before_park", {"found": when, "start": clock.start})
    for number, closure in enumerate(sections.get("closures", ())):
        if closure.since < clock.start:
            values: dict[str, Any] = {"found": closure.since, "start": clock.start}
            yield CaseProblem(("closures", number, "from"), "before_park", values)


def _anchors_elsewhere(sections: Sections) -> Iterator[CaseProblem]:
    """Find anchors that were registered at another time than the batch that names them."""
    anchors = {anchor.key: anchor for anchor in sections.get("anchors", ())}
    for number, batch in enumerate(sections.get("certificates", ())):
        for place, name in enumerate(batch.anchors):
            registered = anchors[name].registered if name in anchors else batch.date
            if registered.first_day > batch.date.last_day or registered.last_day < batch.date.first_day:
                values: dict[str, Any] = {"found": name, "registered": registered, "date": batch.date}
                yield CaseProblem(("certificates", number, "anchors", place), "anchor_elsewhen", values)


def _largest_plan(sections: Sections) -> float | None:
    """Return the largest area ever planned, ha; None where nobody plans."""
    land = sections.get("land")
    return max((fact.in_unit("ha") for fact in land.plan if fact.use), default=None) if land is not None else None


def _land_beyond_plan(sections: Sections) -> Iterator[CaseProblem]:
    """Find areas larger than any plan, and lots by which the area complete becomes smaller."""
    land, most = sections.get("land"), _largest_plan(sections)
    if land is None:
        return
    lots = [(("land", "lots", n), fact) for n, fact in enumerate(land.lots) if fact.use]
    areas: list[tuple[KeyPath, Fact]] = [(("land", "first_area"), land.first_area), (("land", "block"), land.block)]
    areas += lots
    areas += [
        (("anchors", n, "land"), anchor.land)
        for n, anchor in enumerate(sections.get("anchors", ()))
        if anchor.land is not None
    ]
    unknown = sections.get("not_known", ())
    for path, fact in areas:
        is_given = "land" not in unknown and f"{path[0]}.{path[1]}" not in unknown
        if most is not None and is_given and fact.in_unit("ha") > most * ROUNDED:
            values: dict[str, Any] = {"found": f"{fact.in_unit('ha'):g}", "most": f"{most:g}"}
            yield CaseProblem((*path, "value"), "beyond_plan", values)
    largest = 0.0
    for path, fact in sorted(lots, key=lambda lot: lot[1].date):
        if fact.in_unit("ha") < largest:
            values = {"found": f"{fact.in_unit('ha'):g}", "before": f"{largest:g}"}
            yield CaseProblem((*path, "value"), "lot_shrinks", values)
        largest = max(largest, fact.in_unit("ha"))


def _paid_beyond_registered(sections: Sections) -> Iterator[CaseProblem]:
    """Find a company whose holders paid in more at its founding than they were bound to."""
    clock, finance = sections.get("clock"), sections.get("finance")
    unknown = {"finance", "finance.registered_capital", "finance.paid_in_at_start"}
    if clock is None or finance is None or unknown & {*sections.get("not_known", ())}:
        return
    registered = in_force(finance.registered_capital, clock.start)
    paid = finance.paid_in_at_start
    if registered is not None and paid.in_unit("M USD") > registered.in_unit("M USD") * ROUNDED:
        values: dict[str, Any] = {"found": f"{paid.in_unit('M USD'):g}", "most": f"{registered.in_unit('M USD'):g}"}
        yield CaseProblem(("finance", "paid_in_at_start", "value"), "paid_beyond", values)


def _parameters_beyond_model(sections: Sections) -> Iterator[CaseProblem]:
    """Find values and ends of priors of parameters outside the model's range, in which no run would finish."""
    own = catalogue().parameters
    for name, parameter in (sections.get("parameters") or {}).items():
        if name not in own or not units.convertible(parameter.unit, own[name].unit):
            continue
        values = [("value", value) for value in parameter.values]
        prior = parameter.prior
        if prior is not None and prior.kind in ("uniform", "loguniform"):
            values += [("prior", prior.a), ("prior", prior.b)]
        for key, value in values:
            found = units.convert(value, parameter.unit, own[name].unit)
            if not own[name].low <= found <= own[name].high:
                range_of = {"found": f"{found:g}", "low": f"{own[name].low:g}", "high": f"{own[name].high:g}"}
                yield CaseProblem(("parameters", name, key), "out_of_range", range_of)


def _shocks_beyond_full(sections: Sections) -> Iterator[CaseProblem]:
    """Find exposures to a shock beyond a full one."""
    for number, shock in enumerate(sections.get("shocks", ())):
        for origin in ("home", "host", "third"):
            exposure = getattr(shock.exposure, origin)
            if exposure > 1.0:
                values: dict[str, Any] = {"found": f"{exposure:g}", "low": "-∞", "high": "1"}
                yield CaseProblem(("shocks", number, "exposure", origin), "out_of_range", values)


def faults_between(sections: Sections, tables: Tables, sources: Mapping[str, Source] | None) -> Iterator[Fault]:
    """Find what the tables of a case say against ``case.yaml``, against its sources and against one another.

    Parameters
    ----------
    sections
        Sound top-level values of ``case.yaml``, by name.
    tables
        Tables as far as they are sound, by the name of their file.
    sources
        Sources by key; None if they are not known.
    """
    rows = {name: table.rows for name, table in tables.items()}
    for name, table in rows.items():
        yield from _dates_beyond(name, table)
    if "shareholders" in sections and "shareholders" not in sections.get("not_known", ()):
        yield from _holders(rows.get(EQUITY, ()), sections)
    yield from _observations(rows.get(SERIES, ()), sections, sources or {})
    yield from _enterprises(rows.get(ENTERPRISES, ()), sections)
    if "events" in sections.get("not_known", ()) and rows.get(EVENTS):
        yield fault("known_all_the_same", EVENTS, rows[EVENTS][0].line, found="events")
    for file, column, told in (
        (EVENTS, "event_en", lambda row: (str(row.date), row.scale, row.event_en)),
        (ENTERPRISES, "name", lambda row: row.name),
        (CONTEXT, "date", lambda row: (row.variable, str(row.date), row.unit, row.basis)),
        (SERIES, "value", lambda row: row.model_dump_json()),
    ):
        named = ((line, told(row), getattr(row, column)) for line, row in rows.get(file, ()))
        for line, found in _repeated(named):
            yield fault("duplicate", file, line, column, found=found)


def _dates_beyond(file: str, rows: Iterable[TableRow[Any]]) -> Iterator[Fault]:
    for line, row in rows:
        for column in ("date", "registered", "operating"):
            when = getattr(row, column, None)
            if isinstance(when, Date) and is_beyond(when.year):
                yield fault("beyond_years", file, line, column, **_beyond(when))


def problems_of_sources(sources: Mapping[str, Source]) -> Iterator[CaseProblem]:
    """Find sources that were published in the future or before anything of a park, and one that has two keys."""
    published = [(key, (entry.outlet, entry.title, entry.date, entry.url), key) for key, entry in sources.items()]
    for key, found in _repeated(entry for entry in published if entry[1][-1] is not None):
        yield CaseProblem((key, "url"), "duplicate", {"found": found})
    for key, source in sources.items():
        if source.date is None:
            continue
        if is_beyond(source.date.year):
            yield CaseProblem((key, "date"), "beyond_years", _beyond(source.date))
        elif source.date.first_day > dates.today():
            yield CaseProblem((key, "date"), "ahead", {"found": source.date, "today": dates.today()})


def _holders(rows: Iterable[TableRow[EquityRow]], sections: Sections) -> Iterator[Fault]:
    """Find holders that ``case.yaml`` does not list, has on another side, or has come later or gone before.

    A holder may be several together, by a name; a short name is the key of one, and must be one's.
    """
    holders = {holder.key: holder for holder in sections["shareholders"]}
    for line, row in rows:
        holder = holders.get(row.holder)
        if row.holder == UNALLOCATED:
            continue
        if holder is None:
            if row.use and _KEY.fullmatch(row.holder):
                near = suggestion(row.holder, holders)
                yield fault("unknown_holder", EQUITY, line, "holder", found=row.holder, suggestion=near)
            continue
        if row.side != holder.side:
            values: dict[str, Any] = {"found": row.side, "holder": row.holder, "side": holder.side}
            yield fault("holder_side", EQUITY, line, "side", **values)
        has_gone = holder.until is not None and holder.until.last_day < row.date.first_day
        if row.use and (has_gone or row.date.last_day < holder.since.first_day):
            values = {
                "holder": row.holder,
                "found": row.date,
                "since": holder.since,
                "until": holder.until or "…",
            }
            yield fault("holder_absent", EQUITY, line, "date", **values)


def _observations(
    rows: Iterable[TableRow[Observation]], sections: Sections, sources: Mapping[str, Source]
) -> Iterator[Fault]:
    """Find used values of the model's basis that exceed their whole or the plan, or that nobody could have seen."""
    clock = sections.get("clock")
    most = _largest_plan(sections)
    in_use = [entry for entry in rows if entry.record.use and entry.record.other_basis is None]
    by_place = {(entry.record.variable, entry.record.date): entry for entry in in_use}
    for line, row in in_use:
        if most is not None and row.variable in _LAND and row.in_unit("ha") > most * ROUNDED:
            values: dict[str, Any] = {"found": f"{row.in_unit('ha'):g}", "most": f"{most:g}"}
            yield fault("beyond_plan", SERIES, line, "value", **values)
        if row.role in ("fit", "score"):
            if clock is not None and row.quarter < clock.start:
                yield fault("before_park", SERIES, line, "date", found=row.date, start=clock.start)
            if clock is not None and row.quarter <= clock.data_end and row.date.first_day <= dates.today():
                yield from _seen_too_early(line, row, sources)
        for closure in sections.get("closures", ()):
            stands = closure.since < row.quarter and (closure.until is None or row.quarter <= closure.until)
            if closure.scope == "park" and stands and row.variable in _EMPTY_WHEN_CLOSED and row.value > 0:
                values = {"found": f"{row.value:g}", "date": row.date, "since": closure.since}
                yield fault("not_empty", SERIES, line, "value", **values)
    for part, whole in PARTS:
        for line, row in in_use:
            other = by_place.get((whole, row.date)) if row.variable == part else None
            if other is None or row.bound == "at-most" or other.record.bound not in ("exact", "at-most", "range"):
                continue
            unit = row.unit
            low = row.value
            high = other.record.interval(unit)[1]
            if high is not None and low > high * ROUNDED:
                values = {
                    "part": part,
                    "found": f"{low:g}",
                    "whole": whole,
                    "most": f"{high:g}",
                    "date": row.date,
                }
                yield fault("more_than_whole", SERIES, line, "value", **values, line_of_whole=other.line)


def _seen_too_early(line: int, row: Observation, sources: Mapping[str, Source]) -> Iterator[Fault]:
    """Find a value all of whose sources were published before the day it is of."""
    published = [sources[key].date if key in sources else None for key in row.source]
    if published and all(when is not None and when.last_day < row.date.first_day for when in published):
        yield fault("seen_too_early", SERIES, line, "date", found=row.date, published=published[0])


def _enterprises(rows: Iterable[TableRow[Enterprise]], sections: Sections) -> Iterator[Fault]:
    """Find enterprises that operate before they are registered or beyond their stage, or of another origin."""
    sides = sections.get("sides")
    is_abroad = sides is not None and sides.home.country != sides.host.country
    countries = {sides.home.country: "home", sides.host.country: "host"} if is_abroad and sides is not None else {}
    for line, row in rows:
        if row.operating and row.registered and row.operating.last_day < row.registered.first_day:
            values: dict[str, Any] = {"found": row.operating, "before": row.registered}
            yield fault("stage_order", ENTERPRISES, line, "operating", **values)
        if row.operating is not None and row.status in ("intention", "registered", "building"):
            yield fault("stage_passed", ENTERPRISES, line, "status", found=row.status, date=row.operating)
        elif row.registered is not None and row.status == "intention":
            yield fault("stage_passed", ENTERPRISES, line, "status", found=row.status, date=row.registered)
        expected = None if row.country is None else countries.get(row.country, "third")
        if countries and row.origin is not None and expected is not None and row.origin != expected:
            values = {"found": row.origin, "country": row.country, "expected": expected}
            yield fault("other_origin", ENTERPRISES, line, "origin", **values)
