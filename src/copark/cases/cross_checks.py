"""Consistency checks across several keys of case.yaml."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from copark import units
from copark.cases.dates import Date, quarter_of
from copark.cases.facts import Fact, used
from copark.cases.files import KeyPath
from copark.cases.quarters import Quarter
from copark.cases.types import JUDGEMENT, suggestion
from copark.json_types import JsonObject

UNKNOWN = "not_known"
_UNMODELLED = ("interests", "institutions", "renegotiations")
_MAY_LIE_AHEAD = ("plan", "lots")
_FACT_LISTS: tuple[KeyPath, ...] = (
    ("quota",),
    ("capability",),
    ("finance", "registered_capital"),
    ("finance", "grants"),
    ("land", "plan"),
    ("land", "lots"),
    ("regime", "threshold"),
    ("regime", "profit_tax"),
)
_PAYMENTS: KeyPath = ("finance", "grants")
_NEEDED_AT_START: tuple[KeyPath, ...] = tuple(path for path in _FACT_LISTS if path != _PAYMENTS and path[0] != "land")
_KEYED: tuple[KeyPath, ...] = (
    ("interests",),
    ("shareholders",),
    ("institutions",),
    ("finance", "credit"),
    ("partners",),
    ("anchors",),
    ("closures",),
)


@dataclass(frozen=True)
class CaseProblem:
    """A fault of ``case.yaml`` before its line is known."""

    path: KeyPath
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


Sections = Mapping[str, Any]
"""The sound top-level values of a case, by name."""


def problems_of(
    sections: Sections, parameters: Mapping[str, str], counts: Mapping[str, int] | None = None
) -> Iterator[CaseProblem]:
    """Return what is wrong between the keys of a case, as far as they are sound by themselves.

    Parameters
    ----------
    sections
        Sound top-level values of the case, by name.
    parameters
        Units of the model's parameters, by name.
    counts
        How many values each parameter has, where known.
    """
    for path in _KEYED:
        yield from _repeated(path, [entry.key for entry in _at(sections, path)], "key")
    yield from _fact_lists(sections)
    yield from _single_facts(sections)
    yield from _overlaps(sections)
    terms = _at(sections, ("terms",))
    yield from _repeated(("terms",), [f"{term.key} {term.since}" for term in terms], "from")
    yield from _certificates(sections)
    yield from _services(sections)
    yield from _parameters(sections, parameters, counts or {})


def _services(sections: Sections) -> Iterator[CaseProblem]:
    """See that a service that stands does so by the end of data, and the same one is not due twice on one day."""
    clock = sections.get("clock")
    services = _at(sections, ("services",))
    yield from _repeated(("services",), [f"{service.service} {service.due}" for service in services], "due")
    for place, service in enumerate(services):
        if clock is not None and service.stands is not None and service.stands.first_day > clock.data_end.last_day:
            values = {
                "found": service.stands,
                "last": clock.data_end,
                "quarter": Quarter.of_day(service.stands.first_day),
            }
            yield CaseProblem(("services", place, "stands"), "after_data_end", values)


def _at(sections: Sections, path: KeyPath) -> Any:
    value = sections.get(str(path[0]))
    for step in path[1:]:
        value = getattr(value, str(step), None)
    return () if value is None else value


def _repeated(path: KeyPath, names: Iterable[Any], key: str) -> Iterator[CaseProblem]:
    names_before: set[Any] = set()
    for place, name in enumerate(names):
        if name in names_before:
            yield CaseProblem((*path, place, key), "duplicate", {"found": name})
        names_before.add(name)


def _fact_lists(sections: Sections) -> Iterator[CaseProblem]:
    clock = sections.get("clock")
    for path in _FACT_LISTS:
        facts: tuple[Fact, ...] = _at(sections, path)
        if not facts:
            continue
        in_use = [(place, fact) for place, fact in enumerate(facts) if fact.use]
        if path != _PAYMENTS:
            days = [fact.date.first_day for _, fact in in_use]
            for n, (place, fact) in enumerate(in_use):
                if days[n] in days[:n]:
                    yield CaseProblem((*path, place, "date"), "same_date", {"found": fact.date})
            if not in_use:
                yield CaseProblem(path, "none_used")
        for place, fact in enumerate(facts):
            if not fact.use and in_use and fact.note is None:
                yield CaseProblem((*path, place), "unused_without_note")
        if clock is not None and in_use and path in _NEEDED_AT_START:
            first = used(facts)[0]
            if quarter_of(first.date) > clock.start:
                yield CaseProblem(path, "starts_late", {"found": first.date, "start": clock.start})


def _single_facts(sections: Sections) -> Iterator[CaseProblem]:
    paths: list[KeyPath] = [
        ("finance", "paid_in_at_start"),
        ("land", "first_area"),
        ("land", "block"),
        ("regime", "reference_tax"),
    ]
    facts = [(path, _at(sections, path)) for path in paths]
    for place, credit in enumerate(_at(sections, ("finance", "credit"))):
        facts += [(("finance", "credit", place, name), getattr(credit, name)) for name in ("amount", "rate")]
    for place, anchor in enumerate(_at(sections, ("anchors",))):
        facts += [(("anchors", place, name), getattr(anchor, name)) for name in ("declared", "land")]
    for path, fact in facts:
        if isinstance(fact, Fact) and not fact.use:
            yield CaseProblem((*path, "use"), "single_unused")


def _overlaps(sections: Sections) -> Iterator[CaseProblem]:
    """Find times of one partner's presence, shock or rival that lie over one another."""
    for place, partner in enumerate(_at(sections, ("partners",))):
        stays = [("", stay, stay.since.first_day, stay.until and stay.until.first_day) for stay in partner.presence]
        yield from _overlapping(("partners", place, "presence"), stays, adjoin=True)
    shocks = [(shock.key, shock, shock.since, shock.until) for shock in _at(sections, ("shocks",))]
    yield from _overlapping(("shocks",), shocks)
    rivals = [
        (f"{rival.side} {rival.key}", rival, rival.since.quarter(), rival.until and rival.until.quarter())
        for rival in _at(sections, ("rivals",))
    ]
    yield from _overlapping(("rivals",), rivals)


def _overlapping(
    path: KeyPath, spans: list[tuple[str, Any, Any, Any]], *, adjoin: bool = False
) -> Iterator[CaseProblem]:
    """Find spans (name, entry, start, end) that begin before the one before of their name ends, or with its end."""
    ordered = sorted(enumerate(spans), key=lambda numbered: (numbered[1][0], numbered[1][2]))
    for (_, (name, before, _, end)), (place, (other, after, start, _)) in pairwise(ordered):
        if name == other and (end is None or start < end or (start == end and not adjoin)):
            values = {"found": after.since, "before": before.until or "…", "since": before.since}
            yield CaseProblem((*path, place, "from"), "overlap", values)


def _certificates(sections: Sections) -> Iterator[CaseProblem]:
    if "anchors" not in sections:
        return
    anchors = {anchor.key: anchor for anchor in sections["anchors"]}
    claimed: set[str] = set()
    for place, batch in enumerate(_at(sections, ("certificates",))):
        for number, name in enumerate(batch.anchors):
            path: KeyPath = ("certificates", place, "anchors", number)
            if name not in anchors:
                yield CaseProblem(path, "unknown_anchor", {"found": name, "suggestion": suggestion(name, anchors)})
            elif name in claimed:
                yield CaseProblem(path, "duplicate", {"found": name})
            claimed.add(name)
        for side in ("home", "host", "third"):
            named = sum(1 for name in batch.anchors if name in anchors and anchors[name].origin == side)
            if named > getattr(batch, side):
                values = {"found": getattr(batch, side), "named": named}
                yield CaseProblem(("certificates", place, side), "fewer_than_anchors", values)


def problems_of_unknown(tree: Any) -> Iterator[CaseProblem]:
    """Return what ``case.yaml`` says is not known and says all the same, and what it says twice is not known."""
    if not isinstance(tree, dict) or not isinstance(tree.get(UNKNOWN), list):
        return
    for place, word in enumerate(tree[UNKNOWN]):
        if isinstance(word, str) and _is_given(tree, word, tree[UNKNOWN]):
            yield CaseProblem((UNKNOWN, place), "known_all_the_same", {"found": word})
        if word in tree[UNKNOWN][:place]:
            yield CaseProblem((UNKNOWN, place), "duplicate", {"found": word})


def _is_given(tree: JsonObject, word: str, unknown: list[Any]) -> bool:
    """Return whether what is called unknown is given: a key, or a part of a key that is or is not given as a whole."""
    key, _, part = word.partition(".")
    section = tree.get(key)
    return key in tree if not part else key in unknown or (isinstance(section, dict) and part in section)


def _parameters(
    sections: Sections, units_by_name: Mapping[str, str], counts: Mapping[str, int]
) -> Iterator[CaseProblem]:
    for name, parameter in (sections.get("parameters") or {}).items():
        path: KeyPath = ("parameters", name)
        if name not in units_by_name:
            yield CaseProblem(path, "unknown_parameter", {"found": name, "suggestion": suggestion(name, units_by_name)})
        elif not units.convertible(parameter.unit, units_by_name[name]):
            yield CaseProblem(
                (*path, "unit"), "unit_misfit", {"found": parameter.unit, "expected": units_by_name[name]}
            )
        count = len(parameter.values)
        expected = counts.get(name)
        if expected is not None and count != expected:
            yield CaseProblem((*path, "value"), "parameter_count", {"found": count, "wanted": expected})


def problems_of_tree(tree: Any, sources: Iterable[str] | None, data_end: Quarter | None) -> Iterator[CaseProblem]:
    """Return what is wrong with sources, grades and dates anywhere in ``case.yaml``, whatever else is wrong with it.

    Parameters
    ----------
    tree
        Content of ``case.yaml``.
    sources
        Keys of ``sources.yaml``; ``None`` if not known.
    data_end
        The last quarter a value may be of; ``None`` if not known.
    """
    known_sources = None if sources is None else {*sources, JUDGEMENT}
    for path, entry in mappings(tree, ()):
        if "source" in entry and path != ("world",):
            yield from sourcing(path, entry, known_sources)
        if data_end is not None:
            yield from _late(path, entry, data_end)


def mappings(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, JsonObject]]:
    """Yield every mapping of a tree, at any depth, with its path."""
    if isinstance(node, dict):
        yield path, node
        for name, value in node.items():
            yield from mappings(value, (*path, name))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from mappings(value, (*path, place))


def sourcing(path: KeyPath, entry: Mapping[str, Any], known_sources: Collection[str] | None) -> Iterator[CaseProblem]:
    """Return what is wrong with the sources, grade and note of an entry.

    Parameters
    ----------
    path
        Path of the entry in its file.
    entry
        The entry, by key.
    known_sources
        Keys a source may have; ``None`` if they are not known.
    """
    written = entry["source"]
    keys = written.split(";") if isinstance(written, str) else written if isinstance(written, (list, tuple)) else []
    keys = [name.strip() for name in keys if isinstance(name, str) and name.strip()]
    for name in keys:
        if known_sources is not None and name not in known_sources:
            values = {"found": name, "suggestion": suggestion(name, known_sources)}
            yield CaseProblem((*path, "source"), "unknown_source", values)
    grade = entry.get("grade")
    if (JUDGEMENT in keys or grade == "judgement") and not entry.get("note"):
        yield CaseProblem(path, "judgement_without_note")
    if keys == [JUDGEMENT] and grade not in ("judgement", None):
        yield CaseProblem((*path, "grade"), "judgement_grade", {"found": grade})
    modelled = bool(path) and path[0] not in _UNMODELLED
    if modelled and grade == "background" and entry.get("use", True) not in (False, "no", "false"):
        yield CaseProblem((*path, "grade"), "background_used")


def _late(path: KeyPath, entry: JsonObject, data_end: Quarter) -> Iterator[CaseProblem]:
    if any(key in path for key in _MAY_LIE_AHEAD):
        return
    for name in ("date", "from", "registered", "started", "operating"):
        try:
            when = Date.parse(str(entry[name]))
        except (KeyError, ValueError):
            continue
        if when.first_day > data_end.last_day:
            values = {"found": when, "last": data_end, "quarter": Quarter.of_day(when.first_day)}
            yield CaseProblem((*path, name), "after_data_end", values)
