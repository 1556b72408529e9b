"""The parameters of a run: what they are, what they are drawn from, and whether data have moved them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.model.variables import Variable, catalogue
from copark.presentation.numbers import number, unit_title
from copark.report.tables import Cell, SourceKeys, Table, grade_title, table
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.schema import Parameter
    from copark.cases.schema import Prior as CasePrior
    from copark.model.variables import Prior

HEADS = ("parameter", "symbol", "value", "unit", "prior", "origin", "moved", "grade", "source")
_MOVED = {"moved": "moved", "weakly": "weakly", "unmoved": "not_moved"}


def precise(value: float) -> str:
    """A parameter's value with three significant figures, no trailing zeros."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}") if abs(value) < 1000 else number(value, 0)


def prior_title(prior: Prior | CasePrior | None, lang: str) -> str:
    """A prior in words."""
    if prior is None or prior.kind == "fixed":
        return text("report.prior.fixed", lang)
    return text(f"report.prior.{prior.kind}", lang, a=precise(prior.a), b=precise(prior.b))


def _row(variable: Variable, own: Parameter | None, lang: str) -> tuple[Cell, ...]:
    moved = _MOVED.get(variable.moved)
    grade: str
    if own is not None:
        value, unit = ", ".join(precise(one) for one in own.values), own.unit
        prior, source = prior_title(own.prior, lang), SourceKeys(own.source)
        origin, grade = "case", own.grade
    else:
        value, unit = ", ".join(precise(one) for one in variable.default), variable.unit
        prior, origin, grade = prior_title(variable.prior, lang), "default", variable.grade
    return (
        variable.title(lang),
        variable.symbol,
        value,
        unit_title(unit, lang),
        prior,
        text(f"report.parameters.{origin}", lang),
        text(f"report.parameters.{moved}", lang) if moved and (variable.drawn or own is not None) else "",
        grade_title(grade, lang) if grade else "",
        source if own is not None else variable.source,
    )


def parameter_table(case: Case, lang: str) -> Table:
    """Every parameter of the model, with the case's own value where it has one."""
    rows = [_row(variable, case.parameters.get(name), lang) for name, variable in catalogue().parameters.items()]
    return table(lang, HEADS, rows, ("value",))


def unmoved(case: Case) -> tuple[int, int]:
    """How many of the drawn parameters the data have not moved, and how many are drawn."""
    drawn = [one for name, one in catalogue().parameters.items() if one.drawn and name not in case.parameters]
    return sum(one.moved == "unmoved" for one in drawn), len(drawn)
