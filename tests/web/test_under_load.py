"""Asked for more than it can give, the server says so; left alone again, it answers as before."""

from __future__ import annotations

import pytest
from bench.saturation import saturate
from bench.soak import Seen


def test_nobody_waits_at_a_door_that_is_full_without_being_told(serve):
    """More at once than the server hears: each is told when to come again, in both languages."""
    with serve(limits={"open": 0}) as client:
        answer = client.get("/api/v1/status")
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["cause"]["zh"]


def test_a_door_is_left_again(serve):
    """What was answered, refused or broken no longer stands in the door."""
    with serve(limits={"open": 1}) as client:
        for _ in range(3):
            assert client.get("/api/v1/status").status_code == 200
            assert client.get("/api/v1/nothing").status_code == 404
            assert client.post("/api/v1/simulate", content=b"{").status_code == 422


@pytest.mark.long
@pytest.mark.alone
def test_thirty_two_clients_who_never_rest():
    found = saturate(15.0)
    assert not found.faults
    assert set(found.statuses) <= {200, 429, 503}
    assert found.statuses[200] > 0
    assert found.median_ms("after") < found.median_ms("during")


def seen(*columns):
    return Seen([(minute / 30, *(column(minute) for column in columns)) for minute in range(60)])


def test_a_leak_is_seen():
    """A soak that could not fail would prove nothing."""
    flat = seen(lambda n: 300 + n % 3, lambda n: 20 + n % 2, lambda n: 8, lambda n: 1)
    assert flat.is_flat
    assert not seen(lambda n: 300 + n, lambda n: 20, lambda n: 8, lambda n: 1).is_flat
    assert not seen(lambda n: 300, lambda n: 20 + n // 5, lambda n: 8, lambda n: 1).is_flat
    assert not seen(lambda n: 300, lambda n: 20, lambda n: 8 + n // 5, lambda n: 1).is_flat
    flat.database = 32
    assert not flat.is_flat, "connections to the database are bounded"
    begun = seen(lambda n: 100 + 10 * min(n, 25), lambda n: min(n, 25), lambda n: 8, lambda n: 1)
    assert begun.is_flat, "what is filled in the first half is no leak"
