"""Titles of series, outputs, scenarios and mechanisms, and phrases: what figures and analyses say alike.

Factors in words, each with a mark of what the data did to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from copark.calibration.parameter_titles import title_of
from copark.cases.observed_variables import HOST_CONTEXT, SERIES, series_title
from copark.model.outcomes import TOLD
from copark.model.variables import catalogue
from copark.presentation.numbers import bounded, exact, percent_words, unit_title
from copark.texts import has_text, text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import xarray as xr

    from copark.calibration.rolling_origin import ScoreLine
    from copark.cases.table_schemas import Observation
    from copark.stats.shares import Share


BOUND_MARKS = {"more-than": "least", "at-least": "least", "at-most": "most", "range": "range", "about": "about"}
"""Mark of a reported value by the kind of its bound, which figures draw and tables name; of every other ``exact``."""


EVIDENCE_UNITS = {
    "M": "millions",
    "per m2": "per_m2",
    "per m2/yr": "per_m2_year",
    "per m2/month": "per_m2_month",
    "ha": "ha",
    "m2": "m2",
    "%": "percent",
    "ratio": "ratio",
    "yr": "years",
    "companies": "companies",
    "jobs": "jobs",
    "MW": "mw",
    "km": "km",
    "m3/day": "m3_day",
}
"""Keys of the words of units of published evidence, ``casebook.evidence.unit.<key>``, by unit."""
HUNDRED = 100.0
"""Millions from which Chinese counts by hundred millions (亿), and ten thousands (万) in a million."""


def evidence_value(value: float, high: float | None, unit: str, currency: str | None, lang: str) -> str:
    """Return a published number as it was published, with its unit and currency; Chinese counts by 万 and 亿.

    Parameters
    ----------
    value, high
        The value, or the ends of a range.
    unit
        One of :data:`EVIDENCE_UNITS`.
    currency
        Currency of an amount or a price, ISO 4217.
    lang
        Language, ``en`` or ``zh``.
    """
    key = EVIDENCE_UNITS[unit]
    scale = 1.0
    if key == "millions" and lang == "zh":
        is_large = abs(value) >= HUNDRED
        key = "hundred_millions" if is_large else "millions"
        scale = 1.0 / HUNDRED if is_large else HUNDRED
    ends = [exact(end * scale) for end in (value, high) if end is not None]
    shown = ends[0] if high is None else text("casebook.evidence.range", lang, low=ends[0], high=ends[-1])
    return text(f"casebook.evidence.unit.{key}", lang, value=shown, currency=currency or "").strip()


def variable_title(name: str, lang: str) -> str:
    """Name a series or context variable for a person; the name itself where it has no text."""
    return series_title(name, lang) if name in SERIES or name in HOST_CONTEXT else name


def output_title(result: xr.Dataset, name: str, lang: str) -> str:
    """Return the title of an output of the model: the result's, or the catalogue's where the study did not keep it.

    Parameters
    ----------
    result
        Runs of a study; its variables carry titles as attributes ``title_en`` and ``title_zh``.
    name
        Name of the output; one that neither has is titled as a series or context variable.
    lang
        Language, ``en`` or ``zh``.
    """
    own_title = str(result[name].attrs.get(f"title_{lang}", "")) if name in result.data_vars else ""
    if own_title or name not in catalogue().outputs:
        return own_title or variable_title(name, lang)
    return catalogue().outputs[name].title(lang)


def claim_number(identity: str, lang: str) -> str:
    """Return what stands before the title of a claim: its ID, in Chinese without the English of R-decree."""
    key = f"claims.id.{identity}"
    return text(key, lang) if has_text(key) else identity


def scenario_title(result: xr.Dataset, position: int, lang: str) -> str:
    """Return the title of a scenario; its key where the result has no titles.

    Parameters
    ----------
    result
        Runs of a study, whose attribute ``scenario_titles`` is JSON: titles by key and language.
    position
        Place of the scenario along the dimension ``scenario``, from 0.
    lang
        Language, ``en`` or ``zh``.
    """
    key = str(result["scenario"].to_numpy()[position])
    try:
        titles = json.loads(result.attrs.get("scenario_titles", "{}"))
        return str(titles[key][lang])
    except (KeyError, TypeError, ValueError):
        return key


def park_title(case: str) -> LocalizedText:
    """Return the title of a park; its name where the casebook does not know it."""
    from copark.cases import list_cases, load_case

    return load_case(case).title if case in list_cases() else LocalizedText.same(case)


def mechanism_title(name: str, lang: str) -> str:
    """Name a mechanism for a person."""
    key = f"cases.mechanism.{name}"
    return text(key, lang) if has_text(key) else name


def join(parts: Sequence[str], lang: str) -> str:
    """Join words in a list: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return text("report.join.list", lang).join(parts[:-1]) + text("report.join.last", lang) + parts[-1]


def outcomes_in_words(shares: Iterable[Share], lang: str, first: Callable[[Share, str], str]) -> str:
    """Describe how often each outcome happens: "is self-standing in 88% of runs and fragile in 12%".

    An outcome that no run has is left out.

    Parameters
    ----------
    shares
        Shares of the outcomes.
    lang
        Language.
    first
        Writes the first share, from the share and its words: of what all of them are shares.
    """
    by_name = {share.name: share for share in shares}
    happening = [by_name[outcome.key] for outcome in TOLD if by_name[outcome.key].share > 0.0]
    clauses: list[str] = []
    for share in happening[:-1] or happening:
        words = percent_words(share.share, lang)
        written = words if clauses else first(share, words)
        clauses.append(text(f"analysis.outcome_in.{share.name}", lang, share=written))
    sentence = text("analysis.outcome_in.list", lang).join(clauses)
    if len(happening) > 1:
        last = happening[-1]
        sentence += text(f"analysis.outcome_last.{last.name}", lang, share=percent_words(last.share, lang))
    return sentence


def lowered(title: str) -> str:
    """Return a title as it stands inside a sentence."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def observed(entry: Observation, lang: str, kind: str = "quantity") -> str:
    """Return an observation in the unit of its source.

    Parameters
    ----------
    entry
        The observation; its bound is written out, such as "at least" or "from … to".
    lang
        Language, ``en`` or ``zh``.
    kind
        ``quantity`` with the unit's symbol, ``spoken`` as a sentence says it, ``bare`` without a unit.
    """
    return bounded(entry.value, entry.high, entry.bound, entry.unit, lang, kind)


def with_unit(title: str, unit: str, lang: str) -> str:
    """Return a title with its unit in brackets.

    Parameters
    ----------
    title
        Title in the language of ``lang``.
    unit
        Symbol of the unit, as in the list of :mod:`copark.units`; of a pure number the title stands alone.
    lang
        Language of the unit, ``en`` or ``zh``.
    """
    unit_words = unit_title(unit, lang)
    return text("report.column.variable_unit", lang, title=title, unit=unit_words) if unit_words else title


def grade_title(grade: str, lang: str) -> str:
    """Return a grade of evidence in words."""
    return text(f"report.evidence_grade.{grade}", lang)


def observable_title(variable: str, lang: str) -> str:
    """Return the title of an observable."""
    return catalogue().outputs[variable].title(lang)


def titled(variable: str, lang: str) -> str:
    """Return the title of an observable with its unit."""
    return with_unit(observable_title(variable, lang), catalogue().outputs[variable].unit, lang)


def method_title(method: str, lang: str) -> str:
    """Name a method: a model, or a benchmark."""
    return text(f"validate.method.{method}", lang)


def winner_title(line: ScoreLine, lang: str) -> str:
    """Name the winner of a row, and how sure that is; no winner where the model had no rival."""
    if line.best_naive is None:
        return text("validate.won.alone", lang)
    word = "single" if line.values == 1 else "firm" if line.firm else "narrow"
    return text(f"validate.won.{word}", lang, method=method_title(line.winner, lang))


DUMMY = "dummy"
UNMOVED = "\N{WHITE CIRCLE}"
"""Mark of a parameter that the data did not move."""
SLIGHTLY = "\N{CIRCLE WITH LEFT HALF BLACK}"
"""Mark of a parameter that the data moved a little."""


def named(name: str, lang: str) -> str:
    """Return the title of a factor, or the dummy."""
    return text("sensitivity.dummy", lang) if name == DUMMY else title_of(name, lang)


def marked(name: str, moved: Mapping[str, str], lang: str) -> str:
    """Mark a factor's title with what the data did to it; unmarked where they moved it, or none is known.

    Parameters
    ----------
    name
        Name of the parameter, or :data:`DUMMY`.
    moved
        What the data did, by name of the parameter: ``unmoved`` (an open circle) and ``weakly`` (a half-filled one) are
        marked, any other word is not.
    lang
        Language, ``en`` or ``zh``.
    """
    sign = {"unmoved": UNMOVED, "weakly": SLIGHTLY}.get(moved.get(name, ""), "")
    return f"{named(name, lang)} {sign}" if sign else named(name, lang)
