"""Who leaves is no longer worked for; the loop of events is free while the model runs and the database is slow."""

from __future__ import annotations

import asyncio
import threading

from copark.web.api import answers
from copark.web.content.engine import Cancelled
from tests.asked import waited
from tests.web.conftest import sent_raw, services_of


def test_a_client_that_leaves_cancels_its_work(client, monkeypatch):
    begun, stopped = threading.Event(), threading.Event()

    def endless(*given):
        begun.set()
        try:
            waited(given[-1].check, patience=30)
        except Cancelled:
            stopped.set()
            raise

    async def leaves():
        while not begun.is_set():
            await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    monkeypatch.setattr(answers, "answer", endless)
    kind = ((b"content-type", b"application/json"),)
    asked = b'{"case": "great-stone"}'
    assert sent_raw(client, "POST", b"/api/v1/simulate", asked, headers=kind, then=leaves)[0] == 499
    assert stopped.wait(10)
    waited(lambda: services_of(client).model_pool.pending == 0, patience=10)


def test_the_loop_of_events_is_free_while_the_model_runs_and_the_database_is_slow(serve, monkeypatch):
    """A question, a file and a job are looked for on threads beside it."""
    threads = {}

    def noted(owner, name):
        work = getattr(owner, name)

        def ask(*given):
            threads[name] = threading.current_thread().name
            return work(*given)

        monkeypatch.setattr(owner, name, ask)

    noted(answers, "answer")
    with serve() as client:
        noted(services_of(client).records, "stored")
        noted(services_of(client).jobs.table, "get")
        asked = {"case": "great-stone", "runs": 2, "draws": "defaults"}
        assert client.post("/api/v1/simulate", json=asked).status_code == 200
        for path in (f"export/{'0' * 16}.csv", f"jobs/{'0' * 24}"):
            assert client.get(f"/api/v1/{path}").status_code == 404
    assert threads == dict.fromkeys(("answer", "stored", "get"), "AnyIO worker thread")
