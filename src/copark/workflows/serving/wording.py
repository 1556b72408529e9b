"""Small words in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from copark import units
from copark.cases import own_words
from copark.presentation.numbers import bare, number, percent, reach, spoken
from copark.texts import LANGUAGES, text
from copark.workflows.serving.answers import Said

POINTS = 100.0
MONEY = "M USD"


def said(key: str, **values: Any) -> Said:
    """A text in both languages; values that are words themselves are put in by language."""

    def spoken(lang: str) -> str:
        named = {name: getattr(value, lang) if isinstance(value, Said) else value for name, value in values.items()}
        return text(key, lang, **named)

    return Said(en=spoken("en"), zh=spoken("zh"))


def spoken_in(words: Callable[[str], str]) -> Said:
    """What a function of a language says, in both languages."""
    return Said(en=words("en"), zh=words("zh"))


def both(entry: Any) -> Said:
    """A title that a case or a study has in both languages."""
    return Said(en=str(entry.en), zh=str(entry.zh))


def own(words: str) -> Said:
    """What a case says in one language, and its Chinese where the casebook has it."""
    return Said(en=words, zh=own_words(words, "zh"))


def unit_title(symbol: str) -> Said:
    """A unit as a person reads it; its symbol where the list of units has none."""
    if not units.known(symbol):
        return Said(en=symbol, zh=symbol)
    return Said(en=units.title(symbol, "en"), zh=units.title(symbol, "zh"))


def amount(value: float, unit: str) -> Said:
    """A value with its unit, money as people count it: in Chinese in 亿 or 万."""
    return Said(en=spoken(value, unit, "en"), zh=spoken(value, unit, "zh"))


def span(low: float, high: float, unit: str) -> Said:
    """A range with its unit said once."""
    return Said(en=reach(low, high, unit, "en"), zh=reach(low, high, unit, "zh"))


def signed(value: float, unit: str) -> Said:
    """A difference with its sign and unit."""
    shown = {lang: spoken(value, unit, lang) for lang in LANGUAGES}
    return Said(**{lang: f"+{words}" if value > 0.0 and has_digits(words) else words for lang, words in shown.items()})


def signed_span(low: float, high: float, unit: str) -> Said:
    """A range of differences with their signs, and the unit said once where both ends have the same."""
    if unit == MONEY:
        first, last = signed(low, unit), signed(high, unit)
        return said("presentation.number.reach", low=Said(en=first.en.removesuffix(" million"), zh=first.zh), high=last)
    shown = bare(low, unit)
    if low > 0.0 and has_digits(shown):
        shown = f"+{shown}"
    return said("presentation.number.reach", low=shown, high=signed(high, unit))


def has_digits(words: str) -> bool:
    """Whether a number shows any digit but 0."""
    return any(mark in "123456789" for mark in words)


def points(share: float) -> str:
    """A change of a share in percentage points, with its sign."""
    shown = number(share * POINTS, 1)
    return f"+{shown}" if share > 0.0 and has_digits(shown) else shown


def share_words(share: float) -> str:
    """A share in per cent."""
    return percent(share, 0)


def drawn_bound(bound: str) -> str:
    """How a chart draws a kind of bound: "more than" as a lower limit."""
    return "at-least" if bound == "more-than" else bound
