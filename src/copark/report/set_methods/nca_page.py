"""The page of an analysis of necessary conditions."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.presentation.numbers import number
from copark.report.blocks import Cards, Drawing, Grid, Section, Words
from copark.report.figures.set_methods import ceiling_plot
from copark.report.set_methods.pages import Desk, Origin, Progress, caveats, write_page
from copark.report.set_methods.set_data import write_set_data
from copark.report.set_methods.sheets import sheet
from copark.report.sheets import Sheet
from copark.setmethods.nca.analysis import EFFECT, Necessities, Necessity
from copark.setmethods.nca.ceilings import KINDS, Kind
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.table import Warned
    from copark.store.tables import Cell

SIZES = ("small", "medium", "large", "very_large")


def size_of(effect: float) -> str:
    """What Dul 2016 calls an effect: key of ``set_methods.size.<size>``."""
    if effect <= 0.0:
        return "none"
    return SIZES[sum(effect >= limit for limit in EFFECT)]


def write_nca(
    analysis: Necessities,
    record: Mapping[str, Any],
    origin: Origin,
    lang: str,
    out_dir: Path,
    *,
    warnings: tuple[Warned, ...] = (),
    progress: Progress | None = None,
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page of an analysis, its figures, tables and data.

    Parameters
    ----------
    analysis, record
        The analysis, and the same as plain data.
    origin
        What made it.
    lang
        ``en`` or ``zh``.
    out_dir
        Folder; made if missing.
    warnings
        What a reader must know.
    progress
        Told figures done and figures in all.
    """
    desk = Desk(Path(out_dir), lang, origin, progress, len(analysis.found))
    request = analysis.request
    write_set_data(analysis.table, (request.outcome, *request.conditions), desk.folder / "set-data.csv")
    drawings = [_plot(desk, analysis, at, one) for at, one in enumerate(analysis.found)]
    said = [Words(desk.say("lead.bottlenecks"))]
    if request.corner != 1:
        said.append(Words(desk.say("lead.bottlenecks_low"), "caveat"))
    tables = [desk.table(bottleneck_sheet(analysis, kind)) for kind in KINDS]
    parts = [
        _summary(desk, analysis, warnings),
        desk.section("ceilings", Grid(tuple(drawings)), desk.table(ceiling_sheet(analysis, lang))),
        desk.section("bottlenecks", *said, *_under_heads(desk, tables)),
        desk.section(
            "data", Words(desk.say("lead.data")), desk.table(data_sheet(analysis, lang), desk.say("fold.data"))
        ),
        desk.method(4),
        desk.provenance(analysis.table),
    ]
    title = desk.say("page.title_nca", outcome=request.outcome)
    page, files = write_page(desk, title, parts, record)
    return page, (*files, desk.folder / "set-data.csv")


def _under_heads(desk: Desk, tables: list[Any]) -> list[Any]:
    found: list[Any] = []
    for kind, one in zip(KINDS, tables, strict=True):
        found += [Words(desk.say(f"ceiling.{kind}"), "heading"), one]
    return found


def _plot(desk: Desk, analysis: Necessities, at: int, one: Necessity) -> Drawing:
    title = desk.say("figure.ceiling.title", x=one.condition, y=analysis.request.outcome)
    return desk.draw(f"ceiling_{at}", title, lambda lang, foot: ceiling_plot(analysis, one, lang, foot), wide=False)


def _summary(desk: Desk, analysis: Necessities, warnings: tuple[Warned, ...]) -> Section:
    cards = [(str(len(analysis.table)), desk.say("card.cases"), "")]
    for one in sorted(analysis.found, key=lambda one: -one.ceilings["ce_fdh"].effect):
        ceiling = one.ceilings["ce_fdh"]
        band = desk.say("card.effect_p", p=number(ceiling.p, 4)) if isfinite(ceiling.p) else ""
        cards.append((number(ceiling.effect, 3), desk.say("card.effect", x=one.condition), band))
    return desk.section("summary", Cards(tuple(cards[:9])), Words(desk.say("lead.nca")), *caveats(warnings, desk.lang))


def ceiling_sheet(analysis: Necessities, lang: str) -> Sheet:
    """Both ceilings of every condition."""
    rows: list[tuple[Cell, ...]] = []
    for one in analysis.found:
        names = ", ".join(dict.fromkeys(case for case, _, _ in one.peers))
        for kind in KINDS:
            found = one.ceilings[kind]
            rows.append(
                (
                    one.condition, text(f"set_methods.ceiling.{kind}", lang), found.effect,
                    text(f"set_methods.size.{size_of(found.effect)}", lang), found.p, found.slope, found.intercept,
                    found.above, found.accuracy, found.condition_inefficiency, found.outcome_inefficiency, names,
                )
            )  # fmt: skip
    heads = (
        "condition", "ceiling", "effect", "size", "p", "slope", "intercept", "above", "accuracy",
        "condition_inefficiency", "outcome_inefficiency", "peers",
    )  # fmt: skip
    return sheet(
        "ceilings", lang, heads, rows, decimals={4: 4, 8: 1, 9: 1, 10: 1}, short=frozenset((1,)), wide=frozenset((11,))
    )


def bottleneck_sheet(analysis: Necessities, kind: Kind) -> Sheet:
    """What each level of the outcome needs of each condition, in per cent of the ranges."""
    names = [one.condition for one in analysis.found]
    columns = [one.ceilings[kind].bottlenecks for one in analysis.found]
    rows: list[tuple[Cell, ...]] = [
        (
            f"{cells[0].level:g}",
            *(cell.mark or (cell.needed if cell.needed is None else round(cell.needed, 1)) for cell in cells),
        )
        for cells in zip(*columns, strict=True)
    ]
    key = "bottlenecks" if kind == "ce_fdh" else "bottlenecks_line"
    return Sheet(key, (f"{analysis.request.outcome} (%)", *(f"{name} (%)" for name in names)), tuple(rows), places=1)


def data_sheet(analysis: Necessities, lang: str) -> Sheet:
    """The data as they were used."""
    names = (analysis.request.outcome, *analysis.request.conditions)
    rows: list[tuple[Cell, ...]] = [
        (case, *(float(analysis.table.values[name][at]) for name in names))
        for at, case in enumerate(analysis.table.cases)
    ]
    return Sheet("data", (text("set_methods.column.case", lang), *names), tuple(rows))
