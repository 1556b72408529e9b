"""Who leaves is no longer worked for, and nobody waits for the model in the loop of events."""

from __future__ import annotations

import asyncio
import json
import threading
import time

from copark.web.limits import Settings
from copark.web.server import create_app
from copark.workflows.serving.engine import Cancelled
from tests.web.conftest import awaited


def request_of(body):
    return {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/api/v1/simulate", "raw_path": b"",
        "query_string": b"", "root_path": "", "scheme": "http", "client": ("1.2.3.4", 5), "server": ("localhost", 80),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"),
                    (b"content-length", str(len(body)).encode())],
    }  # fmt: skip


def test_a_client_that_leaves_cancels_its_work(tmp_path, monkeypatch):
    from copark.web.api import answers

    seen = {}
    begun = threading.Event()

    def endless(engine, book, study, shelved, wanted, parts, ticket):
        begun.set()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                ticket.check()
            except Cancelled:
                seen["stopped"] = True
                raise
            time.sleep(0.01)

    monkeypatch.setattr(answers, "answer", endless)
    app = create_app(Settings(data=tmp_path, warm=False, threads=1))
    body = json.dumps({"case": "great-stone"}).encode()

    async def go():
        inner = app
        while not hasattr(inner, "router"):
            inner = inner.app
        async with inner.router.lifespan_context(inner):
            messages = [{"type": "http.request", "body": body, "more_body": False}]
            sent = []

            async def receive():
                if messages:
                    return messages.pop(0)
                while not begun.is_set():
                    await asyncio.sleep(0.01)
                return {"type": "http.disconnect"}

            async def send(message):
                sent.append(message)

            await asyncio.wait_for(app(request_of(body), receive, send), 20)
            until = time.monotonic() + 10
            while "stopped" not in seen and time.monotonic() < until:
                await asyncio.sleep(0.01)
            return sent[0]["status"], inner.state.services.kernels.pending

    status, pending = awaited(go())
    assert status == 499
    assert seen == {"stopped": True}
    assert pending == 0
