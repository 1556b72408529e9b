"""Turns at the model: by weight, light ones never behind heavy ones, and who would wait long is told how long."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from types import SimpleNamespace

import pytest

from copark.web.client_id import HEADER
from copark.web.fair_queue import MOST_MARKS, Turns
from copark.web.pool import Pool
from copark.web.problems import Problem, problem_response
from copark.workflows.serving.engine import Cancelled
from tests.web.conftest import awaited

WORDS = {"me": "a-word-nobody-can-guess", "you": "another-word-altogether"}


def begun(turns, heaviest=float("inf")):
    found = []
    while (item := turns.take(heaviest)) is not None:
        found.append(item)
    return found


def test_who_asks_much_at_once_waits_for_himself():
    turns = Turns()
    for n in range(4):
        turns.put("many", 10.0, f"many-{n}")
    turns.put("one", 10.0, "one")
    assert begun(turns) == ["many-0", "one", "many-1", "many-2", "many-3"]


def test_a_small_question_overtakes_large_ones_of_whoever_came_before():
    turns = Turns()
    for n in range(8):
        turns.put(f"client-{n}", 11.0, n)
    turns.take()
    turns.put("small", 1.5, "small")
    assert turns.take() == 1, "marked 11 as the one that is being done; the small one is marked 12.5"
    assert begun(turns) == [2, 3, 4, 5, 6, 7, "small"]
    for n in range(8):
        turns.put(f"client-{n}", 11.0, n)
    turns.put("small", 1.5, "small")
    assert turns.take() == "small"


def test_shares_are_by_weight_whatever_the_pieces():
    """Of two who never rest, one with pieces four times as heavy, each gets half."""
    turns, given = Turns(), {"fine": 0.0, "coarse": 0.0}
    weights = {"fine": 1.0, "coarse": 4.0}
    for name, weight in weights.items():
        turns.put(name, weight, name)
    for _ in range(500):
        name = turns.take()
        given[name] += weights[name]
        turns.put(name, weights[name], name)
    assert abs(given["fine"] - given["coarse"]) <= 4.0


def test_nobody_is_overtaken_for_ever():
    turns, luck = Turns(), random.Random(3)
    turns.put("patient", 50.0, "patient")
    for n in range(10_000):
        turns.put(f"client-{luck.randrange(20)}", 1.0, n)
        if turns.take() == "patient":
            break
    assert n < 20 * 50 + 20, "each of the others gets at most as much as the patient one asks"


def test_a_light_question_begun_before_its_turn_sets_nobody_back():
    """It stands behind all the heavy ones of its client; who comes then does not."""
    turns = Turns()
    for n in range(3):
        turns.put("many", 10.0, f"many-{n}")
    turns.put("many", 1.0, "light")
    assert turns.take(5.0) == "light"
    turns.put("other", 10.0, "other")
    assert begun(turns) == ["many-0", "many-1", "other", "many-2"]


def test_what_is_ahead_is_what_will_be_begun_before():
    turns, luck = Turns(), random.Random(5)
    for n in range(30):
        turns.put(f"client-{n % 7}", luck.choice([1.5, 3.0, 11.0]), luck.choice([1.5, 3.0, 11.0]))
        if n % 5 == 4:
            turns.take()
    ahead = turns.ahead("new", 5.0)
    turns.put("new", 5.0, "new")
    before = 0.0
    while (turn := turns._waiting[0]).item != "new":
        before += turn.weight
        turns.take()
    assert before == pytest.approx(ahead)


def test_who_was_sent_away_is_before_all_who_came_meanwhile():
    """Once: what he asks after that is marked as anybody's."""
    turns = Turns()
    for n in range(3):
        turns.put(f"early-{n}", 10.0, f"early-{n}")
    turns.send_away("polite", 10.0, 99.0)
    assert turns.absent("other", 10.0) == 10.0
    assert turns.absent("polite", 10.0) == 0.0, "one's own place is not before oneself"
    for n in range(3):
        turns.take()
        turns.put(f"rude-{n}", 10.0, f"rude-{n}")
    turns.send_away("polite", 10.0, 99.0)
    turns.put("polite", 10.0, "polite")
    assert turns.absent("other", 10.0) == 0.0
    turns.put("polite", 10.0, "polite again")
    assert begun(turns) == ["polite", "rude-0", "rude-1", "rude-2", "polite again"]


def test_what_was_given_up_does_not_count():
    """Who moves a lever gives up question after question while they wait."""
    turns = Turns()
    for n in range(20):
        turns.drop(turns.put("moves", 3.0, n))
    turns.put("other", 3.0, "other")
    turns.put("moves", 2.0, "moves")
    assert begun(turns) == ["moves", "other"]


def test_what_is_remembered_of_clients_is_bounded():
    turns = Turns()
    for n in range(3 * MOST_MARKS):
        turns.put(f"client-{n}", 1.0, n)
        turns.take()
        turns.send_away(f"client-{n}", 1.0, float(n))
    assert len(turns._marks) <= MOST_MARKS + 1
    assert len(turns._sent_away) <= MOST_MARKS
    turns.forget_absent(3 * MOST_MARKS - 10)
    assert len(turns._sent_away) == 9, "no place is kept for who does not come again"


async def never():
    await asyncio.sleep(3600)


def request_of(name="me", receive=never):
    return SimpleNamespace(headers={HEADER: WORDS[name]} if name in WORDS else {}, receive=receive,
                           scope={"client": (name, 1)})  # fmt: skip


class Held:
    """Work that lasts until it is let go."""

    def __init__(self):
        self.begun, self.free = threading.Event(), threading.Event()

    def __call__(self, ticket):
        self.begun.set()
        while not self.free.wait(0.01):
            ticket.check()
        return "held"


def with_pool(go, **options):
    async def whole():
        pool = Pool(**{"workers": 1, "waiting": 8, "name": "test"} | options)
        try:
            return await asyncio.wait_for(go(pool), 60)
        finally:
            pool.close()

    return awaited(whole())


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0.005)


def test_a_light_question_never_waits_for_heavy_ones():
    """All threads are busy with heavy work of the very same client, and more of it waits."""

    async def go(pool):
        heavy = [Held() for _ in range(5)]
        doing = [asyncio.create_task(pool.run(request_of(), one, 11.0)) for one in heavy]
        await until(lambda: sum(one.begun.is_set() for one in heavy) == 2)
        assert await pool.run(request_of(), lambda _: "light", 1.5) == "light"
        assert sum(one.begun.is_set() for one in heavy) == 2, "its thread is for light ones alone"
        for one in heavy:
            one.free.set()
        return await asyncio.gather(*doing)

    assert with_pool(go, workers=2, light=5.0) == ["held"] * 5


def test_clients_take_turns():
    async def go(pool):
        first, order = Held(), []
        doing = [asyncio.create_task(pool.run(request_of("me"), first, 1.0))]
        await until(first.begun.is_set)
        for name in ("me", "me", "me", "you", "1.2.3.4"):
            work = lambda _, name=name: order.append(name)  # noqa: E731
            doing.append(asyncio.create_task(pool.run(request_of(name), work, 1.0)))
            await asyncio.sleep(0)
        first.free.set()
        await asyncio.gather(*doing)
        return order

    order = with_pool(go)
    assert order.index("you") <= 2
    assert order.index("1.2.3.4") <= 2
    assert order[-2:] == ["me", "me"]


def test_who_would_wait_too_long_is_told_how_long():
    """The wait is expected from the seconds that work has taken lately, and shrinks with what is asked."""

    async def go(pool):
        pool._seconds, pool._weights = 2.0, 10.0  # two tenths of a second for a unit of weight
        held = Held()
        doing = [asyncio.create_task(pool.run(request_of(), held, 10.0))]
        await until(held.begun.is_set)
        assert pool.expected(request_of("you"), 1.0) == pytest.approx(2.0, abs=0.5)
        waits = [asyncio.create_task(pool.run(request_of(f"c{n}"), lambda _: None, 10.0)) for n in range(2)]
        await until(lambda: pool.pending == 3)
        assert pool.expected(request_of("you"), 10.0) == pytest.approx(6.0, abs=0.5)
        with pytest.raises(Problem) as refused:
            await pool.run(request_of("you"), lambda _: None, 10.0)
        assert pool.expected(request_of("you"), 5.0) == pytest.approx(2.0, abs=0.5), "a smaller one is before them"
        with pytest.raises(Problem) as later:
            await pool.run(request_of("third"), lambda _: None, 10.0)
        assert later.value.retry_after == pytest.approx(3.5, abs=0.4), "who was sent away before comes before"
        held.free.set()
        await asyncio.gather(*doing, *waits)
        assert await pool.run(request_of("you"), lambda _: "now", 10.0) == "now"
        return refused.value

    refused = with_pool(go, patience=4.5)
    assert (refused.status, refused.code) == (503, "queue")
    assert refused.retry_after == pytest.approx(1.5, abs=0.4), "then it would wait no longer than is allowed"
    for lang, words in (("en", "wait is 6 s"), ("zh", "等待 6 秒")):
        answer = problem_response(refused, lang)
        assert answer.headers["retry-after"] == "2", "rounded up, so that nobody comes too early"
        assert words in answer.body.decode()


def test_nothing_waits_beyond_the_end_of_the_queue():
    async def go(pool):
        held = Held()
        doing = [asyncio.create_task(pool.run(request_of(), held)) for _ in range(2)]
        await until(lambda: held.begun.is_set() and pool.pending == 2)
        with pytest.raises(Problem) as refused:
            await pool.run(request_of("you"), lambda _: None)
        held.free.set()
        await asyncio.gather(*doing)
        return refused.value

    refused = with_pool(go, waiting=1)
    assert (refused.status, refused.code) == (503, "queue")
    assert refused.retry_after >= 1.0


def test_where_any_wait_is_allowed_one_is_told_when_a_place_is_free():
    """Two take about twenty seconds each, one after the other; nobody is sent away but for the number that waits."""

    async def go(pool):
        pool._seconds, pool._weights = 20.0, 1.0
        held, told = Held(), []
        doing = [asyncio.create_task(pool.run(request_of(), held)) for _ in range(2)]
        await until(lambda: held.begun.is_set() and pool.pending == 2)
        for name in ("you", "third"):
            with pytest.raises(Problem) as refused:
                await pool.run(request_of(name), lambda _: None)
            told.append(refused.value.retry_after)
        held.free.set()
        await asyncio.gather(*doing)
        return told

    assert with_pool(go, waiting=1) == pytest.approx([20.0, 40.0], abs=1.0), "the second comes after the first"


@pytest.mark.parametrize(("light", "weights"), [(5.0, 10.0), (None, 11.0 / 0.1)])
def test_what_was_held_in_memory_does_not_tell_how_fast_work_is(light, weights):
    """Where weight is runs; a desk has none, and all of its work is counted."""

    async def go(pool):
        pool._seconds, pool._weights = 2.0, 10.0
        for _ in range(60):
            await pool.run(request_of(), lambda _: "hit", 11.0)
        return pool._weights, pool.expected(request_of("you"), 11.0)

    assert with_pool(go, light=light)[0] == pytest.approx(weights, rel=0.01)


def test_what_was_made_tells_how_fast_work_is():
    async def go(pool):
        pool._seconds, pool._weights = 2.0, 10.0
        await pool.run(request_of(), lambda ticket: ticket.check(200), 11.0)
        await until(lambda: pool.pending == 0)
        return pool._weights

    assert with_pool(go, light=5.0) == pytest.approx(20.0)


def test_heavy_work_takes_no_place_of_light_work():
    async def go(pool):
        held = Held()
        doing = [asyncio.create_task(pool.run(request_of(), held, 11.0)) for _ in range(2)]
        await until(lambda: held.begun.is_set() and pool.pending == 2)
        with pytest.raises(Problem):
            await pool.run(request_of("you"), lambda _: None, 11.0)
        found = await pool.run(request_of("you"), lambda _: "light", 1.5)
        held.free.set()
        await asyncio.gather(*doing)
        return found

    assert with_pool(go, waiting=1, light=5.0) == "light"


def test_who_leaves_while_waiting_waits_no_longer():
    async def go(pool):
        async def leaves():
            return {"type": "http.disconnect"}

        held, never_done = Held(), []
        doing = asyncio.create_task(pool.run(request_of(), held))
        await until(held.begun.is_set)
        with pytest.raises(Cancelled):
            await pool.run(request_of("you", leaves), never_done.append)
        assert pool.pending == 1
        held.free.set()
        await doing
        return never_done

    assert with_pool(go) == []


def test_what_fails_is_told_to_who_asked_and_the_thread_goes_on():
    async def go(pool):
        def wrong(_):
            raise ValueError("wrong")

        with pytest.raises(ValueError, match="wrong"):
            await pool.run(request_of(), wrong)
        return await pool.run(request_of(), lambda _: "right")

    assert with_pool(go) == "right"


def test_a_pool_that_closes_stops_what_runs():
    async def go(pool):
        held = Held()
        doing = asyncio.create_task(pool.run(request_of(), held))
        await until(held.begun.is_set)
        begun = time.monotonic()
        await asyncio.to_thread(pool.close)
        assert not any(thread.is_alive() for thread in pool._threads)
        with pytest.raises(Cancelled):
            await doing
        return time.monotonic() - begun

    assert with_pool(go) < 2.0
