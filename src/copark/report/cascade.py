"""The page of a cascade: who feels which arrow, from scale to scale, and what doses do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from copark.analysis.cascade import UNFELT, Dose, Feeling, direction, strongest
from copark.model.variables import ROOMS, catalogue
from copark.presentation.numbers import number, percent
from copark.report.blocks import Block, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.tables import Table
from copark.report.words import join
from copark.simulation.trust import Trust
from copark.texts import text

HEADLINE = "operating"
DOSED = (HEADLINE, "jobs", "cash")
"""Outputs in which doses are read: an arrow felt in none of them is not dosed."""
NAMED, DRAWN = 5, 6
"""Arrows named in words, and those whose doses are drawn; all doses are in the table."""


@dataclass(frozen=True)
class Cascade:
    """What is to be shown.

    Parameters
    ----------
    case
        Title of the case, in the page's language.
    trust
        Where the parameters come from, and how far they may be trusted.
    identities
        Of the runs behind it.
    since, end
        Quarter of the cut and of the reading, as labels.
    pairs
        Pairs of runs.
    feelings, doses
        What arrows are felt in, and what strengths of the strongest do.
    """

    case: str
    trust: Trust
    identities: tuple[str, ...]
    since: str
    end: str
    pairs: int
    feelings: tuple[Feeling, ...]
    doses: tuple[Dose, ...]


def felt(one: Feeling) -> bool:
    """Whether an output feels an arrow at all."""
    return one.lag is not None and one.largest > UNFELT


def link_title(name: str, lang: str) -> str:
    """Title of an arrow."""
    return catalogue().links[name].title(lang)


def sentences(found: Cascade, lang: str) -> list[str]:
    """What the map says in words: which arrows are felt nowhere, and which most in operating companies."""
    links = list(dict.fromkeys(one.link for one in found.feelings))
    quiet = [link for link in links if not any(felt(one) for one in found.feelings if one.link == link)]
    said = []
    best = strongest(found.feelings, NAMED, (HEADLINE,))
    if best:
        rows = {one.link: one for one in found.feelings if one.output == HEADLINE}
        sizes = {link: number(rows[link].size, 2) for link in best}
        entries = [
            text("cascade.map.entry", lang, link=link_title(link, lang), size=sizes[link], lag=rows[link].lag)
            for link in best
        ]
        said.append(text("cascade.map.strongest", lang, names=join(entries, lang)))
    if quiet:
        names = join([link_title(link, lang) for link in quiet], lang)
        said.append(
            text("cascade.map.nothing", lang, count=len(quiet), total=len(links), since=found.since, names=names)
        )
    return said


def feeling_table(found: Sequence[Feeling], lang: str) -> Table:
    """Every arrow and output with size, band, share of pairs that differ, and lag."""
    heads = ("link", "output", "size", "band", "differing", "lag")
    known = catalogue().outputs
    rows = tuple(
        (
            link_title(one.link, lang),
            known[one.output].title(lang),
            number(one.size, 2),
            text("compare.between", lang, low=number(one.low, 2), high=number(one.high, 2)),
            percent(one.differing),
            "–" if one.lag is None else str(one.lag),
        )
        for one in found
    )
    return Table(tuple(text(f"cascade.column.{head}", lang) for head in heads), rows, frozenset(range(2, len(heads))))


def reach_table(found: Sequence[Feeling], lang: str) -> Table:
    """Of the arrows that leave each scale, how many are felt in each scale, and how soon."""
    known = catalogue()
    heads = [text("cascade.column.from", lang), *(text(f"cascade.room.{room}", lang) for room in ROOMS)]
    rows = []
    for source in ROOMS:
        links = list(dict.fromkeys(one.link for one in found if known.links[one.link].source_room == source))
        cells = [text(f"cascade.room.{source}", lang)]
        for room in ROOMS:
            lags = [
                min(one.lag for one in own if one.lag is not None)
                for link in links
                if (own := [x for x in found if x.link == link and known.outputs[x.output].room == room and felt(x)])
            ]
            share = percent(len(lags) / len(links)) if links else "–"
            cells.append(
                text("cascade.reach.cell", lang, share=share, lag=number(median(lags), 0)) if lags else share
            )  # fmt: skip
        rows.append(tuple(cells))
    return Table(tuple(heads), tuple(rows), frozenset(range(1, len(heads))))


def dose_table(found: Sequence[Dose], lang: str) -> Table:
    """Median differences by strength, a row for each arrow and output, and which way they go."""
    strengths = sorted({one.strength for one in found})
    heads = [text(f"cascade.column.{head}", lang) for head in ("link", "output")]
    heads += [text("cascade.column.dose", lang, dose=number(dose)) for dose in strengths]
    heads.append(text("cascade.column.direction", lang))
    rows = []
    for link, output in dict.fromkeys((one.link, one.output) for one in found):
        own = {one.strength: one for one in found if (one.link, one.output) == (link, output)}
        rows.append(
            (
                link_title(link, lang),
                catalogue().outputs[output].title(lang),
                *(number(own[dose].median) for dose in strengths),
                text(f"cascade.direction.{direction(tuple(own.values()))}", lang),
            )
        )
    return Table(tuple(heads), tuple(rows), frozenset(range(2, 2 + len(strengths))))


def write_cascade(
    found: Cascade, lang: str, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> Path:  # fmt: skip
    """Write the page of a cascade and its figures; give the page."""
    from copark.report.figures.cascade import cascade_map
    from copark.report.write import render_page, write_whole

    folder = Path(out_dir)
    links = [link for link in strongest(found.feelings, DRAWN, (HEADLINE,)) if any(d.link == link for d in found.doses)]
    total = 1 + len(links)
    studio = open_studio(folder, lang, found.identities[0], progress, total)
    footer = text("cascade.footer", lang, identity=" · ".join(found.identities), pairs=number(found.pairs, 0))
    title = text("cascade.map.title", lang, since=found.since, end=found.end)
    whole = studio.draw(
        "cascade", lambda: cascade_map(found.feelings, found.since, found.end, footer, lang), title,
        text("cascade.map.desc", lang),
    )  # fmt: skip
    sections = [_map(found, whole, lang), _reach(found, lang)]
    if links:
        sections.append(_doses(found, [_curve(found, studio, link, footer, lang) for link in links], lang))
    made = text(
        "cascade.made", lang, identity=", ".join(found.identities), since=found.since, pairs=number(found.pairs, 0)
    )  # fmt: skip
    target = folder / f"cascade-{lang}.html"
    subtitle = text("cascade.help", lang)
    page = render_page(
        lang, text("cascade.title", lang, case=found.case), made, sections, subtitle=subtitle, trust=found.trust
    )
    write_whole(target, page)
    return target


def _curve(found: Cascade, studio: Studio, link: str, footer: str, lang: str) -> Drawing:
    from copark.report.figures.cascade import dose_curve

    own = [one for one in found.doses if (one.link, one.output) == (link, HEADLINE)]
    title = text("cascade.dose.title", lang, link=link_title(link, lang))
    return studio.draw(
        f"dose-{link}", lambda: dose_curve(own, found.end, footer, lang), title, text("cascade.dose.desc", lang),
        wide=False,
    )  # fmt: skip


def _map(found: Cascade, drawing: Drawing, lang: str) -> Section:
    blocks: list[Block] = [Words(text("cascade.map.lead", lang, since=found.since)), drawing]
    blocks += [Words(said) for said in sentences(found, lang)]
    blocks.append(Words(text("cascade.map.caveat", lang, since=found.since), "caveat"))
    summary = text("cascade.table.summary", lang, rows=len(found.feelings))
    blocks.append(Numbers(feeling_table(found.feelings, lang), summary))
    return Section("map", text("cascade.map.section", lang), tuple(blocks))


def _reach(found: Cascade, lang: str) -> Section:
    blocks = (Words(text("cascade.reach.lead", lang)), Numbers(reach_table(found.feelings, lang)))
    return Section("reach", text("cascade.reach.section", lang), blocks)


def _doses(found: Cascade, drawings: Sequence[Drawing], lang: str) -> Section:
    blocks = (
        Words(text("cascade.dose.lead", lang, since=found.since)),
        Grid(tuple(drawings)),
        Numbers(
            dose_table(found.doses, lang), text("cascade.dose.all", lang, count=len({d.link for d in found.doses}))
        ),
    )
    return Section("dose", text("cascade.dose.section", lang), blocks)
