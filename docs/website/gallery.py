"""The gallery: every figure, with the lines that draw it, as a notebook that is run when the site is built."""

from __future__ import annotations


def gallery(lang: str) -> str:
    """Write the gallery in a language."""
    return f"# Gallery ({lang})\n"
