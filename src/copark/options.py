"""Options of a Python session: language of answers and errors, output folder, threads, progress.

They are defaults of the functions at ``copark``; what is given to a function goes before them. Commands and servers
have options of their own and do not read these.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from copark.progress import StagedProgress
from copark.texts import LANGUAGES

Language = Literal["en", "zh"]
"""A language of copark: English or Chinese."""
VARIABLE = "COPARK_LANG"
"""Environment variable of the language, as commands read it."""


@dataclass(frozen=True)
class Options:
    """Options that are in force."""

    lang: Language = "en"
    """Language of answers, errors, notes and docstrings."""
    out: Path | None = None
    """Output folder that is read and written; ``None`` to read ``./out`` and write nothing."""
    threads: int | None = None
    """Threads of the model; ``None`` for as many as are worthwhile."""
    progress: StagedProgress | bool | None = None
    """What is told how far work is; ``False`` for nobody, ``None`` or ``True`` for a bar after two seconds."""


def _first() -> Options:
    """Return the options that a session begins with: the language of the environment, where it names one."""
    lang = os.environ.get(VARIABLE, "")
    return Options(lang="zh" if lang == "zh" else "en")


class _Session:
    """Holds the options in force."""

    options = _first()


def options() -> Options:
    """Return the options in force."""
    return _Session.options


_UNCHANGED: Any = object()
"""What stands for an option that is left as it is."""


class set_options:  # noqa: N801 - called like a function, as in xarray
    """Set options of this session, for good or, in a ``with`` statement, for a block.

    Parameters
    ----------
    lang
        Language of answers, errors, notes and docstrings: ``en`` or ``zh``.
    out
        Output folder that is read and written; ``None`` to read ``./out`` and write nothing.
    threads
        Threads of the model; they do not change the numbers.
    progress
        What is told stage, done and total; ``False`` for nobody, ``True`` for a bar after two seconds.

    Raises
    ------
    ValueError
        If an option cannot have the value.
    """

    def __init__(
        self,
        *,
        lang: Language = _UNCHANGED,
        out: str | PathLike[str] | None = _UNCHANGED,
        threads: int | None = _UNCHANGED,
        progress: StagedProgress | bool | None = _UNCHANGED,
    ) -> None:
        settings = {"lang": lang, "out": out, "threads": threads, "progress": progress}
        changes = {name: value for name, value in settings.items() if value is not _UNCHANGED}
        self.before = _Session.options
        _Session.options = replace(self.before, **_checked(changes))

    def __enter__(self) -> Options:
        """Return the options of the block."""
        return _Session.options

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Put back the options there were."""
        _Session.options = self.before


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse values that options cannot have."""
    values = dict(changes)
    if "lang" in values and values["lang"] not in LANGUAGES:
        raise ValueError(f"set_options(lang={values['lang']!r}): choose one of {', '.join(LANGUAGES)}")
    threads = values.get("threads")
    if threads is not None and not (isinstance(threads, int) and not isinstance(threads, bool) and threads >= 1):
        raise ValueError(f"set_options(threads={threads!r}): must be an integer ≥ 1 or None")
    progress = values.get("progress")
    if not (progress is None or isinstance(progress, bool) or callable(progress)):
        raise ValueError(f"set_options(progress={progress!r}): must be True, False, None or a function")
    if values.get("out") is not None:
        values["out"] = Path(values["out"])
    return values
