"""Names and phrases that several parts of the report use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.cases.vocabulary import HOST_CONTEXT, SERIES, series_title
from copark.presentation.numbers import bare, quantity, spoken
from copark.texts import has_text, text

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.evidence import Observation


def variable_title(name: str, lang: str) -> str:
    """The name of a series or context variable for a person; the name itself where it has no text."""
    return series_title(name, lang) if name in SERIES or name in HOST_CONTEXT else name


def output_title(result: xr.Dataset, name: str, lang: str) -> str:
    """The title of an output of the model: the result's own, or the catalogue's where the study did not keep it."""
    from copark.model.variables import catalogue

    found = str(result[name].attrs.get(f"title_{lang}", "")) if name in result.data_vars else ""
    if found or name not in catalogue().outputs:
        return found or variable_title(name, lang)
    return catalogue().outputs[name].title(lang)


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


def lowered(title: str) -> str:
    """A title as it stands inside a sentence."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def bounded(value: float, high: float | None, bound: str, unit: str, lang: str, kind: str = "quantity") -> str:
    """An observed value as its source gives it, with all its digits: at least, about, from … to.

    ``kind`` says how a value is written: ``quantity`` with its unit, ``spoken`` as a sentence says it, ``bare``
    without a unit.
    """

    def say(one: float) -> str:
        if kind == "bare":
            return bare(one, unit, reported=True)
        return (spoken if kind == "spoken" else quantity)(one, unit, lang, reported=True)

    if bound == "range" and high is not None:
        whole = kind == "spoken" and unit == "M USD"
        low = say(value) if whole else bare(value, unit, reported=True)
        return text("presentation.number.bound.range", lang, value=low, high=say(high))
    known = has_text(f"presentation.number.bound.{bound}") and bound != "range"
    return text(f"presentation.number.bound.{bound if known else 'exact'}", lang, value=say(value))


def observed(entry: Observation, lang: str, kind: str = "quantity") -> str:
    """An observation in the unit of its source."""
    return bounded(entry.value, entry.high, entry.bound, entry.unit, lang, kind)
