"""The miniature: a small sound case that tests spoil in one way at a time."""

import shutil
from pathlib import Path

import pytest

MINIATURE = Path(__file__).parent / "miniature"


@pytest.fixture
def miniature(tmp_path):
    """A copy of the miniature that a test may spoil."""
    return Path(shutil.copytree(MINIATURE, tmp_path / "miniature"))
