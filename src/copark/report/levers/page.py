"""The page of levers, in the order a decision-maker asks: what can I move, what happens, to whom, which is robust."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from copark.inference.levers.findings import Findings
from copark.inference.levers.gains import Gain
from copark.inference.levers.measures import NAMES, SIDES
from copark.presentation.numbers import number, percent
from copark.report.blocks import Block, Bullets, Cards, Drawing, Numbers, Section, Studio, Words, open_studio
from copark.report.levers import tables, words
from copark.report.tables import Table
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = ("standing", "operating", "sides", "widths", "ranks", "pareto")
"""Figures of the page, in its order."""


def write_levers(found: Findings, lang: str, out_dir: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Write the page of a case's levers and its figures; give the page.

    Parameters
    ----------
    found
        What :func:`copark.inference.levers.findings.find` gave.
    lang
        ``en`` or ``zh``.
    out_dir
        Where ``levers-<lang>.html`` and ``figures/`` go; made if missing.
    progress
        Called with figures done and figures in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    folder = Path(out_dir)
    studio = open_studio(folder, lang, found.measured.identity, progress, len(FIGURES))
    park = getattr(found.asked.case.title, lang)
    title = text(f"levers.page.title.{found.asked.since}", lang, park=park, quarter=found.pulled)
    subtitle = text("levers.help", lang)
    page = render_page(
        lang, title, made_by(found, lang), sections(found, studio, lang), subtitle=subtitle,
        trust=found.asked.parameters.trust, case=found.asked.case,
    )  # fmt: skip
    target = folder / f"levers-{lang}.html"
    write_whole(target, page)
    return target


def made_by(found: Findings, lang: str) -> str:
    """What made the page, in a line."""
    from copark.report.figures.levers import drawn_from

    study = found.asked.blocks[0].study
    return text(
        "levers.page.made",
        lang,
        identity=found.measured.identity,
        drawn=drawn_from(found.measured.provenance, lang),
        draws=number(study.runs // study.futures, 0),
        futures=study.futures,
        structures=len(found.measured.structures),
        seed=study.seed,
        horizon=found.horizon,
    )


def sections(found: Findings, studio: Studio, lang: str) -> list[Section]:
    """The sections in the order of the page."""
    return [
        _summary(found, lang),
        _levers(found, lang),
        _changes(found, studio, lang),
        _sides(found, studio, lang),
        _widths(found, studio, lang),
        _robust(found, studio, lang),
        _pareto(found, studio, lang),
        _rests(found, lang),
        _structures(found, lang),
        _limits(found, lang),
    ]


def _section(key: str, lang: str, *blocks: Block) -> Section:
    return Section(key, text(f"levers.section.{key}", lang), blocks)


def _drawn(studio: Studio, key: str, build: Callable[[], Figure], lang: str, numbers: Table | None = None) -> Drawing:
    caption = text(f"levers.caption.{key}", lang)
    return studio.draw(
        f"levers_{key}", build, text(f"levers.alt.{key}", lang), caption, caption=caption, numbers=numbers
    )


def _summary(found: Findings, lang: str) -> Section:
    best, worst = words.extremes(found)
    cards = [
        (percent(best.before), text("levers.card.before", lang), text("levers.card.pairs", lang, pairs=best.pairs)),
        (
            _points(best.mean, lang),
            text("levers.card.best", lang, title=found.title(best.setting, lang)),
            _mc(best, lang),
        ),
        (
            _points(worst.mean, lang),
            text("levers.card.worst", lang, title=found.title(worst.setting, lang)),
            _mc(worst, lang),
        ),
    ]
    if found.choice is not None:
        enough = found.choice.ranking("satisficing")
        at = int(enough.scores.argmax())
        cards.append(
            (
                percent(float(enough.scores[at])),
                text("levers.card.robust", lang, title=found.title(found.choice.options[at], lang)),
                text("levers.card.states", lang, states=number(found.choice.states, 0)),
            )
        )
    blocks: list[Block] = [
        Cards(tuple(cards)),
        Words(text(f"levers.lead.{found.asked.since}", lang, quarter=found.pulled, horizon=found.horizon)),
        Words(text("levers.caveat", lang), "caveat"),
    ]
    if found.measured.provenance.get("posterior_stale"):
        blocks.append(Words(text("levers.stale", lang), "caveat"))
    return _section("summary", lang, *blocks)


def _points(share: float, lang: str) -> str:
    return text("levers.points", lang, value=words.signed(100.0 * share, 1))


def _mc(one: Gain, lang: str) -> str:
    low, high = (words.signed(100.0 * value, 1) for value in (one.low, one.high))
    return text("levers.card.interval", lang, low=low, high=high)


def _levers(found: Findings, lang: str) -> Section:
    return _section(
        "levers",
        lang,
        Numbers(tables.levers_table(found, lang)),
        Numbers(tables.settings_table(found, lang), text("levers.fold.settings", lang)),
    )


def _changes(found: Findings, studio: Studio, lang: str) -> Section:
    from copark.report.figures.levers import operating, standing

    return _section(
        "changes",
        lang,
        _drawn(
            studio, "standing", lambda: standing(found, lang), lang, tables.measure_table(found, "self_standing", lang)
        ),
        _drawn(
            studio, "operating", lambda: operating(found, lang), lang, tables.measure_table(found, "operating", lang)
        ),
        Numbers(tables.gains_table(found, lang), text("levers.fold.gains", lang)),
        *(
            Numbers(
                tables.measure_table(found, name, lang),
                text("levers.fold.measure", lang, measure=words.measure_title(name, lang)),
            )
            for name in NAMES
            if name not in ("self_standing", "operating", *SIDES)
        ),
    )


def _sides(found: Findings, studio: Studio, lang: str) -> Section:
    from copark.report.figures.levers import sides

    return _section(
        "sides",
        lang,
        Words(text("levers.sides.lead", lang)),
        _drawn(studio, "sides", lambda: sides(found, lang), lang),
        Words(text("levers.sides.words", lang), "heading"),
        Bullets(tuple(words.balance_words(found, one, lang) for one in found.balances)),
        *(
            Numbers(
                tables.measure_table(found, side, lang),
                text("levers.fold.measure", lang, measure=words.measure_title(side, lang)),
            )
            for side in SIDES
        ),
    )


def _widths(found: Findings, studio: Studio, lang: str) -> Section:
    from copark.report.figures.levers import widths

    numbers = tables.sources_table(found, ("operating", *SIDES), lang)
    drawing = _drawn(studio, "widths", lambda: widths(found, "operating", lang), lang, numbers)
    return _section("widths", lang, Words(text("levers.widths.lead", lang)), drawing)


def _robust(found: Findings, studio: Studio, lang: str) -> Section:
    from copark.report.figures.levers_choice import ranks

    blocks: list[Block] = [Words(text("levers.robust.lead", lang)), Numbers(tables.thresholds_table(found, lang))]
    if found.choice is None:
        return _section("robust", lang, *blocks, Words(text("levers.no_state", lang), "caveat"))
    blocks.append(Words(text("levers.robust.stability", lang, groups=found.choice.independent)))
    blocks.append(_drawn(studio, "ranks", lambda: ranks(found, lang), lang, tables.ranking_table(found, lang)))
    return _section("robust", lang, *blocks)


def _pareto(found: Findings, studio: Studio, lang: str) -> Section:
    from copark.report.figures.levers_choice import pareto

    lead = Words(text("levers.pareto.lead", lang))
    if found.choice is None:
        return _section("pareto", lang, lead, Words(text("levers.no_state", lang), "caveat"))
    drawing = _drawn(studio, "pareto", lambda: pareto(found, lang), lang, tables.pareto_table(found, lang))
    return _section("pareto", lang, lead, drawing)


def _rests(found: Findings, lang: str) -> Section:
    blocks: list[Block] = [Words(text("levers.rests.lead", lang))]
    hanging = words.leaning_words(found, lang)
    if hanging:
        blocks.append(Bullets(hanging))
    blocks.append(Numbers(tables.leaning_table(found, lang), text("levers.fold.leaning", lang)))
    blocks.append(Numbers(tables.rests_table(found, lang), text("levers.fold.rests", lang)))
    return _section("rests", lang, *blocks)


def _structures(found: Findings, lang: str) -> Section:
    lead = Words(text("levers.structures.lead", lang))
    return _section("structures", lang, lead, Numbers(tables.structures_table(found, lang)))


def _limits(found: Findings, lang: str) -> Section:
    discount = found.asked.file.discount
    rate = text(
        "levers.limits.discount", lang, rate=number(100.0 * discount.rate, 1), reason=getattr(discount.reason, lang)
    )
    limits = [
        rate,
        *(text(f"levers.limits.{key}", lang) for key in ("overlap", "frozen", "structure", "pasts", "search")),
    ]
    if found.asked.since == "now":
        limits.append(text("levers.limits.now", lang, quarter=found.pulled))
    return _section("limits", lang, Bullets(tuple(limits)), Numbers(tables.origin_table(found, lang)))
