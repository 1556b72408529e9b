"""Priors of size: those of every park of the panel, lent to a park outside it that brings none of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from copark.cases.case import Case
from copark.cases.schema import Parameter
from copark.cases.types import JUDGEMENT
from copark.model.variables import catalogue
from copark.texts import LANGUAGES, text

SIZES: Mapping[str, tuple[float, str, str, float, float]] = {
    "enquiry_rate": (25.0, "companies/yr", "loguniform", 3.0, 150.0),
    "capital_per_job": (0.127, "M USD/job", "lognormal", -2.0402, 1.0),
    "declared_mean": (1.05, "1", "normal", 1.1, 1.0),
}
"""Priors of size for every park of the panel: value, unit, kind and its two numbers. The common prior of enquiries (8
to 45 a year) is Great Stone's; the panel holds parks with 11 companies after ten years and with 880 after twenty-three.
How wide they are was set with the panel in view; where in them a park lies was not."""


def read_for_panel(case: Case) -> Case:
    """Return the case with the panel's priors of size."""
    sizes = {name: size_of(*rest, reason="size_prior") for name, rest in SIZES.items()}
    return case.model_copy(update={"parameters": {**case.parameters, **sizes}})


def read_with_sizes(case: Case, flat: Sequence[str] = ()) -> Case:
    """Return a case outside the panel the panel's priors of size, where it brings none of its own.

    Parameters
    ----------
    case
        The park.
    flat
        Sizes that are flat over the whole range of the model instead.
    """
    panel = read_for_panel(case).parameters
    sizes = {name: panel[name] for name in SIZES} | {name: flat_size(name) for name in flat}
    return case.model_copy(update={"parameters": {**sizes, **case.parameters}})


def flat_size(name: str) -> Parameter:
    """Return a size a prior flat over the whole range of the model, of its logarithm where it is positive."""
    parameter = catalogue().parameters[name]
    kind = "loguniform" if parameter.low > 0.0 else "uniform"
    return size_of(parameter.default[0], parameter.unit, kind, parameter.low, parameter.high, reason="flat_size")


def size_of(value: float, unit: str, kind: str, a: float, b: float, *, reason: str) -> Parameter:
    """Write a prior of size as a case brings it.

    Parameters
    ----------
    value
        Default.
    unit
        Unit of the default.
    kind
        Kind of the distribution.
    a
        First number of the distribution.
    b
        Second number of the distribution.
    reason
        Key of the text ``pool.<reason>`` that says why.
    """
    return Parameter.model_validate(
        {
            "value": value,
            "unit": unit,
            "prior": {"kind": kind, "a": a, "b": b},
            "grade": "judgement",
            "source": [JUDGEMENT],
            "note": {lang: text(f"pool.{reason}", lang) for lang in LANGUAGES},
        }
    )
