"""What holds for every test: its own database, no deadline for an example, and what the fast tests leave unread."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ALL_LONG = re.compile(r"^pytestmark = .*\bpytest\.mark\.long\b", re.MULTILINE)


@pytest.fixture(autouse=True)
def embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPARK_DATABASE_URL", raising=False)


@pytest.fixture(scope="session", autouse=True)
def drawings() -> Iterator[None]:
    """Figures as SVG alone: a page needs no more, and PDF and PNG take most of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.report.figures.files.FORMATS", ("svg",))
        yield


@pytest.fixture
def every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures as SVG, PDF and PNG, for the tests that look at the files."""
    monkeypatch.setattr("copark.report.figures.files.FORMATS", ("svg", "pdf", "png"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The fast tests do not even read a file whose tests are all long: what it imports takes seconds."""
    if config.option.markexpr == "not long" and collection_path.match("test_*.py"):
        return bool(ALL_LONG.search(collection_path.read_text(encoding="utf-8"))) or None
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many as there are cores: each one more would read all tests once more."""
    return os.cpu_count() or 1
