"""What happened in a case and can be undone: everything dated that the model feels, each under a key of its own.

Keys are ``<kind>/<name>``: ``anchor/maz-weichai``, ``visit/2015-05-10``, ``shock/pandemic``, ``decree/2017-05-12``. A
name that two happenings share means both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from copark.cases.case import Case
from copark.cases.dates import Date
from copark.cases.evidence import CapTable
from copark.cases.facts import Fact, used
from copark.cases.quarters import Quarter
from copark.experiments.edits import ALWAYS
from copark.experiments.entries import Title, first_month
from copark.texts import LANGUAGES, text


@dataclass(frozen=True)
class Happening:
    """Something that happened and can be undone.

    Parameters
    ----------
    key
        ``<kind>/<name>``.
    date
        When.
    title
        What, in both languages.
    undo
        Gives the case without it.
    """

    key: str
    date: Date
    title: Title
    undo: Callable[[Case], Case]


def happenings(case: Case) -> tuple[Happening, ...]:
    """Everything of a case that can be undone, by kind and date."""
    found = [*_actors(case), *_events(case), *_money(case), *_rules(case)]
    return tuple(sorted(found, key=lambda one: (one.key.partition("/")[0], one.date.first_day, one.key)))


def _said(kind: str, entry: Any = None, **values: Any) -> Title:
    """A title made of the entry's own, or of a number and its unit."""
    said = {}
    for lang in LANGUAGES:
        named = {} if entry is None else {"title": entry.title.get(lang)}
        said[lang] = text(f"study.happening.{kind}", lang, **named, **values)[:200]
    return Title(**said)


def _without(entries: Iterable[Any], entry: Any) -> tuple[Any, ...]:
    return tuple(one for one in entries if one is not entry)


def _changed(case: Case, part: str, **changes: Any) -> Case:
    """The case with keys of one of its parts changed."""
    section = getattr(case, part).model_copy(update=changes)
    return case.model_copy(update={part: section})


def _actors(case: Case) -> Iterator[Happening]:
    for holder in case.shareholders:

        def leave(now: Case, key: str = holder.key) -> Case:
            return now.model_copy(update={"shareholders": tuple(x for x in now.shareholders if x.key != key)})

        yield Happening(f"shareholder/{holder.key}", holder.since, _said("shareholder", holder), leave)
    for partner in case.partners:

        def part(now: Case, key: str = partner.key) -> Case:
            return now.model_copy(update={"partners": tuple(x for x in now.partners if x.key != key)})

        first = min((span.since for span in partner.presence), key=lambda date: date.first_day)
        yield Happening(f"partner/{partner.key}", first, _said("partner", partner), part)


def _events(case: Case) -> Iterator[Happening]:
    for anchor in case.anchors:
        yield Happening(
            f"anchor/{anchor.key}", anchor.registered, _said("anchor", anchor),
            lambda now, key=anchor.key: without_anchor(now, key),
        )  # fmt: skip
    for batch in case.certificates:
        count = batch.home + batch.host + batch.third
        title = _said("certificate", count=count, date=batch.date)
        yield Happening(
            f"certificate/{batch.date}", batch.date, title,
            lambda now, date=batch.date: now.model_copy(
                update={"certificates": tuple(one for one in now.certificates if one.date != date)}
            ),
        )  # fmt: skip
    for visit in case.visits:
        yield Happening(f"visit/{visit.date}", visit.date, _said("visit", visit), _dropper("visits", visit))
    for shock in case.shocks:
        since = first_month(shock.since)
        yield Happening(f"shock/{shock.key}", since, _said("shock", shock), _dropper("shocks", shock))


def _dropper(part: str, entry: Any) -> Callable[[Case], Case]:
    return lambda now: now.model_copy(update={part: _without(getattr(now, part), entry)})


def without_anchor(case: Case, key: str) -> Case:
    """The case without an anchor project, which then is not among the holders of certificates either."""
    (gone,) = (anchor for anchor in case.anchors if anchor.key == key)
    batches = tuple(
        batch
        if key not in batch.anchors
        else batch.model_copy(
            update={
                "anchors": tuple(one for one in batch.anchors if one != key),
                gone.origin: getattr(batch, gone.origin) - 1,
            }
        )
        for batch in case.certificates
    )
    return case.model_copy(update={"anchors": _without(case.anchors, gone), "certificates": batches})


def _money(case: Case) -> Iterator[Happening]:
    for line in case.finance.credit:
        if line.use:
            yield Happening(
                f"credit/{line.key}", line.since, _said("credit", line),
                lambda now, gone=line: _changed(now, "finance", credit=_without(now.finance.credit, gone)),
            )  # fmt: skip
    for grant in used(case.finance.grants):
        title = _said("grant", value=f"{grant.in_unit('M USD'):g}", date=grant.date)
        yield Happening(
            f"grant/{grant.date}", grant.date, title,
            lambda now, gone=grant: _changed(now, "finance", grants=_without(now.finance.grants, gone)),
        )  # fmt: skip


def _rules(case: Case) -> Iterator[Happening]:
    """Changes of a value: undone, the value before it holds on. The first values of a case are no happenings."""
    start = case.clock.start
    for table in used(case.equity):
        if not _at_start(table, start):
            values = {side: f"{table.basis_points_of(side) / 100:g}" for side in ("home", "host", "third")}
            title = _said("equity", date=table.date, **values)
            yield Happening(f"equity/{table.table}", table.date, title, _dropper("equity", table))
    for kind, facts, undo, unit in _changes_of_value(case):
        for fact in used(facts):
            if not _at_start(fact, start):
                title = _said(kind, value=f"{fact.in_unit(unit):g}", date=fact.date)
                yield Happening(f"{kind}/{fact.date}", fact.date, title, undo(fact))


def _at_start(dated: Fact | CapTable, start: Quarter) -> bool:
    return dated.date.quarter("event") <= start


Undo = Callable[[Fact], Callable[[Case], Case]]


def _changes_of_value(case: Case) -> Iterator[tuple[str, tuple[Fact, ...], Undo, str]]:
    yield "quota", case.quota, lambda fact: _dropper("quota", fact), "bp"
    yield "capability", case.capability, lambda fact: _dropper("capability", fact), "1"
    yield (
        "plan", case.land.plan,
        lambda fact: lambda now: _changed(now, "land", plan=_without(now.land.plan, fact)), "ha",
    )  # fmt: skip
    yield (
        "tax", case.regime.profit_tax,
        lambda fact: lambda now: _changed(now, "regime", profit_tax=_without(now.regime.profit_tax, fact)), "1",
    )  # fmt: skip
    yield "decree", case.regime.threshold, lambda fact: lambda now: without_decree(now, fact), "M USD"


def without_decree(case: Case, threshold: Fact) -> Case:
    """The case without a decree: the threshold before it holds on, and a narrow list that ended with it stays."""
    changes: dict[str, Any] = {"threshold": _without(case.regime.threshold, threshold)}
    until = case.regime.narrow_until
    if until is not None and until.quarter("event") == threshold.date.quarter("event"):
        changes["narrow_until"] = ALWAYS
    return _changed(case, "regime", **changes)
