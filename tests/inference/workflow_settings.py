"""A calibration small enough for tests, and a way to call the command line."""

from __future__ import annotations

import re

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.inference import calibrations
from copark.inference.calibrate import Settings

TINY = Settings(runs=1 << 12, accepted=300, members=32, sweeps=1, last_sweeps=2, populations=2, records=20)
LEFT_OPEN = re.compile(r"\{[a-z_]+\}|\bnan\b|None|\b(?:calibration|validation|forecast|inference)\.[a-z]+\.")
"""What no page and no screen may hold: a value not filled in, a number that is none, the key of a text."""


def ask(name, out, *, settings=TINY, case="great-stone", threads=1, progress=None, lang="en", **asked):
    """Ask an analysis of a small calibration, to 2020 unless it says otherwise; the answer and its context."""
    if name == "calibrate":
        asked.setdefault("cut", "2020Q4")
    analysis, context = REGISTRY[name], Context(out, threads=threads, lang=lang)
    context.progress = progress or context.progress
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrations, "settings_of", lambda *_, **__: settings)
        return answer(analysis, analysis.params(case=str(case), **asked), context), context
