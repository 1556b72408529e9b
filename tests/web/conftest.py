"""A server for all tests of the web, with its data in a folder of its own; others are made as they are needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from copark.web.limits import Limits, ServerSettings
from copark.web.server import CoparkServer, create_app, listen, uvicorn_config

MANY = Limits(rate=100_000.0, burst=1_000_000.0)
"""Limits under which no test of something else is ever slowed down."""

TOKEN = "correct horse battery staple"
SHOWN = {"authorization": f"Bearer {TOKEN}"}
MINE, YOURS = ({"X-Copark-Owner": word} for word in ("a-word-nobody-can-guess", "another-word-altogether"))
LONG = {"case": "great-stone", "runs": 1_000_000, "draws": "defaults", "outputs": ["jobs"]}
Serve = Callable[..., AbstractContextManager[TestClient]]


@contextmanager
def serving(data: Path, **changes: Any) -> Iterator[TestClient]:
    limits = replace(MANY, **changes.pop("limits", {}))
    base = changes.pop("base_url", "http://localhost")
    settings = ServerSettings(data=data, limits=limits, **{"warm": False, "threads": 1, **changes})
    with TestClient(create_app(settings), base_url=base, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web") / "out"


@pytest.fixture(scope="session")
def client(data: Path) -> Iterator[TestClient]:
    with serving(data) as found:
        yield found


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Make another server, with other settings."""

    def make(**changes: Any) -> AbstractContextManager[TestClient]:
        return serving(changes.pop("data", tmp_path / "out"), **changes)

    return make


@contextmanager
def listening(data: Path, **changes: Any) -> Iterator[tuple[str, CoparkServer]]:
    """The address of a server that listens on a thread of this process, and the server."""
    limits = replace(MANY, **changes.pop("limits", {}))
    settings = ServerSettings(data=data, port=0, limits=limits, **{"warm": False, "threads": 1, **changes})
    door = listen(settings, "en")
    ready = threading.Event()
    server = CoparkServer(uvicorn_config(settings), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    try:
        assert ready.wait(120)
        host, port = door.getsockname()[:2]
        yield f"http://{host}:{port}", server
    finally:
        server.should_exit = True
        thread.join(30)
        door.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The description of a server that listens, and takes no job: what is asked of jobs is checked all the same."""
    with listening(tmp_path_factory.mktemp("listening"), warm=True, limits={"jobs": 0}) as (place, _):
        yield place


def awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of a coroutine; on a thread of its own, since a browser keeps a loop running on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def services_of(client: TestClient) -> Any:
    """The parts of the server a client asks."""
    app: Any = client.app
    while not hasattr(app, "state"):
        app = app.app
    return app.state.services


async def never() -> dict[str, Any]:
    """A client that waits."""
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


def sent_raw(
    client: TestClient,
    method: str,
    path: bytes,
    body: bytes | None,
    *,
    query: bytes = b"",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    then: Callable[[], Coroutine[Any, Any, Any]] = never,
) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
    """Send what no honest program sends; what the server says when it has the body, if any, and then something else."""
    ahead = [] if body is None else [{"type": "http.request", "body": body, "more_body": False}]
    said: list[Any] = []

    async def receive() -> Any:
        return ahead.pop() if ahead else await then()

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "path": path.decode("utf-8", "replace"),
        "raw_path": path, "query_string": query, "headers": [(b"host", b"localhost"), *headers], "root_path": "",
        "state": {},
    }  # fmt: skip
    client.portal.call(client.app, scope, receive, send)  # type: ignore[union-attr]
    return said[0]["status"], tuple(said[0]["headers"]), b"".join(one.get("body", b"") for one in said)


EQUITY = {"edits": {"equity": [{"home": 3500, "host": 6500}], "quota": 5001}}
"""A scenario: the shares the other way round."""
