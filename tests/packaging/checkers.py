"""Where the public checkers are."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def checker(name: str) -> str:
    """The path of a program of the checkers; where they are not installed the test is skipped."""
    path = ROOT / ".venv-checkers" / "bin" / name
    if not path.exists():
        pytest.skip(f"{name} of the public checkers is not installed: make .venv-checkers/.ready")
    return str(path)
