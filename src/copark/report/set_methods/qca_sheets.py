"""Tables of an analysis by QCA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from copark.report.set_methods.sheets import sheet
from copark.report.sheets import Sheet
from copark.setmethods.qca.analysis import deviant_cases
from copark.setmethods.qca.fit import Sufficiency, fit_of_terms
from copark.setmethods.qca.robustness import KINDS, Kind, models_of, named_survival
from copark.setmethods.qca.sets import Model, model_name, term_name
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.qca.analysis import Analysis
    from copark.setmethods.qca.robustness import Robustness
    from copark.store.tables import Cell


def truth_sheet(found: Analysis, lang: str, *, whole: bool = False) -> Sheet:
    """The truth table: rows with cases, or all of them."""
    names = found.settings.conditions
    rows: list[tuple[Cell, ...]] = [
        (
            row.number, *row.values, row.out, row.n, row.inclusion, row.pri, ", ".join(row.cases),
            ", ".join(row.against) if len(row.against) < row.n else "",
        )
        for row in found.truth.rows
        if whole or row.n
    ]  # fmt: skip
    first = sheet("truth_table", lang, ("row", "out", "n", "inclS", "PRI", "cases", "against"), ())
    heads = (first.columns[0], *names, *first.columns[1:])
    count = len(names)
    return Sheet("truth_table", heads, tuple(rows), wide=frozenset((count + 5, count + 6)))


def models_by_kind(found: Analysis) -> dict[Kind, tuple[Model, ...]]:
    """All tied models by kind of solution, each once."""
    return models_of(found.solutions)


def solution_sheet(found: Analysis, lang: str) -> Sheet:
    """Every model of every kind: its terms, the whole, their fit, and the cases that speak against it."""
    rows: list[tuple[Cell, ...]] = []
    for kind, models in models_by_kind(found).items():
        for at, model in enumerate(models, start=1):
            rows.extend(_model_rows(found, kind, at, model, lang))
    heads = ("solution", "model", "expression", "inclS", "PRI", "covS", "covU", "deviant", "uncovered")
    return sheet("solutions", lang, heads, rows, wide=frozenset((2, 7, 8)))


def _model_rows(found: Analysis, kind: Kind, at: int, model: Model, lang: str) -> Iterator[tuple[Cell, ...]]:
    conditions = found.settings.conditions
    each, whole = fit_of_terms(model, found.members, found.outcome)
    name = text(f"set_methods.kind.{kind}", lang)
    for term, one in zip(model, each, strict=True):
        yield (name, str(at), term_name(term, conditions), *_fit(one), "", "")
    deviant, uncovered = deviant_cases(found, model)
    yield (name, str(at), model_name(model, conditions), *_fit(whole), ", ".join(deviant), ", ".join(uncovered))


def _fit(one: Sufficiency) -> tuple[float, float, float, float]:
    return one.inclusion, one.pri, one.coverage, one.unique


def necessity_sheet(found: Analysis, lang: str) -> Sheet:
    """Each condition and negation, and the expressions that may be called necessary."""
    rows = [
        (one.name, one.fit.inclusion, one.fit.relevance, one.fit.coverage)
        for one in (*found.necessity, *(one for one in found.expressions if one.name not in _names(found)))
    ]
    return sheet("necessity", lang, ("expression", "inclN", "RoN", "covN"), rows)


def _names(found: Analysis) -> set[str]:
    return {one.name for one in found.necessity}


def counterfactual_sheet(found: Analysis, lang: str) -> Sheet:
    """What each solution assumes of empty rows."""
    conditions, rows = found.settings.conditions, []
    parsimonious = text("set_methods.kind.parsimonious", lang)
    for at, (model, assumed) in enumerate(
        zip(found.solutions.parsimonious.models, found.solutions.assumptions, strict=True), start=1
    ):
        rows.append((f"{parsimonious} M{at}", model_name(model, conditions), _rows(assumed), "", "", ""))
    intermediate = text("set_methods.kind.intermediate", lang)
    for one in found.solutions.intermediate:
        models = "; ".join(model_name(model, conditions) for model in one.models)
        parts = (_rows(one.easy), _rows(one.difficult), _rows(one.unused))
        rows.append((f"{intermediate} {one.name}", models, "", *parts))
    heads = ("solution", "expression", "assumptions", "easy", "difficult", "unused")
    return sheet("counterfactuals", lang, heads, rows, wide=frozenset((1, 2, 3, 4)))


def _rows(numbers: Sequence[int]) -> str:
    return ", ".join(str(number + 1) for number in numbers)


def data_sheet(found: Analysis, lang: str) -> Sheet:
    """The calibrated memberships."""
    names = (found.settings.outcome, *found.settings.conditions)
    rows: list[tuple[Cell, ...]] = [
        (case, *(float(found.table.values[name][at]) for name in names)) for at, case in enumerate(found.table.cases)
    ]
    return Sheet("data", (text("set_methods.column.case", lang), *names), tuple(rows))


def survival_sheet(found: Robustness, conditions: Sequence[str], lang: str) -> Sheet:
    """How often each term of each kind of solution is there again, family by family."""
    rows: list[tuple[Cell, ...]] = []
    for kind in KINDS:
        for name, values in named_survival(found, kind, conditions).items():
            for family, one in values.items():
                kind_name, family_name = (
                    text(f"set_methods.kind.{kind}", lang),
                    text(f"set_methods.family.{family}", lang),
                )
                rows.append((kind_name, name, family_name, one.variants, one.surely, one.perhaps, one.narrower))
    heads = ("solution", "term", "changed", "variants", "surely", "perhaps", "narrower")
    return sheet("survival", lang, heads, rows)


def variant_sheet(found: Robustness, conditions: Sequence[str], lang: str) -> Sheet:
    """Every variant with its first parsimonious and intermediate model."""
    rows: list[tuple[Cell, ...]] = []
    for one in found.variants:
        rows.extend(
            (
                text(f"set_methods.family.{one.family}", lang),
                one.changed,
                one.value,
                text(f"set_methods.kind.{kind}", lang),
                "; ".join(model_name(model, conditions) for model in one.models[kind]),
                one.inclusion[kind],
                one.coverage[kind],
            )
            for kind in KINDS
        )
    heads = ("variants", "changed", "value", "solution", "expression", "inclS", "covS")
    return sheet("variants", lang, heads, rows, wide=frozenset((4,)))
