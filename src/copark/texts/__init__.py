"""Every word a person reads, in English and Chinese, in one list.

The list is kept in one YAML file per area, so that asking for a word of the command line does not read the words of
the report. An entry is ``key: {en: …, zh: …}``; its full name is ``<area>.<key>``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent


def areas() -> tuple[str, ...]:
    """Names of the areas, each a file of texts."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def entries(area: str) -> dict[str, dict[str, str]]:
    """All entries of an area, by key.

    Raises
    ------
    KeyError
        If the area has no file: a fault of the program, not of a person.
    """
    import yaml

    path = FOLDER / f"{area}.yaml"
    if not path.is_file():
        raise KeyError(area)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as stream:
        found: dict[str, dict[str, str]] = yaml.load(stream, Loader=loader) or {}  # noqa: S506 - a safe loader
    return found


def text(key: str, lang: str = "en", **values: Any) -> str:
    """Give the text of a key in a language, with its values filled in.

    Parameters
    ----------
    key
        ``<area>.<rest>``, for instance ``report.title``.
    lang
        ``en`` or ``zh``.
    values
        What the text names in braces.

    Raises
    ------
    KeyError
        If the key or the language is missing: a fault of the program, and a test looks for it.
    """
    area, _, rest = key.partition(".")
    template = entries(area)[rest][lang]
    return template.format(**values) if values else template


def has_text(key: str) -> bool:
    """Whether the list has this key."""
    area, _, rest = key.partition(".")
    return (FOLDER / f"{area}.yaml").is_file() and rest in entries(area)
