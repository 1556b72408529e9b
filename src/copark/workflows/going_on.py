"""Saying of work that goes on after it was stopped what was there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.texts import text

if TYPE_CHECKING:
    from copark.store.stages import Tally


def went_on(tally: Tally | None, lang: str = "en") -> str:
    """What was there already of an earlier attempt, in a sentence; empty if nothing was."""
    if tally is None or not (tally.done or tally.begun):
        return ""
    key = "went_on_within" if tally.begun else "went_on"
    return text(f"workflows.{key}", lang, done=tally.done, whole=tally.whole)
