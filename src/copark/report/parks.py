"""The page of parks: small multiples of those with a series, and the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from copark.report.blocks import Block, Numbers, Section, Words, open_studio
from copark.report.figures.parks import ParkCourse
from copark.report.tables import Table
from copark.report.write import render_page, write_whole
from copark.texts import text
from copark.version import __version__


def write_parks(
    courses: Sequence[ParkCourse],
    table: Table,
    total: int,
    lang: str,
    target: Path,
) -> Path:
    """Write the page of parks and, in ``figures/`` beside it, its figure; give the page.

    Parameters
    ----------
    courses
        Parks with a series, in the order in which they are drawn.
    table
        The parks found, as they are listed.
    total
        Parks in all.
    lang
        ``en`` or ``zh``.

    Raises
    ------
    ValueError
        If there is no such language.
    """

    def say(key: str, **values: object) -> str:
        return text(f"parks.{key}", lang, **values)

    studio = open_studio(target.parent, lang, f"parks-{__version__}")
    blocks: list[Block] = [Words(say("multiples.lead", count=len(courses)))]
    if courses:
        from copark.report.figures.parks import multiples

        title, words = say("multiples.title"), say("multiples.desc")
        blocks.append(studio.draw("parks", lambda: multiples(courses, lang), title, words))
    blocks.append(Words(say("multiples.caveat"), "caveat"))
    listed = Section("list", say("section.list"), (Words(say("list.lead")), Numbers(table)))
    sections = [Section("courses", say("section.courses"), tuple(blocks)), listed]
    heading = say("title", count=len(table.rows), total=total)
    page = render_page(
        lang, heading, say("page.made", version=__version__), sections, kicker=say("page.kicker"),
        subtitle=say("page.subtitle"),
    )  # fmt: skip
    write_whole(target, page)
    return target
