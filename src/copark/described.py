"""Models whose JSON schema describes each field by the docstring below it.

Pydantic reads those docstrings when a class is made (``use_attribute_docstrings``), a fifth of the time that a command
takes to start. Here they are read when a schema is asked for. Models of the server alone leave it to Pydantic, since
the framework looks for descriptions of query parameters at the fields.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic import AliasChoices, BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from copark.json_types import JsonObject


class Described(BaseModel):
    """A model whose fields are described by their docstrings."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        """Return the schema with a description of each field that has a docstring and no other."""
        schema = handler(core_schema)
        properties: dict[str, Any] = handler.resolve_ref_schema(schema).get("properties", {})
        for name, field in cls.model_fields.items():
            alias = field.validation_alias
            read = alias.choices if isinstance(alias, AliasChoices) else [alias]
            names = (field.serialization_alias, *read, name)
            entry = next((properties[key] for key in names if isinstance(key, str) and key in properties), None)
            words = next((docs[name] for docs in map(field_docstrings, cls.__mro__) if name in docs), None)
            if entry is not None and words is not None:
                entry.setdefault("description", words)
        return schema


@cache
def field_docstrings(model: type) -> dict[str, str]:
    """Return the docstring below each annotated name in the body of a class, by name."""
    if not issubclass(model, Described) or model is Described:
        return {}
    (definition,) = ast.parse(dedent(inspect.getsource(model))).body
    if not isinstance(definition, ast.ClassDef):
        return {}
    found = {}
    for before, after in pairwise(definition.body):
        if not (isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            found[before.target.id] = inspect.cleandoc(after.value.value)
    return found
