"""Saved scenarios in a workspace: a JSON file each, named by its content. Whose they were is not said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from copark.cases.types import gives_orders
from copark.errors import CoparkError
from copark.identity import identity_of
from copark.store.workspace.layout import as_json, is_name, strict_json

FORMAT = 1
MOST_BYTES = 200_000
"""Bytes of a scenario: the largest that the server takes has a tenth of that."""
MOST_LETTERS = 120
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00", re.ASCII)


@dataclass(frozen=True)
class ScenarioEntry:
    """A saved scenario."""

    name: str
    case: str
    """name, case: its name, as people read it; the case it is for."""
    scenario: dict[str, Any]
    """What it changes against the case."""
    saved: str
    """When it was saved last, UTC, ISO 8601."""

    @property
    def identity(self) -> str:
        """Of name, case and content."""
        return identity_of({"name": self.name, "case": self.case, "scenario": self.scenario})


def written(entries: Iterable[ScenarioEntry]) -> dict[str, bytes]:
    """Content of the files of scenarios, by name without ``.json``; of two that are the same, the one saved last."""
    ordered = sorted(entries, key=lambda one: one.saved)
    return {one.identity: as_json({"format": FORMAT, **asdict(one)}) for one in ordered}


def scenario_in(content: bytes, name: str) -> ScenarioEntry | None:
    """The scenario of a file of this name; nothing if it is none that the page of copark saves.

    Whether it fits its case is seen, as for every scenario, when it is used.
    """
    found = strict_json(content) if len(content) <= MOST_BYTES else None
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
        return None
    if set(found) != {"name", "case", "scenario", "saved"} or not isinstance(found["scenario"], dict):
        return None
    words = [found["name"], found["case"], found["saved"]]
    if not all(isinstance(one, str) for one in words) or not _TIME.fullmatch(found["saved"]):
        return None
    entry = ScenarioEntry(**found)
    sound = is_scenario_name(entry.name) and is_name(entry.case) and _is_scenario(entry.scenario)
    try:
        return entry if sound and entry.identity == name else None
    except (ValueError, RecursionError):
        return None


def is_scenario_name(name: str) -> bool:
    """Whether a saved scenario may have this name: letters of any script, no strokes, no orders to the screen."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    plain = not gives_orders(name) and not {"/", "\\", "\n"} & set(name)
    return plain and 0 < len(name) <= MOST_LETTERS and not name.startswith(" ") and name not in (".", "..")


def _is_scenario(content: Mapping[str, Any]) -> bool:
    """Whether this is what a scenario changes; key and title may be left out."""
    from pydantic import ValidationError

    from copark.simulation.study import Scenario

    usual = {"key": "scenario", "title": {"en": "", "zh": ""}}
    try:
        Scenario.model_validate(usual | dict(content))
    except (ValidationError, CoparkError, RecursionError):
        return False
    return True
