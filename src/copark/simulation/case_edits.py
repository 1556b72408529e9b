"""Editing: a case as it would be, had its facts been those of a scenario.

The frozen case is never touched: a changed copy is made before anything is packed, and checked by the rules of cases.
What a case has no fact for (instruments of the framework, rivals) is set in the packed inputs.

What happened and can be undone is everything dated that the model feels, each under a key ``<kind>/<name>``:
``anchor/maz-weichai``, ``visit/2015-05-10``, ``shock/pandemic``. A name that two events share means both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, is_
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from copark.cases.actors import Framework, Partner, Presence, Shareholder, Span
from copark.cases.case import Case
from copark.cases.cross_checks import CaseProblem, problems_of
from copark.cases.dated_events import Anchor, Certificates
from copark.cases.dates import Date, first_month
from copark.cases.facts import Fact, used
from copark.cases.files import KeyPath, written
from copark.cases.model_inputs import presence
from copark.cases.pydantic_errors import told
from copark.cases.quarters import Quarter
from copark.cases.schema import CaseFile, Term
from copark.cases.table_schemas import UNALLOCATED, CapTable, Holding
from copark.cases.types import JUDGEMENT, WrittenTitle, shown, suggestion
from copark.cases.world import in_order
from copark.errors import Fault
from copark.json_types import JsonObject
from copark.model.arrays import Inputs, records
from copark.model.dimensions import PARTNERS
from copark.model.enterprises import records as enterprises
from copark.model.variables import ORIGINS
from copark.model.world.records import NO_PARTNER, PRESENT
from copark.simulation.scenario_edits import ALWAYS, Edits, Stay, ValueStep
from copark.simulation.study_entries import Title
from copark.texts import LANGUAGES, text
from copark.units import in_chinese


@dataclass(frozen=True)
class DatedEvent:
    """Something that happened and can be undone: ``undo`` gives the case without it."""

    key: str
    date: Date
    title: Title
    undo: Callable[[Case], Case]


def dated_events(case: Case) -> tuple[DatedEvent, ...]:
    """Return everything of a case that can be undone, by kind and date."""
    events = [*_actors(case), *_events(case), *_money(case), *_rules(case)]
    return tuple(sorted(events, key=lambda event: (event.key.partition("/")[0], event.date.first_day, event.key)))


def _said(kind: str, entry: Any = None, millions: float | None = None, **values: Any) -> Title:
    words = {}
    for lang in LANGUAGES:
        named = dict(values) if entry is None else values | {"title": entry.title.text(lang)}
        if millions is not None:
            named["value"] = in_chinese(millions) if lang == "zh" else f"{millions:g}"
        words[lang] = text(f"study.dated_event.{kind}", lang, **named)[:200]
    return Title(**words)


def _with(case: Case, path: str, value: Any) -> Case:
    """Return the case with another value of a fact, or of one in a section: ``visits``, ``finance.credit``."""
    part, _, name = path.partition(".")
    changed = getattr(case, part).model_copy(update={name: value}) if name else value
    return case.model_copy(update={part: changed})


def _drop(path: str, gone: Callable[[Any], bool], case: Case) -> Case:
    """Return the case without the entries of one of its lists that are gone."""
    return _with(case, path, tuple(entry for entry in attrgetter(path)(case) if not gone(entry)))


def _dropper(path: str, entry: Any) -> Callable[[Case], Case]:
    return partial(_drop, path, partial(is_, entry))


def _actors(case: Case) -> Iterator[DatedEvent]:
    for holder in case.shareholders:
        title = _said("shareholder", holder)
        yield DatedEvent(f"shareholder/{holder.key}", holder.since, title, _dropper("shareholders", holder))
    for partner in case.partners:
        first = min((span.since for span in partner.presence), key=lambda date: date.first_day)
        yield DatedEvent(f"partner/{partner.key}", first, _said("partner", partner), _dropper("partners", partner))


def _events(case: Case) -> Iterator[DatedEvent]:
    for anchor in case.anchors:
        undo = partial(without_anchor, anchor)
        yield DatedEvent(f"anchor/{anchor.key}", anchor.registered, _said("anchor", anchor), undo)
    for batch in case.certificates:
        count = batch.home + batch.host + batch.third
        title = _said("certificate", count=count, date=batch.date)
        undo = partial(without_certificates, batch.date)
        yield DatedEvent(f"certificate/{batch.date}", batch.date, title, undo)
    for visit in case.visits:
        yield DatedEvent(f"visit/{visit.date}", visit.date, _said("visit", visit), _dropper("visits", visit))
    for kind, path, dated in (("shock", "shocks", case.shocks), ("closure", "closures", case.closures)):
        for entry in dated:
            yield DatedEvent(f"{kind}/{entry.key}", first_month(entry.since), _said(kind, entry), _dropper(path, entry))


def without_certificates(date: Date, case: Case) -> Case:
    """Return the case without the residents registered by hand at a date; anchor projects come all the same."""
    return _drop("certificates", lambda batch: batch.date == date, case)


def without_anchor(anchor: Anchor, case: Case) -> Case:
    """Return the case without an anchor project, which then is not among the holders of certificates either."""

    def lacking(batch: Certificates) -> Certificates:
        if anchor.key not in batch.anchors:
            return batch
        named = tuple(key for key in batch.anchors if key != anchor.key)
        return batch.model_copy(update={"anchors": named, anchor.origin: getattr(batch, anchor.origin) - 1})

    changed = _drop("anchors", lambda entry: entry.key == anchor.key, case)
    return _with(changed, "certificates", tuple(map(lacking, case.certificates)))


def _money(case: Case) -> Iterator[DatedEvent]:
    for line in case.finance.credit:
        if line.use:
            undo = _dropper("finance.credit", line)
            yield DatedEvent(f"credit/{line.key}", line.since, _said("credit", line), undo)
    for grant in used(case.finance.grants):
        title = _said("grant", millions=grant.in_unit("M USD"), date=grant.date)
        yield DatedEvent(f"grant/{grant.date}", grant.date, title, _dropper("finance.grants", grant))


def _rules(case: Case) -> Iterator[DatedEvent]:
    """Yield changes of a value: undone, the value before it holds on. The first values of a case are no events."""
    start = case.clock.start
    for table in used(case.equity):
        if table.date.quarter("event") > start:
            values: JsonObject = {side: f"{table.basis_points_of(side) / 100:g}" for side in ("home", "host", "third")}
            title = _said("equity", date=table.date, **values)
            yield DatedEvent(f"equity/{table.table}", table.date, title, _dropper("equity", table))
    for kind, path, facts, unit in (
        ("quota", "quota", case.quota, "bp"),
        ("capability", "capability", case.capability, "1"),
        ("plan", "land.plan", case.land.plan, "ha"),
        ("tax", "regime.profit_tax", case.regime.profit_tax, "1"),
        ("decree", "", case.regime.threshold, "M USD"),
    ):
        for fact in used(facts):
            if fact.date.quarter("event") > start:
                value = fact.in_unit(unit)
                millions = value if unit == "M USD" else None
                title = _said(kind, millions=millions, value=f"{value:g}", date=fact.date)
                undo = _dropper(path, fact) if path else partial(without_decree, fact)
                yield DatedEvent(f"{kind}/{fact.date}", fact.date, title, undo)


def without_decree(threshold: Fact, case: Case) -> Case:
    """Return the case without a decree: the threshold before it holds on; a narrow list that ended with it stays."""
    changed = _drop("regime.threshold", partial(is_, threshold), case)
    until = case.regime.narrow_until
    ended = until is not None and until.quarter("event") == threshold.date.quarter("event")
    return _with(changed, "regime.narrow_until", ALWAYS) if ended else changed


SIDES = ("home", "host")
SWITCHED = {
    "credit": "credit_open",
    "plan": "plan_open",
    "mediation": "mediation_open",
    "visits": "visit",
    "rescue_by_treaty": "rescue_by_treaty",
    "rescue_alone": "rescue_alone",
}
"""Instruments of the framework, and the inputs of the governments that they open."""
NEVER_COMES = -1
"""Quarter of an anchor project that was dropped: the others keep their places, and with them their random numbers."""

D = TypeVar("D", Fact, CapTable)


def edited(case: Case, edits: Edits) -> tuple[Case, list[CaseProblem]]:
    """Return the case as a scenario has it, and what is wrong with the scenario's edits.

    Paths of problems begin at the edits; of an edited case that is unsound as a whole they are empty, and ``where``
    among the values says where in the case. A case with problems must not be run.
    """
    if edits.is_empty:
        return case, []
    problems: list[CaseProblem] = []
    changed = _dropped(case, edits, problems)
    changed = _shares_changed(changed, edits)
    changed = _values_changed(changed, edits)
    changed = _framework_changed(changed, edits, problems)
    changed = _stays_changed(changed, edits, problems)
    changed = _terms_changed(changed, edits)
    if edits.kind is not None:
        changed = changed.model_copy(update={"kind": edits.kind})
    return changed, problems or list(_unsound(changed))


def fault_of_edit(problem: CaseProblem, file: str, line: int | None = None, place: KeyPath = ()) -> Fault:
    """Return a problem as a fault; of an unsound case as a whole, the place in the case stands behind the edits.

    Parameters
    ----------
    problem
        What is wrong with the edits.
    file
        Name of the file in the fault.
    line
        Its line, where known.
    place
        Path of the scenario in the file.
    """
    values = {name: shown(value) for name, value in problem.values.items() if name != "where"}
    key = written((*place, "edits", *problem.path))
    where = problem.values.get("where")
    return Fault(problem.code, file, line, f"{key} → {where}" if where else key, values)


def _note() -> WrittenTitle:
    return WrittenTitle.by_language(partial(text, "study.edited"))


def _start(case: Case) -> Date:
    return first_month(case.clock.start)


def superseded(dated: Iterable[D], since: Date) -> tuple[D, ...]:
    """Return what an edit from a date on leaves of the observed entries; what was not used stays beside it."""
    return tuple(entry for entry in dated if not entry.use or entry.date.first_day < since.first_day)


def _dropped(case: Case, edits: Edits, problems: list[CaseProblem]) -> Case:
    changed = case
    undoable = dated_events(case)
    for place, key in enumerate(edits.drop):
        named = [event for event in undoable if event.key == key]
        if not named:
            names = {"found": key, "suggestion": suggestion(key, [event.key for event in undoable])}
            problems.append(CaseProblem(("drop", place), "study.edit_drop", names))
        for event in named:
            changed = event.undo(changed)
    return changed


def _shares_changed(case: Case, edits: Edits) -> Case:
    if not edits.equity:
        return case
    dates = [shares.since or _start(case) for shares in edits.equity]
    tables = list(superseded(case.equity, min(dates, key=lambda date: date.first_day)))
    for number, (date, shares) in enumerate(zip(dates, edits.equity, strict=True)):
        held: dict[Any, int] = {side: getattr(shares, side) for side in ORIGINS} | {"none": shares.unallocated}
        evidence: Any = {"basis": text("study.edited"), "grade": "judgement", "source": (JUDGEMENT,)}
        on_record = case.cap_table(date.quarter("event"))
        holdings = tuple(
            Holding(holder=holder, side=side, basis_points=points, **evidence)
            for side, of_side in held.items()
            for holder, points in _among_holders(on_record, side, of_side)
        )
        tables.append(CapTable(table=f"edited-{number}", date=date, use=True, holdings=holdings))
    return case.model_copy(update={"equity": tuple(tables)})


def _among_holders(table: CapTable | None, side: str, points: int) -> list[tuple[str, int]]:
    """Divide a side's shares among its holders on record as they hold them: who it is made of stays as it was.

    Parameters
    ----------
    table
        Cap table on record when the shares begin to hold.
    side
        home, host, third or none.
    points
        Its shares, basis points; none get lost in rounding.

    Returns
    -------
    Holders with basis points; of a side without holders on record the side itself.
    """
    holdings = [] if table is None else [holding for holding in table.holdings if holding.side == side]
    total = sum(holding.basis_points for holding in holdings)
    if side == "none":
        return [(UNALLOCATED, points)]
    if total == 0:
        return [(side, points)]
    ends = [round(points * sum(h.basis_points for h in holdings[: n + 1]) / total) for n in range(len(holdings))]
    return [(holding.holder, end - begin) for holding, begin, end in zip(holdings, [0, *ends], ends, strict=False)]


def tables_of_side(case: Case, edits: Edits, since: Quarter, side: str, points: Sequence[int]) -> list[CapTable]:
    """Divide a side's shares among its holders as an edit of the shares divides them, for many numbers of shares.

    Parameters
    ----------
    case
        The case, before it is edited.
    edits
        What else the scenario edits: what it drops is not on record.
    since
        Quarter from which the shares hold.
    side
        The side.
    points
        Numbers of its shares, basis points.

    Returns
    -------
    For each number a cap table of that side alone.
    """
    on_record = _dropped(case, edits, []).cap_table(since)
    date = first_month(since)
    tables = []
    for number in points:
        of_side: Iterator[JsonObject] = (
            {"holder": holder, "side": side, "basis_points": part}
            for holder, part in _among_holders(on_record, side, number)
        )
        held = tuple(Holding.model_construct(**holding) for holding in of_side)
        tables.append(CapTable.model_construct(table="edited", date=date, use=True, holdings=held))
    return tables


def _facts(case: Case, old: tuple[Fact, ...], steps: tuple[ValueStep, ...] | None, unit: str) -> tuple[Fact, ...]:
    if steps is None:
        return old
    dates = [step.since or _start(case) for step in steps]
    evidence: Any = {"basis": text("study.edited"), "grade": "judgement", "source": (JUDGEMENT,), "note": _note()}
    edited_facts = [
        Fact(date=date, value=step.value, unit=unit, **evidence) for date, step in zip(dates, steps, strict=True)
    ]
    return (*superseded(old, min(dates, key=lambda date: date.first_day)), *edited_facts)


def _values_changed(case: Case, edits: Edits) -> Case:
    changed = _with(case, "regime.narrow_until", edits.narrow_until or case.regime.narrow_until)
    for path, facts, steps, unit in (
        ("regime.threshold", case.regime.threshold, edits.threshold, "M USD"),
        ("regime.profit_tax", case.regime.profit_tax, edits.profit_tax, "1"),
        ("land.plan", case.land.plan, edits.plan, "ha"),
        ("quota", case.quota, edits.quota, "bp"),
        ("capability", case.capability, edits.capability, "1"),
    ):
        changed = _with(changed, path, _facts(case, facts, steps, unit))
    return changed


def _framework_changed(case: Case, edits: Edits, problems: list[CaseProblem]) -> Case:
    edit = edits.framework
    had = case.framework
    if edit is None:
        return case
    if not edit.on:
        return case.model_copy(update={"framework": None})
    since = edit.since.quarter("event") if edit.since else had.since if had else case.clock.start
    until = edit.until.quarter("event") if edit.until else had.until if had and not edit.since else None
    if until is not None and until < since:
        problems.append(CaseProblem(("framework", "to"), "cases.ends_before_start", {"found": until, "start": since}))
        return case
    framework = Framework.model_construct(
        since=since, until=until, source=(JUDGEMENT,), grade="judgement", note=_note()
    )
    return case.model_copy(update={"framework": framework})


def _stays_changed(case: Case, edits: Edits, problems: list[CaseProblem]) -> Case:
    changes: dict[str, Any] = {}
    for part, stays in (("partners", edits.partners), ("shareholders", edits.shareholders)):
        entries: dict[str, Partner | Shareholder] = {entry.key: entry for entry in getattr(case, part)}
        for key, stay in stays.items():
            if key not in entries:
                names = {"found": key, "suggestion": suggestion(key, entries)}
                problems.append(CaseProblem((part, key), f"study.edit_{part}", names))
            elif stay.present:
                entries[key] = _staying(entries[key], stay, (part, key), problems)
            else:
                del entries[key]
        changes[part] = tuple(entries.values())
    return case.model_copy(update=changes)


def _staying(
    entry: Partner | Shareholder, stay: Stay, path: tuple[str, str], problems: list[CaseProblem]
) -> Partner | Shareholder:
    spans = _times(entry.presence if isinstance(entry, Partner) else (entry,), stay)
    for since, until in spans:
        if until is not None and until.last_day < since.first_day:
            problems.append(CaseProblem(path, "cases.ends_before_start", {"found": until, "start": since}))
    if isinstance(entry, Partner):
        presence = tuple(Presence.model_construct(since=since, until=until) for since, until in spans)
        return entry.model_copy(update={"presence": presence})
    return entry.model_copy(update={"since": spans[0][0], "until": spans[0][1]})


def _times(spans: Sequence[Span], stay: Stay) -> list[tuple[Date, Date | None]]:
    """Return when somebody is there: moved all alike, or from first to last where dates are given, or for good."""
    stays = [(span.since, span.until) for span in sorted(spans, key=lambda span: span.since.first_day)]
    if stay.shift:
        stays = [(_moved(since, stay.shift), until and _moved(until, stay.shift)) for since, until in stays]
    if stay.since or stay.until:
        stays = [(stay.since or stays[0][0], stay.until or stays[-1][1])]
    if stay.forever:
        stays[-1] = (stays[-1][0], None)
    return stays


def _moved(date: Date, quarters: int) -> Date:
    return first_month(date.quarter("event") + quarters)


def _terms_changed(case: Case, edits: Edits) -> Case:
    """Edit terms, which add up over time: an edited one has its value from its date on, whatever was added before."""
    terms = list(case.terms)
    for key, term in edits.terms.items():
        since = term.since.quarter("event") if term.since else case.clock.start
        before = [old for old in terms if old.key == key and old.since < since]
        terms = [old for old in terms if old.key != key or old in before]
        added = {origin: getattr(term, origin) - in_order(getattr(old, origin) for old in before) for origin in ORIGINS}
        title = before[0].title if before else _note()
        evidence: Any = {"source": (JUDGEMENT,), "grade": "judgement", "note": _note()}
        terms.append(Term.model_construct(key=key, since=since, title=title, **evidence, **added))
    return case.model_copy(update={"terms": tuple(terms)})


def _unsound(case: Case) -> Iterable[CaseProblem]:
    content = case.model_dump(by_alias=True, include=set(CaseFile.model_fields))
    try:
        CaseFile.model_validate(content)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            code, path, values = told(error)
            yield CaseProblem((), f"cases.{code}", {**values, "where": written(path)})
        return
    sections = {name: getattr(case, name) for name in CaseFile.model_fields if name != "parameters"}
    for problem in problems_of(sections, {}):
        yield CaseProblem((), f"cases.{problem.code}", {**problem.values, "where": written(problem.path)})
    yield from _unsound_shares(case)


def _unsound_shares(case: Case) -> Iterable[CaseProblem]:
    tables = used(case.equity)
    dates = [table.date.first_day for table in tables]
    if not tables:
        yield CaseProblem((), "cases.no_used_table", {"where": "equity"})
    elif tables[0].date.quarter("event") > case.clock.start:
        values = {"found": tables[0].date, "start": case.clock.start, "where": "equity"}
        yield CaseProblem((), "cases.starts_late", values)
    for table in tables:
        if dates.count(table.date.first_day) > 1:
            values = {"found": table.date, "other": table.table, "where": "equity"}
            yield CaseProblem((), "cases.two_tables", values)
            return


def set_in_inputs(inputs: Inputs, case: Case, changed: Case, edits: Edits) -> Inputs:
    """Put into packed inputs what a case has no fact for, and keep everybody's place.

    Parameters
    ----------
    inputs
        Packed inputs of the changed case.
    case
        The case as it was.
    changed
        The case as it was edited.
    edits
        The edits.
    """
    if edits.is_empty:
        return inputs
    start = case.clock.start
    first = 0 if edits.depth.since is None else max(edits.depth.since.quarter("event") - start, 0)
    for switch, field in SWITCHED.items():
        if not getattr(edits.depth, switch):
            values = inputs.governments[field]
            # A closure on record is a visit, too (CLOSES_PARK); it is no instrument of the framework, and stays.
            values[first:] = np.minimum(values[first:], 0.0) if field == "visit" else 0.0
    for rival in edits.rivals:
        since = 0 if rival.since is None else max(rival.since.quarter("event") - start, 0)
        until = None if rival.until is None else max(rival.until.quarter("event") - start + 1, 0)
        inputs.company["rival_size"][since:until, SIDES.index(rival.side)] = rival.size
        inputs.company["rival_share"][since:until, SIDES.index(rival.side)] = rival.stake
    _keep_partners(inputs, case, changed, edits)
    return _keep_anchors(inputs, case, changed)


def _keep_partners(inputs: Inputs, case: Case, changed: Case, edits: Edits) -> None:
    """Keep every partner's place, and with it its random numbers; one kept for good stays beyond the data, too."""
    forced = inputs.world["partner_forced"].copy()
    ties = inputs.company["partner_ties"].copy()
    inputs.world["partner_forced"] = NO_PARTNER
    inputs.company["partner_ties"] = 0.0
    now = {partner.key: place for place, partner in enumerate(changed.partners[:PARTNERS])}
    for place, partner in enumerate(case.partners[:PARTNERS]):
        if partner.key in now:
            stands = now[partner.key]
            inputs.world["partner_forced"][:, place] = forced[:, stands]
            inputs.company["partner_ties"][:, place] = ties[:, stands]
            _beyond_the_record(inputs.world["partner_forced"][:, place], case, changed.partners[stands], edits)


def _beyond_the_record(forced: np.ndarray, case: Case, partner: Partner, edits: Edits) -> None:
    """Let partners come and go freely where the data end, but keep to the dates an edit names, and to "forever"."""
    stay = edits.partners.get(partner.key, Stay())
    beyond = case.clock.data_end - case.clock.start + 1
    if stay.forever:
        forced[max(beyond, 0) :] = PRESENT
    named = [date.quarter("event") - case.clock.start for date in (stay.since, stay.until) if date is not None]
    last = max(named, default=0) + (1 if stay.until is not None else 0)
    for t in range(max(beyond, 0), min(last + 1, len(forced)) if not stay.forever else 0):
        forced[t] = presence(partner, case.clock.start + t)


def _keep_anchors(inputs: Inputs, case: Case, changed: Case) -> Inputs:
    anchors = records(enterprises.Anchor, len(case.anchors))
    anchors["quarter"] = NEVER_COMES
    packed: Mapping[str, Any] = {
        anchor.key: row for anchor, row in zip(changed.anchors, np.asarray(inputs.anchors), strict=True)
    }
    for place, anchor in enumerate(case.anchors):
        if anchor.key in packed:
            anchors[place] = packed[anchor.key]
    return inputs._replace(anchors=anchors)
