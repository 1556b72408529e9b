"""Names and phrases that several parts of the report use."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from copark.report.numbers import between, quantity, spoken
from copark.texts import has_text, text

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.evidence import Observation


def variable_title(name: str, lang: str) -> str:
    """The name of a series or context variable for a person; the name itself where it has no text."""
    key = f"cases.variable.{name}"
    return text(key, lang) if has_text(key) else name


def output_title(result: xr.Dataset, name: str, lang: str) -> str:
    """The title of an output of the model; that of the series of the same name where the result has none."""
    found = str(result[name].attrs.get(f"title_{lang}", "")) if name in result.data_vars else ""
    return found or variable_title(name, lang)


def scenario_title(result: xr.Dataset, at: int, lang: str) -> str:
    """The title of a scenario; its key where the result has no titles."""
    key = str(result["scenario"].to_numpy()[at])
    try:
        titles = json.loads(result.attrs.get("scenario_titles", "{}"))
        return str(titles[key][lang])
    except (KeyError, TypeError, ValueError):
        return key


def mechanism_title(name: str, lang: str) -> str:
    """The name of a mechanism for a person."""
    key = f"cases.mechanism.{name}"
    return text(key, lang) if has_text(key) else name


def join(parts: Sequence[str], lang: str) -> str:
    """A list in words: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return text("report.join.list", lang).join(parts[:-1]) + text("report.join.last", lang) + parts[-1]


def bounded(
    value: float, high: float | None, bound: str, unit: str, lang: str, say: Callable[[float, str, str], str] = quantity
) -> str:
    """An observed value as its source gives it: at least, about, from … to.

    ``say`` gives a value its unit: :func:`~copark.report.numbers.quantity` in tables,
    :func:`~copark.report.numbers.spoken` in sentences.
    """
    if bound == "range" and high is not None:
        if say is quantity or (say is spoken and unit != "M USD"):
            return between(value, high, unit, lang)
        return text("report.number.bound.range", lang, value=say(value, unit, lang), high=say(high, unit, lang))
    kind = bound if has_text(f"report.number.bound.{bound}") and bound != "range" else "exact"
    return text(f"report.number.bound.{kind}", lang, value=say(value, unit, lang))


def observed(entry: Observation, lang: str, say: Callable[[float, str, str], str] = quantity) -> str:
    """An observation in the unit of its source."""
    return bounded(entry.value, entry.high, entry.bound, entry.unit, lang, say)
