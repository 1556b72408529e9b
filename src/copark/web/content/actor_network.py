"""The network of a case: actors in four layers at fixed places, what binds them, and the links between the layers.

RequestSlots are computed once, from left (the investing side) to right (the host), and do not move when numbers change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from copark.analyses.compare.outcome_attribution import GROUPS, REST
from copark.cases.facts import used
from copark.model.variables import ORIGINS, catalogue
from copark.texts.localized import LocalizedText
from copark.web.content.case_registry import CaseEntry
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import said

if TYPE_CHECKING:
    from copark.cases import Case

LAYERS = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}
"""The model's submodels and the four scales they are."""
ROWS = {
    "global": ["partner"],
    "intergovernmental": ["government", "institution"],
    "park": ["shareholder", "company"],
    "enterprise": ["origin", "anchor"],
}
"""Roles in each layer, from the top: every role begins a row of its own."""
MOST_IN_ROW = 6
COMPANY = "company/company"
PLACE = {"home": 0.0, "third": 0.5, "none": 0.5, None: 0.5, "host": 1.0}
SHARED = ("council", "committee", "agreement")


Spans = list[tuple[str, str | None]]
"""Times as pairs of dates; ``None`` as the end of one that lasts."""


@dataclass(frozen=True)
class NetworkActor:
    """Actor of a case: role and key, names, side, times of presence, and ties by origin of enterprises."""

    role: str
    key: str
    title: Any
    side: str | None = None
    kind: str | None = None
    spans: Spans = field(default_factory=list)
    ties: Mapping[str, float] = field(default_factory=dict)
    source: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its role and key: no other actor's."""
        return f"{self.role}/{self.key}"


class NodeInfo(ApiModel):
    """An actor in its place."""

    key: str
    """Its key: role and name, such as ``partner/duisport``; no other actor's."""
    layer: str
    """Scale it acts at: global, intergovernmental, park or enterprise."""
    title: LocalizedText
    """Name for a reader."""
    side: str | None
    """Side it belongs to: home, host or third; null of what belongs to none."""
    role: str
    """partner, government, institution, shareholder, company, origin (enterprises of one origin) or anchor."""
    x: float
    """Place in its row, from left (0, the investing side) to right (1, the host)."""
    row: int
    """Row within its layer, counted from 0 at the top."""
    weight: float
    """How large it is drawn, 0.1 to 1: its largest share ever or a third of the sum of its ties, whichever is more;
    fixed for governments, origins and the company."""
    spans: Spans
    """From when to when it is there, dates as in the sources; null as the end where it lasts. Empty where it always
    is."""
    source: list[str]
    """Keys of its sources among those of the case's evidence; empty where it needs none."""


class EdgeInfo(ApiModel):
    """A tie between two actors."""

    source_key: str
    """Key of the node it comes from."""
    target_key: str
    """Key of the node it leads to."""
    kind: str
    """equity or legal (solid), or influence (dashed)."""
    strength: float
    """How strong it is, 0 to 1: of equity the share, of influence the tie, of legal ties a fixed number."""
    spans: Spans
    """From when to when it holds, dates as in the sources; null as the end where it lasts. Empty where it always
    does."""


class ArrowInfo(ApiModel):
    """A link of the model between two scales; its flow is in the ``flows`` of a simulation."""

    link: str
    """Name of the link, by which a scenario changes it."""
    title: LocalizedText
    """The link in words."""
    source_layer: str
    """Scale it comes from: global, intergovernmental, park or enterprise."""
    target_layer: str
    """Scale it acts on: global, intergovernmental, park or enterprise."""
    unit: str
    """Symbol of the unit of what it carries."""
    unit_title: LocalizedText
    """The unit in words; empty for a pure number."""
    delay: int
    """Quarters from sending to arriving."""


class LayerInfo(ApiModel):
    """A layer: one of the four scales."""

    key: str
    """The scale: global, intergovernmental, park or enterprise."""
    submodel: str
    """Part of the model that computes it: world, governments, company or enterprises."""
    title: LocalizedText
    """The scale in words."""


class LinkGroup(ApiModel):
    """Links that carry something alike: a change of outcomes is shared out among such groups."""

    title: LocalizedText
    """What they carry, in words."""
    links: list[str]
    """Names of the links; none of ``rest``, through which everything else passes."""


class NetworkAnswer(ApiModel):
    """The network of a case."""

    layers: list[LayerInfo]
    """The four scales, from the top."""
    nodes: list[NodeInfo]
    """The actors, each in its place."""
    edges: list[EdgeInfo]
    """What binds them."""
    arrows: list[ArrowInfo]
    """The links of the model between scales; the same for every case."""
    groups: dict[str, LinkGroup]
    """Groups of these links by key, as a change of outcomes is shared out among them."""


def network_of(case_entry: CaseEntry) -> NetworkAnswer:
    """Describe the network of a case."""
    case = case_entry.case
    actors = list(_actors(case))
    shares: dict[str, float] = {}  # the largest share each holder ever had, 0 to 1
    for table in used(case.equity):
        for holding in table.holdings:
            shares[holding.holder] = max(shares.get(holding.holder, 0.0), holding.basis_points / 10_000.0)
    return NetworkAnswer(
        layers=[
            LayerInfo(key=key, submodel=submodel, title=said(f"analysis.scale.{key}"))
            for submodel, key in LAYERS.items()
        ],
        nodes=list(_placed(actors, shares)),
        edges=list(_edges(case, actors)),
        arrows=arrows(),
        groups={
            key: LinkGroup(title=said(f"compare.group.{key}"), links=list(GROUPS.get(key, ())))
            for key in (*GROUPS, REST)
        },
    )


def _actors(case: Case) -> Iterator[NetworkActor]:
    """Yield who acts in a case, but for those who only have an interest."""

    def actor(role: str, entry: Any, side: str | None, stays: Iterable[Any]) -> NetworkActor:
        """Make an actor of an entry of the case.

        Parameters
        ----------
        role
            Its role, ``shareholder``, ``partner``, ``institution`` or ``anchor``.
        entry
            Entry with key, title and sources; ties to enterprises are taken where it has any.
        side
            Side or origin it is drawn at; ``None`` for a body of both sides.
        stays
            Entries with the dates between which it is there; empty where its times are set afterwards.
        """
        ties = getattr(entry, "ties", None)  # none where they are not known
        strengths = {} if ties is None else {origin: float(getattr(ties, origin)) for origin in ORIGINS}
        kind = entry.kind if role == "institution" else None
        spans = [span(stay) for stay in stays]
        return NetworkActor(role, entry.key, entry.title, side, kind, spans, strengths, list(entry.source))

    for side, government in (("home", case.sides.home), ("host", case.sides.host)):
        yield NetworkActor("government", side, government.title, side)
    for holder in case.shareholders:
        yield actor("shareholder", holder, holder.side, [holder])
    for partner in case.partners:
        yield actor("partner", partner, partner.side, partner.presence)
    for body in case.institutions:
        yield actor("institution", body, None, [body])
    for anchor in case.anchors:
        yield replace(actor("anchor", anchor, anchor.origin, []), spans=[(str(anchor.registered), None)])
    yield NetworkActor("company", "company", said("report.network.company"))
    for origin in ("home", "third", "host"):
        yield NetworkActor("origin", origin, said(f"report.network.firms_{origin}"), origin)


def span(entry: Any) -> tuple[str, str | None]:
    """Return from when to when something is there; ``None`` where it lasts."""
    return str(entry.since), None if entry.until is None else str(entry.until)


def arrows() -> list[ArrowInfo]:
    """List every link of the model."""
    return [
        ArrowInfo.of(
            link, link=link.name, source_layer=LAYERS[link.source_submodel], target_layer=LAYERS[link.target_submodel]
        )
        for link in catalogue().links.values()
    ]


def _placed(actors: list[NetworkActor], shares: dict[str, float]) -> Iterator[NodeInfo]:
    """Place actors in rows of at most six, as even as can be; within a row by side and by their ties."""
    for layer, roles in ROWS.items():
        row = 0
        for role in roles:
            ordered = sorted((actor for actor in actors if actor.role == role), key=_wanted_place)
            parts = -(-len(ordered) // MOST_IN_ROW)
            size = -(-len(ordered) // parts) if parts else 1
            for first in range(0, len(ordered), size):
                members = ordered[first : first + size]
                for n, actor in enumerate(members):
                    yield _node(layer, actor, (n + 0.5) / len(members), row, shares)
                row += 1


def _wanted_place(actor: NetworkActor) -> float:
    """Return the mean place of the enterprises an actor is tied to; of one without ties the place of its side."""
    total = sum(actor.ties.values())
    if total > 0.0:
        return sum(PLACE[origin] * strength for origin, strength in actor.ties.items()) / total
    if actor.role == "institution":
        return 0.4 if actor.kind in SHARED else 0.8
    return PLACE[actor.side]


def _node(layer: str, actor: NetworkActor, x: float, row: int, shares: dict[str, float]) -> NodeInfo:
    weight = {"company": 1.0, "government": 1.0, "origin": 0.8}.get(actor.role)
    if weight is None:
        weight = max(shares.get(actor.key, 0.0), sum(actor.ties.values()) / 3.0, 0.1)
    return NodeInfo.of(actor, key=actor.name, layer=layer, x=x, row=row, weight=min(weight, 1.0))


def _bind(source: str, target: str, kind: str, strength: float, spans: Spans) -> EdgeInfo:
    return EdgeInfo(source_key=source, target_key=target, kind=kind, strength=strength, spans=spans)


def _edges(case: Case, actors: list[NetworkActor]) -> Iterator[EdgeInfo]:
    for actor in actors:
        for origin, strength in actor.ties.items():
            if strength > 0.0:
                yield _bind(actor.name, f"origin/{origin}", "influence", strength, actor.spans)
        if actor.role == "institution":  # of the host, of both where it is shared; and the company it administers
            yield _bind("government/host", actor.name, "legal", 0.5, actor.spans)
            if actor.kind in SHARED:
                yield _bind("government/home", actor.name, "legal", 0.5, actor.spans)
            if actor.kind == "administration":
                yield _bind(actor.name, COMPANY, "legal", 0.5, actor.spans)
        if actor.role == "anchor":
            yield _bind(f"origin/{actor.side}", actor.name, "legal", 0.3, actor.spans)
        if actor.role == "origin":
            yield _bind(COMPANY, actor.name, "legal", 0.3, [])
    yield from _equity(case, {actor.key for actor in actors if actor.role == "shareholder"})


def _equity(case: Case, holders: set[str]) -> Iterator[EdgeInfo]:
    tables = used(case.equity)
    for n, table in enumerate(tables):
        until = str(tables[n + 1].date) if n + 1 < len(tables) else None
        for holding in table.holdings:
            if holding.holder in holders:
                share = holding.basis_points / 10_000.0
                yield _bind(f"shareholder/{holding.holder}", COMPANY, "equity", share, [(str(table.date), until)])
