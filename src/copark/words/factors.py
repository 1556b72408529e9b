"""Factors in words, each with a mark of what the data did to it."""

from collections.abc import Mapping

from copark.inference.diagnostics import title_of
from copark.texts import text

DUMMY = "dummy"
UNMOVED = "\N{WHITE CIRCLE}"
"""Mark of a parameter that the data did not move."""
SLIGHTLY = "\N{CIRCLE WITH LEFT HALF BLACK}"
"""Mark of a parameter that the data moved a little."""


def named(name: str, lang: str) -> str:
    """Title of a factor, or the dummy."""
    return text("sensitivity.dummy", lang) if name == DUMMY else title_of(name, lang)


def marked(name: str, moved: Mapping[str, str], lang: str) -> str:
    """Title of a factor with the mark of what the data did to it; without one where they moved it, or none is known."""
    sign = {"unmoved": UNMOVED, "weakly": SLIGHTLY}.get(moved.get(name, ""), "")
    return f"{named(name, lang)} {sign}" if sign else named(name, lang)
