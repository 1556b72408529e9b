"""Messages of errors as a Python session needs them: in its language, with parameters of functions and not options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from copark.errors import CoparkError, FaultsFound
from copark.options import options

_COMMANDS = re.compile(r"(`[^`]*`)")
_OPTION = re.compile(r"--([a-z][a-z-]*)( (?=(?:own|shipped|borrowed|prior|[0-9]{4}Q[1-4])\b))?")


@contextmanager
def said_in_python(lang: str | None = None) -> Iterator[None]:
    """Return errors their message in the language of the session, with parameters of functions and not options.

    Commands between backticks are left as they are.

    Parameters
    ----------
    lang
        The language; by default that of the session.
    """
    lang = options().lang if lang is None else lang
    try:
        yield
    except FaultsFound as error:
        error.args = ("\n".join(in_python(fault.sentence(lang)) for fault in error.faults),)
        raise
    except CoparkError as error:
        message = error.said(lang)
        error.args = (in_python(message), *error.args[1:]) if error.args else error.args
        raise


def in_python(message: str) -> str:
    """Rewrite a message that names options of the command line, with parameters of functions in their place."""

    def named(option: re.Match[str]) -> str:
        return option[1].replace("-", "_") + ("=" if option[2] else "")

    parts = _COMMANDS.split(message)
    return "".join(part if part.startswith("`") else _OPTION.sub(named, part) for part in parts)
