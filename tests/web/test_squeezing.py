"""Answers are squeezed where it pays, and say the same; streams and what is packed pass as they are."""

from __future__ import annotations

import pytest

from tests.web.conftest import EQUITY

ASKED = {"case": "great-stone", "runs": 40, "draws": "unsettled", "scenario": EQUITY}


def test_an_answer_is_squeezed_for_who_takes_it_and_says_the_same(client):
    plain = client.post("/api/v1/simulate", json=ASKED, headers={"accept-encoding": "identity"})
    small = client.post("/api/v1/simulate", json=ASKED, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    for one in (small, plain):
        assert "accept-encoding" in one.headers["vary"].lower(), "neither may be given to who asks otherwise"
    assert small.content == plain.content
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert small.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/evidence", "/api/v1/openapi.json", "/api/docs"])
def test_what_does_not_change_is_squeezed_too_and_not_sent_twice(client, path):
    given = client.get(path, headers={"accept-encoding": "gzip"})
    assert given.headers["content-encoding"] == "gzip"
    if "etag" in given.headers:
        again = client.get(path, headers={"accept-encoding": "gzip", "if-none-match": given.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["vary"].lower() == given.headers["vary"].lower() == "accept-encoding"
