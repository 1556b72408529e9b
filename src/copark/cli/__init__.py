"""The command line: a thin layer over :mod:`copark.workflows`.

``app`` is what commands are added to, ``commands`` and ``runs`` list what can be asked, ``analyses`` makes commands of
the registry, ``screen`` shows what came of it, ``help`` puts help and errors into the reader's language.
"""

import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

OK = 0
FAULTS = 1
"""Code of an end where what was asked for has faults, or could not be done."""
WRONG_USAGE = 2
STOPPED = 130
"""Code of an end by the keyboard, 128 and the number of its signal."""
BY_SIGNAL = 128
"""Added to the number of a signal, as shells have it."""
ERRORS = {
    "ENOENT": "no_folder",
    "ENOTDIR": "no_folder",
    "EROFS": "read_only",
    "EACCES": "read_only",
    "EPERM": "read_only",
    "ENOSPC": "full",
    "EDQUOT": "full",
    "EIO": "disk_fails",
}
"""Errors of the operating system that people can fix, and the texts that say how."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run ``copark`` and leave with 0 if all is well, 1 if faults were found, 2 if it was used wrongly."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    gc.set_threshold(50_000, 20, 100)  # imports make much and drop little: looking through it is a tenth of a start
    is_ended: list[int] = []
    terminals = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]

    def end(number: int, _frame: object) -> None:  # as systemd and Slurm ask for an end, or a terminal that closes
        is_ended.append(number)
        for descriptor in terminals:
            if not os.isatty(descriptor):  # the terminal has gone, and whatever is written to it would be an error
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        raise KeyboardInterrupt

    if arguments is None:
        for name in ("SIGTERM", "SIGHUP"):  # of which Windows has the first
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, end)
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    code = _guarded(words)
    try:
        sys.stdout.flush()
    except OSError as error:
        if not is_ended and not isinstance(error, BrokenPipeError):
            raise
        # the reader of a pipe or the terminal has gone; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(BY_SIGNAL + is_ended[0] if is_ended else code)


def _guarded(words: list[str]) -> int:
    from typer import Abort, TyperException

    from copark.cli.help import language, wrong_usage
    from copark.errors import CoparkError, NotFound

    lang = language(words, os.environ)
    try:
        code = _application()(args=words or ["--help"], prog_name="copark", standalone_mode=False, obj=lang)
        if code == STOPPED:  # Typer's answer to an interrupt
            raise KeyboardInterrupt
        return code if isinstance(code, int) else OK
    except TyperException as error:
        from copark.cli.screen import plain

        print(plain(wrong_usage(error, lang)), file=sys.stderr)
        return WRONG_USAGE
    except (KeyboardInterrupt, Abort):
        _tell_stopped(words, lang)
        return STOPPED
    except BrokenPipeError:
        return OK
    except CoparkError as error:
        from copark.cli.screen import show_error

        show_error(error, lang)
        return WRONG_USAGE if isinstance(error, NotFound) else FAULTS
    except Exception as error:  # noqa: BLE001 - the last door: no traceback for a reader
        return _tell_unexpected(error, lang)


def _tell_stopped(words: list[str], lang: str) -> None:
    """Say that the work has ended, and what becomes of it; a terminal may have gone by then."""
    from copark.texts import LANGUAGES, text

    command = next((word for word in words if not word.startswith("-") and word not in LANGUAGES), "")
    with suppress(OSError):
        print(text("web.stopped" if command == "serve" else "cli.error.stopped", lang), file=sys.stderr, flush=True)


def _application() -> Any:
    """Make the whole command line: the commands of analyses, and those written by hand, which add themselves to it."""
    from typer.main import get_command

    from copark.analyses import REGISTRY
    from copark.cli import commands, database, mcp, runs  # noqa: F401
    from copark.cli.analyses import AnalysisCommand
    from copark.cli.app import app

    group: Any = get_command(app)
    former = {name: AnalysisCommand(analysis, name) for analysis in REGISTRY for name in analysis.aliases}
    group.commands = {analysis.name: AnalysisCommand(analysis) for analysis in REGISTRY} | former | group.commands
    return group


def _tell_unexpected(error: Exception, lang: str) -> int:
    if os.environ.get("COPARK_DEBUG"):
        raise error
    from copark.cli.screen import plain
    from copark.texts import text

    if isinstance(error, MemoryError):
        words = text("cli.error.memory", lang)
    elif isinstance(error, OSError):
        key = ERRORS.get(errno.errorcode.get(error.errno or 0, ""), "system")
        path = error.filename
        if key == "read_only" and path and os.access(path, os.F_OK) and not os.access(path, os.R_OK):
            key = "unreadable"
        words = text(f"cli.error.{key}", lang, reason=error.strerror or error, path=path or "–")
    else:
        words = text("cli.error.unexpected", lang, detail=f"{type(error).__name__}: {error}")
    print(plain(words), file=sys.stderr)
    return FAULTS
