"""What holds for every test: its own database, no deadline for an example, and what the fast tests leave unread."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ALL_LONG = re.compile(r"^pytestmark = .*\bpytest\.mark\.long\b", re.MULTILINE)


@pytest.fixture(autouse=True)
def embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPARK_DATABASE_URL", raising=False)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The fast tests do not even read a file whose tests are all long: what it imports takes seconds."""
    if config.option.markexpr == "not long" and collection_path.match("test_*.py"):
        return bool(ALL_LONG.search(collection_path.read_text(encoding="utf-8"))) or None
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many as there are cores: each one more would read all tests once more."""
    return os.cpu_count() or 1
