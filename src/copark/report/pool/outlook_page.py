"""The page of a park without a history: what other parks teach of it, and what similar parks had become."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from copark.inference.pool.parks import COUNTS
from copark.inference.pool.scoring import LEFT_OUT
from copark.report.blocks import Block, Bullets, Numbers, Section, Words, open_studio
from copark.report.pool import sheets
from copark.report.pool.findings import PoolFindings
from copark.report.pool.page import draw, method_section
from copark.report.pool.sentences import borrowed_sentences
from copark.report.write import render_page, write_whole
from copark.texts import text


def write_outlook(
    found: PoolFindings, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page, its figures and its tables; give the page and the other files.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    outlook = found.outlook
    if outlook is None:
        raise ValueError("no outlook")
    folder, park = Path(out_dir), outlook.park.case.title.get(found.lang)
    from copark.report.figures import pool as figures

    studio = open_studio(folder, found.lang, found.panel.identity, progress, len(COUNTS))
    ahead: list[Block] = [
        Words(found.say("lead.outlook", park=park, until=str(outlook.until), runs=f"{outlook.runs:,}"))
    ]
    if found.frozen is None:
        ahead.append(Words(text("forecast.brief.not_frozen", found.lang)))
    else:
        file, identity = found.frozen
        ahead.append(Words(text("forecast.brief.frozen", found.lang, file=file.name, identity=identity)))
    if outlook.park.case.not_known:
        ahead.append(Words(found.say("outlook.lacks"), "caveat"))
    for variable in COUNTS:
        title = found.say("figure.outlook", park=park, observable=found.observable(variable))
        ahead.append(draw(studio, found, f"outlook_{variable}", partial(figures.outlook, found, variable), title))
    ahead.append(Numbers(sheets.outlook_sheet(found).on_page()))
    sections = [
        Section("outlook", found.say("section.ahead"), tuple(ahead)),
        Section(
            "borrowed", found.say("section.borrowed"),
            (Bullets(tuple(borrowed_sentences(found))), Numbers(sheets.borrowed_sheet(found).on_page())),
        ),
        Section(
            "rates", found.say("heading.rates"),
            (Words(found.say("lead.rates")), Numbers(sheets.rates_sheet(found).on_page())),
        ),
        Section(
            "record", found.say("section.record"),
            (Words(found.say("lead.record")), Numbers(sheets.contest_sheet(found, LEFT_OUT).on_page())),
        ),
        method_section(found),
        Section("provenance", found.say("section.provenance"), (Numbers(sheets.provenance_sheet(found).on_page()),)),
    ]  # fmt: skip
    target = folder / f"forecast-{found.lang}.html"
    page = render_page(
        found.lang, found.say("page.outlook", park=park), found.made, sections, kicker=found.say("page.outlook_kicker"),
        subtitle=found.say("page.outlook_subtitle"), trust=outlook.trust,
    )  # fmt: skip
    write_whole(target, page)
    return target, sheets.write_files(found, folder)
