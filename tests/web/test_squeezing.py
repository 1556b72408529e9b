"""Answers are squeezed where it pays, and say the same."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from copark.web.compression import LEAST, Squeezed, takes_gzip
from tests.web.conftest import EQUITY, awaited

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
    assert small.headers["x-copark-identity"] == plain.json()["identity"]
    assert small.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/evidence", "/api/v1/openapi.json", "/api/docs"])
def test_what_does_not_change_is_squeezed_too_and_not_sent_twice(client, path):
    given = client.get(path, headers={"accept-encoding": "gzip"})
    assert given.headers["content-encoding"] == "gzip"
    if "etag" in given.headers:
        again = client.get(path, headers={"accept-encoding": "gzip", "if-none-match": given.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["vary"] == given.headers["vary"] == "accept-encoding"


def test_what_is_packed_already_or_short_is_sent_as_it_is(client):
    for path in ("/api/v1/case-template.zip", "/api/v1/case-template.xlsx", "/api/v1/jobs/0"):
        given = client.get(path, headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in given.headers
        assert ("vary" in given.headers) == path.startswith("/api/v1/jobs"), "what is packed is the same for all"


ACCEPTED = {
    "gzip": True, "br, GZIP;q=0.5": True, "*": True, "": False, "identity": False, "gzip;q=0": False,
    "x-gzip": False, "*, gzip;q=0": False, "gzip ; q = 0.000, *": False, "gzip, *;q=0": True, "*;q=0": False,
    "*;q=0.001": True, "br;q=0, *": True,
}  # fmt: skip


def test_who_takes_it_has_said_so(subtests):
    for accepted, taken in ACCEPTED.items():
        with subtests.test(accepted=accepted, taken=taken):
            assert takes_gzip(accepted) == taken


async def sent(kind: bytes, *parts: bytes) -> list[dict]:
    """What leaves of an answer in parts."""

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        for n, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": n + 1 < len(parts)})

    found: list[dict] = []

    async def send(message):
        found.append(message)

    async def receive():
        return {"type": "http.disconnect"}

    await Squeezed(app)({"type": "http", "headers": [(b"accept-encoding", b"gzip")]}, receive, send)
    return found


@pytest.mark.parametrize("kind", [b"text/event-stream", b"text/event-stream; charset=utf-8", b"application/json"])
def test_streams_pass_part_by_part(kind):
    parts = [b"data: 1\n\n" * LEAST, b"data: 2\n\n", b"data: 3\n\n"]
    start, *rest = awaited(sent(kind, *parts))
    assert [one["body"] for one in rest] == parts
    assert b"content-encoding" not in dict(start["headers"])


def test_no_answer_waits_to_be_squeezed_behind_who_waits_for_the_database():
    """All threads that a loop of events has by itself are taken."""

    async def go():
        loop, held = asyncio.get_running_loop(), threading.Event()
        loop.set_default_executor(ThreadPoolExecutor(1))
        waiting = loop.run_in_executor(None, held.wait, 10)
        try:
            return await asyncio.wait_for(sent(b"application/json", b" " * LEAST), 5)
        finally:
            held.set()
            await waiting

    start, _ = awaited(go())
    assert dict(start["headers"])[b"content-encoding"] == b"gzip"


def test_the_threads_that_squeeze_end_with_the_application(serve):
    with serve() as client:
        found = client.app
        while not isinstance(found, Squeezed):
            found = found.app
        threads = found.threads
        assert client.get("/api/v1/openapi.json", headers={"accept-encoding": "gzip"}).is_success
        assert threads._threads
    assert threads._shutdown
