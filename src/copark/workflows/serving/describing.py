"""A case as a page shows it: facts with sources, equity, quota, framework, actors, what may be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copark.cases.facts import used
from copark.simulation.study import baseline
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.engine import Engine
from copark.workflows.serving.levers import LeverInfo, levers_of
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.wording import both, own, said

if TYPE_CHECKING:
    from copark.cases import CapTable, Case, Fact


class FactInfo(Answer):
    """A dated fact."""

    key: str
    """Its place in the case's file."""
    title: Said
    """What it is."""
    date: str
    """From when it holds."""
    value: float
    """Its value."""
    unit: str
    """In which unit."""
    basis: Said
    """What exactly is counted or measured."""
    use: bool
    """Whether the model uses it; the others contradict one that is used."""
    grade: str
    """How far it is trusted."""
    source: list[str]
    """Keys of its sources."""
    note: Said | None
    """What a reader should know."""


class HoldingInfo(Answer):
    """What one holder has."""

    holder: str
    """Key or name."""
    title: Said
    """Name."""
    side: str
    """home, host, third or none."""
    basis_points: int
    """Hundredths of one per cent."""
    basis: Said
    """What the share is a share of."""
    grade: str
    """How far it is trusted."""
    source: list[str]
    """Keys of its sources."""
    note: Said | None
    """What a reader should know."""


class CapTableInfo(Answer):
    """Who owns the development company from a date on."""

    table: str
    """Its key."""
    date: str
    """From when."""
    use: bool
    """Whether the model uses it."""
    sides: dict[str, int]
    """Basis points by side; none is the unallocated rest."""
    holdings: list[HoldingInfo]
    """Who has what."""


class ActorInfo(Answer):
    """Somebody or something that acts."""

    key: str
    """Short name."""
    role: str
    """government, interest, shareholder, partner, institution or anchor."""
    side: str | None
    """On whose side."""
    title: Said
    """Name."""
    what: Said | None
    """What it wants or is able to do."""
    kind: str | None
    """Of an institution: council, administration, agreement, decree or committee."""
    country: str | None
    """Three-letter code."""
    spans: list[list[str | None]]
    """From when to when it was there; null where it lasts."""
    ties: dict[str, float]
    """Ties to enterprises of each origin, 0 to 1."""
    grade: str | None
    """How far it is trusted."""
    source: list[str]
    """Keys of its sources."""
    note: Said | None
    """What a reader should know."""


class CaseAnswer(Answer):
    """Everything of a case that pages need, but for its evidence."""

    case: CaseName
    """The case in short."""
    sides: dict[str, Said]
    """Names of the two governments."""
    lacks: list[Said]
    """What is not known of a park that is told in short, and what stands in its place."""
    facts: list[FactInfo]
    """Dated facts: quota, finance, land, regime, capability; used and unused."""
    equity: list[CapTableInfo]
    """Cap tables by date."""
    framework: list[list[str | None]]
    """When the intergovernmental framework is on; empty for a park without one."""
    actors: list[ActorInfo]
    """Governments' interests, shareholders, partners, institutions and anchor projects."""
    levers: list[LeverInfo]
    """What may be moved."""
    counts: dict[str, int]
    """How many events, observations, sources and enterprises it has."""


def describe(engine: Engine, shelved: Shelved) -> CaseAnswer:
    """Describe a case."""
    from copark.cases.completeness import growth_notes, notes_of

    case = shelved.case
    notes = {lang: (*notes_of(case, lang), *growth_notes(case, lang)) for lang in ("en", "zh")}
    study = baseline(case.name)
    inputs = engine.inputs(study, shelved, study.scenarios[0])
    framework = case.framework
    return CaseAnswer(
        case=case_name(shelved),
        sides={"home": both(case.sides.home.title), "host": both(case.sides.host.title)},
        lacks=[Said(en=en, zh=zh) for en, zh in zip(notes["en"], notes["zh"], strict=True)],
        facts=facts_of(case),
        equity=[cap_table(table, case) for table in sorted(case.equity, key=lambda one: one.date.first_day)],
        framework=[] if framework is None else [_span(framework)],
        actors=actors_of(case),
        levers=levers_of(case, inputs),
        counts={
            "events": len(case.events),
            "observations": len(case.observations),
            "sources": len(case.sources),
            "enterprises": len(case.enterprises),
        },
    )


def _span(one: Any) -> list[str | None]:
    return [str(one.since), None if one.until is None else str(one.until)]


def facts_of(case: Case) -> list[FactInfo]:
    """Dated facts of a case in the order of its file."""
    found: list[tuple[str, Said, Fact]] = []

    def add(key: str, facts: Any) -> None:
        word = key.rpartition(".")[2]
        found.extend((key, said(f"web.fact.{word}"), fact) for fact in facts)

    add("quota", case.quota)
    add("finance.registered_capital", case.finance.registered_capital)
    add("finance.paid_in_at_start", [case.finance.paid_in_at_start])
    add("finance.grants", case.finance.grants)
    for line in case.finance.credit:
        found.append((f"finance.credit.{line.key}.amount", both(line.title), line.amount))
        if line.rate is not None:
            found.append((f"finance.credit.{line.key}.rate", both(line.title), line.rate))
    add("land.plan", case.land.plan)
    add("land.first_area", [case.land.first_area])
    add("land.block", [case.land.block])
    add("regime.threshold", case.regime.threshold)
    add("regime.profit_tax", case.regime.profit_tax)
    add("regime.reference_tax", [case.regime.reference_tax])
    add("capability", case.capability)
    return [
        FactInfo(
            key=key,
            title=title,
            date=str(fact.date),
            value=fact.value,
            unit=fact.unit,
            basis=own(fact.basis),
            use=fact.use,
            grade=fact.grade,
            source=list(fact.source),
            note=None if fact.note is None else both(fact.note),
        )
        for key, title, fact in found
    ]


def cap_table(table: CapTable, case: Case) -> CapTableInfo:
    """A cap table; holders that are shareholders of the case bear their names in both languages."""
    names = {one.key: both(one.title) for one in case.shareholders}
    return CapTableInfo(
        table=table.table,
        date=str(table.date),
        use=table.use,
        sides={side: table.basis_points_of(side) for side in ("home", "host", "third", "none")},
        holdings=[
            HoldingInfo(
                holder=one.holder,
                title=holder_title(one.holder, names),
                side=one.side,
                basis_points=one.basis_points,
                basis=own(one.basis),
                grade=one.grade,
                source=list(one.source),
                note=None if one.note is None else own(one.note),
            )
            for one in table.holdings
        ],
    )


def holder_title(holder: str, names: dict[str, Said]) -> Said:
    """The name of a holder."""
    if holder in names:
        return names[holder]
    return said("web.unallocated") if holder == "unallocated" else own(holder)


def actors_of(case: Case) -> list[ActorInfo]:
    """Who acts in a case."""
    return [
        *(_actor("government", key, both(one.title), key, country=one.country)
          for key, one in (("home", case.sides.home), ("host", case.sides.host))),
        *(_actor("interest", one.key, both(one.title), one.side, one, what=both(one.meaning))
          for one in case.interests),
        *(_actor("shareholder", one.key, both(one.title), one.side, one, what=both(one.capability),
                 country=one.country, spans=[_span(one)], ties=one.ties) for one in case.shareholders),
        *(_actor("partner", one.key, both(one.title), one.side, one, country=one.country,
                 spans=[_span(span) for span in one.presence], ties=one.ties) for one in case.partners),
        *(_actor("institution", one.key, both(one.title), None, one, kind=one.kind, spans=[_span(one)])
          for one in case.institutions),
        *(_actor("anchor", one.key, both(one.title), one.origin, one, spans=[[str(one.registered), None]])
          for one in case.anchors),
    ]  # fmt: skip


def _actor(
    role: str, key: str, title: Said, side: str | None, sourced: Any = None, *, ties: Any = None, **more: Any
) -> ActorInfo:
    empty: dict[str, Any] = {"what": None, "kind": None, "country": None, "spans": []}
    note = None if sourced is None else sourced.note
    return ActorInfo(
        key=key,
        role=role,
        side=side,
        title=title,
        ties={} if ties is None else {origin: float(getattr(ties, origin)) for origin in ("home", "host", "third")},
        grade=None if sourced is None else sourced.grade,
        source=[] if sourced is None else list(sourced.source),
        note=None if note is None else both(note),
        **(empty | more),
    )


def used_tables(case: Case) -> list[CapTableInfo]:
    """The cap tables the model uses, by date."""
    return [cap_table(table, case) for table in used(case.equity)]
