"""Asked for more than it can give, the server says so; left alone again, it answers as before."""

from __future__ import annotations

import pytest
from bench.saturation import saturate


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
