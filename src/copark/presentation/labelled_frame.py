"""A frame with what its columns and its codes are called in both languages, for files that carry labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copark import units
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LabelledFrame:
    """A frame, the titles of its columns, and the words that its keys and codes stand for."""

    name: str
    """Name of its file, where it is one of several."""
    title: LocalizedText
    """Title of the whole."""
    frame: pd.DataFrame
    """The frame: columns of keys and codes may be categorical."""
    titles: Mapping[str, LocalizedText] = field(default_factory=dict)
    """Titles of columns, with the unit where there is one."""
    words: Mapping[str, Mapping[str, LocalizedText]] = field(default_factory=dict)
    """By column, what its keys or codes stand for."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Further entries of the file: run ID, provenance."""


def titled(title: LocalizedText, unit: str) -> LocalizedText:
    """Return a title with its unit, as a person reads both."""
    if not unit or (units.known(unit) and not units.title(unit)):
        return title

    def words(lang: str) -> str:
        shown = units.title(unit, lang) if units.known(unit) else unit
        return text("presentation.head", lang, title=title.text(lang), unit=shown)

    return LocalizedText.by_language(words)


def unit_title(symbol: str) -> LocalizedText:
    """Return a unit as a person reads it; as it is written where it is not known."""
    if not units.known(symbol):
        return LocalizedText.by_language(lambda _: symbol)
    return LocalizedText.by_language(lambda lang: units.title(symbol, lang) or symbol)


def in_both(attributes: Mapping[str, Any], name: str, otherwise: str) -> LocalizedText:
    """Return what attributes say in each language (``title_en``, ``title_zh``), or the same words in both.

    Parameters
    ----------
    attributes
        The attributes.
    name
        Name of the attribute without its language.
    otherwise
        Words where it is missing.
    """
    return LocalizedText(**{lang: str(attributes.get(f"{name}_{lang}") or otherwise) for lang in LANGUAGES})
