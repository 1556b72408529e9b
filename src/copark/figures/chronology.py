"""The timeline: every event of the casebook as a dot in its scale's lane, and the dated facts the model is given."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from copark.figures.frame import year_of
from copark.presentation import style
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.dates import Date
    from copark.cases.evidence import Event

WIDTH = 7.6
LEFT, RIGHT = 1.08, 0.15
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
    per_year = (WIDTH - LEFT - RIGHT) / max(last - first, 1.0)
    rows = {scale: rows_of(entries, per_year, last) for scale, entries in facts.items()}
    deep = {scale: _deepest([moment(event.date) for event in events[scale]]) for scale in style.SCALES}
    tall = {scale: len(rows[scale]) * LINE + deep[scale] * DOT + 2.0 * PAD for scale in style.SCALES}
    total = sum(tall.values()) + 1.02
    figure = style.sheet(
        (WIDTH, total), text("report.timeline.title", spoken), text("report.timeline.subtitle", spoken)
    )
    axes = figure.add_axes((LEFT / WIDTH, 0.34 / total, (WIDTH - LEFT - RIGHT) / WIDTH, sum(tall.values()) / total))
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
