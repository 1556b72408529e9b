"""Nonsense at the door: headers that mean two things are refused, and no body makes an error of the server's own."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

from copark.web.connections import BoundedProtocol


def connected(address: str, source: str = "127.0.0.1", *, window: int | None = None) -> socket.socket:
    """A connection, from one of the addresses that are this machine; of a small window if its client takes little."""
    host, _, port = address.removeprefix("http://").partition(":")
    line = socket.socket()
    line.settimeout(30)
    if window is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_400)
    line.bind((source, 0))
    line.connect((host, int(port)))
    return line


def said(line: socket.socket, asked: bytes) -> bytes:
    line.sendall(asked)
    return b"".join(iter(lambda: line.recv(65536), b""))


STATUS = b"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n"
CLOSE = STATUS + b"Connection: close\r\n\r\n"
AMBIGUOUS = (
    b"Content-Length: 2\r\nContent-Length: 60", b"Content-Length: 2\r\nX-A : b", b"Content-Length: 2\r\nX-A: b\x00c",
    b"Content-Length: 2\r\nX-A: b\rSet-Cookie: c", b"Content-Length: +2", b"Transfer-Encoding: chunked, gzip",
    b"Content-Length: 2\r\nTransfer-Encoding: chunked",
)  # fmt: skip


def test_headers_that_could_be_read_in_two_ways_are_refused_and_not_repeated(address: str, subtests) -> None:
    """What one reader takes for a body another takes for the next request, or for a header of the answer."""
    for lines in AMBIGUOUS:
        with subtests.test(lines=lines), connected(address) as line:
            head = b"POST /api/v1/simulate HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n\r\n{}"
            answer = said(line, head + CLOSE)
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


def test_headers_that_do_not_arrive_are_not_waited_for(address: str, monkeypatch) -> None:
    """Neither the first of a connection nor, dripping in, those after an answer."""
    monkeypatch.setattr(BoundedProtocol, "within", 0.5)
    begun = time.monotonic()
    with connected(address) as line:
        line.sendall(STATUS + b"\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 408" in said(line, b"GET / HT")
    assert 0.4 < time.monotonic() - begun < 5.0


def test_uploads_take_their_place_before_they_are_read(address: str) -> None:
    """What stalls holds a place and no memory; who finds none free is told so at once."""
    head = (
        b"POST /api/v1/cases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/zip\r\n"
        b"Content-Length: 8000000\r\n\r\n"
    )
    with ExitStack() as stalled:
        for _ in range(8):
            stalled.enter_context(connected(address)).sendall(head + b"x" * 100_000)
        for _ in range(12):  # one that is begun before all eight stand may take the place of another
            line = stalled.enter_context(connected(address))
            line.settimeout(0.5)
            line.sendall(head)
            try:
                answer = line.recv(65536)
            except TimeoutError:
                continue
            break
        assert b" 503 " in answer[:20]
        assert b"retry-after: 5" in answer
