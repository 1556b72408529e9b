"""From the errors of pydantic to faults: a place in a file, a cause and a repair in a person's words."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from copark.cases.evidence import Source
from copark.cases.files import ENOUGH, KeyPath, fault
from copark.cases.schema import CaseFile
from copark.cases.types import Key, suggestion
from copark.cases.yaml_loader import Tree
from copark.errors import Fault

CASE = "case.yaml"
SOURCES = "sources.yaml"

_LIMITS = {"greater_than_equal": ("≥", "ge"), "greater_than": (">", "gt"), "less_than_equal": ("≤", "le")}
_RENAMED = {
    "missing": "missing_key",
    "extra_forbidden": "unknown_key",
    "literal_error": "not_allowed",
    "too_short": "too_short",
    "too_long": "too_long",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), "not_a_mapping"),
    **dict.fromkeys(("tuple_type", "list_type"), "not_a_list"),
    **dict.fromkeys(_LIMITS, "limit"),
}
_QUOTED = re.compile(r"'([^']*)'|\b(\d+)\b")


def told(error: Mapping[str, Any], allowed: Iterable[str] = ()) -> tuple[str, KeyPath, dict[str, Any]]:
    """Give the code, the path and the values of a pydantic error.

    Parameters
    ----------
    error
        One of ``ValidationError.errors()``.
    allowed
        Keys known at the place of the error, to suggest one for an unknown key.
    """
    context = dict(error.get("ctx") or {})
    path: KeyPath = tuple(step for step in error["loc"] if step != "[key]")
    at = context.pop("at", None)
    if at is None:
        code, values = _in_our_words(error["type"], error["input"], path, context, allowed)
        return code, path, values
    return error["type"], (*path, at) if at else path, context


def _in_our_words(
    kind: str, found: Any, path: KeyPath, context: Mapping[str, Any], allowed: Iterable[str]
) -> tuple[str, dict[str, Any]]:
    code = _RENAMED.get(kind, "invalid")
    values: dict[str, Any] = {"found": found}
    if code == "missing_key":
        values = {"name": path[-1]}
    elif code == "unknown_key":
        values = {"found": path[-1], "suggestion": suggestion(path[-1], allowed)}
    elif code == "not_allowed":
        words = ["".join(match) for match in _QUOTED.findall(context["expected"])]
        values["suggestion"] = suggestion(found, words)
    elif code in ("too_short", "too_long"):
        limit = context["min_length"] if code == "too_short" else context["max_length"]
        values = {"found": context["actual_length"], "limit": limit}
    elif code == "limit":
        relation, name = _LIMITS[kind]
        values |= {"relation": relation, "limit": f"{context[name]:g}"}
    return code, values


def validate_case(tree: Tree, faults: list[Fault]) -> tuple[CaseFile | None, dict[str, Any]]:
    """Read ``case.yaml``'s tree as a :class:`CaseFile`.

    Returns
    -------
    case
        ``None`` if anything is wrong.
    sections
        The top-level values that are sound, by name: what several keys say together can then be checked for these even
        where others have faults.
    """
    try:
        case = CaseFile.model_validate(tree.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    else:
        return case, {name: getattr(case, name) for name in CaseFile.model_fields}
    for one in errors[:ENOUGH]:
        code, path, values = told(one, known_keys(one["loc"][:-1]) if one["type"] == "extra_forbidden" else ())
        faults.append(fault(code, CASE, tree.line(path), path, **values))
    if not isinstance(tree.data, dict):
        return None, {}
    wrong = {one["loc"][0] for one in errors if one["loc"]}
    sound = {name: value for name, value in tree.data.items() if name in _sections() and name not in wrong}
    return None, {name: _sections()[name].validate_python(value) for name, value in sound.items()}


@cache
def _sections() -> dict[str, TypeAdapter[Any]]:
    from typing import get_type_hints

    hints = get_type_hints(CaseFile, include_extras=True)
    return {name: TypeAdapter(hints[name]) for name in CaseFile.model_fields}


@cache
def _schema() -> dict[str, Any]:
    return CaseFile.model_json_schema()


def known_keys(path: KeyPath) -> tuple[str, ...]:
    """Give the keys the schema of ``case.yaml`` knows inside a path."""
    node = _schema()
    for step in path:
        node = _resolved(node)
        if isinstance(step, int):
            node = node.get("items", {})
        else:
            any_name: Any = next(iter(node.get("patternProperties", {}).values()), {})
            node = node.get("properties", {}).get(step, any_name)
    return tuple(_resolved(node).get("properties", {}))


def _resolved(node: Any) -> dict[str, Any]:
    if not isinstance(node, dict):
        return {}
    for choice in node.get("anyOf", ()):
        if "$ref" in choice:
            node = choice
    if "$ref" in node:
        node = _schema()["$defs"][node["$ref"].rpartition("/")[2]]
    return dict(node)


def validate_sources(tree: Tree, faults: list[Fault], file: str = SOURCES) -> dict[str, Source] | None:
    """Read the tree of a file of sources; ``None`` if anything is wrong."""
    try:
        return TypeAdapter(dict[Key, Source]).validate_python(tree.data)
    except ValidationError as error:
        for one in error.errors(include_url=False)[:ENOUGH]:
            code, path, values = told(one, Source.model_fields)
            faults.append(fault(code, file, tree.line(path), path, **values))
    return None
