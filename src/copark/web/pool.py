"""The threads the model runs on: clients take turns, nobody waits long without being told, no work for who has left.

One thread more than there are processors takes light questions alone, so that what is asked while a lever moves never
waits behind something heavy (decision 0044).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from math import isfinite
from typing import Any, TypeVar

from fastapi import Request

from copark.web.client_id import asker_of
from copark.web.fair_queue import Turns
from copark.web.problems import Problem
from copark.workflows.serving.engine import Cancelled, Ticket

T = TypeVar("T")
FORGETTING = 0.9
"""What each further answer leaves of the weight of those before it in what is known of their speed."""
KEPT = 10.0
"""Seconds for which a place is kept for who does not come when told."""
PATIENCE = 2.0
"""Seconds that threads may take to end."""


class Task:
    """Work for a request.

    Parameters
    ----------
    work
        What is to be done.
    weight
        How heavy it is, in units that are proportional to the seconds it takes.
    """

    def __init__(self, work: Callable[[Ticket], Any], weight: float) -> None:
        self.work = work
        self.weight = weight
        self.ticket = Ticket()
        self.answer: Future[Any] = Future()
        self.began = 0.0

    def do(self) -> bool:
        """Do it, unless nobody wants it any more; whether it was done to its end."""
        if not self.answer.set_running_or_notify_cancel():
            return False
        try:
            self.ticket.check()
            found = self.work(self.ticket)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            self.answer.set_exception(error)
            return False
        self.answer.set_result(found)
        return True


class Pool:
    """Threads that work for requests.

    Parameters
    ----------
    workers
        Threads that take whatever is next.
    waiting
        Requests that may wait for one.
    name
        What the threads are called.
    patience
        Seconds a request may be expected to wait; by default however long.
    light
        Weight up to which work is light; with it there is one thread more, for light work alone.
    """

    def __init__(
        self, workers: int, waiting: int, name: str, *, patience: float = float("inf"), light: float | None = None
    ) -> None:
        self.workers = workers
        self.waiting = waiting
        self.patience = patience
        self.light = light
        self._turns: Turns[Task] = Turns()
        self._running: dict[Task, bool] = {}
        self._news = threading.Condition()
        self._closing = False
        self._seconds, self._weights = 0.0, 0.0
        lanes = [False] * workers + [True] * (light is not None)
        self._threads = [
            threading.Thread(target=self._serve, args=(lane,), name=f"{name}-{n}", daemon=True)
            for n, lane in enumerate(lanes)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pending(self) -> int:
        """Requests that are worked for or wait."""
        return len(self._running) + len(self._turns)

    async def run(self, request: Request, work: Callable[[Ticket], T], weight: float = 1.0) -> T:
        """Do some work for a request when its turn has come; stop it if the client leaves.

        Parameters
        ----------
        weight
            How heavy the work is.

        Raises
        ------
        Problem
            If too many wait, or it would wait too long; with the seconds after which there will be room.
        Cancelled
            If the client has left.
        """
        task, client = Task(work, weight), asker_of(request)
        with self._news:
            wait = self._expected(client, weight)
            if self._closing or self._is_full(weight) or wait > self.patience:
                raise self._sent_away(client, weight, wait)
            turn = self._turns.put(client, weight, task)
            self._news.notify_all()
        doing = asyncio.wrap_future(task.answer)
        doing.add_done_callback(_seen)
        leaving = asyncio.ensure_future(left(request))
        either: set[asyncio.Future[Any]] = {doing, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise Cancelled
            found: T = doing.result()
            return found
        finally:
            leaving.cancel()
            if not doing.done():
                task.ticket.cancel()
                doing.cancel()
                with self._news:
                    self._turns.drop(turn)

    def close(self) -> None:
        """Stop what runs, let nothing wait, and end."""
        with self._news:
            self._closing = True
            for task in (*self._turns.clear(), *self._running):
                task.ticket.cancel()
                task.answer.cancel()
            self._news.notify_all()
        until = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def expected(self, request: Request, weight: float) -> float:
        """Seconds a request would wait for its turn, by the speed of what was done lately."""
        with self._news:
            return self._expected(asker_of(request), weight)

    def _sent_away(self, client: str, weight: float, wait: float) -> Problem:
        """Tell a client when there will be room: those who were sent away before come again, too, and before it.

        There is room once it would wait no longer than is allowed; where any wait is allowed, once one place is free.
        """
        now = time.monotonic()
        self._turns.forget_absent(now)
        absent = self._turns.absent(client, weight) * self._speed() / self.workers
        room = wait / (len(self._turns) + 1) + absent
        wait += absent
        later = max(wait - self.patience if isfinite(self.patience) else room, 1.0)
        self._turns.send_away(client, weight, now + later + KEPT)
        return Problem(503, "queue", retry_after=later, seconds=max(1, round(wait)))

    def _speed(self) -> float:
        """Seconds that a unit of weight has taken lately, of what is counted."""
        return self._seconds / self._weights if self._weights else 0.0

    def _counts(self, task: Task) -> bool:
        """Whether what was done tells how fast work is.

        Where work is light or heavy by the runs it asks, only if it made any: what was held in memory weighs the same
        and takes no time.
        """
        return self.light is None or task.ticket.runs > 0

    def _is_full(self, weight: float) -> bool:
        """Whether no more can wait; heavy work takes no place of light work, which does not wait for it."""
        heaviest = self.light if self.light is not None and weight <= self.light else float("inf")
        return self._turns.count(heaviest) >= self.waiting + self._idle()

    def _idle(self) -> int:
        """Threads for anything that have nothing to do."""
        return self.workers - sum(not light_only for light_only in self._running.values())

    def _expected(self, client: str, weight: float) -> float:
        """Seconds a client's question would wait: what is ahead of it, and what is left of what runs."""
        speed = self._speed()
        now = time.monotonic()
        left = {True: 0.0, False: 0.0}
        for task, light_only in self._running.items():
            left[light_only] += max(0.0, task.weight * speed - (now - task.began))
        ahead = self._turns.ahead(client, weight) * speed
        wait = 0.0 if self._idle() > len(self._turns) else (ahead + left[False]) / self.workers
        if self.light is None or weight > self.light:
            return wait
        return min(wait, self._turns.ahead(client, weight, self.light) * speed + left[True])

    def _serve(self, light_only: bool) -> None:
        """Do what is next, until all ends."""
        heaviest = float("inf") if not light_only or self.light is None else self.light
        while True:
            with self._news:
                task = self._turns.take(heaviest)
                while task is None:
                    if self._closing:
                        return
                    self._news.wait()
                    task = self._turns.take(heaviest)
                task.began = time.monotonic()
                self._running[task] = light_only
            is_done = task.do()
            with self._news:
                del self._running[task]
                if is_done and self._counts(task):
                    self._seconds = FORGETTING * self._seconds + time.monotonic() - task.began
                    self._weights = FORGETTING * self._weights + task.weight
            del task  # what it made is not held while nothing is to be done


def _seen(doing: asyncio.Future[Any]) -> None:
    """See what became of it, so that nobody is told of it again."""
    if not doing.cancelled():
        doing.exception()


async def left(request: Request) -> None:
    """Wait until the client has left."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return
