"""A calibration small enough for tests, and a way to call the command line."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import partial

import pytest

from copark.cli import main
from copark.inference import examination
from copark.inference.calibrate import Settings, refined
from copark.inference.refine import RefinePlan

TINY = Settings(runs=1 << 12, accepted=300, members=32, sweeps=1, last_sweeps=2, populations=2)
SHORT = RefinePlan(walkers=32, steps=6, dropped=2, runs=24)
LEFT_OPEN = re.compile(r"\{[a-z_]+\}|\bnan\b|None|\b(?:calibration|validation|forecast|inference)\.[a-z]+\.")
"""What no page and no screen may hold: a value not filled in, a number that is none, the key of a text."""


@contextmanager
def short_refinement():
    """Let refinements be short: what is tested is that they are made and shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examination, "refined", partial(refined, plan=SHORT))
        yield


def call(arguments, capsys):
    """Run a command and give its code and what it says."""
    with pytest.raises(SystemExit) as leaving:
        main([str(one) for one in arguments])
    found = capsys.readouterr()
    return leaving.value.code, found.out, found.err


def words_of(page):
    """What a person reads of a page: without its styles, drawings and tags."""
    content = page.read_text(encoding="utf-8")
    content = re.sub(r"<(style|svg)\b.*?</\1>", " ", content, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", content)
