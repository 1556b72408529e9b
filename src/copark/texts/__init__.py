"""Every word a person reads, in English and Chinese, in one list.

The list is kept in one YAML file per area, so that asking for a word of the command line does not read the words of
the report; and of an area no more is parsed than is asked for. An entry is ``key: {en: …, zh: …}``, its key at the
beginning of a line; its full name is ``<area>.<key>``. The area of an analysis is the name of its folder, which has its
words in ``texts.yaml``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from json import loads
from pathlib import Path
from typing import Any

from copark.json_types import JsonObject

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent
ANALYSES = FOLDER.parent / "analyses"
OF_ANALYSIS = "texts.yaml"
_REGISTERED: dict[str, Path] = {}
_STRING = r'"(?:[^"\\\n]|\\["\\/nt])*"'
_FLOW = rf"\{{\s*en: ({_STRING}),\s+zh: ({_STRING})\s*\}}"
_BLOCK = rf"\n  en: ({_STRING})\n  zh: ({_STRING})\n"
_PLAIN = re.compile(rf"[^:]+:\s*(?:{_FLOW}|{_BLOCK})(?:\s|#.*)*")
"""An entry whose words are strings of JSON as well: as most are, and importing YAML takes longer than reading them."""
_ISSUE = (".cause", ".repair")
"""Ends of the keys of what is said of somebody's file, which is quoted as it is typed."""
_TYPED = re.compile(r"[12][0-9]{3}Q[1-4]|--[a-z]+[ =]\{|--cut")
"""In a text that says how a quarter is to be typed."""
_QUARTER = re.compile(r"(?<![A-Za-z0-9_./=:@-])([12][0-9]{3})Q([1-4])(?![A-Za-z0-9_./=:@-])")
"""A quarter by itself, not within a name, a path or an option."""
_NUMERALS = "一二三四"
_COMMAND = re.compile(r"`((?:copark [a-z]|\{command\})(?![^`]*--help)[^`|>]*)`")
"""A command that a sentence suggests; none that is written into a file or read by another."""
_CHINESE = " --lang zh"
"""Option by which a command answers in Chinese, whatever the reader's settings are."""
_ENTRY = re.compile(r"""^(?=(["']?)([\w.-]+)\1:(?:\s|$))""", re.MULTILINE)


class Entries(Mapping[str, dict[str, str]]):
    """Entries of an area by key, each parsed when it is first asked for."""

    def __init__(self, source: str) -> None:
        starts = list(_ENTRY.finditer(source))
        ends = [*(entry.start() for entry in starts[1:]), len(source)]
        self._source = {entry[2]: source[entry.start() : end] for entry, end in zip(starts, ends, strict=True)}
        self._read: dict[str, dict[str, str]] = {}

    def __getitem__(self, key: str) -> dict[str, str]:
        if key not in self._read:
            plain = _PLAIN.fullmatch(self._source[key])
            words = [loads(quoted) for quoted in plain.groups() if quoted] if plain else []
            read_words = dict(zip(LANGUAGES, words, strict=True)) if words else _parsed(self._source[key])[key]
            if not (key.endswith(".cause") or ".example." in key):  # what was typed, or an example of typing
                read_words["zh"] = _COMMAND.sub(_in_chinese, read_words["zh"])
            self._read[key] = read_words
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._source)

    def __len__(self) -> int:
        return len(self._source)


def in_chinese(command: str) -> str:
    """Return a command as a Chinese sentence suggests it: it answers in Chinese."""
    return command if "--lang" in command else f"{command}{_CHINESE}"


def _in_chinese(suggested: re.Match[str]) -> str:
    return f"`{in_chinese(suggested[1])}`"


def areas() -> tuple[str, ...]:
    """List the names of the areas, each a file of texts."""
    own = (path.parent.name for path in ANALYSES.glob(f"*/{OF_ANALYSIS}"))
    return tuple(sorted({*(path.stem for path in FOLDER.glob("*.yaml")), *own, *_REGISTERED}))


def register(area: str, path: Path) -> None:
    """Add the texts of an analysis that lies outside the package."""
    _REGISTERED[area] = path
    entries.cache_clear()


def _place(area: str) -> Path | None:
    """Return the file of an area; none if there is no such area."""
    places = (_REGISTERED.get(area), FOLDER / f"{area}.yaml", ANALYSES / area / OF_ANALYSIS)
    return next((path for path in places if path is not None and path.is_file()), None)


@cache
def entries(area: str) -> Mapping[str, dict[str, str]]:
    """Return all entries of an area, by key.

    Raises
    ------
    KeyError
        If the area has no file: a fault of the program, not of a person.
    """
    path = _place(area)
    if path is None:
        raise KeyError(area)
    return Entries(path.read_text(encoding="utf-8"))


def read(path: Path) -> JsonObject:
    """Read a YAML file that comes with the package."""
    return _parsed(path.read_text(encoding="utf-8"))


def _parsed(source: str) -> JsonObject:
    import yaml

    return yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - a safe loader


def text(key: str, lang: str = "en", **values: Any) -> str:
    """Return the text of a key in a language, with its values filled in.

    Parameters
    ----------
    key
        ``<area>.<rest>``, for instance ``report.title``.
    values
        What the text names in braces. Quarters among them are spelled out in Chinese, but not within a command, nor
        where the text says how they are typed.

    Raises
    ------
    KeyError
        If the key or the language is missing: a fault of the program, and a test looks for it.
    """
    area, _, rest = key.partition(".")
    template = entries(area)[rest][lang]
    if not values:
        return template
    if lang != "zh" or rest.endswith(_ISSUE) or _TYPED.search(template):
        return template.format(**values)
    prose = {name: _spelled(value) for name, value in values.items()}
    parts = template.split("`")
    return "`".join(part.format(**(values if n % 2 else prose)) for n, part in enumerate(parts))


def _spelled(value: Any) -> Any:
    """Spell out the quarters of a value as Chinese prose has them: 2024年第四季度, where English has 2024Q4."""
    if isinstance(value, int | float):
        return value
    written = str(value)
    spelled = _QUARTER.sub(lambda quarter: f"{quarter[1]}年第{_NUMERALS[int(quarter[2]) - 1]}季度", written)
    return value if spelled == written else spelled


def has_text(key: str) -> bool:
    """Return whether the list has this key."""
    area, _, rest = key.partition(".")
    try:
        return rest in entries(area)
    except KeyError:
        return False
