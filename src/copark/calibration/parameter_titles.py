"""Titles of what is inferred: parameters, and each origin's share of the mix."""

from __future__ import annotations

from copark.model.variables import catalogue
from copark.texts import text

MIX = "origin_weight"
"""Parameter that is inferred by its parts: ``origin_weight.home`` and so on."""


def title_of(name: str, lang: str) -> str:
    """Return the title of a parameter, or of one origin's share of the mix."""
    own = catalogue().parameters[name.partition(".")[0]].title(lang)
    if name.startswith(MIX + "."):
        origin = text(f"inference.origin.{name.partition('.')[2]}", lang)
        return text("inference.of_origin", lang, title=own, origin=origin)
    return own
