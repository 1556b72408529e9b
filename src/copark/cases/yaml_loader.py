"""YAML as this project takes it: plain mappings, lists and scalars, each with the line it is on.

Tags, anchors, aliases, merge keys, repeated keys, several documents, and nesting or sizes beyond any honest case are
refused: they serve no purpose in a case and are how a small file does great harm. Scalars are resolved by the rules of
YAML 1.2's core schema, so that ``NO`` is Norway, ``12:30`` is text and ``2012-08-27`` stays as it was written.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from copark.cases.files import KeyPath, fault
from copark.cases.types import NUMBER, gives_orders
from copark.errors import Fault
from copark.json_types import JsonObject

DEEPEST = 20
MOST_NODES = 200_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMERAL = 40
_WHOLE = re.compile(r"[-+]?[0-9]+", re.ASCII)
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Tree:
    """The content of a YAML file and the lines its keys are on."""

    data: Any
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a key or, if it is not there, of the nearest key around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


class _Refused(Exception):
    """The file cannot be read on."""


def read_yaml(text: str, file: str, faults: list[Fault]) -> Tree | None:
    """Read YAML.

    Parameters
    ----------
    text
        Content of the file.
    file
        Name of the file in faults.
    faults
        List to which faults are added.

    Returns
    -------
    The content; ``None`` if it is broken or has something that is refused.
    """
    composer = _Composer(text, file)
    try:
        data = composer.document()
    except _Refused:
        faults.extend(composer.faults)
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = composer.last_line if mark is None else mark.line + 1
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or ""
        faults.extend([*composer.faults, fault("broken_yaml", file, line, reason=problem)])
        return None
    faults.extend(composer.faults)
    return None if composer.harmful else Tree(data, composer.lines)


def _resolve(value: str) -> Any:
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if len(value) <= _NUMERAL and _WHOLE.fullmatch(value):
        return int(value)
    if len(value) <= _NUMERAL and NUMBER.fullmatch(value):
        return float(value)
    return value


class _Composer:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.lines: dict[KeyPath, int] = {}
        self.harmful = False
        self.last_line = 1
        self._nodes = 0
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def document(self) -> Any:
        data: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("several_documents", event)
                data = self._node(self._next(), ())
        if data is None:
            self.faults.append(fault("empty_file", self.file))
            raise _Refused
        return data

    def _next(self) -> Any:
        event = next(self._events)
        self.last_line = event.start_mark.line + 1
        return event

    def _refuse(self, code: str, event: Any, path: KeyPath = (), **values: Any) -> None:
        self.faults.append(fault(code, self.file, event.start_mark.line + 1, path, **values))
        raise _Refused

    def _harm(self, code: str, event: Any, path: KeyPath, written: str) -> None:
        self.faults.append(fault(code, self.file, event.start_mark.line + 1, path, found=written))
        self.harmful = True

    def _node(self, event: Any, path: KeyPath) -> Any:
        self.lines.setdefault(path, event.start_mark.line + 1)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._refuse("too_many_values", event, path, most=MOST_NODES)
        if len(path) > DEEPEST:
            self._refuse("too_deep", event, path[:3], most=DEEPEST)
        if isinstance(event, yaml.AliasEvent):
            self._harm("alias", event, path, f"*{event.anchor}")
            return None
        if event.anchor is not None:
            self._harm("alias", event, path, f"&{event.anchor}")
        if event.tag not in (None, "!"):
            self._harm("tag", event, path, event.tag)
        if isinstance(event, yaml.ScalarEvent):
            self._plain(event, path)
            return _resolve(event.value) if event.implicit[0] else event.value
        return self._list(path) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(path)

    def _plain(self, event: Any, path: KeyPath) -> None:
        """See that a scalar is text and no order to a screen, which an escape in quotes can hide."""
        if gives_orders(event.value):
            self._harm("control_mark", event, path, event.value)

    def _list(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> JsonObject:
        items: JsonObject = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse("complex_key", event, path)
            name = event.value
            self._plain(event, path)
            if event.anchor is not None or event.tag not in (None, "!"):
                self._harm("tag" if event.anchor is None else "alias", event, path, event.tag or f"&{event.anchor}")
            if name in items:
                first = self.lines[(*path, name)]
                self.faults.append(
                    fault("repeated_key", self.file, event.start_mark.line + 1, (*path, name), first=first)
                )
                self._node(self._next(), (*path, name))
                continue
            self.lines[(*path, name)] = event.start_mark.line + 1
            items[name] = self._node(self._next(), (*path, name))
        return items
