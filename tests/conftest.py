"""What holds for every test: its own database, no deadline for an example, and how many processes run them."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPARK_DATABASE_URL", raising=False)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: while some tests wait for a server or a page, others compute."""
    return (os.cpu_count() or 1) + 1
