"""Server settings, limits of rate and of concurrent work, and owners.

An owner is known by a client token: random letters that a page generates, keeps, and sends with its requests. The token
is a key and no name. Its hash is what is stored, so that nobody who reads the database can act in its place.
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
from copark.web.content.engine import CancellationToken, Cancelled
from copark.web.places import DIST, SITE
from copark.web.problems import HttpProblem

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Limits:
    """Limits of one server."""

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
class ServerSettings:
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
    site: Path = SITE
    """Folder of the built documentation."""
    limits: Limits = field(default_factory=Limits)

    @property
    def server_folder(self) -> Path:
        """Folder of the server's own files in the data folder; a temporary one if that may not be written."""
        existing = next((path for path in (self.data, *self.data.absolute().parents) if path.exists()), self.data)
        return self.data / "web" if os.access(existing, os.W_OK) else _temporary_folder()


@cache
def _temporary_folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="copark-web-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


HEADER = "X-Copark-Owner"
_PATTERN = "^[A-Za-z0-9_-]{16,64}$"
_DESCRIPTION = (
    "Token of the client, 16 to 64 random letters and digits that it keeps to itself: what is uploaded, saved or "
    "queued with it is found with it alone. Without it, jobs and uploads belong to the client's address."
)
ClientToken = Annotated[str, Header(alias=HEADER, pattern=_PATTERN, description=_DESCRIPTION)]
_Token = Annotated[str, StringConstraints(pattern=_PATTERN)]
OptionalClientToken = Annotated[_Token | SkipJsonSchema[None], Header(alias=HEADER, description=_DESCRIPTION)]


def address_of(scope: Scope) -> str:
    """Return the address a request comes from; a proxy may have been told anything in its place."""
    client = scope.get("client")
    return printable(str(client[0])) if client else "?"


def owner_of_token(token: str) -> str:
    """Return the owner who has a client token."""
    return _hashed(f"word {token}")  # the prefix is part of what is stored


def owner_of(request: Request, token: str | None) -> str:
    """Return the owner of a request: by its client token, or else by its address."""
    return owner_of_token(token) if token else _hashed(f"address {address_of(request.scope)}")


def client_id_of(request: Request) -> str:
    """Return whom a request counts for in a fair queue: the owner, whatever route it is of."""
    token = request.headers.get(HEADER, "")
    return owner_of(request, token if re.fullmatch(_PATTERN, token) else None)


def _hashed(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32]


T = TypeVar("T")
DECAY = 0.9
"""Weight that earlier tasks keep in the estimate of speed with each new one (exponential smoothing)."""


@dataclass
class PoolLane:
    """Threads for light or for heavy requests of a pool, and how fast they were lately."""

    threads: int
    pending: dict[CancellationToken, tuple[str, float]] = field(default_factory=dict)
    """Client and weight of each request that runs or waits."""
    seconds: float = 0.0
    """Seconds that recent requests took, smoothed."""
    weights: float = 0.0
    """Weights of the same requests, smoothed."""

    def __post_init__(self) -> None:
        """Set up a limiter: threads are lent by anyio."""
        self.limiter = CapacityLimiter(self.threads)

    def expected(self) -> float:
        """Estimate the seconds until a thread is free, by the speed of late; 0 if one is."""
        if len(self.pending) < self.threads or not self.weights:
            return 0.0
        ahead = sum(weight for _, weight in self.pending.values())
        return ahead * self.seconds / self.weights / self.threads

    async def do(
        self, work: Callable[[CancellationToken], T], cancellation: CancellationToken, weight: float, *, measured: bool
    ) -> T:
        """Run a function on a thread.

        Parameters
        ----------
        work
            The function.
        cancellation
            Stops the work, and counts the runs it makes.
        weight
            Proportional to the seconds it takes.
        measured
            Count it in the estimate of speed even if no runs were made for it.
        """

        def timed() -> tuple[T, float]:
            cancellation.check()
            began = time.monotonic()
            return work(cancellation), time.monotonic() - began

        answer, seconds = await to_thread.run_sync(timed, limiter=self.limiter)
        if measured or cancellation.runs:
            self.seconds = DECAY * self.seconds + seconds
            self.weights = DECAY * self.weights + weight
        return answer


class RequestPool:
    """Threads that work for requests, first come, first served; light work has threads of its own.

    Parameters
    ----------
    threads
        Threads for each kind of work, light and heavy.
    waiting
        Requests of a kind that may wait.
    patience
        Seconds a request may be expected to wait.
    light
        Weight up to which work is light; 0 for no such difference.
    each
        Requests of a kind that one client may have under way.
    """

    def __init__(
        self, threads: int, waiting: int, *, patience: float = float("inf"), light: float = 0.0, each: int = 1_000
    ) -> None:
        self.waiting = waiting
        self.patience = patience
        self.light = light
        self.each = each
        self.heavy = PoolLane(threads)
        self.quick = PoolLane(threads)
        self.closed = False
        self.finished = 0
        """Requests that were worked on and are over, however they ended."""

    @property
    def pending(self) -> int:
        """Count the requests that run or wait."""
        return len(self.heavy.pending) + len(self.quick.pending)

    async def run(self, request: Request, work: Callable[[CancellationToken], T], weight: float = 1.0) -> T:
        """Run a function for a request; stop it if the client disconnects.

        Parameters
        ----------
        request
            The request, whose client takes its turn among others.
        work
            The function, given a token that cancels it.
        weight
            Proportional to the seconds it takes.

        Raises
        ------
        HttpProblem
            503, with the seconds until there is room, if too many requests wait, or this one would for too long.
        Cancelled
            If the client has disconnected.
        """
        lane = self.quick if weight <= self.light else self.heavy
        client = client_id_of(request)
        self._need_room(lane, client)
        cancellation = CancellationToken()
        lane.pending[cancellation] = client, weight
        doing = asyncio.ensure_future(lane.do(work, cancellation, weight, measured=not self.light))
        leaving = asyncio.ensure_future(disconnected(request))
        either: set[asyncio.Future[Any]] = {doing, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise leaving.exception() or Cancelled
            return doing.result()
        finally:
            leaving.cancel()
            cancellation.cancel()
            doing.cancel()
            del lane.pending[cancellation]
            self.finished += 1

    def _need_room(self, lane: PoolLane, client: str) -> None:
        wait = lane.expected()
        own = sum(name == client for name, _ in lane.pending.values())
        is_full = len(lane.pending) >= lane.threads + self.waiting
        if self.closed or is_full or own >= self.each or wait > self.patience:
            later = wait - self.patience if isfinite(self.patience) else wait / (len(lane.pending) or 1)
            raise HttpProblem(503, "queue", retry_after=max(later, 1.0), seconds=max(1, round(wait)))

    def close(self) -> None:
        """Accept no more requests and cancel those that run."""
        self.closed = True
        for cancellation in (*self.heavy.pending, *self.quick.pending):
            cancellation.cancel()


async def disconnected(request: Request) -> None:
    """Wait until the client has disconnected."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


class TokenBuckets:
    """Token buckets by address: an address that has saved tokens may send a burst of requests, another waits.

    Parameters
    ----------
    rate
        Tokens earned in a second.
    burst
        Tokens saved at most.
    most
        Addresses remembered; one that is forgotten begins with a full bucket.
    clock
        Returns the time, seconds.
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
        """Take tokens, at most a full bucket; return 0, or the seconds until there are enough.

        Parameters
        ----------
        address
            Address whose bucket it is.
        cost
            Tokens to take.
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
