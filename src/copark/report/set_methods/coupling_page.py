"""The page of coupling coordination degrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.presentation.numbers import number, percent
from copark.report.blocks import Block, Cards, Section, Words
from copark.report.figures.set_methods import grade_map, trajectory
from copark.report.set_methods.pages import Desk, Origin, Progress, caveats, write_page
from copark.report.set_methods.sheets import heads, sheet
from copark.report.sheets import Sheet
from copark.setmethods.coupling_degree.null import KINDS, STATISTICS
from copark.setmethods.coupling_degree.weights import entropy
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.coupling_degree.degree import Coupled
    from copark.setmethods.coupling_degree.ensemble import Ensemble
    from copark.setmethods.coupling_degree.null import Null
    from copark.setmethods.table import Warned
    from copark.store.tables import Cell


def write_coupling(
    found: Coupled,
    record: Mapping[str, Any],
    origin: Origin,
    lang: str,
    out_dir: Path,
    *,
    null: Null | None = None,
    ensemble: Ensemble | None = None,
    warnings: Sequence[Warned] = (),
    progress: Progress | None = None,
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page of a table's degrees, its figures and tables.

    Parameters
    ----------
    found, record
        The degrees, and everything as plain data.
    origin
        What made it.
    lang
        ``en`` or ``zh``.
    out_dir
        Folder; made if missing.
    null, ensemble
        What they gave, if they were asked for.
    warnings
        What a reader must know.
    progress
        Told figures done and figures in all.
    """
    desk = Desk(Path(out_dir), lang, origin, progress, 1 + (ensemble is not None))
    names = desk.say("join").join(one.name for one in found.request.subsystems)
    parts = [
        _summary(desk, found, null, ensemble, warnings),
        _course(desk, found, null, ensemble),
        _chance(desk, null),
        desk.section("weights", desk.table(indicator_sheet(found, lang))),
        desk.method(4, closed=desk.say(f"closed.{found.request.closed}")),
        desk.provenance(found.table),
    ]
    return write_page(desk, desk.say("page.title_coupling", subsystems=names), parts, record)


def _summary(
    desk: Desk, found: Coupled, null: Null | None, ensemble: Ensemble | None, warnings: Sequence[Warned]
) -> Section:  # fmt: skip
    formula = desk.say(f"formula.{found.request.formula}")
    mean = float(found.chosen.coordination.mean())
    cards = [
        (str(len(found.table)), desk.say("card.cases"), ""),
        (number(mean, 3), desk.say("card.mean_d", formula=formula), ""),
    ]
    if null is not None:
        cards.append((number(null.p["shuffle"]["mean_coupling"], 4), desk.say("card.chance"), ""))
    if ensemble is not None:
        cards.append((percent(ensemble.stays["both"]), desk.say("card.stays"), ""))
    return desk.section("summary", Cards(tuple(cards)), Words(desk.say("lead.coupling")), *caveats(warnings, desk.lang))


def _course(desk: Desk, found: Coupled, null: Null | None, ensemble: Ensemble | None) -> Section:
    title = desk.say("figure.coupling.title")
    blocks: list[Block] = [
        desk.draw("coupling", title, lambda lang, foot: trajectory(found, null, ensemble, lang, foot))
    ]
    blocks.append(desk.table(degree_sheet(found, ensemble, desk.lang)))
    if ensemble is not None:
        drawn = ensemble
        title = desk.say("figure.grades.title")
        blocks.append(desk.draw("grades", title, lambda lang, foot: grade_map(found, drawn, lang, foot)))
        desk.sheets.append(grade_sheet(found, ensemble, desk.lang))
    return desk.section("course", *blocks)


def _chance(desk: Desk, null: Null | None) -> Section:
    if null is None:
        return desk.section("chance", Words(desk.say("misuse.no_null"), "caveat"))
    rows: list[tuple[Cell, ...]] = [
        (desk.say(f"statistic.{name}"), null.observed[name], *(null.p[kind][name] for kind in KINDS))
        for name in STATISTICS
    ]
    shown = sheet("chance", desk.lang, ("statistic", "observed", "shuffle", "shift"), rows, decimals={2: 4, 3: 4})
    return desk.section("chance", Words(desk.say("lead.null")), desk.table(shown))


def degree_sheet(found: Coupled, ensemble: Ensemble | None, lang: str) -> Sheet:
    """Scores, T, C, D and grades of every case in both forms, with how far D moves."""
    standard, corrected = found.forms["standard"], found.forms["wang2021"]
    rows: list[tuple[Cell, ...]] = []
    for at, case in enumerate(found.table.cases):
        row: list[Cell] = [case, *(float(one) for one in found.scores[at]), float(found.development[at])]
        for form in (standard, corrected):
            grade = text(f"analysis.grade.{form.grades[at]}", lang)
            row += [float(form.coupling[at]), float(form.coordination[at]), grade]
        if ensemble is not None:
            low, high = (number(float(ensemble.levels[level, at]), 3) for level in (0, 4))
            row += [f"{low} – {high}", ensemble.met[at]]
        rows.append(tuple(row))
    case, index, c, d, grade = heads(lang, "case", "T", "C", "D", "grade")
    primed = (f"{c}′", f"{d}′", f"{grade}′")
    names = [one.name for one in found.request.subsystems]
    more = heads(lang, "D_band", "grades_met") if ensemble is not None else ()
    columns = (case, *names, index, c, d, grade, *primed, *more)
    texts = frozenset(at for at, cell in enumerate(rows[0]) if isinstance(cell, str))
    return Sheet("degrees", columns, tuple(rows), short=texts)


def grade_sheet(found: Coupled, ensemble: Ensemble, lang: str) -> Sheet:
    """Share of draws of each case in each grade."""
    from copark.setmethods.coupling_degree.formulas import GRADES

    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (case, *(float(one) for one in shares)) for case, shares in zip(found.table.cases, ensemble.shares, strict=True)
    )
    names = (text(f"analysis.grade.{name}", lang) for name in GRADES)
    return Sheet("grades", (text("set_methods.column.case", lang), *names), rows)


def indicator_sheet(found: Coupled, lang: str) -> Sheet:
    """Every indicator: subsystem, direction, range, entropy, weight; and the weight of each subsystem in T."""
    spread = entropy(found.indicator_scores)
    rows: list[tuple[Cell, ...]] = []
    for at, one in enumerate(found.request.indicators):
        own = int(found.request.belongs[at].argmax())
        span = found.ranges[one.column]
        rows.append(
            (
                found.request.subsystems[own].name,
                one.column,
                text(f"set_methods.direction.{'positive' if one.positive else 'negative'}", lang),
                f"{span.low:g} – {span.high:g}",
                text(f"set_methods.range.{span.source}", lang),
                float(spread[at]),
                float(found.shares[at, own]),
            )
        )
    weighed = zip(found.request.subsystems, found.alpha, strict=True)
    rows += [(one.name, "", "", "", "", None, float(weight)) for one, weight in weighed]
    columns = ("subsystem", "indicator", "direction", "range", "range_source", "entropy", "weight")
    return sheet("indicators", lang, columns, rows)
