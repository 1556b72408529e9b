"""The page of a pooled calibration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from copark.inference.pool.movement import AxisMovement
from copark.inference.pool.scoring import ROLLING, SCHEMES
from copark.presentation.numbers import number
from copark.report.blocks import Block, Bullets, Cards, Drawing, Numbers, Section, Studio, Words, open_studio
from copark.report.pool import sheets
from copark.report.pool.findings import ASKED, PoolFindings
from copark.report.pool.sentences import answer_sentences, coverage_sentences, spread_sentence, winner_sentence
from copark.report.write import render_page, write_whole

MOST_FORESTS = 8
METHODS_SAID = 12
"""Sentences about method and limits."""


def write_pool(
    found: PoolFindings, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page, its figures and its tables; give the page and the other files.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    folder = Path(out_dir)
    whole = 2 + len(shown_forests(found))
    studio = open_studio(folder, found.lang, found.panel.identity, progress, whole)
    sections = [
        summary(found),
        moved_section(found, studio),
        parks_section(found),
        scores_section(found, studio),
        fans_section(found, studio),
        roles_section(found),
        method_section(found),
        Section("provenance", found.say("section.provenance"), (Numbers(sheets.provenance_sheet(found).on_page()),)),
    ]
    target = folder / f"pool-{found.lang}.html"
    page = render_page(
        found.lang, found.say("page.title"), found.made, sections, kicker=found.say("page.kicker"),
        subtitle=found.say("page.subtitle"),
    )  # fmt: skip
    write_whole(target, page)
    return target, sheets.write_files(found, folder)


def summary(found: PoolFindings) -> Section:
    """What came out, in a few numbers and sentences."""
    values = sum(one.values for one in found.panel.local.values())
    silent = sum(one.values == 0 for one in found.panel.local.values())
    cards = [
        (
            number(len(found.panel.parks), 0),
            found.say("card.parks"),
            found.say("card.silent", count=silent) if silent else "",
        ),
        (number(values, 0), found.say("card.values"), ""),
        (number(len(found.gained), 0), found.say("card.gained", park=found.park(found.reference)), ""),
    ]
    for scheme in SCHEMES:
        table = found.main(scheme)
        if table is not None:
            sure = found.say("firm" if table.firm else "not_firm")
            cards.append((found.method(table.winner), found.say(f"card.{scheme}"), sure))
    said = [winner_sentence(found, table) for table in map(found.main, SCHEMES) if table is not None]
    said += [*answer_sentences(found), spread_sentence(found), *coverage_sentences(found)]
    return Section(
        "summary", found.say("section.summary"),
        (Cards(tuple(cards)), Bullets(tuple(said)), Words(found.say("summary.caveat"), "caveat")),
    )  # fmt: skip


def shown_forests(found: PoolFindings) -> list[AxisMovement]:
    """Axes that get a figure: those the panel moved farther, of the groups asked about first, then those moved."""
    order = {group: n for n, group in enumerate(ASKED)}
    chosen = [one for one in found.movements if one.gained or one.mean.verdict == "moved"]
    chosen.sort(key=lambda one: (order.get(one.group, len(ASKED)), not one.gained, one.mean.overlap))
    return chosen[:MOST_FORESTS]


def moved_section(found: PoolFindings, studio: Studio) -> Section:
    """Forests of the axes the panel moved, and the table of all."""
    from copark.report.figures import pool as figures

    chosen = shown_forests(found)
    blocks: list[Block] = [Words(found.say("lead.moved"))]
    sentences = [
        found.say(
            f"axis.{one.mean.verdict}", title=one.title(found.lang), parks=one.parks, band=sheets.band(one.mean),
            new=sheets.band(one.new), alone=sheets.band(one.alone), park=found.park(found.reference),
            alone_verdict=found.verdict(one.alone.verdict), new_verdict=found.verdict(one.new.verdict),
            lenders=found.lenders(dict(one.lenders), 3),
        )
        for one in chosen
    ]  # fmt: skip
    if sentences:
        blocks.append(Bullets(tuple(sentences)))
    for one in chosen:
        title = found.say("figure.forest", title=one.title(found.lang))
        name = "forest_" + one.name.replace(".", "_")
        blocks.append(draw(studio, found, name, partial(figures.forest, found, one), title))
    blocks.append(Numbers(sheets.axes_sheet(found).on_page(), found.say("fold.axes")))
    return Section("moved", found.say("section.moved"), tuple(blocks))


def parks_section(found: PoolFindings) -> Section:
    """Every park, and how far it leans on the others."""
    return Section(
        "parks", found.say("section.parks"),
        (Words(found.say("lead.parks")), Numbers(sheets.parks_sheet(found).on_page())),
    )  # fmt: skip


def scores_section(found: PoolFindings, studio: Studio) -> Section:
    """Who forecasts best."""
    from copark.report.figures import pool as figures

    title = found.say("figure.scores")
    blocks: list[Block] = [
        Words(found.say("lead.scores")),
        draw(studio, found, "scores", lambda: figures.scores(found), title),
    ]
    for scheme in SCHEMES:
        blocks.append(Words(found.say(f"heading.{scheme}"), "heading"))
        if scheme == ROLLING:
            blocks.append(Words(found.say("lead.rolling")))
        blocks.append(Numbers(sheets.contest_sheet(found, scheme).on_page()))
    blocks += [
        Words(found.say("heading.trials"), "heading"),
        Numbers(sheets.trials_sheet(found).on_page()),
        Words(found.say("heading.winners"), "heading"),
        Numbers(sheets.winners_sheet(found).on_page()),
    ]
    return Section("scores", found.say("section.scores"), tuple(blocks))


def fans_section(found: PoolFindings, studio: Studio) -> Section:
    """Small multiples: every park as the others would have forecast it."""
    from copark.report.figures import pool as figures

    title = found.say("figure.fans")
    drawing = draw(studio, found, "fans", lambda: figures.fans(found), title)
    return Section("fans", found.say("section.fans"), (Words(found.say("lead.fans")), drawing))


def roles_section(found: PoolFindings) -> Section:
    """What is shared, what is each park's own, and why."""
    table = Numbers(sheets.roles_sheet(found).on_page(), found.say("fold.roles"))
    return Section("roles", found.say("section.roles"), (Words(found.say("lead.roles")), table))


def method_section(found: PoolFindings) -> Section:
    """How it was made and what it cannot tell."""
    return Section(
        "method", found.say("section.method"),
        (Bullets(tuple(found.say(f"method_said.{n}") for n in range(1, METHODS_SAID + 1))),),
    )  # fmt: skip


def draw(studio: Studio, found: PoolFindings, name: str, build: Callable[[], object], title: str) -> Drawing:
    """A figure with its title and description."""
    return studio.draw(name, build, title, found.say("figure.desc", title=title))  # type: ignore[arg-type]
