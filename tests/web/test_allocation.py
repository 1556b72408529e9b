"""What is free again goes back to the system, where the C library can be told; elsewhere nothing happens."""

from __future__ import annotations

import subprocess
import sys

import pytest

from copark.web import allocation
from copark.web.server import settings_of
from copark.web.services import SHARES
from tests.web.conftest import services_of

RESIDENT = """
import sys
from pathlib import Path
import numpy as np
from copark.web.allocation import give_back

def resident():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) // 1000

many = [np.ones(10_000) for _ in range(2_000)]
kept = many[::200]
del many
before = resident()
give_back()
print(before - resident())
"""


def test_memory_between_what_is_held_is_given_back():
    """160 MB were taken in pieces too small to be given back one by one, and a piece in 200 is still held."""
    if allocation._library() is None:
        pytest.skip("the C library is not glibc")
    done = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) > 80


def test_who_says_how_many_arenas_decides(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not allocation.share_arenas()


def test_where_the_library_is_another_nothing_is_done(monkeypatch):
    monkeypatch.setattr(allocation, "_library", lambda: None)
    assert not allocation.share_arenas()
    assert not allocation.give_back()


@pytest.mark.long
def test_what_is_held_is_as_much_as_was_allowed(serve, tmp_path):
    assert sum(SHARES.values()) == pytest.approx(1.0)
    limits = settings_of("127.0.0.1", 0, None, tmp_path, "en", memory=30).limits
    with serve(limits={"memory": limits.memory}) as client:
        services = services_of(client)
        held = (services.engine.runs, services.engine._inputs, services.book.held, services.answers)
        assert sum(one.most_bytes for one in held) == pytest.approx(30e6, abs=4)
        for seed in range(12):
            asked = {"case": "great-stone", "runs": 200, "seed": seed, "draws": "defaults", "parts": {"flows": True}}
            assert client.post("/api/v1/simulate", json=asked).is_success
        assert 20e6 < sum(one.bytes for one in held) <= 30e6
