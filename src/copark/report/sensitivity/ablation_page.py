"""The page of ablations: what each mechanism and each arrow does, and what does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path

from copark.inference.ablations.ablate import Ablations, Change, Row
from copark.inference.ablations.mechanisms import listed
from copark.model.variables import catalogue
from copark.presentation.numbers import number
from copark.report.blocks import Block, Bullets, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.sensitivity.tables import heads, provenance_table
from copark.report.tables import Table, grouped, with_unit
from copark.report.words import join
from copark.texts import text

OUTPUTS = ("operating", "jobs", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs of the tables, at the last quarter; `operating` at both."""
KINDS = ("mechanism", "link")


def write_ablations(
    found: Ablations, lang: str, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the page of ablations and its figures; give the page.

    Parameters
    ----------
    out_dir
        Where ``ablations-<lang>.html`` and ``figures/`` go; made if missing.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    folder = Path(out_dir)
    count = 5 * len(kinds(found))
    studio = open_studio(folder, lang, found.identity, progress, count)
    title = text("sensitivity.ablation.title", lang, park=found.case.title.get(lang))
    made = text(
        "sensitivity.ablation.made", lang, identity=found.identity, count=len(found.rows), pairs=number(found.pairs, 0),
        size=number(found.settings.size, 0), seed=found.settings.seed,
    )  # fmt: skip
    target = folder / f"ablations-{lang}.html"
    subtitle = text("sensitivity.help.ablate", lang)
    write_whole(target, render_page(lang, title, made, list(sections(found, lang, studio)), subtitle=subtitle))
    return target


def kinds(found: Ablations) -> tuple[str, ...]:
    """Kinds of ablations there are."""
    return tuple(kind for kind in KINDS if any(row.ablation.kind == kind for row in found.rows))


def sections(found: Ablations, lang: str, studio: Studio) -> Iterator[Section]:
    """The sections in the order of the page."""
    yield summary(found, lang)
    for kind in kinds(found):
        yield outcome_section(found, kind, lang, studio)
    if found.asked:
        yield score_section(found, lang, studio)
    yield meaning(found, lang)
    entries = provenance_table({"identity": found.identity, **found.provenance}, lang)
    yield Section("provenance", text("sensitivity.section.provenance", lang), (Numbers(entries),))


def title_of(row: Row, lang: str) -> str:
    """Title of what is off."""
    return str(getattr(row.ablation.title, lang))


def listing(rows: list[Row], lang: str) -> str:
    """Titles joined."""
    return join([title_of(row, lang) for row in rows], lang)


def summary(found: Ablations, lang: str) -> Section:
    """What works most, what hardly, what not at all; which mechanisms the forecast is better with."""
    blocks: list[Block] = [Words(text("sensitivity.ablation.lead", lang))]
    said = [line for kind in kinds(found) for line in _worked(found, kind, lang)]
    blocks.append(Bullets(tuple(said)))
    if found.asked:
        scored = list(_scored(found, lang))
        blocks += [Words(text("sensitivity.ablation.scored", lang), "heading"), Bullets(tuple(scored))]
    blocks.append(Words(text("sensitivity.ablation.caveat", lang), "caveat"))
    if found.provenance.get("posterior_stale"):
        blocks.append(Words(text("sensitivity.stale", lang), "caveat"))
    return Section("summary", text("report.section.summary", lang), tuple(blocks))


def _worked(found: Ablations, kind: str, lang: str) -> Iterator[str]:
    rows = [row for row in found.rows if row.ablation.kind == kind]
    last = found.quarters[-1]
    by_size = sorted(rows, key=lambda row: -abs(row.effect.of("operating", last).median))
    largest = [row for row in by_size if row.effect.verdict == "works"][:4]
    if largest:
        told = [
            text(
                "sensitivity.ablation.one", lang, title=title_of(row, lang),
                change=_signed(row.effect.of("operating", last).median, 2),
            )
            for row in largest
        ]  # fmt: skip
        yield text(f"sensitivity.ablation.largest.{kind}", lang, quarter=last, which=join(told, lang))
    by_failed = sorted(rows, key=lambda row: -row.effect.failed.change)
    deadly = [row for row in by_failed if row.effect.failed.low > 0.02][:4]
    if deadly:
        told = [
            text(
                "sensitivity.ablation.points", lang, title=title_of(row, lang),
                change=_signed(100.0 * row.effect.failed.change, 0),
            )
            for row in deadly
        ]  # fmt: skip
        yield text("sensitivity.ablation.deadly", lang, quarter=last, which=join(told, lang))
    for verdict in ("hardly", "nothing"):
        some = [row for row in rows if row.effect.verdict == verdict]
        if some:
            yield text(f"sensitivity.ablation.{verdict}.{kind}", lang, which=listing(some, lang))


def _scored(found: Ablations, lang: str) -> Iterator[str]:
    """Which ones the refitted forecast misses, which it would be better without, and how many make no difference."""
    rows = [row for row in found.rows if row.refitted is not None]
    for verdict, sign in (("worse", -1.0), ("better", 1.0)):
        some = sorted(
            (row for row in rows if row.refitted is not None and row.refitted.verdict == verdict),
            key=lambda row: sign * (0.0 if row.refitted is None else row.refitted.ratio),
        )
        key = f"sensitivity.ablation.score.{verdict}" if some else f"sensitivity.ablation.score.none_{verdict}"
        yield text(key, lang, which=listing(some[:8], lang)) if some else text(key, lang)
    alike = sum(row.refitted is not None and row.refitted.verdict == "alike" for row in rows)
    if rows:
        noise = f"{2.0 * found.noise_refitted:.2f}"
        yield text("sensitivity.ablation.score.alike", lang, alike=alike, all=len(rows), noise=noise)
    later = [row for row in found.rows if row.since_cut is not None and row.since_cut.verdict == "worse"]
    if later:
        yield text("sensitivity.ablation.score.since", lang, which=listing(later, lang), cut=str(found.cut))


def outcome_section(found: Ablations, kind: str, lang: str, studio: Studio) -> Section:
    """What each mechanism or arrow does to outcomes."""
    from copark.report.figures.ablations import effect_dots, failed_dots

    last = found.quarters[-1]
    title = text(f"sensitivity.section.ablation.{kind}", lang)
    desc = text("sensitivity.desc.ablation", lang)
    drawings = [
        studio.draw(
            f"ablation_{kind}_{name}_{quarter}",
            lambda name=name, quarter=quarter: effect_dots(found, name, quarter, kind, lang),  # type: ignore[misc]
            title, desc, wide=False,
        )
        for name, quarter in (("operating", found.quarters[0]), ("operating", last), ("result_cumulative", last))
    ]  # fmt: skip
    drawings.append(
        studio.draw(f"ablation_{kind}_failed", lambda: failed_dots(found, kind, lang), title, desc, wide=False)
    )
    lead = text("sensitivity.lead.ablation", lang, pairs=number(found.pairs, 0))
    return Section(kind, title, (Words(lead), Grid(tuple(drawings)), Numbers(effect_table(found, kind, lang))))


def effect_table(found: Ablations, kind: str, lang: str) -> Table:
    """Medians of the differences, row by row, with nine tenths of the pairs."""
    last = found.quarters[-1]
    asked = [("operating", found.quarters[0]), *((name, last) for name in OUTPUTS)]
    brief = (text(f"sensitivity.brief.{name}", lang, quarter=quarter) for name, quarter in asked)
    columns = [*heads(lang, "off", "verdict", "moved"), *brief, *heads(lang, "failed")]
    rows, groups = [], []
    for row in found.rows:
        if row.ablation.kind != kind:
            continue
        standing = found.standing(row)
        moved = text(f"sensitivity.moved.{standing}", lang) if standing else ""
        cells = [title_of(row, lang), text(f"sensitivity.verdict.{row.effect.verdict}", lang), moved]
        cells += [_difference(row, name, quarter) for name, quarter in asked]
        cells.append(_signed(100.0 * row.effect.failed.change, 1))
        rows.append(tuple(cells))
        groups.append(text(f"sensitivity.scale.{row.ablation.scale}", lang))
    return Table(tuple(columns), tuple(rows), frozenset(range(3, len(columns))), groups=grouped(groups))


def _difference(row: Row, name: str, quarter: str) -> str:
    one = row.effect.of(name, quarter)
    if one.equal == 1.0:
        return "="
    if one.unit == "log points":
        return f"{_signed(one.median, 2)} [{_signed(one.low, 2)}, {_signed(one.high, 2)}]"
    places = 0 if max(abs(one.low), abs(one.high)) >= 10.0 else 1
    shown = [_signed(value, places) for value in (one.median, one.low, one.high)]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"


def _signed(value: float, places: int) -> str:
    shown = number(value, places)
    return f"+{shown}" if value > 0.0 and shown.strip("0.,") else shown


def score_section(found: Ablations, lang: str, studio: Studio) -> Section:
    """What the forecast is worth without each."""
    from copark.report.figures.ablations import score_dots

    desc = text("sensitivity.desc.score", lang)
    title = text("sensitivity.section.ablation.score", lang)
    drawings = [
        studio.draw(
            f"ablation_score_{kind}", lambda kind=kind: score_dots(found, kind, lang), title, desc, wide=False  # type: ignore[misc]
        )
        for kind in kinds(found)
    ]  # fmt: skip
    lead = text("sensitivity.lead.score", lang, cut=str(found.cut), count=len(found.asked))
    blocks: list[Block] = [Words(lead), Grid(tuple(drawings)), Numbers(whole_table(found, lang))]
    blocks.append(Numbers(score_table(found, lang), text("sensitivity.fold.scores", lang)))
    return Section("scores", title, tuple(blocks))


def whole_table(found: Ablations, lang: str) -> Table:
    """Scores of the whole model, replayed and refitted, by observable."""
    rows = [
        (
            with_unit(catalogue().outputs[name].title(lang), catalogue().outputs[name].unit, lang),
            number(found.crps[name]) if name in found.crps else "",
            number(found.crps_refitted[name]) if name in found.crps_refitted else "",
        )
        for name in dict.fromkeys((*found.crps, *found.crps_refitted))
    ]
    return Table(heads(lang, "observable", "crps_replayed", "crps_refitted"), tuple(rows), frozenset((1, 2)))


def score_table(found: Ablations, lang: str) -> Table:
    """Changes of scores, row by row."""
    rows = [
        (
            title_of(row, lang),
            _change(row.refitted, lang),
            "" if row.misfit is None else _signed(row.misfit, 2),
            _change(row.since_cut, lang),
            _change(row.replayed, lang),
        )
        for row in found.rows
    ]
    columns = heads(lang, "off", "refitted", "misfit", "since_cut", "replayed")
    return Table(columns, tuple(rows), frozenset((1, 2, 3, 4)))


def _change(one: Change | None, lang: str) -> str:
    if one is None or not isfinite(one.ratio):
        return ""
    return f"{_signed(one.ratio, 2)} {text(f'sensitivity.score.{one.verdict}', lang)}"


def meaning(found: Ablations, lang: str) -> Section:
    """What "off" means for each mechanism, and how to read the page."""
    known = [row for row in found.rows if row.ablation.key in listed()]
    rows = tuple((title_of(row, lang), text(f"sensitivity.mechanism.{row.ablation.key}.off", lang)) for row in known)
    items = tuple(text(f"sensitivity.ablation.reading.{key}", lang) for key in READING)
    blocks: list[Block] = [Bullets(items)]
    if rows:
        blocks.append(Numbers(Table(heads(lang, "mechanism", "off_means"), rows, wide=frozenset((1,))), unfolded=True))
    return Section("reading", text("sensitivity.section.reading", lang), tuple(blocks))


READING = ("whole", "since", "refit", "noise", "verdict", "parameters")
