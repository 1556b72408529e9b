"""What the bits of an inference depend on beside what was asked: its code, its libraries and the processor.

States of unfinished work are named by all of it, so that what goes on after a kill ends with the bits it would have
ended with.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from copark.cluster.machines import BITS, machine
from copark.identity import hash_files, identity_of
from copark.store.stages import Stages

AFTERWARDS = frozenset(
    (
        "artefacts", "assessment", "forecast", "knowledge", "known_values", "later_data", "leaning", "postprocess",
        "project", "provenance", "reasons", "source", "spread", "validate",
    )
)  # fmt: skip
"""Modules of inference that have no say in what a calibration gives."""
LIBRARIES = ("emcee", "scikit-learn", "scipy")


@cache
def code_hash() -> str:
    """SHA-256 of the modules of inference that a calibration depends on."""
    here = Path(__file__).parent
    return hash_files([path for path in here.glob("*.py") if path.stem not in AFTERWARDS], here)


@cache
def made_with() -> Mapping[str, str]:
    """Versions and processor features that bits depend on."""
    return {name: machine()[name] for name in BITS} | {name: version(name) for name in LIBRARIES}


def stages_of(folder: Path | None, content: Mapping[str, Any]) -> Stages:
    """The stages of a piece of inference.

    Parameters
    ----------
    folder
        Where they are kept; nowhere if none is given.
    content
        What was asked, as plain values: everything the bits depend on beside code, libraries and processor.
    """
    return Stages(folder, identity_of({**content, "code": code_hash(), "made_with": dict(made_with())}))
