"""Every word a person reads, in English and Chinese, in one list.

The list is kept in one YAML file per area, so that asking for a word of the command line does not read the words of
the report. An entry is ``key: {en: …, zh: …}``; its full name is ``<area>.<key>``. The area of an analysis is the name
of its folder, which has its words in ``texts.yaml``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent
ANALYSES = FOLDER.parent / "analyses"
OF_ANALYSIS = "texts.yaml"
_REGISTERED: dict[str, Path] = {}


def areas() -> tuple[str, ...]:
    """Names of the areas, each a file of texts."""
    own = (path.parent.name for path in ANALYSES.glob(f"*/{OF_ANALYSIS}"))
    return tuple(sorted({*(path.stem for path in FOLDER.glob("*.yaml")), *own, *_REGISTERED}))


def register(area: str, path: Path) -> None:
    """Add the texts of an analysis that lies outside the package."""
    _REGISTERED[area] = path
    entries.cache_clear()


def _place(area: str) -> Path | None:
    """The file of an area; none if there is no such area."""
    places = (_REGISTERED.get(area), FOLDER / f"{area}.yaml", ANALYSES / area / OF_ANALYSIS)
    return next((path for path in places if path is not None and path.is_file()), None)


@cache
def entries(area: str) -> dict[str, dict[str, str]]:
    """All entries of an area, by key.

    Raises
    ------
    KeyError
        If the area has no file: a fault of the program, not of a person.
    """
    import yaml

    path = _place(area)
    if path is None:
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
    return _place(area) is not None and rest in entries(area)
