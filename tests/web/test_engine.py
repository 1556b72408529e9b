"""The engine: what is held, what is made once, what stops."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import numpy as np
import pytest

from copark.simulation.study import baseline
from copark.workflows.serving.engine import BoundedCache, Cancelled, Engine, Ticket
from copark.workflows.serving.shelf import Shelf

GREAT_STONE = baseline("great-stone").with_changes(runs=40, draws="unsettled", keep=("jobs", "usable_area"))


@pytest.fixture(scope="module")
def engine():
    return Engine(Shelf(), threads=1)


@pytest.fixture(scope="module")
def great_stone(engine):
    return engine.shelf.get("great-stone")


def test_memory_is_bounded_and_the_oldest_goes():
    held = BoundedCache(10)
    for key in "abc":
        held.put(key, key.upper(), 4)
    assert (held.get("a"), held.get("b"), held.get("c"), held.bytes) == (None, "B", "C", 8)
    held.get("b")
    held.put("d", "D", 4)
    assert (held.get("b"), held.get("c")) == ("B", None)
    held.put("e", "E", 11)
    assert held.get("e") is None
    assert held.bytes <= held.most_bytes


def test_what_two_ask_for_at_once_is_made_once():
    held, made, begun = BoundedCache(100), [], threading.Barrier(8)

    def ask():
        begun.wait()
        held.once("key", lambda: made.append(1) or "value", len)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert not held._making


def test_cancelling_stops_within_a_block_of_runs(engine, great_stone):
    class AtOnce(Ticket):
        asked = 0

        def check(self, done=0):
            self.asked += 1
            if self.asked > 3:
                raise Cancelled

    study = GREAT_STONE.with_changes(seed=78, runs=5000)
    ticket = AtOnce()
    with pytest.raises(Cancelled):
        engine.arms(study, great_stone, ticket)
    assert ticket.asked == 4


MANY = 1_000


class Stuck(Ticket):
    """Somebody whose work stands still once some of it is done, until it is let go."""

    def __init__(self):
        super().__init__()
        self.begun, self.free = threading.Event(), threading.Event()

    def check(self, done=0):
        if done:
            self.begun.set()
            assert self.free.wait(60)
        super().check(done)


@contextmanager
def at_work(engine, great_stone, study):
    """Somebody who makes many runs of an arm, and is not done."""
    stuck = Stuck()
    thread = threading.Thread(target=engine.arms, args=(study, great_stone, stuck))
    thread.start()
    assert stuck.begun.wait(60)
    try:
        yield
    finally:
        stuck.free.set()
        thread.join(60)


def in_time(work):
    """What some work gives, or raises, if it ends soon."""
    found = []

    def do():
        try:
            found.append(work())
        except Cancelled as cancelled:
            found.append(cancelled)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    thread.join(20)
    assert found, "it still waits"
    return found[0]


def test_who_asks_few_runs_never_waits_while_many_are_made(engine, great_stone):
    """Neither for those that are held, nor for a few more; and no bit depends on who made them."""
    few = GREAT_STONE.with_changes(seed=80)
    many = few.with_changes(runs=MANY)
    (first,) = engine.arms(few, great_stone, Ticket())
    with at_work(engine, great_stone, many):
        ticket = Ticket()
        (again,) = in_time(lambda: engine.arms(few, great_stone, ticket))
        assert ticket.runs == 0
        (more,) = in_time(lambda: engine.arms(few.with_changes(runs=50), great_stone, ticket))
        assert ticket.runs == 10
    (all_of_them,) = engine.arms(many, great_stone, ticket)
    assert ticket.runs == 10, "the many are kept beside the few"
    for runs in (first, again, more):
        for name, values in runs.out.items():
            assert np.array_equal(values, all_of_them.out[name][:, : runs.runs], equal_nan=True)
    engine.arms(few.with_changes(runs=60), great_stone, ticket)
    assert ticket.runs == 10, "few are the first of many"
