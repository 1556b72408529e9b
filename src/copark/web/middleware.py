"""Middleware: host names, origins, tokens, rates and sizes of requests; and headers of all responses.

Each layer is a plain ASGI callable, so that streams pass through unbuffered and a client that leaves is noticed.
"""

import asyncio
import hashlib
import hmac
import logging
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copark.web.connections import RequestSlots, connection_of
from copark.web.limits import ServerSettings, TokenBuckets, address_of, is_loopback
from copark.web.problems import HttpProblem, language_of, problem_response, unexpected
from copark.web.sessions import Sessions

API = "/api/"
COOKIE = "copark_session"
SAFE = ("GET", "HEAD", "OPTIONS")
UPLOADS = "/api/v1/cases"
PACKED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/pdf",
    "application/gzip",
    "application/x-netcdf",
)
GZIP = {"minimum_size": 1_400, "compresslevel": 1, "exclude_content_types": PACKED}
"""112 kB become 43 in a millisecond at the lowest level; higher ones take three to five times as long for a tenth."""
WRONG_TOKENS = (1.0, 10.0)
"""Wrong tokens an address may show in a second, and at once."""

DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Content security policy of data."""
PAGE = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
"""Content security policy of the front end, whose charts set the style of their own elements; it may compile the
kernel (WebAssembly), and no text into a script."""
WORKER = "default-src 'none'; script-src 'wasm-unsafe-eval'; frame-ancestors 'none'; base-uri 'none'"
"""Content security policy of a script that runs the kernel beside the page: it fetches nothing."""
DOCUMENTATION = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
"""Content security policy of the documentation, whose icons set their own styles; its scripts are all files."""
REPORT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox"
"""Content security policy of reports, which are one file, run nothing, and are kept apart from the server."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": DATA,
    "cache-control": "no-store",
}
"""Headers of a response that does not set them itself."""
log = logging.getLogger("copark.web")


async def refuse(problem: HttpProblem, scope: Scope, receive: Receive, send: Send, *, closes: bool = False) -> None:
    """Answer with a problem, in the language the request asks for before it is anything else.

    Parameters
    ----------
    problem
        The problem, with its status and texts.
    scope, receive, send
        The request and its two channels, as ASGI defines them.
    closes
        End the connection with it, so that neither the body nor another request is read.
    """
    lang = language_of(_query(scope, "lang"), Headers(scope=scope).get("accept-language"))
    response = problem_response(problem, lang)
    if closes:
        response.headers["connection"] = "close"
    await response(scope, receive, send)


def _query(scope: Scope, name: str) -> str:
    return parse_qs(str(scope.get("query_string", b""), "latin-1")).get(name, [""])[0]


class ResponseHeaders:
    """Middleware that sets the headers of all responses, and lets no error pass."""

    def __init__(self, app: ASGIApp, bare: ASGIApp) -> None:
        self.app = app
        self.bare = bare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":  # its beginning and end
            await self.bare(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                if message["status"] != HTTPStatus.NOT_MODIFIED:  # else they would replace those of the page kept
                    for name, value in HEADERS.items():
                        headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends here
            if not begun:
                await refuse(unexpected(error), scope, receive, with_headers)


class AccessControl:
    """Middleware that refuses another host name or origin, a missing token, and too many requests.

    A page of another origin that had its own name point here (DNS rebinding) still sends that name. The token is shown
    as a bearer, or as the cookie that a first visit with it sets.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, rates: TokenBuckets) -> None:
        self.app = app
        self.rates = rates
        self.token = settings.token
        self.hosts = own_names(settings)
        self.origins = frozenset(settings.origins)
        self.digest = hashlib.sha256((settings.token or "").encode()).digest()
        self.sessions = Sessions(settings.token or "", settings)
        self.wrong_tokens = TokenBuckets(*WRONG_TOKENS)
        self.refusal_slots = RequestSlots(settings.limits.refused, settings.limits.refused)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before its body is read."""
        headers = Headers(scope=scope)
        is_api = scope["path"].startswith(API)
        visit = _query(scope, "token") if scope["method"] == "GET" and not is_api else ""
        session = self.session_of(headers)
        problem = self.framing_or_origin_problem(scope, headers)
        is_visit = False
        if problem is None and self.token is not None and session is None:
            kind, _, shown = headers.get("authorization", "").partition(" ")
            problem = self.token_problem(visit or (shown.strip() if kind.lower() == "bearer" else ""), scope)
            is_visit = problem is None and bool(visit)
        if problem is None and is_api and (wait := self.rates.take(address_of(scope), 1.0)):
            problem = HttpProblem(429, "rate", retry_after=wait)
        if (connection := connection_of(scope)) is not None:
            connection.record_access(is_allowed=problem is None)
        if problem is not None:
            with self.refusal_slots.slot(scope):
                await refuse(problem, scope, receive, send, closes=True)
        elif is_visit:
            response = RedirectResponse("/", 303)
            response.headers["set-cookie"] = self.cookie(self.sessions.begin(), scope)
            await response(scope, receive, send)
        else:
            renewed = self.sessions.renewed(session) if session and is_api else None
            await self.app(scope, receive, self.with_cookie(send, renewed, scope) if renewed else send)

    def with_cookie(self, send: Send, session: str, scope: Scope) -> Send:
        """Send a session along with an answer.

        Parameters
        ----------
        send
            Where the messages of the response go.
        session
            The renewed session, as it is written into the cookie.
        scope
            ASGI scope of the request: over HTTPS the cookie is marked secure.

        Returns
        -------
        Send
            Takes the place of ``send``, and adds the cookie to the head of the response.
        """

        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", self.cookie(session, scope))
            await send(message)

        return with_header

    def cookie(self, session: str, scope: Scope) -> str:
        """Return a session as a header sets it: for this server alone, and out of reach of scripts."""
        response = Response()
        is_https = scope.get("scheme") == "https"
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict", path="/", secure=is_https)
        return response.headers["set-cookie"]

    def framing_or_origin_problem(self, scope: Scope, headers: Headers) -> HttpProblem | None:
        """Return what is wrong with how a request is framed or where it comes from."""
        if "content-length" in headers and "transfer-encoding" in headers:
            return HttpProblem(400, "framing")
        host = headers.get("host", "")
        if not self.is_own(host):
            return HttpProblem(403, "host")
        if not scope["path"].startswith(API):
            return None
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if origin in self.origins or (site != "cross-site" and (scope["method"] in SAFE or origin is None)):
            return None
        is_own_origin = site != "cross-site" and origin in (f"http://{host}", f"https://{host}")
        return None if is_own_origin else HttpProblem(403, "origin")

    def is_own(self, host: str) -> bool:
        """Return whether a Host header names this server; a bare address cannot be made to point elsewhere."""
        try:
            name = urlsplit(f"//{host}").hostname
            if name is None or name in self.hosts:
                return name is not None
            return self.token is not None and ip_address(name) is not None
        except ValueError:
            return False

    def token_problem(self, shown: str, scope: Scope) -> HttpProblem | None:
        """Return what is wrong with a token; an address that has sent many wrong ones has to wait."""
        address = address_of(scope)
        if shown and (wait := self.wrong_tokens.take(address, 1.0)):
            return HttpProblem(429, "rate", retry_after=wait)
        if hmac.compare_digest(hashlib.sha256(shown.encode()).digest(), self.digest):  # in the same time whatever it is
            self.wrong_tokens.take(address, -1.0)  # it was not a wrong one
            return None
        if shown:
            log.warning("a wrong token from %s", address)
        return HttpProblem(401, "token")

    def session_of(self, headers: Headers) -> str | None:
        """Return the session that a request shows, where it is valid; None otherwise, and where there is no token."""
        if self.token is None or "cookie" not in headers:
            return None
        try:
            cookie = SimpleCookie(headers["cookie"]).get(COOKIE)
        except CookieError:
            return None
        return cookie.value if cookie is not None and self.sessions.is_valid(cookie.value) else None


def own_names(settings: ServerSettings) -> frozenset[str]:
    """Return the host names a server answers to."""
    names = {"localhost", "127.0.0.1", "::1", settings.host, *settings.hosts}
    if not is_loopback(settings.host):
        import socket

        names |= {socket.gethostname(), socket.getfqdn()}
    return frozenset(name.lower() for name in names if name)


class RequestLimit:
    """Middleware that limits the requests served at once, in all and of one address."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.slots = RequestSlots(settings.limits.open, settings.limits.open_each)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with 503 and when to retry."""
        with self.slots.slot(scope) as is_free:
            if is_free:
                await self.app(scope, receive, send)
            else:
                await refuse(HttpProblem(503, "busy", retry_after=1.0), scope, receive, send, closes=True)


class BodyLimit:
    """Middleware that limits the size of a body, whatever its header says, and the time it takes to arrive."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.limits = settings.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; what goes wrong later is raised where the body is read."""
        if scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        most = self.limits.upload if scope["path"] == UPLOADS else self.limits.body
        begun = asyncio.get_running_loop().time()
        left = most
        is_whole = False

        async def bounded() -> Message:
            nonlocal left, is_whole
            by_rate = self.limits.grace + (most - left) / self.limits.least_rate
            until = None if is_whole else begun + min(self.limits.patience, by_rate)
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise HttpProblem(408, "slow") from None
            left -= len(message.get("body", b""))
            if left < 0:
                raise HttpProblem(413, "body", most=most // 1000)
            is_whole = not message.get("more_body", False)
            return message

        length = Headers(scope=scope).get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:12]) > most:
            await refuse(HttpProblem(413, "body", most=most // 1000), scope, receive, send)
        else:
            await self.app(scope, bounded, send)


def guarded(app: ASGIApp, settings: ServerSettings, rates: TokenBuckets) -> ASGIApp:
    """Wrap an application in all middleware; addresses and scheme are those a trusted proxy tells.

    Parameters
    ----------
    app
        The application, without any middleware.
    settings
        Settings of the server: limits, token, host names and origins, and the addresses of proxies that are trusted.
    rates
        Requests to the API that an address may send; over it the response is 429.
    """
    wrapped: ASGIApp = AccessControl(RequestLimit(BodyLimit(app, settings), settings), settings, rates)
    wrapped = ResponseHeaders(GZipMiddleware(wrapped, **GZIP), app)  # type: ignore[arg-type]
    if settings.proxies:
        from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

        return ProxyHeadersMiddleware(wrapped, list(settings.proxies))  # type: ignore[arg-type, return-value]
    return wrapped
