"""Connections: how many there may be, which of them makes room for a new one, and when one is closed.

A new connection is always accepted. Where there are as many as descriptors allow, or an address has as many as it may,
the least needed one is closed: first those without a request that passed access control, of the address that has most
of them and the oldest among these; then idle ones; then those that wait for their own client. A client with the token
is known by its first request, so that nobody without it can keep him out by opening connections.
"""

import asyncio
import heapq
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, cast

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from copark.web.limits import Limits, TokenBuckets, address_of
from copark.web.problems import HttpProblem, language_of, problem_response

try:
    import resource
except ImportError:  # there is none on Windows, and no such limit
    resource = None  # type: ignore[assignment]

BATCH = 32
"""Connections that are accepted before any other can be closed: asyncio accepts as many in one step."""
QUEUE = 2_048
"""Connections that wait in the system until they are accepted, or as many as it allows."""
OTHER_DESCRIPTORS = 100
"""Descriptors beside connections and a file for each open request: database, fonts, jobs, stored runs."""
PIPELINED = 16
"""Requests that a client may send behind one another without waiting for an answer."""
UNSENT = 32_768
"""Bytes that the system may hold of an answer and has not yet sent."""
UNPROVEN_RATE = (10.0, 100.0)
"""Connections that an address may open in a second, and at once, before a request from there has passed access
control."""
AT_ONCE = struct.pack("ii", 1, 0)
"""Value of ``SO_LINGER`` for a connection that is reset, so that nothing of it is kept."""
MOST_REJECTED = 500
"""Connections that are rejected in one step, before others have their turn."""
MOST_PROVEN = 1_000
"""Addresses with a request that passed access control, of which as many are remembered."""
STALLED_AFTER = 0.5
"""Seconds a request may wait for its client before it counts as stalled."""
BROWSER_CONNECTIONS = 6
"""Connections of an address that may wait for so long; beyond, all that wait count as stalled."""


def descriptors(count: int) -> int:
    """Return how many descriptors this process may have; the limit is raised to ``count`` where the system allows."""
    if resource is None:
        return count
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return count
    raised = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft < raised:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            return raised
    return soft


def room_for_connections(limits: Limits) -> int:
    """Return how many connections there may be, so that descriptors are left for everything else that is opened."""
    reserve = limits.open + 4 * BATCH + OTHER_DESCRIPTORS
    allowed = descriptors(limits.connections + reserve)
    return min(limits.connections, max(allowed - reserve, allowed // 2))


def limit_unsent(connection: socket.socket) -> None:
    """Let the system buffer no more of a response than it can soon send.

    It would buffer megabytes for a client that reads nothing, and one that reads slowly would seem to have stopped.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond to a connection that is one too many with 503 and when to retry.

    Takes the place of the application for that connection: no route, middleware or slot is reached.

    Parameters
    ----------
    scope, receive, send
        The request and its two channels, as ASGI defines them; the body is not read.
    """
    problem = problem_response(HttpProblem(503, "busy", retry_after=1.0), language_of(None, None))
    problem.headers["connection"] = "close"
    await problem(scope, receive, send)


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn has it, with bounds.

    Headers must arrive within ten seconds of their first byte, else the response is 408. A client must read something
    in any thirty seconds. No address but a proxy has more than 100 connections at once.
    """

    most = Limits.connections
    """Connections in all."""
    each = 100
    """Connections of an address."""
    within = 10.0
    """Seconds for a header."""
    stalled = 30.0
    """Seconds without progress in sending."""
    proxies: tuple[str, ...] = ()
    """Addresses whose connections are not counted."""
    rates: ClassVar["ConnectionRates"]
    """Rates at which addresses may open connections."""
    is_proven = False
    """Whether the last request passed access control."""
    is_aborted = False
    """Whether the connection was closed at once."""
    _late: asyncio.TimerHandle | None = None
    _unsent = 0
    _pipelined = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Set up the connection; another one may have to make room for it."""
        super().connection_made(transport)
        self.received = self.loop.time()
        self.taken = self.loop.time()
        self.host = self.client[0] if self.client else ""
        self.app = self._with_connection(self.app)
        if line := transport.get_extra_info("socket"):
            limit_unsent(line)
        self._enforce_limits()
        self._watch(is_waiting=True)

    def data_received(self, data: bytes) -> None:
        """Read what has arrived."""
        self.received = self.loop.time()
        super().data_received(data)
        is_leftover = self.conn.their_state is h11.SEND_BODY and self.is_idle
        self._watch(is_waiting=self.conn.their_state is h11.IDLE or is_leftover)

    def on_response_complete(self) -> None:
        """Read the next request, unless too many of them were sent without waiting for answers."""
        waiting, _ = self.conn.trailing_data
        self._pipelined = self._pipelined + 1 if waiting else 0
        if self._pipelined > PIPELINED and not self.transport.is_closing():
            self.shutdown()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up."""
        super().connection_lost(exc)
        self._watch(is_waiting=False)

    @property
    def is_idle(self) -> bool:
        """Return whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def waits_since(self) -> float | None:
        """Return when a request began to wait for its client, to send its body or to take the answer; None if not."""
        if self.flow.write_paused:
            return self.taken
        return self.received if self.conn.their_state is h11.SEND_BODY else None

    def record_access(self, *, is_allowed: bool) -> None:
        """Record whether a request has passed access control."""
        self.is_proven = is_allowed
        if is_allowed:
            self.rates.prove(self.host)

    def check_progress(self) -> None:
        """Abort if the client has long read nothing of what is sent to it."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent < self._unsent:
            self.taken = self.loop.time()
        self._unsent = unsent
        if self.loop.time() - self.taken > self.stalled:
            self.abort()

    def abort(self) -> None:
        """Close the connection at once, whatever is not yet sent."""
        self.is_aborted = True
        self.connections.discard(self)
        self.transport.abort()

    def _with_connection(self, app: Any) -> Callable[..., Any]:
        async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
            """Attach to a request which connection it came by, for :func:`connection_of`.

            Parameters
            ----------
            scope
                ASGI scope of the request; its ``state`` gets the key ``connection``.
            receive, send
                Passed on as they are.
            """
            scope["state"]["connection"] = self
            await app(scope, receive, send)

        return with_connection

    def _enforce_limits(self) -> None:
        """Close another connection where there are too many, or else refuse this one."""
        others = cast("set[BoundedProtocol]", self.connections)
        own = [other for other in others if other.host == self.host]
        if len(own) > self.each and self.host not in self.proxies:
            if not make_room(other for other in own if other is not self):
                self.app = busy
                self.within = 2.0
        elif len(others) > self.most and not make_room(other for other in others if other is not self):
            self.abort()

    def _watch(self, *, is_waiting: bool) -> None:
        if is_waiting and self._late is None:
            self._late = self.loop.call_later(self.within, self._too_late)
        elif not is_waiting and self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        if self.is_idle and self.conn.their_state is h11.IDLE:
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


class ConnectionRates:
    """Rates at which addresses may open connections: unbounded once a request has passed access control, else slow.

    Parameters
    ----------
    proxies
        Addresses that speak for others, and may as often as they like.
    """

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self.proxies = frozenset(proxies)
        self.unproven = TokenBuckets(*UNPROVEN_RATE)
        self._proven: set[str] = set()

    def prove(self, host: str) -> None:
        """Remember that a request of an address has passed access control."""
        if len(self._proven) >= MOST_PROVEN:
            self._proven.clear()
        self._proven.add(host)

    def admit(self, host: str) -> bool:
        """Return whether an address may open a connection now."""
        return host in self._proven or host in self.proxies or not self.unproven.take(host, 1.0)


class ListeningSocket(socket.socket):
    """The socket that listens; an address that opens connections too fast is rejected before anything is set up."""

    rates = ConnectionRates()

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection that is admitted. Raises BlockingIOError if there is none for now."""
        for _ in range(MOST_REJECTED):
            line, address = super().accept()
            if self.rates.admit(str(address[0])):
                return line, address
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            line.close()
        raise BlockingIOError


def make_room(connections: Iterable[BoundedProtocol]) -> bool:
    """Abort the connection that is needed least; return whether there was one.

    Of many unproven ones a twentieth goes at once, since to rank all of them for every new connection would take longer
    than to accept it.
    """
    candidates = list(connections)
    crowds = Counter(
        connection.host for connection in candidates if is_unproven(connection) or connection.waits_since is not None
    )
    ranked = [
        (rank, number)
        for number, connection in enumerate(candidates)
        if (rank := rank_of(connection, crowds)) is not None
    ]
    unproven = sum(rank[0] == 0 for rank, _ in ranked)
    closing = 1 + unproven // 20
    for _, number in heapq.nsmallest(closing, ranked):
        candidates[number].abort()
    return bool(ranked)


def is_unproven(connection: BoundedProtocol) -> bool:
    """Return whether no request of a connection has passed access control, or it is being closed."""
    is_proven = connection.is_proven or connection.host in connection.proxies
    return not is_proven or connection.transport.is_closing()


def rank_of(connection: BoundedProtocol, crowds: Counter[str]) -> tuple[int, int, float] | None:
    """Return the place of a connection among those that make room, the first having the least; None if it does not.

    Parameters
    ----------
    crowds
        Number of connections of each address that are unproven or wait for their client.
    """
    crowd = crowds[connection.host]
    if is_unproven(connection):
        return 0, -crowd, connection.received
    if connection.is_idle:
        return 1, 0, connection.received
    since = connection.waits_since
    if since is not None and (crowd > BROWSER_CONNECTIONS or connection.loop.time() - since > STALLED_AFTER):
        return 2, -crowd, since
    return None


def connection_of(scope: Scope) -> BoundedProtocol | None:
    """Return the connection of a request, if this server has accepted it."""
    connection: BoundedProtocol | None = scope.get("state", {}).get("connection")
    return connection


class RequestSlots:
    """Slots for requests that are served at once.

    Parameters
    ----------
    most, each
        Requests in all, and of one address. A request that waits for its own client makes room for another.
    """

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self.each = each
        self._taken: dict[object, tuple[str, BoundedProtocol | None]] = {}

    @contextmanager
    def slot(self, scope: Scope) -> Iterator[bool]:
        """Take a slot for as long as a request lasts; yield whether there was one."""
        address = address_of(scope)
        connection = connection_of(scope)
        slot = object()
        is_free = self._is_free(address)
        if is_free:
            self._taken[slot] = address, connection
        try:
            yield is_free
        finally:
            self._taken.pop(slot, None)

    def _is_free(self, address: str) -> bool:
        """Return whether there is a slot, after another request has made room if there was none."""
        others = [(host, line) for host, line in self._taken.values() if line is None or not line.is_aborted]
        own = [(host, line) for host, line in others if host == address]
        if len(own) >= self.each:
            full = own
        elif len(others) >= self.most:
            full = others
        else:
            return True
        return make_room(line for _, line in full if line is not None)
