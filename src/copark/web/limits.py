"""Server settings, limits of rate and of concurrent work, and who owns what.

Whose something is: a page makes itself a word that nobody can guess, keeps it, and sends it with what it asks. The word
is a key and no name. What is stored is its hash, so that who reads the database cannot ask in its place.
"""

import asyncio
import atexit
import hashlib
import os
import re
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Header, Request
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema
from starlette.types import Scope

from copark.errors import printable
from copark.web.content.engine import Cancelled, Ticket
from copark.web.problems import Problem

LOOPBACK = "127.0.0.1"
DIST = Path(__file__).parent / "dist"


@dataclass(frozen=True)
class Limits:
    """Limits of what one server gives."""

    body: int = 256_000
    """Bytes of a question."""
    upload: int = 8_000_000
    """Bytes of an uploaded case."""
    patience: float = 30.0
    """Seconds a body may take to arrive."""
    grace: float = 5.0
    """Seconds after which a body must have come at ``least_rate``."""
    least_rate: float = 4_000.0
    """Bytes a second at which a body must come."""
    rate: float = 60.0
    """Tokens an address earns in a second; a plain question costs one."""
    burst: float = 300.0
    """Tokens an address can save at most."""
    open: int = 200
    """Requests that are heard at once; one that waits for its own client makes room, else more are told to come again.
    """
    open_each: int = 64
    """Requests of one address that are heard at once."""
    refused: int = 50
    """Requests at once that did not pass the gate and are told so."""
    connections: int = 1_000
    """Connections at once, or as many as the system's limit of descriptors leaves room for."""
    waiting: int = 48
    """Questions that may wait for the model; others are told to come again."""
    wait: float = 5.0
    """Seconds a question may be expected to wait."""
    each: int = 8
    """Questions of one client that may wait."""
    jobs: int = 50
    """Jobs that may wait."""
    jobs_each: int = 20
    """Jobs of one owner that may wait."""
    stored: int = 20_000_000_000
    """Bytes of stored runs above which no job is taken."""
    memory: int = 480_000_000
    """Bytes of what was made lately that are held: runs, flows, answers, inputs."""
    parks: int = 500
    """Uploaded cases that are kept."""
    parks_each: int = 20
    """Uploaded cases of one owner that are kept."""
    undo: float = 600.0
    """Seconds in which a deleted case can be restored."""


@dataclass(frozen=True)
class Settings:
    """Settings of a server."""

    data: Path = Path("out")
    """The only folder that is written: ``runs/`` and ``reports/`` as the command line has them, and ``web/``."""
    host: str = LOOPBACK
    port: int = 8765
    token: str | None = None
    """What a client must show; ``None`` on loopback alone."""
    hosts: tuple[str, ...] = ()
    """Further names it may be called by."""
    origins: tuple[str, ...] = ()
    """Origins that may write, beside its own."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies that are believed what they say of whom they speak for."""
    threads: int | None = None
    warm: bool = True
    """Run the model once before the first question."""
    dist: Path = DIST
    """Folder of the built front end."""
    limits: Limits = field(default_factory=Limits)

    @property
    def own(self) -> Path:
        """Give the server's own part of the data folder; of one that may not be written, a folder for the moment."""
        existing = next((path for path in (self.data, *self.data.absolute().parents) if path.exists()), self.data)
        return self.data / "web" if os.access(existing, os.W_OK) else _for_the_moment()


@cache
def _for_the_moment() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="copark-web-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


HEADER = "X-Copark-Owner"
_PATTERN = "^[A-Za-z0-9_-]{16,64}$"
_TOLD = (
    "Token of the client, 16 to 64 random letters and digits that it keeps to itself: what is uploaded, saved or "
    "queued with it is found with it alone. Without it, jobs and uploads belong to the client's address."
)
Owner = Annotated[str, Header(alias=HEADER, pattern=_PATTERN, description=_TOLD)]
_Word = Annotated[str, StringConstraints(pattern=_PATTERN)]
MaybeOwner = Annotated[_Word | SkipJsonSchema[None], Header(alias=HEADER, description=_TOLD)]


def address_of(scope: Scope) -> str:
    """Return the address a request comes from; a proxy may have been told anything in its place."""
    client = scope.get("client")
    return printable(str(client[0])) if client else "?"


def owner_by_word(word: str) -> str:
    """Return the owner who has a word."""
    return _hashed(f"word {word}")


def owner_of(request: Request, word: str | None) -> str:
    """Say whose a job is: its client's, by the word, or else by its address."""
    return owner_by_word(word) if word else _hashed(f"address {address_of(request.scope)}")


def asker_of(request: Request) -> str:
    """Say whose a question is: as a job's, by the word where one is sent, whatever is asked."""
    word = request.headers.get(HEADER, "")
    return owner_of(request, word if re.fullmatch(_PATTERN, word) else None)


def _hashed(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32]


T = TypeVar("T")
KEPT = 0.9
"""What each measured task leaves of those before it in the estimate of speed."""


@dataclass
class Lane:
    """Threads for one kind of work, what is being done or waits there (client, weight), and how fast it was lately."""

    threads: int
    pending: dict[Ticket, tuple[str, float]] = field(default_factory=dict)
    seconds: float = 0.0
    weights: float = 0.0

    def __post_init__(self) -> None:
        """Set up a limiter: threads are lent by anyio."""
        self.limiter = CapacityLimiter(self.threads)

    def expected(self) -> float:
        """Estimate the seconds until a thread is free, by the speed of late; 0 if one is."""
        if len(self.pending) < self.threads or not self.weights:
            return 0.0
        ahead = sum(weight for _, weight in self.pending.values())
        return ahead * self.seconds / self.weights / self.threads

    async def do(self, work: Callable[[Ticket], T], ticket: Ticket, weight: float, *, measured: bool) -> T:
        """Do it on a thread.

        Parameters
        ----------
        work
            What is to be done.
        ticket
            Stops the work, and counts the runs it makes.
        weight
            Proportional to the seconds it takes.
        measured
            Let it tell how fast work is even if no runs were made for it.
        """

        def timed() -> tuple[T, float]:
            ticket.check()
            began = time.monotonic()
            return work(ticket), time.monotonic() - began

        answer, seconds = await to_thread.run_sync(timed, limiter=self.limiter)
        if measured or ticket.runs:
            self.seconds = KEPT * self.seconds + seconds
            self.weights = KEPT * self.weights + weight
        return answer


class Pool:
    """Threads that work for requests, first come, first served; light work has threads of its own.

    Threads for each kind, requests of a kind that may wait, seconds one may be expected to wait, the weight up to which
    work is light (0: no such difference), and requests of a kind that one client may have under way.
    """

    def __init__(
        self, threads: int, waiting: int, *, patience: float = float("inf"), light: float = 0.0, each: int = 1_000
    ) -> None:
        self.waiting = waiting
        self.patience = patience
        self.light = light
        self.each = each
        self.heavy = Lane(threads)
        self.quick = Lane(threads)
        self.closed = False

    @property
    def pending(self) -> int:
        """Count the requests that are worked for or wait."""
        return len(self.heavy.pending) + len(self.quick.pending)

    async def run(self, request: Request, work: Callable[[Ticket], T], weight: float = 1.0) -> T:
        """Do some work for a request; stop it if the client leaves.

        Its weight is proportional to the seconds it takes. Where too many wait, or it would for too long: 503 with the
        seconds after which there will be room; ``Cancelled`` if the client has left.

        Parameters
        ----------
        work
            What is to be done, given a ticket that stops it.
        weight
            Proportional to the seconds it takes.
        """
        lane = self.quick if weight <= self.light else self.heavy
        client = asker_of(request)
        self._need_room(lane, client)
        ticket = Ticket()
        lane.pending[ticket] = client, weight
        doing = asyncio.ensure_future(lane.do(work, ticket, weight, measured=not self.light))
        leaving = asyncio.ensure_future(left(request))
        either: set[asyncio.Future[Any]] = {doing, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise leaving.exception() or Cancelled
            return doing.result()
        finally:
            leaving.cancel()
            ticket.cancel()
            doing.cancel()
            del lane.pending[ticket]

    def _need_room(self, lane: Lane, client: str) -> None:
        wait = lane.expected()
        own = sum(name == client for name, _ in lane.pending.values())
        is_full = len(lane.pending) >= lane.threads + self.waiting
        if self.closed or is_full or own >= self.each or wait > self.patience:
            later = wait - self.patience if isfinite(self.patience) else wait / (len(lane.pending) or 1)
            raise Problem(503, "queue", retry_after=max(later, 1.0), seconds=max(1, round(wait)))

    def close(self) -> None:
        """Take nothing more and stop what runs."""
        self.closed = True
        for ticket in (*self.heavy.pending, *self.quick.pending):
            ticket.cancel()


async def left(request: Request) -> None:
    """Wait until the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Rates:
    """Token buckets by address: who saves tokens may ask in a burst, who does not waits.

    Tokens earned in a second, the most saved, and addresses remembered: who is forgotten begins with a full bucket.
    """

    def __init__(
        self, rate: float, burst: float, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.most = most
        self.clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str, cost: float) -> float:
        """Take tokens; what costs more than a full bucket takes it whole, so that it can be had at all.

        0, or the seconds to wait before there will be enough.
        """
        now = self.clock()
        cost = min(cost, self.burst)
        with self._lock:
            tokens, filled_at = self._buckets.pop(address, (self.burst, now))
            tokens = min(self.burst, tokens + (now - filled_at) * self.rate)
            wait = 0.0 if tokens >= cost else (cost - tokens) / self.rate
            self._buckets[address] = (tokens - cost if wait == 0.0 else tokens, now)
            while len(self._buckets) > self.most:
                self._buckets.popitem(last=False)
        return wait
