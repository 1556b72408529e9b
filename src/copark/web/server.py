"""Listening: an address, the application, and a word when it is ready.

What is not yet a request: headers have to arrive in time, and no address holds most of the connections.
"""

import asyncio
import ctypes
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import h11
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from copark.errors import RunRefused
from copark.texts import text
from copark.web.app import create_app
from copark.web.problems import Problem, language_of, problem_response
from copark.web.settings import Limits, Settings, is_loopback
from copark.workflows.serving.records import see_to_it

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


ARENA_MAX = -8
"""Number of the setting in ``malloc.h``."""
KEEP_ALIVE = 30
GRACE = 3
LEAST_TOKEN = 16
MEMORY = Limits.memory // 1_000_000
"""Megabytes of what was made lately that are held."""
Ready = Callable[[str], None]


class Announced(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets)
        if self.started:
            self.ready()


def settings_of(
    host: str, port: int, token: str | None, data: Path, lang: str, *, threads: int | None = None,
    memory: int = MEMORY, proxies: Sequence[str] = (),
) -> Settings:  # fmt: skip
    """How a server is to be set up, by what was said and by the environment.

    ``COPARK_TOKEN`` is the token where none is given; ``COPARK_HOSTS`` and ``COPARK_ORIGINS`` name further hosts it may
    be called by and origins that may write, with commas between them.

    Raises
    ------
    RunRefused
        If it would be open to others without a token worth the name.
    """
    given = token or os.environ.get("COPARK_TOKEN") or None
    if given is None and not is_loopback(host):
        raise RunRefused(text("web.needs_token", lang, host=host))
    if given is not None and len(given) < LEAST_TOKEN:
        raise RunRefused(text("web.short_token", lang, least=LEAST_TOKEN))
    return Settings(
        data=data,
        host=host,
        port=port,
        token=given,
        hosts=_names("COPARK_HOSTS"),
        origins=_names("COPARK_ORIGINS"),
        proxies=tuple(proxies),
        threads=threads,
        limits=Limits(memory=memory * 1_000_000),
    )


def _names(variable: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in os.environ.get(variable, "").split(",") if name.strip())


def listen(settings: Settings, lang: str) -> socket.socket:
    """Take the address.

    Raises
    ------
    RunRefused
        If it cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
    except OSError as error:
        found.close()
        reason = error.strerror or str(error)
        raise RunRefused(text("web.no_address", lang, host=settings.host, port=settings.port, reason=reason)) from None
    return found


def config_of(settings: Settings) -> uvicorn.Config:
    """How the server listens: what is not yet a request is bounded by the protocol, everything else by the guards."""
    return uvicorn.Config(
        create_app(settings), log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        lifespan="on", ws="none", loop="asyncio", timeout_keep_alive=KEEP_ALIVE, timeout_graceful_shutdown=GRACE,
        http=type("Protocol", (BoundedProtocol,), {"proxies": settings.proxies}),
    )  # fmt: skip


def serve(settings: Settings, lang: str, ready: Ready) -> None:
    """Serve until somebody stops it.

    Parameters
    ----------
    ready
        Told the address when the first question can be asked.

    Raises
    ------
    RunRefused
        If the address cannot be had.
    """
    share_arenas()
    see_to_it(settings.data)
    door = listen(settings, lang)
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    try:
        Announced(config_of(settings), lambda: ready(f"http://{shown}:{port}/")).run(sockets=[door])
    finally:
        door.close()


def share_arenas() -> None:
    """Let all threads share two arenas of the C library, before they are begun (docs/reliability.md: hours of work).

    Whoever sets MALLOC_ARENA_MAX decides otherwise, and another library has no arenas.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError, OSError, TypeError):
            ctypes.CDLL(None).mallopt(ARENA_MAX, 2)
