"""What happened in a case and can be undone: everything dated that the model feels, each under a key of its own.

Keys are ``<kind>/<name>``: ``anchor/maz-weichai``, ``visit/2015-05-10``, ``shock/pandemic``, ``decree/2017-05-12``. A
name that two happenings share means both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import is_
from typing import Any

from copark.cases.case import Case
from copark.cases.dated_events import Anchor, Certificates
from copark.cases.dates import Date
from copark.cases.facts import Fact, used
from copark.simulation.scenario_edits import ALWAYS
from copark.simulation.schemas import Title, first_month
from copark.texts import LANGUAGES, text


@dataclass(frozen=True)
class Happening:
    """Something that happened and can be undone: ``undo`` gives the case without it."""

    key: str
    date: Date
    title: Title
    undo: Callable[[Case], Case]


def happenings(case: Case) -> tuple[Happening, ...]:
    """Everything of a case that can be undone, by kind and date."""
    found = [*_actors(case), *_events(case), *_money(case), *_rules(case)]
    return tuple(sorted(found, key=lambda one: (one.key.partition("/")[0], one.date.first_day, one.key)))


def _said(kind: str, entry: Any = None, **values: Any) -> Title:
    said = {}
    for lang in LANGUAGES:
        named = {} if entry is None else {"title": entry.title.get(lang)}
        said[lang] = text(f"study.happening.{kind}", lang, **named, **values)[:200]
    return Title(**said)


def _drop(path: str, gone: Callable[[Any], bool], case: Case) -> Case:
    """The case without the entries of one of its lists that are gone: ``visits``, ``finance.credit``."""
    part, _, name = path.partition(".")
    if not name:
        return case.model_copy(update={part: tuple(one for one in getattr(case, part) if not gone(one))})
    section = getattr(case, part)
    kept = tuple(one for one in getattr(section, name) if not gone(one))
    return case.model_copy(update={part: section.model_copy(update={name: kept})})


def _dropper(path: str, entry: Any) -> Callable[[Case], Case]:
    return partial(_drop, path, partial(is_, entry))


def _actors(case: Case) -> Iterator[Happening]:
    for holder in case.shareholders:
        title = _said("shareholder", holder)
        yield Happening(f"shareholder/{holder.key}", holder.since, title, _dropper("shareholders", holder))
    for partner in case.partners:
        first = min((span.since for span in partner.presence), key=lambda date: date.first_day)
        yield Happening(f"partner/{partner.key}", first, _said("partner", partner), _dropper("partners", partner))


def _events(case: Case) -> Iterator[Happening]:
    for anchor in case.anchors:
        undo = partial(without_anchor, anchor)
        yield Happening(f"anchor/{anchor.key}", anchor.registered, _said("anchor", anchor), undo)
    for batch in case.certificates:
        count = batch.home + batch.host + batch.third
        title = _said("certificate", count=count, date=batch.date)
        undo = partial(without_certificates, batch.date)
        yield Happening(f"certificate/{batch.date}", batch.date, title, undo)
    for visit in case.visits:
        yield Happening(f"visit/{visit.date}", visit.date, _said("visit", visit), _dropper("visits", visit))
    for kind, path, dated in (("shock", "shocks", case.shocks), ("closure", "closures", case.closures)):
        for one in dated:
            yield Happening(f"{kind}/{one.key}", first_month(one.since), _said(kind, one), _dropper(path, one))


def without_certificates(date: Date, case: Case) -> Case:
    """The case without the residents registered by hand at a date; anchor projects come all the same."""
    return case.model_copy(update={"certificates": tuple(one for one in case.certificates if one.date != date)})


def without_anchor(anchor: Anchor, case: Case) -> Case:
    """The case without an anchor project, which then is not among the holders of certificates either."""

    def lacking(batch: Certificates) -> Certificates:
        if anchor.key not in batch.anchors:
            return batch
        named = tuple(one for one in batch.anchors if one != anchor.key)
        return batch.model_copy(update={"anchors": named, anchor.origin: getattr(batch, anchor.origin) - 1})

    changes = {
        "anchors": tuple(one for one in case.anchors if one.key != anchor.key),
        "certificates": tuple(lacking(batch) for batch in case.certificates),
    }
    return case.model_copy(update=changes)


def _money(case: Case) -> Iterator[Happening]:
    for line in case.finance.credit:
        if line.use:
            undo = _dropper("finance.credit", line)
            yield Happening(f"credit/{line.key}", line.since, _said("credit", line), undo)
    for grant in used(case.finance.grants):
        title = _said("grant", value=f"{grant.in_unit('M USD'):g}", date=grant.date)
        yield Happening(f"grant/{grant.date}", grant.date, title, _dropper("finance.grants", grant))


def _rules(case: Case) -> Iterator[Happening]:
    """Changes of a value: undone, the value before it holds on. The first values of a case are no happenings."""
    start = case.clock.start
    for table in used(case.equity):
        if table.date.quarter("event") > start:
            values = {side: f"{table.basis_points_of(side) / 100:g}" for side in ("home", "host", "third")}
            title = _said("equity", date=table.date, **values)
            yield Happening(f"equity/{table.table}", table.date, title, _dropper("equity", table))
    for kind, path, facts, unit in (
        ("quota", "quota", case.quota, "bp"),
        ("capability", "capability", case.capability, "1"),
        ("plan", "land.plan", case.land.plan, "ha"),
        ("tax", "regime.profit_tax", case.regime.profit_tax, "1"),
        ("decree", "", case.regime.threshold, "M USD"),
    ):
        for fact in used(facts):
            if fact.date.quarter("event") > start:
                title = _said(kind, value=f"{fact.in_unit(unit):g}", date=fact.date)
                undo = _dropper(path, fact) if path else partial(without_decree, fact)
                yield Happening(f"{kind}/{fact.date}", fact.date, title, undo)


def without_decree(threshold: Fact, case: Case) -> Case:
    """The case without a decree: the threshold before it holds on, and a narrow list that ended with it stays."""
    changed = _drop("regime.threshold", partial(is_, threshold), case)
    until = case.regime.narrow_until
    if until is not None and until.quarter("event") == threshold.date.quarter("event"):
        regime = changed.regime.model_copy(update={"narrow_until": ALWAYS})
        changed = changed.model_copy(update={"regime": regime})
    return changed
