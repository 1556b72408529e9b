"""The network of a case: actors in four layers at fixed places, what binds them, and the links between the layers.

Places are computed once, from left (the investing side) to right (the host), and do not move when numbers change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from copark.cases.facts import used
from copark.model.variables import ORIGINS, catalogue
from copark.web.content.case_registry import Shelved
from copark.web.content.responses import Answer, Said
from copark.web.content.sentences import said

if TYPE_CHECKING:
    from copark.cases import Case

LAYERS = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}
"""The model's rooms and the four scales they are."""
ROWS = {
    "global": ["partner"],
    "intergovernmental": ["government", "institution"],
    "park": ["shareholder", "company"],
    "enterprise": ["origin", "anchor"],
}
"""Who acts in each layer, from the top: every role begins a row of its own."""
MOST_IN_ROW = 6
COMPANY = "company/company"
PLACE = {"home": 0.0, "third": 0.5, "none": 0.5, None: 0.5, "host": 1.0}
SHARED = ("council", "committee", "agreement")


Spans = list[tuple[str, str | None]]
"""From when to when; null where it lasts."""


@dataclass(frozen=True)
class Actor:
    """Who acts in a case: his role and key, names, side, when he is there, and his ties by origin of enterprises."""

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


class NodeInfo(Answer):
    """An actor in its place."""

    key: str
    """Its key: role and name."""
    layer: str
    """global, intergovernmental, park or enterprise."""
    title: Said
    side: str | None
    role: str
    x: float
    """From left (0) to right (1)."""
    row: int
    weight: float
    """How large it is drawn, 0 to 1: its share, or the sum of its ties."""
    spans: Spans
    source: list[str]


class EdgeInfo(Answer):
    """What binds two actors."""

    source_key: str
    target_key: str
    kind: str
    """equity or legal (solid), or influence (dashed)."""
    strength: float
    """0 to 1."""
    spans: Spans
    """From when to when it holds; empty where it always does."""


class ArrowInfo(Answer):
    """A link of the model between two layers: what it carries is in the flows of a simulation."""

    link: str
    title: Said
    source_layer: str
    target_layer: str
    unit: str
    unit_title: Said
    delay: int


class LayerInfo(Answer):
    """A layer: one of the four scales."""

    key: str
    """global, intergovernmental, park or enterprise."""
    room: str
    title: Said


class NetworkAnswer(Answer):
    """The network of a case."""

    layers: list[LayerInfo]
    nodes: list[NodeInfo]
    edges: list[EdgeInfo]
    arrows: list[ArrowInfo]


def network_of(shelved: Shelved) -> NetworkAnswer:
    """The network of a case."""
    case = shelved.case
    actors = list(_actors(case))
    shares: dict[str, float] = {}  # the largest share each holder ever had, 0 to 1
    for table in used(case.equity):
        for one in table.holdings:
            shares[one.holder] = max(shares.get(one.holder, 0.0), one.basis_points / 10_000.0)
    return NetworkAnswer(
        layers=[LayerInfo(key=key, room=room, title=said(f"analysis.scale.{key}")) for room, key in LAYERS.items()],
        nodes=list(_placed(actors, shares)),
        edges=list(_edges(case, actors)),
        arrows=arrows(),
    )


def _actors(case: Case) -> Iterator[Actor]:
    """Who acts in a case, but for those who only have an interest."""

    def actor(role: str, one: Any, side: str | None, stays: Iterable[Any]) -> Actor:
        ties = getattr(one, "ties", None)  # none where they are not known
        known = {} if ties is None else {origin: float(getattr(ties, origin)) for origin in ORIGINS}
        kind = one.kind if role == "institution" else None
        return Actor(role, one.key, one.title, side, kind, [span(stay) for stay in stays], known, list(one.source))

    for side, government in (("home", case.sides.home), ("host", case.sides.host)):
        yield Actor("government", side, government.title, side)
    for one in case.shareholders:
        yield actor("shareholder", one, one.side, [one])
    for partner in case.partners:
        yield actor("partner", partner, partner.side, partner.presence)
    for body in case.institutions:
        yield actor("institution", body, None, [body])
    for anchor in case.anchors:
        yield replace(actor("anchor", anchor, anchor.origin, []), spans=[(str(anchor.registered), None)])
    yield Actor("company", "company", said("report.network.company"))
    for origin in ("home", "third", "host"):
        yield Actor("origin", origin, said(f"report.network.firms_{origin}"), origin)


def span(one: Any) -> tuple[str, str | None]:
    """From when to when something is there; null where it lasts."""
    return str(one.since), None if one.until is None else str(one.until)


def arrows() -> list[ArrowInfo]:
    """Every link of the model."""
    return [
        ArrowInfo.of(one, link=one.name, source_layer=LAYERS[one.source_room], target_layer=LAYERS[one.target_room])
        for one in catalogue().links.values()
    ]


def _placed(actors: list[Actor], shares: dict[str, float]) -> Iterator[NodeInfo]:
    """Rows of at most six, as even as can be; within a row by side and by the enterprises an actor is tied to."""
    for layer, roles in ROWS.items():
        row = 0
        for role in roles:
            ordered = sorted((one for one in actors if one.role == role), key=_wanted_place)
            parts = -(-len(ordered) // MOST_IN_ROW)
            size = -(-len(ordered) // parts) if parts else 1
            for first in range(0, len(ordered), size):
                members = ordered[first : first + size]
                for n, one in enumerate(members):
                    yield _node(layer, one, (n + 0.5) / len(members), row, shares)
                row += 1


def _wanted_place(one: Actor) -> float:
    """Mean place of the enterprises an actor is tied to; of one without ties the place of its side."""
    total = sum(one.ties.values())
    if total > 0.0:
        return sum(PLACE[origin] * strength for origin, strength in one.ties.items()) / total
    if one.role == "institution":
        return 0.4 if one.kind in SHARED else 0.8
    return PLACE[one.side]


def _node(layer: str, one: Actor, x: float, row: int, shares: dict[str, float]) -> NodeInfo:
    weight = {"company": 1.0, "government": 1.0, "origin": 0.8}.get(one.role)
    if weight is None:
        weight = max(shares.get(one.key, 0.0), sum(one.ties.values()) / 3.0, 0.1)
    return NodeInfo.of(one, key=one.name, layer=layer, x=x, row=row, weight=min(weight, 1.0))


def _bind(source: str, target: str, kind: str, strength: float, spans: Spans) -> EdgeInfo:
    return EdgeInfo(source_key=source, target_key=target, kind=kind, strength=strength, spans=spans)


def _edges(case: Case, actors: list[Actor]) -> Iterator[EdgeInfo]:
    for one in actors:
        for origin, strength in one.ties.items():
            if strength > 0.0:
                yield _bind(one.name, f"origin/{origin}", "influence", strength, one.spans)
        if one.role == "institution":  # of the host, of both where it is shared; and the company it administers
            yield _bind("government/host", one.name, "legal", 0.5, one.spans)
            if one.kind in SHARED:
                yield _bind("government/home", one.name, "legal", 0.5, one.spans)
            if one.kind == "administration":
                yield _bind(one.name, COMPANY, "legal", 0.5, one.spans)
        if one.role == "anchor":
            yield _bind(f"origin/{one.side}", one.name, "legal", 0.3, one.spans)
        if one.role == "origin":
            yield _bind(COMPANY, one.name, "legal", 0.3, [])
    yield from _equity(case, {one.key for one in actors if one.role == "shareholder"})


def _equity(case: Case, holders: set[str]) -> Iterator[EdgeInfo]:
    tables = used(case.equity)
    for n, table in enumerate(tables):
        until = str(tables[n + 1].date) if n + 1 < len(tables) else None
        for one in table.holdings:
            if one.holder in holders:
                share, spans = one.basis_points / 10_000.0, [(str(table.date), until)]
                yield _bind(f"shareholder/{one.holder}", COMPANY, "equity", share, spans)
