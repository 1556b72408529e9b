"""A hunt: a subject is given many inputs, each in a fresh folder, watched; the same seed makes the same inputs."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.hostile.subjects import ACCEPTED, REFUSED, SECRET, Subject
from tests.hostile.watch import Watch, watched

SEED = int(os.environ.get("COPARK_FUZZ_SEED", "1"))
PART = float(os.environ.get("COPARK_FUZZ_PART", "0.1"))
"""How much of every hunt the long tests make; ``make soak`` makes them whole."""


@dataclass
class Tally:
    """What came of a hunt: inputs accepted and refused, and the processor's seconds the slowest took."""

    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def hunt(subject: Subject, inputs: int, place: Path, *allowed: Path) -> Tally:
    """Give a subject inputs; an answer that is neither acceptance nor refusal, or a misdeed, is an error.

    It works in a place where beside the input's own folder lies a file that nothing has a reason to open; allowed are
    further folders that may be written, such as a server's data.
    """
    tally = Tally()
    folder, secret = place / "own", place / SECRET
    secret.write_text("nothing of this may be seen", encoding="utf-8")
    folder.mkdir()
    temporary = place / "temporary"  # workbooks are written by way of temporary files
    temporary.mkdir()
    assert subject.answer(subject.sound(), folder) == ACCEPTED, "what is sound is refused"
    around = {path.name for path in place.iterdir()}

    @seed(SEED)
    @settings(max_examples=inputs, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(made=subject.inputs)
    def each(made: object) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        watch = Watch((folder, temporary, *allowed), (secret, Path("/etc/passwd")))
        with watched(watch):
            answer = subject.answer(made, folder)
        assert answer in (ACCEPTED, REFUSED)
        assert not watch.deeds, watch.deeds
        tally.answers[answer] += 1
        tally.slowest = max(tally.slowest, watch.slowest)

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(tempfile, "tempdir", str(temporary))
        # Of a failure its input is shown, however long; no warning is to hide it.
        warnings.filterwarnings("ignore", message="Generating overly large repr")
        each()
    left = {path.name for path in place.iterdir()} - {folder.name}
    assert left == around - {folder.name}, f"written beside the folder: {left}"
    return tally
