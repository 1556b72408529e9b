"""The API's description says of every field and parameter what it is, so that a client needs nothing else to read."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.packaging.checkers import checker

FILLING = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "that",
        "the",
        "their",
        "to",
        "what",
        "which",
        "words",
    )
)
"""Words that say nothing by themselves."""


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    description: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return description


def words_of(text: str) -> set[str]:
    """Return the words that say something, without endings of the plural."""
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", text.lower())} - FILLING


def properties(described: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each property's model, name and description."""
    for model, schema in described["components"]["schemas"].items():
        for name, entry in schema.get("properties", {}).items():
            yield model, name, entry.get("description", "")


def parameters(described: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each parameter's operation, name and description."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for entry in operation.get("parameters", ()):
                yield f"{method} {path}", entry["name"], entry.get("description", "")


def test_every_field_of_the_api_is_described_by_itself(described: dict[str, Any]) -> None:
    found = [f"{model}.{name}" for model, name, description in properties(described) if not description.strip()]
    assert not found, ", ".join(found)


def test_every_parameter_of_a_path_or_query_is_described(described: dict[str, Any]) -> None:
    entries = parameters(described)
    found = [f"{operation}: {name}" for operation, name, description in entries if not description.strip()]
    assert not found, ", ".join(found)


def test_no_description_only_repeats_the_name(described: dict[str, Any]) -> None:
    found = [
        f"{place}.{name}: {description}"
        for place, name, description in (*properties(described), *parameters(described))
        if words_of(description) <= words_of(name.replace("_", " "))
    ]
    assert not found, "\n".join(found)


def test_no_description_speaks_of_several_fields_at_once(described: dict[str, Any]) -> None:
    """A reader of one field sees the text of that field alone."""
    found = [
        f"{model}.{name}: {description}"
        for model, name, description in properties(described)
        if re.match(r"(\w+, )+\w+: ", description)
    ]
    assert not found, "\n".join(found)


def test_every_model_of_the_api_is_described(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"].items()
    found = [model for model, schema in schemas if "properties" in schema and not schema.get("description", "").strip()]
    assert not found, ", ".join(found)


@pytest.mark.long
def test_a_public_checker_finds_the_description_valid(described: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(described), encoding="utf-8")
    checked = subprocess.run([checker("openapi-spec-validator"), file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
