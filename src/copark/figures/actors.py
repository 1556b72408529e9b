"""The actor network in four layers, at fixed places, so that two drawings can be compared; and the timeline of events.

Solid lines are legal or of equity, dashed ones influence; their width is the share or the strength of the tie. Who
has left is pale. Within a layer the investing side stands left and the host right, and partners stand above the
enterprises they are tied to, which keeps crossings few. In the timeline every event of the casebook is a dot in its
scale's lane, with the dated facts the model is given above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copark.figures.arguments import checked
from copark.figures.frame import year_of
from copark.figures.ledgers import cap_tables, side_shares
from copark.options import options
from copark.presentation import style
from copark.presentation.numbers import number, shares_of
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.cases.case import Case
    from copark.cases.dates import Date

WIDTH = 7.6
LEFT = 1.08
ROW = 0.58
"""Height of a row of actors, inches."""
WITHIN = 0.26
"""Inches between two rows of a layer."""
BETWEEN = 0.50
"""Inches between two layers."""
MOST_IN_ROW = 6
DASHES = (0, (2.5, 2.0))
_PLACE = {"home": 0.0, "third": 0.5, "none": 0.5, "host": 1.0}
_BOTH = ("council", "committee", "agreement")
LINE = 0.155
"""Height of a line of words in the timeline, inches."""
DOT = 0.062
"""Height of a dot in the timeline, inches."""
PAD = 0.13
"""Inches around words and dots in the timeline."""
_FILL = {"high": 1.0, "medium": 0.55, "derived": 0.55}


@dataclass
class DrawnActor:
    """An actor: what it says, whose side it is on, whether it is still there, and where it stands (inches)."""

    words: str
    side: str
    present: bool = True
    order: float = 0.0
    strong: bool = False
    x: float = 0.0
    y: float = 0.0
    wide: float = 1.75


@dataclass
class Network:
    """Rows of actors by layer, from the top, and edges between their keys: (from, to, width in points, dashed)."""

    actors: dict[str, DrawnActor] = field(default_factory=dict)
    layers: dict[str, list[list[DrawnActor]]] = field(default_factory=dict)
    edges: list[tuple[str, str, float, bool]] = field(default_factory=list)

    def layer(self, name: str, *groups: dict[str, DrawnActor]) -> None:
        """Add a layer of groups, each in rows of at most six, as even as can be."""
        self.layers[name] = []
        for group in groups:
            self.actors |= group
            ordered = sorted(group.values(), key=lambda actor: actor.order)
            rows = -(-len(ordered) // MOST_IN_ROW)
            size = -(-len(ordered) // max(rows, 1)) or 1
            self.layers[name] += [ordered[start : start + size] for start in range(0, len(ordered), size)]

    def tie(self, key: str, ties: Any) -> float:
        """Add the dashed lines of an actor's ties, where known; give the mean place of the enterprises tied to."""
        felt = {origin: 0.0 if ties is None else float(getattr(ties, origin)) for origin in ("home", "third", "host")}
        self.edges += [(key, f"firms-{origin}", 0.5 + 2.0 * felt[origin], True) for origin in felt if felt[origin] > 0]
        total = sum(felt.values())
        return sum(_PLACE[origin] * strength for origin, strength in felt.items()) / total if total else 0.5


def _there(entry: Any, case: Case) -> bool:
    return entry.until is None or entry.until.last_day > case.clock.data_end.last_day


def _network(case: Case, lang: str) -> Network:
    """Gather the actors of a case and what binds them, as the casebook has them at the end of its data."""
    graph = Network()
    graph.layer(
        "global",
        {
            f"partner-{partner.key}": DrawnActor(
                partner.title.text(lang),
                partner.side,
                any(_there(stay, case) for stay in partner.presence),
                graph.tie(f"partner-{partner.key}", partner.ties),
            )
            for partner in case.partners
        },
    )
    governments = {
        "government-home": DrawnActor(case.sides.home.title.text(lang), "home", order=-1.0, strong=True),
        "government-host": DrawnActor(case.sides.host.title.text(lang), "host", order=2.0, strong=True),
    }
    bodies = {}
    for position, body in enumerate(case.institutions):
        key = f"institution-{body.key}"
        is_shared = body.kind in _BOTH
        place = (0.3 if is_shared else 0.8) + 0.001 * position
        bodies[key] = DrawnActor(body.title.text(lang), "none" if is_shared else "host", _there(body, case), place)
        graph.edges += [
            (government, key, 0.8, False) for government in governments if is_shared or government == "government-host"
        ]
        if body.kind == "administration":
            graph.edges.append((key, "company", 0.8, False))
    graph.layer("intergovernmental", governments, bodies)
    graph.layer("park", _holders(graph, case, lang), {"company": _company(case, lang)})
    origins = {}
    anchors = {}
    for origin in ("home", "third", "host"):
        origins[f"firms-{origin}"] = DrawnActor(_firms(case, origin, lang), origin, order=_PLACE[origin], strong=True)
        graph.edges.append(("company", f"firms-{origin}", 0.8, False))
    for anchor in case.anchors:
        anchors[f"anchor-{anchor.key}"] = DrawnActor(
            anchor.title.text(lang), anchor.origin, order=_PLACE[anchor.origin]
        )
        graph.edges.append((f"firms-{anchor.origin}", f"anchor-{anchor.key}", 0.8, False))
    graph.layer("enterprise", origins, anchors)
    return graph


def _company(case: Case, lang: str) -> DrawnActor:
    sides = side_shares(cap_tables(case)[-1]) if cap_tables(case) else {}
    parts = [f"{text(f'report.side.{side}', lang)} {shares_of(value)}" for side, value in sides.items() if value]
    return DrawnActor("\n".join([text("report.network.company", lang), *parts[:2]]), "none", strong=True)


def _holders(graph: Network, case: Case, lang: str) -> dict[str, DrawnActor]:
    tables = cap_tables(case)
    shares = {row.holder: row.basis_points for row in tables[-1].holdings} if tables else {}
    holders = {}
    for position, shareholder in enumerate(case.shareholders):
        key = f"holder-{shareholder.key}"
        share = shares.get(shareholder.key, 0)
        words = shareholder.title.text(lang) + (f" {shares_of(share)}" if share else "")
        place = {"home": 0.0, "third": 0.9, "host": 1.0}[shareholder.side] + 0.001 * position
        holders[key] = DrawnActor(words, shareholder.side, _there(shareholder, case), place)
        graph.edges.append((key, "company", 0.8 + share / 2500.0, False))
        graph.tie(key, shareholder.ties)
    return holders


def _firms(case: Case, origin: str, lang: str) -> str:
    """Name the enterprises of an origin, with their last count."""
    words = text(f"report.network.firms_{origin}", lang)
    counts = [
        observation
        for observation in case.observations
        if observation.variable == f"registered_{origin}" and observation.use
    ]
    if not counts:
        return words
    last = max(counts, key=lambda observation: observation.date.first_day)
    return f"{words}\n" + text("report.network.count", lang, count=number(last.value, 0), date=str(last.date))


@style.styled
@checked()
def network(case: Case, lang: str | None = None) -> Figure:
    """Draw who acts in a park: global partners, governments, institutions, the company and its holders, enterprises."""
    lang = lang or options().lang
    graph = _network(case, lang)
    height = 0.42
    for layer in reversed([rows for rows in graph.layers.values() if rows]):
        for row in reversed(layer):
            step = (WIDTH - LEFT - 0.12) / len(row)
            for spot, actor in enumerate(row):
                actor.x = LEFT + (spot + 0.5) * step
                actor.y = height + ROW / 2.0
                actor.wide = min(1.75, step - 0.10)
            height += ROW + WITHIN
        height += BETWEEN - WITHIN
    total = height - BETWEEN + 0.8
    subtitle = text("report.network.subtitle", lang, quarter=str(case.clock.data_end))
    figure = style.sheet((WIDTH, total), text("report.network.title", lang), subtitle)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0.0, WIDTH), ylim=(0.0, total))
    axes.axis("off")
    for name, layer in graph.layers.items():
        if layer:
            low = layer[-1][0].y - ROW / 2.0 - 0.06
            high = layer[0][0].y + ROW / 2.0 + 0.06
            axes.axhspan(low, high, color=style.GRID, alpha=0.45, linewidth=0)
            words = style.wrap(text(f"analysis.scale.{name}", lang), 9.5, 3)
            axes.text(0.10, (low + high) / 2.0, words, **style.NOTE, weight="bold", va="center")
    for start, stop, width, is_dashed in graph.edges:
        actor = graph.actors[start]
        target = graph.actors[stop]
        axes.plot(
            [actor.x, target.x],
            [actor.y, target.y],
            color=_colour(actor) if target.present else style.PALE,
            linewidth=width,
            linestyle=DASHES if is_dashed else "-",
            alpha=0.55 if is_dashed else 0.8,
            zorder=1 if is_dashed else 2,
        )
    for actor in graph.actors.values():
        _box(axes, actor)
    looks = {"solid": (style.MUTED, "-"), "dashed": (style.MUTED, DASHES), "gone": (style.PALE, "-")}
    style.key(
        figure,
        [
            (style.line(colour, linestyle=dash), text(f"report.network.{key}", lang))
            for key, (colour, dash) in looks.items()
        ],
        (LEFT, 0.06),
        fontsize=style.SIZE["small"],
    )
    return figure


def _colour(actor: DrawnActor) -> str:
    return style.PALE if not actor.present else style.MUTED if actor.side == "none" else style.SIDES[actor.side]


def _box(axes: Axes, actor: DrawnActor) -> None:
    from matplotlib.patches import FancyBboxPatch

    high = ROW - 0.10
    is_full = actor.strong and actor.present
    axes.add_patch(
        FancyBboxPatch(
            (actor.x - actor.wide / 2.0, actor.y - high / 2.0),
            actor.wide,
            high,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=_colour(actor) if is_full else style.PAPER,
            edgecolor=_colour(actor),
            linewidth=1.1,
            zorder=3,
            linestyle="-" if actor.present else (0, (2, 2)),
        )
    )
    ems = actor.wide * 72.0 / style.SIZE["small"] - 0.6
    words = "\n".join(style.wrap(line, ems, 3 if "\n" not in actor.words else 1) for line in actor.words.split("\n"))
    ink = style.INK if actor.present else style.MUTED
    if is_full:
        ink = style.DARK if actor.side == "third" else style.PAPER
    axes.text(
        actor.x,
        actor.y,
        words,
        ha="center",
        va="center",
        size=style.SIZE["small"],
        linespacing=1.15,
        zorder=4,
        color=ink,
    )


def moment(date: Date) -> float:
    """Return a date in years: a month or a year alone stands at its middle."""
    first = date.first_day
    last = date.last_day
    middle = (first.timetuple().tm_yday + (last - first).days / 2.0) / 365.25
    return first.year + middle


def dated_facts(case: Case, lang: str) -> dict[str, list[tuple[float, str]]]:
    """List what the model is told happened, by scale: (moment, words), each once, in order."""

    def told(*entries: tuple[str, Any]) -> list[tuple[float, str]]:
        return [(moment(getattr(entry, when)), entry.title.text(lang)) for when, some in entries for entry in some]

    closures = [(closure.side is None, year_of(closure.since), closure.title.text(lang)) for closure in case.closures]
    certificates = [
        (
            moment(certificate.date),
            text("report.timeline.certificates", lang, count=certificate.home + certificate.host + certificate.third),
        )
        for certificate in case.certificates
    ]
    facts = {
        "global": [
            (moment(stay.since), partner.title.text(lang)) for partner in case.partners for stay in partner.presence
        ]
        + [(year_of(shock.since) - 0.25, shock.title.text(lang)) for shock in case.shocks],
        "intergovernmental": told(("since", case.institutions), ("date", case.visits), ("date", case.renegotiations))
        + [(when, words) for of_park, when, words in closures if not of_park],
        "park": told(("since", case.shareholders), ("since", [credit for credit in case.finance.credit if credit.use]))
        + [(when, words) for of_park, when, words in closures if of_park],
        "enterprise": certificates + told(("registered", case.anchors)),
    }
    return {scale: sorted(set(entries)) for scale, entries in facts.items()}


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
        width = (style.width_in_ems(words) * style.SIZE["small"] / 72.0 + 0.16) / per_year
        side = 1 if when + width <= limit else -1
        left, right = (when, when + width) if side == 1 else (when - width, when + 0.08 / per_year)
        row_number = next((row for row, end in enumerate(ends) if end <= left), len(rows))
        if row_number == len(rows):
            rows.append([])
            ends.append(0.0)
        rows[row_number].append((when, side, words))
        ends[row_number] = right
    return rows


@style.styled
@checked()
def timeline(case: Case, lang: str | None = None) -> Figure:
    """Draw events by scale, a dot each, filled by its grade; above them, by name, the facts the model is given."""
    lang = lang or options().lang
    last = year_of(case.clock.data_end)
    facts = dated_facts(case, lang)
    events = {
        scale: sorted((moment(event.date), event.grade) for event in case.events if event.scale == scale)
        for scale in facts
    }
    dated = [lane[0][0] for lane in facts.values() if lane] + [lane[0][0] for lane in events.values() if lane]
    first = float(int(min([*dated, year_of(case.clock.start)])))
    per_year = (WIDTH - LEFT - 0.15) / max(last - first, 1.0)
    rows = {
        scale: rows_of([(when, style.wrap(words, 38.0, 1)) for when, words in lane], per_year, last)
        for scale, lane in facts.items()
    }
    deepest = {
        scale: max(Counter(int(when * 4) for when, _ in lane).values(), default=0) for scale, lane in events.items()
    }
    heights = {scale: len(rows[scale]) * LINE + deepest[scale] * DOT + 2.0 * PAD for scale in facts}
    base = sum(heights.values())
    titles = (text("report.timeline.title", lang), text("report.timeline.subtitle", lang))
    figure = style.sheet((WIDTH, base + 1.02), *titles)
    axes = style.panel(figure, LEFT, 0.34, 0.15, 0.68)
    axes.set_ylim(0.0, base)
    axes.set_yticks([])
    style.years(axes, first, last)
    for scale, colour in style.SCALES.items():
        base -= heights[scale]
        axes.axhline(base, color=style.GRID, linewidth=1.0)
        words = style.wrap(text(f"analysis.scale.{scale}", lang), 9.5, 3)
        look = {"size": style.SIZE["small"], "color": colour, "weight": "bold", "ha": "left"}
        style.row_name(axes, base + heights[scale] / 2.0, words, -LEFT * 72 + 8, **look)
        for row_number, row in enumerate(rows[scale]):
            height = base + heights[scale] - PAD - (row_number + 0.5) * LINE
            for when, side, words in row:
                axes.plot([when, when], [base + 0.03, height], color=style.GRID, linewidth=0.6, zorder=1)
                axes.plot([when], [height], ".", color=colour, markersize=3.2, zorder=3)
                axes.text(
                    when + 0.07 * side,
                    height,
                    style.legible(words),
                    **style.SMALL,
                    va="center",
                    zorder=2,
                    ha="left" if side == 1 else "right",
                    bbox={"boxstyle": "square,pad=0.08", "facecolor": style.PAPER, "edgecolor": "none"},
                )
        _dots(axes, colour, base + PAD, events[scale])
    return figure


def _dots(axes: Axes, colour: str, base: float, events: Sequence[tuple[float, str]]) -> None:
    """Draw a dot for each event, those of a quarter above each other."""
    from matplotlib.colors import to_rgb

    stacked: Counter[int] = Counter()
    for when, grade in events:
        quarter = int(when * 4)
        face = (*to_rgb(colour), _FILL[grade]) if grade in _FILL else style.PAPER
        axes.plot(
            [(quarter + 0.5) / 4.0],
            [base + (stacked[quarter] + 0.5) * DOT],
            "o",
            markersize=3.7,
            markeredgewidth=0.7,
            markeredgecolor=colour,
            markerfacecolor=face,
            zorder=4,
        )
        stacked[quarter] += 1
