"""The network of a case: actors in four layers at fixed places, what binds them, and the arrows between the layers.

Places are computed once, from left (the investing side) to right (the host), and do not move when numbers change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copark.model.variables import ROOMS, catalogue
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.describing import ActorInfo, actors_of, used_tables
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.wording import both, said, unit_title

if TYPE_CHECKING:
    from copark.cases import Case

LAYERS = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}
"""The model's rooms and the four scales they are."""
MOST_IN_ROW = 6
PLACE = {"home": 0.0, "third": 0.5, "none": 0.5, None: 0.5, "host": 1.0}
SHARED = ("council", "committee", "agreement")


class NodeInfo(Answer):
    """An actor in its place."""

    key: str
    """Its key: role and name."""
    layer: str
    """global, intergovernmental, park or enterprise."""
    title: Said
    """Name."""
    side: str | None
    """On whose side."""
    role: str
    """What it is."""
    x: float
    """From left (0) to right (1)."""
    row: int
    """Row within its layer, from the top."""
    weight: float
    """How large it is drawn, 0 to 1: its share, or the sum of its ties."""
    spans: list[list[str | None]]
    """From when to when it is there."""
    source: list[str]
    """Keys of its sources."""


class EdgeInfo(Answer):
    """What binds two actors."""

    source_key: str
    """Key of the one."""
    target_key: str
    """Key of the other."""
    kind: str
    """equity or legal (solid), or influence (dashed)."""
    strength: float
    """0 to 1."""
    spans: list[list[str | None]]
    """From when to when it holds; empty where it always does."""


class ArrowInfo(Answer):
    """An arrow of the model between two layers: what it carries is in the flows of a simulation."""

    link: str
    """Its name."""
    title: Said
    """What it is called."""
    source_layer: str
    """The layer it leaves."""
    target_layer: str
    """The layer it reaches."""
    carries: list[str]
    """Names of what is sent."""
    unit: str
    """Its unit."""
    unit_title: Said
    """The unit as a person reads it."""
    neutral: float
    """What the receiver has where nothing arrives."""
    delay: int
    """Quarters it takes."""


class LayerInfo(Answer):
    """A layer: one of the four scales."""

    key: str
    """global, intergovernmental, park or enterprise."""
    room: str
    """Its room in the model."""
    title: Said
    """What it is called."""


class NetworkAnswer(Answer):
    """The network of a case."""

    layers: list[LayerInfo]
    """From the top."""
    nodes: list[NodeInfo]
    """Actors."""
    edges: list[EdgeInfo]
    """What binds them, dated."""
    arrows: list[ArrowInfo]
    """The model's arrows between the layers."""


def network_of(shelved: Shelved) -> NetworkAnswer:
    """The network of a case."""
    case = shelved.case
    actors = [one for one in actors_of(case) if one.role != "interest"]
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


def arrows() -> list[ArrowInfo]:
    """Every arrow of the model."""
    return [
        ArrowInfo(
            link=link.name,
            title=both(link),
            source_layer=LAYERS[link.source_room],
            target_layer=LAYERS[link.target_room],
            carries=list(link.sends),
            unit=link.unit,
            unit_title=unit_title(link.unit),
            neutral=link.neutral,
            delay=link.delay,
        )
        for link in catalogue().links.values()
    ]


def _key(one: ActorInfo) -> str:
    return f"{one.role}/{one.key}"


def _shares(case: Case) -> dict[str, float]:
    """The largest share each holder ever had, 0 to 1."""
    found: dict[str, float] = {}
    for table in used_tables(case):
        for one in table.holdings:
            found[one.holder] = max(found.get(one.holder, 0.0), one.basis_points / 10_000.0)
    return found


def _members(actors: list[ActorInfo]) -> dict[str, list[list[ActorInfo]]]:
    """Groups of actors of each layer, from the top: each begins a row of its own."""
    by_role: dict[str, list[ActorInfo]] = {}
    for one in actors:
        by_role.setdefault(one.role, []).append(one)
    company = _plain("company", "company", said("report.network.company"), None)
    origins = [
        _plain("origin", origin, said(f"report.network.firms_{origin}"), origin) for origin in ("home", "third", "host")
    ]
    return {
        "global": [by_role.get("partner", [])],
        "intergovernmental": [by_role.get("government", []), by_role.get("institution", [])],
        "park": [by_role.get("shareholder", []), [company]],
        "enterprise": [origins, by_role.get("anchor", [])],
    }


def _plain(role: str, key: str, title: Said, side: str | None) -> ActorInfo:
    return ActorInfo(
        key=key, role=role, side=side, title=title, what=None, kind=None, country=None, spans=[], ties={}, grade=None,
        source=[], note=None,
    )  # fmt: skip


def _placed(layer: str, groups: list[list[ActorInfo]], shares: dict[str, float]) -> list[NodeInfo]:
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


def _wanted_place(one: ActorInfo) -> float:
    """Mean place of the enterprises an actor is tied to; of one without ties the place of its side."""
    total = sum(one.ties.values())
    if total > 0.0:
        return sum(PLACE[origin] * strength for origin, strength in one.ties.items()) / total
    if one.role == "institution":
        return 0.4 if one.kind in SHARED else 0.8
    return PLACE[one.side]


def _node(layer: str, one: ActorInfo, x: float, row: int, shares: dict[str, float]) -> NodeInfo:
    weight = {"company": 1.0, "government": 1.0, "origin": 0.8}.get(one.role)
    if weight is None:
        weight = max(shares.get(one.key, 0.0), sum(one.ties.values()) / 3.0, 0.1)
    return NodeInfo(
        key=_key(one), layer=layer, title=one.title, side=one.side, role=one.role, x=x, row=row,
        weight=min(weight, 1.0), spans=one.spans, source=one.source,
    )  # fmt: skip


def _edges(case: Case, actors: list[ActorInfo]) -> list[EdgeInfo]:
    found: list[EdgeInfo] = []

    def bind(source: str, target: str, kind: str, strength: float, spans: Any = ()) -> None:
        found.append(
            EdgeInfo(source_key=source, target_key=target, kind=kind, strength=strength, spans=[list(s) for s in spans])
        )

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
    tables = used_tables(case)
    for n, table in enumerate(tables):
        until = tables[n + 1].date if n + 1 < len(tables) else None
        for holding in table.holdings:
            if holding.holder in holders:
                share = holding.basis_points / 10_000.0
                bind(f"shareholder/{holding.holder}", "company/company", "equity", share, [[table.date, until]])
    return found


def _institutional(one: ActorInfo) -> list[tuple[str, str]]:
    """What an institution is bound to: the host's government, both where it is shared, the company it administers."""
    if one.role != "institution":
        return []
    found = [("government/host", _key(one))]
    if one.kind in SHARED:
        found.append(("government/home", _key(one)))
    if one.kind == "administration":
        found.append((_key(one), "company/company"))
    return found
