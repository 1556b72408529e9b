"""Figures of a claim: every arm against the reference, a curve along shares, lines of an interaction."""

from collections.abc import Sequence
from math import ceil, isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from copark.inference.claims.evidence import ArmRow, Seen
from copark.inference.claims.rules import resolve
from copark.inference.claims.runner import ClaimFinding, ClaimFindings, PartFinding
from copark.inference.claims.verdict import standard
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text
from copark.words import lowered

COLOURS = (style.MODEL, style.SECOND, style.ACCENT, style.PALE)
NAMES = 2.75
"""Inches for the names of arms."""
ROW = 0.36
OUTCOMES = ("failed", "self_standing")


def _say(key: str, lang: str, **values: object) -> str:
    return text(f"claims.figure.{key}", lang, **values)


def _of(words: object, lang: str) -> str:
    return str(getattr(words, lang))


def _outcome(name: str, lang: str) -> str:
    return style.legible(f"P({lowered(text(f'analysis.outcome.{name}', lang))})")


def _footer(found: ClaimFindings, lang: str) -> str:
    made = found.provenance
    cut = made.get("posterior_cut")
    return _say(
        "footer", lang, case=_of(found.park, lang), identity=found.run_id, draws=made["draws"], futures=made["futures"],
        seed=made["seed"], cut="" if cut is None else _say("cut", lang, cut=cut), sha256=found.file.sha256[:12],
    )  # fmt: skip


def _titled(claim: ClaimFinding, lang: str, kind: str) -> str:
    return _say(kind, lang, id=claim.claim.id, title=_of(claim.claim.title, lang))


@style.styled
def forest(claim: ClaimFinding, found: ClaimFindings, lang: str = "en", *, outcomes: bool = True) -> Figure:
    """Every arm of a claim against its reference: medians and 5 to 95 % of draws, one line for each output and date.

    Outputs whose logarithms are not compared have no place on the axis and are left to the table. With ``outcomes``
    shares of runs that failed and that stand by themselves are written beside.

    Raises ValueError if the claim has no arm.
    """
    rows, shares = claim.rows[1:], OUTCOMES if outcomes else ()
    if not rows:
        raise ValueError("no arms")
    lang = style.language(lang)
    looks = [at for at, one in enumerate(rows[0].seen) if one.log]
    subtitle = _say("forest_subtitle", lang, reference=_of(found.arm(claim.claim.reference), lang))
    step = ROW + 0.07 * (len(looks) - 1)
    lines = 0.19 * ceil(len(looks) / 2)
    figure = style.sheet(
        (7.4, 1.52 + lines + step * len(rows)), _titled(claim, lang, "forest"), subtitle, _footer(found, lang)
    )
    axes = style.panel(figure, NAMES, 0.60 + lines, 1.62 if shares else 0.4, 0.86)
    style.rows(axes, len(rows))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    for bound in _bounds(claim, found):
        axes.axvline(bound, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    for at, row in enumerate(rows):
        _name(axes, at, _of(found.arm(row.arm), lang))
        _row(axes, at, row, looks, shares)
    style.room(axes)
    for place, name in enumerate(shares):
        style.corner(axes, _outcome(name, lang), (28 + 58 * place, 4), ha="center")
    handles = [(Line2D([], [], color=COLOURS[n], marker="o", markersize=4.0), _look(rows[0].seen[at], found, lang))
               for n, at in enumerate(looks)]  # fmt: skip
    style.key(figure, handles, (0.12, 0.24), columns=2)
    return figure


@style.styled
def probabilities(found: ClaimFindings, lang: str = "en") -> Figure:
    """P of every part: open where the prior alone puts it, filled where the record leaves it."""
    lang = style.language(lang)
    rules = standard().words
    rows = [(claim, part) for claim in found.claims for part in claim.parts if isfinite(part.probability)]
    figure = style.sheet(
        (7.4, 1.75 + 0.21 * len(rows)), _say("probabilities", lang), _say("probabilities_subtitle", lang),
        _footer(found, lang),
    )  # fmt: skip
    axes = style.panel(figure, NAMES + 0.6, 0.95, 0.45, 0.8)
    style.rows(axes, len(rows))
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    for bound in (rules.contradicted, rules.unlikely, rules.likely, rules.established):
        axes.axvline(bound, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    for at, (claim, part) in enumerate(rows):
        before, after = part.prior_probability, part.probability
        axes.plot(part.monte_carlo, [at, at], color=style.MODEL, linewidth=3.2, alpha=0.25)
        axes.plot([before, after], [at, at], color=style.MUTED, linewidth=1.2)
        axes.plot([before], [at], "o", color=style.MUTED, markerfacecolor=style.PAPER, markersize=5.0)
        axes.plot([after], [at], "o", color=style.MODEL, markersize=4.6)
        style.row_name(axes, at, style.wrap(f"{claim.claim.id} · {_of(part.part.title, lang)}", 34.0, 1))
    handles = [
        (
            Line2D([], [], color=style.MUTED, marker="o", markerfacecolor=style.PAPER, markersize=5.0),
            _say("prior", lang),
        ),
        (Line2D([], [], color=style.MODEL, marker="o", markersize=4.6), _say("posterior", lang)),
    ]
    style.key(figure, handles, (0.12, 0.24), columns=2)
    return figure


def _look(seen: Seen, found: ClaimFindings, lang: str) -> str:
    output = catalogue().outputs[seen.look.output].title(lang)
    return _say("look", lang, output=output, quarter=found.quarter(seen.look.at))


def _bounds(claim: ClaimFinding, found: ClaimFindings) -> list[float]:
    """Margins that the rules of a claim put on log points."""
    bounds = {
        resolve(one.relation[1], found.file.claims.sizes)
        for part in claim.claim.parts
        for one in part.rule.simple()
        if one.of is not None and part.statistics[one.of].kind == "log"
    }
    return sorted(bounds | {-bound for bound in bounds})


def _name(axes: Axes, at: int, words: str) -> None:
    """What a row is, left of the axis."""
    style.row_name(axes, at, style.wrap(words, NAMES * 72.0 / style.SIZE["label"] - 2.0, 2))


def _row(axes: Axes, at: int, row: ArmRow, looks: Sequence[int], outcomes: Sequence[str]) -> None:
    gap = 0.62 / max(len(looks), 1)
    for n, look in enumerate(looks):
        seen, place = row.seen[look], at + gap * (n - (len(looks) - 1) / 2.0)
        if isfinite(seen.median):
            axes.plot([seen.low, seen.high], [place, place], color=COLOURS[n], linewidth=2.0, alpha=0.55)
            axes.plot([seen.median], [place], "o", color=COLOURS[n], markersize=4.2)
    for place, name in enumerate(outcomes):
        style.row_value(axes, at, style.legible(percent(row.share(name))), 28 + 58 * place, ha="center")


@style.styled
def curve(claim: ClaimFinding, found: ClaimFindings, lang: str = "en") -> Figure:
    """The arms of a claim along an axis, as the home side's share: change of the outputs, with bands.

    Raises ValueError if the claim has no such axis.
    """
    wanted = claim.claim.curve
    if wanted is None:
        raise ValueError("no curve")
    lang = style.language(lang)
    by_arm = {row.arm: row for row in claim.rows}
    points = sorted((place, by_arm[arm]) for arm, place in wanted.points.items() if arm in by_arm)
    subtitle = _say("curve_subtitle", lang, reference=_of(found.arm(claim.claim.reference), lang))
    figure = style.sheet((7.2, 3.9), _titled(claim, lang, "curve"), subtitle, _footer(found, lang))
    axes = style.panel(figure, 0.6, 0.92, 1.5, 0.95)
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    for bound in _bounds(claim, found):
        axes.axhline(bound, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    places = [place for place, _ in points]
    looks = [at for at, one in enumerate(claim.rows[0].seen) if one.log]
    for n, look in enumerate(looks):
        seen = [row.seen[look] for _, row in points]
        axes.fill_between(places, [one.low for one in seen], [one.high for one in seen], color=COLOURS[n], alpha=0.18,
                          linewidth=0)  # fmt: skip
        axes.plot(places, [one.median for one in seen], "o-", color=COLOURS[n], linewidth=1.8, markersize=3.6)
    axes.set_xlabel(style.legible(_of(wanted.axis, lang)), size=style.SIZE["label"])
    names = [_look(one, found, lang) for one in claim.rows[0].seen]
    handles = [(Line2D([], [], color=COLOURS[n], marker="o", markersize=4.0), names[at]) for n, at in enumerate(looks)]
    style.key(figure, handles, (0.12, 0.22), columns=2)
    return figure


@style.styled
def cube(claim: ClaimFinding, found: ClaimFindings, lang: str = "en") -> Figure:
    """Outcomes over the arms of an interaction: lines that run in parallel add up, others do not.

    Raises ValueError if the claim has no such lines.
    """
    wanted = claim.claim.cube
    if wanted is None:
        raise ValueError("no lines")
    lang = style.language(lang)
    by_arm = {row.arm: row for row in claim.rows}
    subtitle = _say("cube_subtitle", lang)
    figure = style.sheet((7.4, 3.7), _titled(claim, lang, "cube"), subtitle, _footer(found, lang))
    width = 3.55
    for place, name in enumerate(OUTCOMES):
        axes = style.panel(figure, 0.5 + place * width, 0.85, 7.4 - (place + 1) * width - 0.05, 1.0)
        axes.set_ylim(-0.03, 1.03)
        axes.set_title(_outcome(name, lang), **style.LABEL, loc="left")
        ticks = range(len(wanted.ticks))
        for n, line in enumerate(wanted.lines):
            values = [by_arm[arm].share(name) for arm in line.arms]
            axes.plot(list(ticks), values, "o-", color=COLOURS[n], linewidth=1.8, markersize=4.2)
            for tick, arm in zip(ticks, line.arms, strict=True):
                low, high = by_arm[arm].band(name)
                axes.plot([tick, tick], [low, high], color=COLOURS[n], linewidth=4.5, alpha=0.30)
                value = by_arm[arm].share(name)
                style.direct_label(axes, (tick + 0.07, value + 0.045), percent(value), COLOURS[n])
        axes.set_xticks(list(ticks), [style.wrap(_of(tick, lang), 7.5, 2) for tick in wanted.ticks])
        axes.set_xlim(-0.3, len(wanted.ticks) - 0.4)
    handles = [
        (Line2D([], [], color=COLOURS[n], marker="o", markersize=4.0), _of(line.title, lang))
        for n, line in enumerate(wanted.lines)
    ]
    style.key(figure, handles, (0.12, 0.22), columns=2)
    return figure


def level_rows(claim: ClaimFinding) -> list[tuple[PartFinding, str]]:
    """Parts of a claim, and their statistics, that are shares of a value of the host."""
    return [
        (part, name)
        for part in claim.parts
        for name, one in part.part.statistics.items()
        if one.kind == "context" and not part.measured[name].is_empty
    ]


@style.styled
def levels(claim: ClaimFinding, found: ClaimFindings, lang: str = "en") -> Figure:
    """Shares of a host's value that the park makes, with bands and the bound of each rule; for claims without arms.

    Raises ValueError if nothing of the kind is measured.
    """
    lang = style.language(lang)
    rows = level_rows(claim)
    if not rows:
        raise ValueError("no levels")
    subtitle = _say("levels_subtitle", lang)
    figure = style.sheet((7.4, 1.5 + 0.42 * len(rows)), _titled(claim, lang, "levels"), subtitle, _footer(found, lang))
    axes = style.panel(figure, NAMES, 0.55, 0.4, 0.8)
    style.rows(axes, len(rows))
    for at, (part, name) in enumerate(rows):
        shown = part.measured[name]
        low, middle, high = shown.low, shown.middle, shown.high
        axes.plot([low, high], [at, at], color=style.MODEL, linewidth=2.0, alpha=0.55)
        axes.plot([middle], [at], "o", color=style.MODEL, markersize=4.2)
        for one in part.part.rule.simple():
            if one.of == name:
                bound = resolve(one.relation[1], found.file.claims.sizes)
                axes.plot([bound, bound], [at - 0.35, at + 0.35], color=style.SECOND, linewidth=1.4)
        _name(axes, at, _of(part.part.title, lang))
    axes.set_xlim(left=0.0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, 1)))
    return figure
