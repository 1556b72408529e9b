"""At the model: light questions never behind heavy ones, no client takes all, and who would wait long is told so."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest
from bench.saturation import saturate

from copark.web.content.engine import Cancelled
from copark.web.limits import HEADER, RequestPool
from copark.web.problems import HttpProblem, problem_response
from tests.web.conftest import awaited, never


def request_of(name, receive=never):
    return SimpleNamespace(headers={HEADER: f"a-word-nobody-can-guess-{name}"}, receive=receive)


class Held:
    """Work that lasts until it is let go."""

    def __init__(self):
        self.begun, self.free = threading.Event(), threading.Event()

    def __call__(self, cancellation):
        self.begun.set()
        while not self.free.wait(0.01):
            cancellation.check()
        return "held"


def with_pool(go, **options):
    async def whole():
        pool = RequestPool(**{"threads": 1, "waiting": 8} | options)
        try:
            return await asyncio.wait_for(go(pool), 60)
        finally:
            pool.close()

    return awaited(whole())


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0.005)


async def busy(pool, *weights):
    """Work that is held: what holds it, and what waits for it."""
    held = [Held() for _ in weights]
    doing = [asyncio.create_task(pool.run(request_of(f"me{n}"), one, weight))
             for n, (one, weight) in enumerate(zip(held, weights, strict=True))]  # fmt: skip
    threads = min(pool.heavy.threads, len(held))
    await until(lambda: sum(one.begun.is_set() for one in held) == threads and pool.pending == len(held))

    async def free():
        for one in held:
            one.free.set()
        return await asyncio.gather(*doing)

    return held, free


def test_a_light_question_never_waits_for_heavy_ones():
    """All threads are busy with heavy work, and more of it waits than may."""

    async def go(pool):
        held, free = await busy(pool, *[11.0] * 5)
        assert sum(one.begun.is_set() for one in held) == 2
        assert await pool.run(request_of("me0"), lambda _: "light", 1.5) == "light"
        with pytest.raises(HttpProblem):
            await pool.run(request_of("you"), lambda _: None, 11.0)
        return await free()

    assert with_pool(go, threads=2, waiting=3, light=5.0) == ["held"] * 5


def test_who_would_wait_too_long_is_told_how_long():
    """The wait is expected from the seconds that work has taken lately."""

    async def go(pool):
        pool.heavy.seconds, pool.heavy.weights = 2.0, 10.0  # two tenths of a second for a unit of weight
        _, free = await busy(pool, 10.0, 5.0, 15.0)
        with pytest.raises(HttpProblem) as refused:
            await pool.run(request_of("you"), lambda _: None, 10.0)
        await free()
        assert await pool.run(request_of("you"), lambda _: "now", 10.0) == "now"
        return refused.value

    refused = with_pool(go, patience=4.5)
    assert (refused.status, refused.code) == (503, "queue")
    assert refused.retry_after == pytest.approx(1.5), "then it would wait no longer than is allowed"
    for lang, words in (("en", "wait is 6 s"), ("zh", "等待 6 秒")):
        answer = problem_response(refused, lang)
        assert answer.headers["retry-after"] == "2", "rounded up, so that nobody comes too early"
        assert words in answer.body.decode()


def test_nothing_waits_beyond_the_end_of_the_queue_and_one_is_told_when_a_place_is_free():
    async def go(pool):
        pool.heavy.seconds, pool.heavy.weights = 20.0, 1.0
        _, free = await busy(pool, 1.0, 1.0)
        with pytest.raises(HttpProblem) as refused:
            await pool.run(request_of("you"), lambda _: None)
        await free()
        return refused.value

    refused = with_pool(go, waiting=1)
    assert (refused.status, refused.code, refused.retry_after) == (503, "queue", pytest.approx(20.0))


def test_no_client_takes_all_places():
    async def go(pool):
        _, free = await busy(pool, 1.0)
        with pytest.raises(HttpProblem):
            await pool.run(request_of("me0"), lambda _: None)
        other = asyncio.create_task(pool.run(request_of("you"), lambda _: "other"))
        await free()
        return await other

    assert with_pool(go, each=1) == "other"


def test_who_leaves_while_waiting_waits_no_longer():
    async def go(pool):
        async def leaves():
            return {"type": "http.disconnect"}

        _, free = await busy(pool, 1.0)
        with pytest.raises(Cancelled):
            await pool.run(request_of("you", leaves), lambda _: None)
        left = pool.pending
        await free()
        return left

    assert with_pool(go) == 1


def test_answers_from_memory_say_nothing_of_the_speed():
    async def go(pool):
        weights = []
        for runs in (0, 1):
            await pool.run(request_of("you"), lambda cancellation, runs=runs: setattr(cancellation, "runs", runs), 2.0)
            weights.append(pool.quick.weights)
        return weights

    assert with_pool(go, light=5.0) == [0.0, 2.0]


def test_nobody_waits_at_a_door_that_is_full_without_being_told_and_it_is_left_again(serve):
    """More at once than the server hears; what was answered, refused or broken no longer stands in the door."""
    with serve(limits={"open": 0}) as client:
        answer = client.get("/api/v1/status")
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["cause"]["zh"]
    with serve(limits={"open": 1}) as client:
        for _ in range(3):
            assert client.get("/api/v1/status").status_code == 200
            assert client.get("/api/v1/nothing").status_code == 404
            assert client.post("/api/v1/simulate", content=b"{").status_code == 422


@pytest.mark.long
@pytest.mark.alone
def test_thirty_two_clients_who_never_rest():
    found = saturate(6.0)
    assert not found.faults
    assert set(found.statuses) <= {200, 429, 503}
    assert found.statuses[200] > 0
    assert found.median_ms("after") < found.median_ms("during")
