"""Nonsense at the door: headers that mean two things are refused, and no body makes an error of the server's own."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize(
    "lines",
    [b"Content-Length: 2\r\nContent-Length: 60", b"Content-Length: 2\r\nX-A : b", b"Content-Length: 2\r\nX-A: b\x00c",
     b"Content-Length: 2\r\nX-A: b\rSet-Cookie: c", b"Content-Length: +2", b"Transfer-Encoding: chunked, gzip"],
)  # fmt: skip
def test_headers_that_could_be_read_in_two_ways_are_refused_and_not_repeated(address: str, lines: bytes) -> None:
    """What one reader takes for a body another takes for the next request, or for a header of the answer."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 30) as line:
        next_one = b"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        line.sendall(b"POST /api/v1/simulate HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n\r\n{}" + next_one)
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Set-Cookie" not in answer


def test_nonsense_is_refused_at_every_door(client, subtests):
    """Thousands of every question are asked by the long tests."""
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        for method in methods:
            nonsense = ({"content": b"{"}, {"json": []}, {"json": {"case": 5, "runs": "many"}})
            for body in nonsense[:1] if method == "get" else nonsense:
                with subtests.test(method=method, path=path, body=body):
                    assert client.request(method, path, **body).status_code < 500
