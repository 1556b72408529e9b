"""The page of an analysis by QCA."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.presentation.numbers import number
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Words
from copark.report.figures.set_methods import configuration_chart, survival_chart, truth_table_figure, xy_plot
from copark.report.figures.set_methods.configurations import FEW_TERMS, drawn_models
from copark.report.figures.set_methods.xy import Aim
from copark.report.set_methods import qca_sheets as sheets
from copark.report.set_methods.pages import Desk, Origin, Progress, caveats, write_page
from copark.report.set_methods.set_data import write_set_data
from copark.report.set_methods.sheets import heads, sheet
from copark.report.sheets import Sheet
from copark.report.tables import Table
from copark.setmethods.qca.calibration import FULL
from copark.setmethods.qca.fit import fit_of_terms, sufficiency
from copark.setmethods.qca.robustness import Kind
from copark.setmethods.qca.sets import Model, model_membership, model_name, term_membership, term_name

if TYPE_CHECKING:
    from copark.setmethods.qca.analysis import Analysis
    from copark.setmethods.qca.robustness import Robustness

MOST_PLOTS = 7
NECESSITY_PLOTS = 2


def main_kind(found: Analysis) -> Kind:
    """The solution put forward: intermediate where anything was expected, else parsimonious."""
    expected = any(one is not None for one in found.settings.expected)
    return "intermediate" if expected else "parsimonious"


def write_qca(
    found: Analysis,
    record: Mapping[str, Any],
    origin: Origin,
    lang: str,
    out_dir: Path,
    *,
    robust: Robustness | None = None,
    full: float = FULL,
    progress: Progress | None = None,
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page of an analysis, its figures, tables and set data.

    Parameters
    ----------
    found, record
        The analysis, and the same as plain data.
    origin
        What made it.
    lang
        ``en`` or ``zh``.
    out_dir
        Folder; made if missing.
    robust
        Its variants, if they were made.
    full
        Membership at the anchor of inclusion.
    progress
        Told figures done and figures in all.

    Returns
    -------
    tuple
        The page, and the other files.
    """
    models = sheets.models_by_kind(found)[main_kind(found)]
    plots = min(MOST_PLOTS, 1 + len(models[0])) if models else 0
    desk = Desk(
        Path(out_dir), lang, origin, progress, 1 + NECESSITY_PLOTS + plots + 3 * bool(models) + (robust is not None)
    )
    names = write_set_data(
        found.table, (found.settings.outcome, *found.settings.conditions), desk.folder / "set-data.csv"
    )
    assumed = desk.table(sheets.counterfactual_sheet(found, lang))
    parts = [
        _summary(desk, found, models),
        _truth(desk, found),
        _solutions(desk, found),
        _xy(desk, found, models),
        _necessity(desk, found),
        desk.section("counterfactuals", Words(desk.say("lead.counterfactuals")), assumed),
        _robustness(desk, found, robust),
        _data(desk, found, names),
        desk.method(5, full=f"{full:g}"),
        desk.provenance(found.table),
    ]  # fmt: skip
    title = desk.say("page.title_qca", outcome=found.settings.outcome_name)
    page, files = write_page(desk, title, parts, record)
    return page, (*files, desk.folder / "set-data.csv")


def _summary(desk: Desk, found: Analysis, models: tuple[Model, ...]) -> Section:
    conditions, rows = found.settings.conditions, found.truth.rows
    cards = [
        (str(len(found.table)), desk.say("card.cases"), ""),
        (str(sum(row.n > 0 for row in rows)), desk.say("card.rows", rows=f"{len(rows):,}"), ""),
        (str(len(found.solutions.parsimonious.models)), desk.say("card.models"), ""),
    ]
    kind = desk.say(f"kind.{main_kind(found)}")
    lines = []
    for name, tied in sheets.models_by_kind(found).items():
        written = "  |  ".join(model_name(model, conditions) for model in tied)
        lines.append(
            desk.say("lead.solution", kind=desk.say(f"kind.{name}"), models=written or desk.say("lead.no_solution"))
        )
    if models:
        whole = fit_of_terms(models[0], found.members, found.outcome)[1]
        cards.append((number(whole.inclusion, 3), desk.say("card.inclusion", kind=kind), ""))
        cards.append((number(whole.coverage, 3), desk.say("card.coverage"), ""))
    blocks: list[Block] = [Cards(tuple(cards)), Words(desk.say("lead.qca")), Bullets(tuple(lines))]
    return desk.section("summary", *blocks, *caveats(found.warnings, desk.lang))


def _truth(desk: Desk, found: Analysis) -> Section:
    title = desk.say("figure.truth.title", outcome=found.settings.outcome_name)
    drawing = desk.draw("truth_table", title, lambda lang, foot: truth_table_figure(found, lang, foot))
    desk.sheets.append(sheets.truth_sheet(found, desk.lang, whole=True))
    shown = Numbers(sheets.truth_sheet(found, desk.lang).on_page(), desk.say("fold.rows"))
    return desk.section("truth", drawing, shown)


def _solutions(desk: Desk, found: Analysis) -> Section:
    small: list[Drawing] = []
    wide: list[Drawing] = []
    for kind, models in sheets.models_by_kind(found).items():
        if models:
            values = {"kind": desk.say(f"kind.{kind}"), "outcome": found.settings.outcome_name}
            title = desk.say("figure.configurations.title", **values)
            fits = sum(map(len, drawn_models(models))) <= FEW_TERMS
            drawing = desk.draw(f"configurations_{kind}", title, _chart(found, models, kind), wide=not fits)
            (small if fits else wide).append(drawing)
    grid = (Grid(tuple(small)),) if small else ()
    table = desk.table(sheets.solution_sheet(found, desk.lang))
    return desk.section("solutions", *grid, *wide, table, Words(desk.say("lead.against")))


def _chart(found: Analysis, models: tuple[Model, ...], kind: str) -> Any:
    return lambda lang, foot: configuration_chart(found, models, kind, lang, foot)


def _xy(desk: Desk, found: Analysis, models: tuple[Model, ...]) -> Section:
    if not models:
        return desk.section("xy", Words(desk.say("lead.no_solution")))
    conditions, model = found.settings.conditions, models[0]
    sets = [(model_name(model, conditions), model_membership(model, found.members))]
    if len(model) > 1:
        sets += [(term_name(term, conditions), term_membership(term, found.members)) for term in model]
    drawings = []
    for at, (name, x) in enumerate(sets[:MOST_PLOTS]):
        fit = sufficiency(x, found.outcome)
        values = {"incl": number(fit.inclusion, 3), "pri": number(fit.pri, 3), "cov": number(fit.coverage, 3)}
        drawings.append(_plot(desk, found, f"xy_{at}", name, x, desk.say("figure.xy.fit", **values)))
    return desk.section("xy", Words(desk.say("lead.xy")), Grid(tuple(drawings)))


def _plot(
    desk: Desk, found: Analysis, key: str, name: str, x: Any, fit: str, aim: Aim = "sufficiency"
) -> Drawing:  # fmt: skip
    outcome = found.settings.outcome_name
    title = desk.say("figure.xy.title", x=name, y=outcome)

    def build(lang: str, foot: str) -> Any:
        return xy_plot(x, found.outcome, found.table.cases, (name, outcome), fit, lang, foot, aim)

    return desk.draw(key, title, build, wide=False)


def _necessity(desk: Desk, found: Analysis) -> Section:
    plots: list[Drawing] = []
    ranked = sorted(range(len(found.necessity)), key=lambda at: -found.necessity[at].fit.inclusion)
    for at in ranked[:NECESSITY_PLOTS]:
        one, count = found.necessity[at], len(found.settings.conditions)
        column = found.members[:, at % count]
        fit = one.fit
        values = {"incl": number(fit.inclusion, 3), "ron": number(fit.relevance, 3), "cov": number(fit.coverage, 3)}
        said = desk.say("figure.xy.fit_necessity", **values)
        x = column if at < count else 1.0 - column
        plots.append(_plot(desk, found, f"necessity_{len(plots)}", one.name, x, said, "necessity"))
    alone = sheet(
        "sufficiency", desk.lang, ("term", "inclS", "PRI", "covS"),
        [(name, one.inclusion, one.pri, one.coverage) for name, one in found.sufficiency],
    )  # fmt: skip
    said = "lead.expressions" if found.expressions else "lead.no_expressions"
    return desk.section(
        "necessity",
        Words(desk.say("lead.necessity")),
        desk.table(sheets.necessity_sheet(found, desk.lang)),
        Words(desk.say(said)),
        Grid(tuple(plots)),
        Numbers(alone.on_page(), desk.say("fold.sufficiency")),
    )


def _robustness(desk: Desk, found: Analysis, robust: Robustness | None) -> Section:
    if robust is None:
        return desk.section("robustness", Words(desk.say("lead.no_robustness"), "caveat"))
    kind, conditions = main_kind(found), found.settings.conditions
    title = desk.say("figure.survival.title", kind=desk.say(f"kind.{kind}"))
    drawing = desk.draw("survival", title, lambda lang, foot: survival_chart(robust, kind, conditions, lang, foot))
    rows = []
    for family in (None, *robust.families()):
        same, total = robust.same(kind, family)
        rows.append((desk.say(f"family.{family or 'all'}"), total, same))
    same_sheet = Sheet("same", heads(desk.lang, "changed", "variants", "same"), tuple(rows))
    return desk.section(
        "robustness",
        Words(desk.say("lead.robustness", count=len(robust.variants))),
        drawing,
        Numbers(same_sheet.on_page()),
        Words(desk.say("lead.anchors_shifted")),
        Words(desk.say("lead.other_scores")),
        desk.table(sheets.survival_sheet(robust, conditions, desk.lang), desk.say("fold.survival")),
        desk.table(sheets.variant_sheet(robust, conditions, desk.lang), desk.say("fold.variants")),
    )


def _data(desk: Desk, found: Analysis, names: Mapping[str, str]) -> Section:
    blocks: list[Block] = [
        Words(desk.say("lead.data")),
        desk.table(sheets.data_sheet(found, desk.lang), desk.say("fold.data")),
    ]
    changed = tuple((file, table) for table, file in names.items() if table != file)
    if changed:
        blocks.append(Words(desk.say("lead.columns")))
        blocks.append(Numbers(Table(heads(desk.lang, "name_in_file", "name_in_table"), changed)))
    if found.table.left_out:
        rows = [(case, ", ".join(columns)) for case, columns in found.table.left_out]
        blocks.append(desk.table(sheet("left_out", desk.lang, ("case", "missing"), rows)))
    return desk.section("data", *blocks)
