"""Texts of cases in the language of the reader: the Chinese of ``casebook/words.zh.yaml``."""

import re
from functools import cache

from copark.cases.casebook import WORDS, casebook_path
from copark.texts import read, text

_OF_MODEL = re.compile("MODEL §")
"""How English sources name a section of docs/model/MODEL.md."""


def own_words(words: str, lang: str = "en") -> str:
    """Return what a case says in one language alone: a basis, a note, the name of a holder; or a parameter's source.

    In Chinese, the Chinese of ``casebook/words.zh.yaml``, where it has the words; otherwise the words themselves, so
    that a person's own case speaks its own language. The English counts in a case's hash, the Chinese does not.
    """
    if lang != "zh":
        return words
    return _OF_MODEL.sub("《模型说明》§", _chinese().get(words, words))


@cache
def _chinese() -> dict[str, str]:
    """Read the Chinese of words that the casebook's cases say, and of what copark fills in where they say nothing."""
    defaults = ("cases.default.basis", "cases.default.equity", "cases.checklist")
    return {text(key): text(key, "zh") for key in defaults} | read(casebook_path() / WORDS)
