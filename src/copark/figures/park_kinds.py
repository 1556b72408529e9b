"""Colours of types of parks and of what became of them, the same in every figure."""

from __future__ import annotations

from copark.presentation import style

STATUS = {
    "failed": (style.SECOND, ""),
    "stalled": (style.ACCENT, "///"),
    "surviving": (style.PALE, "..."),
    "thriving": (style.MODEL, ""),
}
TYPE_COLOURS = {"intergovernmental": style.MODEL, "mixed": style.ACCENT, "enterprise-led": style.SECOND}
