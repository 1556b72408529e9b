"""What tests ask of commands and documents, whatever they are of."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from copark.cli import main
from copark.presentation.document import Document, Table

HANGUP_IS_HEEDED = pytest.mark.skipif(
    signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, reason="SIGHUP is ignored here, as under nohup, by all commands"
)
SHORTEST, LONGEST = 0.02, 0.2
"""Seconds from one look to the next, at first and at most."""


def call(arguments: Sequence[object], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run a command: its code, what it says, and what it says of faults."""
    with pytest.raises(SystemExit) as leaving:
        main([str(one) for one in arguments])
    found = capsys.readouterr()
    assert isinstance(leaving.value.code, int)
    return leaving.value.code, found.out, found.err


def waited(get: Callable[[], Any], is_so: Callable[[Any], object] = bool, patience: float = 90.0) -> Any:
    """What is got, soon after it is so: who asks ever more seldom takes nothing from the work that is waited for."""
    until, pause = time.monotonic() + patience, SHORTEST
    while not is_so(found := get()):
        assert time.monotonic() < until, found
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST)
    return found


def table(document: Document, key: str) -> Table:
    """One of its tables."""
    return next(one for one in document.tables() if one.key == key)
