"""Docstrings of the functions at ``copark``, in the language of the session, of the texts in ``texts/python.yaml``."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any, TypeVar

from copark.analyses.python_functions import docstring
from copark.options import options
from copark.texts import has_text, text

T = TypeVar("T")


def described(named: T) -> T:
    """Set the docstring of a function in the language of the session; a class keeps its own.

    Parameters
    ----------
    named
        What stands at ``copark`` under its name.
    """
    if isinstance(named, FunctionType):
        named.__doc__ = docstring_of(named, options().lang)
    return named


def docstring_of(function: Any, lang: str) -> str:
    """Write the docstring of a function in a language.

    Parameters
    ----------
    function
        The function.
    lang
        The language, ``en`` or ``zh``.
    """
    name = function.__name__
    words = {parameter: text(key_of(name, parameter), lang) for parameter in inspect.signature(function).parameters}
    returns = text(f"python.{name}.returns", lang) if has_text(f"python.{name}.returns") else ""
    return docstring(text(f"python.{name}.help", lang), words, returns, lang)


def key_of(function: str, parameter: str) -> str:
    """Return the key of the words on a parameter: the function's own, or those that all functions share."""
    own = f"python.{function}.param.{parameter}"
    return own if has_text(own) else f"python.param.{parameter}"
