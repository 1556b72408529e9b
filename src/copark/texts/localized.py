"""A text in both languages, as cases, studies, answers and the API have it.

What people write in files is read as a subclass, each of which refuses what its place cannot have:
:class:`copark.cases.types.WrittenText` of a case or a set of claims is never empty and gives no orders to a screen,
:class:`copark.simulation.study_entries.Title` of a study has 200 letters at most, and a
:class:`copark.decisions.lever_file.Reason` of a lever 600. Once read, they are texts like any other: two are equal
that say the same, and a field of an answer holds any of them.

It stands apart from the texts of the program, which are read without pydantic: importing that takes longer than most
commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self

from pydantic import ConfigDict

from copark.described import Described


class LocalizedText(Described):
    """A text in English and in Chinese."""

    model_config = ConfigDict(frozen=True)

    en: str
    """The text in English."""
    zh: str
    """The text in Chinese (simplified)."""

    @classmethod
    def by_language(cls, words: Callable[[str], str]) -> Self:
        """Return what a function of a language, ``en`` or ``zh``, says in each."""
        return cls(en=words("en"), zh=words("zh"))

    @classmethod
    def each(cls, words: Callable[[str], Iterable[str]]) -> list[Self]:
        """Return every text that a function of a language lists, as many in English as in Chinese."""
        return [cls(en=english, zh=chinese) for english, chinese in zip(words("en"), words("zh"), strict=True)]

    @classmethod
    def same(cls, words: str) -> Self:
        """Return words that are the same in both languages, such as a quarter or a symbol."""
        return cls(en=words, zh=words)

    def text(self, lang: str = "en") -> str:
        """Return the text in a language, ``en`` or ``zh``."""
        return self.zh if lang == "zh" else self.en

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LocalizedText):
            return NotImplemented
        return self.en == other.en and self.zh == other.zh

    def __hash__(self) -> int:
        return hash((self.en, self.zh))
