"""The kinds of value a case is written in, and how each is read.

Every reader raises :func:`wrong`, never a library's own message: the code it carries is a key of ``texts/cases.yaml``.
"""

import difflib
import math
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, LiteralString, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from copark.described import Described
from copark.texts import entries
from copark.texts.localized import LocalizedText
from copark.units import UNITS

JUDGEMENT = "judgement"
"""The reserved source key of a modeller's own judgement; such a value needs a note that gives the reason."""

Grade = Literal["high", "medium", "low", "derived", "judgement", "background"]
"""How far a value is trusted. ``derived``: arithmetic on sourced values. ``background``: remembered, no source seen;
shown if at all, and never used by the model or for fitting."""

Side = Literal["home", "host", "third"]
"""The investing country and its companies, the host, and shareholders or firms of neither."""

Scale = Literal["global", "intergovernmental", "park", "enterprise"]
"""The four scales of the source paper."""

NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_KEY = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_CONTROL = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Orders to a screen, and marks nobody sees; joiners, which some scripts need, are letters here."""
ALL_POINTS = 10_000
"""Basis points of all shares."""
LARGEST = 1e15
"""Largest number a case may have: beyond, sums lose whole units."""
_SHOWN = 80
_LISTED = 12
_COMPARED = 1000


def renamed(now: str, before: str) -> Any:
    """Mark a field that had another name: both are read, and the former is written, for stored answers and run IDs.

    Parameters
    ----------
    now, before
        Its name, and the one it had.
    """
    return Field(validation_alias=AliasChoices(now, before), serialization_alias=before)


def keys_read(name: str, field: FieldInfo) -> tuple[str, ...]:
    """Return the keys a field may have in a file: that of now, then the former one where it was renamed."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (alias if isinstance(alias, str) else name,)


def key_written(name: str, field: FieldInfo) -> str:
    """Return the key a field has in what is stored and hashed: the former one where it was renamed."""
    return field.serialization_alias or name


Replicates = Annotated[int, renamed("replicates", "futures")]
"""Runs that share a draw of parameters, each with random numbers of its own."""


def shown(value: Any) -> str:
    """Return a value as it may be shown to a person: one line, no control characters, not long."""
    if isinstance(value, (dict, list)):
        return "{…}" if isinstance(value, dict) else "[…]"
    line = "".join(mark if mark.isprintable() else f"\\x{ord(mark):02x}" for mark in str(value)[: _SHOWN + 1])
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def gives_orders(words: str) -> bool:
    """Check whether a text holds a mark that is unseen, or an order to the screen (erase, turn round, end the line)."""
    return _CONTROL.search(words) is not None


def suggestion(written: Any, allowed: Iterable[str]) -> str:
    """Return the allowed word nearest to what was written or, where none is near, the allowed words."""
    words = [str(word) for word in allowed]
    near = difflib.get_close_matches(str(written)[:_SHOWN], words[:_COMPARED], n=1, cutoff=0.7)
    if near:
        return near[0]
    return " | ".join(words[:_LISTED]) + (" | …" if len(words) > _LISTED else "")


def wrong(code: LiteralString, at: str = "", **values: Any) -> PydanticCustomError:
    """Return the error of a reader, of a fault in the area ``cases`` of the texts.

    Parameters
    ----------
    code
        Last part of the key of its words.
    at
        Key inside the value that is at fault, if not the value itself.
    **values
        What its words name in braces; made fit to be shown.
    """
    return PydanticCustomError(code, code, {"at": at, **{name: shown(value) for name, value in values.items()}})


def outside(
    code: LiteralString, found: float, low: float, high: float, *, at: str = "", unit: str = ""
) -> PydanticCustomError:
    """Return the error of a number outside its range; a share that should be in basis points is told so.

    Parameters
    ----------
    code
        Code of the error: ``out_of_range``, or that of another area, to which ``_points`` is added.
    found
        The number.
    low, high
        Its range.
    at
        Key inside the value that is at fault, if not the value itself.
    unit
        Unit that is said behind the number.
    """
    ends = {name: f"{end:g}".replace("inf", "∞") for name, end in (("low", low), ("high", high))}
    values = {"found": f"{found:g} {unit}".rstrip(), **ends}
    if 0.0 < found < 1.0 <= low and high >= ALL_POINTS:
        points = {"percent": f"{100.0 * found:g}", "points": f"{ALL_POINTS * found:.0f}"}
        return wrong(f"{code}_points", at, **values, **points)
    return wrong(code, at, **values)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise wrong("not_a_number", found=value)
    if isinstance(value, str):
        written = value.strip()
        if _NOT_FINITE.fullmatch(written):
            raise wrong("not_finite", found=value)
        if not NUMBER.fullmatch(written):
            raise wrong("not_a_number", found=value)
        value = float(written)
    try:
        number = float(value)
    except OverflowError:
        raise wrong("not_finite", found=value) from None
    if not math.isfinite(number):
        raise wrong("not_finite", found=value)
    if abs(number) > LARGEST:
        raise wrong("out_of_range", found=f"{number:g}", low=f"{-LARGEST:g}", high=f"{LARGEST:g}")
    return number


def _whole(value: Any) -> int:
    number = _number(value)
    if number != math.floor(number):
        raise wrong("not_whole", found=value)
    return int(number)


def _between(low: float, high: float) -> AfterValidator:
    def check(value: float) -> float:
        if not low <= value <= high:
            raise wrong("out_of_range", found=f"{value:g}", low=f"{low:g}", high=f"{high:g}")
        return value

    return AfterValidator(check)


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    answer = {"yes": True, "no": False, "true": True, "false": False}.get(str(value).strip().lower())
    if answer is None:
        raise wrong("not_allowed", found=value, suggestion="yes | no")
    return answer


MOST_LETTERS = 5_000
"""Characters of a text of a case: more than anybody reads beside a number."""
TITLE_LETTERS = 200
"""Characters of a title, as of a study's."""


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("not_text", found=value)
    if not value.strip():
        raise wrong("empty_text")
    if gives_orders(value):
        raise wrong("control_mark", found=value)
    if len(value) > MOST_LETTERS:
        raise wrong("long_text", found=value, limit=MOST_LETTERS)
    return value.strip()


def _written(pattern: str, code: LiteralString, longest: int = 80) -> BeforeValidator:
    def check(value: Any) -> str:
        words = _words(value)
        if len(words) > longest or not re.fullmatch(pattern, words, re.ASCII):
            raise wrong(code, found=value)
        return words

    return BeforeValidator(check)


def _country(value: Any) -> str:
    code = _words(value)
    if code not in entries("countries"):
        raise wrong("bad_country", found=value)
    return code


def _unit(value: Any) -> str:
    symbol = str(value).strip()
    if symbol not in UNITS:
        raise wrong("unknown_unit", found=value, suggestion=suggestion(symbol, UNITS))
    return symbol


def _sources(value: Any) -> tuple[str, ...]:
    keys = value.split(";") if isinstance(value, str) else value
    if not isinstance(keys, (list, tuple)) or not all(isinstance(entry, str) for entry in keys):
        raise wrong("bad_source", found=value)
    stripped = tuple(entry.strip() for entry in keys)
    if not stripped or not all(re.fullmatch(_KEY, entry, re.ASCII) for entry in stripped):
        raise wrong("bad_source", found=value)
    return stripped


Number = Annotated[float, BeforeValidator(_number)]
"""A finite number; no thousands separators, a point for decimals."""

Amount = Annotated[Number, _between(0.0, LARGEST), WithJsonSchema({"type": "number", "minimum": 0})]
"""A number that cannot be negative."""

UnitInterval = Annotated[Number, _between(0.0, 1.0), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
"""A number from 0 to 1."""

Jump = Annotated[Number, _between(-1.0, 1.0), WithJsonSchema({"type": "number", "minimum": -1, "maximum": 1})]
"""A number from -1 to 1: a step of something that itself lies between 0 and 1."""

Longitude = Annotated[Number, _between(-180.0, 180.0)]
"""Degrees east of Greenwich."""

Latitude = Annotated[Number, _between(-90.0, 90.0)]
"""Degrees north of the equator."""

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number."""

Count = Annotated[Whole, _between(0, 1e9), WithJsonSchema({"type": "integer", "minimum": 0})]
"""A whole number, not negative."""

BasisPoints = Annotated[
    Whole, _between(0, 10_000), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10_000})
]
"""Hundredths of one per cent, 0 to 10000."""

YesNo = Annotated[bool, BeforeValidator(_yes_no)]
"""``true`` or ``false`` in YAML, ``yes`` or ``no`` in a table."""

Words = Annotated[str, BeforeValidator(_words), WithJsonSchema({"type": "string", "minLength": 1})]
"""Text that says something."""

Key = Annotated[str, _written(_KEY, "bad_key"), WithJsonSchema({"type": "string", "pattern": _KEY})]
"""A short name to refer to: Latin letters, digits, ``-``, ``_`` and ``.``."""


Country = Annotated[
    str, BeforeValidator(_country), WithJsonSchema({"type": "string", "enum": list(entries("countries"))})
]
"""A country's three-letter code (ISO 3166-1 alpha-3), or ``WLD`` for the world."""

Address = Annotated[
    str,
    _written(r"https?://[^\s\"'<>]+", "bad_address", longest=2000),
    WithJsonSchema({"type": "string", "pattern": "^https?://"}),
]
"""A web address."""

UnitSymbol = Annotated[str, BeforeValidator(_unit), WithJsonSchema({"type": "string", "enum": list(UNITS)})]
"""A unit of :data:`copark.units.UNITS`."""

SourceKeys = Annotated[
    tuple[str, ...],
    BeforeValidator(_sources),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "pattern": _KEY}, "minItems": 1},
            ]
        }
    ),
]
"""Keys of ``sources.yaml``: one, a list, or several separated by ``;``."""


_DEPRECATED = frozenset(
    name for name, member in vars(BaseModel).items() if hasattr(getattr(member, "__func__", member), "__deprecated__")
)


class Record(Described):
    """Something a case says: frozen, and with no key that the schema does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __dir__(self) -> list[str]:
        """List names without those that pydantic keeps for its first version alone: ``parse_obj``, ``json`` …."""
        return [name for name in super().__dir__() if name not in _DEPRECATED]

    def _check(self) -> None:
        """Raise :func:`wrong` of what only several fields can get wrong together."""

    @model_validator(mode="after")
    def _checked(self) -> Self:
        self._check()
        return self


def in_both(data: Any, en: str, zh: str) -> Any:
    """Return content whose text in one language stands for the other, where that is not given.

    Parameters
    ----------
    data
        What was written; anything but a mapping is given back as it is, for the schema to refuse.
    en
        Key of the English text.
    zh
        Key of the Chinese text.

    Returns
    -------
    A mapping with both, where there was one of them.
    """
    if not isinstance(data, dict) or (en in data) == (zh in data):
        return data
    return {**data, en: data.get(en, data.get(zh)), zh: data.get(zh, data.get(en))}


class WrittenText(Record, LocalizedText):
    """Text in both languages; where only one is given, it stands for both."""

    en: Words
    """The text in English."""
    zh: Words
    """The text in Chinese."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"en": data, "zh": data}
        return in_both(data, "en", "zh")


class WrittenTitle(WrittenText):
    """Title in both languages, short enough to stand above a figure."""

    @field_validator("en", "zh")
    @classmethod
    def _short(cls, title: str) -> str:
        if len(title) > TITLE_LETTERS:
            raise wrong("long_text", found=title, limit=TITLE_LETTERS)
        return title


class Sourced(Record):
    """Something a case says, with where it is from and how far it is trusted."""

    source: SourceKeys
    """Keys of ``sources.yaml``, or ``judgement``."""
    grade: Grade
    """How far it is trusted: high, medium, low, derived, judgement or background."""
    note: WrittenText | None = None
    """What a reader should know; a judgement gives its reason here."""


class Named(Sourced):
    """Something a case says of what has a name."""

    key: Key
    """Short name."""
    title: WrittenTitle
    """Name for a reader."""
