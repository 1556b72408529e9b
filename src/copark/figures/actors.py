"""The actor network in four layers, at fixed places, so that two drawings can be compared.

Solid lines are legal or of equity, dashed ones influence; their width is the share or the strength of the tie. Who
has left is pale. Within a layer the investing side stands left and the host right, and partners stand above the
enterprises they are tied to, which keeps crossings few.

The timeline: every event of the casebook as a dot in its scale's lane, and the dated facts the model is given.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from copark.figures.frame import year_of
from copark.figures.ledgers import cap_tables, side_shares
from copark.presentation import style
from copark.presentation.numbers import number, shares_of
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.dates import Date
    from copark.cases.evidence import Event


WIDTH = 7.6
LEFT, RIGHT = 1.08, 0.12
ROW, WITHIN, BETWEEN = 0.58, 0.26, 0.50
MOST_IN_ROW = 6
ORIGINS = ("home", "third", "host")
_PLACE = {"home": 0.0, "third": 0.5, "none": 0.5, "host": 1.0}
_BOTH = ("council", "committee", "agreement")


@dataclass
class ActorNode:
    """An actor: where it stands (inches), what it says, whose side it is on, whether it is still there."""

    key: str
    words: str
    side: str
    present: bool = True
    order: float = 0.0
    x: float = 0.0
    y: float = 0.0
    wide: float = 1.0
    strong: bool = False


@dataclass
class Network:
    """Rows of nodes by layer, from the top, and edges between their keys: (from, to, width in points, dashed)."""

    layers: dict[str, list[list[ActorNode]]] = field(default_factory=dict)
    edges: list[tuple[str, str, float, bool]] = field(default_factory=list)

    def nodes(self) -> dict[str, ActorNode]:
        """Every node by key."""
        return {node.key: node for layer in self.layers.values() for row in layer for node in row}


def _there(entry: Any, case: Case) -> bool:
    return entry.until is None or entry.until.last_day > case.clock.data_end.last_day


def _ties(network: Network, key: str, ties: Any) -> float:
    """Add the dashed lines of an actor's ties, where known; give the mean place of the enterprises it is tied to."""
    felt = {origin: 0.0 if ties is None else float(getattr(ties, origin)) for origin in ORIGINS}
    for origin, strength in felt.items():
        if strength > 0.0:
            network.edges.append((key, f"firms-{origin}", 0.5 + 2.0 * strength, True))
    total = sum(felt.values())
    return sum(_PLACE[origin] * strength for origin, strength in felt.items()) / total if total else 0.5


def build(case: Case, lang: str) -> Network:
    """The actors of a case and what binds them, as the casebook has them at the end of its data."""
    network = Network()
    network.layers["global"] = _partners(network, case, lang)
    network.layers["intergovernmental"] = _governments(network, case, lang)
    network.layers["park"] = _company(network, case, lang)
    network.layers["enterprise"] = _enterprises(network, case, lang)
    return network


def _rows(nodes: list[ActorNode]) -> list[list[ActorNode]]:
    """Rows of at most six, as even as can be, in the nodes' order."""
    ordered = sorted(nodes, key=lambda node: node.order)
    parts = -(-len(ordered) // MOST_IN_ROW)
    size = -(-len(ordered) // parts) if parts else 1
    return [ordered[at : at + size] for at in range(0, len(ordered), size)]


def _partners(network: Network, case: Case, lang: str) -> list[list[ActorNode]]:
    nodes = []
    for partner in case.partners:
        key = f"partner-{partner.key}"
        present = any(_there(one, case) for one in partner.presence)
        nodes.append(ActorNode(key, partner.title.get(lang), partner.side, present, _ties(network, key, partner.ties)))
    return _rows(nodes)


def _governments(network: Network, case: Case, lang: str) -> list[list[ActorNode]]:
    governments = [
        ActorNode("government-home", case.sides.home.title.get(lang), "home", order=-1.0, strong=True),
        ActorNode("government-host", case.sides.host.title.get(lang), "host", order=2.0, strong=True),
    ]
    nodes = []
    for at, body in enumerate(case.institutions):
        key = f"institution-{body.key}"
        shared = body.kind in _BOTH
        place = (0.3 if shared else 0.8) + 0.001 * at
        nodes.append(ActorNode(key, body.title.get(lang), "none" if shared else "host", _there(body, case), place))
        network.edges.append(("government-host", key, 0.8, False))
        if shared:
            network.edges.append(("government-home", key, 0.8, False))
        if body.kind == "administration":
            network.edges.append((key, "company", 0.8, False))
    return [governments, *_rows(nodes)]


def _company(network: Network, case: Case, lang: str) -> list[list[ActorNode]]:
    tables = cap_tables(case)
    shares = {row.holder: row.basis_points for row in tables[-1].holdings} if tables else {}
    sides = side_shares(tables[-1]) if tables else {}
    parts = [f"{text(f'report.side.{side}', lang)} {shares_of(value)}" for side, value in sides.items() if value]
    title = "\n".join([text("report.network.company", lang), *parts[:2]])
    company = ActorNode("company", title, "none", wide=1.9, strong=True)
    nodes: list[ActorNode] = []
    for holder in case.shareholders:
        key = f"holder-{holder.key}"
        share = shares.get(holder.key)
        words = holder.title.get(lang) + (f" {shares_of(share)}" if share else "")
        place = {"home": 0.0, "third": 0.9, "host": 1.0}[holder.side]
        nodes.append(ActorNode(key, words, holder.side, _there(holder, case), place + 0.001 * len(nodes)))
        network.edges.append((key, "company", 0.8 + (share or 0) / 2500.0, False))
        _ties(network, key, holder.ties)
    return [*_rows(nodes), [company]]


def _enterprises(network: Network, case: Case, lang: str) -> list[list[ActorNode]]:
    origins, anchors = [], []
    for origin in ORIGINS:
        found = sorted(
            (one for one in case.observations if one.variable == f"registered_{origin}" and one.use),
            key=lambda one: one.date.first_day,
        )
        words = text(f"report.network.firms_{origin}", lang)
        if found:
            last = found[-1]
            words += "\n" + text("report.network.count", lang, count=number(last.value, 0), date=str(last.date))
        origins.append(ActorNode(f"firms-{origin}", words, origin, order=_PLACE[origin], strong=True))
        network.edges.append(("company", f"firms-{origin}", 0.8, False))
    for anchor in case.anchors:
        words = anchor.title.get(lang)
        key = f"anchor-{anchor.key}"
        anchors.append(ActorNode(key, words, anchor.origin, order=_PLACE[anchor.origin]))
        network.edges.append((f"firms-{anchor.origin}", key, 0.8, False))
    return [origins, *_rows(anchors)]


def place(network: Network) -> float:
    """Give every node its place in inches, from the bottom up; the height of the whole comes back."""
    inner = WIDTH - LEFT - RIGHT
    height = 0.0
    for layer in reversed([rows for rows in network.layers.values() if rows]):
        for row in reversed(layer):
            step = inner / len(row)
            for spot, node in enumerate(row):
                node.x, node.y = LEFT + (spot + 0.5) * step, height + ROW / 2.0
                node.wide = min(1.75, step - 0.10)
            height += ROW + WITHIN
        height += BETWEEN - WITHIN
    return height - BETWEEN


@style.styled
def network(case: Case, lang: str = "en") -> Figure:
    """Who acts in a park: global partners, governments and institutions, the company and its holders, enterprises."""
    spoken = style.language(lang)
    found = build(case, spoken)
    height = place(found)
    total = height + 1.22
    title = text("report.network.title", spoken)
    figure = style.sheet(
        (WIDTH, total), title, text("report.network.subtitle", spoken, quarter=str(case.clock.data_end))
    )
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, WIDTH)
    axes.set_ylim(0.0, total)
    axes.axis("off")
    for node in found.nodes().values():
        node.y += 0.42
    _layers(axes, found, spoken)
    nodes = found.nodes()
    for start, stop, width, dashed in found.edges:
        _edge(axes, nodes[start], nodes[stop], width, dashed=dashed)
    for node in nodes.values():
        _box(axes, node)
    _key(axes, spoken)
    return figure


def _layers(axes: Axes, found: Network, lang: str) -> None:
    for name, layer in found.layers.items():
        if layer:
            low = layer[-1][0].y - ROW / 2.0 - 0.06
            high = layer[0][0].y + ROW / 2.0 + 0.06
            axes.axhspan(low, high, color=style.GRID, alpha=0.45, linewidth=0)
            words = style.wrap(text(f"analysis.scale.{name}", lang), 9.5, 3)
            axes.text(0.10, (low + high) / 2.0, words, **style.NOTE, weight="bold", va="center")


def _edge(axes: Axes, start: ActorNode, stop: ActorNode, width: float, *, dashed: bool) -> None:
    present = start.present and stop.present
    colour = (style.SIDES[start.side] if start.side != "none" else style.MUTED) if present else style.PALE
    axes.annotate(
        "", (stop.x, stop.y), xytext=(start.x, start.y), zorder=1 if dashed else 2,
        arrowprops={
            "arrowstyle": "-", "color": colour, "linewidth": width, "alpha": 0.55 if dashed else 0.8,
            "linestyle": (0, (2.5, 2.0)) if dashed else "-", "shrinkA": 0, "shrinkB": 0,
        },
    )  # fmt: skip


def _box(axes: Axes, node: ActorNode) -> None:
    colour = style.MUTED if node.side == "none" else style.SIDES[node.side]
    face = colour if node.strong and node.present else style.PAPER
    high = ROW - 0.10
    axes.add_patch(
        FancyBboxPatch(
            (node.x - node.wide / 2.0, node.y - high / 2.0), node.wide, high, boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=face, edgecolor=colour if node.present else style.PALE, linewidth=1.1,
            linestyle="-" if node.present else (0, (2, 2)), zorder=3,
        )
    )  # fmt: skip
    ems = node.wide * 72.0 / style.SIZE["small"] - 0.6
    words = "\n".join(style.wrap(line, ems, 3 if "\n" not in node.words else 1) for line in node.words.split("\n"))
    axes.text(
        node.x, node.y, words, ha="center", va="center", size=style.SIZE["small"], linespacing=1.15, zorder=4,
        color=_ink(node),
    )  # fmt: skip


def _ink(node: ActorNode) -> str:
    if not node.present:
        return style.MUTED
    if not node.strong:
        return style.INK
    return style.DARK if node.side == "third" else style.PAPER


def _key(axes: Axes, lang: str) -> None:
    spot = LEFT
    for words, look in (
        (text("report.network.solid", lang), {"linestyle": "-", "color": style.MUTED}),
        (text("report.network.dashed", lang), {"linestyle": (0, (2.5, 2.0)), "color": style.MUTED}),
        (text("report.network.gone", lang), {"linestyle": "-", "color": style.PALE}),
    ):
        axes.plot([spot, spot + 0.28], [0.2, 0.2], linewidth=1.4, **look)
        axes.text(spot + 0.36, 0.2, words, **style.NOTE, va="center")
        spot += 0.62 + sum(1.0 if ord(x) > 0x2E80 else 0.5 for x in words) * style.SIZE["small"] / 72.0


AFTER = 0.15
LINE, DOT, PAD = 0.155, 0.062, 0.13
LONGEST = 38.0
_FILL = {"high": 1.0, "medium": 0.55, "derived": 0.55}


def moment(date: Date) -> float:
    """A date in years: a month or a year alone stands at its middle."""
    first, last = date.first_day, date.last_day
    middle = (first.timetuple().tm_yday + (last - first).days / 2.0) / 365.25
    return first.year + middle


def dated_facts(case: Case, lang: str) -> dict[str, list[tuple[float, str]]]:
    """What the model is told happened, by scale: (moment, words), each once, in order."""
    found: dict[str, list[tuple[float, str]]] = {scale: [] for scale in style.SCALES}
    for partner in case.partners:
        for stay in partner.presence:
            found["global"].append((moment(stay.since), partner.title.get(lang)))
    for shock in case.shocks:
        found["global"].append((year_of(shock.since) - 0.25, shock.title.get(lang)))
    for body in case.institutions:
        found["intergovernmental"].append((moment(body.since), body.title.get(lang)))
    found["intergovernmental"] += [(moment(one.date), one.title.get(lang)) for one in case.visits]
    found["intergovernmental"] += [(moment(one.date), one.title.get(lang)) for one in case.renegotiations]
    for closure in case.closures:
        scale = "park" if closure.side is None else "intergovernmental"
        found[scale].append((year_of(closure.since), closure.title.get(lang)))
    for owner in case.shareholders:
        found["park"].append((moment(owner.since), owner.title.get(lang)))
    for credit in case.finance.credit:
        if credit.use:
            found["park"].append((moment(credit.since), credit.title.get(lang)))
    for batch in case.certificates:
        count = batch.home + batch.host + batch.third
        found["enterprise"].append((moment(batch.date), text("report.timeline.certificates", lang, count=count)))
    for anchor in case.anchors:
        found["enterprise"].append((moment(anchor.registered), anchor.title.get(lang)))
    return {scale: sorted(set(entries)) for scale, entries in found.items()}


def rows_of(entries: list[tuple[float, str]], per_year: float, limit: float) -> list[list[tuple[float, int, str]]]:
    """Put labels into as few rows as keep them apart: (moment, side, words).

    The side is 1 where the words stand right of their moment and -1 where they stand left of it.

    Parameters
    ----------
    entries
        Moments and words, in order.
    per_year
        Inches a year.
    limit
        The right edge, in years; a label that would cross it stands left of its moment.
    """
    rows: list[list[tuple[float, int, str]]] = []
    ends: list[float] = []
    for when, words in entries:
        wide = (style.width_in_ems(words) * style.SIZE["small"] / 72.0 + 0.16) / per_year
        side = 1 if when + wide <= limit else -1
        left, right = (when, when + wide) if side == 1 else (when - wide, when + 0.08 / per_year)
        at = next((row for row, end in enumerate(ends) if end <= left), len(rows))
        if at == len(rows):
            rows.append([])
            ends.append(0.0)
        rows[at].append((when, side, words))
        ends[at] = right
    return rows


@style.styled
def timeline(case: Case, lang: str = "en") -> Figure:
    """Events by scale: a dot for each, filled by its grade; above them, by name, the dated facts the model is given."""
    spoken = style.language(lang)
    last = year_of(case.clock.data_end)
    events: dict[str, list[Event]] = defaultdict(list)
    for event in case.events:
        events[event.scale].append(event)
    facts = {
        scale: [(when, style.wrap(words, LONGEST, 1)) for when, words in entries]
        for scale, entries in dated_facts(case, spoken).items()
    }
    everything = [moment(event.date) for event in case.events] + [when for lane in facts.values() for when, _ in lane]
    first = float(int(min([*everything, year_of(case.clock.start)])))
    per_year = (WIDTH - LEFT - AFTER) / max(last - first, 1.0)
    rows = {scale: rows_of(entries, per_year, last) for scale, entries in facts.items()}
    deep = {scale: _deepest([moment(event.date) for event in events[scale]]) for scale in style.SCALES}
    tall = {scale: len(rows[scale]) * LINE + deep[scale] * DOT + 2.0 * PAD for scale in style.SCALES}
    total = sum(tall.values()) + 1.02
    figure = style.sheet(
        (WIDTH, total), text("report.timeline.title", spoken), text("report.timeline.subtitle", spoken)
    )
    axes = figure.add_axes((LEFT / WIDTH, 0.34 / total, (WIDTH - LEFT - AFTER) / WIDTH, sum(tall.values()) / total))
    axes.set_ylim(0.0, sum(tall.values()))
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=2.5, labelsize=style.SIZE["label"])
    style.years(axes, first, last)
    base = sum(tall.values())
    for scale in style.SCALES:
        base -= tall[scale]
        _lane(axes, scale, base, tall[scale], rows[scale], spoken)
        _dots(axes, scale, base + PAD, [(moment(event.date), event.grade) for event in events[scale]])
    return figure


def _deepest(moments: list[float]) -> int:
    counts: dict[int, int] = defaultdict(int)
    for when in moments:
        counts[int(when * 4)] += 1
    return max(counts.values(), default=0)


def _lane(
    axes: Axes, scale: str, base: float, tall: float, rows: list[list[tuple[float, int, str]]], lang: str
) -> None:
    start, _ = axes.get_xlim()
    axes.axhline(base, color=style.GRID, linewidth=1.0)
    axes.annotate(
        style.wrap(text(f"analysis.scale.{scale}", lang), 9.5, 3), (start, base + tall / 2.0),
        xytext=(-LEFT * 72 + 8, 0), textcoords="offset points", size=style.SIZE["small"], color=style.SCALES[scale],
        weight="bold", va="center", annotation_clip=False,
    )  # fmt: skip
    top = base + tall - PAD
    for at, row in enumerate(rows):
        height = top - (at + 0.5) * LINE
        for when, side, words in row:
            axes.plot([when, when], [base + 0.03, height], color=style.GRID, linewidth=0.6, zorder=1)
            axes.plot([when], [height], ".", color=style.SCALES[scale], markersize=3.2, zorder=3)
            axes.text(
                when + 0.07 * side, height, style.legible(words), **style.SMALL, va="center", zorder=2,
                ha="left" if side == 1 else "right",
                bbox={"boxstyle": "square,pad=0.08", "facecolor": style.PAPER, "edgecolor": "none"},
            )  # fmt: skip


def _dots(axes: Axes, scale: str, base: float, entries: list[tuple[float, str]]) -> None:
    stacked: dict[int, int] = defaultdict(int)
    colour = style.SCALES[scale]
    for when, grade in sorted(entries):
        column = int(when * 4)
        height = base + (stacked[column] + 0.5) * DOT
        stacked[column] += 1
        share = _FILL.get(grade, 0.0)
        axes.plot(
            [(column + 0.5) / 4.0], [height], "o", markersize=3.7, markeredgewidth=0.7, markeredgecolor=colour,
            markerfacecolor=(*to_rgb(colour), share) if share else style.PAPER, zorder=4,
        )  # fmt: skip
