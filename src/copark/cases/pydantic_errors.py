"""From the errors of pydantic to faults: a place in a file, a cause and a repair in a person's words."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from copark.cases.files import ENOUGH, KeyPath, fault
from copark.cases.schema import CaseFile
from copark.cases.types import Record, keys_read, suggestion
from copark.cases.yaml_loader import Tree
from copark.errors import Fault
from copark.json_types import JsonObject

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
    "string_type": "not_text",
    "string_too_short": "empty_text",
    "string_too_long": "long_text",
    "string_pattern_mismatch": "no_form",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "not_whole"),
    **dict.fromkeys(("float_type", "float_parsing"), "not_a_number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "not_yes_or_no"),
    "finite_number": "not_finite",
}
_QUOTED = re.compile(r"'([^']*)'|\b(\d+)\b")


def told(error: Mapping[str, Any], allowed: Mapping[str, str] | None = None) -> tuple[str, KeyPath, dict[str, Any]]:
    """Return the code, the path and the values of one of ``ValidationError.errors()``.

    Parameters
    ----------
    error
        The error, as pydantic gives it.
    allowed
        Keys known at the place of the error, each with the one of now, to suggest one for an unknown key: a former key
        is unknown where the one of now stands beside it.
    """
    context = dict(error.get("ctx") or {})
    path: KeyPath = tuple(step for step in error["loc"] if step != "[key]")
    key = context.pop("at", None)
    if key is not None:
        return error["type"], (*path, key) if key else path, context
    code = _RENAMED.get(error["type"], "invalid")
    written = error["input"]
    values: dict[str, Any] = {"found": written}
    if code == "missing_key":
        values = {"name": path[-1]}
    elif code == "unknown_key":
        known = allowed or {}
        now = known.get(str(path[-1])) or suggestion(path[-1], dict.fromkeys(known.values()))
        values = {"found": path[-1], "suggestion": now}
    elif code == "not_allowed":
        words = ["".join(match) for match in _QUOTED.findall(context["expected"])]
        values["suggestion"] = suggestion(written, words)
    elif code in ("too_short", "too_long"):
        limit = context["min_length" if code == "too_short" else "max_length"]
        values = {"found": context["actual_length"], "limit": limit}
    elif code == "long_text":
        values["limit"] = context["max_length"]
    elif code == "no_form":
        values["form"] = context["pattern"]
    elif code == "limit":
        relation, name = _LIMITS[error["type"]]
        values |= {"relation": relation, "limit": f"{context[name]:g}"}
    return code, path, values


def errors_of(invalid: ValidationError) -> list[ErrorDetails]:
    """Return pydantic's errors, without that a list is too short whose entries have errors: it counts none of these."""
    errors = invalid.errors(include_url=False)
    places = [error["loc"] for error in errors]

    def holds_another(error: ErrorDetails) -> bool:
        depth = len(error["loc"])
        return any(len(place) > depth and place[:depth] == error["loc"] for place in places)

    return [error for error in errors if error["type"] != "too_short" or not holds_another(error)]


def validate_case(tree: Tree, faults: list[Fault]) -> tuple[CaseFile | None, JsonObject]:
    """Read ``case.yaml``'s tree as a :class:`CaseFile`; ``None`` if anything is wrong.

    Beside it are given the top-level values that are sound, by name: what several keys say together can then be checked
    for these even where others have faults.
    """
    try:
        case = CaseFile.model_validate(tree.data)
    except ValidationError as invalid:
        errors = errors_of(invalid)
    else:
        return case, {name: getattr(case, name) for name in CaseFile.model_fields}
    for error in errors[:ENOUGH]:
        code, path, values = told(error, known_keys(CaseFile, error["loc"][:-1]))
        faults.append(fault(code, CASE, tree.line(path), path, **values))
    if not isinstance(tree.data, dict):
        return None, {}
    wrong = {error["loc"][0] for error in errors if error["loc"]}
    sound = {name: value for name, value in tree.data.items() if name in _sections() and name not in wrong}
    return None, {name: _sections()[name].validate_python(value) for name, value in sound.items()}


@cache
def _sections() -> dict[str, TypeAdapter[Any]]:
    hints = get_type_hints(CaseFile, include_extras=True)
    return {name: TypeAdapter(hints[name]) for name in CaseFile.model_fields}


def validate_mapping(tree: Tree, file: str, kind: Any, keys: type[Record], faults: list[Fault]) -> Any:
    """Read a tree as a mapping; ``None`` if anything is wrong.

    Parameters
    ----------
    tree
        Content of the file.
    file
        Name of the file in faults.
    kind
        Type of the mapping.
    keys
        Record whose keys an entry may have.
    faults
        List to which faults are added.
    """
    try:
        return TypeAdapter(kind).validate_python(tree.data)
    except ValidationError as invalid:
        for error in errors_of(invalid)[:ENOUGH]:
            code, path, values = told(error, known_keys(keys, ()))
            faults.append(fault(code, file, tree.line(path), path, **values))
    return None


def known_keys(model: type[BaseModel], path: KeyPath) -> Mapping[str, str]:
    """Return the keys a model may have at a place, the former ones among them: each with the one of now."""
    for step in path:
        fields = {key: field for name, field in model.model_fields.items() for key in keys_read(name, field)}
        if isinstance(step, str) and step in fields:
            model = next(_models_in(fields[step].annotation), model)
    return {
        key: keys_read(name, field)[0] for name, field in model.model_fields.items() for key in keys_read(name, field)
    }


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field holds, at any depth of lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
