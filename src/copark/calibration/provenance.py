"""Names of kept pieces of inference, and recipes that can be read.

Unfinished work is named by code, libraries and processor, so that what goes on after a kill ends with the bits it would
have ended with: a cache, which other code does not read. What is finished is named by what was asked and the versions
of model and method (:mod:`copark.version`), never by source code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from copark.identity import identity_of, source_stamp
from copark.json_types import JsonObject
from copark.store.checkpoints import Stages
from copark.version import MODEL_VERSION

HERE = Path(__file__).parent
FORMAT = 2
"""Of posteriors that are kept; counted up when files are laid out otherwise: 2, random numbers in spans."""
LIBRARIES = ("scikit-learn", "scipy")
"""Libraries that later stages depend on beside what the runs do; the first is there where an extra brings it."""


@cache
def code_stamp() -> str:
    """Stamp all code of the package, and the tables that model and inference read."""
    package = HERE.parent
    return source_stamp([*package.rglob("*.py"), *(package / "model").rglob("*.yaml"), *HERE.glob("*.yaml")], package)


@cache
def made_with() -> Mapping[str, str]:
    """Return what the bits of runs depend on beside case and draws: model version, compiler, NumPy, processor."""
    from copark.cluster.worker_fingerprint import BITS, machine

    return {"model": str(MODEL_VERSION), **{name: machine()[name] for name in BITS}}


def _version(library: str) -> str:
    """Return the version of a library; empty where it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def stages_of(folder: Path | None, content: Mapping[str, Any]) -> Stages:
    """Return the stages of a piece of inference, kept in a folder, or nowhere.

    Parameters
    ----------
    folder
        Folder they are kept in; ``None`` keeps nothing.
    content
        The request as plain values: everything the bits depend on beside code, libraries and processor.
    """
    libraries = {name: _version(name) for name in LIBRARIES}
    parts = {**content, "code": code_stamp(), "made_with": dict(made_with()) | libraries}
    return Stages(folder, identity_of(parts))


def recipe_in(folder: Path) -> JsonObject | None:
    """Read the recipe of the posteriors in a folder; ``None`` if there are none that this version can read."""
    path = folder / "recipe.json"
    if not path.is_file():
        return None
    recipe: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    return recipe if recipe["format"] == FORMAT else None
