"""Figures of claims: scenarios against the reference, along an axis or as lines, and what a probability rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

from copark.analyses.claims.findings import ClaimFinding, ClaimFindings, PartFinding
from copark.analyses.claims.rules import resolve
from copark.analyses.claims.scenario_statistics import ShownOutput
from copark.analyses.claims.standard import standard
from copark.labels import claim_number, lowered
from copark.model.outcomes import BY_KEY, ENDED, GOOD
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = (style.MODEL, style.SECOND, style.ACCENT, style.PALE)
NAMES = 2.75
"""Inches for the names of scenarios."""
OUTCOMES = (ENDED.key, GOOD.key)
MARKS: tuple[dict[str, Any], ...] = (
    {"color": style.MUTED, "marker": "o", "markerfacecolor": style.PAPER, "markersize": 5.0},
    {"color": style.MODEL, "marker": "o", "markersize": 4.6},
    {"color": style.ACCENT, "marker": "D", "markersize": 4.4},
    {"color": style.SECOND, "marker": "s", "markersize": 4.4},
)
"""Prior, what is known of the park, literature, experts."""


def _say(key: str, lang: str, **values: object) -> str:
    return text(f"claims.figure.{key}", lang, **values)


def _outcome(name: str, lang: str) -> str:
    return f"P({lowered(BY_KEY[name].title(lang))})"


def _footer(findings: ClaimFindings, lang: str) -> str:
    provenance = findings.provenance
    cut = provenance.get("posterior_cut")
    return _say(
        "footer",
        lang,
        case=findings.park.text(lang),
        identity=findings.run_id,
        draws=provenance["draws"],
        futures=provenance["futures"],
        seed=provenance["seed"],
        cut="" if cut is None else _say("cut", lang, cut=cut),
        sha256=findings.file.sha256[:12],
    )


def _titles(claim: ClaimFinding, findings: ClaimFindings, lang: str, kind: str) -> tuple[str, str, str]:
    title = _say(kind, lang, id=claim_number(claim.claim.id, lang), title=claim.claim.title.text(lang))
    reference = (
        {"reference": findings.scenario(claim.claim.reference).text(lang)} if kind in ("forest", "curve") else {}
    )
    return title, _say(f"{kind}_subtitle", lang, **reference), _footer(findings, lang)


def _looks(claim: ClaimFinding) -> list[int]:
    """Find the places of outputs that are compared by their logarithms: only these share an axis."""
    return [number for number, shown_output in enumerate(claim.rows[0].seen) if shown_output.log]


def _key(figure: Figure, names: Iterable[str]) -> None:
    style.key(figure, [(style.line(COLOURS[n], "o"), name) for n, name in enumerate(names)], columns=2)


def _look(output_seen: ShownOutput, findings: ClaimFindings, lang: str) -> str:
    output = catalogue().outputs[output_seen.look.output].title(lang)
    return _say("look", lang, output=output, quarter=findings.quarter(output_seen.look.at))


def _bounds(claim: ClaimFinding, findings: ClaimFindings) -> set[float]:
    """Find the margins that the rules of a claim put on log points."""
    bounds = {
        resolve(condition.relation[1], findings.file.claims.sizes)
        for part in claim.claim.parts
        for condition in part.rule.simple()
        if condition.of is not None and part.statistics[condition.of].kind == "log"
    }
    return bounds | {-bound for bound in bounds}


def forest(claim: ClaimFinding, findings: ClaimFindings, lang: str = "en", *, outcomes: bool = True) -> Figure:
    """Draw every scenario of a claim against its reference: medians and 5 to 95 % of draws, a line an output and date.

    Outputs whose logarithms are not compared have no place on the axis and are left to the table. With ``outcomes``
    shares of runs that failed and that are self-standing are written beside.

    Parameters
    ----------
    claim
        The claim.
    findings
        All findings of the trial.
    lang
        Language.
    outcomes
        Write shares of runs that failed and that are self-standing beside.
    """
    rows = claim.rows[1:]
    shares = OUTCOMES if outcomes else ()
    looks = _looks(claim)
    lines = 0.19 * ceil(len(looks) / 2)
    figure, axes = style.in_rows(
        [findings.scenario(row.scenario).text(lang) for row in rows],
        _titles(claim, findings, lang, "forest"),
        inches=NAMES,
        high=0.29 + 0.07 * len(looks),
        bottom=0.60 + lines,
        right=1.62 if shares else 0.4,
    )
    style.bounds(axes, _bounds(claim, findings))
    gap = 0.62 / max(len(looks), 1)
    for position, row in enumerate(rows):
        for n, look in enumerate(looks):
            shown_output = row.seen[look]
            if isfinite(shown_output.median):
                place = position + gap * (n - (len(looks) - 1) / 2.0)
                style.interval(axes, place, (shown_output.low, shown_output.high), shown_output.median, COLOURS[n])
        for place, name in enumerate(shares):
            style.row_value(axes, position, percent(row.share(name)), 28 + 58 * place, ha="center")
    style.zero(axes)
    for place, name in enumerate(shares):
        style.corner(axes, _outcome(name, lang), (28 + 58 * place, 4), ha="center")
    _key(figure, (_look(claim.rows[0].seen[look], findings, lang) for look in looks))
    return figure


def _chances(names: Sequence[str], titles: Sequence[str], high: float, lines: int) -> tuple[Figure, Axes]:
    """Draw rows on an axis of probabilities, with the bounds of the words for them."""
    figure, axes = style.in_rows(names, titles, inches=NAMES + 0.6, high=high, bottom=0.95, right=0.45, lines=lines)
    axes.set_xlim(-0.02, 1.02)
    style.in_percent(axes)
    words = standard().words
    style.bounds(axes, (words.contradicted, words.unlikely, words.likely, words.established))
    return figure, axes


def _mark_key(figure: Figure, ways: Mapping[str, int]) -> None:
    from matplotlib.lines import Line2D

    style.key(
        figure,
        [(Line2D([], [], linestyle="", **MARKS[mark]), words) for words, mark in ways.items()],
        columns=len(ways),
    )


def probabilities(findings: ClaimFindings, lang: str = "en") -> Figure:
    """Draw P of every part: open where the prior alone puts it, filled where the observations leave it."""
    rows = [(claim, part) for claim in findings.claims for part in claim.parts if isfinite(part.probability)]
    names = [f"{claim_number(claim.claim.id, lang)} · {part.part.title.text(lang)}" for claim, part in rows]
    titles = (_say("probabilities", lang), _say("probabilities_subtitle", lang), _footer(findings, lang))
    figure, axes = _chances(names, titles, 0.21, 1)
    for place, (_, part) in enumerate(rows):
        axes.plot(part.monte_carlo, [place, place], color=style.MODEL, linewidth=3.2, alpha=0.25)
        axes.plot([part.prior_probability, part.probability], [place, place], color=style.MUTED, linewidth=1.2)
        for value, mark in zip((part.prior_probability, part.probability), MARKS, strict=False):
            axes.plot([value], [place], **mark)
    _mark_key(figure, {_say("prior", lang): 0, _say("posterior", lang): 1})
    return figure


def by_evidence(
    rows: Sequence[tuple[str, Mapping[str, float]]], ways: Mapping[str, tuple[str, int]], title: str, footer: str
) -> Figure:
    """Draw the probability of each claim, a mark for each thing it rests on.

    Parameters
    ----------
    rows
        By claim its title, and its probability in every way.
    ways
        By way its title, and which of the marks it has.
    title, footer
        Words above and below the figure.
    """
    figure, axes = _chances([name for name, _ in rows], (title, "", footer), 0.34, 2)
    for place, (_, chances) in enumerate(rows):
        chances_known = {way: chances[way] for way in ways if isfinite(chances[way])}
        if chances_known:
            axes.plot(
                [min(chances_known.values()), max(chances_known.values())],
                [place, place],
                color=style.MUTED,
                linewidth=1.2,
            )
        for way, chance in chances_known.items():
            axes.plot([chance], [place], linestyle="", **MARKS[ways[way][1]])
    _mark_key(figure, dict(ways.values()))
    return figure


def curve(claim: ClaimFinding, findings: ClaimFindings, lang: str = "en") -> Figure:
    """Draw the scenarios of a claim along an axis, as the home side's share: change of the outputs, with bands.

    Parameters
    ----------
    claim
        The claim, with the change of each output against the reference, by scenario.
    findings
        All findings: provenance for the footer, names of quarters and scenarios, and the margins that rules name.
    lang
        Language, ``en`` or ``zh``.

    Raises
    ------
    ValueError
        If the claim has no such axis.
    """
    curve_spec = claim.claim.curve
    by_scenario = {row.scenario: row for row in claim.rows}
    looks = _looks(claim)
    if curve_spec is None:
        raise ValueError("no curve")
    points = sorted(
        (place, by_scenario[scenario]) for scenario, place in curve_spec.points.items() if scenario in by_scenario
    )
    figure = style.sheet((7.2, 3.9), *_titles(claim, findings, lang, "curve"))
    axes = style.panel(figure, 0.6, 0.92, 1.5, 0.95)
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    style.bounds(axes, _bounds(claim, findings), upright=False)
    places = [place for place, _ in points]
    for n, look in enumerate(looks):
        outputs = [row.seen[look] for _, row in points]
        axes.fill_between(
            places,
            [shown_output.low for shown_output in outputs],
            [shown_output.high for shown_output in outputs],
            color=COLOURS[n],
            alpha=0.18,
            linewidth=0,
        )
        axes.plot(
            places,
            [shown_output.median for shown_output in outputs],
            "o-",
            color=COLOURS[n],
            linewidth=1.8,
            markersize=3.6,
        )
    axes.set_xlabel(style.legible(curve_spec.axis.text(lang)), size=style.SIZE["label"])
    _key(figure, (_look(claim.rows[0].seen[look], findings, lang) for look in looks))
    return figure


def cube(claim: ClaimFinding, findings: ClaimFindings, lang: str = "en") -> Figure:
    """Draw outcomes over the scenarios of an interaction: lines that run in parallel add up, others do not.

    Parameters
    ----------
    claim
        The claim, with the share of each outcome and its band, by scenario.
    findings
        All findings: provenance for the footer.
    lang
        Language, ``en`` or ``zh``.

    Raises
    ------
    ValueError
        If the claim has no lines to draw.
    """
    cube_spec = claim.claim.cube
    by_scenario = {row.scenario: row for row in claim.rows}
    if cube_spec is None:
        raise ValueError("no lines")
    figure = style.sheet((7.4, 3.7), *_titles(claim, findings, lang, "cube"))
    ticks = range(len(cube_spec.ticks))
    for axes, name in zip(style.tiles(figure, 2, 2, (0.5, 0.3, 1.0), 1.85, (0.05, 0.0)), OUTCOMES, strict=True):
        axes.set_ylim(-0.03, 1.03)
        axes.set_title(style.legible(_outcome(name, lang)), **style.LABEL, loc="left")
        for colour, line in zip(COLOURS, cube_spec.lines, strict=False):
            values = [by_scenario[scenario].share(name) for scenario in line.scenarios]
            axes.plot(ticks, values, "o-", color=colour, linewidth=1.8, markersize=4.2)
            for tick, scenario, value in zip(ticks, line.scenarios, values, strict=True):
                axes.plot([tick, tick], by_scenario[scenario].band(name), color=colour, linewidth=4.5, alpha=0.30)
                style.direct_label(axes, (tick + 0.07, value + 0.045), percent(value), colour)
        axes.set_xticks(ticks, [style.wrap(tick.text(lang), 7.5, 2) for tick in cube_spec.ticks])
        axes.set_xlim(-0.3, len(ticks) - 0.4)
    _key(figure, (line.title.text(lang) for line in cube_spec.lines))
    return figure


def level_rows(claim: ClaimFinding) -> list[tuple[PartFinding, str]]:
    """List the parts of a claim, and their statistics, that are shares of a value of the host."""
    return [
        (part, name)
        for part in claim.parts
        for name, statistic in part.part.statistics.items()
        if statistic.kind == "context" and not part.measured[name].is_empty
    ]


def levels(claim: ClaimFinding, findings: ClaimFindings, lang: str = "en") -> Figure:
    """Draw shares of a host's value that the park makes, with the bound of each rule; for claims without scenarios.

    Parameters
    ----------
    claim
        The claim; its rows are those of :func:`level_rows`.
    findings
        All findings: provenance for the footer, and the margins that rules name.
    lang
        Language, ``en`` or ``zh``.
    """
    rows = level_rows(claim)
    names = [part.part.title.text(lang) for part, _ in rows]
    figure, axes = style.in_rows(names, _titles(claim, findings, lang, "levels"), inches=NAMES, high=0.42, right=0.4)
    for place, (part, name) in enumerate(rows):
        measured = part.measured[name]
        style.interval(axes, place, (measured.low, measured.high), measured.middle)
        for condition in part.part.rule.simple():
            if condition.of == name:
                bound = resolve(condition.relation[1], findings.file.claims.sizes)
                axes.plot([bound, bound], [place - 0.35, place + 0.35], color=style.SECOND, linewidth=1.4)
    axes.set_xlim(left=0.0)
    style.in_percent(axes, 1)
    return figure
