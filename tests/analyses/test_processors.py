"""Answers are the same on every processor: those that ship, and made again without the features of this one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long
ASKED = ("imip", "typology")
"""Levers of a park and the brief on it, and types of parks: shares, words, ranks and bands of 70,000 runs."""


def without_features() -> dict[str, str]:
    """Variables by which Numba compiles, and NumPy computes, without what not every processor of a family has."""
    from numpy._core import _multiarray_umath

    features = " ".join(_multiarray_umath.__cpu_dispatch__)
    return {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NPY_DISABLE_CPU_FEATURES": features}


def test_shipped_answers_are_those_of_a_processor_without_features() -> None:
    """The kernel of such a processor is kept beside the usual one: `tests/cluster/test_same_bits.py` finds it there."""
    environment = {**os.environ, "COPARK_LANG": "en", **without_features()}
    command = [sys.executable, "-m", "copark", "results", *ASKED, "--check"]
    checked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("largest difference") == 4, "brief, levers and what the link changes, and types"
