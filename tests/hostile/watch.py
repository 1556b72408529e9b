"""Who watches a hostile input being read: nothing is written outside, nothing started, nobody called, no time lost."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from copark.model.jit import cache_folder

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
                at = -1 if folder is None or folder >= len(arguments) else arguments[folder]
                self._written(arguments[place], at)

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
