"""Where the published comparison files lie, if they are beside this project, and how results are set beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

METHODS = Path(__file__).resolve().parents[3] / "shared" / "methods"
ORACLE = METHODS / "oracle"

beside = pytest.mark.skipif(not ORACLE.is_dir(), reason="the comparison files are not beside this project")


def oracle(name: str) -> Any:
    return json.loads((ORACLE / f"{name}.json").read_text(encoding="utf-8"))


def qca_oracles() -> list[str]:
    names = (path.stem for path in ORACLE.glob("qca_*.json")) if ORACLE.is_dir() else ()
    return sorted(name for name in names if name not in {"qca_calibration_LR_DEV", "qca_superSubset_LF"})


def differences(mine: Any, theirs: Any, path: str = "") -> list[str]:
    """Where a record differs from a comparison file: numbers beyond 1e-9, texts at all, keys that are missing.

    The files write a list of one as the thing itself, at two depths.
    """
    if isinstance(theirs, dict):
        if not isinstance(mine, dict):
            return [path]
        return [
            one
            for key, value in theirs.items()
            for one in (differences(mine[key], value, f"{path}/{key}") if key in mine else [f"{path}/{key} is missing"])
        ]
    if isinstance(theirs, list):
        if isinstance(mine, list) and len(mine) == 1 and theirs and not isinstance(theirs[0], list | dict):
            mine = mine[0] if isinstance(mine[0], list) else mine
        if not isinstance(mine, list) or len(mine) != len(theirs):
            return [f"{path}: {mine} and {theirs}"]
        return [
            one
            for at, (a, b) in enumerate(zip(mine, theirs, strict=True))
            for one in differences(a, b, f"{path}[{at}]")
        ]
    if isinstance(theirs, int | float) and isinstance(mine, int | float):
        return [] if abs(mine - theirs) <= 1e-9 * max(1.0, abs(theirs)) else [f"{path}: {mine} and {theirs}"]
    return [] if mine in (theirs, [theirs], [[theirs]]) else [f"{path}: {mine} and {theirs}"]
