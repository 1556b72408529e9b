"""Where the module is: made by `make kernel`, shipped in a wheel; a module of other sources than these is not used."""

from __future__ import annotations

import json
from pathlib import Path

from copark.errors import NotFound
from copark.identity import source_stamp
from copark.json_types import JsonObject

FOLDER = Path(__file__).parent / "dist"
"""Folder of what is built: no part of the repository, and part of a wheel."""
MODULE_FILE = "kernel.wasm"
LAYOUT_FILE = "kernel.json"
_PACKAGE = Path(__file__).parents[1]
_SOURCES = (
    "browser/module_build.py",
    "browser/module_functions.py",
    "browser/module_layout.py",
    "browser/readings.py",
    "decisions/measures.py",
    "model/outcomes.yaml",
    "simulation/accounts.py",
    "simulation/outcomes.py",
    "stats/precision.py",
    "stats/quantiles.py",
    "stats/rounding.py",
    "stats/shares.py",
)
"""Files it is made of, beside the model's."""


def made_of() -> str:
    """Return the stamp of the sources that a module is made of."""
    model = sorted((_PACKAGE / "model").rglob("*.py"))
    return source_stamp([*model, *(_PACKAGE / name for name in _SOURCES)], _PACKAGE)


def is_current(folder: Path = FOLDER) -> bool:
    """Return whether a folder holds a module of these sources."""
    layout = folder / LAYOUT_FILE
    if not layout.is_file() or not (folder / MODULE_FILE).is_file():
        return False
    return json.loads(layout.read_text(encoding="utf-8")).get("made_of") == made_of()


def module_and_layout() -> tuple[bytes, JsonObject]:
    """Read the module and the places of its arguments.

    Raises
    ------
    NotFound
        If there is none, or one of other sources.
    """
    if not is_current():
        raise NotFound.of("live.no_kernel")
    layout: JsonObject = json.loads((FOLDER / LAYOUT_FILE).read_text(encoding="utf-8"))
    return (FOLDER / MODULE_FILE).read_bytes(), layout
