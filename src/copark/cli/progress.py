"""How far the work is and how long it will still take, on standard error."""

import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

from rich.console import Console

from copark.texts import text

PATIENCE = 2.0
"""Seconds before anything is shown."""
BETWEEN_LINES = 5.0
"""Seconds between lines where there is no terminal."""


def duration(seconds: float, lang: str) -> str:
    """A span of time in words."""
    whole = max(0, round(seconds))
    if whole < 60:
        return text("cli.seconds", lang, seconds=whole)
    if whole < 3600:
        return text("cli.minutes", lang, minutes=whole // 60, seconds=whole % 60)
    return text("cli.hours", lang, hours=whole // 3600, minutes=whole % 3600 // 60)


class Progress:
    """Tells how far a stage is and how long it will still take, once the work takes longer than ``PATIENCE``.

    On a terminal a bar; elsewhere a plain line every ``BETWEEN_LINES`` seconds. All on standard error.
    """

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._console = Console(stderr=True)
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._lose_patience)
        self._timer.daemon = True
        self._bar: Any = None
        self._task: Any = None
        self._stage, self._done, self._total = "prepare", 0, 0
        self._there = 0
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to count time."""
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the screen as it was found."""
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of how far a stage is; a total of 0 means that nobody can tell.

        What is done when a stage is first told was there before, and does not say how fast the work goes.
        """
        with self._lock:
            now = time.monotonic()
            if stage != self._stage:
                self._stage, self._began, self._told, self._task = stage, now, now, None
                self._there = done
            self._done, self._total = done, total
            if self._bar is not None:
                self._draw()
            elif not self._console.is_terminal and now - self._told > BETWEEN_LINES and done < total:
                self._print_line(now)

    def _lose_patience(self) -> None:
        with self._lock:
            if not self._console.is_terminal:
                self._print_line(time.monotonic())
            elif self._bar is None:
                self._bar = _bar(self._console, self._lang)
                self._bar.start()
                self._draw()

    def _print_line(self, now: float) -> None:
        self._told = now
        words = text(f"cli.stage.{self._stage}", self._lang)
        line = text("cli.progress.start", self._lang, stage=words)
        made = self._done - self._there
        if made > 0:
            left = duration((now - self._began) * (self._total - self._done) / made, self._lang)
            line = text("cli.progress.line", self._lang, stage=words, done=self._done, total=self._total, left=left)
        print(line, file=sys.stderr, flush=True)

    def _draw(self) -> None:
        if self._task is None:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._task = self._bar.add_task(text(f"cli.stage.{self._stage}", self._lang), total=None)
        self._bar.update(self._task, completed=self._done, total=self._total or None)


def _bar(console: Console, lang: str) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn(text("cli.progress.left", lang)),
        console=console,
        transient=True,
    )
