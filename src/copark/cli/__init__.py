"""The command line: a thin layer over :mod:`copark.workflows`.

``app`` is what commands are added to, ``commands`` and ``runs`` list what can be asked, ``analyses`` makes commands of
the registry, ``setup`` has those on the command line itself. ``screen`` shows what came of it, in words, quietly or as
JSON (``output``); ``help`` puts help and errors into the reader's language and gives every command the options that all
have; ``settings`` reads ``copark.toml``, ``streams`` standard input and output, ``completion`` offers what fits a word.
"""

import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from copark.cli.exit_codes import BY_SIGNAL, FAULTS, OK, STOPPED, WRONG_USAGE
from copark.texts import text

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
    signals: list[int] = []
    if arguments is None:
        _stop_at_signals(signals)
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    code = _guarded(words)
    if signals:
        code = BY_SIGNAL + signals[0]
    try:
        _end(code)
        sys.stdout.flush()
    except OSError as error:
        if not signals and not isinstance(error, BrokenPipeError):
            raise
        # the reader of a pipe or the terminal has gone; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _stop_at_signals(signals: list[int]) -> None:
    """Stop the command as the keyboard would where systemd, Slurm or a terminal that closes asks for an end.

    Parameters
    ----------
    signals
        Takes the numbers of the signals that came.
    """
    terminals = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]

    def stop(number: int, _frame: object) -> None:
        signals.append(number)
        for descriptor in terminals:
            if not os.isatty(descriptor):  # the terminal has gone, and whatever is written to it would be an error
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):  # of which Windows has the first
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)


def _end(code: int) -> None:
    """Print the record of a command that was asked for JSON, and remove what it has read from standard input."""
    from copark.cli.output import begin, output
    from copark.cli.streams import release

    release()
    output().end(code)
    begin([], output().lang)


def _guarded(words: list[str]) -> int:
    """Do what is asked and return the code of its end; no error leaves here as a traceback."""
    from typer import Abort, TyperException

    from copark.cli.output import output
    from copark.cli.screen import fail, show_error
    from copark.errors import CoparkError

    try:
        return _asked(words)
    except TyperException as error:
        from copark.cli.help import wrong_usage

        return fail("usage", wrong_usage(error, output().lang), WRONG_USAGE)
    except (KeyboardInterrupt, Abort):
        key = "web.stopped" if output().command == "serve" else "cli.error.stopped"
        with suppress(OSError):  # a terminal may have gone by then
            fail("stopped", text(key, output().lang), STOPPED)
        return STOPPED
    except BrokenPipeError:
        return OK
    except CoparkError as error:
        return show_error(error)
    except Exception as error:  # noqa: BLE001 - the last door: no traceback for a reader
        return _tell_unexpected(error)


def _asked(words: list[str]) -> int:
    from copark.cli.completion import COMPLETION
    from copark.cli.help import language
    from copark.cli.output import begin
    from copark.cli.settings import read_settings
    from copark.texts import LANGUAGES

    settings = read_settings()
    command = next((word for word in words if not word.startswith("-") and word not in LANGUAGES), "")
    setting = settings.shared("lang", command)
    lang = language(words, os.environ, "" if setting is None else str(setting.value))
    begin(words, lang).command = command if command.replace("-", "").isalnum() else ""
    if os.environ.get(COMPLETION):
        return _completed(lang)
    code = command_line()(args=words or ["--help"], prog_name="copark", standalone_mode=False, obj=lang)
    if code == STOPPED:  # Typer's answer to an interrupt
        raise KeyboardInterrupt
    return code if isinstance(code, int) else OK


def _completed(lang: str) -> int:
    """Answer the script of a shell; a person who types has no use for what goes wrong."""
    from typer.completion import completion_init  # type: ignore[attr-defined]

    completion_init()
    with suppress(Exception):
        command_line()(args=[], prog_name="copark", standalone_mode=False, obj=lang)
    return OK


def command_line() -> Any:
    """Return the whole command line: commands of analyses, and those written by hand, which add themselves to it."""
    from typer.main import get_command

    from copark.analyses import REGISTRY
    from copark.cli import casebook, commands, database, mcp, runs, setup  # noqa: F401
    from copark.cli.analyses import AnalysisCommand
    from copark.cli.app import app, listed
    from copark.cli.settings import settings

    group: Any = get_command(app)
    former = {name: AnalysisCommand(analysis, name) for analysis in REGISTRY for name in analysis.aliases}
    group.commands = {analysis.name: AnalysisCommand(analysis) for analysis in REGISTRY} | former | group.commands
    settings().check_commands({path: () for path, _ in listed(group)})
    return group


def _tell_unexpected(error: Exception) -> int:
    if os.environ.get("COPARK_DEBUG"):
        raise error
    from copark.cli.output import output
    from copark.cli.screen import fail
    from copark.store.files import meant

    lang = output().lang
    if isinstance(error, MemoryError):
        return fail("memory", text("cli.error.memory", lang), FAULTS)
    if not isinstance(error, OSError):
        detail = f"{type(error).__name__}: {error}"
        return fail("unexpected", text("cli.error.unexpected", lang, detail=detail), FAULTS)
    key = ERRORS.get(errno.errorcode.get(error.errno or 0, ""), "system")
    path = error.filename
    if key == "read_only" and path and os.access(path, os.F_OK) and not os.access(path, os.R_OK):
        key = "unreadable"
    words = text(f"cli.error.{key}", lang, reason=error.strerror or error, path=meant(str(path)) if path else "–")
    return fail("system", words, FAULTS)
