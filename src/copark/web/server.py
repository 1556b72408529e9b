"""The server: its parts put together behind its guards, the description of the interface, and how it listens."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from copark.errors import RunRefused
from copark.texts import text
from copark.version import __version__
from copark.web.api import PREFIX, router
from copark.web.limits import Limits, Rates, Settings, is_loopback
from copark.web.middleware import guarded
from copark.web.problems import MEDIA, add_handlers
from copark.web.services import Services
from copark.web.static_files import add_docs, add_pages
from copark.workflows.serving.errands import Records

UNWATCHED: Any = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)
"""Nothing is reported to anybody."""
PROBLEM = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemInfo"}}}
SUMMARY = "A stochastic simulator of the multi-scale coupling of intergovernmental cooperation parks."
KEEP_ALIVE = 30
GRACE = 3
LEAST_TOKEN = 16


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Make the application, behind its guards."""
    chosen = settings or Settings()
    rates = Rates(chosen.limits.rate, chosen.limits.burst)
    return guarded(bare_app(chosen, rates), chosen, rates)


def bare_app(settings: Settings, rates: Rates) -> FastAPI:
    """The application without its guards."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = app.state.services = Services(settings, rates)
        services.jobs.start()
        if settings.warm:
            await asyncio.to_thread(services.warm_up)
        try:
            yield
        finally:
            services.close()

    app = FastAPI(
        title="copark", summary=SUMMARY, version=__version__, openapi_url=f"{PREFIX}/openapi.json", docs_url=None,
        redoc_url=None, lifespan=lifespan, telemetry=UNWATCHED,
        generate_unique_id_function=lambda route: f"{[*route.tags, 'server'][0]}_{route.name}",
    )  # fmt: skip
    add_handlers(app)
    app.include_router(router())
    add_docs(app)
    add_pages(app, settings.dist)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The description of the interface (OpenAPI 3.1), made once; whatever goes wrong is answered by a problem."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
        )
        for methods in made["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = PROBLEM
        app.openapi_schema = made
    return app.openapi_schema


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn has it, but headers have to arrive in time: ten seconds from the first byte, or a 408."""

    within = 10.0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self._watch(is_waiting=True)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        super().data_received(data)
        self._watch(is_waiting=self.conn.their_state is h11.IDLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        super().connection_lost(exc)
        self._watch(is_waiting=False)

    def _watch(self, *, is_waiting: bool) -> None:
        if is_waiting and self._late is None:
            self._late = self.loop.call_later(self.within, self._too_late)
        elif not is_waiting and self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


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
    memory: int = Limits.memory // 1_000_000, proxies: Sequence[str] = (),
) -> Settings:  # fmt: skip
    """How a server is to be set up, by what was said and by the environment; refused if open without a sound token.

    ``COPARK_TOKEN`` is the token where none is given; ``COPARK_HOSTS`` and ``COPARK_ORIGINS`` name further hosts it may
    be called by and origins that may write, with commas between them. Memory is in megabytes.
    """
    given = token or os.environ.get("COPARK_TOKEN") or None
    if given is None and not is_loopback(host):
        raise RunRefused(text("web.needs_token", lang, host=host))
    if given is not None and len(given) < LEAST_TOKEN:
        raise RunRefused(text("web.short_token", lang, least=LEAST_TOKEN))
    hosts, origins = (
        tuple(name.strip() for name in os.environ.get(variable, "").split(",") if name.strip())
        for variable in ("COPARK_HOSTS", "COPARK_ORIGINS")
    )
    return Settings(
        data=data, host=host, port=port, token=given, hosts=hosts, origins=origins, proxies=tuple(proxies),
        threads=threads, limits=Limits(memory=memory * 1_000_000),
    )  # fmt: skip


def listen(settings: Settings, lang: str) -> socket.socket:
    """Take the address; what hinders that is told."""
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
        http=BoundedProtocol,
    )  # fmt: skip


def serve(settings: Settings, lang: str, ready: Callable[[str], None]) -> None:
    """Serve until somebody stops it; ``ready`` is told the address when the first question can be asked."""
    Records(settings.data).close()
    door = listen(settings, lang)
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    try:
        Announced(config_of(settings), lambda: ready(f"http://{shown}:{port}/")).run(sockets=[door])
    finally:
        door.close()
