"""The threads the model runs on: as many as there are processors, a queue with an end, and no work for who has left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import Request

from copark.web.problems import Problem
from copark.workflows.serving.engine import Cancelled, Ticket

T = TypeVar("T")


class Pool:
    """Threads that work for requests.

    Parameters
    ----------
    workers
        Threads.
    waiting
        Requests that may wait for one.
    name
        What the threads are called.
    """

    def __init__(self, workers: int, waiting: int, name: str) -> None:
        self.workers = workers
        self.waiting = waiting
        self.pending = 0
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)

    async def run(self, request: Request, work: Callable[[Ticket], T]) -> T:
        """Do some work for a request, unless too many wait; stop it if the client leaves.

        Raises
        ------
        Problem
            If too many wait.
        Cancelled
            If the client has left.
        """
        if self.pending >= self.workers + self.waiting:
            raise Problem(503, "busy", retry_after=1.0)
        ticket = Ticket()

        def begin() -> T:
            ticket.check()
            return work(ticket)

        self.pending += 1
        doing = asyncio.get_running_loop().run_in_executor(self._threads, begin)
        doing.add_done_callback(self._done)
        leaving = asyncio.ensure_future(left(request))
        either: set[asyncio.Future[Any]] = {doing, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise Cancelled
            return doing.result()
        finally:
            leaving.cancel()
            if not doing.done():
                ticket.cancel()
                doing.cancel()

    def _done(self, doing: asyncio.Future[T]) -> None:
        self.pending -= 1
        if not doing.cancelled():
            doing.exception()  # seen, so that nobody is told of it again

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def left(request: Request) -> None:
    """Wait until the client has left."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return
