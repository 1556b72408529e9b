"""The page of a comparison: arms on the same luck, as figures and tables.

``compare`` takes results and gives their table and figures; ``write_comparison`` makes a page of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analysis.compare import COUNTS, MAIN, Difference, OutcomeChange, Table, ends_of_years
from copark.analysis.compare import compare as compare_pairs
from copark.analysis.outcome_change import OutcomeMoves, moves_of
from copark.analysis.pairing import Pair, begins, pair, pairs_of
from copark.presentation.numbers import bare, number, percent, unit_title
from copark.report.blocks import Block, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.outcome_change import accounts_table, ends, moves_table, sentence, unit
from copark.report.tables import Table as Rows
from copark.report.trust import trust_of
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from copark.cases.case import Case

DRAWN = ("operating", "jobs", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs drawn, those of them that were kept."""


@dataclass(frozen=True)
class Comparison:
    """What a comparison gives: the pairs, their table, how outcomes move, and what draws its figures, by key."""

    pairs: tuple[Pair, ...]
    table: Table
    moves: tuple[OutcomeMoves, ...]
    figures: dict[str, Callable[[str], Figure]]


def compare(
    reference: xr.Dataset,
    arm: xr.Dataset | None = None,
    *,
    reference_scenario: int | str = 0,
    arm_scenario: int | str | None = None,
    outputs: Sequence[str] | None = None,
    quarters: Sequence[str] | None = None,
) -> Comparison:
    """Compare arms on the same luck.

    Parameters
    ----------
    reference
        A result: of one study, every scenario is compared with the first (or another) of them.
    arm
        Another result, on the same case, model, luck and draws: its scenarios are the arms.
    reference_scenario
        Key or place of the scenario that the others are compared with.
    arm_scenario
        Key or place of the one arm asked for; by default all.
    outputs, quarters
        As in :func:`copark.analysis.compare.compare`.

    Raises
    ------
    NotComparable
        If the two results are not of the same making; it says in what they differ.
    KeyError
        If a scenario, output or quarter was not kept.
    """
    if arm_scenario is not None:
        pairs: tuple[Pair, ...] = (pair(reference, arm or reference, reference_scenario, arm_scenario),)
    elif arm is None:
        pairs = pairs_of(reference, reference_scenario)
    else:
        keys = [str(key) for key in arm["scenario"].to_numpy()]
        pairs = tuple(pair(reference, arm, reference_scenario, key) for key in keys)
        pairs = tuple(one for one in pairs if one.arm != one.reference) or pairs
    table = compare_pairs(pairs, outputs, quarters)
    moves = tuple(moves_of(one) for one in pairs)
    return Comparison(pairs, table, moves, _figures(pairs, outputs, quarters))


def _figures(
    pairs: tuple[Pair, ...], outputs: Sequence[str] | None, quarters: Sequence[str] | None
) -> dict[str, Callable[[str], Figure]]:
    if not pairs:
        return {}
    found: dict[str, Callable[[str], Figure]] = {}
    names = [name for name in outputs or DRAWN if all(name in one.outputs for one in pairs)]
    for name in names:
        if len(pairs) == 1:
            found[f"difference_{name}"] = _bands(pairs[0], name)
        else:
            for quarter in quarters or ends_of_years(pairs[0].before):
                found[f"arms_{name}_{quarter}"] = _arms(pairs, name, quarter)
    return found


def _bands(one: Pair, output: str) -> Callable[[str], Figure]:
    def draw(lang: str) -> Figure:
        from copark.report.figures.comparison import difference_bands

        return difference_bands(one, output, lang)

    return draw


def _arms(pairs: Sequence[Pair], output: str, quarter: str) -> Callable[[str], Figure]:
    def draw(lang: str) -> Figure:
        from copark.report.figures.comparison import arms

        return arms(pairs, output, quarter, lang)

    return draw


def difference_table(found: Sequence[Difference], pairs: Sequence[Pair], lang: str) -> Rows:
    """Differences, a group of rows for each arm."""
    heads = ("output", "quarter", "reference", "arm", "difference", "band", "above", "equal", "by_parameters")
    columns = tuple(text(f"compare.column.{head}", lang) for head in heads)
    ordered = [row for one in pairs for row in found if (row.arm, row.reference) == (one.arm, one.reference)]
    groups = tuple((_named(one, one.arm, lang), sum(row.arm == one.arm for row in ordered)) for one in pairs)
    rows = [_cells(row, next(one for one in pairs if one.arm == row.arm), lang) for row in ordered]
    return Rows(columns, tuple(rows), frozenset(range(2, len(heads))), frozenset((1,)), groups=groups)


def _cells(row: Difference, one: Pair, lang: str) -> tuple[str, ...]:
    unit = str(one.before[row.output].attrs.get("units", ""))
    title = str(one.before[row.output].attrs.get(f"title_{lang}") or row.output)
    shown = unit_title("log points" if row.log else unit, lang)
    low, middle, high = (_difference(value, row.unit) for value in (row.low, row.median, row.high))
    explained = "" if row.split is None else percent(row.split.share)
    return (
        text("report.column.variable_unit", lang, title=title, unit=shown) if shown else title,
        row.quarter,
        bare(row.reference_median, unit),
        bare(row.arm_median, unit),
        middle,
        text("compare.between", lang, low=low, high=high),
        percent(row.above),
        percent(row.equal),
        explained,
    )


def _difference(value: float, unit: str) -> str:
    """A difference with its sign; halves of companies where medians of an even number of pairs have them."""
    shown = number(value, 2) if unit == "log points" else number(value) if unit in COUNTS else bare(value, unit)
    return f"+{shown}" if value > 0.0 and shown.strip("0.,%") else shown


def outcome_table(found: Sequence[OutcomeChange], pairs: Sequence[Pair], lang: str) -> Rows:
    """How often each outcome happens in both arms of a run, in one, in none; a group of rows for each arm."""
    heads = ("outcome", "reference_share", "arm_share", "change", "interval", "both", "gained", "lost", "neither")
    columns = tuple(text(f"compare.column.{head}", lang) for head in heads)
    groups = tuple((_named(one, one.arm, lang), sum(row.arm == one.arm for row in found)) for one in pairs)
    rows = tuple(
        (
            text(f"analysis.outcome.{row.outcome}", lang),
            percent(row.reference_share, 1),
            percent(row.arm_share, 1),
            _points(row.change),
            text("compare.between", lang, low=_points(row.low), high=_points(row.high)),
            *(number(count, 0) for count in (row.both, row.gained, row.lost, row.neither)),
        )
        for one in pairs
        for row in found
        if row.arm == one.arm
    )
    return Rows(columns, rows, frozenset(range(1, len(heads))), groups=groups)


def _points(share: float) -> str:
    """A change of a share in percentage points, with its sign."""
    shown = number(share * 100.0, 1)
    return f"+{shown}" if share > 0.0 and shown.strip("0.") else shown


def _named(one: Pair, key: str, lang: str) -> str:
    from copark.report.figures.comparison import scenario_name

    return scenario_name(one, key, lang)


def write_comparison(
    found: Comparison,
    title: str,
    lang: str,
    out_dir: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    case: Case | None = None,
) -> Path:
    """Write the page of a comparison and its figures; give the page.

    Parameters
    ----------
    found
        What :func:`compare` gave.
    title
        What the page is called.
    lang
        ``en`` or ``zh``.
    out_dir
        Where ``comparison-<lang>.html`` and ``figures/`` go; made if missing.
    progress
        Called with figures done and figures in all.
    case
        What the arms are about, for how the park fared by the record.

    Raises
    ------
    ValueError
        If there is no such language, or no arm.
    """
    from copark.report.write import render_page, write_whole

    if not found.pairs:
        raise ValueError("no arms")
    folder = Path(out_dir)
    identity = str(found.pairs[0].after.attrs.get("identity", ""))
    studio = open_studio(folder, lang, identity)
    drawings = []
    for done, (key, draw) in enumerate(found.figures.items()):
        if progress is not None:
            progress(done, len(found.figures))
        drawings.append(_drawn(studio, key, draw, lang))
    first = found.pairs[0]
    reference = _named(first, first.reference, lang)
    names = dict.fromkeys(str(one.attrs.get("identity", "")) for one in (first.before, first.after))
    pairs = number(first.before.sizes["run"], 0)
    made = text("compare.made", lang, identity=", ".join(names), reference=reference, pairs=pairs)
    sections = [_brief(found, lang), _shown(drawings, lang, small=len(found.pairs) == 1), *_tables(found, lang)]
    target = folder / f"comparison-{lang}.html"
    write_whole(target, render_page(lang, title, made, sections, trust=trust_of(first.before), case=case))
    return target


def _drawn(studio: Studio, key: str, draw: Callable[[str], Figure], lang: str) -> Drawing:
    words = text("compare.desc", lang)
    return studio.draw(key, lambda: draw(lang), text("compare.figure", lang, name=key), words, wide="arms_" in key)


def _brief(found: Comparison, lang: str) -> Section:
    """How to read it; where each arm first differs."""
    blocks: list[Block] = [Words(text("compare.lead", lang)), Words(text("compare.caveat", lang), "caveat")]
    rows = []
    for one in found.pairs:
        first = begins(one, [name for name in MAIN if name in one.outputs])
        rows.append((_named(one, one.arm, lang), first or text("compare.never", lang)))
    heads = (text("compare.column.scenario", lang), text("compare.column.begins", lang))
    blocks.append(Numbers(Rows(heads, tuple(rows), short=frozenset((1,)))))
    return Section("summary", text("report.section.summary", lang), tuple(blocks))


def _shown(drawings: Sequence[Drawing], lang: str, *, small: bool) -> Section:
    blocks: tuple[Block, ...] = (Grid(tuple(drawings)),) if small else tuple(drawings)
    return Section("figures", text("compare.section.figures", lang), blocks)


def _tables(found: Comparison, lang: str) -> list[Section]:
    outcomes, trust = outcome_table(found.table.outcomes, found.pairs, lang), trust_of(found.pairs[0].before)
    folded = "" if trust.shows_outcomes else text("trust.outcomes_assumed", lang, label=trust.label(lang))
    differences = difference_table(found.table.differences, found.pairs, lang)
    return [
        Section("outcomes", text("report.section.outcomes", lang), (Numbers(outcomes),), folded),
        Section("moves", text("compare.section.moves", lang), tuple(_moves(found, lang)), folded),
        Section("differences", text("compare.section.differences", lang), (Numbers(differences),)),
    ]


def _moves(found: Comparison, lang: str) -> Iterator[Block]:
    """Why outcomes change: a sentence for each arm, the moves of all, and the accounts of the most frequent of each."""
    named = [(_named(pair, pair.arm, lang), moves) for pair, moves in zip(found.pairs, found.moves, strict=True)]
    for arm, one in named:
        yield Words(text("compare.moves.of", lang, arm=arm, words=sentence(one, lang)))
    if any(one.moves for _, one in named):
        yield Numbers(moves_table(named, lang))
    for arm, one in named:
        for move in one.moves[:1]:
            if move.lines:
                told = {"ends": ends(move, lang), "runs": number(move.runs, 0), "unit": unit(move, lang)}
                head = text("compare.moves.accounts", lang, arm=arm, **told)
                yield Numbers(accounts_table(move, lang), head)
