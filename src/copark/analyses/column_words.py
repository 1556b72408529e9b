"""Titles of columns of main tables, and words for the keys in them, in both languages: for labels of files.

A title is that of the document that shows the column; else it stands in the texts, by the name of the column. Keys
have words where the texts of the analysis have them by column and key (``levers.verdict.nothing``), or where a column
of that name has the same keys everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from copark import units
from copark.cases.missing_values import is_missing
from copark.cases.observed_variables import HOST_CONTEXT, SERIES, country_name, series_title
from copark.cases.parks import load_parks
from copark.model.outcomes import BY_KEY
from copark.model.variables import catalogue
from copark.presentation.document import Kind
from copark.presentation.labelled_frame import titled, unit_title
from copark.texts import LANGUAGES, has_text, text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import pandas as pd

    from copark.presentation.document import Column

ENDS = ("p05", "p95", "low", "high", "median")
"""Ends of names of columns that say which value of another one they are."""
PLACES: Mapping[str, tuple[str, ...]] = {
    "outcome": ("analysis.outcome", "parks.status"),
    "recorded": ("parks.status",),
    "scale": ("analysis.scale",),
    "claim_word": ("claims.word",),
    "word_without_it": ("evidence.word",),
    "earlier": ("claims.verdict",),
    "grade": ("report.evidence_grade",),
    "shares_grade": ("report.evidence_grade",),
    "flags_grade": ("report.evidence_grade",),
    "outcome_grade": ("report.evidence_grade",),
    "scenario": ("suzhou.scenario",),
    "record_word": ("claims.word",),
    "bound": ("workbook.choice.bound",),
    "role": ("report.role",),
    "record_literature_word": ("claims.word",),
}
"""Where the words of a column's keys stand, beside the texts of its analysis."""
MOST_WORDS = 1000
"""Keys of a column that get words."""


def titles_of(frame: pd.DataFrame, columns: Mapping[str, Mapping[str, Column]]) -> dict[str, LocalizedText]:
    """Return titles of the columns of a frame, with units.

    Parameters
    ----------
    frame
        The frame.
    columns
        Columns of the document by language and key.
    """
    titles = {name: title_of(name, columns, kind_of(frame[name])) for name in map(str, frame.columns)}
    return {name: title for name, title in titles.items() if title is not None}


def kind_of(values: pd.Series[Any]) -> Literal["text", "flag", "number"]:
    """Return whether a column has texts, yes and no, or numbers."""
    present = values if values.dtype.kind in "fiub" else values[~values.map(is_missing)]
    if values.dtype.kind == "b" or (len(present) > 0 and all(isinstance(value, bool) for value in present)):
        return "flag"
    return "text" if any(isinstance(value, str) for value in present) else "number"


def title_of(
    name: str, columns: Mapping[str, Mapping[str, Column]], kind: Literal["text", "flag", "number"] = "number"
) -> LocalizedText | None:
    """Return the title of a column; ``None`` where it has none.

    Parameters
    ----------
    name
        Name of the column.
    columns
        Columns of the document by language and key.
    kind
        What it has: a column of the document that has something else only bears the same name.
    """
    if all(name in columns[lang] and _is_of(columns[lang][name], kind) for lang in LANGUAGES):
        title = LocalizedText(**{lang: columns[lang][name].title for lang in LANGUAGES})
        return titled(title, columns["en"][name].unit)
    if name in BY_KEY:
        return LocalizedText.by_language(BY_KEY[name].title)
    if has_text(f"analyses.main.{name}"):
        return LocalizedText.by_language(partial(text, f"analyses.main.{name}"))
    head, _, end = name.rpartition("_")
    of = title_of(head, columns) if end in ENDS and head else None
    if of is None:
        return None
    return LocalizedText(**{lang: text(f"analyses.main.end.{end}", lang, title=of.text(lang)) for lang in LANGUAGES})


def _is_of(column: Column, kind: str) -> bool:
    if kind == "flag":
        return column.kind is Kind.flag
    return kind == "number" or not column.numeric


def words_of(frame: pd.DataFrame, area: str) -> dict[str, dict[str, LocalizedText]]:
    """Return what the keys in a frame stand for, by column: of columns all of whose keys are known.

    Parameters
    ----------
    frame
        The frame.
    area
        Area of the texts of its analysis.
    """
    words_by_column: dict[str, dict[str, LocalizedText]] = {}
    for name in map(str, frame.columns):
        values = frame[name]
        if values.dtype.kind in "fiubM":
            continue
        present = list(values[~values.map(is_missing)])
        if not all(isinstance(key, str) for key in present):
            continue
        keys = [key for key in dict.fromkeys(present) if key]
        words = _from_texts(name, keys, area) or _from_lists(name, keys) if 0 < len(keys) <= MOST_WORDS else None
        if words:
            words_by_column[name] = words
    return words_by_column


def _from_texts(name: str, keys: list[str], area: str) -> dict[str, LocalizedText] | None:
    for place in (f"{area}.{name}", *PLACES.get(name, ())):
        if all(has_text(f"{place}.{key}") for key in keys):
            return {key: LocalizedText.by_language(partial(text, f"{place}.{key}")) for key in keys}
    return None


def _from_lists(name: str, keys: list[str]) -> dict[str, LocalizedText] | None:
    """Return words of what has a list of its own: variables, parameters, links, parks, countries, units."""
    find = _LISTS.get(name)
    words = {} if find is None else {key: find(key) for key in keys}
    plain = {key: word for key, word in words.items() if word is not None}
    return plain if words and len(plain) == len(words) else None


def _variable(key: str) -> LocalizedText | None:
    if key in catalogue().outputs:
        return LocalizedText.by_language(catalogue().outputs[key].title)
    return LocalizedText.by_language(partial(series_title, key)) if key in SERIES or key in HOST_CONTEXT else None


def _parameter(key: str) -> LocalizedText | None:
    parameter = catalogue().parameters.get(key)
    return None if parameter is None else LocalizedText.by_language(parameter.title)


def _link(key: str) -> LocalizedText | None:
    link = catalogue().links.get(key)
    return None if link is None else LocalizedText.by_language(link.title)


@cache
def _parks() -> Mapping[str, LocalizedText]:
    return {park.id: LocalizedText(en=park.name_en, zh=park.name_zh) for park in load_parks().parks}


def _unit(key: str) -> LocalizedText | None:
    return unit_title(key) if units.known(key) else None


def _country(key: str) -> LocalizedText | None:
    return LocalizedText.by_language(partial(country_name, key)) if has_text(f"countries.{key}") else None


_LISTS: Mapping[str, Callable[[str], LocalizedText | None]] = {
    **dict.fromkeys(("variable", "output"), _variable),
    **dict.fromkeys(("parameter", "factor"), _parameter),
    "link": _link,
    **dict.fromkeys(("park", "case", "id", "most_influential"), lambda key: _parks().get(key)),
    "unit": _unit,
    **dict.fromkeys(("host", "home"), _country),
}
