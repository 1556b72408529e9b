"""The page of a pooled calibration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from copark.inference.pool.movement import gained
from copark.inference.pool.parks import COUNTS
from copark.inference.pool.scoring import ROLLING, SCHEMES, Contest
from copark.report.blocks import Block, Bullets, Cards, Drawing, Numbers, Section, Studio, Words, open_studio
from copark.report.numbers import number
from copark.report.pool import sheets
from copark.report.pool.findings import ASKED, PoolFindings
from copark.report.write import render_page, write_whole

MOST_FORESTS = 8
METHODS_SAID = 10
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
    whole = 2 + min(len(found.gained) + 1, MOST_FORESTS) + (len(COUNTS) if found.outlook else 0)
    studio = open_studio(folder, found.lang, found.panel.identity, progress, whole)
    sections = [
        summary(found),
        *([outlook_section(found, studio)] if found.outlook is not None else []),
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
        (number(len(found.panel.parks), 0), found.say("card.parks"), found.say("card.silent", count=silent)),
        (number(values, 0), found.say("card.values"), ""),
        (number(len(found.gained), 0), found.say("card.gained", park=found.park(found.reference)), ""),
    ]
    for scheme in SCHEMES:
        table = found.main(scheme)
        if table is not None:
            sure = found.say("firm" if table.firm else "not_firm")
            cards.append((found.method(table.winner), found.say(f"card.{scheme}"), sure))
    said = [winner_sentence(found, table) for table in map(found.main, SCHEMES) if table is not None]
    return Section(
        "summary", found.say("section.summary"),
        (Cards(tuple(cards)), Bullets((*said, *answer_sentences(found))), Words(found.say("summary.caveat"), "caveat")),
    )  # fmt: skip


def winner_sentence(found: PoolFindings, table: Contest) -> str:
    """Who won, by how much, and where the model with mechanisms stands."""
    first = table.standings[0]
    place = next(n for n, one in enumerate(table.standings) if one.method == "pooled")
    mine = table.standings[place]
    values = {
        "values": first.values, "parks": first.parks, "winner": found.method(first.method),
        "score": number(first.log_crps, 3), "sure": found.say("firm" if table.firm else "not_firm"),
        "place": place + 1, "of": len(table.standings), "mine": number(mine.log_crps, 3),
        "alone": number(next(one.log_crps for one in table.standings if one.method == "alone"), 3),
    }  # fmt: skip
    return found.say(f"winner.{table.scheme}", **values)


def answer_sentences(found: PoolFindings) -> list[str]:
    """Which parameters the panel moved that the one park alone could not, by group."""
    park = found.park(found.reference)
    said = []
    for group in ASKED:
        more = gained(found.movements, (group,))
        every = [one for one in found.movements if one.group == group]
        title = found.say(f"group.{group}")
        if more:
            said.append(found.say("answer.moved", group=title, names=found.names(more), park=park))
        else:
            told = [one for one in every if one.mean.verdict != "unmoved"]
            key = "answer.same" if told else "answer.nothing"
            said.append(found.say(key, group=title, names=found.names(told or every), park=park))
    others = [one for one in found.gained if one.group not in ASKED]
    if others:
        said.append(found.say("answer.others", names=found.names(others), park=park))
    return said


def moved_section(found: PoolFindings, studio: Studio) -> Section:
    """Forests of the axes the panel moved, and the table of all."""
    from copark.report.figures import pool as figures

    chosen = [one for one in found.movements if one.gained or one.mean.verdict == "moved"][:MOST_FORESTS]
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
        blocks.append(_draw(studio, found, name, partial(figures.forest, found, one), title))
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
        _draw(studio, found, "scores", lambda: figures.scores(found), title),
    ]
    for scheme in SCHEMES:
        blocks.append(Words(found.say(f"heading.{scheme}"), "heading"))
        if scheme == ROLLING:
            blocks.append(Words(found.say("lead.rolling")))
        blocks.append(Numbers(sheets.contest_sheet(found, scheme).on_page()))
    blocks += [
        Words(found.say("heading.winners"), "heading"),
        Numbers(sheets.winners_sheet(found).on_page()),
    ]
    return Section("scores", found.say("section.scores"), tuple(blocks))


def fans_section(found: PoolFindings, studio: Studio) -> Section:
    """Small multiples: every park as the others would have forecast it."""
    from copark.report.figures import pool as figures

    title = found.say("figure.fans")
    drawing = _draw(studio, found, "fans", lambda: figures.fans(found), title)
    return Section("fans", found.say("section.fans"), (Words(found.say("lead.fans")), drawing))


def outlook_section(found: PoolFindings, studio: Studio) -> Section:
    """The park without a history: fans, base rates, what was borrowed from whom."""
    from copark.report.figures import pool as figures

    outlook = found.outlook
    if outlook is None:
        raise ValueError("no outlook")
    park = outlook.park.case.title.get(found.lang)
    blocks: list[Block] = [
        Words(found.say("lead.outlook", park=park, until=str(outlook.until), runs=f"{outlook.runs:,}")),
        Words(found.say("borrowed", lenders=found.lenders(outlook.lenders))),
    ]
    if outlook.park.case.not_known:
        blocks.append(Words(found.say("outlook.lacks"), "caveat"))
    for variable in COUNTS:
        title = found.say("figure.outlook", park=park, observable=found.observable(variable))
        blocks.append(_draw(studio, found, f"outlook_{variable}", partial(figures.outlook, found, variable), title))
    blocks += [
        Words(found.say("heading.rates"), "heading"),
        Words(found.say("lead.rates")),
        Numbers(sheets.rates_sheet(found).on_page()),
    ]
    return Section("outlook", found.say("section.outlook", park=park), tuple(blocks))


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


def _draw(studio: Studio, found: PoolFindings, name: str, build: Callable[[], object], title: str) -> Drawing:
    return studio.draw(name, build, title, found.say("figure.desc", title=title))  # type: ignore[arg-type]
