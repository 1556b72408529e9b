"""What holds for every test: its database lies in its own folder, whatever this machine is set up for."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPARK_DATABASE_URL", raising=False)
