"""The server: its parts put together behind its guards, how it listens, and the built front end with its pages.

The description of the interface for people is one page made of ``openapi.json``, with no script and no other host.
"""

import asyncio
import ctypes
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from html import escape
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from copark.analyses import REGISTRY
from copark.browser.module_files import FOLDER, LAYOUT_FILE, MODULE_FILE, is_current, made_of
from copark.errors import RunRefused
from copark.json_types import JsonObject
from copark.texts import entries, text
from copark.version import __version__
from copark.web.api import PREFIX, router
from copark.web.connections import BATCH, QUEUE, BoundedProtocol, ConnectionRates, ListeningSocket, room_for_connections
from copark.web.content.server_records import ServerRecords
from copark.web.limits import Limits, RequestPool, ServerSettings, TokenBuckets, is_loopback
from copark.web.methods import AllowedMethods, HeadRequests
from copark.web.middleware import API, DOCUMENTATION, PAGE, WORKER, guarded
from copark.web.problems import MEDIA, add_handlers, language
from copark.web.server_log import begin_log
from copark.web.services import Services

NO_TELEMETRY: Any = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)
"""Nothing is reported to anybody."""
PROBLEM = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemInfo"}}}
SUMMARY = "A stochastic simulator of the multi-scale coupling of intergovernmental cooperation parks."
KEEP_ALIVE = 30
GRACE = 3
TICKS = 10
"""Ticks between two checks of the connections: a second has ten."""
LEAST_TOKEN = 16
ARENA_MAX = -8
"""Number of the setting in ``malloc.h``."""


def create_app(settings: ServerSettings | None = None, records: ServerRecords | None = None) -> ASGIApp:
    """Make the application with its middleware; ``records`` are those whose lock is held already."""
    chosen = settings or ServerSettings()
    rates = TokenBuckets(chosen.limits.rate, chosen.limits.burst)
    return HeadRequests(guarded(AllowedMethods(bare_app(chosen, rates, records)), chosen, rates))


def bare_app(settings: ServerSettings, rates: TokenBuckets, records: ServerRecords | None = None) -> FastAPI:
    """Make the application without its middleware.

    Parameters
    ----------
    settings
        Settings of the server.
    rates
        Requests that an address may send, shared with the access control around the application.
    records
        Memory of the server; its own by default.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = app.state.services = Services(settings, rates, records)
        services.jobs.start()
        if settings.warm:
            await asyncio.to_thread(services.warm_up)
        giving_back = asyncio.create_task(give_back_memory(services.model_pool, services.io_pool))
        try:
            yield
        finally:
            giving_back.cancel()
            services.close()

    app = FastAPI(
        title="copark",
        summary=SUMMARY,
        version=__version__,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
        generate_unique_id_function=lambda route: f"{[*route.tags, 'server'][0]}_{route.name}",
    )
    add_handlers(app)
    app.include_router(router())
    add_docs(app)
    add_documentation(app, settings.site)
    add_pages(app, settings.dist)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


async def give_back_memory(*pools: RequestPool) -> None:
    """Return free memory back to the system every second in which requests were worked on.

    The C library keeps what lies between what is still held, and with runs of many sizes that grows for minutes. To
    give it back takes about two milliseconds.

    Parameters
    ----------
    pools
        Pools that work for requests.
    """
    with suppress(AttributeError, OSError, TypeError):
        trim = ctypes.CDLL(None).malloc_trim
        trimmed = 0
        while True:
            await asyncio.sleep(1.0)
            worked = sum(pool.finished for pool in pools)
            if worked != trimmed:
                trimmed = worked
                await asyncio.to_thread(trim, 0)


def share_arenas() -> None:
    """Let all threads share two arenas of the C library, unless ``MALLOC_ARENA_MAX`` says otherwise or it has none."""
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError, OSError, TypeError):
            ctypes.CDLL(None).mallopt(ARENA_MAX, 2)


def described(app: FastAPI) -> JsonObject:
    """Describe the interface (OpenAPI 3.1), once; whatever goes wrong is answered by a problem."""
    if app.openapi_schema is None:
        description = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
        )
        for methods in description["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = PROBLEM
        app.openapi_schema = description
    return app.openapi_schema


class CoparkServer(uvicorn.Server):
    """A server that calls back when it is ready, checks its connections, and ends at SIGHUP."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and call back."""
        protocol: Any = self.config.http_protocol_class
        for listener in sockets or ():
            if isinstance(listener, ListeningSocket):
                listener.rates = protocol.rates
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(QUEUE)  # asyncio lets as many wait as it accepts in one step
        if self.started:
            self.ready()

    async def on_tick(self, counter: int) -> bool:
        """Check every connection once a second; return whether it is time to end."""
        if counter % TICKS == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, BoundedProtocol):
                    connection.check_progress()
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in good order at SIGHUP too, unless it is ignored, as under ``nohup``."""
        hangup = getattr(signal, "SIGHUP", None)
        is_main = threading.current_thread() is threading.main_thread()
        with super().capture_signals():
            if hangup is None or not is_main or signal.getsignal(hangup) is signal.SIG_IGN:
                yield
                return
            before = signal.signal(hangup, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(hangup, before)


def settings_of(
    host: str,
    port: int,
    token: str | None,
    data: Path,
    lang: str,
    *,
    threads: int | None = None,
    memory: int = Limits.memory // 1_000_000,
    proxies: Sequence[str] = (),
) -> ServerSettings:
    """Return the settings of a server by arguments and environment; refuse an open one without a sound token.

    ``COPARK_TOKEN`` is the token where none is given; ``COPARK_HOSTS`` and ``COPARK_ORIGINS`` name further hosts it may
    be called by and origins that may write, with commas between them. Memory is in megabytes.

    Parameters
    ----------
    host, port
        Address to listen at.
    token
        What a client must show.
    data
        The only folder that is written.
    lang
        Language of refusals, ``en`` or ``zh``.
    threads
        Threads of the model.
    memory
        Bound of what is held, megabytes.
    proxies
        Addresses of proxies that are believed whom they speak for.
    """
    secret = token or os.environ.get("COPARK_TOKEN") or None
    if secret is None and not is_loopback(host):
        raise RunRefused(text("web.needs_token", lang, host=host))
    if secret is not None and len(secret) < LEAST_TOKEN:
        raise RunRefused(text("web.short_token", lang, least=LEAST_TOKEN))
    hosts, origins = (
        tuple(name.strip() for name in os.environ.get(variable, "").split(",") if name.strip())
        for variable in ("COPARK_HOSTS", "COPARK_ORIGINS")
    )
    return ServerSettings(
        data=data,
        host=host,
        port=port,
        token=secret,
        hosts=hosts,
        origins=origins,
        proxies=tuple(proxies),
        threads=threads,
        limits=Limits(memory=memory * 1_000_000),
    )


def listen(settings: ServerSettings, lang: str) -> socket.socket:
    """Bind the address and listen; RunRefused with the reason if that fails."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = ListeningSocket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # until somebody listens, another server can bind the same address
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise RunRefused(text("web.no_address", lang, host=settings.host, port=settings.port, reason=reason)) from None
    return listener


def uvicorn_config(settings: ServerSettings, records: ServerRecords | None = None) -> uvicorn.Config:
    """Return the configuration of uvicorn: the protocol bounds connections, the middleware bounds requests."""
    bounds = {
        "proxies": settings.proxies,
        "most": room_for_connections(settings.limits),
        "rates": ConnectionRates(settings.proxies),
    }
    return uvicorn.Config(
        create_app(settings, records),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        loop="asyncio",
        backlog=BATCH,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        http=type("Protocol", (BoundedProtocol,), bounds),
    )


def serve(settings: ServerSettings, lang: str, ready: Callable[[str], None]) -> None:
    """Serve until somebody stops it.

    Parameters
    ----------
    settings
        Settings of the server: address, output folder, limits.
    lang
        Language of messages, ``en`` or ``zh``.
    ready
        Called with the address when the first question can be asked.
    """
    begin_log()
    share_arenas()
    with closing(ServerRecords(settings.data)) as records, listen(settings, lang) as listener:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        CoparkServer(uvicorn_config(settings, records), lambda: ready(f"http://{shown}:{port}/")).run(
            sockets=[listener]
        )


INDEX = "index.html"
LASTING = "assets/"
"""Files under it have a hash in their names and never change."""
FOREVER = "public, max-age=31536000, immutable"
WORKERS = f"{LASTING}worker-"
"""Scripts of the page that run the kernel beside it."""
PAGES = frozenset(
    (
        "",
        "decide",
        "simulate",
        "compare",
        "network",
        "analyses",
        "evidence",
        "parks",
        "claims",
        "coupling",
        "jobs",
        "report",
        "method",
        "interface",
    )
)
"""Addresses of the front end's own pages; of any other it says that there is none."""


def is_built(folder: Path) -> bool:
    """Return whether a folder holds a built front end."""
    return (folder / INDEX).is_file()


def is_page(path: str) -> bool:
    """Return whether the front end has a page at a path: one of its own, or one of an analysis."""
    page, _, name = path.partition("/")
    return path in PAGES or (page == "analyses" and REGISTRY.get(name) is not None)


class Pages(StaticFiles):
    """Files of the front end; any other address gets its page, with 404 where it has none there.

    Of a script or style the build leaves a copy beside it that Brotli packed: browsers that read it are sent that.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file or a page."""
        where = scope["path"].strip("/")
        if f"/{where}/".startswith(API):
            raise HTTPException(404)
        lasting = where.startswith(LASTING)
        takes = {
            coding.partition(";")[0].strip() for coding in Request(scope).headers.get("accept-encoding", "").split(",")
        }
        packed, stat = self.lookup_path(f"{path}.br") if lasting and "br" in takes else ("", None)
        try:
            if stat is None:
                response = await super().get_response(path, scope)
            else:
                response = self.file_response(packed, stat, scope)
                response.headers.update({"content-encoding": "br", "vary": "Accept-Encoding"})
        except HTTPException as error:
            is_asked = is_page(where) or "text/html" in Request(scope).headers.get("accept", "")
            if error.status_code != 404 or "." in where.rpartition("/")[2] or not is_asked:
                raise
            index = Path(str(self.directory)) / INDEX
            if is_page(where):
                response = self.file_response(index, index.stat(), scope)
            else:
                response = FileResponse(index, 404)
        response.headers["cache-control"] = FOREVER if lasting else "no-cache"
        if response.headers.get("content-type", "").startswith("text/html"):
            response.headers["content-security-policy"] = PAGE
        elif where.startswith(WORKERS):
            response.headers["content-security-policy"] = WORKER
        return response


def add_pages(app: FastAPI, folder: Path) -> None:
    """Serve the front end, where it is built; ``copark serve`` says where it is not."""
    if is_built(folder):
        pages = Pages(directory=folder, html=True)

        @app.api_route("/kernel.json", methods=["GET", "HEAD"], include_in_schema=False)
        async def layout() -> Response:
            if not await asyncio.to_thread(is_current):
                return Response(status_code=204)  # no fault of a page that asks whether there is one
            return FileResponse(FOLDER / LAYOUT_FILE, headers={"cache-control": "no-cache"})

        @app.api_route(f"/{LASTING}kernel-{{stamp}}.wasm", methods=["GET", "HEAD"], include_in_schema=False)
        async def module(stamp: str) -> Response:
            if not await asyncio.to_thread(lambda: is_current() and made_of() == stamp):
                raise HTTPException(404)
            return FileResponse(FOLDER / MODULE_FILE, media_type="application/wasm", headers={"cache-control": FOREVER})

        @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
        async def page(request: Request) -> Response:
            return await pages.get_response(pages.get_path(request.scope), request.scope)


class DocumentationFiles(StaticFiles):
    """Files of the built documentation, whose pages run no script but their own."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the first page of a folder."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        if response.headers.get("content-type", "").startswith("text/html"):
            response.headers["content-security-policy"] = DOCUMENTATION
        return response


def add_documentation(app: FastAPI, folder: Path) -> None:
    """Serve the documentation at ``/docs``, where it is built; the address alone leads to the reader's language."""
    if is_built(folder):
        files = DocumentationFiles(directory=folder, html=True)

        @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
        @app.api_route("/docs/", methods=["GET", "HEAD"], include_in_schema=False)
        async def first_page(request: Request) -> Response:
            return RedirectResponse(f"/docs/{language(request)}/index.html", 307, {"vary": "Accept-Language"})

        @app.api_route("/docs/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
        async def documentation(path: str, request: Request) -> Response:
            return await files.get_response(os.path.normpath(path), request.scope)


STYLE = (
    "body{font:16px/1.5 'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif;"
    "max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #bbb}h3{margin:1.6rem 0 .2rem;font-size:1rem}"
    "code{font:0.9em ui-monospace,monospace;background:#f1f1f1;padding:.1em .3em;border-radius:3px}"
    "table{border-collapse:collapse;width:100%}td{vertical-align:top;padding:.2rem .6rem .2rem 0;"
    "border-bottom:1px solid #ddd}@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}"
    "code{background:#2a2a2a}a{color:#8ab4f8}td,h2{border-color:#444}}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def add_docs(app: FastAPI) -> None:
    """Serve the page; names and descriptions of the interface itself are English."""

    @app.get("/api/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        lang = language(request)
        groups = dict[str, list[str]]()
        for path, methods in app.openapi()["paths"].items():
            for method, operation in methods.items():
                groups.setdefault((operation.get("tags") or ["server"])[0], []).append(
                    _operation(path, method, operation)
                )
        operations = "".join(f'<h2 id="{tag}">{tag}</h2>{"".join(entries)}' for tag, entries in groups.items())
        other = "zh" if lang == "en" else "en"
        title = text("web.docs.title", lang)
        content = (
            f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style></head>'
            f"<body><main><h1>{title}</h1>"
            f'<p><a href="?lang={other}" hreflang="{other}">{text("web.docs.other", lang)}</a></p>'
            f'<p>{text("web.docs.lead", lang)} <a href="/api/v1/openapi.json">openapi.json</a></p>{operations}'
            f'<h2 id="problems">{text("web.docs.problems", lang)}</h2><table>{"".join(_problems(lang))}</table>'
            "</main></body></html>"
        )
        return Response(content, 200, {"content-security-policy": POLICY}, "text/html; charset=utf-8")


def _problems(lang: str) -> Iterator[str]:
    """Describe every kind of problem, by its code."""
    for key in entries("web"):
        if key.startswith("problem.") and key.endswith(".cause"):
            code = key.removeprefix("problem.").removesuffix(".cause")
            words = " ".join(escape(text(f"web.problem.{code}.{part}", lang)) for part in ("cause", "repair"))
            yield f'<tr id="{code}"><td><code>{code}</code></td><td>{words}</td></tr>'


def _operation(path: str, method: str, operation: JsonObject) -> str:
    named = " ".join(f"<code>{escape(parameter['name'])}</code>" for parameter in operation.get("parameters", ()))
    sent = [
        operation.get("requestBody", {}),
        *(answer for status, answer in operation["responses"].items() if int(status) < 400),
    ]
    schemas = [
        f"<code>{escape(kind)} {escape(media.get('schema', {}).get('$ref', '').rpartition('/')[2])}</code>"
        for part in sent
        for kind, media in part.get("content", {}).items()
    ]
    return (
        f'<h3 id="{escape(operation.get("operationId", ""))}">{method.upper()} <code>{escape(path)}</code></h3>'
        f"<p>{escape(operation.get('description') or operation.get('summary') or '')}</p>"
        f"<p>{named} → {', '.join(schemas)}</p>"
    )
