"""The page of an exploration: what results hang on, and where the park fails or stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from copark.inference.exploration.explore import Exploration, Found
from copark.report.blocks import Block, Bullets, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.sensitivity import tables
from copark.report.sensitivity.words import (
    box_sentence,
    drivers,
    found_sentences,
    leaders,
    leaf_sentences,
    marked,
    told_boxes,
)
from copark.report.tables import Table
from copark.report.words import join
from copark.texts import text

DRAWN = ("operating-20", "failed-20", "result_cumulative-20")
"""Read-outs drawn for the screen and for samples at hand; indices are drawn for all."""


def write_exploration(
    found: Exploration, lang: str, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the page of an exploration and its figures; give the page.

    Parameters
    ----------
    out_dir
        Where ``sensitivity-<lang>.html`` and ``figures/`` go; made if missing.
    progress
        Called with figures done and figures in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    folder = Path(out_dir)
    count = figures(found)
    studio = open_studio(folder, lang, found.identity, progress, count)
    title = text("sensitivity.page.title", lang, park=found.case.title.get(lang))
    settings = found.settings
    made = text(
        "sensitivity.page.made", lang, identity=found.identity, over=text(f"sensitivity.over.{settings.over}", lang),
        size=settings.size, replicates=settings.replicates, sample=f"{settings.sample:,}", seed=settings.seed,
    )  # fmt: skip
    target = folder / f"sensitivity-{lang}.html"
    subtitle = text("sensitivity.help.sensitivity", lang)
    write_whole(target, render_page(lang, title, made, list(sections(found, lang, studio)), subtitle=subtitle))
    return target


def figures(found: Exploration) -> int:
    """How many figures the page has."""
    drawn = sum(one.key in DRAWN for one in found.readouts)
    given = sum(one.key in DRAWN for kept in found.given for one in kept.readouts if kept.kind != "batch")
    parts = sum(2 * bool(told_boxes(one)) + (one.tree.depth > 0) for one in found.found)
    return (drawn if found.screens else 0) + len(found.indices) + given + parts


def sections(found: Exploration, lang: str, studio: Studio) -> Iterator[Section]:
    """The sections in the order of the page; those of methods not asked for are left out."""
    yield summary(found, lang)
    if found.indices:
        yield sobol_section(found, lang, studio)
    if found.screens:
        yield screen_section(found, lang, studio)
    if found.given:
        yield given_section(found, lang, studio)
    if found.found:
        yield discovery_section(found, lang, studio)
    yield reading(lang)
    entries = tables.provenance_table({"identity": found.identity, **found.provenance}, lang)
    yield Section("provenance", text("sensitivity.section.provenance", lang), (Numbers(entries),))


def summary(found: Exploration, lang: str) -> Section:
    """What was found, in sentences."""
    blocks: list[Block] = [Words(text("sensitivity.lead", lang))]
    if found.indices:
        head = text(f"sensitivity.summary.hangs.{found.settings.over}", lang)
        said = tuple(drivers(found, n, lang) for n in range(len(found.readouts)))
        blocks += [Words(head, "heading"), Bullets(said)]
        unmoved = leaning(found, lang)
        if unmoved:
            blocks.append(Words(unmoved, "caveat"))
    for kept in found.given:
        if kept.kind == "posterior":
            said = tuple(leaders(found, kept, n, lang) for n in range(len(kept.readouts)))
            blocks += [Words(text("sensitivity.summary.forecast", lang), "heading"), Bullets(said)]
    boxes = [box_sentence(one, n, lang) for one in found.found for n in told_boxes(one)[:1] if one.outcome == "failed"]
    if boxes:
        blocks += [Words(text("sensitivity.summary.fails", lang), "heading"), Bullets(tuple(boxes))]
    if found.provenance.get("posterior_stale"):
        blocks.append(Words(text("sensitivity.stale", lang), "caveat"))
    return Section("summary", text("report.section.summary", lang), tuple(blocks))


def leaning(found: Exploration, lang: str, most: int = 5) -> str:
    """Which of the parameters that matter the data did not move; empty where nothing is known, or none is."""
    scores = {
        name: max(float(one.total[n]) for one in found.indices)
        for n, name in enumerate(found.names)
        if found.moved.get(name) == "unmoved" and any(bool(one.total_clear[n]) for one in found.indices)
    }
    if not scores:
        return "" if found.moved else text("sensitivity.leaning.unknown", lang)
    first = sorted(scores, key=lambda name: -scores[name])[:most]
    return text(
        "sensitivity.leaning.some", lang, count=len(scores), which=join([marked(one, {}, lang) for one in first], lang)
    )


def sobol_section(found: Exploration, lang: str, studio: Studio) -> Section:
    """Sobol' indices."""
    from copark.report.figures.sensitivity import sobol_bars

    drawings = [
        studio.draw(
            f"sobol_{one.key}", lambda n=n: sobol_bars(found, n, lang), one.title(lang),  # type: ignore[misc]
            text("sensitivity.desc.sobol", lang), numbers=tables.sobol_table(found, n, lang), wide=False,
        )
        for n, one in enumerate(found.readouts)
    ]  # fmt: skip
    lead = text("sensitivity.lead.sobol", lang, rows=found.settings.size, replicates=found.settings.replicates)
    blocks: list[Block] = [Words(lead), Numbers(tables.overview(found, lang)), Grid(tuple(drawings))]
    lost = max(found.settings.size - one.rows for one in found.indices)
    if lost:
        blocks.append(Words(text("sensitivity.lost", lang, rows=lost), "caveat"))
    return Section("sobol", text("sensitivity.section.sobol", lang), tuple(blocks))


def screen_section(found: Exploration, lang: str, studio: Studio) -> Section:
    """Morris's screen."""
    from copark.report.figures.sensitivity import screen_dots

    drawings, folded = [], []
    for n, one in enumerate(found.readouts):
        numbers = tables.screen_table(found, n, lang)
        if one.key in DRAWN:
            drawings.append(
                studio.draw(
                    f"morris_{one.key}", lambda n=n: screen_dots(found, n, lang), one.title(lang),  # type: ignore[misc]
                    text("sensitivity.desc.morris", lang), numbers=numbers, wide=False,
                )
            )  # fmt: skip
        else:
            folded.append(Numbers(numbers, one.title(lang)))
    lead = text("sensitivity.lead.morris", lang, trajectories=found.settings.trajectories)
    return Section("morris", text("sensitivity.section.morris", lang), (Words(lead), Grid(tuple(drawings)), *folded))


def given_section(found: Exploration, lang: str, studio: Studio) -> Section:
    """What samples at hand tell: of the prior, of the forecast, of a batch."""
    from copark.report.figures.sensitivity import given_bars

    blocks: list[Block] = [Words(text("sensitivity.lead.given", lang))]
    for sample, kept in enumerate(found.given):
        head = text(
            f"sensitivity.given.{kept.kind}", lang, runs=f"{kept.runs:,}", replicates=kept.replicates,
            quarter=kept.readouts[0].quarter,
        )  # fmt: skip
        blocks.append(Words(head, "heading"))
        if kept.kind == "posterior":
            blocks.append(Words(text("sensitivity.given.posterior.caveat", lang), "caveat"))
        drawings, folded = [], []
        for n, one in enumerate(kept.readouts):
            numbers = tables.given_table(found, kept, n, lang)
            if one.key in DRAWN and kept.kind != "batch":
                drawings.append(
                    studio.draw(
                        f"given_{kept.kind}_{one.key}",
                        lambda sample=sample, n=n: given_bars(found, sample, n, lang),  # type: ignore[misc]
                        one.title(lang), text("sensitivity.desc.given", lang), numbers=numbers, wide=False,
                    )
                )  # fmt: skip
            else:
                folded.append(Numbers(numbers, one.title(lang)))
        blocks += [Grid(tuple(drawings)), *folded] if drawings else folded
    return Section("given", text("sensitivity.section.given", lang), tuple(blocks))


def discovery_section(found: Exploration, lang: str, studio: Studio) -> Section:
    """Boxes and trees, outcome by outcome."""
    blocks: list[Block] = [Words(text("sensitivity.lead.discovery", lang))]
    for one in found.found:
        blocks += _found(one, found, lang, studio)
    return Section("discovery", text("sensitivity.section.discovery", lang), tuple(blocks))


def _found(one: Found, found: Exploration, lang: str, studio: Studio) -> list[Block]:
    from copark.report.figures.discovery import box_ranges, heading, trade_off, tree_drawing

    blocks: list[Block] = [Words(heading(one, lang), "heading"), Bullets(tuple(found_sentences(one, lang)))]
    stem, drawings = f"{one.kind}_{one.outcome}", []
    if told_boxes(one):
        words = text("sensitivity.desc.box", lang)
        drawings = [
            studio.draw(f"path_{stem}", lambda: trade_off(one, found, lang), heading(one, lang), words, wide=False),
            studio.draw(f"box_{stem}", lambda: box_ranges(one, found, lang), heading(one, lang), words, wide=False),
        ]
        blocks.append(Grid(tuple(drawings)))
        conditions: Table | None = tables.box_table(one, lang)
        if conditions is not None:
            blocks.append(Numbers(conditions, text("sensitivity.fold.conditions", lang)))
    leaves = leaf_sentences(one, lang)
    if leaves:
        words = text("sensitivity.desc.tree", lang)
        blocks.append(studio.draw(f"tree_{stem}", lambda: tree_drawing(one, found, lang), heading(one, lang), words))
        blocks.append(Bullets(tuple(leaves), text("sensitivity.fold.tree", lang)))
    return blocks


def reading(lang: str) -> Section:
    """How to read all this, and what it cannot say."""
    items = tuple(text(f"sensitivity.reading.{key}", lang) for key in READING)
    return Section("reading", text("sensitivity.section.reading", lang), (Bullets(items),))


READING = ("prior", "total", "dummy", "luck", "mean", "box", "moved", "replicates")
