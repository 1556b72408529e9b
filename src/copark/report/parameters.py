"""Parameters and priors in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.presentation.numbers import number
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.schema import Prior as CasePrior
    from copark.model.variables import Prior


def precise(value: float) -> str:
    """A parameter's value with three significant figures, no trailing zeros."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}") if abs(value) < 1000 else number(value, 0)


def prior_title(prior: Prior | CasePrior | None, lang: str) -> str:
    """A prior in words."""
    if prior is None or prior.kind == "fixed":
        return text("report.prior.fixed", lang)
    return text(f"report.prior.{prior.kind}", lang, a=precise(prior.a), b=precise(prior.b))
