"""What the methods, observables and values of a validation are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.model.variables import catalogue
from copark.presentation.numbers import bare, number, unit_title
from copark.report.words import bounded
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.observations import Target

KINDS = ("calibrated", "stacked")


def method_title(method: str, lang: str) -> str:
    """What a method is called: a model, a naive curve, or a model post-processed."""
    for kind in KINDS:
        base, dash, _ = method.partition(f"-{kind}")
        if dash:
            return text(f"validation.processed.{kind}", lang, model=text(f"validation.method.{base}", lang))
    return text(f"validation.method.{method}", lang)


def observable_title(variable: str, lang: str) -> str:
    """Title of an observable."""
    return catalogue().outputs[variable].title(lang)


def observable_unit(variable: str, lang: str) -> str:
    """Unit of an observable, as a person reads it."""
    return unit_title(catalogue().outputs[variable].unit, lang)


def titled(variable: str, lang: str) -> str:
    """Title of an observable with its unit."""
    unit = observable_unit(variable, lang)
    title = observable_title(variable, lang)
    return text("report.column.variable_unit", lang, title=title, unit=unit) if unit else title


def reported(target: Target, lang: str, kind: str = "bare") -> str:
    """A reported value as it is worded."""
    unit = catalogue().outputs[target.variable].unit
    return bounded(target.value, target.high, target.bound, unit, lang, kind)


def value(found: float, variable: str) -> str:
    """A number of an observable."""
    return bare(found, catalogue().outputs[variable].unit)


def mean_score(found: float) -> str:
    """A mean score: three significant figures."""
    return number(found, 0 if found >= 100 else 1 if found >= 10 else 2)
