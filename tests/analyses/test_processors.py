"""Answers are the same on every processor: compiled for this one, and for any of its family without its features."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from copark.analyses import REGISTRY, shipped
from copark.analyses.answer import RESULT, load

pytestmark = pytest.mark.long
ASKED = ("imip", "typology")
"""Levers of a park and the brief on it, and types of parks: shares, words, ranks and bands of 70,000 runs."""


def plain() -> dict[str, str]:
    """Variables by which Numba compiles, and NumPy computes, without what not every processor of a family has."""
    from numpy._core import _multiarray_umath

    features = " ".join(_multiarray_umath.__cpu_dispatch__)
    return {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NPY_DISABLE_CPU_FEATURES": features}


def made(folder: Path, **variables: str) -> dict[tuple[str, str], Path]:
    """Folders of answers by analysis and run ID, made by a process of its own."""
    environment = {**os.environ, "COPARK_CACHE": str(folder / "cache"), **variables}
    command = [sys.executable, "-m", "copark", "results", *ASKED, "--make", str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return {(path.parent.parent.name, path.parent.name): path.parent for path in folder.rglob(RESULT)}


def test_shipped_answers_are_those_of_a_processor_without_features(tmp_path: Path) -> None:
    here, there = made(tmp_path / "here"), made(tmp_path / "there", **plain())
    assert here.keys() == there.keys(), "the same questions have the same run IDs"
    assert {name for name, _ in here} == {"brief", "levers", "link-impact", "typology"}
    for (name, run_id), folder in here.items():
        one, other = (load(place, REGISTRY[name]) for place in (folder, there[name, run_id]))
        assert one is not None
        assert other is not None
        about = shipped.Remade(name, run_id, 0.0)
        compared = shipped.compared(about, shipped.leaves(one.result), shipped.leaves(other.result))
        assert compared.state == "same", compared
        assert min(compared.numbers, compared.words) > 100
