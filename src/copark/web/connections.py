"""Connections: how many there may be, which of them makes room for another, and when one is given up.

A newcomer gets in. Where there are as many connections as descriptors allow, or an address has as many as it may, the
least needed one is closed: first those that have not yet sent a request that passed the gate, of the address that has
most of them and the oldest among these; then idle ones; then those that wait for their own client. Who holds the token
is known by the first request, so that whoever does not cannot keep him out by opening connections.
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
STRANGERS = (10.0, 100.0)
"""Connections that an address may open in a second, and at once, before a request from there has passed the gate."""
AT_ONCE = struct.pack("ii", 1, 0)
"""Value of ``SO_LINGER`` for a connection that is reset, so that nothing of it is kept."""
TURNED_AWAY = 500
"""Connections that are turned away in one step, before others have their turn."""
MOST_FRIENDS = 1_000
"""Addresses that are remembered of whom passed the gate."""
IN_HASTE = 0.5
FEW = 6
"""Seconds for which a request may wait for its client before it is taken for stalled, unless more than so many of its
address wait: a browser has six connections."""


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


def hold_back(line: socket.socket) -> None:
    """Have the system take no more of an answer than it can soon send.

    It would take megabytes for a client that reads nothing, and one that reads slowly would seem to have stopped.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        with suppress(OSError):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell a request of a connection that is one too many when to come again."""
    problem = problem_response(HttpProblem(503, "busy", retry_after=1.0), language_of(None, None))
    problem.headers["connection"] = "close"
    await problem(scope, receive, send)


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn has it, with bounds.

    Headers have to arrive within ten seconds of their first byte, or a 408. Of what is sent, something has to be taken
    in any thirty seconds. Nobody but a proxy has more than 100 connections at once.
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
    openings: ClassVar["ConnectionRates"]
    """Rates at which others may open connections."""
    is_known = False
    """Whether the last request passed the gate."""
    is_given_up = False
    _late: asyncio.TimerHandle | None = None
    _unsent = 0
    _pipelined = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; another connection may have to make room."""
        super().connection_made(transport)
        self.received = self.loop.time()
        self.taken = self.loop.time()
        self.host = self.client[0] if self.client else ""
        self.app = self._with_connection(self.app)
        if line := transport.get_extra_info("socket"):
            hold_back(line)
        self._take_place()
        self._watch(is_waiting=True)

    def data_received(self, data: bytes) -> None:
        """Read on."""
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
        """End."""
        super().connection_lost(exc)
        self._watch(is_waiting=False)

    @property
    def is_idle(self) -> bool:
        """Say whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def waits_since(self) -> float | None:
        """Return when a request began to wait for its client, to send its body or to take the answer; None if not."""
        if self.flow.write_paused:
            return self.taken
        return self.received if self.conn.their_state is h11.SEND_BODY else None

    def judge(self, *, has_passed: bool) -> None:
        """Take note whether a request has passed the gate."""
        self.is_known = has_passed
        if has_passed:
            self.openings.befriend(self.host)

    def look(self) -> None:
        """Give up if the client has long taken nothing of what is sent to it."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent < self._unsent:
            self.taken = self.loop.time()
        self._unsent = unsent
        if self.loop.time() - self.taken > self.stalled:
            self.give_up()

    def give_up(self) -> None:
        """Close the connection at once, and with it whatever is not yet sent."""
        self.is_given_up = True
        self.connections.discard(self)
        self.transport.abort()

    def _with_connection(self, app: Any) -> Callable[..., Any]:
        async def heard(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"]["connection"] = self
            await app(scope, receive, send)

        return heard

    def _take_place(self) -> None:
        """Have another connection closed where there are too many; else be refused."""
        others = cast("set[BoundedProtocol]", self.connections)
        own = [other for other in others if other.host == self.host]
        if len(own) > self.each and self.host not in self.proxies:
            if not make_room(other for other in own if other is not self):
                self.app = busy
                self.within = 2.0
        elif len(others) > self.most and not make_room(other for other in others if other is not self):
            self.give_up()

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
    """Rates at which addresses may open connections: unbounded where a request has passed the gate, else slow.

    Parameters
    ----------
    proxies
        Addresses that speak for others, and may as often as they like.
    """

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self.proxies = frozenset(proxies)
        self.strangers = TokenBuckets(*STRANGERS)
        self._friends: set[str] = set()

    def befriend(self, host: str) -> None:
        """Remember that a request of an address has passed the gate."""
        if len(self._friends) >= MOST_FRIENDS:
            self._friends.clear()
        self._friends.add(host)

    def admit(self, host: str) -> bool:
        """Say whether an address may open a connection now."""
        return host in self._friends or host in self.proxies or not self.strangers.take(host, 1.0)


class ListeningSocket(socket.socket):
    """The socket that listens; who opens connections too fast is turned away before anything is made for them."""

    openings = ConnectionRates()

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection that is admitted. Raises BlockingIOError if there is none for now."""
        for _ in range(TURNED_AWAY):
            line, address = super().accept()
            if self.openings.admit(str(address[0])):
                return line, address
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            line.close()
        raise BlockingIOError


def make_room(connections: Iterable[BoundedProtocol]) -> bool:
    """Give up the connection that is needed least; whether there was one.

    Of many strangers a twentieth goes at once, since to look through all of them for every newcomer would take longer
    than to accept him.
    """
    candidates = list(connections)
    crowds = Counter(
        connection.host for connection in candidates if is_stranger(connection) or connection.waits_since is not None
    )
    ranked = [
        (rank, number)
        for number, connection in enumerate(candidates)
        if (rank := rank_of(connection, crowds)) is not None
    ]
    strangers = sum(rank[0] == 0 for rank, _ in ranked)
    leaving = 1 + strangers // 20
    for _, number in heapq.nsmallest(leaving, ranked):
        candidates[number].give_up()
    return bool(ranked)


def is_stranger(connection: BoundedProtocol) -> bool:
    """Say whether nothing speaks for a connection: no request of it passed the gate, or it is being closed."""
    is_known = connection.is_known or connection.host in connection.proxies
    return not is_known or connection.transport.is_closing()


def rank_of(connection: BoundedProtocol, crowds: Counter[str]) -> tuple[int, int, float] | None:
    """Return the place of a connection among those that make room, the first having the least; None if it does not.

    Parameters
    ----------
    crowds
        How many connections of each address are strangers or wait for their client.
    """
    crowd = crowds[connection.host]
    if is_stranger(connection):
        return 0, -crowd, connection.received
    if connection.is_idle:
        return 1, 0, connection.received
    since = connection.waits_since
    if since is not None and (crowd > FEW or connection.loop.time() - since > IN_HASTE):
        return 2, -crowd, since
    return None


def connection_of(scope: Scope) -> BoundedProtocol | None:
    """Return the connection of a request, if a server of ours has accepted it."""
    connection: BoundedProtocol | None = scope.get("state", {}).get("connection")
    return connection


class RequestSlots:
    """Requests that are heard at once.

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
    def place(self, scope: Scope) -> Iterator[bool]:
        """Take a place for as long as a request lasts; whether there was one."""
        address = address_of(scope)
        connection = connection_of(scope)
        place = object()
        is_free = self._is_free(address)
        if is_free:
            self._taken[place] = address, connection
        try:
            yield is_free
        finally:
            self._taken.pop(place, None)

    def _is_free(self, address: str) -> bool:
        """Say whether there is a place, after another request has made room if there was none."""
        others = [(host, line) for host, line in self._taken.values() if line is None or not line.is_given_up]
        own = [(host, line) for host, line in others if host == address]
        if len(own) >= self.each:
            full = own
        elif len(others) >= self.most:
            full = others
        else:
            return True
        return make_room(line for _, line in full if line is not None)
