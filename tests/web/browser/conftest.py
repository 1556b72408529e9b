"""A browser before a server of its own; skipped where either cannot be had."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from copark.web.places import DIST
from tests.asked import waited
from tests.conftest import CHROMIUM


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    reason = "no Chromium" if CHROMIUM is None else "the page is not built: make web"
    if CHROMIUM is None or not (DIST / "index.html").is_file():
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


class Server:
    """A server in a process of its own, that can be killed and started again at the same address."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "copark", "serve", "--port", str(self.port), "--data", str(self.data)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"}
        )
        waited(self.answers)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the server left with {self.process.returncode}"
        try:
            with urlopen(f"{self.address}/api/v1/status", timeout=2):
                return True
        except (URLError, OSError):
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("browser"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def page(browser: Any, server: Server, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page that must ask no other host and, unless ``errors_expected`` is asked for, say no error."""
    context = browser.new_context(base_url=server.address, viewport={"width": 1280, "height": 1000}, locale="en-GB")
    outside: list[str] = []
    errors: list[str] = []

    def inspect(route: Any) -> None:
        if route.request.url.startswith((server.address, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", inspect)
    made = context.new_page()
    made.set_default_timeout(20_000)
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield made
    context.close()
    assert outside == []
    if "errors_expected" not in request.fixturenames:
        assert errors == []


@pytest.fixture
def errors_expected() -> None:
    """A browser says on its console that a request was refused; some tests mean it to be."""
