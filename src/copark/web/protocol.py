"""What is not yet a request: headers have to arrive in time, and no address holds most of the connections."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from copark.web.problems import Problem, language_of, problem_response

HEADERS_WITHIN = 10.0
"""Seconds the headers of a request may take to arrive."""
SHORT = 2.0
"""The same for a connection that is one too many."""
CONNECTIONS = 600
EACH = 100
"""Connections in all, and from one address."""


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell a request of a connection that is one too many when to come again."""
    problem = problem_response(Problem(503, "busy", retry_after=1.0), language_of(None, None))
    problem.headers["connection"] = "close"
    await problem(scope, receive, send)


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn has it, with bounds."""

    proxies: ClassVar[tuple[str, ...]] = ()
    """Addresses that speak for many."""
    _late: asyncio.TimerHandle | None = None
    _within = HEADERS_WITHIN

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and count."""
        super().connection_made(transport)
        host = self.client[0] if self.client else None
        own = [one for one in self.connections if isinstance(one, H11Protocol) and one.client and one.client[0] == host]
        if len(self.connections) > CONNECTIONS or (len(own) > EACH and host not in self.proxies):
            self.app, self._within = busy, SHORT
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        super().connection_lost(exc)
        self._watch(is_over=True)

    def _watch(self, *, is_over: bool = False) -> None:
        """Wait for headers from their first byte on, or the beginning of the connection, until they are there."""
        is_waiting = not is_over and self.conn.their_state is h11.IDLE
        if is_waiting and self._late is None:
            self._late = self.loop.call_later(self._within, self._too_late)
        elif not is_waiting and self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()
