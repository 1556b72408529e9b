"""Parts of copark that are installed when they are wanted: what an extra brings, and what is said where it is missing.

The model, nearly all its questions, their figures and HTML, Excel, CSV and Stata files need no extra; nor does showing
what a question answered before.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal

from copark.errors import RunRefused

Extra = Literal["reports", "database", "server", "mcp", "data", "statistics"]
_DATABASE = ("alembic", "sqlalchemy")
BRINGS: Mapping[Extra, tuple[str, ...]] = {
    "reports": ("docx", "pptx", "typst"),
    "database": _DATABASE,
    "server": ("anyio", "fastapi", "h11", "itsdangerous", "starlette", "uvicorn", *_DATABASE),
    "mcp": ("mcp",),
    "data": ("pyarrow",),
    "statistics": ("SALib", "sklearn"),
}
"""Modules that an extra brings and that copark imports; ``pyproject.toml`` has their packages."""
FORMS: Mapping[str, Extra] = {"docx": "reports", "parquet": "data", "pdf": "reports", "pptx": "reports"}
"""Forms of a document whose writers an extra brings."""


class NotInstalled(RunRefused):
    """Refusal of work that needs an extra that is not installed."""


def is_installed(extra: Extra) -> bool:
    """Return whether all that an extra brings can be imported; nothing is imported."""
    return all(find_spec(module) is not None for module in BRINGS[extra])


def need(extra: Extra, what: str) -> None:
    """Refuse to go on where an extra is not installed.

    Parameters
    ----------
    extra
        Name of the extra.
    what
        What is asked for, as a person names it: a command, or the ending of a file.

    Raises
    ------
    NotInstalled
        With the line that installs it.
    """
    if not is_installed(extra):
        raise NotInstalled.of("extras.missing", what=what, extra=extra)


def need_form(form: str) -> None:
    """Refuse a form of a document that cannot be written here.

    Parameters
    ----------
    form
        Ending of its file.

    Raises
    ------
    NotInstalled
        With the line that installs its writer.
    """
    if form in FORMS:
        need(FORMS[form], f".{form}")
