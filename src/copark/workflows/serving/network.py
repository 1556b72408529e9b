"""The network of a case: actors in four layers at fixed places, what binds them, and the arrows between the layers.

Places are computed once, from left (the investing side) to right (the host), and do not move when numbers change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copark.cases.facts import used
from copark.model.variables import ROOMS, catalogue
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.wording import both, said, unit_title

if TYPE_CHECKING:
    from copark.cases import Case

LAYERS = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}
"""The model's rooms and the four scales they are."""
MOST_IN_ROW = 6
PLACE = {"home": 0.0, "third": 0.5, "none": 0.5, None: 0.5, "host": 1.0}
SHARED = ("council", "committee", "agreement")


Spans = list[tuple[str, str | None]]
"""From when to when; null where it lasts."""


@dataclass(frozen=True)
class Actor:
    """Who acts in a case: his role and key, names, side, when he is there, and his ties by origin of enterprises."""

    role: str
    key: str
    title: Said
    side: str | None = None
    kind: str | None = None
    spans: Spans = field(default_factory=list)
    ties: Mapping[str, float] = field(default_factory=dict)
    source: list[str] = field(default_factory=list)


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
    """An arrow of the model between two layers: what it carries is in the flows of a simulation."""

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
    shares = _shares(case)
    nodes: list[NodeInfo] = []
    for layer, members in _members(actors).items():
        nodes += _placed(layer, members, shares)
    return NetworkAnswer(
        layers=[LayerInfo(key=LAYERS[room], room=room, title=said(f"analysis.scale.{LAYERS[room]}")) for room in ROOMS],
        nodes=nodes,
        edges=_edges(case, actors),
        arrows=arrows(),
    )


def _actors(case: Case) -> Iterator[Actor]:
    """Who acts in a case, but for those who only have an interest."""

    def ties(one: Any) -> dict[str, float]:
        """None where they are not known."""
        known = one.ties
        return {} if known is None else {origin: float(getattr(known, origin)) for origin in ("home", "host", "third")}

    for side, government in (("home", case.sides.home), ("host", case.sides.host)):
        yield Actor("government", side, both(government.title), side)
    for one in case.shareholders:
        yield Actor("shareholder", one.key, both(one.title), one.side, None, [_span(one)], ties(one), list(one.source))
    for partner in case.partners:
        spans = [_span(span) for span in partner.presence]
        yield Actor(
            "partner", partner.key, both(partner.title), partner.side, None, spans, ties(partner), list(partner.source)
        )
    for body in case.institutions:
        yield Actor("institution", body.key, both(body.title), None, body.kind, [_span(body)], {}, list(body.source))
    for anchor in case.anchors:
        yield Actor(
            "anchor",
            anchor.key,
            both(anchor.title),
            anchor.origin,
            None,
            [(str(anchor.registered), None)],
            {},
            list(anchor.source),
        )


def _span(one: Any) -> tuple[str, str | None]:
    return str(one.since), None if one.until is None else str(one.until)


def arrows() -> list[ArrowInfo]:
    """Every arrow of the model."""
    return [
        ArrowInfo.of(
            link,
            link=link.name,
            title=both(link),
            source_layer=LAYERS[link.source_room],
            target_layer=LAYERS[link.target_room],
            unit_title=unit_title(link.unit),
        )
        for link in catalogue().links.values()
    ]


def _key(one: Actor) -> str:
    return f"{one.role}/{one.key}"


def _shares(case: Case) -> dict[str, float]:
    """The largest share each holder ever had, 0 to 1."""
    found: dict[str, float] = {}
    for table in used(case.equity):
        for one in table.holdings:
            found[one.holder] = max(found.get(one.holder, 0.0), one.basis_points / 10_000.0)
    return found


def _members(actors: list[Actor]) -> dict[str, list[list[Actor]]]:
    """Groups of actors of each layer, from the top: each begins a row of its own."""
    by_role: dict[str, list[Actor]] = {}
    for one in actors:
        by_role.setdefault(one.role, []).append(one)
    company = Actor("company", "company", said("report.network.company"))
    origins = [
        Actor("origin", origin, said(f"report.network.firms_{origin}"), origin) for origin in ("home", "third", "host")
    ]
    return {
        "global": [by_role.get("partner", [])],
        "intergovernmental": [by_role.get("government", []), by_role.get("institution", [])],
        "park": [by_role.get("shareholder", []), [company]],
        "enterprise": [origins, by_role.get("anchor", [])],
    }


def _placed(layer: str, groups: list[list[Actor]], shares: dict[str, float]) -> list[NodeInfo]:
    """Rows of at most six, as even as can be; within a row by side and by the enterprises an actor is tied to."""
    found: list[NodeInfo] = []
    row = 0
    for group in groups:
        ordered = sorted(group, key=_wanted_place)
        parts = -(-len(ordered) // MOST_IN_ROW)
        size = -(-len(ordered) // parts) if parts else 1
        for first in range(0, len(ordered), size):
            members = ordered[first : first + size]
            for n, one in enumerate(members):
                found.append(_node(layer, one, (n + 0.5) / len(members), row, shares))
            row += 1
    return found


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
    return NodeInfo(
        key=_key(one), layer=layer, title=one.title, side=one.side, role=one.role, x=x, row=row,
        weight=min(weight, 1.0), spans=one.spans, source=one.source,
    )  # fmt: skip


def _edges(case: Case, actors: list[Actor]) -> list[EdgeInfo]:
    found: list[EdgeInfo] = []

    def bind(source: str, target: str, kind: str, strength: float, spans: Any = ()) -> None:
        found.append(EdgeInfo(source_key=source, target_key=target, kind=kind, strength=strength, spans=list(spans)))

    for one in actors:
        for origin in (name for name, strength in one.ties.items() if strength > 0.0):
            bind(_key(one), f"origin/{origin}", "influence", one.ties[origin], one.spans)
        for source, target in _institutional(one):
            bind(source, target, "legal", 0.5, one.spans)
        if one.role == "anchor":
            bind(f"origin/{one.side}", _key(one), "legal", 0.3, one.spans)
    for origin in ("home", "third", "host"):
        bind("company/company", f"origin/{origin}", "legal", 0.3)
    holders = {one.key for one in actors if one.role == "shareholder"}
    tables = used(case.equity)
    for n, table in enumerate(tables):
        until = tables[n + 1].date if n + 1 < len(tables) else None
        for holding in table.holdings:
            if holding.holder in holders:
                share = holding.basis_points / 10_000.0
                bind(
                    f"shareholder/{holding.holder}",
                    "company/company",
                    "equity",
                    share,
                    [(str(table.date), None if until is None else str(until))],
                )
    return found


def _institutional(one: Actor) -> list[tuple[str, str]]:
    """What an institution is bound to: the host's government, both where it is shared, the company it administers."""
    if one.role != "institution":
        return []
    found = [("government/host", _key(one))]
    if one.kind in SHARED:
        found.append(("government/home", _key(one)))
    if one.kind == "administration":
        found.append((_key(one), "company/company"))
    return found
