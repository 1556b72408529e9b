"""Whatever is asked, valid or not, the server answers as its description says, and never with an error of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from copark.web.app import bare_app, create_app
from copark.web.rates import Rates
from copark.web.server import Announced, listen
from copark.web.settings import Settings
from tests.web.conftest import MANY

CHECKS = [
    schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
MOST_RUNS = 4
QUIET = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck), "database": None}


@schemathesis.serializer("application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def as_it_is(_context: Any, value: Any) -> bytes:
    """Bytes of a file, which are no file."""
    content = getattr(value, "data", value)
    return content if isinstance(content, bytes) else str(content).encode()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The description of a server that listens, and takes no job: what is asked of jobs is checked all the same."""
    import uvicorn

    limits = replace(MANY, jobs=0)
    chosen = Settings(data=tmp_path_factory.mktemp("fuzz"), port=0, warm=True, threads=1, limits=limits)
    door, ready = listen(chosen, "en"), threading.Event()
    config = uvicorn.Config(create_app(chosen), log_level="critical", access_log=False, ws="none", loop="asyncio")
    server = Announced(config, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    assert ready.wait(120)
    host, port = door.getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join(30)
    door.close()


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


schema = schemathesis.openapi.from_dict(bare_app(Settings(), Rates(1.0, 1.0)).openapi())


def asked(case: Any, address: str) -> None:
    """Ask, with few runs, since it is the answer that is looked at."""
    if isinstance(case.body, dict) and isinstance(case.body.get("runs"), int) and case.body["runs"] > MOST_RUNS:
        case.body["runs"] = case.body["runs"] % MOST_RUNS + 1
    case.call_and_validate(base_url=address, checks=CHECKS, timeout=60)


@schema.parametrize()
@settings(max_examples=5, phases=[Phase.generate], **QUIET)
def test_a_few_of_every_question(case: Any, address: str) -> None:
    asked(case, address)


@pytest.mark.long
@schema.parametrize()
@settings(max_examples=150, **QUIET)
def test_many_of_every_question(case: Any, address: str) -> None:
    asked(case, address)
