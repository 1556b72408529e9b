"""A hunt: a subject is given many inputs, each in a fresh folder, watched; the same seed makes the same inputs.

The seed is another one each time, unless COPARK_FUZZ_SEED names it. An input that fails is kept in a file, which
``python -m tests.hostile --replay FILE`` gives to its subject again.

Nothing is written outside, nothing started, nobody called, no time lost.
"""

from __future__ import annotations

import os
import pickle
import secrets
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from copark.model.jit import cache_folder
from tests.hostile.subjects import ACCEPTED, REFUSED, SECRET, Subject

FIXED_SEED = 1
"""Of the few inputs of the fast tests, which are the same each time."""


def fresh_seed() -> int:
    """Return the seed that COPARK_FUZZ_SEED names, or one that nobody has tried."""
    named = os.environ.get("COPARK_FUZZ_SEED")
    return int(named) if named else secrets.randbelow(1 << 32)


KEPT = Path(__file__).parents[2] / ".hypothesis" / "hunt"
"""Where inputs that failed are kept."""
PART = float(os.environ.get("COPARK_FUZZ_PART", "0.1"))
"""How much of every hunt the long tests make; ``make soak`` makes them whole."""
MOST_CPU = 10.0
"""Seconds of work after which an input hangs; of the processor's time, so that a busy machine is no fault."""
MOST_WAIT = 120.0
"""Seconds of waiting after which an input hangs: for a pipe, a lock or a sleep."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PLACES = {
    "os.mkdir": ((0, 2),), "os.rename": ((0, 2), (1, 3)), "os.remove": ((0, 1),), "os.rmdir": ((0, 1),),
    "os.truncate": ((0, None),), "os.link": ((1, 3),), "os.symlink": ((1, 2),), "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),), "shutil.rmtree": ((0, 1),),
}  # fmt: skip
"""Events of the interpreter that change the file system; which of their arguments are places, and folders of those."""
_NEVER = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect")
"""Events that no file of a person's may cause."""


class Hung(BaseException):
    """An input took too long. No ``except Exception`` may swallow it."""


class Watch:
    """What an input does outside the only folders that may be written, and which secrets beside them it opens."""

    def __init__(self, folders: tuple[Path, ...], secrets: tuple[Path, ...] = ()) -> None:
        self.folders = [os.path.realpath(folder) for folder in folders]
        self.compiled = os.path.realpath(cache_folder())
        self.secrets = {os.path.realpath(path) for path in secrets}
        self.deeds: list[str] = []
        self.slowest = 0.0

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an event of the interpreter if it is a misdeed."""
        if event in _NEVER:
            self.deeds.append(f"{event} {arguments[:1]}")
        elif event == "open":
            path, mode, flags = arguments
            if isinstance(path, int):
                return
            if os.path.realpath(os.fsdecode(path)) in self.secrets:
                self.deeds.append(f"read {path!r}")
            writing = bool(flags & _WRITING) if mode is None else bool(set(mode) & set("wax+"))
            if writing:
                self._written(path)
        else:
            for place, folder in _PLACES.get(event, ()):
                folder_fd = -1 if folder is None or folder >= len(arguments) else arguments[folder]
                self._written(arguments[place], folder_fd)

    def _written(self, path: Any, folder: Any = None) -> None:
        if isinstance(path, int):
            return
        around = Path(f"/proc/self/fd/{folder}").resolve() if isinstance(folder, int) and folder >= 0 else Path()
        real = os.path.realpath(around / os.fsdecode(path))
        if real == os.devnull or "__pycache__" in real or real.startswith(self.compiled):
            return
        if not any(real == folder or real.startswith(folder + os.sep) for folder in self.folders):
            self.deeds.append(f"write {real}")


_watch: Watch | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch is not None and (event == "open" or event in _PLACES or event in _NEVER):
        _watch.heard(event, arguments)


_hooked = False


def _late(signum: int, _frame: FrameType | None) -> None:
    raise Hung("worked too long" if signum == signal.SIGPROF else "waited too long")


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Watch what a block does; hooks of the interpreter can be switched off but never taken out again."""
    global _watch, _hooked  # noqa: PLW0603 - there is one interpreter to watch
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    before = [signal.signal(kind, _late) for kind in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU)
    signal.setitimer(signal.ITIMER_REAL, MOST_WAIT)
    _watch, begun = watch, time.process_time()
    try:
        yield
    finally:
        _watch = None
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for kind, handler in zip((signal.SIGPROF, signal.SIGALRM), before, strict=True):
            signal.signal(kind, handler)
        watch.slowest = max(watch.slowest, time.process_time() - begun)


@dataclass
class Tally:
    """What came of a hunt: inputs accepted and refused, and the processor's seconds the slowest took."""

    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def judged(subject: Subject, generated: object, folder: Path, watch: Watch) -> str:
    """Give a subject an input in an empty folder; its answer, if it is one, and nothing else was done."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with watched(watch):
        answer = subject.answer(generated, folder)
    assert answer in (ACCEPTED, REFUSED)
    assert not watch.deeds, watch.deeds
    return answer


def keep(subject: Subject, generated: object, of_seed: int) -> Path:
    """Keep an input in a file, over a larger one of the same hunt; return its path."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{subject.name.replace(' ', '-')}-{of_seed}.pickle"
    path.write_bytes(pickle.dumps((subject.name, generated)))
    return path


def replay(path: Path, subjects: Iterable[Subject], place: Path, *allowed: Path) -> str:
    """Give an input that :func:`keep` kept to its subject again; the answer, or the error that it was kept for."""
    name, generated = pickle.loads(path.read_bytes())
    (subject,) = (candidate for candidate in subjects if candidate.name == name)
    secret = place / SECRET
    secret.write_text("nothing of this may be seen", encoding="utf-8")
    watch = Watch((place / "own", *allowed), (secret, Path("/etc/passwd")))
    return judged(subject, generated, place / "own", watch)


def hunt(subject: Subject, inputs: int, place: Path, *allowed: Path, of_seed: int = FIXED_SEED) -> Tally:
    """Give a subject inputs; an answer that is neither acceptance nor refusal, or a misdeed, is an error.

    It works in a place where beside the input's own folder lies a file that nothing has a reason to open; allowed are
    further folders that may be written, such as a server's data. What fails says which seed it was of, and in which
    file its smallest input is kept.
    """
    tally = Tally()
    folder, secret = place / "own", place / SECRET
    secret.write_text("nothing of this may be seen", encoding="utf-8")
    folder.mkdir()
    temporary = place / "temporary"  # workbooks are written by way of temporary files
    temporary.mkdir()
    assert subject.answer(subject.sound(), folder) == ACCEPTED, "what is sound is refused"
    around = {path.name for path in place.iterdir()}

    @seed(of_seed)
    @settings(max_examples=inputs, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(made=subject.inputs)
    def each(made: object) -> None:
        watch = Watch((folder, temporary, *allowed), (secret, Path("/etc/passwd")))
        try:
            answer = judged(subject, made, folder, watch)
        except (Exception, Hung) as error:
            kept_file = keep(subject, made, of_seed)
            error.add_note(f"seed {of_seed}; give the input again: python -m tests.hostile --replay {kept_file}")
            raise
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
