"""Hash of code, libraries and processor, by which unfinished work is named so that it resumes bit for bit.

States of unfinished work are named by all of it, so that what goes on after a kill ends with the bits it would have
ended with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from copark.cluster.worker_fingerprint import BITS, machine
from copark.identity import hash_files, hash_sources, identity_of
from copark.model.jit import model_hash
from copark.store.checkpoints import Stages

HERE = Path(__file__).parent
MAKERS = (
    "annealing", "calibrate", "diagnostics", "observations", "posterior", "prior", "replay_posterior", "tempering",
)  # fmt: skip
"""Modules that have a say in what a calibration and its examination give."""
FORMAT = 2
"""Of posteriors that are kept; counted up when files are laid out otherwise: 2, random numbers in spans."""
LIBRARIES = ("scikit-learn", "scipy")
"""What later stages depend on beside what the runs do."""


@cache
def code_hash() -> str:
    """SHA-256 of the modules of inference that a calibration depends on."""
    return hash_sources([HERE / f"{name}.py" for name in MAKERS], HERE)


@cache
def whole_code_hash() -> str:
    """SHA-256 of all code of the package, and of the tables inference reads."""
    return hash_files([*HERE.parent.rglob("*.py"), *HERE.glob("*.yaml")], HERE.parent)


@cache
def made_with() -> Mapping[str, str]:
    """What the bits of runs depend on beside model, case and draws: simulation, compiler, NumPy, processor."""
    return {name: machine()[name] for name in ("experiment_hash", *BITS)}


def stages_of(folder: Path | None, content: Mapping[str, Any]) -> Stages:
    """The stages of a piece of inference, kept in a folder, or nowhere.

    content: what was asked, as plain values: everything the bits depend on beside code, libraries and processor.
    """
    libraries = {name: version(name) for name in LIBRARIES}
    parts = {**content, "code": whole_code_hash(), "model": model_hash(), "made_with": dict(made_with()) | libraries}
    return Stages(folder, identity_of(parts))


def recipe_in(folder: Path) -> dict[str, Any] | None:
    """The recipe of the posteriors in a folder; ``None`` if there are none that this version can read."""
    path = folder / "recipe.json"
    if not path.is_file():
        return None
    recipe: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return recipe if recipe["format"] == FORMAT else None
